//! Rates of the analytical model and the mapper.

mod common;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rayon::prelude::*;
use stationary::arch::Accelerator;
use stationary::sim::{Dataflow, Evaluator, estimate, mapper};
use stationary::workloads::{Layer, zoo};

const TARGETS: [(&str, &str); 5] = [
    ("eyeriss", "rs"),
    ("nvdla-large", "ws"),
    ("systolic", "ws"),
    ("systolic", "os"),
    ("systolic", "is"),
];

/// A convolution of the middle of ResNet-50: 128 to 128 channels, 28 x 28, 3 x 3.
fn layer() -> Layer {
    let network = zoo::find("resnet50").expect("a bundled network");
    let mut layers = network.layers().iter();
    layers
        .find(|l| l.name() == "layer2.1.conv2")
        .expect("a layer")
        .clone()
}

fn target(arch: &str, dataflow: &str) -> (Accelerator, &'static Dataflow) {
    let accelerator = Accelerator::preset(arch, &[]).expect("a bundled preset");
    let dataflow = Dataflow::find(dataflow).expect("a bundled dataflow");
    (accelerator, dataflow)
}

fn evaluations(c: &mut Criterion) {
    let layer = layer();
    let mut group = c.benchmark_group("model/estimate");
    group
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2))
        .throughput(Throughput::Elements(1));
    for (arch, name) in TARGETS {
        let (accelerator, dataflow) = target(arch, name);
        let mapping = mapper::map(&layer, &accelerator, dataflow).expect("it maps");
        group.bench_function(format!("{arch}/{name}"), |b| {
            b.iter(|| estimate(black_box(&mapping)));
        });
    }
    group.finish();
}

/// The tilings that the mapper tries, evaluated one after the other and in parallel.
fn candidates(c: &mut Criterion) {
    let layer = layer();
    let mut group = c.benchmark_group("model/evaluator");
    group
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2))
        .sample_size(10);
    for (arch, name) in TARGETS {
        let (accelerator, dataflow) = target(arch, name);
        let mut tilings = Vec::new();
        mapper::candidates(&layer, &accelerator, dataflow, &mut |mapping, _| {
            tilings.push(*mapping.tiling());
        });
        let mut evaluator = Evaluator::new(&layer, &accelerator, dataflow).expect("it is offered");
        group.throughput(Throughput::Elements(tilings.len() as u64));
        group.bench_function(format!("{arch}/{name}"), |b| {
            b.iter(|| {
                let estimates = tilings.iter().map(|tiling| evaluator.estimate(tiling));
                estimates.flatten().map(|e| e.cycles).min()
            });
        });
        group.bench_function(format!("{arch}/{name}/parallel"), |b| {
            b.iter(|| evaluator.estimates(black_box(&tilings)));
        });
    }
    group.finish();
}

fn mappings(c: &mut Criterion) {
    let layer = layer();
    let mut group = c.benchmark_group("model/mapper");
    group
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2))
        .sample_size(10);
    for (arch, name) in TARGETS {
        let (accelerator, dataflow) = target(arch, name);
        let mut candidates = 0;
        mapper::candidates(&layer, &accelerator, dataflow, &mut |_, _| candidates += 1);
        group.throughput(Throughput::Elements(candidates));
        group.bench_function(format!("{arch}/{name}"), |b| {
            b.iter(|| mapper::map(black_box(&layer), &accelerator, dataflow));
        });
    }
    group.finish();
}

/// The default mapper on all layers of a network, each shape once, over all cores.
fn networks(c: &mut Criterion) {
    let layers = common::distinct("resnet50", 1);
    let mut group = c.benchmark_group("model/network");
    group
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .sample_size(10)
        .throughput(Throughput::Elements(layers.len() as u64));
    for target in common::TARGETS {
        let (accelerator, dataflow) = target.load();
        group.bench_function(format!("resnet50/{}", target.name), |b| {
            b.iter(|| {
                let mapped = layers.par_iter().map(|layer| {
                    let mapping = mapper::map(layer, &accelerator, dataflow).expect("it maps");
                    estimate(&mapping).cycles
                });
                mapped.sum::<u64>()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, evaluations, candidates, mappings, networks);
criterion_main!(benches);
