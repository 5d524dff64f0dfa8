//! The exact optimiser against enumeration and against a linear programme.

mod common;

use common::{cases, rng, small_table};
use good_lp::{
    Expression, ProblemVariables, Solution, SolverModel, constraint, default_solver, variable,
};
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary_search::optimizers::exact::{self, Answer};
use stationary_search::{
    BudgetRequest, BudgetSpec, Certificate, CostEntry, CostTable, Objective, Point, Problem,
    ProofKind, Resource, certificate,
};

const OBJECTIVES: [Objective; 4] = [
    Objective::Latency,
    Objective::Energy,
    Objective::Edp,
    Objective::Throughput,
];

/// Every point of a table.
fn points(table: &CostTable) -> Vec<Point> {
    let mut points = vec![Point::new()];
    for layer in table.layers() {
        let longer = |point: &Point| {
            let point = point.clone();
            (0..layer.len() as u16).map(move |option| [&point[..], &[option]].concat())
        };
        points = points.iter().flat_map(longer).collect();
    }
    points
}

fn entries<'a>(table: &'a CostTable, point: &[u16]) -> Vec<&'a CostEntry> {
    table
        .layers()
        .iter()
        .zip(point)
        .map(|(layer, &option)| &layer[usize::from(option)])
        .collect()
}

/// The objective in plain words; nothing where a budget is exceeded.
fn naive(problem: &Problem, point: &[u16]) -> Option<f64> {
    let chosen = entries(problem.table(), point);
    for budget in problem.budgets() {
        let used: f64 = chosen.iter().map(|e| e.usage(budget.resource)).sum();
        if used > budget.limit + 1e-6 {
            return None;
        }
    }
    let latency: f64 = chosen.iter().map(|e| e.latency as f64).sum();
    let energy: f64 = chosen.iter().map(|e| e.energy).sum();
    Some(match problem.objective() {
        Objective::Latency => latency,
        Objective::Energy => energy,
        Objective::Edp => latency * energy,
        Objective::Throughput => chosen.iter().map(|e| e.latency as f64).fold(0.0, f64::max),
    })
}

/// No, one or two budgets: met to the last bit by some random point, or
/// anywhere from zero to the total of that point.
fn requests(table: &CostTable, rng: &mut Xoshiro256PlusPlus) -> Vec<BudgetRequest> {
    let all: [&[Resource]; 4] = [
        &[],
        &[Resource::Area],
        &[Resource::Power],
        &[Resource::Area, Resource::Power],
    ];
    let resources = all[rng.random_range(0..all.len())];
    let point: Point = table
        .layers()
        .iter()
        .map(|layer| rng.random_range(0..layer.len()) as u16)
        .collect();
    let factor = if rng.random_bool(0.6) {
        1.0
    } else {
        rng.random_range(0.0..1.2)
    };
    let request = |&resource: &Resource| {
        let total: f64 = entries(table, &point)
            .iter()
            .map(|e| e.usage(resource))
            .sum();
        BudgetRequest {
            resource,
            allowance: BudgetSpec::Absolute(total * factor),
        }
    };
    resources.iter().map(request).collect()
}

#[test]
fn exact_equals_enumeration() {
    let (mut solved, mut infeasible, mut joint) = (0, 0, 0);
    for seed in 0..cases(500) {
        let rng = &mut rng(seed);
        let table = small_table(rng);
        let requests = requests(&table, rng);
        for objective in OBJECTIVES {
            let problem = Problem::new(table.clone(), objective, &requests).unwrap();
            let values = points(&table)
                .into_iter()
                .filter_map(|p| naive(&problem, &p));
            let least = values.min_by(f64::total_cmp);
            match (exact::solve(&problem, exact::STATES), least) {
                (
                    Answer::Best {
                        point: Some(point),
                        certificate,
                    },
                    Some(least),
                ) => {
                    solved += 1;
                    let found = problem.value(&point);
                    assert!(
                        (found - least).abs() <= 1e-9 * least,
                        "seed {seed}: {found} {least}"
                    );
                    assert_eq!(certificate.kind, ProofKind::Proved, "seed {seed}");
                    certificate::check(&problem, &point, found, &certificate)
                        .unwrap_or_else(|flaw| panic!("seed {seed} {objective}: {flaw}"));
                }
                (Answer::Infeasible(short), None) => {
                    infeasible += 1;
                    joint += usize::from(problem.shortfalls().is_empty());
                    assert!(!short.is_empty(), "seed {seed}");
                    for each in short {
                        assert_shortfall(&problem, &each, seed);
                    }
                }
                (answer, least) => panic!("seed {seed} {objective}: {answer:?}, but {least:?}"),
            }
        }
    }
    assert!(
        solved > 0 && infeasible > 0,
        "{solved} solved, {infeasible} infeasible"
    );
    assert!(
        joint > 0 || cases(500) < 500,
        "no case was infeasible only in both budgets together"
    );
}

