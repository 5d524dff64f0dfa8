//! The optimum on a machine that is known from bounds and a few runs, against one that ran whole.

mod common;

use std::cell::Cell;
use std::convert::Infallible;
use std::num::NonZeroUsize;

use common::{cases, rng};
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary_search::certificate::{self, NotProved, prove_optimal};
use stationary_search::certify::{Allowed, CertifyError, Job, Proof, certify};
use stationary_search::design::{DesignSpace, Tables, cycles, default_base, firsts};
use stationary_search::optimizers::exact::{Answer, STATES, solve};
use stationary_search::{
    BudgetRequest, BudgetSpec, CostEntry, CostTable, DataflowStyle, Deployment, Objective, Problem,
    ProofKind, Resource,
};
use stationary_workloads::{Convolution, Layer};

const OBJECTIVES: [Objective; 4] = [
    Objective::Latency,
    Objective::Energy,
    Objective::Edp,
    Objective::Throughput,
];

const UNLIMITED: Allowed = Allowed {
    simulations: u64::MAX,
    states: STATES,
};

/// Bounds, the machine's costs above them, and which layers are alike.
struct Case {
    bounds: CostTable,
    machine: CostTable,
    firsts: Vec<usize>,
}

fn case(rng: &mut Xoshiro256PlusPlus) -> Case {
    let range = [3u64, 40, 100_000][rng.random_range(0..3)];
    let slack = [0.0, 0.1, 2.0][rng.random_range(0..3)];
    let (layers, options) = (rng.random_range(1..=5), rng.random_range(1..=6));
    let firsts: Vec<usize> = (0..layers)
        .map(|at| if rng.random_bool(0.3) { 0 } else { at })
        .collect();
    let (mut bounds, mut machine): (Vec<Vec<CostEntry>>, Vec<Vec<CostEntry>>) =
        (Vec::new(), Vec::new());
    for &first in &firsts {
        if first < bounds.len() {
            bounds.push(bounds[first].clone());
            machine.push(machine[first].clone());
            continue;
        }
        let amount = |rng: &mut Xoshiro256PlusPlus| rng.random_range(0..range) as f64 * 0.37;
        let least: Vec<CostEntry> = (0..options)
            .map(|pe| CostEntry {
                style: None,
                pe,
                tile: 1,
                latency: rng.random_range(1..=range),
                energy: amount(rng),
                area: amount(rng),
                power: amount(rng),
            })
            .collect();
        let real = least.iter().map(|entry| {
            let more = |rng: &mut Xoshiro256PlusPlus| 1.0 + slack * rng.random_range(0.0..1.0);
            CostEntry {
                latency: (entry.latency as f64 * more(rng)) as u64,
                energy: entry.energy * more(rng),
                power: entry.power * more(rng),
                ..*entry
            }
        });
        machine.push(real.collect());
        bounds.push(least);
    }
    let table = |layers| CostTable::new(layers).expect("a valid table");
    Case {
        bounds: table(bounds),
        machine: table(machine),
        firsts,
    }
}

fn deployment(rng: &mut Xoshiro256PlusPlus) -> Deployment {
    let most = |n| Deployment::Segmented {
        most: NonZeroUsize::new(n).expect("a stage at least"),
    };
    match rng.random_range(0..5) {
        0 | 1 => Deployment::Pipelined,
        2 => Deployment::Sequential,
        3 => most(usize::MAX),
        _ => most(rng.random_range(1..=3)),
    }
}

fn budgets(rng: &mut Xoshiro256PlusPlus) -> Vec<BudgetRequest> {
    let mut budgets = Vec::new();
    for resource in [Resource::Area, Resource::Power] {
        if rng.random_bool(0.5) {
            let share = rng.random_range(0.0..1.0);
            budgets.push(BudgetRequest {
                resource,
                allowance: BudgetSpec::Share(share),
            });
        }
    }
    budgets
}

