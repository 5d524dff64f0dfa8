//! How many tiles there are and how long they stay, as far as bounds ask.

use stationary_arch::{Operand, PerOperand};
use stationary_workloads::PerDim;

use crate::tiling::Staging;

/// A residency, and at the level of blocks and at that of passes the operand whose tiles stay while the
/// innermost loops run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program {
    pub(super) staging: PerOperand<Staging>,
    pub(super) lasting: [Operand; 2],
}

impl Program {
    /// Every residency with every operand at both levels.
    pub(super) fn all() -> Vec<Self> {
        const STAGES: [Staging; 3] = [Staging::Layer, Staging::Block, Staging::Pass];
        let stagings = STAGES
            .into_iter()
            .flat_map(|input| STAGES.map(|weight| [input, weight]));
        let lasting = || {
            let blocks = Operand::ALL.into_iter();
            blocks.flat_map(|block| Operand::ALL.map(|pass| [block, pass]))
        };
        let all = stagings.flat_map(|[input, weight]| {
            let staging = PerOperand {
                input,
                weight,
                output: Staging::Block,
            };
            lasting().map(move |lasting| Self { staging, lasting })
        });
        all.collect()
    }
}

/// How many blocks there are along each dimension, and the least extent of the longest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blocks {
    /// So many at least ...
    pub(super) count: PerDim<u64>,
    /// ... and at most.
    pub(super) most: PerDim<u64>,
    pub(super) extent: PerDim<u64>,
    /// The least extent of the last.
    pub(super) last: PerDim<u64>,
    /// The least extent of what is held for the whole layer, or a part.
    pub(super) whole: PerDim<u64>,
}

impl Blocks {
    /// No dimension is chosen: one block for what is moved, one index for the room it takes.
    pub(super) fn none() -> Self {
        Self {
            count: PerDim::splat(1),
            most: PerDim::splat(u64::MAX),
            extent: PerDim::splat(1),
            last: PerDim::splat(1),
            whole: PerDim::splat(1),
        }
    }
}

/// What a bound has counted of an unrolling and its tiles.
pub(super) struct Counted {
    /// Cycles of MACs, of the busiest PE.
    pub(super) busy: u64,
    /// Words into the array, and results.
    pub(super) into_array: PerOperand<u64>,
    pub(super) results: u64,
    /// How often each tile that stays is visited.
    pub(super) repeats: u64,
}
