//! The default mapper finds a legal mapping wherever it should.

mod common;

use std::collections::HashSet;

use common::cases;

use rayon::prelude::*;
use stationary_arch::{Accelerator, presets};
use stationary_sim::{Dataflow, estimate, mapper};
use stationary_workloads::{Layer, zoo};

/// Of how many layers one is mapped on each preset and dataflow; STATIONARY_CASES=8 maps them all.
const SHARE: u64 = 8;

/// Every bundled layer on every preset and dataflow in turn.
#[test]
fn bundled_layers_map_on_every_preset() {
    let step = SHARE.div_ceil(cases(1)).max(1) as usize;
    let mut turn = 0;
    let layers = distinct(all_layers());
    let machines: Vec<_> = presets::names()
        .map(|name| Accelerator::preset(name, &[]).expect("a bundled preset is valid"))
        .collect();
    for accelerator in &machines {
        for name in &accelerator.dataflows {
            let dataflow = Dataflow::find(name).expect("presets name known dataflows");
            turn += 1;
            let share: Vec<_> = layers.iter().skip(turn % step).step_by(step).collect();
            share.par_iter().for_each(|layer| {
                let mapping = mapper::map(layer, accelerator, dataflow)
                    .unwrap_or_else(|error| panic!("{error}"));
                let model = estimate(&mapping);
                assert_eq!(model.counters.macs, layer.macs());
                assert!(model.lower_bound <= model.cycles && model.busy <= model.cycles);
            });
        }
    }
}

#[test]
fn the_same_layer_always_gets_the_same_mapping() {
    let accelerator = Accelerator::preset("gemmini", &[]).expect("a bundled preset is valid");
    let network = zoo::find("resnet18").expect("a bundled network");
    let dataflow = Dataflow::find("ws").expect("a bundled dataflow");
    let layer = &network.layers()[3];
    let tiling = || {
        *mapper::map(layer, &accelerator, dataflow)
            .expect("it maps")
            .tiling()
    };
    assert_eq!(tiling(), tiling());
}

fn all_layers() -> impl Iterator<Item = Layer> {
    let networks = zoo::names().map(|name| zoo::find(name).expect("a bundled network"));
    networks.flat_map(|network| network.layers().to_vec())
}

fn distinct(layers: impl Iterator<Item = Layer>) -> Vec<Layer> {
    let mut seen = HashSet::new();
    layers
        .filter(|layer| seen.insert((*layer.sizes(), layer.rows(), layer.cols())))
        .collect()
}
