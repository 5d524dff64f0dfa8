//! The screen says of a tiling what the model says: the same counts and bound, and nothing of a
//! tiling that is not legal.

#[path = "../../tests/common/mod.rs"]
mod common;

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use common::invariants::conservation;
use common::{Size, accelerator, cases, kinds, layer, of_kind, tiling};
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use stationary_arch::Accelerator;
use stationary_sim::{
    BoundEvaluator, Dataflow, DimTiling, Mapping, Staging, Tiling, TilingSpace, estimate,
    reference_counts,
};
use stationary_workloads::{Convolution, Dim, Layer};

/// Tilings of each random layer and machine, so that cuts of one meet those of another.
const TILINGS: u64 = 40;

#[test]
fn the_screen_agrees_with_the_model() {
    let [legal, illegal] = [const { AtomicU64::new(0) }; 2];
    let drawn = cases(150);
    kinds().into_par_iter().for_each(|kind| {
        for seed in 0..drawn {
            let dataflow = &of_kind(kind, seed);
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let layer = layer(&mut rng, Size::Small);
            let accelerator = accelerator(&mut rng, dataflow);
            let mut screen =
                BoundEvaluator::new(&layer, &accelerator, dataflow).expect("it is offered");
            let (mut candidates, mut expected) = (Vec::new(), Vec::new());
            for case in 0..TILINGS {
                let mut t = tiling(&mut rng, &layer, &accelerator, dataflow);
                if case % 4 == 0 {
                    disturb(&mut rng, &layer, &mut t);
                }
                let mapping = Mapping::new(&layer, &accelerator, dataflow, t);
                let model = mapping.as_ref().ok().map(estimate);
                let what = || {
                    let flow = dataflow.to_yaml();
                    format!("seed {seed} case {case}: {t:?}\n{flow}")
                };
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
                let (least, reads) = screen.least_of_array(&candidate.expect("it is legal"));
                assert!(least <= model.compute_cycles, "{}", what());
                let words = screened.counters.buffer_read;
                assert_eq!(reads, words.input + words.weight + words.output);
                let least = screen.least_estimate(&candidate.expect("it is legal"));
                let (counters, least) = least.expect("it is legal");
                assert_eq!(counters, model.counters, "{}", what());
                assert!(least <= model.expected, "{}", what());
                // Equal wrongs would pass.
                let broken = conservation(&mapping, &screened.counters);
                assert_eq!(broken, [""; 0], "{}", what());
                if legal.fetch_add(1, Ordering::Relaxed) % 50 == 0 {
                    assert_eq!(screened.counters, reference_counts(&mapping), "{}", what());
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

/// A space is the product of its cuts and orders: what is left out is not legal.
#[test]
fn a_space_has_every_legal_combination() {
    let layer = Convolution::square(10, [6, 8], 3, 1, 1);
    let layer = Layer::convolution("conv", layer).expect("a layer");
    let accelerator = Accelerator::preset("eyeriss", &[]).expect("a bundled preset");
    let dataflow = Dataflow::find("rs").expect("a bundled dataflow");
    let mut base = Tiling::trivial(layer.sizes());
    base.rows[Dim::R] = 3;
    base.local[Dim::S] = 3;
    base.local[Dim::Q] = 10;
    let mut other = base;
    other.pass_order.reverse();
    let varied = |d: Dim| {
        let mut cuts = Vec::new();
        for rows in [1, 2, 4] {
            for (local, cols) in [(1, 1), (1, 5), (2, 3), (4, 1)] {
                for block in [1, 3, layer.size(d)] {
                    let part = layer.size(d);
                    cuts.push(DimTiling {
                        part,
                        block,
                        local,
                        rows,
                        cols,
                    });
                }
            }
        }
        cuts
    };
    let dims = [Dim::P, Dim::C, Dim::K];
    let space = dims
        .iter()
        .fold(TilingSpace::of(&base), |space, d| {
            space.with_cuts(*d, varied(*d))
        })
        .with_orders(&other);
    let mut expected = HashSet::new();
    for orders in [base, other] {
        let [ps, cs, ks] = dims.map(varied);
        for (p, c, k) in ps.iter().flat_map(|p| {
            let ks = &ks;
            cs.iter()
                .flat_map(move |c| ks.iter().map(move |k| (p, c, k)))
        }) {
            let mut tiling = orders;
            for (d, cut) in dims.into_iter().zip([p, c, k]) {
                tiling.block[d] = cut.block;
                tiling.local[d] = cut.local;
                tiling.rows[d] = cut.rows;
                tiling.cols[d] = cut.cols;
            }
            if Mapping::new(&layer, &accelerator, dataflow, tiling).is_ok() {
                expected.insert(tiling);
            }
        }
    }
    let mut screen = BoundEvaluator::new(&layer, &accelerator, dataflow).expect("it is offered");
    let mut found = HashSet::new();
    let end = screen.for_each(&space, &mut |screen, candidate| {
        if screen.evaluate(candidate).is_some() {
            assert!(found.insert(screen.tiling(candidate)), "each once");
        }
        ControlFlow::Continue(())
    });
    assert_eq!(end, ControlFlow::Continue(()));
    assert!(expected.len() > 100, "{} legal", expected.len());
    assert_eq!(found, expected);
}
