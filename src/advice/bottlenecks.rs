//! What a run's cycles go by, as bottlenecks that a change of the machine could widen.

use std::collections::BTreeMap;

use crate::mappings::LayerPlan;

use crate::advice::bottleneck::Bottleneck;
use crate::evaluate::LayerResult;

/// The bottlenecks of a run with their shares of its cycles, the greatest first; shares sum to 1.
pub fn bottlenecks(layers: &[LayerResult]) -> Vec<(Bottleneck, f64)> {
    let mut cycles = BTreeMap::<Bottleneck, u64>::new();
    for layer in layers {
        *cycles.entry(Bottleneck::Work).or_default() += layer.busy;
        let mut rest = layer.cycles.saturating_sub(layer.busy);
        for (cause, lost) in layer.stalls.iter() {
            *cycles.entry(Bottleneck::of_stall(cause)).or_default() += lost;
            rest = rest.saturating_sub(lost);
        }
        let bottleneck = match (Bottleneck::of_bound(layer.bound_by), &layer.mapping) {
            (Bottleneck::Ramp, LayerPlan::Schedule(_)) => Bottleneck::Core,
            (bottleneck, _) => bottleneck,
        };
        *cycles.entry(bottleneck).or_default() += rest;
    }
    let total: u64 = cycles.values().sum();
    let shares = cycles.into_iter().filter(|(_, cycles)| *cycles > 0);
    let shares = shares.map(|(bottleneck, cycles)| (bottleneck, cycles as f64 / total as f64));
    let mut shares: Vec<(Bottleneck, f64)> = shares.collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shares
}
