//! The mapper chooses what estimating every candidate would choose.

#[path = "../../tests/common/mod.rs"]
mod common;

use common::{Size, accelerator, cases, layer};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use stationary_arch::Accelerator;
use stationary_sim::{Dataflow, Tiling, mapper};
use stationary_workloads::{Convolution, Layer};

/// Whether there is a mapping at all.
fn check(layer: &Layer, accelerator: &Accelerator, dataflow: &'static Dataflow) -> bool {
    let mut best: Option<(mapper::Rank, Tiling)> = None;
    mapper::candidates(layer, accelerator, dataflow, &mut |mapping, estimate| {
        let rank = mapper::rank(estimate);
        // Of equals the first.
        if best.is_none_or(|(least, _)| rank < least) {
            best = Some((rank, *mapping.tiling()));
        }
    });
    let mapping = mapper::map(layer, accelerator, dataflow).ok();
    let chosen = mapping.map(|mapping| *mapping.tiling());
    let what = || format!("{} on {} {accelerator:?}", dataflow.name, layer.name());
    assert_eq!(chosen, best.map(|(_, tiling)| tiling), "{}", what());
    best.is_some()
}

#[test]
fn the_best_of_all_is_chosen_on_random_machines() {
    Dataflow::ALL.into_par_iter().for_each(|dataflow| {
        let mut mapped = 0;
        for seed in 0..cases(25) {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let layer = layer(&mut rng, Size::Small);
            let accelerator = accelerator(&mut rng, dataflow);
            mapped += u64::from(check(&layer, &accelerator, dataflow));
        }
        assert!(mapped > 0, "{}", dataflow.name);
    });
}

#[test]
fn the_best_of_all_is_chosen_on_presets() {
    let layers = [
        Convolution::square(14, [64, 96], 3, 1, 1),
        Convolution::square(15, [40, 24], 5, 2, 2),
    ];
    for convolution in layers {
        let layer = Layer::convolution("conv", convolution).expect("a layer");
        for (preset, name) in [
            ("eyeriss", "rs"),
            ("systolic", "os"),
            ("nvdla-small", "ws"),
            ("gemmini", "ws"),
        ] {
            let accelerator = Accelerator::preset(preset, &[]).expect("a bundled preset");
            let dataflow = Dataflow::find(name).expect("a bundled dataflow");
            assert!(check(&layer, &accelerator, dataflow), "{preset} {name}");
        }
    }
}
