//! What holds for every optimiser under the driver.

mod common;

use common::{EFFORT, budget, cases, rng, small_table, table};
use std::convert::Infallible;

use rand::RngExt;
use stationary_search::optimizers::exact::{self, Answer};
use stationary_search::{
    BudgetRequest, BudgetSpec, Cancellation, Evaluated, Interruption, Objective, Optimizer,
    Outcome, Point, Problem, ProofKind, Repair, Resource, Settings, Status, Stop, Verdict,
    certificate, optimizers, run, run_recorded,
};

const SETTINGS: Settings = Settings {
    evaluations: 1500,
    repair: Repair::Lower,
    keep: 5,
};
const OBJECTIVES: [Objective; 4] = [
    Objective::Latency,
    Objective::Energy,
    Objective::Edp,
    Objective::Throughput,
];

fn outcome(problem: &Problem, name: &str, seed: u64, settings: &Settings) -> Outcome {
    run(
        problem,
        optimizers::find_with(name, seed, &EFFORT).unwrap().as_mut(),
        settings,
    )
}

fn problem(objective: Objective, requests: &[&str]) -> Problem {
    let requests: Vec<BudgetRequest> = requests.iter().map(|text| budget(text)).collect();
    Problem::new(table("mobilenet_v2_dla"), objective, &requests).unwrap()
}

#[test]
fn every_optimiser_is_feasible_and_never_better_than_exact() {
    for objective in OBJECTIVES {
        for requests in [&["area=iot"][..], &["area=iotx", "power=iot"], &[]] {
            let problem = problem(objective, requests);
            let (_, optimum) = outcome(&problem, "exact", 0, &SETTINGS).best.unwrap();
            for name in optimizers::names() {
                let outcome = outcome(&problem, name, 7, &SETTINGS);
                assert_record(&problem, &outcome);
                let (_, best) = outcome.best.unwrap();
                assert!(
                    best >= optimum * (1.0 - 1e-12),
                    "{name}: {best} below {optimum}"
                );
            }
        }
    }
}

/// The record agrees with itself and with the table.
fn assert_record(problem: &Problem, outcome: &Outcome) {
    let (point, best) = outcome.best.as_ref().unwrap();
    assert_eq!(
        problem.verdict(point),
        Verdict::Feasible { objective: *best }
    );
    certificate::check(problem, point, *best, &outcome.certificate).unwrap();
    assert_eq!(problem.point(&problem.choices(point)).as_ref(), Some(point));
    for (used, budget) in problem.used(point).iter().zip(problem.budgets()) {
        let choices = problem.choices(point);
        let layers = problem.table().layers();
        let entry = |c: &stationary_search::Choice| {
            layers[c.layer]
                .iter()
                .find(|e| (e.pe, e.tile) == (c.pe, c.tile))
                .unwrap()
        };
        let sum: f64 = choices
            .iter()
            .map(|c| entry(c).usage(budget.resource))
            .sum();
        assert_eq!(*used, sum, "used is the sum of the choices");
        assert!(*used <= budget.limit * (1.0 + 1e-11));
    }
    assert_eq!(outcome.curve.last().unwrap().1, *best);
    for pair in outcome.curve.windows(2) {
        assert!(
            pair[0].0 < pair[1].0 && pair[0].1 > pair[1].1,
            "{:?}",
            outcome.curve
        );
    }
    for pair in outcome.leaders.windows(2) {
        assert!(pair[0].1 <= pair[1].1 && pair[0].0 != pair[1].0);
    }
    let work = outcome.evaluations;
    assert!(1 <= work.distinct && work.distinct <= work.calls && work.calls <= 1500);
    assert!(work.entries <= problem.table().entries() as u64);
    assert!(work.entries >= problem.table().layers().len() as u64);
}

