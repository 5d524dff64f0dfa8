//! The mapper finds by itself what giving it the buffer's banks or a layer's parts finds.

#[path = "../../tests/common/mod.rs"]
mod common;

use common::{cases, distinct_layers};
use rayon::prelude::*;
use stationary_arch::{Accelerator, PerOperand};
use stationary_sim::mapper::{self, MapperEffort};
use stationary_sim::{Dataflow, Mapping, estimate};
use stationary_workloads::{Layer, zoo};

/// Of how many shapes one is tried; STATIONARY_CASES=8 tries them all.
const SHARE: u64 = 8;

/// The mapper's choice may be so much above the best that is known, in per cent: its slack.
const ABOVE: u64 = 2;

fn dataflow(accelerator: &Accelerator) -> &'static Dataflow {
    Dataflow::find(&accelerator.dataflows[0]).expect("presets name known dataflows")
}

fn preset(name: &str) -> Accelerator {
    Accelerator::preset(name, &[]).expect("a bundled preset")
}

/// A share of all shapes of the bundled networks, a share of its own for each turn.
fn shapes(batch: u64, turn: usize) -> Vec<Layer> {
    let step = SHARE.div_ceil(cases(1)).max(1) as usize;
    let share = distinct_layers()
        .into_iter()
        .skip(turn % step)
        .step_by(step);
    share
        .map(|layer| layer.batched(batch).expect("a batch"))
        .collect()
}

fn cycles(mapping: &Mapping) -> u64 {
    estimate(mapping).cycles
}

#[test]
fn no_split_of_the_banks_is_better_than_the_mapper() {
    for (turn, name) in ["nvdla-small", "nvdla-large"].into_iter().enumerate() {
        let accelerator = preset(name);
        let dataflow = dataflow(&accelerator);
        let banks = accelerator.global_buffer.partitions[0].banks;
        let banks = banks.expect("it has banks").count;
        for batch in [1, 4] {
            shapes(batch, turn).par_iter().for_each(|layer| {
                let own = mapper::map(layer, &accelerator, dataflow).expect("it maps");
                for eighth in 1..8 {
                    let input = banks * eighth / 8;
                    let banks = PerOperand {
                        input,
                        weight: banks - input,
                        output: 0,
                    };
                    let effort = MapperEffort {
                        banks,
                        ..MapperEffort::default()
                    };
                    // Not every split has room for every layer.
                    if let Ok(given) = mapper::map_with(layer, &accelerator, dataflow, &effort) {
                        assert!(
                            100 * cycles(&own) <= (100 + ABOVE) * cycles(&given),
                            "{name} {} batch {batch}: {:?} {:?}",
                            layer.name(),
                            own.tiling(),
                            given.tiling(),
                        );
                    }
                }
            });
        }
    }
}

/// What was slow while kernels were taken apart before rows were: whole networks, in millions of cycles.
#[test]
fn networks_do_not_fetch_weights_for_each_stripe() {
    for (name, network, millions) in [
        ("nvdla-large", "vgg16", 12.7),
        ("nvdla-large", "gpt2_prefill", 90.0),
        ("nvdla-small", "resnet50", 71.0),
    ] {
        let accelerator = preset(name);
        let dataflow = dataflow(&accelerator);
        let network = zoo::find(network).expect("a bundled network");
        let layers = network.layers().par_iter().map(|layer| {
            let mapping = mapper::map(layer, &accelerator, dataflow).expect("it maps");
            cycles(&mapping)
        });
        let sum = layers.sum::<u64>() as f64 / 1e6;
        assert!(sum <= millions, "{name} {}: {sum} M cycles", network.name());
    }
}
