//! The loop program of a mapping, read lazily: a cursor holds the current block and pass and
//! steps to the next, so that no list of tiles ever exists.
//!
//! ```text
//! for part of the layer (tiling.block_order):
//!     for block in DRAM loops (tiling.block_order):
//!         for pass in global-buffer loops (tiling.pass_order):
//!             one pass of the array
//! ```
//!
//! Loops of one iteration do not exist in the program. An operand's tile is exchanged when a loop
//! at or outside its innermost relevant loop advances: the place is fixed in the program, as a
//! hardware sequencer has it, whatever the extents at the edges.

use stationary_arch::Operand;
use stationary_workloads::{Dim, PerDim};

use crate::dataflow::is_reduction;
use crate::mapping::Mapping;
use crate::tiling::{Level, Loop, Staging};
use crate::window::Span;

/// A position in the program: the current part, block and pass, each within the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Cursor {
    pub(crate) part: PerDim<Span>,
    pub(crate) block: PerDim<Span>,
    pub(crate) pass: PerDim<Span>,
}

impl Cursor {
    /// The first pass.
    pub(crate) fn first(mapping: &Mapping) -> Self {
        let span = |extents: &PerDim<u64>| {
            PerDim::from_fn(|d| Span {
                start: 0,
                extent: extents[d],
            })
        };
        Self {
            part: span(&mapping.tiling.part),
            block: span(&mapping.tiling.block),
            pass: span(&mapping.pass),
        }
    }

    /// The outermost loop that the next step advances, or `None` at the last pass.
    pub(crate) fn next_change(&self, mapping: &Mapping) -> Option<u8> {
        (0..mapping.loop_count)
            .rev()
            .find(|i| self.has_next(mapping, *i))
    }

    fn has_next(&self, mapping: &Mapping, index: u8) -> bool {
        let Loop { dim, level } = mapping.loops[usize::from(index)];
        match level {
            Level::Part => self.part[dim].end() < mapping.layer.size(dim),
            Level::Block => self.block[dim].end() < self.part[dim].end(),
            Level::Pass => self.pass[dim].end() < self.block[dim].end(),
        }
    }

    /// Steps to the next pass; returns the outermost loop that advanced, or `None` at the end.
    pub(crate) fn advance(&mut self, mapping: &Mapping) -> Option<u8> {
        let changed = self.next_change(mapping)?;
        // Inner loops restart, innermost blocks after outer ones, so that each pass loop finds
        // its block already moved.
        let step = mapping.loops[usize::from(changed)];
        match step.level {
            Level::Part => self.enter_part(mapping, step.dim, self.part[step.dim].end()),
            Level::Block => self.enter_block(mapping, step.dim, self.block[step.dim].end()),
            Level::Pass => self.enter_pass(mapping, step.dim, self.pass[step.dim].end()),
        }
        for index in changed + 1..mapping.loop_count {
            let Loop { dim, level } = mapping.loops[usize::from(index)];
            match level {
                Level::Part => self.enter_part(mapping, dim, 0),
                Level::Block => self.enter_block(mapping, dim, self.part[dim].start),
                Level::Pass => self.enter_pass(mapping, dim, self.block[dim].start),
            }
        }
        Some(changed)
    }

    fn enter_part(&mut self, mapping: &Mapping, dim: Dim, start: u64) {
        let extent = mapping.tiling.part[dim].min(mapping.layer.size(dim) - start);
        self.part[dim] = Span { start, extent };
        self.enter_block(mapping, dim, start);
    }

    fn enter_block(&mut self, mapping: &Mapping, dim: Dim, start: u64) {
        let extent = mapping.tiling.block[dim].min(self.part[dim].end() - start);
        self.block[dim] = Span { start, extent };
        self.enter_pass(mapping, dim, start);
    }

    fn enter_pass(&mut self, mapping: &Mapping, dim: Dim, start: u64) {
        let extent = mapping.pass[dim].min(self.block[dim].end() - start);
        self.pass[dim] = Span { start, extent };
    }

    /// The box of an operand's tile in the global buffer.
    pub(crate) fn staged(&self, mapping: &Mapping, operand: Operand) -> PerDim<Span> {
        match mapping.tiling.staging[operand] {
            Staging::Block => self.block,
            Staging::Pass => self.pass,
            Staging::Layer => self.part,
        }
    }
}

impl Mapping {
    /// Passes of a block that finish outputs, and all from the first of them on.
    pub(crate) fn finishing_passes(&self) -> (u64, u64) {
        let (mut passes, mut before, mut finishing) = (1, 0, 1);
        for Loop { dim, level } in self.loops[..usize::from(self.loop_count)].iter().rev() {
            if *level != Level::Pass {
                continue;
            }
            let count = self.tiling.block[*dim].div_ceil(self.pass[*dim]);
            if is_reduction(*dim) {
                before += (count - 1) * passes;
            } else {
                finishing *= count;
            }
            passes *= count;
        }
        (finishing, passes - before)
    }

    /// Whether an operand's tile in the global buffer is exchanged when a loop advances.
    pub(crate) fn stages_anew(&self, operand: Operand, changed: u8) -> bool {
        changed < self.staging_depth(operand)
    }

    /// How many of the outermost loops exchange an operand's tile in the global buffer.
    pub(crate) fn staging_depth(&self, operand: Operand) -> u8 {
        match self.tiling.staging[operand] {
            Staging::Block => self.block_depth[operand],
            Staging::Pass => self.pass_depth[operand],
            Staging::Layer => self.part_depth[operand],
        }
    }

    /// The box of the whole layer.
    pub(crate) fn whole(&self) -> PerDim<Span> {
        PerDim::from_fn(|d| Span {
            start: 0,
            extent: self.layer.size(d),
        })
    }

    /// Whether the resident tile in the array is exchanged when a loop advances.
    pub(crate) fn reloads(&self, operand: Operand, changed: u8) -> bool {
        changed < self.pass_depth[operand]
    }
}
