//! Rates of the analytical model and the mapper.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use stationary::arch::Accelerator;
use stationary::sim::{Dataflow, estimate, mapper};
use stationary::workloads::zoo;

fn model(c: &mut Criterion) {
    let network = zoo::find("resnet50").expect("a bundled network");
    let layer = network
        .layers()
        .iter()
        .find(|l| l.name() == "layer2.1.conv2")
        .expect("a layer");
    let mut group = c.benchmark_group("model");
    group.measurement_time(std::time::Duration::from_secs(3));
    for (arch, dataflow) in [
        ("eyeriss", "rs"),
        ("nvdla-large", "ws"),
        ("systolic", "ws"),
        ("systolic", "os"),
        ("systolic", "is"),
    ] {
        let accelerator = Accelerator::preset(arch, &[]).expect("a bundled preset");
        let dataflow = Dataflow::find(dataflow).expect("a bundled dataflow");
        let mapping = mapper::map(layer, &accelerator, dataflow).expect("it maps");
        group.throughput(Throughput::Elements(1));
        group.bench_function(format!("estimate/{arch}/{}", dataflow.name), |b| {
            b.iter(|| estimate(black_box(&mapping)));
        });
        let mut candidates = 0;
        mapper::candidates(layer, &accelerator, dataflow, &mut |_, _| candidates += 1);
        group
            .sample_size(10)
            .throughput(Throughput::Elements(candidates));
        group.bench_function(format!("mapper/{arch}/{}", dataflow.name), |b| {
            b.iter(|| mapper::map(black_box(layer), &accelerator, dataflow));
        });
    }
    group.finish();
}

criterion_group!(benches, model);
criterion_main!(benches);
