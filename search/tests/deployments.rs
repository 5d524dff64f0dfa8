//! Layers that share hardware: the exact optimiser, the others, and the record,
//! against enumeration of every way to cut and to choose.

mod common;

use std::num::NonZeroUsize;

use common::{EFFORT, cases, rng};
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary_search::optimizers::exact::{self, Answer};
use stationary_search::{
    BudgetRequest, BudgetSpec, Choice, CostEntry, CostTable, Deployment, Levels, Objective,
    Problem, ProofKind, Repair, Resource, Settings, Verdict, binding, certificate, optimizers, run,
};

const OBJECTIVES: [Objective; 4] = [
    Objective::Latency,
    Objective::Energy,
    Objective::Edp,
    Objective::Throughput,
];

/// Two to four options that all layers have, in any order, and some that only
/// one layer has.
fn table(rng: &mut Xoshiro256PlusPlus) -> CostTable {
    let range = [3u64, 12, 100_000][rng.random_range(0..3)];
    let layers = rng.random_range(1..=4);
    let common = rng.random_range(2..=4);
    let layer = |at: u32, rng: &mut Xoshiro256PlusPlus| {
        let mut levels: Vec<(u32, u32)> = (0..common).map(|pe| (pe, 1)).collect();
        if rng.random_bool(0.3) {
            levels.push((100 + at, 1));
        }
        let mut options: Vec<CostEntry> = Vec::new();
        for (pe, tile) in levels {
            let amount = |rng: &mut Xoshiro256PlusPlus| rng.random_range(0..range) as f64 * 0.37;
            let entry = CostEntry {
                style: None,
                pe,
                tile,
                latency: rng.random_range(0..range),
                energy: amount(rng),
                area: amount(rng),
                power: amount(rng),
            };
            options.insert(rng.random_range(0..=options.len()), entry);
        }
        options
    };
    CostTable::new((0..layers).map(|at| layer(at, rng)).collect()).expect("a valid table")
}

fn deployment(rng: &mut Xoshiro256PlusPlus) -> Deployment {
    let most = |n| Deployment::Segmented {
        most: NonZeroUsize::new(n).expect("a stage at least"),
    };
    match rng.random_range(0..6) {
        0 => Deployment::Pipelined,
        1 => Deployment::Sequential,
        2 => most(usize::MAX),
        n => most(n - 2),
    }
}

/// Layers from and to, with their option's levels.
type Assignment = Vec<(usize, usize, Levels)>;

/// Every way to cut the layers into stages and to choose an option for each.
fn assignments(table: &CostTable, deployment: Deployment) -> Vec<Assignment> {
    let layers = table.layers().len();
    let mut done = Vec::new();
    let mut open: Vec<Assignment> = vec![Vec::new()];
    while let Some(stages) = open.pop() {
        let start = stages.last().map_or(0, |stage| stage.1);
        if start == layers {
            let is_allowed = match deployment {
                Deployment::Pipelined => stages.len() == layers,
                Deployment::Sequential => stages.len() == 1,
                Deployment::Segmented { most } => stages.len() <= most.get(),
            };
            done.extend(is_allowed.then_some(stages));
            continue;
        }
        for end in start + 1..=layers {
            for entry in &table.layers()[start] {
                let levels = entry.levels();
                let has = |layer: &Vec<CostEntry>| layer.iter().any(|e| e.levels() == levels);
                let is_common = table.layers().iter().all(has);
                if is_common || deployment == Deployment::Pipelined {
                    let mut longer = stages.clone();
                    longer.push((start, end, levels));
                    open.push(longer);
                }
            }
        }
    }
    done
}

struct Sums {
    latency: f64,
    energy: f64,
    slowest: f64,
    area: f64,
    power: f64,
}

