//! Every mapping of one product, against what the mapper finds.
//!
//! ```text
//! for each number of tiles of a dimension in the buffer:  the smallest extent that gives it
//! for each order of the loops over blocks and over passes, and each residency:  a mapping
//! ```

use std::ops::ControlFlow;

use stationary_arch::Accelerator;
use stationary_sim::mapper::{self, Goal, MapperEffort, Ranking, Score};
use stationary_sim::{
    BoundEvaluator, DimTiling, Evaluator, Mapping, Staging, Tiling, TilingSpace, WEIGHT_STATIONARY,
    estimate,
};
use stationary_workloads::{Dim, Layer, RightOperand};

/// What `new` writes.
const NEW: &str = include_str!("../../src/commands/new/accelerator.yaml");

/// The mapper's blocks double: those that divide 48 tiles of kernels by 5 or 7 are not among them, and
/// with 7 fewer words are read.
const ABOVE: f64 = 0.14;

fn product() -> Layer {
    let product = Layer::matmul("product", 1, [128, 768, 256], RightOperand::Parameters);
    product.expect("a layer")
}

/// The smallest extent for each number of tiles whose size is a multiple of a step.
fn extents(size: u64, step: u64) -> Vec<u64> {
    let mut extents: Vec<u64> = (1..=size.div_ceil(step))
        .map(|count| size.div_ceil(count).next_multiple_of(step).min(size))
        .collect();
    extents.dedup();
    extents
}

/// The orders of three loops, the others anywhere.
fn orders() -> Vec<[Dim; 8]> {
    let [a, b, c] = [Dim::K, Dim::C, Dim::P];
    let all = [
        [a, b, c],
        [a, c, b],
        [b, a, c],
        [b, c, a],
        [c, a, b],
        [c, b, a],
    ];
    let others = [Dim::N, Dim::G, Dim::Q, Dim::R, Dim::S];
    let order = |three: [Dim; 3]| {
        let mut order = Dim::ALL;
        order[..3].copy_from_slice(&three);
        order[3..].copy_from_slice(&others);
        order
    };
    all.into_iter().map(order).collect()
}

/// All mappings with the array full of channels and kernels.
fn space(layer: &Layer, local: u64) -> TilingSpace {
    let mut base = Tiling::trivial(layer.sizes());
    base.rows[Dim::C] = 16;
    base.cols[Dim::K] = 16;
    base.local[Dim::P] = local;
    let cuts = |d: Dim, step| {
        let cut = DimTiling::of(&base, d);
        let extents = extents(layer.size(d), step).into_iter();
        extents.map(|block| DimTiling { block, ..cut }).collect()
    };
    let mut space = TilingSpace::of(&base)
        .with_cuts(Dim::K, cuts(Dim::K, 16))
        .with_cuts(Dim::C, cuts(Dim::C, 16))
        .with_cuts(Dim::P, cuts(Dim::P, 1));
    let stages = [Staging::Block, Staging::Pass, Staging::Layer];
    for block_order in orders() {
        for pass_order in orders() {
            for input in stages {
                for weight in stages {
                    let mut tiling = base;
                    tiling.block_order = block_order;
                    tiling.pass_order = pass_order;
                    tiling.staging.input = input;
                    tiling.staging.weight = weight;
                    space = space.with_orders(&tiling);
                }
            }
        }
    }
    space
}

/// Of all mappings within so many cycles of the model the one with the least energy.
fn best(layer: &Layer, accelerator: &Accelerator, limit: Option<u64>) -> Score {
    let dataflow = &WEIGHT_STATIONARY;
    let ranking =
        Ranking::new(layer, accelerator, dataflow, &MapperEffort::default()).expect("it maps");
    let mut evaluator = Evaluator::new(layer, accelerator, dataflow).expect("it is offered");
    let mut screen = BoundEvaluator::new(layer, accelerator, dataflow).expect("it is offered");
    let mut best: Option<Score> = None;
    for local in [128, 64] {
        let _ = screen.for_each(&space(layer, local), &mut |screen, candidate| {
            let Some((_, least)) = screen.least_estimate(candidate) else {
                return ControlFlow::Continue(());
            };
            let most = limit.unwrap_or(best.map_or(u64::MAX, |score| score.cycles));
            if least > most {
                return ControlFlow::Continue(());
            }
            let tiling = screen.tiling(candidate);
            let model = evaluator.estimate(&tiling).expect("it is legal");
            let mapping = Mapping::new(layer, accelerator, dataflow, tiling).expect("it is legal");
            let score = ranking.score(&mapping, &model);
            if model.cycles > most {
                return ControlFlow::Continue(());
            }
            let is_better = best.is_none_or(|other| match limit {
                Some(_) => score.energy.0 < other.energy.0,
                None => score.cycles < other.cycles,
            });
            if is_better {
                best = Some(score);
            }
            ControlFlow::Continue(())
        });
    }
    best.expect("there is a mapping")
}

#[test]
fn the_mapper_finds_what_all_mappings_of_a_product_hold() {
    let layer = product();
    let new = Accelerator::from_yaml("new.yaml", &NEW.replace("'NAME'", "new"));
    let systolic = Accelerator::preset("systolic", &[]);
    for accelerator in [new.expect("it is checked"), systolic.expect("a preset")] {
        let fewest = best(&layer, &accelerator, None).cycles;
        // What is by so many per cent within the slack, and by how much energy may be above the least.
        for (slack, above) in [(1, ABOVE), (2, 0.001)] {
            let limit = fewest * (100 + slack) / 100;
            let all = best(&layer, &accelerator, Some(limit));
            let own = chosen(&layer, &accelerator, slack);
            let what = || format!("{} {slack} %: {own:?} {all:?}", accelerator.name);
            // The least that the mapper's slack counts from is at most as much above the fewest.
            assert!(1000 * own.cycles <= 1001 * limit, "{}", what());
            assert!(own.energy.0 <= all.energy.0 * (1.0 + above), "{}", what());
        }
    }
}

/// A third of the energy for less than a hundredth of the time.
#[test]
fn the_default_spares_a_new_machine_a_third_of_the_energy() {
    let layer = product();
    let new = Accelerator::from_yaml("new.yaml", &NEW.replace("'NAME'", "new"));
    let new = new.expect("it is checked");
    let [fastest, default] = [0, 1].map(|slack| chosen(&layer, &new, slack));
    let what = || format!("{fastest:?} {default:?}");
    assert!(1000 * default.cycles <= 1008 * fastest.cycles, "{}", what());
    assert!(default.energy.0 <= 0.65 * fastest.energy.0, "{}", what());
}

/// What the mapper chooses under the weight-stationary dataflow with so many per cent of slack.
fn chosen(layer: &Layer, accelerator: &Accelerator, slack: u64) -> Score {
    let slack = slack.to_string().parse().expect("a slack");
    let goal = Goal {
        slack,
        ..Goal::default()
    };
    let effort = MapperEffort {
        goal,
        ..MapperEffort::default()
    };
    let dataflow = &WEIGHT_STATIONARY;
    let own = mapper::map_with(layer, accelerator, dataflow, &effort).expect("it maps");
    let ranking = Ranking::new(layer, accelerator, dataflow, &effort).expect("it maps");
    ranking.score(&own, &estimate(&own))
}
