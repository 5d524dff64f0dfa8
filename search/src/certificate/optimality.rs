//! A proof of optimality: that nothing better exists, derived by another method than the optimisers'.
//!
//! ```text
//! L(m) = min_x (cost(x) + sum_b m_b usage_b(x)) - sum_b m_b B_b      for some multipliers m >= 0
//! ```
//!
//! bounds every assignment that keeps the budgets. Where L(m) does not reach what is claimed, the rest
//! is listed: prefixes of assignments stage by stage, less those that another one matches or beats at
//! the same place, those whose part of L(m) reaches the claim, and those that no end brings into the
//! budgets. What is left at the last layer would be better than claimed.

use std::cmp::Ordering;

use super::check::{SLACK, and, usage};
use super::{Cut, corner_bound};
use crate::deployment::Deployment;
use crate::objective::Objective;
use crate::problem::{Problem, Totals};

/// Relative rounding of a sum of some thousand terms, with a margin.
const ROUNDING: f64 = 1e-12;
/// The claim of a problem that has no costs: that no assignment keeps the budgets. Whatever the
/// multipliers, L(m) is not above zero where one does.
const FEASIBLE: f64 = 0.5;
/// Relative difference that two floating-point objectives may have and be the same.
const SAME: f64 = 1e-9;

/// The work of a proof that no assignment is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OptimalityProof {
    /// The lower bound by the multipliers alone, in the objective's unit; the greatest finite number if they
    /// exclude every assignment.
    pub relaxation: f64,
    /// The number of prefixes of assignments that were listed besides.
    pub listed: u64,
}

/// The reason why optimality is not proved.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum NotProved {
    /// An assignment that keeps the budgets has a lesser objective than claimed.
    #[error("an assignment that keeps the budgets has {found}, below {claimed}")]
    Better {
        /// The objective of that assignment.
        found: f64,
        /// The claimed optimum.
        claimed: f64,
    },
    /// It is claimed that no assignment keeps the budgets, but one does.
    #[error("an assignment keeps the budgets")]
    Feasible,
    /// The list reached the given number of prefixes.
    #[error("{0} prefixes of assignments were listed without an end")]
    Long(u64),
}

/// One stage, as an edge from a place between layers to another.
struct Edge {
    end: usize,
    cost: f64,
    usage: Vec<f64>,
}

/// The edges, and what they may take together.
struct PathProblem {
    /// Edges by the place where they start.
    edges: Vec<Vec<Edge>>,
    limits: Vec<f64>,
    /// The greatest number of stages, where it matters.
    most: Option<usize>,
}

/// Proves that no assignment keeps the budgets and has an objective below `claimed`, from the table alone; with
/// `claimed` infinite, that none keeps the budgets. At most `states` prefixes of assignments are listed. For
/// the product of latency and energy `claimed` must follow from the certificate's `cuts`, each of which is
/// derived anew.
///
/// # Errors
/// [`NotProved`], if a better assignment was found or the list became too long.
pub fn prove_optimal(
    problem: &Problem,
    claimed: f64,
    cuts: &[Cut],
    states: usize,
) -> Result<OptimalityProof, NotProved> {
    let is_single = problem.deployment() == Deployment::Sequential;
    let named = |reason: NotProved| match reason {
        NotProved::Better { found, .. } => NotProved::Better { found, claimed },
        reason => reason,
    };
    let least = claimed * (1.0 - SAME);
    let proof = match problem.objective() {
        _ if claimed.is_infinite() => {
            let proof = PathProblem::new(problem, |_| Some(0.0)).prove_optimal(FEASIBLE, states);
            return proof.map_err(|reason| match reason {
                NotProved::Better { .. } => NotProved::Feasible,
                reason => reason,
            });
        }
        Objective::Latency => {
            // Latencies are whole numbers.
            let cost = |stage: &Totals| Some(stage.latency as f64);
            PathProblem::new(problem, cost).prove_optimal(claimed - 0.5, states)
        }
        Objective::Energy => {
            let cost = |stage: &Totals| Some(stage.energy);
            PathProblem::new(problem, cost).prove_optimal(least, states)
        }
        Objective::Throughput => {
            let slowest = claimed - 0.5;
            let fast = |stage: &Totals| ((stage.latency as f64) < slowest).then_some(0.0);
            let proof = PathProblem::new(problem, fast).prove_optimal(FEASIBLE, states);
            proof.map_err(|reason| match reason {
                NotProved::Better { .. } => NotProved::Better {
                    found: slowest,
                    claimed,
                },
                reason => reason,
            })
        }
        Objective::Edp if is_single => {
            let cost = |stage: &Totals| Some(stage.latency as f64 * stage.energy);
            PathProblem::new(problem, cost).prove_optimal(least, states)
        }
        Objective::Edp => behind_cuts(problem, claimed, cuts, states),
    };
    proof.map_err(named)
}

