//! The output FIFO: finished outputs wait in it for the output processor.
//!
//! ```text
//! a pass that finishes outputs starts when the buffer has room for all of them;
//! a tile that is complete leaves in order, some words a cycle, and is stored when it has left
//! ```

use std::collections::VecDeque;

use crate::machine::state_descriptor::{FieldKind, Visitor};
use crate::machine::transfer::Store;

/// A tile that leaves.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
struct Leaving {
    store: Store,
    /// Room that its passes took.
    room: u64,
    from: u64,
    to: u64,
}

impl Leaving {
    /// When it will have given so much back.
    fn freed_at(&self, room: u64) -> u64 {
        self.from + (room * (self.to - self.from)).div_ceil(self.room.max(1))
    }
}

/// The buffer's state; none, where outputs go to DRAM from where they were summed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct OutputFifo {
    /// The accelerator's; a checkpoint leaves it to that.
    #[serde(skip)]
    spec: Option<stationary_arch::OutputProcessor>,
    /// Tiles that are complete, in order.
    leaving: VecDeque<Leaving>,
    /// Room taken by passes of tiles that are not complete: the tile's number, and how much.
    open: VecDeque<(u64, u64)>,
}

impl OutputFifo {
    pub(crate) fn new(spec: Option<stationary_arch::OutputProcessor>) -> Self {
        Self {
            spec,
            leaving: VecDeque::new(),
            open: VecDeque::new(),
        }
    }

    /// Gives a queue that was read from a checkpoint what the accelerator says.
    pub(crate) fn attach(&mut self, spec: Option<stationary_arch::OutputProcessor>) {
        self.spec = spec;
    }

    pub(crate) fn exists(&self) -> bool {
        self.spec.is_some()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.leaving.is_empty()
    }

    /// Finished tiles that wait.
    pub(crate) fn tiles(&self) -> u64 {
        self.leaving.len() as u64
    }

    /// Takes room for the outputs of a tile that a pass finishes.
    pub(crate) fn reserve(&mut self, tile: u64, words: u64) {
        match self.open.back_mut() {
            _ if words == 0 || self.spec.is_none() => {}
            Some((last, room)) if *last == tile => *room += words,
            _ => self.open.push_back((tile, words)),
        }
    }

    /// When there is room for so many more words of a tile: by now, at a later time, or not before
    /// an earlier tile is complete. A tile that exceeds the buffer goes through it alone.
    pub(crate) fn opens_at(&self, tile: u64, words: u64, now: u64) -> Option<u64> {
        let Some(spec) = self.spec.filter(|_| words > 0) else {
            return Some(now);
        };
        let open: u64 = self.open.iter().map(|(_, room)| room).sum();
        let taken = open + self.leaving.iter().map(|t| t.room).sum::<u64>();
        let mut excess = (taken + words.min(spec.words)).saturating_sub(spec.words);
        if excess == 0 {
            return Some(now);
        }
        for left in &self.leaving {
            if excess <= left.room {
                return Some(left.freed_at(excess).max(now));
            }
            excess -= left.room;
        }
        let is_alone = self.open.iter().all(|(open, _)| *open == tile);
        is_alone.then(|| self.leaving.back().map_or(now, |last| last.to.max(now)))
    }

    /// A tile is complete: it leaves behind those before it. Without a buffer, at once.
    pub(crate) fn close(&mut self, store: Store, now: u64) -> Option<Store> {
        let Some(spec) = self.spec else {
            return Some(store);
        };
        let cycles = store.words.div_ceil(u64::from(spec.words_per_cycle));
        // A tile that is to be summed further has taken none.
        let room = match self.open.front() {
            Some(_) if !store.is_partial => self.open.pop_front().map_or(0, |(_, room)| room),
            _ => 0,
        };
        let before = self.leaving.back().map_or(0, |tile| tile.to);
        let from = before.max(now + 1 + u64::from(spec.latency));
        self.leaving.push_back(Leaving {
            store,
            room,
            from,
            to: from + cycles.max(1),
        });
        None
    }

    /// The next tile that has left by now.
    pub(crate) fn take(&mut self, now: u64) -> Option<Store> {
        if self.next_event() > now {
            return None;
        }
        self.leaving.pop_front().map(|tile| tile.store)
    }

    /// Shows the state to a visitor; `tiles` counts those of outputs that the array has entered.
    pub(crate) fn visit(&mut self, v: &mut impl Visitor, tiles: u64, now: u64) {
        let Self {
            leaving,
            open,
            spec: _,
        } = self;
        v.same(leaving.len() as u64);
        v.same(open.len() as u64);
        // A tile that has the buffer to itself may take as much as it wants.
        let is_alone = leaving.is_empty() && open.len() == 1;
        for left in leaving {
            let Leaving {
                store,
                room,
                from,
                to,
            } = left;
            store.visit(v);
            v.same(*room);
            v.field(FieldKind::Count, from, now);
            v.field(FieldKind::Count, to, now);
        }
        for (tile, room) in open {
            v.field(FieldKind::Count, tile, tiles);
            if is_alone {
                v.gathered(room, *tile);
            } else {
                v.same(*room);
            }
        }
    }

    /// When the next tile will have left.
    pub(crate) fn next_event(&self) -> u64 {
        self.leaving.front().map_or(u64::MAX, |tile| tile.to)
    }
}

#[cfg(test)]
mod tests {
    use stationary_workloads::PerDim;

    use super::*;
    use crate::window::Span;

    fn store(words: u64) -> Store {
        Store {
            words,
            tile: PerDim::splat(Span {
                start: 0,
                extent: 1,
            }),
            is_partial: false,
        }
    }

    #[test]
    fn tiles_leave_in_order_and_room_comes_back_word_by_word() {
        let mut output_fifo = OutputFifo::new(Some(stationary_arch::OutputProcessor {
            words: 16,
            words_per_cycle: 1,
            latency: 4,
        }));
        output_fifo.reserve(1, 16);
        assert_eq!(
            output_fifo.opens_at(2, 1, 0),
            None,
            "not before tile 1 closes"
        );
        assert_eq!(output_fifo.close(store(16), 9), None);
        // From 9 + 1 + 4 on, a word a cycle.
        assert_eq!(output_fifo.opens_at(2, 1, 9), Some(15));
        assert_eq!(output_fifo.opens_at(2, 8, 9), Some(22));
        assert_eq!(output_fifo.opens_at(2, 8, 25), Some(25));
        output_fifo.reserve(2, 8);
        assert_eq!(output_fifo.close(store(8), 22), None);
        assert_eq!(output_fifo.take(29), None);
        assert_eq!(output_fifo.take(30), Some(store(16)));
        assert_eq!(output_fifo.opens_at(3, 9, 30), Some(31));
        assert_eq!(output_fifo.opens_at(3, 40, 30), Some(38), "alone");
        assert_eq!(output_fifo.take(37), None);
        assert_eq!(output_fifo.take(38), Some(store(8)));
        output_fifo.reserve(3, 16);
        assert_eq!(
            output_fifo.opens_at(3, 16, 40),
            Some(40),
            "a tile does not wait for itself"
        );
    }

    #[test]
    fn without_a_buffer_tiles_are_stored_at_once() {
        let mut output_fifo = OutputFifo::new(None);
        assert_eq!(output_fifo.opens_at(1, 1 << 40, 3), Some(3));
        assert_eq!(output_fifo.close(store(5), 3), Some(store(5)));
        assert!(output_fifo.is_empty());
    }
}
