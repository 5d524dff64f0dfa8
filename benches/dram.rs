//! Memory clocks a second, with and without skipping those in which nothing happens.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use stationary::arch::dram::Standard;
use stationary::sim::dram::{Memory, TraceRequest, replay};

/// 20,000 reads, in sequence or scattered over 1 GiB.
fn trace(is_random: bool) -> Vec<TraceRequest> {
    let mut state = 1_u64;
    let requests = (0..20_000_u64).map(|i| {
        // Knuth's linear congruential generator, MMIX.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        TraceRequest {
            address: if is_random {
                state >> 34 << 6 & 0x3fff_ffff
            } else {
                64 * i
            },
            is_write: false,
            cycle: 0,
        }
    });
    requests.collect()
}

fn dram(c: &mut Criterion) {
    let mut group = c.benchmark_group("dram");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(2));
    for preset in ["ddr4-2400", "hbm2"] {
        let standard = Standard::preset(preset).expect("a bundled preset");
        for (name, is_random) in [("sequential", false), ("random", true)] {
            let trace = trace(is_random);
            let run = |trace: &[TraceRequest]| {
                replay(&mut Memory::new(&standard), trace, NonZeroU32::MIN)
            };
            group.throughput(Throughput::Elements(run(&trace).cycles));
            group.bench_function(format!("{preset}/{name}"), |b| {
                b.iter(|| run(black_box(&trace)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, dram);
criterion_main!(benches);
