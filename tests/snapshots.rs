//! Per-layer traces, as text that a person can read.
//!
//! `INSTA_UPDATE=always cargo test --test snapshots` writes them anew; read each changed line before
//! accepting it. Events stand in the order in which they end; a load's second time is the first
//! cycle in which it can be read, a pass's one past its last MAC.

mod common;

use std::fmt::Write as _;

use insta::assert_snapshot;
use stationary_arch::{Accelerator, Operand};
use stationary_sim::{Dataflow, Mapping, Pace, Run, TextTrace, Tiling, mapper, run};
use stationary_workloads::{Convolution, Dim, Layer, zoo};

/// The whole trace of a small layer on a small array under a tiling written out here.
fn small(arch: &str, dataflow: &str, change: impl Fn(&mut Tiling)) -> String {
    let sets = [
        ("array.rows", "4"),
        ("array.cols", "4"),
        ("dram.latency", "4"),
    ];
    let sets = if arch == "eyeriss" {
        &sets[2..]
    } else {
        &sets[..]
    };
    let accelerator = Accelerator::preset(arch, sets).expect("a bundled preset");
    let layer =
        Layer::convolution("small", Convolution::square(6, [4, 8], 3, 1, 1)).expect("sizes");
    let dataflow = Dataflow::find(dataflow).expect("a bundled dataflow");
    let mut tiling = Tiling::trivial(layer.sizes());
    for dim in &*dataflow.beats {
        tiling.local[*dim] = layer.size(*dim);
    }
    change(&mut tiling);
    let mapping = Mapping::new(&layer, &accelerator, dataflow, tiling).expect("a legal tiling");
    let text = trace(&mapping, usize::MAX);
    assert!(text.lines().count() < 60, "short enough to be read");
    text
}

/// The beginning of the trace of a real layer under the mapper's mapping.
fn real(arch: &str, dataflow: &str, network: &str, layer: &str) -> String {
    let accelerator = Accelerator::preset(arch, &[]).expect("a bundled preset");
    let network = zoo::find(network).expect("a bundled network");
    let layer = network
        .layers()
        .iter()
        .find(|l| l.name() == layer)
        .expect("a layer of it");
    let dataflow = Dataflow::find(dataflow).expect("a bundled dataflow");
    let mapping = mapper::map(layer, &accelerator, dataflow).expect("it maps");
    trace(&mapping, 40)
}

fn trace(mapping: &Mapping, lines: usize) -> String {
    let mut trace = TextTrace::default();
    let run = run(mapping, Pace::SkipIdle, &mut trace);
    let whole = trace.finish();
    let mut text = format!(
        "{} on {}\n",
        mapping.layer().name(),
        mapping.accelerator().name
    );
    text.push_str("     from        to  what\n");
    for line in whole.lines().take(lines) {
        text.push_str(line);
        text.push('\n');
    }
    let left = whole.lines().count().saturating_sub(lines);
    if left > 0 {
        writeln!(text, "          ... {left} more lines").expect("writing to a string");
    }
    text.push_str(&summary(&run));
    text
}

fn summary(run: &Run) -> String {
    let mut text = format!("{} cycles, busy {}", run.cycles, run.busy);
    for (cause, cycles) in run.stalls.iter() {
        write!(text, ", {} {cycles}", cause.name()).expect("writing to a string");
    }
    text.push('\n');
    let c = &run.counters;
    for operand in Operand::ALL {
        writeln!(
            text,
            "{operand}: dram {} read {} written; buffer {} read {} written; array {} received {} sent",
            c.dram_read[operand],
            c.dram_write[operand],
            c.buffer_read[operand],
            c.buffer_write[operand],
            c.array_receive[operand],
            c.array_send[operand],
        )
        .expect("writing to a string");
    }
    text
}

#[test]
fn weight_stationary() {
    assert_snapshot!(small("systolic", "ws", |t| {
        t.rows[Dim::C] = 4;
        t.cols[Dim::K] = 4;
    }));
}

#[test]
fn output_stationary() {
    assert_snapshot!(small("systolic", "os", |t| {
        t.rows[Dim::Q] = 4;
        t.cols[Dim::K] = 4;
    }));
}

#[test]
fn input_stationary() {
    assert_snapshot!(small("systolic", "is", |t| {
        t.rows[Dim::C] = 4;
        t.cols[Dim::Q] = 4;
    }));
}

#[test]
fn row_stationary() {
    assert_snapshot!(small("eyeriss", "rs", |t| {
        t.rows[Dim::R] = 3;
        t.rows[Dim::C] = 2;
        t.cols[Dim::P] = 6;
        t.local[Dim::S] = 3;
        t.local[Dim::C] = 2;
        t.local[Dim::K] = 4;
    }));
}

#[test]
fn eyeriss_on_alexnet() {
    assert_snapshot!(real("eyeriss", "rs", "alexnet", "conv3"));
}

#[test]
fn nvdla_small_on_resnet18() {
    assert_snapshot!(real("nvdla-small", "ws", "resnet18", "layer2.0.conv1"));
}

#[test]
fn nvdla_large_on_resnet18() {
    assert_snapshot!(real("nvdla-large", "ws", "resnet18", "layer3.0.conv1"));
}

#[test]
fn shidiannao_on_mobilenet_v2() {
    assert_snapshot!(real(
        "shidiannao",
        "os",
        "mobilenet_v2",
        "block1.0.depthwise"
    ));
}

#[test]
fn tpu_v1_on_resnet50() {
    assert_snapshot!(real("tpu-v1", "ws", "resnet50", "layer2.0.conv2"));
}

#[test]
fn systolic_on_resnet18() {
    assert_snapshot!(real("systolic", "is", "resnet18", "layer4.0.conv1"));
}

#[test]
fn gemmini_on_mobilenet_v2() {
    assert_snapshot!(real("gemmini", "os", "mobilenet_v2", "block3.0.expand"));
}
