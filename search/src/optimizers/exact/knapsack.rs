//! The multiple-choice knapsack in integers, solved to proof.
//!
//! ```text
//! minimise  sum_i c(i, x_i)   so that   sum_i w_k(i, x_i) <= B_k   for k < K
//! ```
//!
//! 1. Within a layer, an item that another one matches or beats in cost and in
//!    all weights is dropped.
//! 2. The [`dual`] gives multipliers m and a lower bound L.
//! 3. A guess T of the optimum plus one is made a little above L. An item whose
//!    reduced cost r = c + m w - min (c + m w) has L + r >= T cannot be in a
//!    solution below T and is dropped.
//! 4. A list of [`states`] over the remaining items finds the best solution
//!    below T, or proves that there is none; then T is raised and step 3 is
//!    repeated.
//!
//! The first solution found is optimal, because every solution below T was
//! considered. This is the scheme of Pisinger's minimal algorithm (European
//! Journal of Operational Research 83, 1995), with the core given by T instead
//! of grown layer by layer. Floating point is used only in bounds, each lowered
//! by a margin that exceeds its rounding error.

use super::dual::{self, Dual};
use super::instance::{Instance, Item, Solution};
use super::states::{self, Search};

/// The end of a solve.
#[derive(Clone, Debug)]
pub(super) enum Solved<const K: usize> {
    /// The optimum, proved.
    Optimal {
        solution: Solution,
        dual: Dual<K>,
    },
    /// The allowed number of states was reached: no assignment costs less than
    /// `bound`, and `incumbent` is the best one known.
    Stopped {
        incumbent: Option<Solution>,
        dual: Dual<K>,
        bound: f64,
    },
    /// No assignment costs less than `bound`, and nothing else was asked.
    Above {
        dual: Dual<K>,
        bound: i64,
    },
    Infeasible,
}

impl<const K: usize> Instance<K> {
    fn is_out_of_reach(&self) -> bool {
        (0..K).any(|k| self.least(k) > self.limit[k])
    }

    /// The least sum of a weight.
    fn least(&self, k: usize) -> i64 {
        let least = |layer: &Vec<Item<K>>| layer.iter().map(|item| item.weight[k]).min();
        self.layers.iter().filter_map(least).sum()
    }

