//! Rates of the cycle-level machine: simulated cycles a second, and layers a second.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use stationary::arch::Accelerator;
use stationary::sim::{Dataflow, Pace, mapper, run};
use stationary::workloads::zoo;

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

criterion_group!(benches, machine);
criterion_main!(benches);