fn problem(case: &Case, rng: &mut Xoshiro256PlusPlus, objective: Objective) -> Option<Problem> {
    // Shares are of the machine's own table, so that power budgets can be kept.
    let deployment = deployment(rng);
    let budgets = budgets(rng);
    let problem = Problem::deployed(case.machine.clone(), deployment, objective, &budgets).ok()?;
    Some(problem.with_table(case.bounds.clone()))
}

fn entry(table: &CostTable, (layer, levels): &Job) -> CostEntry {
    let found = table.layers()[*layer]
        .iter()
        .find(|e| e.levels() == *levels);
    *found.expect("an option of the table")
}

fn prove(case: &Case, problem: &Problem, allowed: Allowed, runs: &Cell<u64>) -> Proof {
    let measure = |jobs: &[Job]| {
        runs.set(runs.get() + jobs.len() as u64);
        let entries = jobs.iter().map(|job| (*job, entry(&case.machine, job)));
        Ok::<Vec<(Job, CostEntry)>, Infallible>(entries.collect())
    };
    certify(problem, &case.firsts, &[], allowed, measure).expect("bounds that are bounds")
}

/// The optimum over the machine's whole table; none if no assignment keeps the budgets.
fn whole(case: &Case, problem: &Problem) -> Option<f64> {
    let machine = problem.with_table(case.machine.clone());
    match solve(&machine, STATES) {
        Answer::Best {
            point: Some(point),
            certificate,
        } => {
            assert_eq!(certificate.kind, ProofKind::Proved);
            Some(machine.value(&point))
        }
        Answer::Best { point: None, .. } => panic!("so small a problem is solved"),
        Answer::Infeasible(_) => None,
    }
}

fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

#[test]
fn a_proof_is_the_optimum_of_the_whole_machine() {
    for seed in 0..cases(150) {
        let rng = &mut rng(seed);
        let case = case(rng);
        for objective in OBJECTIVES {
            let Some(problem) = problem(&case, rng, objective) else {
                continue;
            };
            let runs = Cell::new(0);
            let proof = prove(&case, &problem, UNLIMITED, &runs);
            let what = format!("seed {seed}, {objective}, {}", problem.deployment());
            assert_eq!(proof.certificate.kind, ProofKind::Proved, "{what}");
            // Nothing runs twice.
            assert_eq!(runs.get(), proof.simulated.len() as u64, "{what}");
            let optimum = whole(&case, &problem);
            assert_eq!(proof.best.is_some(), optimum.is_some(), "{what}");
            let machine = problem.with_table(case.machine.clone());
            let claimed = match (&proof.best, optimum) {
                (Some((point, value)), Some(optimum)) => {
                    assert!(is_near(*value, optimum), "{what}: {value}, not {optimum}");
                    assert!(is_near(machine.value(point), *value), "{what}");
                    assert!(machine.is_feasible(point), "{what}");
                    let checked =
                        certificate::check(&proof.problem, point, *value, &proof.certificate);
                    assert_eq!(checked, Ok(()), "{what}");
                    *value
                }
                _ => f64::INFINITY,
            };
            let cuts = &proof.certificate.cuts;
            let excluded = prove_optimal(&proof.problem, claimed, cuts, STATES);
            assert!(excluded.is_ok(), "{what}: {excluded:?}");
            // A claim above it is refuted.
            let more = claimed * 1.01 + 1.0;
            if claimed.is_finite() {
                let excluded = prove_optimal(&proof.problem, more, cuts, STATES);
                assert!(matches!(excluded, Err(NotProved::Better { .. })), "{what}");
            }
        }
    }
}

