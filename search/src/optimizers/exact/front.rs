//! The Pareto front of a budget and the objective, by sweeping the budget.

use std::sync::Arc;

use rayon::prelude::*;

use super::model::{Formulation, Model};
use super::{Answer, answer};
use crate::certificate::Certificate;
use crate::problem::{Point, Problem};

/// The best assignment under one limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Vertex {
    /// The limit on the swept budget, in square microns (area) or milliwatts (power).
    pub limit: f64,
    /// The best assignment; None where the other budgets forbid any, or where the allowed number of states was
    /// reached before one was found.
    pub point: Option<Point>,
    /// The objective of the assignment; None where `point` is.
    pub objective: Option<f64>,
    /// The proof of the assignment, or of there being none.
    pub certificate: Certificate,
}

/// The Pareto front: the best assignments under `count` limits on the budget with index `budget`. The limits
/// are evenly spaced from the least that any assignment uses to what the best one uses without that budget; the
/// other budgets stay. Each solve lists at most `states` states. Empty if the other budgets cannot be kept.
///
/// # Panics
/// If there is no budget with this index.
pub fn front(problem: &Problem, budget: usize, count: usize, states: usize) -> Vec<Vertex> {
    let usage = &problem.usage()[budget];
    let least = problem.least(usage) as f64 / usage.scale();
    // Any assignment keeps the sum of the layers' greatest usages.
    let all: i64 = usage
        .values()
        .iter()
        .filter_map(|layer| layer.iter().max())
        .sum();
    let open = problem.with_limit(budget, all as f64 / usage.scale());
    let formulation = Arc::new(Formulation::new(problem));
    let solve = |problem: &Problem| match problem.shortfalls() {
        short if !short.is_empty() => Answer::Infeasible(short),
        _ => answer(&Model::over(problem, Arc::clone(&formulation)), states),
    };
    let Answer::Best {
        point: Some(best), ..
    } = solve(&open)
    else {
        return Vec::new();
    };
    // Not below the least by a rounding.
    let most = open.used(&best)[budget].max(least);
    let limits = (0..count).map(|at| {
        let share = at as f64 / (count.max(2) - 1) as f64;
        least + share * (most - least)
    });
    let limits: Vec<f64> = limits.collect();
    let vertex = |limit: f64| {
        let problem = problem.with_limit(budget, limit);
        let (point, certificate) = match solve(&problem) {
            Answer::Best { point, certificate } => (point, certificate),
            Answer::Infeasible(_) => (None, Certificate::infeasible()),
        };
        Vertex {
            limit,
            objective: point.as_ref().map(|point| problem.value(point)),
            point,
            certificate,
        }
    };
    limits.into_par_iter().map(vertex).collect()
}
