//! The checker: it shares no arithmetic with the optimisers.

use super::{Certificate, Cut, Flaw, Kind};
use crate::objective::Objective;
use crate::problem::Problem;
use crate::table::Entry;

/// Relative difference allowed between two floating-point sums.
const SUM: f64 = 1e-9;

/// Recomputes everything that can be recomputed from the table alone: the
/// choices' objective and budgets, the Lagrangian bound at the multipliers, the
/// bound that follows from the cuts, for throughput under at most one budget
/// that no faster assignment fits, and the order of the bounds. What it does
/// not repeat is the search between relaxation and lower bound.
///
/// # Errors
/// The first [`Flaw`] found.
pub fn check(
    problem: &Problem,
    point: &[u16],
    objective: f64,
    certificate: &Certificate,
) -> Result<(), Flaw> {
    let layers = problem.table().layers();
    let entries: Vec<_> = layers
        .iter()
        .zip(point)
        .filter_map(|(l, &o)| l.get(usize::from(o)))
        .collect();
    if entries.len() != layers.len() || point.len() != layers.len() {
        return Err(Flaw::Shape {
            found: entries.len(),
            needed: layers.len(),
        });
    }
    let latency: u64 = entries.iter().map(|e| e.latency).sum();
    let slowest = entries.iter().map(|e| e.latency).max().unwrap_or(0);
    let energy: f64 = entries.iter().map(|e| e.energy).sum();
    let found = match problem.objective() {
        Objective::Latency => latency as f64,
        Objective::Energy => energy,
        Objective::Edp => latency as f64 * energy,
        Objective::Throughput => slowest as f64,
    };
    if !is_near(found, objective) {
        return Err(Flaw::Objective {
            claimed: objective,
            found,
        });
    }
    for (at, budget) in problem.budgets().iter().enumerate() {
        let used: f64 = entries.iter().map(|e| e.usage(budget.resource)).sum();
        let limit = budget.limit;
        if used > limit * (1.0 + SUM) {
            return Err(Flaw::Budget {
                budget: at,
                limit,
                used,
            });
        }
    }
    let mut bound = certificate.lower_bound.unwrap_or(f64::NEG_INFINITY);
    if let Some(claimed) = certificate.relaxation {
        let found = relaxation(problem, &certificate.multipliers)?;
        if !is_near(found, claimed) && (found - claimed).abs() > SUM * objective {
            return Err(Flaw::Relaxation { claimed, found });
        }
        in_order(found, bound)?;
    }
    if !certificate.cuts.is_empty() {
        for cut in &certificate.cuts {
            in_order(
                cut.value,
                cut.latency * latency as f64 + cut.energy * energy,
            )?;
        }
        bound = bound.min(corner_bound(&certificate.cuts));
        in_order(certificate.lower_bound.unwrap_or(0.0), bound)?;
    }
    in_order(bound, objective)?;
    if certificate.kind == Kind::Proved {
        if bound < objective * (1.0 - SUM) {
            return Err(Flaw::Gap { bound, objective });
        }
        if let Some(bound) = faster(problem, slowest) {
            return Err(Flaw::Gap { bound, objective });
        }
    }
    Ok(())
}

/// L(m), straight from its equation.
fn relaxation(problem: &Problem, multipliers: &[f64]) -> Result<f64, Flaw> {
    let budgets = problem.budgets();
    if multipliers.len() != budgets.len() || !multipliers.iter().all(|m| *m >= 0.0) {
        return Err(Flaw::Multipliers(multipliers.to_vec()));
    }
    let mut bound = 0.0;
    for layer in problem.table().layers() {
        let priced = layer.iter().map(|e| {
            let cost = match problem.objective() {
                Objective::Energy => e.energy,
                _ => e.latency as f64,
            };
            let price = budgets
                .iter()
                .zip(multipliers)
                .map(|(b, m)| m * e.usage(b.resource));
            cost + price.sum::<f64>()
        });
        bound += priced.fold(f64::INFINITY, f64::min);
    }
    let limits: f64 = budgets
        .iter()
        .zip(multipliers)
        .map(|(b, m)| m * b.limit)
        .sum();
    Ok(bound - limits)
}

/// The least product of latency and energy over the half-planes of the cuts: a
/// quasi-concave function takes its minimum over a polyhedron at a vertex.
pub(crate) fn corner_bound(cuts: &[Cut]) -> f64 {
    let mut least = f64::INFINITY;
    for (at, a) in cuts.iter().enumerate() {
        for b in &cuts[at + 1..] {
            let determinant = a.latency * b.energy - b.latency * a.energy;
            // Lines that are all but parallel meet where rounding decides; their
            // other neighbours bound the same corner.
            if determinant.abs() <= 1e-10 * (a.latency * b.energy).max(b.latency * a.energy) {
                continue;
            }
            let latency = (a.value * b.energy - b.value * a.energy) / determinant;
            let energy = (a.latency * b.value - b.latency * a.value) / determinant;
            let is_inside = |cut: &Cut| {
                cut.latency * latency + cut.energy * energy >= cut.value * (1.0 - 1e-10)
            };
            if cuts.iter().all(is_inside) {
                least = least.min(latency * energy);
            }
        }
    }
    least
}

/// For throughput under at most one budget: the objective of a faster
/// assignment, were there one.
fn faster(problem: &Problem, slowest: u64) -> Option<f64> {
    if problem.objective() != Objective::Throughput || problem.budgets().len() > 1 {
        return None;
    }
    let mut total = 0.0;
    let mut found = 0;
    for layer in problem.table().layers() {
        let fast = layer.iter().filter(|e| e.latency < slowest);
        let usage = |e: &Entry| problem.budgets().iter().map(|b| e.usage(b.resource)).sum();
        let light = fast.min_by(|a, b| f64::total_cmp(&usage(a), &usage(b)))?;
        total += usage(light);
        found = found.max(light.latency);
    }
    let is_within = problem
        .budgets()
        .iter()
        .all(|b| total <= b.limit * (1.0 - SUM));
    is_within.then_some(found as f64)
}

fn in_order(bound: f64, above: f64) -> Result<(), Flaw> {
    if bound <= above + SUM * above.abs() {
        Ok(())
    } else {
        Err(Flaw::Order { bound, above })
    }
}

fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() <= SUM * a.abs().max(b.abs())
}
