//! Cycles an image never grow with the batch: what is best for some images is tried for more, one batch
//! of them after the other.
//!
//! ```text
//! fewest cycles of 2 n images  <=  2 x fewest cycles of n images
//! chosen cycles of 2 n images  <=  2 x (1 + slack) x fewest cycles of n images
//! ```

#[path = "../../tests/common/mod.rs"]
mod common;

use std::collections::HashSet;

use common::cases;
use rayon::prelude::*;
use stationary_arch::{Accelerator, presets};
use stationary_sim::mapper::{self, Effort, Goal, Objective, Slack};
use stationary_sim::{Dataflow, estimate};
use stationary_workloads::{Layer, zoo};

/// Of how many shapes one is tried with each preset and dataflow; STATIONARY_CASES=64 tries them all.
const SHARE: u64 = 64;

/// What the seam between two batches may take by the model, in thousandths: on the machine they take no more together
/// than each for itself.
const SEAM: u64 = 3;

const BATCHES: [u64; 4] = [1, 2, 4, 16];

/// Cycles under no slack and under the default's.
fn cycles(
    layer: &Layer,
    accelerator: &Accelerator,
    dataflow: &'static Dataflow,
) -> Option<[u64; 2]> {
    let fastest = Effort {
        goal: Goal {
            objective: Objective::Cycles,
            slack: Slack::NONE,
        },
        ..Effort::default()
    };
    let of = |effort: &Effort| {
        let mapping = mapper::map_with(layer, accelerator, dataflow, effort).ok()?;
        Some(estimate(&mapping).cycles)
    };
    Some([of(&fastest)?, of(&Effort::default())?])
}

#[test]
fn cycles_an_image_never_grow() {
    let mut seen = HashSet::new();
    let networks = zoo::names().map(|name| zoo::find(name).expect("a bundled network"));
    let layers = networks.flat_map(|network| network.layers().to_vec());
    let distinct = layers.filter(|l| seen.insert((*l.sizes(), l.rows(), l.cols())));
    let distinct: Vec<Layer> = distinct.collect();
    let step = SHARE.div_ceil(cases(1)).max(1) as usize;
    let mut turn = 0;
    let mut all = Vec::new();
    for name in presets::names() {
        let preset = Accelerator::preset(name, &[]).expect("a bundled preset");
        for dataflow in preset
            .dataflows
            .iter()
            .filter_map(|name| Dataflow::find(name))
        {
            turn += 1;
            let share: Vec<&Layer> = distinct.iter().skip(turn % step).step_by(step).collect();
            all.par_extend(share.into_par_iter().filter_map(|layer| {
                let swept = BATCHES.map(|batch| {
                    let layer = layer.batched(batch).ok()?;
                    let [fewest, chosen] = cycles(&layer, &preset, dataflow)?;
                    Some((batch, fewest, chosen))
                });
                let swept: Vec<_> = swept.into_iter().flatten().collect();
                for pair in swept.windows(2) {
                    let [(few, before, _), (many, fewest, chosen)] = [pair[0], pair[1]];
                    let limit = before * (many / few);
                    if 1000 * fewest > (1000 + SEAM) * limit
                        || 1000 * chosen > (1010 + SEAM) * limit
                    {
                        return Some(format!(
                            "{name} {} {}: {:.4} {:.4} {swept:?}",
                            dataflow.name,
                            layer.name(),
                            fewest as f64 / limit as f64,
                            chosen as f64 / limit as f64
                        ));
                    }
                }
                None
            }));
        }
    }
    assert!(all.is_empty(), "{}\n{}", all.len(), all.join("\n"));
}
