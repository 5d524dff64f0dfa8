//! Lanes of PEs that have nothing to take.

use crate::arch::Accelerator;
use crate::control::{self, IdleLanes};
use crate::evaluate::LayerResult;
use crate::format::percent;

/// How many of a PE's lanes take a channel, and what holds the others back, where that is fewer than half
/// on the mean of the cycles.
pub fn note(a: &Accelerator, layers: &[LayerResult]) -> Option<String> {
    let lanes = u64::from(a.array.lanes);
    let cycles: u64 = layers.iter().map(|layer| layer.cycles).sum();
    let used = |layer: &LayerResult| layer.cycles as f64 * layer.active_lanes as f64;
    let mean = layers.iter().map(used).sum::<f64>() / cycles as f64;
    if lanes == 1 || 2.0 * mean > lanes as f64 {
        return None;
    }
    let share = format!(
        "{} of the lanes idle ({mean:.1} of {lanes} in a PE at work)",
        percent(1.0 - mean / lanes as f64)
    );
    let why = match control::of(a).idle_lanes(a) {
        IdleLanes::Channels(why) => why.to_owned(),
        IdleLanes::Scratchpads([inputs, weights]) => format!(
            "lanes take input channels that a PE holds side by side, and its scratchpads hold {inputs} and \
             {weights} words of inputs and weights"
        ),
    };
    Some(format!("{share}: {why}"))
}
