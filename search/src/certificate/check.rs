//! The checker: it shares no arithmetic with the optimisers.
//!
//! Whatever the deployment, an assignment is a sequence of stages, so that each
//! bound is one recurrence over where stages end, in floating point:
//!
//! ```text
//! least[n + 1][end] = min over start, option of least[n][start] + price(start..end, option)
//! ```

use std::ops::Range;

use super::{Certificate, Cut, Flaw, ProofKind};
use crate::deployment::Deployment;
use crate::objective::Objective;
use crate::problem::{Problem, Totals};
use crate::resource::Resource;
use crate::table::CostEntry;

/// Relative difference allowed between two floating-point sums.
const SUM: f64 = 1e-9;
/// Relative error of a sum of some hundred terms, with a margin.
const ROUNDING: f64 = 1e-13;
/// The relative tolerance with which a budget is kept, as `Problem::verdict`
/// states it.
pub(super) const SLACK: f64 = 1.0 / (1u64 << 40) as f64;

/// Checks a certificate by recomputing everything that follows from the table alone:
///
/// - the objective of the point and its use of the budgets;
/// - the Lagrangian bound at the multipliers;
/// - the bound that follows from the cuts;
/// - for throughput under at most one budget, that no faster assignment keeps it;
/// - for a single stage, that no option is better;
/// - the order of the bounds.
///
/// It does not repeat the search that lifts the relaxation to the lower bound:
/// [`prove_optimal`](super::prove_optimal) does so by another method.
///
/// # Errors
/// The first [`Flaw`] found.
pub fn check(
    problem: &Problem,
    point: &[u16],
    objective: f64,
    certificate: &Certificate,
) -> Result<(), Flaw> {
    let is_value = |&(gene, &value): &(usize, &u16)| usize::from(value) < problem.values(gene);
    let found = point
        .iter()
        .take(problem.genes())
        .enumerate()
        .filter(is_value)
        .count();
    if found != problem.genes() || point.len() != problem.genes() {
        let needed = problem.genes();
        return Err(Flaw::Shape { found, needed });
    }
    let stages: Vec<Totals> = problem
        .stages(point)
        .map(|stage| totals(problem, stage.layers, usize::from(stage.option)))
        .collect();
    let sum = |value: fn(&Totals) -> f64| stages.iter().map(value).sum::<f64>();
    let latency: u64 = stages.iter().map(|s| s.latency).sum();
    let slowest = stages.iter().map(|s| s.latency).max().unwrap_or(0);
    let energy = sum(|s| s.energy);
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
        let used = match budget.resource {
            Resource::Area => sum(|s| s.area),
            Resource::Power => sum(|s| s.power),
        };
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
        let (found, rounding) = relaxation(problem, &certificate.multipliers)?;
        let tolerance = rounding.max(SUM * objective);
        if !is_near(found, claimed) && (found - claimed).abs() > tolerance {
            return Err(Flaw::Relaxation { claimed, found });
        }
        in_order(found - rounding, bound)?;
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
    if certificate.kind == ProofKind::Proved {
        if bound < objective * (1.0 - SUM) {
            return Err(Flaw::Gap { bound, objective });
        }
        if let Some(bound) = faster(problem, slowest).or(alone(problem, objective)) {
            return Err(Flaw::Gap { bound, objective });
        }
    }
    Ok(())
}

