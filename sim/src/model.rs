//! The fast model: counters, an estimate of cycles and a lower bound on them, in closed form.
//!
//! ```text
//! lower bound = max( first loads + MAC steps + what passes cannot do beside one another + last store,
//!                    words / width of each network,  bits / bandwidth of DRAM )
//! ```
//!
//! Each term is work that one unit of the machine must do alone, or one unit after the other
//! (`critical_path`), so no schedule is faster. The
//! estimate adds what the machine's schedule cannot hide: the load ahead of each pass where passes
//! do not overlap, the way through the array, and transfers of buffers that are not doubled.

mod bound_evaluator;
mod buffers;
mod critical_path;
mod dim_factors;
mod evaluator;
mod link;
mod occupancy;
mod pass_sums;
mod phases;
mod share;
mod space_bound;
mod traffic;
mod unit_occupancy;

use crate::bus::Bus;
use crate::counters::{Control, Counters};
use crate::estimate::Estimate;
use crate::mapping::Mapping;

pub use bound_evaluator::{BoundEvaluator, BoundedCounts, DimTiling, MappingPoint, TilingSpace};
use dim_factors::TilingFactors;
pub use evaluator::Evaluator;
pub use space_bound::{SpaceBound, space_bound};
use traffic::Traffic;
use unit_occupancy::UnitOccupancy;

/// The model's estimate of a mapping: its counts in closed form, the expected cycles and a lower bound.
///
/// ```
/// use stationary_arch::Accelerator;
/// use stationary_sim::{Dataflow, Pace, Tiling, Mapping, estimate, run};
/// use stationary_workloads::{Convolution, Layer};
///
/// let layer = Layer::convolution("conv", Convolution::square(8, [4, 8], 3, 1, 1))?;
/// let accelerator = Accelerator::preset("systolic", &[])?;
/// let dataflow = Dataflow::find("ws").expect("a bundled dataflow");
/// let mut tiling = Tiling::trivial(layer.sizes());
/// for (dim, extent) in [(stationary_workloads::Dim::P, 8), (stationary_workloads::Dim::Q, 8)] {
///     tiling.local[dim] = extent;
/// }
/// tiling.rows[stationary_workloads::Dim::C] = 4;
/// tiling.cols[stationary_workloads::Dim::K] = 8;
/// let mapping = Mapping::new(&layer, &accelerator, dataflow, tiling)?;
/// let (model, machine) = (estimate(&mapping), run(&mapping, Pace::SkipIdle, &mut ()));
/// assert_eq!(model.counters, machine.counters);
/// assert!(model.lower_bound <= machine.cycles);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn estimate(mapping: &Mapping) -> Estimate {
    let bus = Bus::new(&mapping.accelerator);
    estimate_shape(mapping, &bus, &TilingFactors::new(mapping))
}

/// What the mapper compares of an estimate.
pub(crate) struct Expected {
    pub(crate) cycles: u64,
    pub(crate) compute_cycles: u64,
    pub(crate) counters: Counters,
}

/// The part of [`estimate`] that the mapper compares, of a mapping whose sums are known.
pub(crate) fn expected_shape(mapping: &Mapping, bus: &Bus, shape: &TilingFactors) -> Expected {
    let traffic = &Traffic::new(mapping, shape);
    let work = UnitOccupancy::new(mapping, bus, shape, traffic);
    let compute_cycles = work.array();
    Expected {
        cycles: work.total(compute_cycles).max(work.alone()),
        compute_cycles,
        counters: traffic.counters,
    }
}

/// [`estimate`] of a mapping whose sums are known.
pub(crate) fn estimate_shape(mapping: &Mapping, bus: &Bus, shape: &TilingFactors) -> Estimate {
    let traffic = &Traffic::new(mapping, shape);
    let counters = traffic.counters;
    let work = UnitOccupancy::new(mapping, bus, shape, traffic);
    let compute_cycles = work.array();
    let cycles = work.total(compute_cycles);
    let (expected, lower_bound) = (cycles.max(work.alone()), work.lower_bound(shape, traffic));
    Estimate {
        counters,
        control: Control::default(),
        cycles: expected.max(lower_bound),
        expected,
        compute_cycles,
        lower_bound,
        busy: work.busy,
        bound_by: work.bound_by(compute_cycles, cycles),
    }
}