/// The smallest limit is kept by some assignment, and nothing below it.
fn assert_shortfall(problem: &Problem, short: &stationary_search::Shortfall, seed: u64) {
    let is_alone = !problem.shortfalls().is_empty();
    let used = |point: &Point, resource: Resource| -> f64 {
        entries(problem.table(), point)
            .iter()
            .map(|e| e.usage(resource))
            .sum()
    };
    let others = |point: &Point| {
        is_alone
            || (problem.budgets().iter())
                .filter(|b| b.resource != short.resource)
                .all(|b| used(point, b.resource) <= b.limit + 1e-6)
    };
    let points = points(problem.table()).into_iter().filter(others);
    let least = points
        .map(|p| used(&p, short.resource))
        .fold(f64::INFINITY, f64::min);
    assert!(
        (short.least - least).abs() <= 1e-9 * least,
        "seed {seed}: {short:?}, {least}"
    );
    assert!(short.least > short.limit, "seed {seed}: {short:?}");
}

#[test]
fn a_budget_is_kept_at_its_limit_and_not_just_below() {
    for seed in 0..cases(500) {
        let rng = &mut rng(seed);
        let table = small_table(rng);
        let least: f64 = (table.layers().iter())
            .map(|layer| layer.iter().map(|e| e.area).fold(f64::INFINITY, f64::min))
            .sum();
        let solve = |limit: f64| {
            let allowance = BudgetSpec::Absolute(limit);
            let request = BudgetRequest {
                resource: Resource::Area,
                allowance,
            };
            let problem = Problem::new(table.clone(), Objective::Latency, &[request]).unwrap();
            exact::solve(&problem, exact::STATES)
        };
        assert!(
            matches!(solve(least), Answer::Best { point: Some(_), .. }),
            "seed {seed}"
        );
        if least > 0.0 {
            assert!(
                matches!(solve(least * (1.0 - 1e-9)), Answer::Infeasible(_)),
                "seed {seed}"
            );
        }
    }
}

#[test]
fn the_relaxation_is_the_linear_optimum() {
    for seed in 0..cases(500) {
        let rng = &mut rng(seed);
        let table = small_table(rng);
        let requests = requests(&table, rng);
        for objective in [Objective::Latency, Objective::Energy] {
            let problem = Problem::new(table.clone(), objective, &requests).unwrap();
            let Answer::Best { certificate, .. } = exact::solve(&problem, exact::STATES) else {
                continue;
            };
            let bound = certificate.relaxation.unwrap();
            let linear = linear_optimum(&problem);
            let tolerance = 1e-6 * (1.0 + linear.abs());
            assert!(
                (bound - linear).abs() <= tolerance,
                "seed {seed}: {bound}, not {linear}"
            );
        }
    }
}

fn linear_optimum(problem: &Problem) -> f64 {
    let mut variables = ProblemVariables::new();
    let mut cost = Expression::from(0.0);
    let mut used = vec![Expression::from(0.0); problem.budgets().len()];
    let mut ones = Vec::new();
    for layer in problem.table().layers() {
        let mut one = Expression::from(0.0);
        for entry in layer {
            let share = variables.add(variable().min(0.0).max(1.0));
            one += share;
            cost += share
                * match problem.objective() {
                    Objective::Energy => entry.energy,
                    _ => entry.latency as f64,
                };
            for (used, budget) in used.iter_mut().zip(problem.budgets()) {
                *used += share * entry.usage(budget.resource);
            }
        }
        ones.push(one);
    }
    let mut model = variables.minimise(cost.clone()).using(default_solver);
    for one in ones {
        model = model.with(constraint!(one == 1.0));
    }
    for (used, budget) in used.into_iter().zip(problem.budgets()) {
        model = model.with(constraint!(used <= budget.limit));
    }
    model
        .solve()
        .expect("an integer solution exists")
        .eval(cost)
}