#[test]
fn random_instances_hold_too() {
    for seed in 0..cases(100) {
        let rng = &mut rng(seed);
        let table = small_table(rng);
        let point: Point = table
            .layers()
            .iter()
            .map(|layer| rng.random_range(0..layer.len()) as u16)
            .collect();
        let entries = table
            .layers()
            .iter()
            .zip(&point)
            .map(|(l, &o)| l[usize::from(o)]);
        let allowance = BudgetSpec::Absolute(entries.map(|e| e.area).sum());
        let request = BudgetRequest {
            resource: Resource::Area,
            allowance,
        };
        for objective in OBJECTIVES {
            let problem = Problem::new(table.clone(), objective, &[request]).unwrap();
            let Answer::Best {
                point: Some(point), ..
            } = exact::solve(&problem, exact::STATES)
            else {
                panic!("seed {seed}: a budget taken from a point is kept by it");
            };
            for name in optimizers::names() {
                let settings = Settings {
                    evaluations: 60,
                    ..SETTINGS
                };
                let outcome = outcome(&problem, name, seed, &settings);
                let (_, best) = outcome.best.expect("repair reaches the lightest options");
                let optimum = problem.value(&point);
                assert!(
                    best >= optimum * (1.0 - 1e-12),
                    "seed {seed} {name}: {best} {optimum}"
                );
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_outcome_on_any_number_of_threads() {
    let problem = problem(Objective::Latency, &["area=iot"]);
    let on = |threads: usize, name: &str, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| outcome(&problem, name, seed, &SETTINGS))
    };
    for name in optimizers::names() {
        let one = on(1, name, 3);
        assert_eq!(one, on(1, name, 3), "{name}");
        assert_eq!(one, on(2, name, 3), "{name}");
    }
    assert_ne!(on(1, "random", 3).best, on(1, "random", 4).best);
    assert_ne!(on(1, "genetic", 3).best, on(1, "genetic", 4).best);
}

#[test]
fn exact_ends_proved_greedy_converged_and_random_with_its_budget() {
    let problem = problem(Objective::Latency, &["area=iot"]);
    let exact = outcome(&problem, "exact", 0, &SETTINGS);
    assert_eq!(
        (exact.stop, exact.certificate.kind),
        (Stop::Proved, ProofKind::Proved)
    );
    assert_eq!(exact.best.unwrap().1, 33_974_305.0);
    assert_eq!(
        (exact.evaluations.calls, exact.evaluations.entries),
        (1, 7488)
    );
    assert_eq!(
        outcome(&problem, "greedy", 0, &SETTINGS).stop,
        Stop::Converged
    );
    let random = outcome(&problem, "random", 0, &SETTINGS);
    assert_eq!(
        (random.stop, random.evaluations.calls),
        (Stop::Budget, 1500)
    );
}

#[test]
fn repair_lowers_only_what_exceeds() {
    let loose = problem(Objective::Latency, &["area=unlimited"]);
    let tight = problem(Objective::Latency, &["area=iot"]);
    let mut without = Settings {
        evaluations: 300,
        repair: Repair::Off,
        keep: 1,
    };
    assert!(
        outcome(&tight, "random", 1, &without).best.is_none(),
        "random points are too big"
    );
    let off = outcome(&loose, "random", 1, &without);
    without.repair = Repair::Lower;
    assert_eq!(
        off,
        outcome(&loose, "random", 1, &without),
        "feasible points are left alone"
    );
    assert!(outcome(&tight, "random", 1, &without).best.is_some());
}

/// Proposes every point of the problem once.
#[derive(Default)]
struct All {
    told: Vec<Evaluated>,
    is_done: bool,
}

impl Optimizer for All {
    fn ask(&mut self, problem: &Problem, _: usize) -> Vec<Point> {
        if std::mem::replace(&mut self.is_done, true) {
            return Vec::new();
        }
        let layers = problem.table().layers();
        (0..layers[0].len() as u16)
            .map(|at| vec![at; layers.len()])
            .collect()
    }

    fn tell(&mut self, evaluated: &[Evaluated]) {
        self.told.extend_from_slice(evaluated);
    }

    fn status(&self) -> Status {
        Status::Searching
    }
}

#[test]
fn the_order_of_points_is_kept_and_the_room_too() {
    let problem = problem(Objective::Energy, &[]);
    let mut all = All::default();
    let outcome = run(&problem, &mut all, &SETTINGS);
    assert_eq!(outcome.stop, Stop::Exhausted);
    assert_eq!(
        (outcome.evaluations.calls, outcome.evaluations.distinct),
        (144, 144)
    );
    assert_eq!(outcome.evaluations.entries, 7488);
    let firsts: Vec<u16> = all.told.iter().map(|each| each.point[0]).collect();
    assert_eq!(firsts, (0..144).collect::<Vec<u16>>());
    let mut all = All::default();
    let outcome = run(
        &problem,
        &mut all,
        &Settings {
            evaluations: 100,
            ..SETTINGS
        },
    );
    assert_eq!((outcome.stop, all.told.len()), (Stop::Budget, 100));
}

#[test]
fn an_impossible_budget_is_an_answer() {
    let problem = problem(Objective::Latency, &["area=1e12"]);
    for name in optimizers::names() {
        let outcome = outcome(&problem, name, 0, &SETTINGS);
        assert_eq!((outcome.best, outcome.stop), (None, Stop::Proved));
        assert_eq!(outcome.evaluations.calls, 0);
        let short = outcome.shortfalls[0];
        assert_eq!((short.resource, short.limit), (Resource::Area, 1e12));
        assert!(
            (short.least - 18_887_417_270_803.805).abs() < 1.0,
            "{short:?}"
        );
    }
    let point = vec![0; 52];
    let Verdict::Infeasible { excess } = problem.verdict(&point) else {
        panic!("the lightest point exceeds the budget");
    };
    assert!(
        (excess[0] - 17_887_417_270_803.805).abs() < 1.0,
        "{excess:?}"
    );
}

/// A run that goes on from a record: what comes of it, and what it adds.
fn resumed(
    problem: &Problem,
    name: &str,
    known: &[Evaluated],
) -> Result<(Outcome, Vec<Evaluated>), Interruption<Infallible>> {
    let mut optimizer = optimizers::find_with(name, 7, &EFFORT).unwrap();
    let mut added = Vec::new();
    let record = |new: &[Evaluated]| {
        added.extend_from_slice(new);
        Ok(())
    };
    let outcome = run_recorded(
        problem,
        optimizer.as_mut(),
        &SETTINGS,
        known,
        &Cancellation::default(),
        record,
    )?;
    Ok((outcome, added))
}

#[test]
fn a_run_cut_anywhere_ends_with_the_same_outcome_and_record() {
    let problem = problem(Objective::Latency, &["area=iotx", "power=iot"]);
    let mut rng = rng(1);
    for name in optimizers::names() {
        let (whole, record) = resumed(&problem, name, &[]).unwrap();
        assert_eq!(record.len() as u64, whole.evaluations.calls, "{name}");
        assert_eq!(outcome(&problem, name, 7, &SETTINGS), whole, "{name}");
        for _ in 0..cases(2) {
            let cut = rng.random_range(0..=record.len());
            let (again, added) = resumed(&problem, name, &record[..cut]).unwrap();
            assert_eq!(again, whole, "{name} cut at {cut}");
            assert_eq!(added, record[cut..], "{name} cut at {cut}");
        }
    }
}

/// A run that is cancelled after any evaluation ends with the best so far, and the record that it leaves
/// leads to the same end as if nothing had happened.
#[test]
fn a_cancelled_run_ends_with_the_best_so_far() {
    let problem = problem(Objective::Latency, &["area=iotx", "power=iot"]);
    let mut rng = rng(2);
    for name in ["genetic", "annealing", "random", "local-genetic"] {
        let (whole, record) = resumed(&problem, name, &[]).unwrap();
        let most = rng.random_range(1..record.len());
        let cancellation = Cancellation::default();
        let mut optimizer = optimizers::find_with(name, 7, &EFFORT).unwrap();
        let mut kept: Vec<Evaluated> = Vec::new();
        let keep = |new: &[Evaluated]| {
            kept.extend_from_slice(new);
            if kept.len() >= most {
                cancellation.cancel();
            }
            Ok::<(), Infallible>(())
        };
        let optimizer: &mut dyn Optimizer = optimizer.as_mut();
        let cut = run_recorded(&problem, optimizer, &SETTINGS, &[], &cancellation, keep).unwrap();
        if cut.evaluations.calls == whole.evaluations.calls {
            continue;
        }
        assert_eq!(cut.stop, Stop::Interrupted, "{name}");
        assert_eq!(cut.evaluations.calls, kept.len() as u64, "{name}");
        let best = kept.iter().filter_map(|each| each.verdict.objective());
        let best = best.fold(f64::INFINITY, f64::min);
        assert_eq!(
            cut.best.map_or(f64::INFINITY, |(_, value)| value),
            best,
            "{name}"
        );
        let (again, _) = resumed(&problem, name, &kept).unwrap();
        assert_eq!(again, whole, "{name}");
        // Cancelled before it begins, a run still knows what its record says.
        let mut optimizer = optimizers::find_with(name, 7, &EFFORT).unwrap();
        let optimizer: &mut dyn Optimizer = optimizer.as_mut();
        let nothing = |_: &[Evaluated]| Ok::<(), Infallible>(());
        let known = run_recorded(
            &problem,
            optimizer,
            &SETTINGS,
            &kept,
            &cancellation,
            nothing,
        );
        let known = known.unwrap();
        assert_eq!(
            known.best.map_or(f64::INFINITY, |(_, value)| value),
            best,
            "{name}"
        );
        assert_eq!(known.stop, Stop::Interrupted, "{name}");
    }
}

#[test]
fn a_record_of_another_run_is_refused() {
    let problem = problem(Objective::Latency, &["area=iot"]);
    let (_, record) = resumed(&problem, "random", &[]).unwrap();
    let at = |known: &[Evaluated]| match resumed(&problem, "random", known) {
        Err(Interruption::Diverged { at }) => at,
        other => panic!("{other:?}"),
    };
    let mut swapped = record.clone();
    swapped.swap(99, 1499);
    assert_eq!(at(&swapped), 100);
    let doubled = [&record[..], &record[..1]].concat();
    assert_eq!(at(&doubled), 1501, "one more than were asked for");
}
