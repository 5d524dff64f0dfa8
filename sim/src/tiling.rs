//! The free choices of a mapping, before they are checked.

use stationary_arch::{PerOperand, Stage};
use stationary_workloads::{Dim, PerDim};

/// How long an operand's tile stays in the global buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Staging {
    /// For a whole block: the passes within it read it from the buffer again and again.
    #[default]
    Block,
    /// For one pass: it goes from DRAM through a small part of the buffer into the array.
    Pass,
    /// For the whole layer, or the part of it that is run: loaded once, before the first pass.
    Layer,
}

/// Tile sizes, unrolling and loop orders of a mapping.
///
impl From<Stage> for Staging {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Layer => Self::Layer,
            Stage::Block => Self::Block,
            Stage::Pass => Self::Pass,
        }
    }
}

/// For each dimension, from the inside out: a PE covers `local` indices (over its local steps and
/// beats), the array `rows x cols x local` in a pass, the global buffer `block`, DRAM the layer, in
/// parts if it is split.
/// No size needs to divide another: the last tile of each level is as small as what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tiling {
    /// Extent that is run as if it were a layer of its own: what the buffer cannot hold whole goes in
    /// parts.
    pub part: PerDim<u64>,
    /// Extent held in the global buffer.
    pub block: PerDim<u64>,
    /// Extent covered by one PE in one pass.
    pub local: PerDim<u64>,
    /// Unrolling along the array's rows.
    pub rows: PerDim<u64>,
    /// Unrolling along the array's columns.
    pub cols: PerDim<u64>,
    /// DRAM loops over parts, and over blocks, outer to inner.
    pub block_order: [Dim; 8],
    /// Global-buffer loops over passes, outer to inner.
    pub pass_order: [Dim; 8],
    /// Staging of each operand; outputs are always staged by block.
    pub staging: PerOperand<Staging>,
    /// Banks of each operand, where none is shared; 0: as many as its tiles need.
    pub banks: PerOperand<u32>,
}

impl Tiling {
    /// One MAC a pass on one PE, the whole layer in the buffer: legal for any layer that fits, and
    /// a base to change fields of.
    #[must_use]
    pub fn trivial(sizes: &PerDim<u64>) -> Self {
        Self {
            part: *sizes,
            block: *sizes,
            local: PerDim::splat(1),
            rows: PerDim::splat(1),
            cols: PerDim::splat(1),
            block_order: Dim::ALL,
            pass_order: Dim::ALL,
            staging: PerOperand::default(),
            banks: PerOperand::default(),
        }
    }

    /// Whether the array does the same in a pass.
    pub(crate) fn unrolls_as(&self, other: &Self) -> bool {
        (self.local, self.rows, self.cols) == (other.local, other.rows, other.cols)
    }
}

/// Which tiles a loop steps over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Level {
    /// Parts of the layer.
    Part,
    /// Blocks of a part, in DRAM.
    Block,
    /// Passes in a block.
    Pass,
}

/// A loop of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Loop {
    pub(crate) dim: Dim,
    pub(crate) level: Level,
}
