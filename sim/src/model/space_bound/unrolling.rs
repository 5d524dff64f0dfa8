//! How a layer is unrolled, as far as bounds ask.

use stationary_workloads::PerDim;

use crate::mapping::{Mapping, WindowMulticast};

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
    /// The most indices that a PE holds, and PEs of all passes, at least.
    pub(super) held_most: u64,
    pub(super) pes: u64,
    /// The least that the longest pass covers of it, and the most.
    pub(super) least: u64,
    pub(super) most: u64,
}

/// A choice for each dimension.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unrolling {
    pub(super) choices: PerDim<Choice>,
    /// How elements of the input reach the PEs, by axis.
    pub(super) multicast: [WindowMulticast; 2],
}

impl Unrolling {
    /// One pass that takes no time: what no unrolling is below.
    pub(super) fn one_pass(m: &Mapping) -> Self {
        Self {
            choices: PerDim::from_fn(|d| Choice {
                most: m.layer.size(d),
                held_most: m.layer.size(d),
                ..NONE
            }),
            multicast: [WindowMulticast::Once; 2],
        }
    }

    /// Whether elements of the input are sent once for several outputs and taps along an axis.
    pub(super) fn is_shared(&self, axis: usize) -> bool {
        matches!(
            self.multicast[axis],
            WindowMulticast::Once | WindowMulticast::Sliding | WindowMulticast::Forwarded
        )
    }
}

/// A dimension that is not chosen.
pub(super) const NONE: Choice = Choice {
    unrolled: [1, 1],
    held: 1,
    passes: 1,
    busy: 1,
    held_most: 1,
    pes: 1,
    least: 1,
    most: 1,
};
