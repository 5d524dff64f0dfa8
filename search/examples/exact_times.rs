//! Prints how long the exact optimiser takes on the tables of MobileNetV2, or on
//! the tables given: for each objective under the platforms' budgets, under pairs
//! of budgets that both bind, and for fronts of 200 budgets. Times are of the
//! fastest of several runs, which other work on the machine disturbs least. With
//! `--all` first, every problem has a line.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use stationary_search::optimizers::exact::{self, Answer};
use stationary_search::{BudgetRequest, Certificate, CostTable, Objective, Problem, ProofKind};

const TABLES: [(&str, &str); 3] = [
    ("dla", include_str!("../tests/data/mobilenet_v2_dla.csv")),
    ("eye", include_str!("../tests/data/mobilenet_v2_eye.csv")),
    ("shi", include_str!("../tests/data/mobilenet_v2_shi.csv")),
];
const PLATFORMS: [&str; 4] = ["unlimited", "cloud", "iot", "iotx"];
const OBJECTIVES: [Objective; 4] = [
    Objective::Latency,
    Objective::Energy,
    Objective::Throughput,
    Objective::Edp,
];
const REPEATS: usize = 5;

/// Milliseconds, and of what.
type Time = (f64, String);

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_all = arguments.first().is_some_and(|first| first == "--all");
    arguments.drain(..usize::from(is_all));
    let mut tables: Vec<(String, CostTable)> = Vec::new();
    for path in arguments {
        let text = std::fs::read_to_string(&path).expect("a readable table");
        let table = CostTable::parse(&path, &text).expect("a valid table");
        tables.push((path, table));
    }
    if tables.is_empty() {
        let table = |(name, text)| CostTable::parse(name, text).expect("a valid table");
        tables.extend(TABLES.map(|own| (own.0.to_owned(), table(own))));
    }
    println!("objective  budgets     solves    median ms     worst ms");
    for objective in OBJECTIVES {
        for resource in ["area", "power"] {
            let mut times = Vec::new();
            for (name, table) in &tables {
                for platform in PLATFORMS {
                    let budget = format!("{resource}={platform}");
                    let problem = problem(table, objective, std::slice::from_ref(&budget));
                    times.push((fastest(&problem), format!("{name} {budget}")));
                }
            }
            print(objective, resource, times, is_all);
        }
        let mut times = Vec::new();
        for (name, table) in &tables {
            for area in PLATFORMS {
                for power in PLATFORMS {
                    let budgets = [format!("area={area}"), format!("power={power}")];
                    let problem = problem(table, objective, &budgets);
                    if both_bind(&problem) {
                        let name = format!("{name} {}", budgets.join(" "));
                        times.push((fastest(&problem), name));
                    }
                }
            }
            for (area, power) in between(table, objective) {
                let budgets = [format!("area={area}um2"), format!("power={power}mW")];
                let name = format!("{name} {area:.3e} um2 {power:.3e} mW");
                times.push((fastest(&problem(table, objective, &budgets)), name));
            }
        }
        print(objective, "both", times, is_all);
        let mut times = Vec::new();
        for (name, table) in &tables {
            let problem = problem(table, objective, &["area=iot".to_owned()]);
            let time = of_runs(3, || {
                let front = exact::front(&problem, 0, 200, exact::STATES);
                let is_proved = |c: &Certificate| c.kind == ProofKind::Proved;
                assert!(front.iter().all(|vertex| is_proved(&vertex.certificate)));
            });
            times.push((time, format!("{name}, front of 200")));
        }
        print(objective, "front", times, is_all);
    }
}

fn problem(table: &CostTable, objective: Objective, budgets: &[String]) -> Problem {
    let parse = |text: &String| text.parse().expect("a budget");
    let requests: Vec<BudgetRequest> = budgets.iter().map(parse).collect();
    Problem::new(table.clone(), objective, &requests).expect("a problem")
}

/// What the optimum takes of area and power.
fn used(problem: &Problem) -> Option<(f64, f64)> {
    match exact::solve(problem, exact::STATES) {
        Answer::Best {
            point: Some(point),
            certificate,
        } => {
            assert_eq!(certificate.kind, ProofKind::Proved);
            let totals = problem.totals(&point);
            Some((totals.area, totals.power))
        }
        Answer::Best { point: None, .. } => panic!("the states sufficed for no assignment"),
        Answer::Infeasible(_) => None,
    }
}

/// Whether the optimum without one of the two budgets exceeds it.
fn both_bind(both: &Problem) -> bool {
    let [area, power] = [0, 1].map(|at| both.budgets()[at].limit);
    let alone = |budget: String| used(&problem(both.table(), both.objective(), &[budget]));
    let (by_area, by_power) = (
        alone(format!("area={area}um2")),
        alone(format!("power={power}mW")),
    );
    by_area.is_some_and(|used| used.1 > power) && by_power.is_some_and(|used| used.0 > area)
}

/// Pairs of limits, neither of which the best assignment under the other one
/// alone keeps: between what the two best ones take.
fn between(table: &CostTable, objective: Objective) -> Vec<(f64, f64)> {
    let mut pairs = Vec::new();
    for platform in &PLATFORMS[1..] {
        let alone = |resource: &str| {
            let budget = format!("{resource}={platform}");
            used(&problem(table, objective, &[budget])).expect("a platform can be kept")
        };
        let (by_area, by_power) = (alone("area"), alone("power"));
        for share in [0.2, 0.5, 0.8] {
            let area = by_area.0 + share * (by_power.0 - by_area.0);
            let power = by_power.1 + (1.0 - share) * (by_area.1 - by_power.1);
            if area < by_power.0 && power < by_area.1 {
                pairs.push((area, power));
            }
        }
    }
    pairs
}

fn print(objective: Objective, budgets: &str, mut times: Vec<Time>, is_all: bool) {
    if times.is_empty() {
        return;
    }
    if is_all {
        for (time, name) in &times {
            println!("{objective:10} {budgets:10} {time:8.3} ms  {name}");
        }
    }
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (worst, name) = &times[times.len() - 1];
    let middle = times[times.len() / 2].0;
    let count = times.len();
    println!("{objective:10} {budgets:10} {count:7} {middle:12.3} {worst:12.3}  {name}");
}

fn fastest(problem: &Problem) -> f64 {
    of_runs(REPEATS, || {
        exact::solve(problem, exact::STATES);
    })
}

/// The least time of some runs, in milliseconds.
fn of_runs(count: usize, run: impl Fn()) -> f64 {
    let time = |_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64() * 1e3
    };
    (0..count).map(time).fold(f64::INFINITY, f64::min)
}
