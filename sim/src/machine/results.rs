//! What leaves the array: results on their way into the buffer, and finished tiles on theirs to DRAM.
//!
//! ```text
//! array -> results -> network -> buffer: into the open tile -> (delivery buffer) -> DRAM
//! ```
//!
//! A new output tile takes the place of an earlier one, word by word behind its store.

use std::cmp::Ordering;

use stationary_arch::Operand;
use stationary_workloads::PerDim;

use crate::machine::action::Action;
use crate::machine::transfer::Store;
use crate::machine::{Machine, array};
use crate::payload::Payload;
use crate::window::Span;

impl<P: Payload<Action>> Machine<'_, P> {
    /// Writes what fits into this cycle; whether anything moved.
    pub(super) fn write_results(&mut self) -> bool {
        let mut budget = u64::from(self.m.accelerator.networks.psum_out.words_per_cycle);
        let mut moved = false;
        self.results.was_held = false;
        while budget > 0 {
            let room = self.room_for_results();
            let Some(front) = self.array.results.front_mut() else {
                break;
            };
            if front.ready > self.now || (front.words > 0 && room == 0) {
                break;
            }
            let wanted = self.tag_words.transfer(front.words, budget).min(room);
            let words = self.ports.grant(&mut self.results, wanted);
            moved = true;
            if words == 0 && front.words > 0 {
                break;
            }
            front.words -= words;
            budget -= words;
            if self.results.was_held || (words > 0 && self.tag_words.is_tagged()) {
                budget = 0;
            }
            if front.is_fresh {
                self.open_words += words;
            }
            self.counters.array_send.output += words;
            self.counters.buffer_write.output += words;
            self.last_result = self.now + 1;
            if front.words > 0 {
                continue;
            }
            let closes = front.closes;
            self.array.results.pop_front();
            self.written += 1;
            self.payload.done(&Action::Write);
            if let Some(tile) = closes {
                self.store(tile);
            }
        }
        moved
    }

    /// Words that the buffer has room for of the results that are next.
    pub(super) fn room_for_results(&self) -> u64 {
        match self.place_of_results() {
            Ordering::Greater => u64::MAX,
            Ordering::Equal => self.dma.words_stored().saturating_sub(self.open_words),
            Ordering::Less => 0,
        }
    }

    /// The place of new results is free as far as the tile that was there before has been stored:
    /// that is done, is next, or is not yet.
    pub(super) fn place_of_results(&self) -> Ordering {
        let is_fresh = self.array.results.front().is_some_and(|r| r.is_fresh);
        let before = self.tiles.closed.checked_sub(self.dma.output_slots());
        match before {
            Some(before) if is_fresh && !self.output_fifo.exists() => {
                self.tiles.freed.output.cmp(&before)
            }
            _ => Ordering::Greater,
        }
    }

    /// Whether the place of the output tile that is open has nothing of an earlier one left.
    pub(super) fn has_free_place(&self) -> bool {
        let before = self.tiles.closed.checked_sub(self.dma.output_slots());
        self.output_fifo.exists() || before.is_none_or(|before| self.tiles.freed.output > before)
    }

    /// Whether results wait for the place that a store has not left yet.
    pub(super) fn waits_for_store(&self) -> bool {
        let is_ready = |r: &array::Outgoing| r.ready <= self.now;
        self.array.results.front().is_some_and(is_ready) && self.room_for_results() == 0
    }

    /// Outputs that the pass about to start finishes; none in the midst of one.
    pub(super) fn finished_words(&self) -> u64 {
        let pass = &self.array.cursor.pass;
        if self.output_fifo.exists() && self.array.is_at_start() && self.m.finishes(pass) {
            self.m.words(Operand::Output, pass)
        } else {
            0
        }
    }

    /// When the delivery buffer has room for what the next beat's pass finishes.
    pub(super) fn output_fifo_opens(&self, now: u64) -> Option<u64> {
        let words = self.finished_words();
        self.output_fifo
            .opens_at(self.array.output_tiles, words, now)
    }

    pub(super) fn store(&mut self, tile: PerDim<Span>) {
        let is_partial = !self.m.finishes(&tile);
        let words = self.m.words(Operand::Output, &tile);
        self.counters.buffer_drain.output += words;
        if is_partial {
            self.counters.dram_spilled += words;
        }
        self.payload.done(&Action::Close);
        self.results.next_tile();
        self.tiles.closed += 1;
        self.open_words = 0;
        let store = Store {
            words,
            tile,
            is_partial,
        };
        if let Some(store) = self.output_fifo.close(store, self.now) {
            self.dma.queue(store);
        }
    }
}
