//! The default mapper finds a legal mapping wherever it should.

mod common;

use common::for_layers_on_presets;
use stationary_arch::Accelerator;
use stationary_sim::{Dataflow, estimate, mapper};
use stationary_workloads::zoo;

/// Of how many layers one is mapped on each preset and dataflow; STATIONARY_CASES=8 maps them all.
const SHARE: u64 = 8;

/// Every bundled layer on every preset and dataflow in turn.
#[test]
fn bundled_layers_map_on_every_preset() {
    for_layers_on_presets(SHARE, |accelerator, dataflow, layer| {
        let mapping =
            mapper::map(layer, accelerator, dataflow).unwrap_or_else(|error| panic!("{error}"));
        let model = estimate(&mapping);
        assert_eq!(model.counters.macs, layer.macs());
        assert!(model.lower_bound <= model.cycles && model.busy <= model.cycles);
    });
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