fn sums(table: &CostTable, assignment: &Assignment) -> Sums {
    let mut sums = Sums {
        latency: 0.0,
        energy: 0.0,
        slowest: 0.0,
        area: 0.0,
        power: 0.0,
    };
    for &(start, end, levels) in assignment {
        let find = |layer: &Vec<CostEntry>| *layer.iter().find(|e| e.levels() == levels).unwrap();
        let entries: Vec<CostEntry> = table.layers()[start..end].iter().map(find).collect();
        let latency: f64 = entries.iter().map(|e| e.latency as f64).sum();
        sums.latency += latency;
        sums.energy += entries.iter().map(|e| e.energy).sum::<f64>();
        sums.slowest = sums.slowest.max(latency);
        sums.area += entries.iter().map(|e| e.area).fold(0.0, f64::max);
        sums.power += entries.iter().map(|e| e.power).fold(0.0, f64::max);
    }
    sums
}

impl Sums {
    fn objective(&self, objective: Objective) -> f64 {
        match objective {
            Objective::Latency => self.latency,
            Objective::Energy => self.energy,
            Objective::Edp => self.latency * self.energy,
            Objective::Throughput => self.slowest,
        }
    }

    fn used(&self, resource: Resource) -> f64 {
        match resource {
            Resource::Area => self.area,
            Resource::Power => self.power,
        }
    }

    fn fits(&self, problem: &Problem) -> bool {
        (problem.budgets().iter()).all(|b| self.used(b.resource) <= b.limit + 1e-6)
    }
}

/// No, one or two budgets, met exactly or nearly by some assignment.
fn requests(all: &[Sums], rng: &mut Xoshiro256PlusPlus) -> Vec<BudgetRequest> {
    let resources: &[Resource] = match rng.random_range(0..4) {
        0 => &[],
        1 => &[Resource::Area],
        2 => &[Resource::Power],
        _ => &[Resource::Area, Resource::Power],
    };
    let met = &all[rng.random_range(0..all.len())];
    let factor = if rng.random_bool(0.6) {
        1.0
    } else {
        rng.random_range(0.0..1.2)
    };
    let request = |&resource: &Resource| BudgetRequest {
        resource,
        allowance: BudgetSpec::Absolute(met.used(resource) * factor),
    };
    resources.iter().map(request).collect()
}

fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs() + 1e-12
}

#[test]
fn exact_equals_enumeration_however_layers_share() {
    let (mut solved, mut infeasible, mut relaxed) = (0, 0, 0);
    // One in six is sequential, so that the full count has 10,000 of each.
    for seed in 0..cases(3000) {
        let rng = &mut rng(seed);
        let table = table(rng);
        let deployment = deployment(rng);
        let all = assignments(&table, deployment);
        let all: Vec<Sums> = all.iter().map(|each| sums(&table, each)).collect();
        let requests = requests(&all, rng);
        for objective in OBJECTIVES {
            let context = format!("seed {seed} {deployment} {objective}");
            let problem =
                Problem::deployed(table.clone(), deployment, objective, &requests).unwrap();
            let kept = all.iter().filter(|sums| sums.fits(&problem));
            let least = kept.map(|s| s.objective(objective)).min_by(f64::total_cmp);
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
                    assert!(is_near(found, least), "{context}: {found}, not {least}");
                    assert_eq!(certificate.kind, ProofKind::Proved, "{context}");
                    certificate::check(&problem, &point, found, &certificate)
                        .unwrap_or_else(|flaw| panic!("{context}: {flaw}"));
                    assert_record(&table, &problem, &point, &context);
                }
                (Answer::Infeasible(short), None) => {
                    infeasible += 1;
                    assert!(!short.is_empty(), "{context}");
                    relaxed += usize::from(assert_relaxation(&problem, &all, &context));
                }
                (answer, least) => panic!("{context}: {answer:?}, but {least:?}"),
            }
        }
    }
    assert!(solved > 0 && infeasible > 0 && relaxed > 0);
}

