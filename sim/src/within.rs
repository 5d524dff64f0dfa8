//! Runs that end once they have lost.

use crate::machine::run_waiting;
use crate::mapping::Mapping;
use crate::model::estimate;
use crate::pace::Pace;
use crate::run::Run;

/// The run of a mapping on the machine, if it takes at most `most` cycles; `None` as soon as it cannot.
///
/// In each cycle the array either works or waits, and the cycles of work are known from the mapping: a run
/// takes more than `most` once it has waited for longer than they leave. Such a run is seldom gone through to
/// its end.
///
/// ```
/// use stationary_arch::Accelerator;
/// use stationary_sim::{Dataflow, Pace, mapper, run, run_within};
/// use stationary_workloads::{Convolution, Layer};
///
/// let layer = Layer::convolution("conv", Convolution::square(14, [32, 64], 3, 1, 1))?;
/// let accelerator = Accelerator::preset("systolic", &[])?;
/// let dataflow = Dataflow::find("ws").expect("a bundled dataflow");
/// let mapping = mapper::map(&layer, &accelerator, dataflow)?;
/// let whole = run(&mapping, Pace::SkipPeriods, &mut ());
/// assert_eq!(run_within(&mapping, Pace::SkipPeriods, whole.cycles), Some(whole));
/// assert_eq!(run_within(&mapping, Pace::SkipPeriods, whole.cycles - 1), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn run_within(mapping: &Mapping, pace: Pace, most: u64) -> Option<Run> {
    let idle = most.checked_sub(estimate(mapping).busy)?;
    run_waiting(mapping, pace, idle)
}
