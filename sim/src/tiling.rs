//! The free choices of a mapping, before they are checked.

use stationary_arch::{PerOperand, Stage};
use stationary_workloads::{Dim, PerDim};

/// How long the global buffer keeps an operand's tile.
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

/// The free choices of a mapping: tile sizes at each level, unrolling, loop orders and buffer residencies.
/// Sizes are numbers of indices of each loop dimension, from the inside out: a PE covers `local` indices
/// (over its local steps and beats), the array `rows x cols x local` in a pass, the global buffer `block`,
/// DRAM the layer, in parts if it is split. No size needs to divide another: the last tile of each level is
/// as small as what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tiling {
    /// Indices of each dimension in a part, which runs as a layer of its own where the buffer cannot hold the
    /// whole; the layer's sizes if it is not split.
    pub part: PerDim<u64>,
    /// Indices of each dimension in a block, the tile in the global buffer.
    pub block: PerDim<u64>,
    /// Indices of each dimension that one PE covers in one pass.
    pub local: PerDim<u64>,
    /// For each dimension, how many ways it is unrolled along the array's rows; 1: not unrolled.
    pub rows: PerDim<u64>,
    /// For each dimension, how many ways it is unrolled along the array's columns; 1: not unrolled.
    pub cols: PerDim<u64>,
    /// The order of the DRAM loops (over parts, and over blocks), outermost first.
    pub block_order: [Dim; 8],
    /// The order of the loops over the passes of a block, outermost first.
    pub pass_order: [Dim; 8],
    /// How long the buffer keeps a tile of each operand; outputs are always kept for a block.
    pub staging: PerOperand<Staging>,
    /// Banks of the global buffer for each operand, where none is shared; 0: as many as its tiles need.
    pub banks: PerOperand<u32>,
}

impl Tiling {
    /// The tiling of one MAC a pass on one PE, with the whole layer in the buffer: legal for any layer that
    /// fits, and a base to change fields of.
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
