//! What passes cannot do beside one another, on the machine: the model's bound holds for passes and loads of every
//! kind, and no term of it could be a cycle longer.

#[path = "../../tests/common/mod.rs"]
mod common;

use std::sync::atomic::{AtomicU64, Ordering};

use common::{Size, accelerator, cases, kinds, layer, of_kind, tiling};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use stationary_arch::{Accelerator, DramKind, LoadOrder, Passes, ResidentLoad};
use stationary_sim::{Dataflow, Mapping, Pace, estimate, run};

const PASSES: [Passes; 3] = [Passes::Overlapped, Passes::Serial, Passes::Exclusive];
const LOADS: [ResidentLoad; 2] = [ResidentLoad::Network, ResidentLoad::ShiftIn];
const ORDERS: [LoadOrder; 2] = [LoadOrder::Parallel, LoadOrder::ResidentFirst];

/// What share of the machine's cycles the bound is at least, all mappings of a dataflow together.
const NEAR: f64 = 0.82;

/// Random mappings on random machines that are changed so, with the bound and the machine's cycles.
fn for_each(
    kind: Option<&'static Dataflow>,
    (seeds, size): (u64, Size),
    set: impl Fn(&mut Accelerator) + Sync,
    visit: impl Fn(&Mapping, [u64; 2]) + Sync,
) {
    (0..seeds).into_par_iter().for_each(|seed| {
        let dataflow = &of_kind(kind, seed);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let layer = layer(&mut rng, size);
        let mut accelerator = accelerator(&mut rng, dataflow);
        set(&mut accelerator);
        let tiling = tiling(&mut rng, &layer, &accelerator, dataflow);
        let Ok(mapping) = Mapping::new(layer, accelerator, dataflow, tiling) else {
            return;
        };
        let bound = estimate(&mapping).lower_bound;
        let cycles = run(&mapping, Pace::SkipPeriods, &mut ()).cycles;
        assert!(
            bound <= cycles,
            "seed {seed}: {bound} > {cycles}: {:?} {tiling:?} {:?}\n{}",
            mapping.accelerator().array,
            mapping.layer().sizes(),
            dataflow.to_yaml()
        );
        visit(&mapping, [bound, cycles]);
    });
}

#[test]
fn no_kind_of_passes_is_below_the_bound() {
    for passes in PASSES {
        for resident_load in LOADS {
            for load_order in ORDERS {
                let [seen, met] = [const { AtomicU64::new(0) }; 2];
                for kind in kinds() {
                    let set = |accelerator: &mut Accelerator| {
                        accelerator.array.passes = passes;
                        accelerator.array.resident_load = resident_load;
                        accelerator.array.load_order = load_order;
                    };
                    for_each(kind, (cases(200), Size::Tiny), set, |_, [bound, cycles]| {
                        seen.fetch_add(1, Ordering::Relaxed);
                        met.fetch_add(u64::from(bound == cycles), Ordering::Relaxed);
                    });
                }
                let [seen, met] = [seen, met].map(AtomicU64::into_inner);
                let what = format!("{passes:?} {resident_load:?} {load_order:?}");
                assert!(seen > 200, "{seen} mappings: {what}");
                assert!(
                    met > 0,
                    "a bound that is a cycle too long would pass: {what}"
                );
            }
        }
    }
}

#[test]
fn the_bound_is_near_where_memory_is_ideal() {
    for passes in PASSES {
        for kind in kinds() {
            let [bounds, all] = [const { AtomicU64::new(0) }; 2];
            let set = |accelerator: &mut Accelerator| {
                accelerator.array.passes = passes;
                accelerator.dram.kind = DramKind::Ideal;
                accelerator.global_buffer.delivery = None;
                for partition in &mut accelerator.global_buffer.partitions {
                    partition.banks = None;
                    partition.double_buffered = true;
                }
            };
            for_each(
                kind,
                (cases(100), Size::Small),
                set,
                |_, [bound, cycles]| {
                    bounds.fetch_add(bound, Ordering::Relaxed);
                    all.fetch_add(cycles, Ordering::Relaxed);
                },
            );
            let [bounds, all] = [bounds, all].map(AtomicU64::into_inner);
            let share = bounds as f64 / all as f64;
            let what = kind.map_or("random", |dataflow| &dataflow.name);
            assert!(share > NEAR, "{passes:?} {what}: {share:.3}");
        }
    }
}
