//! Rates of the analytical model and the mapper.

mod common;

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rayon::prelude::*;
use stationary::arch::Accelerator;
use stationary::sim::{BoundEvaluator, Dataflow, Evaluator, Tiling, TilingSpace, estimate, mapper};
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

/// The same tilings through the screen: as candidates made before, and as they are.
fn screened(c: &mut Criterion) {
    let layer = layer();
    let mut group = c.benchmark_group("model/screen");
    group
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2))
        .sample_size(10);
    for (arch, name) in TARGETS {
        let (accelerator, dataflow) = target(arch, name);
        let mut screen =
            BoundEvaluator::new(&layer, &accelerator, dataflow).expect("it is offered");
        let (mut tilings, mut candidates) = (Vec::new(), Vec::new());
        mapper::candidates(&layer, &accelerator, dataflow, &mut |mapping, _| {
            tilings.push(*mapping.tiling());
            candidates.extend(screen.candidate(mapping.tiling()));
        });
        group.throughput(Throughput::Elements(candidates.len() as u64));
        group.bench_function(format!("{arch}/{name}"), |b| {
            b.iter(|| {
                let screened = candidates.iter().map(|c| screen.evaluate(black_box(c)));
                screened.flatten().map(|s| s.lower_bound).min()
            });
        });
        group.bench_function(format!("{arch}/{name}/tilings"), |b| {
            b.iter(|| {
                let candidates = tilings.iter().map(|t| {
                    let candidate = screen.candidate(black_box(t))?;
                    screen.evaluate(&candidate)
                });
                candidates.flatten().map(|s| s.lower_bound).min()
            });
        });
    }
    group.finish();
}

/// Candidates of the row-stationary space of the Eyeriss chip that a generation evaluates.
const GENERATED: u64 = 1_000_000;

/// Candidates are made and screened: kernels whole, all else in extents that double.
fn generated(c: &mut Criterion) {
    let layer = layer();
    let (accelerator, dataflow) = target("eyeriss", "rs");
    let tiling = Tiling::trivial(layer.sizes());
    let space = TilingSpace::doubling(&layer, &accelerator, dataflow, &tiling);
    let mut group = c.benchmark_group("model/space");
    group
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .sample_size(10)
        .throughput(Throughput::Elements(GENERATED));
    group.bench_function("eyeriss/rs", |b| {
        b.iter(|| {
            let screen = BoundEvaluator::new(&layer, &accelerator, dataflow);
            let mut screen = screen.expect("it is offered");
            let (mut left, mut best) = (GENERATED, u64::MAX);
            let _ = screen.for_each(&space, &mut |screen, candidate| {
                let screened = screen.evaluate(candidate);
                best = best.min(screened.map_or(u64::MAX, |s| s.lower_bound));
                left -= 1;
                match left {
                    0 => ControlFlow::Break(()),
                    _ => ControlFlow::Continue(()),
                }
            });
            (left, best)
        });
    });
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

criterion_group!(
    benches,
    evaluations,
    candidates,
    screened,
    generated,
    mappings,
    networks
);
criterion_main!(benches);
