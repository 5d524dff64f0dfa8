//! Skipping: cycles that need not be gone through one by one, with the same result.
//!
//! ```text
//! after a cycle in which nothing moved: on to the next in which anything can       idle.rs
//! while words flow, and nothing begins or ends: on to the next event             bulk_advance.rs
//!     where streams compete for banks: those alone, cycle by cycle               bank_conflicts/
//! after a step along a loop: over what repeats itself, in loops and in passes    period/
//!     apart from what moves tiles, as long as the two do not meet                lookahead.rs
//! ```
//!
//! The machine asks for it in one place, [`Skipping::after_cycle`], and knows nothing else of it. Its components say
//! what each of their fields is under a repetition (`state_descriptor`).

mod bank_conflicts;
mod bulk_advance;
mod idle;
mod lookahead;
mod period;

use crate::machine::Machine;
use crate::machine::action::Action;
use crate::pace::Pace;
use crate::payload::Payload;
use crate::trace::Trace;

pub(super) use period::CountingTrace;
use period::Periods;

/// What is skipped, and what of earlier cycles is kept for it.
pub(super) struct Skipping {
    pace: Pace,
    periods: Periods,
}

impl Skipping {
    pub(super) fn new(pace: Pace) -> Self {
        Self {
            pace,
            periods: Periods::default(),
        }
    }

    /// To be called after a cycle, in which something moved or nothing: goes on to the next that must be gone
    /// through.
    pub(super) fn after_cycle<P: Payload<Action>, T: Trace>(
        &mut self,
        machine: &mut Machine<'_, P>,
        moved: bool,
        trace: &mut CountingTrace<'_, T>,
    ) {
        if self.pace != Pace::EveryCycle && !moved {
            let mark = T::SAMPLES.then(|| machine.mark());
            machine.skip_idle(trace);
            machine.show(mark, trace);
        }
        // What is carried, and what a trace samples, is wanted of each cycle.
        if self.pace != Pace::SkipPeriods || P::CARRIES || T::SAMPLES {
            return;
        }
        if machine.array.stepped.is_none() {
            machine.bulk_advance(trace);
        }
        while let Some(number) = machine.array.stepped.take() {
            machine.skip_periods(number, &mut self.periods, trace);
        }
    }
}
