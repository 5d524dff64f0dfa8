//! The smallest relaxation that makes budgets feasible.
//!
//! ```text
//! factor = min over x of max over b of usage_b(x) / B_b
//! ```
//!
//! Every budget multiplied by it is kept by some assignment, and by a lesser
//! factor by none. With one budget the factor follows from the least usage. With
//! two, each trial factor asks for the least usage of the first budget with the
//! second one relaxed: the answer either keeps the first one too, and its own
//! factor is a new upper end, or proves a lower end.

use super::model::Model;
use super::query::{Cost, Query};
use crate::problem::{Point, Problem};

/// The relative distance between the two ends at which the search stops.
const EPSILON: f64 = 1e-6;
/// More than the tolerance with which a budget is kept.
const ROUNDING: f64 = 1e-9;

/// The least factor on all budgets with which some assignment keeps them.
#[derive(Clone, Debug, PartialEq)]
pub struct Relaxation {
    /// The factor that multiplies every budget; it is at most 1 if the budgets can be kept as they are.
    pub factor: f64,
    /// A factor below which it is proved that no assignment keeps the budgets; `factor` exceeds it by a
    /// relative 1e-6 at most.
    pub bound: f64,
    /// An assignment that keeps the relaxed budgets.
    pub point: Point,
}

/// The least factor on all budgets with which some assignment keeps them. None where there is no budget, where
/// a budget is zero, which no factor relaxes, or where `states` states were listed without an answer.
pub fn relaxation(problem: &Problem, states: usize) -> Option<Relaxation> {
    let budgets = problem.budgets();
    if budgets.is_empty() || budgets.iter().any(|b| b.limit <= 0.0) {
        return None;
    }
    let model = Model::new(problem);
    let factor = |point: &Point| {
        let used = problem.used(point);
        let ratios = used.iter().zip(budgets).map(|(used, b)| used / b.limit);
        ratios.fold(0.0, f64::max)
    };
    let least_first = |second: Option<f64>| {
        let limit = |factor: f64| problem.usage()[1].limit(factor * budgets[1].limit);
        let query = Query {
            limits: second
                .map(|factor| (1, limit(factor)))
                .into_iter()
                .collect(),
            ..model.query(Cost::Usage(0))
        };
        let least = model.answer(&query, states)?;
        least.is_proved.then_some(least.point).flatten()
    };
    let alone = problem
        .usage()
        .iter()
        .zip(budgets)
        .map(|(usage, b)| problem.least(usage) as f64 / usage.scale() / b.limit);
    let mut low = alone.fold(0.0, f64::max);
    let mut point = least_first(None)?;
    // The first trial is the lower end itself, which often does.
    let mut trial = low;
    while factor(&point) > low * (1.0 + EPSILON) {
        let found = least_first(Some(trial))?;
        if factor(&found) > trial * (1.0 + ROUNDING) {
            low = trial;
        }
        if factor(&found) < factor(&point) {
            point = found;
        }
        trial = 0.5 * (low + factor(&point));
    }
    Some(Relaxation {
        factor: factor(&point),
        bound: low,
        point,
    })
}
