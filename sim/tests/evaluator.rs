//! An evaluator and a screen say the same of a tiling whatever came before it.

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary_arch::Accelerator;
use stationary_sim::{
    BoundEvaluator, Dataflow, Evaluator, Mapping, Staging, Tiling, estimate, reference_counts,
};
use stationary_workloads::{Convolution, Dim, Layer};

/// Layers with strides, groups, padding and uneven sizes.
fn layers() -> Vec<Layer> {
    let convolutions = [
        Convolution::square(9, [6, 10], 3, 1, 1),
        Convolution::square(14, [3, 8], 5, 2, 0),
        Convolution::square(8, [12, 7], 1, 2, 0),
    ];
    let layers = convolutions.into_iter().map(|convolution| {
        let layer = Layer::convolution("conv", convolution).expect("a layer");
        layer.batched(2).expect("a layer")
    });
    layers.collect()
}

/// A dataflow as none of the bundled ones: a PE has several outputs and several taps at once.
const WINDOW: &str =
    "{name: window, rows: [R, C], cols: [P, C], beats: [K], local: [P, Q, R, S, C]}";

/// A tiling that differs from one before in a few places; many are not legal.
fn changed(rng: &mut Xoshiro256PlusPlus, layer: &Layer, mut t: Tiling) -> Tiling {
    for _ in 0..rng.random_range(1..4) {
        let dim = *Dim::ALL.choose(rng).expect("a dimension");
        let extent = rng.random_range(0..=layer.size(dim) + 1);
        match rng.random_range(0..9) {
            0 => t.part[dim] = extent,
            1 | 2 => t.block[dim] = extent,
            3 | 4 => t.local[dim] = extent,
            5 => t.rows[dim] = extent.min(4),
            6 => t.cols[dim] = extent.min(4),
            7 => {
                t.block_order.rotate_left(3);
                t.pass_order.swap(0, 5);
            }
            _ => {
                let stagings = [Staging::Block, Staging::Pass, Staging::Layer];
                t.staging.input = *stagings.choose(rng).expect("a staging");
                t.staging.weight = *stagings.choose(rng).expect("a staging");
            }
        }
    }
    t
}

#[test]
fn an_estimate_does_not_depend_on_the_one_before() {
    let mut legal = 0;
    for (preset, name) in [
        ("systolic", "ws"),
        ("systolic", "os"),
        ("systolic", "is"),
        ("eyeriss", "rs"),
        ("nvdla-small", "ws"),
        ("tpu-v1", "ws"),
        ("nvdla-large", "ws"),
        ("gemmini", "ws"),
        ("eyeriss", "window"),
    ] {
        let accelerator = Accelerator::preset(preset, &[]).expect("a bundled preset");
        let window = Dataflow::from_yaml("window.yaml", WINDOW).expect("a dataflow");
        let dataflow = Dataflow::find(name).unwrap_or(&window);
        for (seed, layer) in layers().iter().enumerate() {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed as u64);
            let mut evaluator =
                Evaluator::new(layer, &accelerator, dataflow).expect("it is offered");
            let mut screen =
                BoundEvaluator::new(layer, &accelerator, dataflow).expect("it is offered");
            let fresh = evaluator.clone();
            let mut tiling = Tiling::trivial(layer.sizes());
            let (mut tilings, mut expected) = (Vec::new(), Vec::new());
            for case in 0..1000 {
                let candidate = changed(&mut rng, layer, tiling);
                let mapping = Mapping::new(layer, &accelerator, dataflow, candidate);
                let estimate = mapping.as_ref().ok().map(estimate);
                let what = format!("{preset} {name}, seed {seed}, case {case}: {candidate:?}");
                assert_eq!(evaluator.estimate(&candidate), estimate, "{what}");
                let screened = screen
                    .candidate(&candidate)
                    .and_then(|c| screen.evaluate(&c));
                assert_eq!(
                    screened.map(|s| (s.counters, s.busy, s.lower_bound)),
                    estimate.map(|e| (e.counters, e.busy, e.lower_bound)),
                    "{what}"
                );
                if let (Ok(mapping), Some(estimate)) = (&mapping, &estimate) {
                    if legal % 200 == 0 {
                        assert_eq!(reference_counts(mapping), estimate.counters, "{what}");
                    }
                    legal += 1;
                    tiling = candidate;
                }
                tilings.push(candidate);
                expected.push(estimate);
            }
            assert_eq!(
                fresh.estimates(&tilings),
                expected,
                "{preset} {name}, seed {seed}"
            );
        }
    }
    assert!(legal > 1500, "{legal} legal tilings");
}
