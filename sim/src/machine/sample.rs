//! What a trace sees of the machine: the difference between two marks, and what stands at the second.

use stationary_arch::{Operand, PerOperand};

use crate::counters::Counters;
use crate::machine::Machine;
use crate::machine::action::Action;
use crate::payload::Payload;
use crate::stall::Stalls;
use crate::trace::{Activity, Sample};

/// The counts of a moment.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    now: u64,
    busy: u64,
    stalls: Stalls,
    counters: Counters,
}

impl<P: Payload<Action>> Machine<'_, P> {
    /// The counts as they are now.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            now: self.now,
            busy: self.busy,
            stalls: self.stalls,
            counters: self.counters,
        }
    }

    /// The cycles since a mark, in all of which the array did the same; none if no time has passed.
    pub(super) fn sample(&self, mark: &Mark) -> Option<Sample> {
        let cycles = self.now - mark.now;
        if cycles == 0 {
            return None;
        }
        let stalled = self.stalls.since(&mark.stalls);
        let activity = if self.busy - mark.busy == cycles {
            Activity::Work
        } else {
            let cause = stalled.iter().find(|(_, lost)| *lost == cycles);
            let (cause, _) = cause.expect("a cycle is work or a stall of one cause");
            Activity::Stall(cause)
        };
        let (now, then) = (&self.counters, &mark.counters);
        let (link, delivering) = (self.dma.seen(), self.output_fifo.tiles());
        Some(Sample {
            from: mark.now,
            to: self.now,
            activity,
            waits: match activity {
                Activity::Work => PerOperand::default(),
                Activity::Stall(_) => self.waits,
            },
            pass: self.array.passes_done,
            sent: PerOperand::from_fn(|o| (now.buffer_read[o] - then.buffer_read[o]) / cycles),
            written: (now.buffer_write.output - then.buffer_write.output) / cycles,
            filled: self.tiles.filled,
            freed: self.tiles.freed,
            queued: PerOperand::from_fn(|o| self.queued(o)),
            results: self.array.results.len() as u64,
            loading: link.loading,
            storing: link.storing,
            delivering,
            channels: link.channels,
        })
    }

    /// Parcels of an operand that are sent and not used up.
    fn queued(&self, operand: Operand) -> u64 {
        let used = self.credit(operand).used;
        self.streamers[operand].state.sent.saturating_sub(used)
    }
}
