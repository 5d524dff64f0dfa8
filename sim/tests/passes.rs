//! How passes follow one another costs what it costs on the machine, once.

use rayon::prelude::*;
use stationary_arch::Accelerator;
use stationary_sim::{Dataflow, Pace, estimate, mapper, run};
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
