//! The C loops over tiles: where each call is, and what of the layer it covers.

use super::call::{Call, Loop};

/// A position in the C loops.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    start: [u64; 7],
    length: [u64; 7],
    is_last: [bool; 7],
}

impl Position {
    /// The first element.
    pub(super) fn start(&self, which: Loop) -> u64 {
        self.start[which as usize]
    }

    /// Elements, fewer than a tile's at the edge.
    pub(super) fn length(&self, which: Loop) -> u64 {
        self.length[which as usize]
    }

    /// Whether the loop is at its last tile.
    pub(super) fn is_last(&self, which: Loop) -> bool {
        self.is_last[which as usize]
    }

    /// The results of these outputs are complete after this call.
    pub(super) fn ends_sums(&self) -> bool {
        SUMS.iter().all(|&which| self.is_last(which))
    }

    /// No earlier call has added to these outputs.
    pub(super) fn begins_sums(&self) -> bool {
        SUMS.iter().all(|&which| self.start(which) == 0)
    }
}

/// The loops that add to the same outputs.
const SUMS: [Loop; 3] = [Loop::Channels, Loop::KernelColumns, Loop::KernelRows];

/// The positions of all calls, in their order.
#[derive(Clone, Debug)]
pub(super) struct Walk<'a> {
    call: &'a Call,
    trip: [u64; 7],
    is_done: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(call: &'a Call) -> Self {
        Self {
            call,
            trip: [0; 7],
            is_done: false,
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = Position;

    fn next(&mut self) -> Option<Position> {
        if self.is_done {
            return None;
        }
        let trip = self.trip;
        let start: [u64; 7] = std::array::from_fn(|index| trip[index] * self.call.tile[index]);
        let position = Position {
            start,
            length: std::array::from_fn(|index| {
                self.call.tile[index].min(self.call.extents[index] - start[index])
            }),
            is_last: std::array::from_fn(|index| trip[index] + 1 == self.call.trips(index)),
        };
        self.is_done = true;
        for which in self.call.order {
            let index = which as usize;
            if position.is_last[index] {
                self.trip[index] = 0;
            } else {
                self.trip[index] += 1;
                self.is_done = false;
                break;
            }
        }
        Some(position)
    }
}
