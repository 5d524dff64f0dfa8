//! The slowest stage made as fast as the budgets allow.
//!
//! ```text
//! T = the least latency so that, with only the options of at most T cycles,
//!     some assignment keeps all budgets
//! ```
//!
//! Feasibility does not turn back as T grows, so T is found by binary search
//! over the latencies that a stage may have. With one budget and a stage for each
//! layer the test is a sum of least usages.

use super::model::Model;
use super::query::{Cost, Query};
use super::units::Least;
use super::{Answer, joint_shortfalls};
use crate::certificate::{Certificate, ProofKind};
use crate::problem::Point;

pub(super) fn solve(model: &Model<'_>, states: usize) -> Answer {
    let problem = model.problem();
    let limits = model.limits();
    let cost = if limits.is_empty() {
        Cost::Latency
    } else {
        Cost::Usage(0)
    };
    let within = |slowest: u64| {
        let query = Query {
            slowest,
            ..model.query(cost)
        };
        model.answer(&query, states)
    };
    let times = model.latencies();
    let is_sum = model.is_pipelined() && limits.len() == 1;
    let mut best: Option<Point> = None;
    // The least time that could be neither reached nor ruled out.
    let mut open: Option<u64> = None;
    let (mut low, mut high) = (0, times.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if is_sum {
            match model.lightest(times[middle]) {
                Some((point, used)) if used <= limits[0].1 => {
                    best = Some(point);
                    high = middle;
                }
                _ => low = middle + 1,
            }
            continue;
        }
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
            None => Answer::Infeasible(joint_shortfalls(model, states)),
            Some(_) => Answer::Best {
                point: None,
                certificate: Certificate::none(),
            },
        };
    };
    let objective = problem.value(&point);
    let (kind, bound) = match open {
        None => (ProofKind::Proved, objective),
        Some(time) => (ProofKind::None, time as f64),
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