    /// A feasible assignment: from the cheapest at the multipliers, first down
    /// to the budgets and then up again while anything fits. With two budgets
    /// it may miss.
    fn incumbent(&self, dual: &Dual<K>) -> Option<Solution> {
        let price = |item: &Item<K>| item.price(&dual.multipliers);
        let mut chosen: Vec<&Item<K>> = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            chosen.extend(layer.iter().min_by(|a, b| price(a).total_cmp(&price(b))));
        }
        let mut used = [0i64; K];
        for (k, used) in used.iter_mut().enumerate() {
            *used = chosen.iter().map(|item| item.weight[k]).sum();
        }
        let over = |used: &[i64; K]| -> f64 {
            let over = |k: usize| (used[k] - self.limit[k]).max(0) as f64;
            (0..K).map(|k| over(k) / self.limit[k].max(1) as f64).sum()
        };
        let change = |used: &[i64; K], from: &Item<K>, to: &Item<K>| {
            std::array::from_fn(|k| used[k] - from.weight[k] + to.weight[k])
        };
        while over(&used) > 0.0 {
            let mut best: Option<(f64, usize, &Item<K>)> = None;
            for (at, layer) in self.layers.iter().enumerate() {
                for item in layer {
                    let gain = over(&used) - over(&change(&used, chosen[at], item));
                    let loss = price(item) - price(chosen[at]);
                    if gain > 0.0 && best.is_none_or(|(rate, ..)| loss / gain < rate) {
                        best = Some((loss / gain, at, item));
                    }
                }
            }
            let (_, at, item) = best?;
            used = change(&used, chosen[at], item);
            chosen[at] = item;
        }
        loop {
            let mut best: Option<(i64, usize, &Item<K>)> = None;
            for (at, layer) in self.layers.iter().enumerate() {
                for item in layer {
                    let gain = chosen[at].cost - item.cost;
                    if gain > best.map_or(0, |(gain, ..)| gain)
                        && over(&change(&used, chosen[at], item)) == 0.0
                    {
                        best = Some((gain, at, item));
                    }
                }
            }
            let Some((_, at, item)) = best else { break };
            used = change(&used, chosen[at], item);
            chosen[at] = item;
        }
        let cost = chosen.iter().map(|item| item.cost).sum();
        Some(Solution {
            options: chosen.iter().map(|item| item.option).collect(),
            cost,
        })
    }

    /// Solves to proof, or until `states` states are listed; with `below` only for
    /// what costs less.
    pub(super) fn solve(mut self, below: Option<i64>, states: usize) -> Solved<K> {
        if self.is_out_of_reach() {
            return Solved::Infeasible;
        }
        self.reduce();
        let dual = dual::solve(&self);
        let margin = self.margin(&dual);
        let floor = (dual.bound - margin).ceil() as i64;
        let dearest = |layer: &Vec<Item<K>>| layer.iter().map(|item| item.cost).max();
        let ceiling: i64 = 1 + self.layers.iter().filter_map(dearest).sum::<i64>();
        let below = below.filter(|below| *below < ceiling);
        let (mut incumbent, mut top, mut gap) = match below {
            Some(below) => (None, below, below.saturating_sub(floor)),
            None => {
                let incumbent = self.incumbent(&dual);
                let top = incumbent.as_ref().map_or(ceiling, |s| s.cost);
                (incumbent, top, (top - floor) / 32)
            }
        };
        if states == 0 {
            let bound = floor as f64;
            return Solved::Stopped {
                incumbent,
                dual,
                bound,
            };
        }
        gap = gap.max(1);
        let mut room = states;
        // Every assignment costs at least `proved`.
        let mut proved = floor;
        while proved < top {
            let target = floor.saturating_add(gap).clamp(proved + 1, top);
            let core = self.core(&dual, target, margin);
            match states::search(&core, &dual, target, margin, &mut room) {
                Search::Found(solution) => {
                    top = solution.cost;
                    incumbent = Some(solution);
                    proved = top;
                }
                Search::None => proved = target,
                Search::Full => {
                    let bound = proved as f64;
                    return Solved::Stopped {
                        incumbent,
                        dual,
                        bound,
                    };
                }
            }
            gap = gap.saturating_mul(4);
        }
        match (incumbent, below) {
            (Some(solution), _) => Solved::Optimal { solution, dual },
            (None, Some(bound)) => Solved::Above { dual, bound },
            (None, None) => Solved::Infeasible,
        }
    }

    /// The items that can be part of a solution below `target`.
    fn core(&self, dual: &Dual<K>, target: i64, margin: f64) -> Self {
        let spare = target as f64 - dual.bound + margin;
        let keep = |layer: &Vec<Item<K>>| {
            let price = |item: &Item<K>| item.price(&dual.multipliers);
            let least = layer.iter().map(price).fold(f64::INFINITY, f64::min);
            layer
                .iter()
                .filter(|item| price(item) - least < spare)
                .copied()
                .collect()
        };
        Self {
            layers: self.layers.iter().map(keep).collect(),
            limit: self.limit,
        }
    }

    /// More than the rounding error of any bound computed here: sums have at
    /// most some thousand terms, each of at most the magnitude below.
    fn margin(&self, dual: &Dual<K>) -> f64 {
        let dearest = |layer: &Vec<Item<K>>| {
            layer
                .iter()
                .map(|item| item.price(&dual.multipliers))
                .fold(0.0, f64::max)
        };
        let priced: f64 = self.layers.iter().map(dearest).sum();
        let budget = |k: usize| dual.multipliers[k] * self.limit[k] as f64;
        1e-12 * (priced + (0..K).map(budget).sum::<f64>())
    }
}
