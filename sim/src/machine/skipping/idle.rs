//! Idle skipping: cycles in which nothing can change are counted in one step.

use stationary_arch::Operand;

use crate::machine::Machine;
use crate::machine::action::Action;
use crate::payload::Payload;
use crate::trace::Trace;

impl<P: Payload<Action>> Machine<'_, P> {
    /// Counts the cycles until the next at which anything can change in the array, its networks or the
    /// delivery.
    pub(super) fn skip_idle<T: Trace>(&mut self, trace: &mut T) {
        let last = self.now - 1;
        if self.array.results.front().is_some_and(|r| r.ready <= last) {
            // They wait for a store, which makes room word by word.
            return;
        }
        let mut until = self.array_event(last);
        if T::SAMPLES {
            until = until.min(self.dma.next_event(last));
        }
        let next = self.drive_link(until, |m, at| m.dma.has_arrival(at), trace);
        if T::SAMPLES {
            self.waits = self.waits();
        }
        self.stand_still(next);
    }

    /// The next time after `last` at which the array, its networks or the delivery can change by
    /// themselves.
    pub(super) fn array_event(&self, last: u64) -> u64 {
        let mut next = self.output_fifo.next_event();
        if let Some(opens) = self.output_fifo_opens(last)
            && opens > last
        {
            next = next.min(opens);
        }
        for operand in Operand::ALL {
            next = next.min(self.streamers[operand].state.next_event());
        }
        if let Some(result) = self.array.results.front().filter(|r| r.ready > last) {
            next = next.min(result.ready);
        }
        if self.array.remaining > 0 {
            next = next.min(last + self.array.remaining);
        }
        for wake in self.array.wakes() {
            if wake > last {
                next = next.min(wake);
            }
        }
        next
    }

    /// Counts the cycles up to `next`, in which the array goes on as it is.
    pub(super) fn stand_still(&mut self, next: u64) {
        let idle = next - self.now;
        if self.array.remaining > 0 {
            self.busy += idle;
            self.array.remaining -= idle;
        } else if let Some(cause) = self.stall_cause() {
            self.stalls.add(cause, idle);
        }
        self.now = next;
    }
}