/// L(m), straight from its equation, with each limit raised by the tolerance
/// with which budgets are kept; and what rounding may have added to it, which
/// counts where a multiplier is so great that its terms all but cancel.
fn relaxation(problem: &Problem, multipliers: &[f64]) -> Result<(f64, f64), Flaw> {
    let budgets = problem.budgets();
    if multipliers.len() != budgets.len() || !multipliers.iter().all(|m| *m >= 0.0) {
        return Err(Flaw::Multipliers(multipliers.to_vec()));
    }
    let bound = least(problem, |stage| {
        let cost = match problem.objective() {
            Objective::Energy => stage.energy,
            _ => stage.latency as f64,
        };
        let price = budgets
            .iter()
            .zip(multipliers)
            .map(|(b, m)| m * usage(stage, b.resource));
        Some(cost + price.sum::<f64>())
    });
    let limits: f64 = budgets
        .iter()
        .zip(multipliers)
        .map(|(b, m)| m * b.limit * (1.0 + SLACK))
        .sum();
    Ok((bound - limits, ROUNDING * limits))
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

/// For throughput under at most one budget: whether there is an assignment
/// faster than `slowest`, and then a value that its objective does not reach.
fn faster(problem: &Problem, slowest: u64) -> Option<f64> {
    if problem.objective() != Objective::Throughput || problem.budgets().len() > 1 {
        return None;
    }
    let total = least(problem, |stage| {
        let taken = problem
            .budgets()
            .iter()
            .map(|b| usage(stage, b.resource))
            .sum();
        (stage.latency < slowest).then_some(taken)
    });
    let limit = problem.budgets().first().map_or(f64::MAX, |b| b.limit);
    (total <= limit * (1.0 - SUM)).then_some(slowest as f64 - 1.0)
}

/// With all layers in one stage: the objective of a better option, were there
/// one.
fn alone(problem: &Problem, objective: f64) -> Option<f64> {
    if problem.deployment() != Deployment::Sequential {
        return None;
    }
    let found = least(problem, |stage| {
        let mut budgets = problem.budgets().iter();
        let value = match problem.objective() {
            Objective::Latency | Objective::Throughput => stage.latency as f64,
            Objective::Energy => stage.energy,
            Objective::Edp => stage.latency as f64 * stage.energy,
        };
        budgets
            .all(|b| usage(stage, b.resource) <= b.limit * (1.0 - SUM))
            .then_some(value)
    });
    (found < objective * (1.0 - SUM)).then_some(found)
}

/// The least sum of a price over the stages of any assignment; infinite where
/// no assignment has stages with a price only.
fn least(problem: &Problem, price: impl Fn(&Totals) -> Option<f64>) -> f64 {
    let table = problem.table().layers();
    let layers = table.len();
    let most = match problem.deployment() {
        Deployment::Pipelined => layers,
        Deployment::Sequential => 1,
        Deployment::Segmented { most } => most.get().min(layers),
    };
    let mut least = vec![vec![f64::INFINITY; layers + 1]; most + 1];
    least[0][0] = 0.0;
    for start in 0..layers {
        for end in start + 1..=layers {
            let is_stage = match problem.deployment() {
                Deployment::Pipelined => end == start + 1,
                Deployment::Sequential => start == 0 && end == layers,
                Deployment::Segmented { .. } => true,
            };
            if !is_stage {
                continue;
            }
            let options = (0..table[start].len()).map(|option| totals(problem, start..end, option));
            let stage = options
                .filter_map(|t| price(&t))
                .fold(f64::INFINITY, f64::min);
            for count in 0..most {
                let sum = least[count][start] + stage;
                least[count + 1][end] = least[count + 1][end].min(sum);
            }
        }
    }
    least
        .iter()
        .map(|row| row[layers])
        .fold(f64::INFINITY, f64::min)
}

/// What a stage costs.
fn totals(problem: &Problem, layers: Range<usize>, option: usize) -> Totals {
    let layers = problem.table().layers()[layers].iter();
    let stage = layers.fold(None, |stage, layer| Some(and(stage, &layer[option])));
    stage.expect("a stage has a layer")
}

/// What a stage costs with another layer.
pub(super) fn and(stage: Option<Totals>, entry: &CostEntry) -> Totals {
    let before = stage.unwrap_or(Totals {
        latency: 0,
        slowest: 0,
        energy: 0.0,
        area: 0.0,
        power: 0.0,
    });
    let latency = before.latency + entry.latency;
    Totals {
        latency,
        slowest: latency,
        energy: before.energy + entry.energy,
        area: before.area.max(entry.area),
        power: before.power.max(entry.power),
    }
}

pub(super) fn usage(stage: &Totals, resource: Resource) -> f64 {
    match resource {
        Resource::Area => stage.area,
        Resource::Power => stage.power,
    }
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
