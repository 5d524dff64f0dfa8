//! Time in which nothing is asked for: only refreshes go on.
//!
//! ```text
//! step from refresh to refresh; whenever all ranks (or banks) have had their turn:
//!     if the channel is as it was a round ago, but for the time:
//!         as many rounds as fit go at once; the rest is stepped
//! ```
//!
//! What lies in the past is equal to whatever else does, since a command that may issue now may
//! issue. So the first rounds after work, in which rows are closed, are stepped, and a year of rounds
//! costs as much as two.

use std::collections::VecDeque;

use super::controller::Controller;
use super::device::Device;
use super::statistics::Statistics;
use super::timing::Timing;

/// A channel at rest, after a round of refreshes.
struct RefreshRound {
    /// The clock that comes next, and what had been done before it.
    at: u64,
    done: Statistics,
    /// All that decides what comes, with times counted from that clock.
    state: (Device, u64, u64),
}

impl Controller {
    /// Whether nothing but refreshes can happen before something is pushed. Writes may wait that are
    /// too few to be drained.
    pub(super) fn is_idle(&self) -> bool {
        !self.may_move
            && self.reads.len() == 0
            && self.queues.is_empty()
            && self.answered.is_empty()
            && self.arriving.is_empty()
    }

    /// Whether, moreover, no refresh changes what can be seen: all rows are closed.
    pub(super) fn is_at_rest(&self) -> bool {
        self.is_idle() && self.device.is_closed()
    }

    /// Lets time pass from the clock `now` up to `until`, with the same effect as that many ticks of an
    /// idle channel.
    pub(super) fn rest(&mut self, timing: &Timing, mut now: u64, until: u64) {
        debug_assert!(self.is_idle(), "only an idle channel rests");
        let mut none = VecDeque::new();
        let mut last: Option<RefreshRound> = None;
        loop {
            let event = self.next_event(now);
            if event >= until {
                return;
            }
            let refreshes = self.statistics.refreshes;
            self.tick(timing, event, &mut none);
            now = event + 1;
            if self.statistics.refreshes == refreshes || !self.refresh.is_first() {
                continue;
            }
            let round = self.round(now);
            if let Some(last) = last.take_if(|last| last.state == round.state) {
                now = self.repeat(&last, now, until);
            } else {
                last = Some(round);
            }
        }
    }

    fn round(&self, at: u64) -> RefreshRound {
        let from_now = |time: u64| time.saturating_sub(at);
        let state = (
            self.device.seen_from(at),
            from_now(self.refresh.due()),
            from_now(self.next_issue),
        );
        RefreshRound {
            at,
            done: self.statistics,
            state,
        }
    }

    /// Repeats what has happened since a round as often as it fits before `until`; the clock then.
    fn repeat(&mut self, last: &RefreshRound, now: u64, until: u64) -> u64 {
        let period = now - last.at;
        let times = (until - now) / period;
        let each = self.statistics.refreshes - last.done.refreshes;
        self.statistics.refreshes += times * each;
        self.refresh.repeat(times * each);
        self.next_issue = self.next_issue.saturating_add(times * period);
        self.device.pass(times * period);
        now + times * period
    }
}