#[test]
fn a_proof_cut_short_bounds_the_optimum_from_both_sides() {
    for seed in 0..cases(100) {
        let rng = &mut rng(seed);
        let case = case(rng);
        let objective = OBJECTIVES[rng.random_range(0..4)];
        let Some(problem) = problem(&case, rng, objective) else {
            continue;
        };
        let what = format!("seed {seed}, {objective}, {}", problem.deployment());
        let optimum = whole(&case, &problem);
        for simulations in 0..=case.bounds.entries() as u64 {
            let runs = Cell::new(0);
            let allowed = Allowed {
                simulations,
                ..UNLIMITED
            };
            let proof = prove(&case, &problem, allowed, &runs);
            assert!(runs.get() <= simulations, "{what}");
            let bound = proof.certificate.lower_bound;
            if let (Some(bound), Some(optimum)) = (bound, optimum) {
                assert!(
                    bound <= optimum * (1.0 + 1e-9),
                    "{what}: {bound} above {optimum}"
                );
                let excluded =
                    prove_optimal(&proof.problem, bound, &proof.certificate.cuts, STATES);
                assert!(excluded.is_ok(), "{what}: {excluded:?}");
            }
            if let Some((_, value)) = proof.best {
                let optimum = optimum.expect("what was found exists");
                assert!(value >= optimum * (1.0 - 1e-9), "{what}");
                if proof.certificate.kind == ProofKind::Proved {
                    assert!(is_near(value, optimum), "{what}");
                }
            }
        }
    }
}

/// What is known before is not run again, and changes nothing.
#[test]
fn a_proof_goes_on_from_what_is_known() {
    for seed in 0..cases(50) {
        let rng = &mut rng(seed);
        let case = case(rng);
        let Some(problem) = problem(&case, rng, Objective::Latency) else {
            continue;
        };
        let runs = Cell::new(0);
        let whole = prove(&case, &problem, UNLIMITED, &runs);
        let known: Vec<(Job, CostEntry)> = whole.simulated.iter().map(|(j, e)| (*j, *e)).collect();
        for cut in 0..=known.len() {
            let measure = |jobs: &[Job]| {
                assert!(
                    jobs.iter()
                        .all(|job| known[..cut].iter().all(|(k, _)| k != job))
                );
                let entries = jobs.iter().map(|job| (*job, entry(&case.machine, job)));
                Ok::<Vec<(Job, CostEntry)>, Infallible>(entries.collect())
            };
            let proof = certify(&problem, &case.firsts, &known[..cut], UNLIMITED, measure)
                .expect("bounds that are bounds");
            let [a, b] = [&whole.best, &proof.best].map(|b| b.as_ref().map(|(_, value)| *value));
            assert_eq!(a, b, "seed {seed}");
        }
    }
}

/// Cut after any number of runs, also in the middle of a round, the bound is below the optimum and the
/// best, if there is one, not below it; what ran is kept, and a proof from there is the whole one.
#[test]
fn a_proof_that_is_cut_off_ends_with_a_gap() {
    for seed in 0..cases(50) {
        let rng = &mut rng(seed);
        let case = case(rng);
        let Some(problem) = problem(&case, rng, Objective::Latency) else {
            continue;
        };
        let whole = prove(&case, &problem, UNLIMITED, &Cell::new(0));
        let Some((_, optimum)) = whole.best else {
            continue;
        };
        for cut in 0..whole.simulated.len() {
            let left = Cell::new(cut);
            let measure = |jobs: &[Job]| {
                let jobs = &jobs[..jobs.len().min(left.get())];
                left.set(left.get() - jobs.len());
                let entries = jobs.iter().map(|job| (*job, entry(&case.machine, job)));
                Ok::<Vec<(Job, CostEntry)>, Infallible>(entries.collect())
            };
            let proof = certify(&problem, &case.firsts, &[], UNLIMITED, measure)
                .expect("bounds that are bounds");
            assert_eq!(proof.certificate.kind, ProofKind::None, "seed {seed}");
            assert_eq!(proof.simulated.len(), cut, "seed {seed}: what ran is kept");
            let bound = proof.certificate.lower_bound.expect("a bound");
            assert!(bound <= optimum * (1.0 + 1e-9), "seed {seed}");
            let best = proof.best.map_or(f64::INFINITY, |(_, value)| value);
            assert!(best >= optimum * (1.0 - 1e-9), "seed {seed}");
            let known: Vec<(Job, CostEntry)> = proof.simulated.into_iter().collect();
            let rest = |jobs: &[Job]| {
                let entries = jobs.iter().map(|job| (*job, entry(&case.machine, job)));
                Ok::<Vec<(Job, CostEntry)>, Infallible>(entries.collect())
            };
            let again = certify(&problem, &case.firsts, &known, UNLIMITED, rest)
                .expect("bounds that are bounds");
            let value = again.best.map(|(_, value)| value);
            assert_eq!(value, Some(optimum), "seed {seed}");
        }
    }
}

