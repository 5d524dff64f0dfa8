//! Which iterations of a loop are equivalent: all that depends on the position is the same in them but for
//! the place.
//!
//! ```text
//! iteration y of a loop over d is regular if
//!     its tile is whole, and another follows;
//!     d is reduced: it is not the first, which begins sums;
//!     d is an output position: no tap of the kernel meets padding there;
//!     d is a tap: no output of the tiles around it meets padding at any tap
//! ```

use std::ops::Range;

use stationary_workloads::{Dim, PerDim};

use crate::beat::Beat;
use crate::dataflow::is_reduction;
use crate::mapping::{Mapping, PAIRS};
use crate::program::Cursor;
use crate::tiling::{Level, Loop};
use crate::window::Span;

/// A loop that the array has just stepped along: over passes or more, or over beats.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoopStep {
    dim: Dim,
    /// The level of the program, or the place among the beats.
    over: Over,
    /// Indices of an iteration.
    extent: u64,
    /// The array's position.
    cursor: Cursor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Over {
    Tiles(Level),
    Beats(usize),
}

impl LoopStep {
    /// The loop of a number: those of the program from the outermost, then those over beats.
    pub(crate) fn new(m: &Mapping, number: u8, cursor: &Cursor) -> Self {
        let (dim, over, extent) = if number < m.loop_count {
            let Loop { dim, level } = m.loops[usize::from(number)];
            let extent = match level {
                Level::Part => m.tiling.part[dim],
                Level::Block => m.tiling.block[dim],
                Level::Pass => m.pass[dim],
            };
            (dim, Over::Tiles(level), extent)
        } else {
            let place = usize::from(number - m.loop_count);
            let dim = m.dataflow.beats[place];
            (dim, Over::Beats(place), m.beat_step[dim])
        };
        Self {
            dim,
            over,
            extent,
            cursor: *cursor,
        }
    }

    pub(crate) fn is_in_pass(&self) -> bool {
        matches!(self.over, Over::Beats(_))
    }

    /// Beats of an iteration over beats; of others, passes at least, nothing is known.
    pub(crate) fn beats(&self, m: &Mapping) -> Option<u64> {
        let Over::Beats(place) = self.over else {
            return None;
        };
        let inner = m.dataflow.beats[place + 1..].iter();
        Some(
            inner
                .map(|d| m.beats_along(*d, self.cursor.pass[*d].extent))
                .product(),
        )
    }

    /// The range within which the loop iterates.
    fn range(&self, m: &Mapping, cursor: &Cursor) -> Span {
        match self.over {
            Over::Tiles(Level::Part) => Span {
                start: 0,
                extent: m.layer.size(self.dim),
            },
            Over::Tiles(Level::Block) => cursor.part[self.dim],
            Over::Tiles(Level::Pass) => cursor.block[self.dim],
            Over::Beats(_) => cursor.pass[self.dim],
        }
    }

    /// The iteration that a position is in.
    pub(crate) fn iteration(&self, cursor: &Cursor, beat: &Beat) -> u64 {
        let d = self.dim;
        let distance = match self.over {
            Over::Beats(place) => return beat.index(place),
            Over::Tiles(Level::Part) => cursor.part[d].start,
            Over::Tiles(Level::Block) => cursor.block[d].start - cursor.part[d].start,
            Over::Tiles(Level::Pass) => cursor.pass[d].start - cursor.block[d].start,
        };
        distance / self.extent
    }

    /// The iterations that are equivalent.
    pub(crate) fn regular(&self, m: &Mapping) -> Range<u64> {
        let range = self.range(m, &self.cursor);
        let count = range.extent.div_ceil(self.extent);
        let whole = range.extent / self.extent;
        let (mut first, mut end) = (0, whole.min(count - 1));
        if is_reduction(self.dim) && range.start == 0 && !self.is_in_pass() {
            first = 1;
        }
        for (axis, (output, tap)) in m.axes.iter().zip(PAIRS) {
            if self.dim == tap {
                let inner = axis.inner_outputs(m.layer.size(tap));
                let outputs = match self.over {
                    Over::Tiles(Level::Part) => m.whole()[output],
                    Over::Tiles(Level::Block) => self.cursor.part[output],
                    Over::Tiles(Level::Pass) => self.cursor.block[output],
                    // What a tap adds to those before it differs from tap to tap.
                    Over::Beats(_) => return 0..0,
                };
                if outputs.start < inner.start || outputs.end() > inner.end {
                    return 0..0;
                }
            }
            if self.dim != output {
                continue;
            }
            let inner = axis.inner_outputs(m.layer.size(tap));
            let from = inner.start.saturating_sub(range.start);
            first = first.max(from.div_ceil(self.extent));
            end = end.min(inner.end.saturating_sub(range.start) / self.extent);
            if self.is_in_pass() {
                first = first.max(axis.first_meeting());
            }
        }
        first..end.max(first)
    }

    /// A tile so many iterations later.
    pub(crate) fn moved_tile(&self, tile: &PerDim<Span>, iterations: u64) -> PerDim<Span> {
        let mut moved = *tile;
        if !self.is_in_pass() {
            moved[self.dim].start += iterations * self.extent;
        }
        moved
    }

    /// A position so many iterations later.
    pub(crate) fn moved(&self, (from, beat): &(Cursor, Beat), iterations: u64) -> (Cursor, Beat) {
        let (mut cursor, mut beat) = (*from, *beat);
        match self.over {
            Over::Beats(place) => beat.step_along(place, iterations),
            Over::Tiles(level) => {
                cursor.pass = self.moved_tile(&from.pass, iterations);
                if level != Level::Pass {
                    cursor.block = self.moved_tile(&from.block, iterations);
                }
                if level == Level::Part {
                    cursor.part = self.moved_tile(&from.part, iterations);
                }
            }
        }
        (cursor, beat)
    }

    /// The same loop, at another position.
    pub(crate) fn from(&self, cursor: &Cursor) -> Self {
        Self {
            cursor: *cursor,
            ..*self
        }
    }

    /// How far so many iterations move the tile of a pass.
    pub(crate) fn distance(&self, iterations: u64) -> (Dim, u64) {
        let by = if self.is_in_pass() { 0 } else { self.extent };
        (self.dim, iterations * by)
    }
}
