//! Prints how far optimisers end from the proved optimum of MobileNetV2 (dla,
//! area IoT, latency), and how long they take:
//! `gaps PRESET EPOCHS SEEDS NAME...`, or with a platform other than IoT after a
//! slash, `NAME/cloud`.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use stationary_search::optimizers::exact::{self, Answer};
use stationary_search::{BudgetRequest, CostTable, LearningEffort, Objective, Problem, Settings};
use stationary_search::{optimizers, run};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| arguments.next().unwrap_or_else(|| panic!("needed {what}"));
    let preset = next("a preset").parse().expect("a preset");
    let epochs = next("epochs").parse().expect("a number");
    let seeds: u64 = next("seeds").parse().expect("a number");
    let effort = LearningEffort { epochs, preset };
    let text = include_str!("../tests/data/mobilenet_v2_dla.csv");
    let table = CostTable::parse("mobilenet_v2_dla.csv", text).expect("a valid table");
    for argument in arguments {
        let (name, platform) = argument.split_once('/').unwrap_or((&argument, "iot"));
        let request: BudgetRequest = format!("area={platform}").parse().expect("a platform");
        let problem =
            Problem::new(table.clone(), Objective::Latency, &[request]).expect("a problem");
        let Answer::Best {
            point: Some(best), ..
        } = exact::solve(&problem, exact::STATES)
        else {
            panic!("a platform's budget can be kept");
        };
        let optimum = problem.value(&best);
        let mut gaps = Vec::new();
        let mut times = Vec::new();
        let mut calls = 0;
        for seed in 0..seeds {
            let mut optimizer = optimizers::find_with(name, seed, &effort).expect("a name");
            let settings = Settings {
                evaluations: if optimizers::has_epochs(name) {
                    u64::MAX
                } else {
                    5000
                },
                repair: preset.repair(),
                keep: 1,
            };
            let start = Instant::now();
            let outcome = run(&problem, &mut *optimizer, &settings);
            times.push(start.elapsed().as_secs_f64());
            calls = outcome.evaluations.calls;
            let found = outcome.best.map_or(f64::INFINITY, |(_, found)| found);
            gaps.push(100.0 * (found / optimum - 1.0));
        }
        gaps.sort_by(f64::total_cmp);
        times.sort_by(f64::total_cmp);
        println!(
            "{argument:16} gap in %: least {:6.2}, median {:6.2}, greatest {:6.2}; {calls} evaluations, median {:.2} s",
            gaps[0],
            gaps[gaps.len() / 2],
            gaps[gaps.len() - 1],
            times[times.len() / 2],
        );
    }
}
