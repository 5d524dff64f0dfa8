//! Prints how long the exact optimiser takes on the tables of MobileNetV2.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use stationary_search::optimizers::exact::{self, Answer};
use stationary_search::{BudgetRequest, Objective, Problem, Table};

const TABLES: [(&str, &str); 3] = [
    ("dla", include_str!("../tests/data/mobilenet_v2_dla.csv")),
    ("eye", include_str!("../tests/data/mobilenet_v2_eye.csv")),
    ("shi", include_str!("../tests/data/mobilenet_v2_shi.csv")),
];
const BUDGETS: [&[&str]; 3] = [&["area"], &["power"], &["area", "power"]];
const OBJECTIVES: [&str; 4] = ["latency", "energy", "throughput", "edp"];
const REPEATS: usize = 5;

fn main() {
    for objective in OBJECTIVES {
        for budgets in BUDGETS {
            let mut times = Vec::new();
            for (name, text) in TABLES {
                for platform in ["unlimited", "cloud", "iot", "iotx"] {
                    let table = Table::parse(name, text).expect("the table is valid");
                    let requests: Vec<BudgetRequest> = budgets
                        .iter()
                        .map(|resource| format!("{resource}={platform}").parse().expect("a budget"))
                        .collect();
                    let goal: Objective = objective.parse().expect("an objective");
                    let problem = Problem::new(table, goal, &requests).expect("a problem");
                    times.push(((median(&problem)), name, platform));
                }
            }
            times.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (worst, name, platform) = times[times.len() - 1];
            let middle = times[times.len() / 2].0;
            println!(
                "{objective:10} {:10} median {middle:8.3} ms  worst {worst:8.3} ms ({name} {platform})",
                budgets.join("+")
            );
        }
    }
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
