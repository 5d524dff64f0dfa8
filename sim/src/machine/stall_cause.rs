//! The stall cause: why the next beat does not start.

use stationary_arch::{Operand, PerOperand};

use crate::machine::Machine;
use crate::machine::action::Action;
use crate::machine::array::ShiftIn;
use crate::mapping::is_first;
use crate::payload::Payload;
use crate::stall::Stall;

impl<P: Payload<Action>> Machine<'_, P> {
    /// What keeps the next beat from starting.
    pub(super) fn stall_cause(&self) -> Option<Stall> {
        self.stall_cause_where(|| self.waits_for_store())
    }

    /// The same, where somebody else knows whether results wait for a store.
    pub(super) fn stall_cause_where(&self, waits_for_store: impl Fn() -> bool) -> Option<Stall> {
        let a = &self.array;
        if a.done {
            return Some(if !a.results.is_empty() {
                Stall::Drain
            } else if !self.output_fifo.is_empty() {
                Stall::Delivery
            } else {
                Stall::Dram(Operand::Output)
            });
        }
        if self.now < a.free_at {
            return Some(Stall::Drain);
        }
        if let ShiftIn::Until(end) = a.shift_in
            && self.now < end
        {
            return Some(Stall::Network(self.m.resident));
        }
        let mut operands = [Operand::Weight, Operand::Input, Operand::Output].into_iter();
        let first = operands.find_map(|operand| self.operand_wait(operand));
        first.or_else(|| self.room_wait(waits_for_store))
    }

    /// All that keeps the next beat from starting, by operand, of which a cycle is charged to the first:
    /// weights, inputs, partial sums, and the room for outputs.
    pub(super) fn waits(&self) -> PerOperand<Option<Stall>> {
        if self.array.done {
            return PerOperand::default();
        }
        let sums = self.operand_wait(Operand::Output);
        PerOperand {
            output: sums.or_else(|| self.room_wait(|| self.waits_for_store())),
            ..PerOperand::from_fn(|operand| self.operand_wait(operand))
        }
    }

    /// Why what the next beat needs of an operand is not there.
    fn operand_wait(&self, operand: Operand) -> Option<Stall> {
        let (a, streamer) = (&self.array, &self.streamers[operand]);
        let needed = if operand == self.m.resident {
            a.residents
        } else {
            a.beats_started + 1
        };
        if streamer.state.arrived >= needed {
            return None;
        }
        Some(if !streamer.is_staged(&self.tiles) {
            Stall::Dram(operand)
        } else if streamer.state.is_in_flight(needed - 1) {
            Stall::Fill
        } else if streamer.state.is_hazard(self.credit(operand)) {
            Stall::Dependency
        } else if operand == Operand::Output && is_first(&a.cursor.pass) {
            self.release_cause()
        } else if streamer.state.stream.was_held {
            Stall::Bank(operand)
        } else {
            Stall::Network(operand)
        })
    }

    /// Why there is no room for the results of the next beat.
    fn room_wait(&self, waits_for_store: impl Fn() -> bool) -> Option<Stall> {
        let a = &self.array;
        if self.tiles.filled.output < a.output_tiles {
            let is_leaving = is_first(&a.cursor.pass) && !a.results.is_empty();
            return Some(if is_leaving && !waits_for_store() {
                Stall::Drain
            } else {
                Stall::Dram(Operand::Output)
            });
        }
        let opens = self.output_fifo_opens(self.now);
        if opens.is_none_or(|at| at > self.now) {
            Some(Stall::Delivery)
        } else if a.has_room(self.m) {
            None
        } else if waits_for_store() {
            Some(Stall::Dram(Operand::Output))
        } else if self.results.was_held {
            Some(Stall::Bank(Operand::Output))
        } else {
            Some(Stall::PsumOut)
        }
    }

    /// New outputs need no partial sums, but their place in the PEs: a resident tile may still be
    /// leaving it.
    fn release_cause(&self) -> Stall {
        let is_leaving = self.m.resident == Operand::Output && !self.array.results.is_empty();
        if is_leaving {
            Stall::Drain
        } else {
            Stall::Fill
        }
    }
}