/// What a point says about itself is what its choices sum to.
fn assert_record(table: &CostTable, problem: &Problem, point: &[u16], context: &str) {
    let choices = problem.choices(point);
    let layers: Vec<usize> = choices.iter().map(|c| c.layer).collect();
    assert_eq!(
        layers,
        (0..table.layers().len()).collect::<Vec<_>>(),
        "{context}"
    );
    let mut assignment: Assignment = Vec::new();
    for (at, choice) in choices.iter().enumerate() {
        if choice.stage == assignment.len() {
            assignment.push((at, at, choice.levels()));
        }
        let last = assignment.last_mut().expect("stages count from 0");
        last.1 = at + 1;
        assert_eq!(last.2, choice.levels(), "{context}: a stage has one option");
    }
    let sums = sums(table, &assignment);
    let totals = problem.totals(point);
    assert_eq!(totals.latency as f64, sums.latency, "{context}");
    assert!(is_near(totals.energy, sums.energy), "{context}");
    assert!(is_near(totals.area, sums.area), "{context}");
    assert!(is_near(totals.power, sums.power), "{context}");
    assert!(sums.fits(problem), "{context}");
    assert_eq!(problem.point(&choices).as_deref(), Some(point), "{context}");
    let torn: Vec<Choice> = choices
        .iter()
        .map(|&c| Choice {
            layer: c.layer + 1,
            ..c
        })
        .collect();
    assert_eq!(problem.point(&torn), None, "{context}");
    for binding in binding(problem, point) {
        assert!(
            binding.loss > 0.0 && binding.stage < assignment.len(),
            "{context}"
        );
    }
}

/// The relaxed budgets are kept by some assignment, and lesser ones by none.
fn assert_relaxation(problem: &Problem, all: &[Sums], context: &str) -> bool {
    let ratio = |sums: &Sums| {
        let ratios = problem
            .budgets()
            .iter()
            .map(|b| sums.used(b.resource) / b.limit);
        ratios.fold(0.0, f64::max)
    };
    let least = all.iter().map(ratio).fold(f64::INFINITY, f64::min);
    let Some(relaxation) = exact::relaxation(problem, exact::STATES) else {
        assert!(
            problem.budgets().iter().any(|b| b.limit == 0.0),
            "{context}"
        );
        return false;
    };
    let factor = relaxation.factor;
    assert!(
        factor >= least * (1.0 - 1e-9) && factor <= least * 1.000_002,
        "{context}: {factor}, not {least}"
    );
    assert!(relaxation.bound <= least * (1.0 + 1e-9), "{context}");
    let mut wider = problem.clone();
    for at in 0..problem.budgets().len() {
        wider = wider.with_limit(at, problem.budgets()[at].limit * factor);
    }
    assert!(wider.is_feasible(&relaxation.point), "{context}");
    true
}

#[test]
fn the_front_is_optimal_at_every_limit_and_falls() {
    for seed in 0..cases(100) {
        let rng = &mut rng(seed);
        let table = table(rng);
        let deployment = deployment(rng);
        let all = assignments(&table, deployment);
        let all: Vec<Sums> = all.iter().map(|each| sums(&table, each)).collect();
        let request = BudgetRequest {
            resource: Resource::Area,
            allowance: BudgetSpec::Absolute(0.0),
        };
        for objective in OBJECTIVES {
            let context = format!("seed {seed} {deployment} {objective}");
            let problem =
                Problem::deployed(table.clone(), deployment, objective, &[request]).unwrap();
            let front = exact::front(&problem, 0, 7, exact::STATES);
            assert_eq!(front.len(), 7, "{context}");
            for vertex in &front {
                let kept = all.iter().filter(|s| s.area <= vertex.limit * (1.0 + 1e-9));
                let least = kept.map(|s| s.objective(objective)).min_by(f64::total_cmp);
                let found = vertex.objective.unwrap();
                assert!(
                    is_near(found, least.unwrap()),
                    "{context}: {vertex:?}, not {least:?}"
                );
                let limited = problem.with_limit(0, vertex.limit);
                let point = vertex.point.as_ref().unwrap();
                assert_eq!(vertex.certificate.kind, ProofKind::Proved, "{context}");
                certificate::check(&limited, point, found, &vertex.certificate).unwrap();
            }
            for pair in front.windows(2) {
                assert!(pair[0].limit <= pair[1].limit, "{context}");
                let [before, after] = [&pair[0], &pair[1]].map(|v| v.objective.unwrap());
                assert!(after <= before * (1.0 + 1e-12), "{context}");
            }
            let best = all
                .iter()
                .map(|s| s.objective(objective))
                .min_by(f64::total_cmp);
            assert!(
                is_near(front[6].objective.unwrap(), best.unwrap()),
                "{context}"
            );
        }
    }
}

