//! Time of the exact optimiser on ConfuciuX's MobileNetV2 tables.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use stationary::search::optimizers::exact;
use stationary::search::{Objective, Problem, Table};

fn search(c: &mut Criterion) {
    let text = include_str!("../search/tests/data/mobilenet_v2_dla.csv");
    let table = Table::parse("mobilenet_v2_dla.csv", text).expect("the table is valid");
    let mut group = c.benchmark_group("exact");
    group
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2));
    for platform in ["unlimited", "cloud", "iot", "iotx"] {
        let budget = format!("area={platform}").parse().expect("a budget");
        let problem =
            Problem::new(table.clone(), Objective::Latency, &[budget]).expect("a problem");
        group.bench_function(format!("mobilenet_v2_dla/latency/area={platform}"), |b| {
            b.iter(|| exact::solve(black_box(&problem), exact::STATES));
        });
    }
    group.finish();
}

criterion_group!(benches, search);
criterion_main!(benches);
