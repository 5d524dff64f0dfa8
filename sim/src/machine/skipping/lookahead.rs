//! Lookahead: the array with its networks, and what moves tiles, advance apart as long as they do not interact.
//!
//! ```text
//! array:         | a pass ............ | the next .......... | waits
//! what moves:    | bursts, refreshes, other tiles .......... | the tile that it waits for
//! ```
//!
//! They interact where a tile arrives that the array waits for, where one is exchanged, where results wait
//! for a store, and at the ports of banks.

use std::ops::Range;

use stationary_arch::Operand;

use crate::machine::Machine;
use crate::machine::action::Action;
use crate::machine::transfer::Tiles;
use crate::payload::Payload;
use crate::trace::Trace;

impl<P: Payload<Action>> Machine<'_, P> {
    /// Whether something arrives in a cycle that the array waits for.
    pub(super) fn brings_awaited(&self, at: u64) -> bool {
        let waits = |o: Operand| {
            let streamer = &self.streamers[o];
            !streamer.is_staged(&self.tiles)
                || (o == Operand::Output && self.tiles.filled.output < self.array.output_tiles)
        };
        let mut operands = Operand::ALL.into_iter();
        operands.any(|o| waits(o) && self.dma.brings(o, at))
    }

    /// Whether the array and what moves tiles have not interacted since, and will not as long as this goes
    /// on: no tile was exchanged, no bank is shared, and results have room.
    pub(super) fn is_independent(&self, before: &Tiles) -> bool {
        let t = &self.tiles;
        let is_still = t.freed.input == before.freed.input
            && t.freed.weight == before.freed.weight
            && (t.worked, t.closed) == (before.worked, before.closed);
        is_still
            && self.output_fifo.is_empty()
            && !self.touches_banks()
            && (self.output_fifo.exists() || t.freed.output + self.dma.output_slots() > t.closed)
    }

    /// Whether transfers take, or may soon take, ports of banks that the array's side wants. They do not
    /// while a streamer waits for the tile that they bring to banks of its own.
    pub(super) fn touches_banks(&self) -> bool {
        let is_alone = |o| {
            let streamer = &self.streamers[o];
            o != Operand::Output && streamer.has_own_banks && !streamer.is_staged(&self.tiles)
        };
        self.dma.touches_banks(self.m, &self.tiles, is_alone)
    }

    /// Advances what moves tiles up to a cycle, or to the first that ends it, as something
    /// arrives in it; which that is.
    pub(super) fn drive_link(
        &mut self,
        until: u64,
        ends: impl Fn(&Self, u64) -> bool,
        trace: &mut impl Trace,
    ) -> u64 {
        self.drive_link_at(self.array.passes_done, self.now..until, ends, trace)
    }

    /// The same in some cycles, while the array has done so many passes.
    pub(super) fn drive_link_at(
        &mut self,
        passes: u64,
        cycles: Range<u64>,
        ends: impl Fn(&Self, u64) -> bool,
        trace: &mut impl Trace,
    ) -> u64 {
        let (mut at, until) = (cycles.start, cycles.end);
        while at < until && !ends(self, at) {
            let mut moved = self.take_arrivals(at, trace);
            moved |= self.dma.tick(self.m, &self.tiles, passes, at);
            at += 1;
            if !moved && at < until {
                let next = self.dma.next_event(at - 1).clamp(at, until);
                assert!(
                    next < u64::MAX,
                    "the machine waits for something that can happen"
                );
                self.dma.skip(next - at, next);
                at = next;
            }
        }
        at
    }

    /// Lets the array and its networks catch up with what moves tiles.
    pub(super) fn drive_core(&mut self, until: u64, trace: &mut impl Trace) {
        while self.now < until {
            self.ports.begin(&[]);
            let mut moved = self.write_results();
            moved |= self.tick_array(trace);
            for operand in Operand::ALL {
                moved |= self.tick_streamer(operand);
            }
            self.now += 1;
            if !moved {
                let next = self.array_event(self.now - 1).clamp(self.now, until);
                self.stand_still(next);
            }
        }
    }
}