#[test]
fn every_optimiser_keeps_to_the_deployment() {
    let settings = Settings {
        evaluations: 120,
        repair: Repair::Lower,
        keep: 3,
    };
    for seed in 0..cases(100) {
        let rng = &mut rng(seed);
        let table = table(rng);
        let deployment = deployment(rng);
        let all = assignments(&table, deployment);
        let all: Vec<Sums> = all.iter().map(|each| sums(&table, each)).collect();
        let requests = requests(&all, rng);
        for objective in OBJECTIVES {
            let problem =
                Problem::deployed(table.clone(), deployment, objective, &requests).unwrap();
            let kept = all.iter().filter(|sums| sums.fits(&problem));
            let least = kept.map(|s| s.objective(objective)).min_by(f64::total_cmp);
            for name in optimizers::names() {
                let context = format!("seed {seed} {deployment} {objective} {name}");
                let mut optimizer = optimizers::find_with(name, seed, &EFFORT).unwrap();
                let outcome = run(&problem, &mut *optimizer, &settings);
                let Some((point, best)) = &outcome.best else {
                    // Lowering cannot balance two budgets, nor joining find every cut.
                    let is_hard = problem.budgets().len() == 2
                        || matches!(deployment, Deployment::Segmented { .. });
                    assert!(
                        least.is_none() || is_hard,
                        "{context}: repair is enough for one budget"
                    );
                    continue;
                };
                assert!(*best >= least.unwrap() * (1.0 - 1e-9), "{context}");
                assert_eq!(
                    problem.verdict(point),
                    Verdict::Feasible { objective: *best }
                );
                assert_record(&table, &problem, point, &context);
                let options: usize = problem.table().layers().iter().map(Vec::len).sum();
                assert!(outcome.evaluations.entries <= options as u64, "{context}");
            }
        }
    }
}

#[test]
fn layers_without_a_common_option_cannot_share() {
    let entry = |pe| CostEntry {
        style: None,
        pe,
        tile: 1,
        latency: 1,
        energy: 1.0,
        area: 1.0,
        power: 1.0,
    };
    let table = CostTable::new(vec![vec![entry(1)], vec![entry(2)]]).unwrap();
    let make = |text: &str| {
        let deployment = text.parse().unwrap();
        Problem::deployed(table.clone(), deployment, Objective::Latency, &[]).map(|_| ())
    };
    assert_eq!(make("pipelined"), Ok(()));
    let error = make("sequential").unwrap_err().to_string();
    assert!(
        error.contains("no option has the same levels in every layer"),
        "{error}"
    );
    assert!(make("segmented=2").is_err());
    for text in ["pipelined", "sequential", "segmented", "segmented=3"] {
        assert_eq!(text.parse::<Deployment>().unwrap().to_string(), text);
    }
    let error = "segmented=0".parse::<Deployment>().unwrap_err().to_string();
    assert!(error.contains("segmented=<stages>"), "{error}");
}

#[test]
fn platforms_span_the_uniform_designs_of_a_deployment() {
    let table = common::table("mobilenet_v2_dla");
    let limit = |deployment: &str| {
        let deployment = deployment.parse().unwrap();
        let request = common::budget("area=unlimited");
        Problem::deployed(table.clone(), deployment, Objective::Latency, &[request])
            .unwrap()
            .budgets()[0]
            .limit
    };
    assert_eq!(limit("pipelined"), limit("segmented"));
    let greatest = table
        .layers()
        .iter()
        .flatten()
        .map(|e| e.area)
        .fold(0.0, f64::max);
    assert_eq!(
        limit("sequential"),
        greatest,
        "the greatest design is one layer's partition"
    );
}
