//! How a layer is unrolled, as far as bounds ask.

use stationary_workloads::PerDim;

use crate::mapping::Mapping;

/// What a dimension is unrolled by, and what a PE works on of it in a pass.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    /// Rows and columns of PEs.
    pub(super) unrolled: [u64; 2],
    /// Indices that a PE holds at a time.
    pub(super) held: u64,
    /// Passes, at least; of a dimension that advances with beats one.
    pub(super) passes: u64,
    /// Cycles of MACs of the busiest PE in all passes, at least.
    pub(super) busy: u64,
    /// The least that the longest pass covers of it, and the most.
    pub(super) least: u64,
    pub(super) most: u64,
}

/// A choice for each dimension.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unrolling {
    pub(super) choices: PerDim<Choice>,
    /// Whether elements of the input are sent once for several outputs and taps, by axis.
    pub(super) is_shared: [bool; 2],
}

impl Unrolling {
    /// One pass that takes no time: what no unrolling is below.
    pub(super) fn one_pass(m: &Mapping) -> Self {
        Self {
            choices: PerDim::from_fn(|d| Choice {
                most: m.layer.size(d),
                ..NONE
            }),
            is_shared: [true; 2],
        }
    }
}

/// A dimension that is not chosen.
pub(super) const NONE: Choice = Choice {
    unrolled: [1, 1],
    held: 1,
    passes: 1,
    busy: 1,
    least: 1,
    most: 1,
};
