//! Prints how long the exact optimiser takes: on the tables of MobileNetV2, or
//! on the tables given, under platforms' budgets and under pairs of budgets that
//! both bind; and a front of 200 budgets.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use stationary_search::optimizers::exact::{self, Answer};
use stationary_search::{BudgetRequest, Certificate, Kind, Objective, Problem, Table};

const TABLES: [(&str, &str); 3] = [
    ("dla", include_str!("../tests/data/mobilenet_v2_dla.csv")),
    ("eye", include_str!("../tests/data/mobilenet_v2_eye.csv")),
    ("shi", include_str!("../tests/data/mobilenet_v2_shi.csv")),
];
const BUDGETS: [&[&str]; 3] = [&["area"], &["power"], &["area", "power"]];
const OBJECTIVES: [Objective; 4] = [
    Objective::Latency,
    Objective::Energy,
    Objective::Throughput,
    Objective::Edp,
];
const REPEATS: usize = 5;

fn main() {
    let mut tables: Vec<(String, Table)> = Vec::new();
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).expect("a readable table");
        tables.push((
            path.clone(),
            Table::parse(&path, &text).expect("a valid table"),
        ));
    }
    if tables.is_empty() {
        let parse = |(name, text): (&str, &str)| {
            (
                name.to_owned(),
                Table::parse(name, text).expect("a valid table"),
            )
        };
        tables.extend(TABLES.map(parse));
    }
    for objective in OBJECTIVES {
        for budgets in BUDGETS {
            let mut times = Vec::new();
            for (name, table) in &tables {
                for platform in ["unlimited", "cloud", "iot", "iotx"] {
                    let budgets = budgets
                        .iter()
                        .map(|resource| format!("{resource}={platform}"));
                    let problem = problem(table, objective, &budgets.collect::<Vec<_>>());
                    times.push((median(&problem), format!("{name} {platform}")));
                }
            }
            print(objective, &budgets.join("+"), times);
        }
        let mut times = Vec::new();
        for (name, table) in &tables {
            for (area, power) in binding(table, objective) {
                let budgets = [format!("area={area}um2"), format!("power={power}mW")];
                let problem = problem(table, objective, &budgets);
                times.push((median(&problem), format!("{name} {area:.2e} {power:.2e}")));
            }
        }
        if !times.is_empty() {
            print(objective, "both bind", times);
        }
    }
    for (name, table) in &tables {
        for objective in OBJECTIVES {
            let problem = problem(table, objective, &["area=iot".to_owned()]);
            let start = Instant::now();
            let front = exact::front(&problem, 0, 200, exact::STATES);
            let seconds = start.elapsed().as_secs_f64();
            let is_proved = |c: &Certificate| c.kind == Kind::Proved;
            let proved = front.iter().filter(|v| is_proved(&v.certificate)).count();
            println!("front of 200, {name} {objective}: {seconds:.3} s, {proved} proved");
        }
    }
}

fn problem(table: &Table, objective: Objective, budgets: &[String]) -> Problem {
    let parse = |text: &String| text.parse().expect("a budget");
    let requests: Vec<BudgetRequest> = budgets.iter().map(parse).collect();
    Problem::new(table.clone(), objective, &requests).expect("a problem")
}

/// Pairs of limits, neither of which the best assignment under the other one
/// alone keeps: between what the two best ones take.
fn binding(table: &Table, objective: Objective) -> Vec<(f64, f64)> {
    let mut pairs = Vec::new();
    for platform in ["cloud", "iot", "iotx"] {
        let used = |resource: &str| {
            let problem = problem(table, objective, &[format!("{resource}={platform}")]);
            let Answer::Best {
                point: Some(point), ..
            } = exact::solve(&problem, exact::STATES)
            else {
                panic!("a platform's budget can be kept");
            };
            let totals = problem.totals(&point);
            (totals.area, totals.power)
        };
        let (by_area, by_power) = (used("area"), used("power"));
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

fn print(objective: Objective, budgets: &str, mut times: Vec<(f64, String)>) {
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (worst, name) = &times[times.len() - 1];
    let middle = times[times.len() / 2].0;
    println!(
        "{objective:10} {budgets:10} {:3} problems, median {middle:8.3} ms, worst {worst:8.3} ms ({name})",
        times.len()
    );
}

/// Milliseconds of the median run.
fn median(problem: &Problem) -> f64 {
    let mut times: Vec<f64> = (0..REPEATS)
        .map(|_| {
            let start = Instant::now();
            let Answer::Best { point: Some(_), .. } = exact::solve(problem, exact::STATES) else {
                panic!("there is a feasible assignment");
            };
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[REPEATS / 2]
}
