//! How passes follow one another costs what it costs on the machine, once.

use rayon::prelude::*;
use stationary_arch::Accelerator;
use stationary_sim::decoupled::{self, LoweredLayer, Schedule};
use stationary_sim::{Dataflow, Mapping, Pace, estimate, mapper, run};
use stationary_workloads::{Layer, zoo};

/// The model's mean error on the layers of a network, and its worst.
const MEAN: f64 = 0.04;
const WORST: f64 = 0.1;

fn error(layer: &Layer, accelerator: &Accelerator, dataflow: &'static Dataflow) -> f64 {
    let mapping = mapper::map(layer, accelerator, dataflow).expect("a bundled layer maps");
    let machine = run(&mapping, Pace::SkipPeriods, &mut ());
    estimate(&mapping).cycles as f64 / machine.cycles as f64 - 1.0
}

/// An array pays the way out of a pass where the next one waits for it, whatever stays in its PEs: beside the
/// next tile's load, and within the time that sums are on their way to the pass that reads them.
#[test]
fn the_way_out_of_a_pass_is_paid_once() {
    let network = zoo::find("mobilenet_v2").expect("a bundled network");
    let mut layers: Vec<&Layer> = Vec::new();
    for layer in network.layers() {
        if !layers.iter().any(|other| other.sizes() == layer.sizes()) {
            layers.push(layer);
        }
    }
    for passes in ["overlapped", "serial", "exclusive"] {
        let systolic = Accelerator::preset("systolic", &[("array.passes", passes)]);
        let systolic = systolic.expect("a legal array");
        for name in &systolic.dataflows {
            let dataflow = Dataflow::find(name).expect("presets name known dataflows");
            let errors = layers.par_iter();
            let errors: Vec<f64> = errors
                .map(|layer| error(layer, &systolic, dataflow))
                .collect();
            let mean = errors.iter().map(|error| error.abs()).sum::<f64>() / errors.len() as f64;
            let worst = errors
                .iter()
                .fold(0.0, |worst: f64, error| worst.max(error.abs()));
            assert!(
                mean <= MEAN && worst <= WORST,
                "{name}, {passes} passes: mean {mean:.3}, worst {worst:.3}"
            );
        }
    }
}

/// A PE that starts a MAC every third cycle works three times as long on what it is given; what moves does
/// not change.
#[test]
fn macs_start_so_far_apart() {
    let network = zoo::find("alexnet").expect("a bundled network");
    for (preset, dataflow) in [("systolic", "ws"), ("shidiannao", "os"), ("eyeriss", "rs")] {
        let dataflow = Dataflow::find(dataflow).expect("a bundled dataflow");
        let [every, third] = ["1", "3"].map(|interval| {
            let sets = [("array.mac_interval", interval)];
            Accelerator::preset(preset, &sets).expect("a preset")
        });
        for layer in network.layers() {
            let mapping = mapper::map(layer, &every, dataflow).expect("a bundled layer maps");
            let slow = Mapping::new(layer, &third, dataflow, *mapping.tiling());
            let slow = slow.expect("the same tiling fits");
            let [fast, slow] = [&mapping, &slow].map(|m| run(m, Pace::SkipPeriods, &mut ()));
            assert_eq!(3 * fast.busy, slow.busy, "{preset} {}", layer.name());
            assert_eq!(fast.counters, slow.counters, "{preset} {}", layer.name());
        }
    }
    let layer = &network.layers()[2];
    let products = |sets: &[(&str, &str)]| {
        let accelerator = Accelerator::preset("vta", sets).expect("a preset");
        let kernel = LoweredLayer::new(layer, &accelerator, Schedule::ONE).expect("one block fits");
        decoupled::run(&kernel, Pace::SkipIdle, &mut ()).busy
    };
    let at_once = products(&[("decoupled.gemm.interval", "2")]);
    // The longer of the two distances is what counts.
    for (core, array, factor) in [("2", "1", 1), ("2", "2", 1), ("1", "2", 1), ("2", "6", 3)] {
        let sets = [
            ("decoupled.gemm.interval", core),
            ("array.mac_interval", array),
        ];
        assert_eq!(products(&sets), factor * at_once, "{core} {array}");
    }
}
