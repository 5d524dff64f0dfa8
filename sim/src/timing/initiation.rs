//! When work may begin again: a MAC after the one before, a beat, a pass.
//!
//! ```text
//! MAC:   every `mac_interval` cycles of a PE; a product of a GEMM core no sooner than the core allows
//! beat:  when the busiest PE has begun all MACs of the beat before
//! pass:  overlapped   at once
//!        serial       when the array is free: `occupancy` cycles after the last step of the pass before
//!        exclusive    as serial, and its words are sent only when all results before have left
//! ```
//!
//! A resident tile that shifts in keeps a pass from beginning until it is in place.

use stationary_arch::{Accelerator, LoadOrder, Operand, Passes, ResidentLoad};
use stationary_workloads::{Dim, PerDim};

use crate::mapping::Mapping;
use crate::window::Span;

/// Cycles of a PE from one MAC to the next.
pub(crate) fn mac_interval(accelerator: &Accelerator) -> u64 {
    accelerator.array.mac_interval.into()
}

/// Cycles of a GEMM core from one product to the next.
pub(crate) fn product_interval(accelerator: &Accelerator) -> u64 {
    let control = accelerator.decoupled.as_ref();
    let core = control.map_or(1, |control| control.gemm.interval);
    mac_interval(accelerator).max(core.into())
}

impl Mapping {
    /// Cycles that the busiest PE takes for a beat.
    pub(crate) fn steps(&self, pass: &PerDim<Span>) -> u64 {
        let along = |d: &Dim| self.beat_cycles_along(*d, pass[*d].extent);
        Dim::ALL.iter().map(along).product()
    }

    /// Cycles of a beat, which are those of the busiest PE: the product over all dimensions of what stands
    /// here, its local steps; the first dimension has the cycles of each as well.
    pub(crate) fn beat_cycles_along(&self, dim: Dim, extent: u64) -> u64 {
        self.local_cycles(
            dim,
            match self.beat_step[dim] {
                0 => extent.min(self.tiling.local[dim]),
                _ => 1,
            },
        )
    }

    /// The same of a PE that works on so many indices of a dimension.
    pub(crate) fn local_cycles(&self, dim: Dim, indices: u64) -> u64 {
        let each = match dim {
            Dim::N => mac_interval(&self.accelerator),
            _ => 1,
        };
        each * indices.div_ceil(self.lane_step[dim])
    }

    /// Whether a pass begins only when the array is free of the one before.
    pub(crate) fn waits_for_array(&self) -> bool {
        self.accelerator.array.passes != Passes::Overlapped
    }

    /// Whether the words of a pass are sent only when the one before has left the array.
    pub(crate) fn is_exclusive(&self) -> bool {
        self.accelerator.array.passes == Passes::Exclusive
    }

    /// Whether the next resident tile is sent while the array works with this one.
    pub(crate) fn loads_overlap(&self) -> bool {
        !self.is_exclusive() && self.accelerator.scratchpads[self.resident].double_buffered
    }

    /// Whether inputs and weights that stream are sent only when their pass's resident tile is there.
    pub(crate) fn is_resident_first(&self) -> bool {
        self.accelerator.array.load_order == LoadOrder::ResidentFirst
    }

    /// Cycles in which a resident tile shifts in through the rows while the array stands still; none,
    /// where it comes beside the work.
    pub(crate) fn shift_in(&self) -> u64 {
        let array = &self.accelerator.array;
        if self.resident != Operand::Output && array.resident_load == ResidentLoad::ShiftIn {
            array.rows.into()
        } else {
            0
        }
    }
}