/// A bound above the machine is noticed, and nothing is proved from it.
#[test]
fn a_bound_that_is_none_stops_the_proof() {
    let entry = |latency| CostEntry {
        style: None,
        pe: 1,
        tile: 1,
        latency,
        energy: 1.0,
        area: 1.0,
        power: 1.0,
    };
    let bounds = CostTable::new(vec![vec![entry(1010)]]).expect("a table");
    let problem = Problem::new(bounds, Objective::Latency, &[]).expect("a problem");
    let proof = certify(&problem, &[0], &[], UNLIMITED, |jobs| {
        Ok::<Vec<(Job, CostEntry)>, Infallible>(vec![(jobs[0], entry(1000))])
    });
    let error = proof.expect_err("the bound is 1 % too high");
    let CertifyError::NoBound(breach) = error else {
        panic!("{error}");
    };
    assert!(breach.what.starts_with("layer 0, "), "{breach}");
    let said = [breach.quantity, &breach.machine, &breach.bound];
    assert_eq!(said, ["latency", "1000", "1010"]);
}

/// The machine itself, every option of a small space run, against the proof.
#[test]
fn a_proof_is_the_optimum_of_all_designs_run() {
    for seed in 0..cases(10) {
        let rng = &mut rng(seed);
        let layers: Vec<Layer> = (0..3).map(|at| layer(rng, at)).collect();
        let mut space = DesignSpace::new(default_base(), &[DataflowStyle::ALL[seed as usize % 3]]);
        space.pes = vec![1, 2, 4, 6];
        space.tiles = vec![1, 2, 5];
        let Tables { estimates, bounds } = space.tables(&layers, &|| ()).expect("tables");
        let firsts = firsts(&layers);
        let entry = |&(layer, levels): &Job| {
            let cycles = cycles(&space, &layers[layer], levels).expect("a design");
            let entry = space.entry(&layers[layer], levels, cycles);
            entry.expect("a design")
        };
        let machine = bounds.layers().iter().zip(&firsts).map(|(options, first)| {
            let jobs = options.iter().map(|option| (*first, option.levels()));
            jobs.map(|job| entry(&job)).collect()
        });
        let machine = CostTable::new(machine.collect()).expect("a table");
        for objective in OBJECTIVES {
            let budget = BudgetRequest {
                resource: Resource::Area,
                allowance: BudgetSpec::Share(rng.random_range(0.0..0.6)),
            };
            let problem = Problem::new(estimates.clone(), objective, &[budget]).expect("a problem");
            let bounded = problem.with_table(bounds.clone());
            let measure = |jobs: &[Job]| {
                let entries = jobs.iter().map(|job| (*job, entry(job)));
                Ok::<Vec<(Job, CostEntry)>, Infallible>(entries.collect())
            };
            let proof = certify(&bounded, &firsts, &[], UNLIMITED, measure).expect("a proof");
            let case = Case {
                bounds: bounds.clone(),
                machine: machine.clone(),
                firsts: firsts.clone(),
            };
            let optimum = whole(&case, &problem).expect("a budget from corners can be kept");
            let (_, value) = proof.best.expect("an optimum");
            assert!(
                is_near(value, optimum),
                "seed {seed}, {objective}: {value}, not {optimum}"
            );
            assert_eq!(proof.certificate.kind, ProofKind::Proved);
        }
    }
}

fn layer(rng: &mut Xoshiro256PlusPlus, at: usize) -> Layer {
    let input = rng.random_range(4..=9);
    let channels = [rng.random_range(1..=6), rng.random_range(1..=9)];
    let kernel = [1, 3][rng.random_range(0..2)];
    let window = Convolution::square(input, channels, kernel, 1, kernel / 2);
    Layer::convolution(format!("conv{at}"), window).expect("a layer")
}
