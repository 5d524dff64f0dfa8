//! From the table's units to a knapsack in integers and back.

use super::instance::{Instance, Item, Solution};
use super::knapsack::Solved;
use super::options::{LayerOption, Options};
use super::query::{Cost, Query};
use crate::fixed::Fixed;
use crate::problem::Point;

/// The least cost under budgets, in the units of the cost.
pub(super) struct Least {
    /// The best assignment known; if `is_proved`, it is optimal, and if there is
    /// none then, nothing is below what was asked for.
    pub(super) point: Option<Point>,
    pub(super) is_proved: bool,
    /// No assignment costs less; if `is_proved` and there is a point, the optimum.
    pub(super) bound: f64,
    /// The Lagrangian bound at the multipliers.
    pub(super) relaxation: f64,
    /// Cost for each unit of each budget.
    pub(super) multipliers: Vec<f64>,
}

/// Answers a query where each layer is a stage; `usage` are the problem's
/// budgets. Nothing where no assignment keeps the limits.
pub(super) fn minimize(
    options: &Options,
    query: &Query,
    usage: &[Fixed],
    states: usize,
) -> Option<Least> {
    match query.limits[..] {
        [] => solve(options, query, usage, [0], |_| [0], states),
        [(one, limit)] => {
            let weight = |c: &LayerOption| [c.usage[one]];
            solve(options, query, usage, [limit], weight, states)
        }
        [(one, first), (two, second)] => {
            let weight = |c: &LayerOption| [c.usage[one], c.usage[two]];
            solve(options, query, usage, [first, second], weight, states)
        }
        _ => unreachable!("there are two resources, and each has at most one budget"),
    }
}

fn solve<const K: usize>(
    Options(options): &Options,
    query: &Query,
    usage: &[Fixed],
    limit: [i64; K],
    weight: impl Fn(&LayerOption) -> [i64; K],
    states: usize,
) -> Option<Least> {
    let scaled = match query.cost {
        Cost::Latency | Cost::Usage(_) => None,
        Cost::Energy => Some(Fixed::scaled(options, |c| c.energy)),
        Cost::Weighted { latency, energy } => Some(Fixed::scaled(options, |c| {
            latency * c.latency as f64 + energy * c.energy
        })),
    };
    let scale = match (query.cost, &scaled) {
        (Cost::Usage(budget), _) => usage[budget].scale(),
        (_, Some(scaled)) => scaled.scale(),
        (_, None) => 1.0,
    };
    let mut layers: Vec<Vec<Item<K>>> = Vec::with_capacity(options.len());
    for (layer, candidates) in options.iter().enumerate() {
        let fast = candidates.iter().enumerate();
        let fast = fast.filter(|(_, c)| c.latency <= query.slowest);
        let item = |(at, c): (usize, &LayerOption)| Item {
            cost: match (query.cost, &scaled) {
                (Cost::Usage(budget), _) => c.usage[budget],
                (_, Some(scaled)) => scaled.get(layer, at),
                (_, None) => c.latency as i64,
            },
            weight: weight(c),
            option: c.option,
        };
        layers.push(fast.map(item).collect());
        if layers[layer].is_empty() {
            return None;
        }
    }
    let below = query.below.map(|below| units(below, scale));
    let used: Vec<f64> = (query.limits.iter())
        .map(|&(budget, _)| usage[budget].scale())
        .collect();
    let solved = Instance { layers, limit }.solve(below, states);
    Least::from_integers(solved, scale, &used)
}

/// A cost in integers, rounded down.
pub(super) fn units(cost: f64, scale: f64) -> i64 {
    ((cost * scale).floor() as i64).min(1 << 62)
}

impl Least {
    /// Back to the table's units, of which so many integers are one; nothing
    /// where there is no solution.
    pub(super) fn from_integers<const K: usize>(
        solved: Solved<K>,
        scale: f64,
        usage: &[f64],
    ) -> Option<Self> {
        let (solution, dual, bound, is_proved) = match solved {
            Solved::Infeasible => return None,
            Solved::Optimal { solution, dual } => {
                let bound = solution.cost as f64;
                (Some(solution), dual, bound, true)
            }
            Solved::Above { dual, bound } => (None, dual, bound as f64, true),
            Solved::Stopped {
                incumbent,
                dual,
                bound,
            } => (incumbent, dual, bound, false),
        };
        let price = |(m, usage): (&f64, &f64)| m * usage / scale;
        Some(Self {
            point: solution.map(|s: Solution| s.options),
            is_proved,
            bound: bound / scale,
            relaxation: dual.bound / scale,
            multipliers: dual.multipliers.iter().zip(usage).map(price).collect(),
        })
    }
}
