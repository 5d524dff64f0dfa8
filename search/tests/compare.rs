//! The statistics and the figures of a comparison.

mod common;

use common::{EFFORT, cases, rng};
use rand::RngExt;
use stationary_search::compare::{
    Comparison, Instance, Report, TARGETS, Trial, holm, quantile, report, trial, wilcoxon,
};
use stationary_search::{Cancellation, Objective, Problem, optimizers};

fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs().max(1.0)
}

/// The share of all sign patterns with a statistic at most as great.
fn enumerated(differences: &[f64]) -> f64 {
    let sizes: Vec<f64> = differences
        .iter()
        .map(|d| d.abs())
        .filter(|d| *d > 0.0)
        .collect();
    let rank = |size: f64| {
        let below = sizes.iter().filter(|s| **s < size).count() as f64;
        let equal = sizes.iter().filter(|s| **s == size).count() as f64;
        below + (equal + 1.0) / 2.0
    };
    let ranks: Vec<f64> = sizes.iter().map(|&size| rank(size)).collect();
    let total: f64 = ranks.iter().sum();
    let signs = differences.iter().filter(|d| **d != 0.0);
    let positive: f64 = signs
        .zip(&ranks)
        .filter(|(d, _)| **d > 0.0)
        .map(|(_, r)| r)
        .sum();
    let found = positive.min(total - positive);
    let patterns = 1u32 << ranks.len();
    let is_extreme = |pattern: &u32| {
        let chosen = ranks
            .iter()
            .enumerate()
            .filter(|(at, _)| pattern >> at & 1 == 1);
        let sum: f64 = chosen.map(|(_, rank)| rank).sum();
        sum <= found
    };
    let extreme = (0..patterns).filter(is_extreme).count();
    (2.0 * extreme as f64 / f64::from(patterns)).min(1.0)
}

#[test]
fn signed_ranks_equal_enumeration() {
    for seed in 0..cases(200) {
        let rng = &mut rng(seed);
        let range = [3, 1000][rng.random_range(0..2)];
        let mut difference = |_| f64::from(rng.random_range(-range..=range));
        let differences: Vec<f64> = (0..seed % 11).map(&mut difference).collect();
        let found = wilcoxon(&differences);
        assert!(
            is_near(found.p, enumerated(&differences)),
            "seed {seed}: {differences:?}"
        );
        let turned: Vec<f64> = differences.iter().map(|d| -d).collect();
        assert_eq!(wilcoxon(&turned), found, "seed {seed}: signs turned");
        let half = (found.pairs * (found.pairs + 1)) as f64 / 4.0;
        assert!(found.statistic <= half, "seed {seed}: the lesser sum");
    }
}

#[test]
fn published_examples_are_met() {
    // Fisher's maize heights, the example of SciPy's `wilcoxon`.
    let heights = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75].map(f64::from);
    let found = wilcoxon(&heights);
    assert_eq!((found.statistic, found.p), (24.0, 0.041_259_765_625));
    let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
    for (found, expected) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
        assert!(is_near(*found, expected), "{adjusted:?}");
    }
    assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    assert_eq!(quantile(&[4.0, 1.0, 2.0, 3.0], 0.5), 2.5);
    assert_eq!(quantile(&[1.0, f64::INFINITY, 2.0], 0.5), 2.0);
    assert_eq!(quantile(&[1.0, f64::INFINITY], 0.75), f64::INFINITY);
}

fn instance(name: &str, requests: &[&str]) -> Instance {
    let table = common::table(name);
    let requests: Vec<_> = requests.iter().map(|text| common::budget(text)).collect();
    let problem = Problem::new(table, Objective::Latency, &requests).unwrap();
    Instance::new(name.to_owned(), problem)
}

/// Trials by hand, in which everything can be counted: optimum 100, four seeds.
#[test]
fn running_times_count_failures() {
    let mut instance = instance("mobilenet_v2_dla", &["area=iot"]);
    instance.optimum = Some(100.0);
    let make = |optimizer: &str, seed: u64, spent: u64, curve: &[(u64, f64)]| Trial {
        instance: 0,
        optimizer: optimizer.to_owned(),
        seed,
        spent,
        curve: curve.to_vec(),
    };
    let trials = [
        make("a", 0, 1000, &[(1, 200.0), (10, 104.0), (400, 100.0)]),
        make("a", 1, 1000, &[(1, 160.0), (30, 105.0)]),
        make("a", 2, 1000, &[(5, 150.0)]),
        make("a", 3, 1000, &[]),
        make("b", 0, 1000, &[(500, 105.0)]),
        make("b", 1, 1000, &[(500, 105.0)]),
        make("b", 2, 1000, &[(500, 105.0)]),
        make("b", 3, 1000, &[(500, 105.0)]),
    ];
    let names = ["a", "b"].map(str::to_owned);
    let figures = report(&[instance], &names, &trials, "b", 1000, 0);
    let a = &figures.run_lengths[0];
    let times: Vec<(f64, usize)> = a
        .expected
        .iter()
        .map(|e| (e.evaluations, e.successes))
        .collect();
    let hits = |sum: u64, successes: usize| (sum as f64 / successes as f64, successes);
    assert_eq!(times[0], hits(10 + 30 + 5 + 1000, 3), "1.5");
    assert_eq!(times[1], hits(10 + 30 + 2000, 2), "1.1");
    assert_eq!(times[2], hits(10 + 30 + 2000, 2), "1.05");
    assert_eq!(times[3], hits(400 + 3000, 1), "1.02");
    assert_eq!(times[5], hits(400 + 3000, 1), "exact");
    assert_eq!(
        figures.run_lengths[1].expected[3].evaluations,
        f64::INFINITY
    );
    assert_eq!(
        a.gap[1],
        (0.05 + 0.5) / 2.0 + 0.0,
        "the median of 0, 0.05, 0.5 and none"
    );
    let of_a = &figures.speedups[2];
    assert_eq!(
        (of_a.optimizer.as_str(), of_a.target, of_a.instances),
        ("a", 1.05, 1)
    );
    let ratio = of_a.ratio.unwrap();
    assert!(is_near(ratio.mean, 500.0 / 1020.0) && is_near(ratio.worst, ratio.mean));
    assert!(ratio.interval[0] <= ratio.mean && ratio.mean <= ratio.interval[1]);
    assert_eq!(figures.speedups[3].ratio, None, "b never gets within 2 %");
    assert!(
        is_near(figures.speedups[6].ratio.unwrap().mean, 1.0),
        "b against itself"
    );
    let wins = &figures.comparisons[0];
    assert_eq!(
        wins.wins,
        [1, 2, 1],
        "0 < 0.05, 0.05 = 0.05, 0.5 > 0.05, none > 0.05"
    );
    conservation(&figures, 4);
}

