//! Networks and machines that several benchmarks run.
#![allow(dead_code, reason = "each benchmark uses its part")]

use stationary::arch::Accelerator;
use stationary::sim::Dataflow;
use stationary::workloads::{Layer, zoo};

/// An accelerator with what differs from its preset, and a dataflow.
#[derive(Clone, Copy)]
pub struct Target {
    pub name: &'static str,
    preset: &'static str,
    sets: &'static [(&'static str, &'static str)],
    dataflow: &'static str,
}

/// The machines that whole networks run on.
pub const TARGETS: [Target; 3] = [
    Target {
        name: "eyeriss",
        preset: "eyeriss",
        sets: &[],
        dataflow: "rs",
    },
    Target {
        name: "nvdla-large",
        preset: "nvdla-large",
        sets: &[],
        dataflow: "ws",
    },
    Target {
        name: "systolic-32x32",
        preset: "systolic",
        sets: &[("array.rows", "32"), ("array.cols", "32")],
        dataflow: "ws",
    },
];

impl Target {
    pub fn load(&self) -> (Accelerator, &'static Dataflow) {
        self.load_with(&[])
    }

    /// With more that differs.
    pub fn load_with(&self, sets: &[(&str, &str)]) -> (Accelerator, &'static Dataflow) {
        let sets = [self.sets, sets].concat();
        let accelerator = Accelerator::preset(self.preset, &sets).expect("a bundled preset");
        let dataflow = Dataflow::find(self.dataflow).expect("a bundled dataflow");
        (accelerator, dataflow)
    }
}

/// The layers of a network, each shape once.
pub fn distinct(network: &str, batch: u64) -> Vec<Layer> {
    let network = zoo::find(network).expect("a bundled network");
    let network = network.batched(batch).expect("a batch");
    let mut layers: Vec<Layer> = Vec::new();
    for layer in network.layers() {
        let shape = |l: &Layer| (*l.sizes(), l.rows(), l.cols());
        if !layers.iter().any(|other| shape(other) == shape(layer)) {
            layers.push(layer.clone());
        }
    }
    layers
}