/// The same for a product, from half-planes that are derived one by one.
fn behind_cuts(
    problem: &Problem,
    claimed: f64,
    cuts: &[Cut],
    states: usize,
) -> Result<OptimalityProof, NotProved> {
    let relaxation = corner_bound(cuts);
    let mut listed = 0;
    for cut in cuts {
        let cost =
            |stage: &Totals| Some(cut.latency * stage.latency as f64 + cut.energy * stage.energy);
        let least = cut.value * (1.0 - SAME);
        listed += PathProblem::new(problem, cost)
            .prove_optimal(least, states)?
            .listed;
    }
    if relaxation >= claimed * (1.0 - SAME) {
        return Ok(OptimalityProof { relaxation, listed });
    }
    Err(NotProved::Better {
        found: relaxation,
        claimed,
    })
}

/// A prefix: what its stages cost and take.
#[derive(Clone, Debug)]
struct Prefix {
    cost: f64,
    usage: Vec<f64>,
}

impl PathProblem {
    fn new(problem: &Problem, cost: impl Fn(&Totals) -> Option<f64>) -> Self {
        let layers = problem.table().layers();
        let budgets = problem.budgets();
        let mut edges: Vec<Vec<Edge>> = Vec::new();
        for start in 0..layers.len() {
            let mut from = Vec::new();
            for option in 0..layers[start].len() {
                let mut totals = None;
                for end in start + 1..=layers.len() {
                    let is_stage = match problem.deployment() {
                        Deployment::Pipelined => end == start + 1,
                        Deployment::Sequential => start == 0,
                        Deployment::Segmented { .. } => true,
                    };
                    if !is_stage {
                        break;
                    }
                    let stage = and(totals, &layers[end - 1][option]);
                    totals = Some(stage);
                    if problem.deployment() == Deployment::Sequential && end < layers.len() {
                        continue;
                    }
                    let Some(cost) = cost(&stage) else { continue };
                    let usage = budgets.iter().map(|b| usage(&stage, b.resource)).collect();
                    from.push(Edge { end, cost, usage });
                }
            }
            edges.push(from);
        }
        let most = match problem.deployment() {
            Deployment::Segmented { most } if most.get() < layers.len() => Some(most.get()),
            _ => None,
        };
        Self {
            edges,
            limits: budgets.iter().map(|b| b.limit * (1.0 + SLACK)).collect(),
            most,
        }
    }

    /// The least price from each place to the end, for each number of stages that are left, or for any.
    fn suffixes(&self, price: impl Fn(&Edge) -> f64) -> Vec<Vec<f64>> {
        let layers = self.edges.len();
        let rows = self.most.map_or(1, |most| most + 1);
        let mut least = vec![vec![f64::INFINITY; layers + 1]; rows];
        for row in &mut least {
            row[layers] = 0.0;
        }
        for start in (0..layers).rev() {
            let mut found = vec![f64::INFINITY; rows];
            for edge in &self.edges[start] {
                let price = price(edge);
                for (row, found) in found.iter_mut().enumerate() {
                    let rest = match (self.most, row) {
                        (None, _) => least[0][edge.end],
                        (Some(_), 0) => f64::INFINITY,
                        (Some(_), row) => least[row - 1][edge.end],
                    };
                    *found = found.min(price + rest);
                }
            }
            for (row, found) in least.iter_mut().zip(found) {
                row[start] = found;
            }
        }
        least
    }

    fn priced(&self, multipliers: &[f64]) -> impl Fn(&Edge) -> f64 {
        move |edge: &Edge| {
            let prices = multipliers
                .iter()
                .zip(&edge.usage)
                .map(|(m, used)| m * used);
            edge.cost + prices.sum::<f64>()
        }
    }

    /// L(m).
    fn relaxation(&self, multipliers: &[f64]) -> f64 {
        let suffixes = self.suffixes(self.priced(multipliers));
        let top = suffixes.len() - 1;
        suffixes[top][0] - self.limit(multipliers)
    }

    fn limit(&self, multipliers: &[f64]) -> f64 {
        multipliers
            .iter()
            .zip(&self.limits)
            .map(|(m, b)| m * b)
            .sum()
    }

    /// Multipliers at which L(m) is about greatest: L is concave in each.
    fn multipliers(&self) -> Vec<f64> {
        let costs = self.edges.iter().flatten().map(|edge| edge.cost);
        let greatest = match costs.fold(0.0, f64::max) {
            0.0 => 1.0,
            cost => cost,
        };
        let layers = self.edges.len() as f64;
        let tops: Vec<f64> = self
            .limits
            .iter()
            .map(|limit| 1e6 * greatest * layers / limit.max(f64::MIN_POSITIVE))
            .map(|top| top.min(1e200))
            .collect();
        match tops.as_slice() {
            [] => Vec::new(),
            [top] => vec![peak(*top, |m| self.relaxation(&[m]))],
            [first, second, ..] => {
                let at = |b: f64| peak(*first, |a| self.relaxation(&[a, b]));
                let second = peak(*second, |b| self.relaxation(&[at(b), b]));
                vec![at(second), second]
            }
        }
    }