#[test]
fn a_stopped_solve_says_so_and_keeps_its_bound() {
    let request = common::budget("area=iotx");
    let table = common::table("mobilenet_v2_shi");
    let problem = Problem::new(table, Objective::Latency, &[request]).unwrap();
    let Answer::Best {
        point: Some(point),
        certificate,
    } = exact::solve(&problem, 10)
    else {
        panic!("there is an incumbent");
    };
    let found = problem.value(&point);
    assert_eq!(certificate.kind, ProofKind::None);
    certificate::check(&problem, &point, found, &certificate).unwrap();
    let gap = certificate.gap(found).unwrap();
    assert!(gap > 0.0 && gap < 0.01, "{gap}");
    assert!(certificate.lower_bound.unwrap() <= 45_537_600.0 && found >= 45_537_600.0);
}

#[test]
fn the_checker_finds_what_is_wrong() {
    let request = common::budget("area=iot");
    let table = common::table("mobilenet_v2_dla");
    let problem = Problem::new(table, Objective::Latency, &[request]).unwrap();
    let Answer::Best {
        point: Some(point),
        certificate,
    } = exact::solve(&problem, exact::STATES)
    else {
        panic!("there is an optimum");
    };
    let found = problem.value(&point);
    let check = |point: &[u16], objective: f64, certificate: &Certificate| {
        certificate::check(&problem, point, objective, certificate).is_ok()
    };
    assert!(check(&point, found, &certificate));
    assert!(
        !check(&point[1..], found, &certificate),
        "a layer is missing"
    );
    assert!(
        !check(&point, found - 1.0, &certificate),
        "the objective is wrong"
    );
    let mut heavy = point.clone();
    heavy.fill(143);
    assert!(
        !check(&heavy, problem.value(&heavy), &certificate),
        "the budget is exceeded"
    );
    let broken = |change: fn(&mut Certificate)| {
        let mut broken = certificate.clone();
        change(&mut broken);
        broken
    };
    let lower = broken(|c| c.lower_bound = c.lower_bound.map(|b| b - 1.0));
    assert!(
        !check(&point, found, &lower),
        "proved needs the bound at the objective"
    );
    let higher = broken(|c| c.lower_bound = c.lower_bound.map(|b| b + 1.0));
    assert!(
        !check(&point, found, &higher),
        "a bound above the objective"
    );
    let scaled = broken(|c| c.multipliers[0] *= 1.01);
    assert!(
        !check(&point, found, &scaled),
        "the multipliers give another bound"
    );
    let negative = broken(|c| c.multipliers[0] = -1.0);
    assert!(!check(&point, found, &negative), "a negative multiplier");
}

/// The next best beside an optimum: each differs from it in one choice, in order; without budgets the
/// first is the second best of all, unless the objective is a product.
#[test]
fn the_next_best_stand_beside_the_optimum() {
    for seed in 0..cases(100) {
        let rng = &mut rng(seed);
        let table = small_table(rng);
        let requests = requests(&table, rng);
        let objective = OBJECTIVES[rng.random_range(0..4)];
        let problem = Problem::new(table, objective, &requests).unwrap();
        let Answer::Best {
            point: Some(best), ..
        } = exact::solve(&problem, exact::STATES)
        else {
            continue;
        };
        let beside = |point: &Point| point.iter().zip(&best).filter(|(a, b)| a != b).count();
        let mut others: Vec<f64> = points(problem.table())
            .iter()
            .filter(|point| beside(point) == 1)
            .filter_map(|point| naive(&problem, point))
            .collect();
        others.sort_by(f64::total_cmp);
        let found = exact::near(&problem, &best, 3);
        assert_eq!(found.len(), others.len().min(3), "seed {seed}");
        for ((point, value), other) in found.iter().zip(&others) {
            assert_eq!(beside(point), 1, "seed {seed}");
            assert!((value - other).abs() <= 1e-9 * other.abs(), "seed {seed}");
        }
        if problem.budgets().is_empty() && objective != Objective::Edp {
            let mut all: Vec<f64> = points(problem.table())
                .iter()
                .filter_map(|point| naive(&problem, point))
                .collect();
            all.sort_by(f64::total_cmp);
            let second = found.first().map(|(_, value)| *value);
            let is_near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs();
            match (second, all.get(1)) {
                (Some(found), Some(second)) => assert!(is_near(found, *second), "seed {seed}"),
                (found, second) => assert_eq!(found.is_some(), second.is_some(), "seed {seed}"),
            }
        }
    }
}
