//! Rates of the cycle-level machine: simulated cycles a second, and layers a second.

mod common;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use stationary::arch::Accelerator;
use stationary::sim::{Dataflow, Mapping, Pace, mapper, run};
use stationary::workloads::{Convolution, Layer, zoo};

fn machine(c: &mut Criterion) {
    let network = zoo::find("resnet18").expect("a bundled network");
    let mut group = c.benchmark_group("machine");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2));
    for (size, name) in [
        ("small", "layer4.0.downsample"),
        ("typical", "layer3.0.conv1"),
        ("large", "layer1.0.conv1"),
    ] {
        let layer = network
            .layers()
            .iter()
            .find(|l| l.name() == name)
            .expect("a layer");
        for (arch, dataflow) in [
            ("eyeriss", "rs"),
            ("systolic", "ws"),
            ("systolic", "os"),
            ("systolic", "is"),
        ] {
            let accelerator = Accelerator::preset(arch, &[]).expect("a bundled preset");
            let dataflow = Dataflow::find(dataflow).expect("a bundled dataflow");
            let mapping = mapper::map(layer, &accelerator, dataflow).expect("it maps");
            let cycles = run(&mapping, Pace::SkipIdle, &mut ()).cycles;
            group.throughput(Throughput::Elements(cycles));
            for (pace, label) in [
                (Pace::EveryCycle, "every-cycle"),
                (Pace::SkipIdle, "skip-idle"),
                (Pace::SkipPeriods, "skip-periods"),
            ] {
                group.bench_function(format!("{label}/{}/{size}", dataflow.name), |b| {
                    b.iter(|| run(black_box(&mapping), pace, &mut ()));
                });
            }
        }
    }
    group.finish();
}

/// One layer with ever more channels. What the machine works through are the phases that differ, so
/// that its time grows less than the work.
fn channels(c: &mut Criterion) {
    let mut group = c.benchmark_group("machine/channels");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2));
    for target in common::TARGETS {
        let (accelerator, dataflow) = target.load();
        for factor in [1, 2, 4, 8, 16] {
            let shape = Convolution::square(14, [64 * factor, 64 * factor], 3, 1, 1);
            let layer = Layer::convolution("conv", shape).expect("a layer");
            let mapping = mapper::map(&layer, &accelerator, dataflow).expect("it maps");
            let cycles = run(&mapping, Pace::SkipPeriods, &mut ()).cycles;
            group.throughput(Throughput::Elements(cycles));
            group.bench_function(format!("{}/x{factor}", target.name), |b| {
                b.iter(|| run(black_box(&mapping), Pace::SkipPeriods, &mut ()));
            });
        }
    }
    group.finish();
}

/// All layers of a network, each shape once, on one core; mapped before. With the preset's own memory,
/// and with banks, rows and refreshes.
fn networks(c: &mut Criterion) {
    let mut group = c.benchmark_group("machine/network");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    let ddr4: &[_] = &[("dram.kind", "ddr4-2400")];
    let resnet = |memory, sets| common::TARGETS.map(|t| ("resnet50", memory, 1, t, sets));
    let own: &[_] = &[];
    let runs = [resnet("", own), resnet("/ddr4-2400", ddr4)]
        .into_iter()
        .flatten();
    let vgg = ("vgg16", "", 3, common::TARGETS[0], own);
    for (network, memory, batch, target, sets) in runs.chain([vgg]) {
        let (accelerator, dataflow) = target.load_with(sets);
        let layers = common::distinct(network, batch);
        let map = |layer| mapper::map(layer, &accelerator, dataflow).expect("it maps");
        let mappings: Vec<_> = layers.iter().map(map).collect();
        let cycles = |mapping: &Mapping| run(mapping, Pace::SkipPeriods, &mut ()).cycles;
        group.throughput(Throughput::Elements(mappings.iter().map(cycles).sum()));
        group.bench_function(format!("{network}/{}{memory}", target.name), |b| {
            b.iter(|| mappings.iter().map(cycles).sum::<u64>());
        });
    }
    group.finish();
}

criterion_group!(benches, machine, channels, networks);
criterion_main!(benches);