    fn prove_optimal(&self, target: f64, states: usize) -> Result<OptimalityProof, NotProved> {
        let multipliers = self.multipliers();
        let suffixes = self.suffixes(self.priced(&multipliers));
        let limit = self.limit(&multipliers);
        let margin = ROUNDING * (limit + target.abs());
        let top = suffixes.len() - 1;
        let relaxation = suffixes[top][0] - limit;
        let mut proof = OptimalityProof {
            relaxation: relaxation.min(f64::MAX),
            listed: 0,
        };
        // Written so that a bound that is no number excludes nothing.
        if relaxation - margin >= target {
            return Ok(proof);
        }
        let least: Vec<Vec<Vec<f64>>> = (0..self.limits.len())
            .map(|b| self.suffixes(|edge| edge.usage[b]))
            .collect();
        let layers = self.edges.len();
        let first = Prefix {
            cost: 0.0,
            usage: vec![0.0; self.limits.len()],
        };
        let mut lists = vec![vec![Vec::new(); layers + 1]; suffixes.len()];
        lists[top][0].push(first);
        for start in 0..layers {
            for row in 0..suffixes.len() {
                let prefixes = undominated(std::mem::take(&mut lists[row][start]));
                for prefix in &prefixes {
                    for edge in &self.edges[start] {
                        let row = match (self.most, row) {
                            (None, _) => 0,
                            (Some(_), 0) => continue,
                            (Some(_), row) => row - 1,
                        };
                        let next = prefix.and(edge);
                        let priced = next.cost
                            + multipliers
                                .iter()
                                .zip(&next.usage)
                                .map(|(m, u)| m * u)
                                .sum::<f64>();
                        if priced + suffixes[row][edge.end] - limit - margin >= target {
                            continue;
                        }
                        let mut budgets = self.limits.iter().zip(&next.usage).enumerate();
                        let fits = budgets.all(|(b, (limit, used))| {
                            used + least[b][row][edge.end] <= limit * (1.0 + ROUNDING)
                        });
                        if fits {
                            proof.listed += 1;
                            lists[row][edge.end].push(next);
                        }
                    }
                }
                if proof.listed > states as u64 {
                    return Err(NotProved::Long(proof.listed));
                }
            }
        }
        let ends = lists.iter().flat_map(|row| &row[layers]);
        let fits = |end: &&Prefix| self.limits.iter().zip(&end.usage).all(|(l, u)| u <= l);
        let better = ends.filter(fits).map(|end| end.cost);
        match better.min_by(f64::total_cmp) {
            Some(found) if found < target => Err(NotProved::Better {
                found,
                claimed: target,
            }),
            _ => Ok(proof),
        }
    }
}

impl Prefix {
    fn and(&self, edge: &Edge) -> Self {
        let usage = self.usage.iter().zip(&edge.usage).map(|(a, b)| a + b);
        Self {
            cost: self.cost + edge.cost,
            usage: usage.collect(),
        }
    }
}

/// The prefixes that no other one matches or beats; of equal ones the first.
fn undominated(mut prefixes: Vec<Prefix>) -> Vec<Prefix> {
    let order = |a: &Prefix, b: &Prefix| {
        let usage = a.usage.partial_cmp(&b.usage).unwrap_or(Ordering::Equal);
        a.cost.total_cmp(&b.cost).then(usage)
    };
    prefixes.sort_by(order);
    let mut kept: Vec<Prefix> = Vec::new();
    for prefix in prefixes {
        let is_beaten = match prefix.usage.as_slice() {
            [] => !kept.is_empty(),
            // By rising cost, so that the last one kept takes least.
            [used] => kept.last().is_some_and(|last| last.usage[0] <= *used),
            _ => kept.iter().any(|other| {
                let pairs = other.usage.iter().zip(&prefix.usage);
                pairs.into_iter().all(|(a, b)| a <= b)
            }),
        };
        if !is_beaten {
            kept.push(prefix);
        }
    }
    kept
}

/// Where a concave function of numbers from 0 to `top` is about greatest: by the sections of its
/// logarithmic scale, since a multiplier's magnitude is not known.
fn peak(top: f64, value: impl Fn(f64) -> f64) -> f64 {
    let at = |x: f64| {
        if x <= 0.0 {
            0.0
        } else {
            top * (60.0 * (x - 1.0)).exp()
        }
    };
    let (mut low, mut high) = (0.0, 1.0);
    const RATIO: f64 = 0.618_033_988_749_894_8;
    let mut points = [high - RATIO * (high - low), low + RATIO * (high - low)];
    let mut values = points.map(|x| value(at(x)));
    for _ in 0..60 {
        // Multipliers so small that rounding hides them are no peak.
        if values[0] > values[1] {
            high = points[1];
            points = [high - RATIO * (high - low), points[0]];
            values = [value(at(points[0])), values[0]];
        } else {
            low = points[0];
            points = [points[1], low + RATIO * (high - low)];
            values = [values[1], value(at(points[1]))];
        }
    }
    let best = at(0.5 * (low + high));
    if value(0.0) >= value(best) { 0.0 } else { best }
}
