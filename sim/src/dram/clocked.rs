//! The port to a DRAM standard: pushes bursts in the memory's clock, and follows what is done.

use std::collections::VecDeque;

use num_integer::gcd;
use stationary_arch::dram::Standard;
use stationary_arch::units::Kilohertz;

use crate::dram::{Memory, Statistics};
use crate::trace::DramChannel;

/// A memory behind the machine's clock.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct ClockedMemory {
    memory: Memory,
    /// So many of the array's clocks take as long as so many of the memory's: no divisor in common.
    core_clocks: u128,
    memory_clocks: u128,
    /// Requests that may be pushed in a memory clock.
    ports: u32,
    /// Transfers that have begun, oldest first.
    open: VecDeque<Open>,
    next_number: u64,
}

/// Memory clocks for which it is worth asking whether they can be passed in one step.
const LONG: u64 = 1 << 16;

/// A transfer that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
struct Open {
    number: u64,
    /// Bursts in the memory of which it is not known when they are done.
    pending: u64,
    /// The memory's clock in which the last of the others is.
    last: u64,
}

/// Who wants bursts.
pub(crate) trait Requests {
    /// Whose turn it is.
    type Grant: Copy;
    /// The next burst.
    fn peek(&self) -> Option<Wanted<Self::Grant>>;
    /// The burst of a turn was pushed.
    fn pushed(&mut self, grant: Self::Grant);
}

/// A burst that is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<T> {
    pub(crate) grant: T,
    pub(crate) address: u64,
    pub(crate) is_write: bool,
    /// The number of its transfer.
    pub(crate) number: u64,
}

impl ClockedMemory {
    pub(crate) fn new(standard: &Standard, core: Kilohertz) -> Self {
        // Picoseconds of a clock of the memory's, times kHz, against those of a clock of the array's.
        let (core_period, memory_period) = (
            1_000_000_000,
            u128::from(standard.clock().0) * u128::from(core.0),
        );
        let divisor = gcd(core_period, memory_period);
        Self {
            memory: Memory::foretelling(standard),
            core_clocks: memory_period / divisor,
            memory_clocks: core_period / divisor,
            ports: standard.organization().channels,
            open: VecDeque::new(),
            next_number: 0,
        }
    }

    /// Gives a memory that was read from a checkpoint what the standard says.
    pub(crate) fn attach(&mut self, standard: &Standard) {
        self.memory.attach(standard);
    }

    /// Opens a transfer: its number.
    pub(crate) fn open(&mut self) -> u64 {
        self.next_number += 1;
        self.open.push_back(Open {
            number: self.next_number,
            pending: 0,
            last: 0,
        });
        self.next_number
    }

    /// The array's cycle in which the last burst of a transfer is done, of those that it has asked for;
    /// `None` if that is not certain yet.
    pub(crate) fn done_at(&self, number: u64) -> Option<u64> {
        let transfer = self.open.iter().find(|open| open.number == number)?;
        (transfer.pending == 0).then(|| self.cycle_of(transfer.last))
    }

    /// The next cycle after `now` in which that is so for a transfer.
    pub(crate) fn next_done(&self, now: u64) -> u64 {
        let known = self.open.iter().filter(|open| open.pending == 0);
        let ends = known.map(|open| self.cycle_of(open.last));
        ends.filter(|end| *end > now).min().unwrap_or(u64::MAX)
    }

    /// Forgets a transfer that is complete.
    pub(crate) fn close(&mut self, number: u64) {
        self.open.retain(|open| open.number != number);
    }

    /// Memory clocks that have passed after so many of the array's.
    fn clocks(&self, cycles: u64) -> u64 {
        quotient(u128::from(cycles) * self.memory_clocks, self.core_clocks)
    }

    /// The array's cycle in which the memory carries out a clock.
    fn cycle_of(&self, clock: u64) -> u64 {
        if clock == u64::MAX {
            return u64::MAX;
        }
        // ceil(product / clocks) - 1
        let product = (u128::from(clock) + 1) * self.core_clocks;
        quotient(product - 1, self.memory_clocks)
    }

    /// Carries out the memory clocks up to the end of the array's cycle `now`; whether a burst was
    /// pushed, or it is known of another when it is done.
    pub(crate) fn tick(&mut self, requests: &mut impl Requests, now: u64) -> bool {
        let target = self.clocks(now + 1);
        let mut moved = false;
        while self.memory.now() < target {
            let pushed = self.push(requests);
            moved |= pushed;
            let now = self.memory.now();
            let next = self.memory.next_event();
            if next <= now {
                self.memory.tick();
            } else if !pushed && target - now > LONG && self.is_at_rest(requests) {
                self.memory.rest_until(target);
            } else {
                // The next may be pushed a clock later.
                let next = if pushed { now + 1 } else { next.min(target) };
                self.memory.skip_to(next);
            }
            while let Some(done) = self.memory.pop_done() {
                moved = true;
                if let Some(open) = self.open.iter_mut().find(|open| open.number == done.tag) {
                    open.pending -= 1;
                    open.last = open.last.max(done.at);
                }
            }
        }
        moved
    }

    fn push(&mut self, requests: &mut impl Requests) -> bool {
        let mut pushed = false;
        for _ in 0..self.ports {
            let Some(wanted) = requests.peek() else {
                break;
            };
            let (address, is_write, number) = (wanted.address, wanted.is_write, wanted.number);
            if !self.memory.accepts(address, is_write) {
                break;
            }
            self.memory.push(address, is_write, number);
            if let Some(open) = self.open.iter_mut().find(|open| open.number == number) {
                open.pending += 1;
            }
            requests.pushed(wanted.grant);
            pushed = true;
        }
        pushed
    }

    /// The array's next cycle in which a burst can be pushed, or something happens in the memory.
    pub(crate) fn next_event(&self, requests: &impl Requests) -> u64 {
        let can_push = requests
            .peek()
            .is_some_and(|wanted| self.memory.accepts(wanted.address, wanted.is_write));
        if can_push {
            return self.cycle_of(self.memory.now());
        }
        let next = self.cycle_of(self.memory.next_event());
        // Refreshes of a memory at rest are caught up with when something is asked of it.
        let is_quiet = self.open.is_empty() && self.is_at_rest(requests);
        if is_quiet { u64::MAX } else { next }
    }

    /// Whether nothing that anybody sees happens before a burst is pushed.
    fn is_at_rest(&self, requests: &impl Requests) -> bool {
        requests.peek().is_none() && self.memory.is_at_rest()
    }

    /// The channels as a trace sees them.
    pub(crate) fn channels(&self) -> Vec<DramChannel> {
        self.memory.channels()
    }

    /// What the memory has done.
    pub(crate) fn statistics(&self) -> Statistics {
        self.memory.statistics()
    }
}

/// A quotient, in 64 bits if it can be: that takes a fraction of the time.
fn quotient(dividend: u128, divisor: u128) -> u64 {
    match (u64::try_from(dividend), u64::try_from(divisor)) {
        (Ok(dividend), Ok(divisor)) => dividend / divisor,
        _ => u64::try_from(dividend / divisor).unwrap_or(u64::MAX),
    }
}
