//! No mapping of a layer is below the bound on all of them.

#[path = "../../tests/common/mod.rs"]
mod common;

use std::sync::atomic::{AtomicU64, Ordering};

use common::{Size, accelerator, cases, kinds, layer, of_kind, tiling};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use stationary_arch::Accelerator;
use stationary_sim::mapper::{Goal, MapperEffort, Objective, Slack, map_with};
use stationary_sim::{Dataflow, Mapping, Pace, Tiling, estimate, mapper, run, space_bound};
use stationary_workloads::{Convolution, Dim, Layer};

/// Tilings of each random layer and machine.
const TILINGS: u64 = 60;

const EFFORT: u64 = 1 << 20;

/// Whether the bound speaks of a mapping.
fn is_meant(mapping: &Mapping, accelerator: &Accelerator) -> bool {
    let (layer, tiling) = (mapping.layer(), mapping.tiling());
    let is_whole = |d: &Dim| tiling.part[*d] == layer.size(*d);
    let mut kept = Dim::ALL
        .into_iter()
        .filter(|d| !matches!(d, Dim::N | Dim::G));
    !accelerator.sequencer.staging.is_empty() || kept.all(|d| is_whole(&d))
}

#[test]
fn no_mapping_is_below_the_bound() {
    let [seen, met] = [const { AtomicU64::new(0) }; 2];
    let drawn = cases(30);
    kinds().into_par_iter().for_each(|kind| {
        for seed in 0..drawn {
            let dataflow = &of_kind(kind, seed);
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let layer = layer(&mut rng, Size::Small);
            let accelerator = accelerator(&mut rng, dataflow);
            let bound = space_bound(&layer, &accelerator, dataflow, u64::MAX, EFFORT);
            let bound = bound.expect("it is offered");
            let mut least = u64::MAX;
            let mut check = |mapping: &Mapping, what: &dyn Fn() -> String| {
                if !is_meant(mapping, &accelerator) {
                    return;
                }
                let model = estimate(mapping);
                assert!(
                    bound.cycles <= model.lower_bound,
                    "{} > {} of {:?}, {}",
                    bound.cycles,
                    model.lower_bound,
                    mapping.tiling(),
                    what()
                );
                least = least.min(model.lower_bound);
                seen.fetch_add(1, Ordering::Relaxed);
            };
            let what = || {
                format!(
                    "{} seed {seed} {:?} {:?} {:?}",
                    dataflow.name,
                    layer.sizes(),
                    layer.rows(),
                    layer.cols()
                )
            };
            for case in 0..TILINGS {
                let t = tiling(&mut rng, &layer, &accelerator, dataflow);
                let mapping = Mapping::new(&layer, &accelerator, dataflow, t);
                if let Ok(mapping) = mapping {
                    check(&mapping, &what);
                    if case < 2 && is_meant(&mapping, &accelerator) {
                        let machine = run(&mapping, Pace::SkipPeriods, &mut ());
                        assert!(bound.cycles <= machine.cycles, "{}", what());
                    }
                }
            }
            if let Ok(mapping) = mapper::map(&layer, &accelerator, dataflow) {
                check(&mapping, &what);
            }
            met.fetch_add(u64::from(bound.cycles == least), Ordering::Relaxed);
        }
    });
    let [seen, met] = [seen, met].map(AtomicU64::into_inner);
    assert!(seen > 10 * drawn, "{seen} mappings");
    // Where few tiles are possible the bound is that of a mapping.
    assert!(met > 0);
}

/// A layer whose MACs leave no PE idle, on a machine whose memory is never in the way: nothing but the first words
/// and the last stand between the bound and the machine.
#[test]
fn the_bound_is_near_where_macs_decide() {
    let layer = Layer::convolution("conv", Convolution::square(56, [128, 128], 3, 1, 1));
    let layer = layer.expect("a layer");
    let fastest = MapperEffort {
        goal: Goal {
            objective: Objective::Cycles,
            slack: Slack::NONE,
        },
        ..MapperEffort::default()
    };
    for (preset, within) in [("systolic", 1.05), ("gemmini", 1.05), ("nvdla-small", 1.03)] {
        let accelerator = Accelerator::preset(preset, &[]).expect("a bundled preset");
        let dataflow = Dataflow::find("ws").expect("a bundled dataflow");
        let mapping = map_with(&layer, &accelerator, dataflow, &fastest).expect("it fits");
        let cycles = run(&mapping, Pace::SkipPeriods, &mut ()).cycles;
        let bound = space_bound(&layer, &accelerator, dataflow, cycles, EFFORT);
        let bound = bound.expect("it is offered");
        assert!(bound.is_complete, "{preset}: {bound:?}");
        let gap = cycles as f64 / bound.cycles as f64;
        assert!(gap < within, "{preset}: {cycles} {bound:?}");
    }
}

/// Groups, over which this mapping loops outside of all else, so that weights stay while it goes over rows: drawn at
/// random, where the bound took them to be looped over within each block of rows.
#[test]
fn weights_stay_where_groups_are_looped_over_outside() {
    let text = include_str!("data/bound_over_groups.yaml");
    let accelerator = Accelerator::from_yaml("bound_over_groups.yaml", text).expect("a machine");
    let dataflow = Dataflow::find("rs").expect("a bundled dataflow");
    let layer = Convolution {
        groups: 3,
        in_channels: 3 * 34,
        out_channels: 3 * 35,
        input: [31, 1],
        ..Convolution::square(1, [1, 1], 1, 1, 0)
    };
    let layer = Layer::convolution("grouped", layer).expect("a layer");
    let mut tiling = Tiling::trivial(layer.sizes());
    (tiling.block[Dim::G], tiling.block[Dim::P]) = (1, 2);
    (tiling.local[Dim::K], tiling.local[Dim::C]) = (6, 17);
    (
        tiling.rows[Dim::C],
        tiling.rows[Dim::P],
        tiling.cols[Dim::K],
    ) = (2, 2, 6);
    let order = {
        use Dim::{C, G, K, N, P, Q, R, S};
        [G, N, P, Q, K, C, R, S]
    };
    (tiling.block_order, tiling.pass_order) = (order, order);
    let mapping = Mapping::new(&layer, &accelerator, dataflow, tiling).expect("it is legal");
    let bound = space_bound(&layer, &accelerator, dataflow, u64::MAX, EFFORT);
    let bound = bound.expect("it is offered");
    let cycles = run(&mapping, Pace::SkipPeriods, &mut ()).cycles;
    assert!(
        bound.is_complete && bound.cycles <= estimate(&mapping).lower_bound,
        "{bound:?}"
    );
    assert!(bound.cycles <= cycles);
}

/// With less effort less is shown, and never more than is so.
#[test]
fn effort_makes_the_bound_no_lower() {
    let layer = Layer::convolution("conv", Convolution::square(14, [96, 40], 3, 1, 1));
    let layer = layer.expect("a layer");
    let accelerator = Accelerator::preset("eyeriss", &[]).expect("a bundled preset");
    let dataflow = Dataflow::find("rs").expect("a bundled dataflow");
    let of = |effort| {
        let bound = space_bound(&layer, &accelerator, dataflow, u64::MAX, effort);
        bound.expect("it is offered")
    };
    let whole = of(1 << 24);
    assert!(whole.is_complete);
    for effort in [0, 1, 1 << 8, 1 << 12, 1 << 16] {
        let less = of(effort);
        assert!(less.cycles <= whole.cycles, "{effort}: {less:?} {whole:?}");
    }
    assert!(!of(1).is_complete);
}
