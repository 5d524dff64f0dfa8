//! Cycles an image never grow with the batch: what is best for some images is tried for more, one batch
//! of them after the other.
//!
//! ```text
//! fewest cycles of 2 n images  <=  2 x fewest cycles of n images
//! chosen cycles of 2 n images  <=  2 x (1 + slack) x fewest cycles of n images
//! ```

#[path = "../../tests/common/mod.rs"]
mod common;

use common::for_layers_on_presets;
use stationary_arch::Accelerator;
use stationary_sim::mapper::{self, Goal, MapperEffort, Objective, Slack};
use stationary_sim::{Dataflow, estimate};
use stationary_workloads::Layer;

/// Of how many shapes one is tried with each preset and dataflow; STATIONARY_CASES=96 tries them all.
const SHARE: u64 = 96;

/// What the seam between two batches may take by the model, in thousandths: on the machine they take no more together
/// than each for itself.
const SEAM: u64 = 3;

const BATCHES: [u64; 4] = [1, 2, 4, 16];

/// Cycles under no slack and under the default's.
fn cycles(layer: &Layer, accelerator: &Accelerator, dataflow: &'static Dataflow) -> [u64; 2] {
    let fastest = MapperEffort {
        goal: Goal {
            objective: Objective::Cycles,
            slack: Slack::NONE,
        },
        ..MapperEffort::default()
    };
    let of = |effort: &MapperEffort| {
        let mapping = mapper::map_with(layer, accelerator, dataflow, effort);
        estimate(&mapping.expect("a bundled layer maps")).cycles
    };
    [of(&fastest), of(&MapperEffort::default())]
}

#[test]
fn cycles_an_image_never_grow() {
    for_layers_on_presets(SHARE, |accelerator, dataflow, layer| {
        let swept = BATCHES.map(|batch| {
            let layer = layer.batched(batch).expect("a batch");
            (batch, cycles(&layer, accelerator, dataflow))
        });
        for pair in swept.windows(2) {
            let [(few, [before, _]), (many, [fewest, chosen])] = [pair[0], pair[1]];
            let limit = before * (many / few);
            assert!(
                1000 * fewest <= (1000 + SEAM) * limit && 1000 * chosen <= (1020 + SEAM) * limit,
                "{} {} {}: {swept:?}",
                accelerator.name,
                dataflow.name,
                layer.name(),
            );
        }
    });
}