/// What holds of any report.
fn conservation(figures: &Report, seeds: usize) {
    for length in &figures.run_lengths {
        assert!(length.gap[0] <= length.gap[1] && length.gap[1] <= length.gap[2]);
        for pair in length.expected.windows(2) {
            assert!(pair[0].evaluations <= pair[1].evaluations, "{length:?}");
            assert!(pair[0].successes >= pair[1].successes, "{length:?}");
        }
        assert!(length.expected.iter().all(|e| e.seeds == seeds));
    }
    for anytime in &figures.anytime {
        for pair in anytime.gaps.windows(2) {
            assert!(
                (0..3).all(|at| pair[0][at] >= pair[1][at]),
                "gaps never grow"
            );
        }
    }
    let mut last = 0.0;
    for (optimizer, shares) in &figures.ecdf {
        assert!(
            shares.windows(2).all(|pair| pair[0] <= pair[1]),
            "{optimizer}"
        );
        let lengths = figures
            .run_lengths
            .iter()
            .filter(|l| l.optimizer == *optimizer);
        let reached: usize = lengths
            .clone()
            .flat_map(|l| &l.expected)
            .map(|e| e.successes)
            .sum();
        let all = lengths.count() * TARGETS.len() * seeds;
        last = *shares.last().unwrap();
        assert!(
            is_near(last, reached as f64 / all as f64),
            "{optimizer}: all successes"
        );
    }
    assert!((0.0..=1.0).contains(&last));
    for profile in &figures.profiles {
        assert!(profile.shares.windows(2).all(|pair| pair[0].1 <= pair[1].1));
    }
    for c in &figures.comparisons {
        assert!(c.p <= c.adjusted && c.adjusted <= 1.0);
    }
}

#[test]
fn every_optimiser_is_charged_and_the_exact_one_wins() {
    let instances = [
        instance("mobilenet_v2_dla", &["area=iot"]),
        instance("mobilenet_v2_eye", &["area=iotx", "power=iotx"]),
    ];
    assert!(instances.iter().all(|i| i.is_proved));
    assert_ne!(instances[0].fingerprint(), instances[1].fingerprint());
    let names: Vec<String> = optimizers::names().into_iter().map(str::to_owned).collect();
    let never = Cancellation::default();
    let mut trials = Vec::new();
    for at in 0..instances.len() {
        for name in &names {
            for seed in 0..5 {
                let trial = trial(&instances, at, name, seed, 400, &EFFORT, &never).unwrap();
                let trial = trial.expect("nobody cancelled it");
                assert!(trial.spent <= 400, "{trial:?}");
                assert!(trial.curve.last().unwrap().0 <= trial.spent, "{trial:?}");
                trials.push(trial);
            }
        }
    }
    let exact = trials.iter().find(|t| t.optimizer == "exact").unwrap();
    assert_eq!(
        (exact.spent, exact.curve[0].0),
        (145, 145),
        "144 options a layer, and the answer"
    );
    let figures = report(&instances, &names, &trials, "random", 400, 0);
    conservation(&figures, 5);
    for length in figures
        .run_lengths
        .iter()
        .filter(|l| l.optimizer == "exact")
    {
        assert_eq!(length.gap, [0.0; 3]);
    }
    let cancelled = Cancellation::default();
    cancelled.cancel();
    let none = trial(&instances, 0, "genetic", 0, 400, &EFFORT, &cancelled).unwrap();
    assert_eq!(none, None, "half a run is no run");
    // A comparison that was interrupted: pairs of equal seeds, and no figures of what did not run.
    let is_kept = |t: &&Trial| t.optimizer != "random" || (t.instance == 0 && t.seed != 1);
    let some: Vec<Trial> = trials.iter().filter(is_kept).cloned().collect();
    let part = report(&instances, &names, &some, "random", 400, 0);
    let of_random = part.run_lengths.iter().filter(|l| l.optimizer == "random");
    let seeds: Vec<(usize, usize)> = of_random
        .map(|l| (l.instance, l.expected[0].seeds))
        .collect();
    assert_eq!(seeds, [(0, 4)]);
    let with_random = |c: &&Comparison| c.first == "random" || c.second == "random";
    let pairs: Vec<usize> = (part.comparisons.iter().filter(with_random))
        .map(|c| c.wins.iter().sum())
        .collect();
    assert!(
        !pairs.is_empty() && pairs.iter().all(|n| *n == 4),
        "{pairs:?}"
    );
    let mut turned = trials.clone();
    turned.reverse();
    assert_eq!(
        report(&instances, &names, &turned, "random", 400, 0),
        figures,
        "any order"
    );
}
