//! Fault injection: the invariants that model and machine are held to notice each fault.

mod common;

use std::sync::atomic::{AtomicU64, Ordering};

use common::invariants::broken;
use common::{Size, cases, for_random_mappings};
use stationary_sim::{Estimate, Mapping, Pace, Run, estimate, run};
use stationary_workloads::{Dim, PerDim};

/// How many random mappings of so many break a invariant with a fault, which must be none without it.
fn caught(fault: impl Fn(&Mapping, &mut Estimate, &mut Run) + Sync) -> (u64, u64) {
    let [caught, all] = [const { AtomicU64::new(0) }; 2];
    for_random_mappings(cases(60), Size::Small, |_, mapping, _| {
        let (mut model, mut machine) = (estimate(mapping), run(mapping, Pace::SkipIdle, &mut ()));
        assert_eq!(broken(mapping, &model, &machine), [""; 0]);
        fault(mapping, &mut model, &mut machine);
        let is_broken = !broken(mapping, &model, &machine).is_empty();
        caught.fetch_add(u64::from(is_broken), Ordering::Relaxed);
        all.fetch_add(1, Ordering::Relaxed);
    });
    (caught.into_inner(), all.into_inner())
}

/// One per cent more, and at least one.
fn inflate(count: &mut u64) {
    *count += count.div_ceil(100).max(1);
}

#[test]
fn a_bound_one_per_cent_too_high_is_noticed() {
    let (caught, all) = caught(|_, model, _| inflate(&mut model.lower_bound));
    // Wherever the bound is within a per cent of the machine.
    assert!(caught >= 3, "{caught} of {all} mappings");
}

#[test]
fn a_term_of_the_model_one_per_cent_too_high_is_noticed() {
    type Fault = fn(&mut Estimate);
    let terms: [(&str, Fault); 5] = [
        ("MAC steps", |model| inflate(&mut model.busy)),
        ("DRAM reads", |model| {
            inflate(&mut model.counters.dram_read.input)
        }),
        ("buffer reads", |model| {
            inflate(&mut model.counters.buffer_read.weight)
        }),
        ("array words", |model| {
            inflate(&mut model.counters.array_send.output)
        }),
        ("DRAM writes", |model| {
            inflate(&mut model.counters.dram_write.output)
        }),
    ];
    for (term, fault) in terms {
        let (caught, all) = caught(|_, model, _| fault(model));
        assert_eq!(caught, all, "{term}");
    }
}

/// The run of the same mapping without its last block: what a machine does that stops a tile early.
fn without_last_tile(mapping: &Mapping, machine: &mut Run) {
    let sizes = mapping.layer().sizes();
    let tiling = mapping.tiling();
    let last = PerDim::from_fn(|d: Dim| (sizes[d] - 1) % tiling.part[d] % tiling.block[d] + 1);
    let c = &mut machine.counters;
    c.macs -= last.0.iter().product::<u64>();
    let outputs = [Dim::N, Dim::G, Dim::K, Dim::P, Dim::Q];
    let outputs: u64 = outputs.into_iter().map(|d| last[d]).product();
    c.array_send.output -= outputs;
    c.buffer_write.output -= outputs;
    c.buffer_drain.output -= outputs;
    c.dram_write.output -= outputs;
}

#[test]
fn a_machine_that_drops_its_last_tile_is_noticed_even_if_the_model_agrees() {
    let (caught, all) = caught(|mapping, model, machine| {
        without_last_tile(mapping, machine);
        // Equal wrongs pass an equivalence: the conservation invariants must notice.
        model.counters = machine.counters;
    });
    assert_eq!(caught, all);
}
