//! What the learned optimisers owe beyond what holds for every optimiser.
#![cfg(feature = "learn")]

mod common;

use common::{budget, table};
use stationary_search::{
    Evaluated, LearningEffort, Objective, Point, Preset, Problem, Settings, Status, Stop, Verdict,
    optimizers, run,
};

fn problem(budgets: &[&str]) -> Problem {
    let requests: Vec<_> = budgets.iter().map(|text| budget(text)).collect();
    Problem::new(table("mobilenet_v2_dla"), Objective::Latency, &requests).unwrap()
}

fn settings(preset: Preset) -> Settings {
    Settings {
        evaluations: u64::MAX,
        repair: preset.repair(),
        keep: 1,
    }
}

#[test]
fn epochs_are_split_as_published() {
    let problem = problem(&["area=iot"]);
    for (name, calls) in [
        ("confuciux", 6 + 3 * 20),
        ("reinforce", 9),
        ("local-genetic", 1 + 9 * 20),
        ("bayesian", 9),
        ("sac", 9),
    ] {
        let effort = LearningEffort {
            epochs: 9,
            preset: Preset::Faithful,
        };
        let mut optimizer = optimizers::find_with(name, 1, &effort).unwrap();
        let outcome = run(&problem, optimizer.as_mut(), &settings(effort.preset));
        assert_eq!(
            (outcome.evaluations.calls, outcome.stop),
            (calls, Stop::Budget),
            "{name}"
        );
    }
}

/// With the published preset nothing mends a point, and the search ends where
/// no episode was feasible.
#[test]
fn as_published_nothing_follows_infeasible_episodes() {
    let problem = problem(&["area=iotx"]);
    let effort = LearningEffort {
        epochs: 6,
        preset: Preset::AsPublished,
    };
    let mut optimizer = optimizers::find_with("confuciux", 1, &effort).unwrap();
    let outcome = run(&problem, optimizer.as_mut(), &settings(effort.preset));
    assert_eq!((outcome.best, outcome.evaluations.calls), (None, 4));
    let effort = LearningEffort {
        preset: Preset::Faithful,
        ..effort
    };
    let mut optimizer = optimizers::find_with("confuciux", 1, &effort).unwrap();
    let outcome = run(&problem, optimizer.as_mut(), &settings(effort.preset));
    assert!(outcome.best.is_some());
}

/// Asks and judges without a driver, so that each generation can be looked at.
fn generations(problem: &Problem, preset: Preset, count: usize) -> Vec<Vec<Point>> {
    let effort = LearningEffort {
        epochs: count as u64,
        preset,
    };
    let mut optimizer = optimizers::find_with("local-genetic", 2, &effort).unwrap();
    let mut asked = Vec::new();
    while optimizer.status() == Status::Searching {
        let mut points = optimizer.ask(problem, usize::MAX);
        if asked.is_empty() {
            // The lightest assignment, with tiles that differ.
            points[0] = (0..52).map(|layer| layer % 12).collect();
        }
        let judged: Vec<Evaluated> = (points.iter())
            .map(|point| Evaluated {
                point: point.clone(),
                verdict: problem.verdict(point),
            })
            .collect();
        optimizer.tell(&judged);
        asked.push(points);
    }
    asked
}

/// With mul = 0.1 the public code's tiles only ever change places.
#[test]
fn as_published_tiles_never_change_under_a_small_budget() {
    let problem = problem(&["area=iot"]);
    let tiles = |point: &Point| -> Vec<u32> {
        let mut tiles: Vec<u32> = problem.choices(point).iter().map(|c| c.tile).collect();
        tiles.sort_unstable();
        tiles
    };
    for (preset, is_same) in [(Preset::AsPublished, true), (Preset::Faithful, false)] {
        let asked = generations(&problem, preset, 6);
        let start = tiles(&asked[0][0]);
        let all = asked.iter().flatten().all(|point| tiles(point) == start);
        assert_eq!(all, is_same, "{preset}");
    }
}

#[test]
fn children_keep_the_budget_or_are_swapped_and_the_best_stays() {
    let problem = problem(&["area=iot"]);
    let asked = generations(&problem, Preset::Faithful, 12);
    let value = |point: &Point| match problem.verdict(point) {
        Verdict::Feasible { objective } => objective,
        Verdict::Infeasible { .. } => f64::INFINITY,
    };
    let best: Vec<f64> = (asked.iter())
        .map(|points| points.iter().map(value).fold(f64::INFINITY, f64::min))
        .collect();
    assert!(best.windows(2).all(|pair| pair[1] <= pair[0]), "{best:?}");
    assert!(best[11] < best[0], "{best:?}");
    assert!(asked[1..].iter().all(|points| points.len() == 20));
}

/// Under a loose budget the best layer is decided by itself: the policy comes to
/// choose better than at first.
#[test]
fn policies_improve() {
    let problem = problem(&["area=unlimited"]);
    for (name, epochs) in [("reinforce", 60), ("a2c", 120)] {
        let effort = LearningEffort {
            epochs,
            preset: Preset::Faithful,
        };
        let mut optimizer = optimizers::find_with(name, 3, &effort).unwrap();
        let mut values = Vec::new();
        while optimizer.status() == Status::Searching {
            let points = optimizer.ask(&problem, 1);
            values.push(problem.value(&points[0]));
            let verdict = problem.verdict(&points[0]);
            let point = points[0].clone();
            optimizer.tell(&[Evaluated { point, verdict }]);
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let third = values.len() / 3;
        let (first, last) = (
            mean(&values[..third]),
            mean(&values[values.len() - third..]),
        );
        assert!(last < 0.9 * first, "{name}: {first} to {last}");
    }
}

/// What the presets promise, at a length that suits a test: every seed is
/// feasible, and near the optimum. Whole runs are in the documentation.
#[test]
fn confuciux_comes_near_the_optimum() {
    let problem = problem(&["area=iot"]);
    for (preset, most) in [(Preset::Faithful, 0.15), (Preset::Tuned, 0.08)] {
        for seed in 0..2 {
            let effort = LearningEffort { epochs: 90, preset };
            let mut optimizer = optimizers::find_with("confuciux", seed, &effort).unwrap();
            let outcome = run(&problem, optimizer.as_mut(), &settings(preset));
            let (_, best) = outcome.best.expect("repair finds a feasible assignment");
            let gap = best / 33_974_305.0 - 1.0;
            assert!((0.0..most).contains(&gap), "{preset} seed {seed}: {gap}");
        }
    }
}
