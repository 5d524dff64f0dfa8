//! The Eyeriss chip on AlexNet, batch 4, under its published mappings
//! (`tests/data/eyeriss/README.md`). Nothing in the preset is fitted to these figures.

mod power;
mod time;
mod traffic;
mod vgg;

use std::sync::LazyLock;

use stationary::arch::Accelerator;
use stationary::mappings::{MappingFile, find};
use stationary::sim::{Dataflow, Mapping, Run, mapper};
use stationary::workloads::{Layer, zoo};

use crate::comparison::Comparison;
use crate::machine::{on_ideal_memory, on_machine, preset};
use crate::table::{Row, rows};

/// The five convolutions with the batch of the measurement.
fn convolutions() -> Vec<Layer> {
    let network = zoo::find("alexnet").expect("a bundled network");
    let batched = network.batched(4).expect("a small batch");
    batched.layers()[..5].to_vec()
}

/// A layer as the chip ran it.
fn published<'a>(layer: &'a Layer, chip: &'a Accelerator) -> Mapping {
    let name = "eyeriss-alexnet";
    let text = find(name).expect("a bundled mapping");
    let (dataflow, tiling) = MappingFile::parse(name, text)
        .and_then(|file| file.tiling(name, layer, chip))
        .unwrap_or_else(|error| panic!("{error}"));
    Mapping::new(layer, chip, dataflow, tiling).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs of the five layers under the published mappings.
struct Runs {
    /// With the preset's DRAM.
    real: Vec<Run>,
    /// With memory never in the way.
    ideal: Vec<Run>,
}

/// On the preset as it is.
static RUNS: LazyLock<Runs> = LazyLock::new(|| runs(&[]));

fn runs(sets: &[(&str, &str)]) -> Runs {
    let (layers, chip) = (convolutions(), preset("eyeriss", sets));
    let each = |run: fn(&Mapping) -> Run| {
        let runs = layers.iter().map(|layer| run(&published(layer, &chip)));
        runs.collect()
    };
    Runs {
        real: each(on_machine),
        ideal: each(on_ideal_memory),
    }
}

/// The table's five layers in order; the row of totals is left out.
fn measured() -> Vec<Row> {
    let mut rows = rows("eyeriss/alexnet_measured.csv");
    rows.truncate(5);
    rows
}

/// A figure of each layer, by its index, against a column of the measurements.
fn against(what: &'static str, column: &str, ours: impl Fn(usize) -> f64) -> Comparison {
    let mut comparison = Comparison::new(what);
    for (i, row) in measured().iter().enumerate() {
        comparison.push(row.text("layer"), ours(i), row.number(column));
    }
    comparison
}

#[test]
fn layers_and_rows_are_in_the_same_order() {
    for (layer, row) in convolutions().iter().zip(measured()) {
        assert_eq!(layer.name().to_uppercase(), row.text("layer"));
        let millions = layer.macs() as f64 / 1e6;
        assert!((millions - row.number("macs_M")).abs() < 0.1, "{millions}");
    }
}

#[test]
fn active_pes_are_exact() {
    let (layers, chip) = (convolutions(), preset("eyeriss", &[]));
    against("active PEs", "active_pes", |i| {
        published(&layers[i], &chip).active_pes() as f64
    })
    .assert_each(0.0);
}

/// The mapper, given nothing, finds mappings on which the machine is at least as fast.
#[test]
fn the_mapper_is_no_slower_than_the_published_mappings() {
    let (layers, chip) = (convolutions(), preset("eyeriss", &[]));
    let dataflow = Dataflow::find("rs").expect("a known dataflow");
    let mut comparison = Comparison::new("cycles, mapper and published mapping");
    for (layer, published) in layers.iter().zip(&RUNS.real) {
        let mapping = mapper::map(layer, &chip, dataflow).unwrap_or_else(|e| panic!("{e}"));
        let cycles = on_machine(&mapping).cycles;
        comparison.push(layer.name(), cycles as f64, published.cycles as f64);
    }
    comparison.assert_bands([const { f64::NEG_INFINITY..=0.0 }; 5]);
}
