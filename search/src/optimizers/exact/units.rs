//! From the table's units to a knapsack in integers and back.

use super::knapsack::{Instance, Item, Solution, Solved};
use crate::fixed::Fixed;
use crate::problem::Point;

/// The least cost under budgets, in the units of the cost.
pub(super) struct Least {
    /// The best assignment known; if `is_proved`, there is one and it is
    /// optimal.
    pub(super) point: Option<Point>,
    pub(super) is_proved: bool,
    /// No assignment costs less; if `is_proved`, the optimum.
    pub(super) bound: f64,
    /// The Lagrangian bound at the multipliers.
    pub(super) relaxation: f64,
    /// Cost for each unit of each budget.
    pub(super) multipliers: Vec<f64>,
}

/// Minimises the sum of `cost` over the allowed options, or those of them that
/// are `kept`, with each budget's sum at most its limit. Nothing where that
/// cannot be.
pub(super) fn minimize(
    cost: &Fixed,
    budgets: &[(&Fixed, i64)],
    allowed: impl Fn(usize, usize) -> bool,
    kept: Option<&[Vec<u16>]>,
    states: usize,
) -> Option<Least> {
    match *budgets {
        [] => solve(cost, |_, _| [0], [0], &[], allowed, kept, states),
        [(one, limit)] => solve(
            cost,
            |i, j| [one.get(i, j)],
            [limit],
            &[one],
            allowed,
            kept,
            states,
        ),
        [(one, first), (two, second)] => {
            let weight = |i, j| [one.get(i, j), two.get(i, j)];
            let limits = [first, second];
            solve(cost, weight, limits, &[one, two], allowed, kept, states)
        }
        _ => unreachable!("there are two resources, and each has at most one budget"),
    }
}

fn solve<const K: usize>(
    cost: &Fixed,
    weight: impl Fn(usize, usize) -> [i64; K],
    limit: [i64; K],
    usage: &[&Fixed],
    allowed: impl Fn(usize, usize) -> bool,
    kept: Option<&[Vec<u16>]>,
    states: usize,
) -> Option<Least> {
    let layer = |(layer, costs): (usize, &Vec<i64>)| -> Vec<Item<K>> {
        let item = |at: usize| {
            allowed(layer, at).then(|| Item {
                cost: costs[at],
                weight: weight(layer, at),
                option: at as u16,
            })
        };
        match kept {
            None => (0..costs.len()).filter_map(item).collect(),
            Some(kept) => (kept[layer].iter())
                .filter_map(|&at| item(usize::from(at)))
                .collect(),
        }
    };
    let layers: Vec<_> = cost.values().iter().enumerate().map(layer).collect();
    if layers.iter().any(Vec::is_empty) {
        return None;
    }
    Least::from_integers(Instance { layers, limit }.solve(states), cost, usage)
}

impl Least {
    /// Back to the table's units; nothing where there is no solution.
    pub(super) fn from_integers<const K: usize>(
        solved: Solved<K>,
        cost: &Fixed,
        usage: &[&Fixed],
    ) -> Option<Self> {
        let scale = cost.scale();
        let (solution, dual, bound, is_proved) = match solved {
            Solved::Infeasible => return None,
            Solved::Optimal { solution, dual } => {
                let bound = solution.cost as f64 / scale;
                (Some(solution), dual, bound, true)
            }
            Solved::Stopped {
                incumbent,
                dual,
                bound,
            } => (incumbent, dual, bound / scale, false),
        };
        let price = |(m, usage): (&f64, &&Fixed)| m * usage.scale() / scale;
        Some(Self {
            point: solution.map(|s: Solution| s.options),
            is_proved,
            bound,
            relaxation: dual.bound / scale,
            multipliers: dual.multipliers.iter().zip(usage).map(price).collect(),
        })
    }
}
