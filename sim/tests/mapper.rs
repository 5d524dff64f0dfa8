//! The mapper chooses what estimating every candidate would choose.

#[path = "../../tests/common/mod.rs"]
mod common;

use std::sync::Arc;

use common::{Size, accelerator, cases, kinds, layer, of_kind};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use stationary_arch::Accelerator;
use stationary_sim::mapper::{Goal, MapperEffort, Objective, Ranking, Score};
use stationary_sim::{Dataflow, Evaluator, Mapping, estimate, mapper};
use stationary_workloads::{Convolution, Layer};

/// Goals with and without slack.
const GOALS: [(Objective, &str); 5] = [
    (Objective::Cycles, "0"),
    (Objective::Cycles, "1"),
    (Objective::Cycles, "20"),
    (Objective::Energy, "1"),
    (Objective::Edp, "0.5"),
];

/// Whether there is a mapping at all.
fn check(layer: &Layer, accelerator: &Accelerator, dataflow: &Dataflow) -> bool {
    let mut all = Vec::new();
    mapper::candidates(layer, accelerator, dataflow, &mut |mapping, estimate| {
        all.push((mapping.clone(), *estimate));
    });
    for (objective, slack) in GOALS {
        let slack = slack.parse().expect("a slack");
        let effort = MapperEffort {
            goal: Goal { objective, slack },
            ..MapperEffort::default()
        };
        let what = || {
            format!(
                "{objective} {} on {} {accelerator:?}",
                dataflow.name,
                layer.name()
            )
        };
        let chosen = mapper::map_with(layer, accelerator, dataflow, &effort).ok();
        let Ok(ranking) = Ranking::new(layer, accelerator, dataflow, &effort) else {
            assert!(all.is_empty() && chosen.is_none(), "{}", what());
            continue;
        };
        // The definition: what comes second decides among those within the slack of the least.
        let score = |(mapping, estimate)| ranking.score(mapping, estimate);
        let scores: Vec<Score> = all.iter().map(|(m, e)| score((m, e))).collect();
        let value = |score: &Score| match objective {
            Objective::Cycles => score.cycles as f64,
            Objective::Energy => score.energy.0,
            Objective::Edp => score.energy.0 * score.cycles as f64,
        };
        let least = scores.iter().map(value).fold(f64::INFINITY, f64::min);
        let is_within = |score: &&Score| value(score) <= least * (1.0 + slack.percent() / 100.0);
        let second = |score: &Score| match objective {
            Objective::Cycles => score.energy.0,
            Objective::Energy | Objective::Edp => score.cycles as f64,
        };
        let within = scores.iter().filter(is_within).map(second);
        let expected = within.fold(f64::INFINITY, f64::min);
        // Of equals the first.
        let best = all.iter().min_by_key(|(m, e)| ranking.rank(m, e));
        let (best, estimate) = best.expect("there are candidates");
        assert_eq!(
            second(&ranking.score(best, estimate)),
            expected,
            "{}",
            what()
        );
        let chosen = chosen.map(|mapping| *mapping.tiling());
        assert_eq!(chosen, Some(*best.tiling()), "{}", what());
    }
    !all.is_empty()
}

#[test]
fn the_best_of_all_is_chosen_on_random_machines() {
    kinds().into_par_iter().for_each(|kind| {
        let mut mapped = 0;
        // What is drawn leaves more open, and its lists are long.
        let drawn = if kind.is_some() { 25 } else { 8 };
        // On the last, blocks that cut passes down were once taken for as slow as whole ones.
        for seed in (0..cases(drawn)).chain([61]) {
            let dataflow = &of_kind(kind, seed);
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let layer = layer(&mut rng, Size::Small);
            let accelerator = accelerator(&mut rng, dataflow);
            mapped += u64::from(check(&layer, &accelerator, dataflow));
        }
        assert!(mapped > 0, "{kind:?}");
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

/// An array that unfolds convolutions maps a convolution as the product that it comes to.
#[test]
fn convolutions_are_unfolded_where_a_mapping_is_made() {
    let accelerator = Accelerator::preset("systolic-rtl", &[]).expect("a bundled preset");
    let dataflow = Dataflow::find("ws").expect("a bundled dataflow");
    let layer = Layer::convolution("conv", Convolution::square(14, [8, 24], 3, 2, 1));
    let layer = Arc::new(layer.expect("a layer"));
    let product = Arc::new(layer.unfolded().expect("it can be unfolded"));
    let own = mapper::map(layer.clone(), &accelerator, dataflow).expect("it maps");
    let expected = mapper::map(product.clone(), &accelerator, dataflow).expect("it maps");
    assert_eq!(own.layer(), &product);
    assert_eq!(own.tiling(), expected.tiling());
    let again =
        Mapping::new(layer.clone(), &accelerator, dataflow, *own.tiling()).expect("it is legal");
    assert_eq!(again.layer(), &product);
    assert_eq!(estimate(&again), estimate(&expected));
    let mut evaluator =
        Evaluator::new(layer.clone(), &accelerator, dataflow).expect("it is offered");
    assert_eq!(evaluator.estimate(own.tiling()), Some(estimate(&expected)));
    // A product is its own.
    assert!(Arc::ptr_eq(
        &product.product().expect("it is one"),
        &product
    ));
    assert!(Arc::ptr_eq(
        &layer.product().expect("it has one"),
        own.layer()
    ));
}
