//! The screen says of a tiling what the model says: the same counts and bound, and nothing of a
//! tiling that is not legal.

#[path = "../../tests/common/mod.rs"]
mod common;

use std::sync::atomic::{AtomicU64, Ordering};

use common::laws::conservation;
use common::{Size, accelerator, cases, layer, tiling};
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use stationary_sim::{Dataflow, Mapping, Screen, Staging, Tiling, estimate, walk};
use stationary_workloads::{Dim, Layer};

/// Tilings of each random layer and machine, so that cuts of one meet those of another.
const TILINGS: u64 = 40;

#[test]
fn the_screen_agrees_with_the_model() {
    let [legal, illegal] = [const { AtomicU64::new(0) }; 2];
    let drawn = cases(150);
    Dataflow::ALL.into_par_iter().for_each(|dataflow| {
        for seed in 0..drawn {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let layer = layer(&mut rng, Size::Small);
            let accelerator = accelerator(&mut rng, dataflow);
            let mut screen = Screen::new(&layer, &accelerator, dataflow).expect("it is offered");
            let (mut candidates, mut expected) = (Vec::new(), Vec::new());
            for case in 0..TILINGS {
                let mut t = tiling(&mut rng, &layer, &accelerator, dataflow);
                if case % 4 == 0 {
                    disturb(&mut rng, &layer, &mut t);
                }
                let mapping = Mapping::new(&layer, &accelerator, dataflow, t);
                let model = mapping.as_ref().ok().map(estimate);
                let what = || format!("{} seed {seed} case {case}: {t:?}", dataflow.name);
                let candidate = screen.candidate(&t);
                let screened = candidate.and_then(|candidate| screen.evaluate(&candidate));
                assert_eq!(screened.is_some(), model.is_some(), "{}", what());
                candidates.extend(candidate);
                expected.extend(candidate.map(|_| screened));
                assert!(
                    candidate.is_none_or(|c| screen.tiling(&c) == t),
                    "{}",
                    what()
                );
                let (Ok(mapping), Some(model), Some(screened)) = (mapping, model, screened) else {
                    illegal.fetch_add(1, Ordering::Relaxed);
                    continue;
                };
                assert_eq!(screened.counters, model.counters, "{}", what());
                assert_eq!(screened.busy, model.busy, "{}", what());
                assert_eq!(screened.lower_bound, model.lower_bound, "{}", what());
                // Equal wrongs would pass.
                let broken = conservation(&mapping, &screened.counters);
                assert_eq!(broken, [""; 0], "{}", what());
                if legal.fetch_add(1, Ordering::Relaxed) % 50 == 0 {
                    assert_eq!(screened.counters, walk(&mapping), "{}", what());
                }
            }
            assert_eq!(screen.evaluate_all(&candidates), expected);
        }
    });
    let [legal, illegal] = [legal, illegal].map(AtomicU64::into_inner);
    assert!(
        legal > 4 * drawn && illegal > 4 * drawn,
        "{legal} legal, {illegal} not"
    );
}

/// Changes something so that the tiling may break a rule.
fn disturb(rng: &mut impl Rng, layer: &Layer, t: &mut Tiling) {
    let dim = *Dim::ALL.choose(rng).expect("a dimension");
    let extent = rng.random_range(0..=layer.size(dim) + 1);
    match rng.random_range(0..7) {
        0 => t.part[dim] = extent,
        1 => t.block[dim] = extent,
        2 => t.local[dim] = extent,
        3 => t.rows[dim] = extent,
        4 => t.cols[dim] = extent,
        5 => t.pass_order[0] = t.pass_order[1],
        _ => t.staging.output = Staging::Pass,
    }
}
