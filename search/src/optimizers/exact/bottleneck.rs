//! The slowest layer made as fast as the budgets allow.
//!
//! ```text
//! T = the least latency so that, with only the options of at most T cycles,
//!     some assignment keeps all budgets
//! ```
//!
//! Feasibility does not turn back as T grows, so T is found by binary search
//! over the latencies that occur. With one budget the test is a sum of least
//! usages; with two it is a knapsack.

use super::units::{Least, minimize};
use super::{Answer, budgets, joint_shortfalls};
use crate::certificate::{Certificate, Kind};
use crate::fixed::Fixed;
use crate::problem::{Point, Problem};

pub(super) fn solve(problem: &Problem, states: usize) -> Answer {
    let layers = problem.table().layers();
    let budgets = budgets(problem);
    let latency = Fixed::integers(layers, |e| e.latency);
    let cost = budgets.first().map_or(&latency, |&(usage, _)| usage);
    let within = |most: u64| minimize(cost, &budgets, |i, j| layers[i][j].latency <= most, states);
    let mut times: Vec<u64> = layers.iter().flatten().map(|e| e.latency).collect();
    times.sort_unstable();
    times.dedup();
    let mut best: Option<Point> = None;
    // The least time that could be neither reached nor ruled out.
    let mut open: Option<u64> = None;
    let (mut low, mut high) = (0, times.len());
    while low < high {
        let middle = low + (high - low) / 2;
        match within(times[middle]) {
            Some(Least {
                point: Some(point), ..
            }) => {
                best = Some(point);
                high = middle;
            }
            Some(Least { point: None, .. }) => {
                open = Some(open.map_or(times[middle], |time| time.min(times[middle])));
                low = middle + 1;
            }
            None => low = middle + 1,
        }
    }
    let Some(point) = best else {
        return match open {
            None => Answer::Infeasible(joint_shortfalls(problem, states)),
            Some(_) => Answer::Best {
                point: None,
                certificate: Certificate::none(),
            },
        };
    };
    let objective = problem.value(&point);
    let (kind, bound) = match open {
        None => (Kind::Proved, objective),
        Some(time) => (Kind::None, time as f64),
    };
    let lower_bound = Some(bound);
    let certificate = Certificate {
        kind,
        lower_bound,
        ..Certificate::none()
    };
    Answer::Best {
        point: Some(point),
        certificate,
    }
}
