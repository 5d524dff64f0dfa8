//! The list of states: partial assignments of the first layers.
//!
//! ```text
//! states = [(w = 0, c = 0)]
//! for each layer:
//!     states = [(w + w_j, c + c_j) for each state and item j]
//!     drop those that cannot keep a budget, or whose bound reaches the target
//!     drop those that another one matches or beats in cost and all weights
//! the answer is the cheapest state
//! ```
//!
//! The bound of a state is its cost plus the linear relaxation of the layers
//! that follow, in what the state leaves of the budgets. With two budgets that is
//! measured in the surrogate weight s = m w at the root's multipliers (Glover,
//! Operations Research 16(4), 1968), with one in the weight itself.

use super::dual::Dual;
use super::instance::{Instance, Item, Solution};
use crate::hull::{self, Corner, HullStep};

/// What a search over the states found.
pub(super) enum Search {
    /// The cheapest assignment, below the target.
    Found(Solution),
    /// Every assignment costs at least the target.
    None,
    /// The allowed number of states was reached.
    Full,
}

#[derive(Clone, Copy)]
pub(super) struct State<const K: usize> {
    pub(super) weight: [i64; K],
    pub(super) cost: i64,
    pub(super) parent: u32,
    pub(super) item: u16,
}

/// Searches a core for its cheapest assignment below `target`. `room` is the
/// number of states that may still be listed.
pub(super) fn search<const K: usize>(
    core: &Instance<K>,
    dual: &Dual<K>,
    target: i64,
    margin: f64,
    room: &mut usize,
) -> Search {
    if core.layers.iter().any(Vec::is_empty) {
        return Search::None;
    }
    // Small layers first: long lists are then short-lived.
    let mut order: Vec<usize> = (0..core.layers.len()).collect();
    order.sort_unstable_by_key(|&layer| (core.layers[layer].len(), layer));
    let surrogate = Surrogate::new(dual, &core.limit);
    let mut suffix = Suffix::new(core, &order, surrogate);
    let mut states = vec![State {
        weight: [0; K],
        cost: 0,
        parent: 0,
        item: 0,
    }];
    let mut trace: Vec<Vec<(u32, u16)>> = Vec::with_capacity(order.len());
    let mut next: Vec<State<K>> = Vec::new();
    let mut staircase = Staircase::default();
    for &layer in &order {
        suffix.advance(core, layer);
        next.clear();
        for (at, item) in core.layers[layer].iter().enumerate() {
            suffix.expand(&states, item, at as u16, target as f64 + margin, &mut next);
        }
        if next.len() > *room {
            return Search::Full;
        }
        *room -= next.len();
        next.sort_by_key(|state| (state.weight, state.cost));
        staircase.filter(&mut next);
        trace.push(
            next.iter()
                .map(|state| (state.parent, state.item))
                .collect(),
        );
        std::mem::swap(&mut states, &mut next);
    }
    let cheapest = states
        .iter()
        .enumerate()
        .min_by_key(|(_, state)| state.cost);
    let Some((at, state)) = cheapest.filter(|(_, state)| state.cost < target) else {
        return Search::None;
    };
    let mut options = vec![0; order.len()];
    let mut at = at;
    for (&layer, trace) in order.iter().zip(&trace).rev() {
        let (parent, item) = trace[at];
        options[layer] = core.layers[layer][usize::from(item)].option;
        at = parent as usize;
    }
    Search::Found(Solution {
        options,
        cost: state.cost,
    })
}

/// The one weight in which rooms are measured.
#[derive(Clone, Copy)]
struct Surrogate<const K: usize> {
    factors: [f64; K],
    limit: f64,
}

impl<const K: usize> Surrogate<K> {
    fn new(dual: &Dual<K>, limit: &[i64; K]) -> Self {
        let factors = if K == 1 { [1.0; K] } else { dual.multipliers };
        let mut surrogate = Self {
            factors,
            limit: 0.0,
        };
        surrogate.limit = surrogate.weight(limit);
        surrogate
    }

    fn weight(&self, weight: &[i64; K]) -> f64 {
        (0..K).map(|k| self.factors[k] * weight[k] as f64).sum()
    }
}

/// The linear relaxation of the layers that are still to come.
struct Suffix<const K: usize> {
    surrogate: Surrogate<K>,
    limit: [i64; K],
    lightest: Vec<Corner>,
    steps: Vec<HullStep>,
    is_done: Vec<bool>,
    /// Least remaining sum of each weight.
    least: [i64; K],
    /// Corners of the relaxation: surrogate weight and cost, both cumulative.
    curve: Vec<(f64, f64)>,
}

impl<const K: usize> Suffix<K> {
    fn new(core: &Instance<K>, order: &[usize], surrogate: Surrogate<K>) -> Self {
        let hull = |layer: &Vec<Item<K>>| {
            let corner = |(at, item): (usize, &Item<K>)| Corner {
                weight: surrogate.weight(&item.weight),
                cost: item.cost as f64,
                option: at as u16,
            };
            let mut hull: Vec<Corner> = layer.iter().enumerate().map(corner).collect();
            hull::reduce(&mut hull);
            hull
        };
        let hulls: Vec<Vec<Corner>> = core.layers.iter().map(hull).collect();
        let mut least = [0; K];
        for (k, least) in least.iter_mut().enumerate() {
            *least = core.layers.iter().map(|layer| lightest(layer, k)).sum();
        }
        Self {
            surrogate,
            limit: core.limit,
            lightest: hulls.iter().map(|hull| hull[0]).collect(),
            steps: hull::steps(&hulls),
            is_done: vec![false; order.len()],
            least,
            curve: Vec::new(),
        }
    }

    /// Takes a layer out of those to come.
    fn advance(&mut self, core: &Instance<K>, layer: usize) {
        self.is_done[layer] = true;
        for (k, least) in self.least.iter_mut().enumerate() {
            *least -= lightest(&core.layers[layer], k);
        }
        let (mut weight, mut cost) = (0.0, 0.0);
        for (corner, _) in self
            .lightest
            .iter()
            .zip(&self.is_done)
            .filter(|(_, done)| !**done)
        {
            weight += corner.weight;
            cost += corner.cost;
        }
        self.curve.clear();
        self.curve.push((weight, cost));
        for step in self.steps.iter().filter(|step| !self.is_done[step.layer]) {
            weight += step.weight();
            cost += step.heavy.cost - step.light.cost;
            self.curve.push((weight, cost));
        }
    }

    /// Adds an item to every state and keeps what may end below `target`.
    fn expand(
        &self,
        states: &[State<K>],
        item: &Item<K>,
        at: u16,
        target: f64,
        next: &mut Vec<State<K>>,
    ) {
        let slack = 1e-12 * self.surrogate.limit;
        // States come by rising weight, so the corner moves little.
        let mut corner = self.curve.len() - 1;
        for (parent, state) in states.iter().enumerate() {
            let weight: [i64; K] = std::array::from_fn(|k| state.weight[k] + item.weight[k]);
            if (0..K).any(|k| weight[k] + self.least[k] > self.limit[k]) {
                if K == 1 {
                    break;
                }
                continue;
            }
            let cost = state.cost + item.cost;
            let room = self.surrogate.limit - self.surrogate.weight(&weight) + slack;
            while corner > 0 && self.curve[corner].0 > room {
                corner -= 1;
            }
            while corner + 1 < self.curve.len() && self.curve[corner + 1].0 <= room {
                corner += 1;
            }
            let (light, mut rest) = self.curve[corner];
            if let Some(&(heavy, least)) = self.curve.get(corner + 1) {
                rest += (least - rest) * ((room - light) / (heavy - light)).clamp(0.0, 1.0);
            }
            if cost as f64 + rest < target {
                next.push(State {
                    weight,
                    cost,
                    parent: parent as u32,
                    item: at,
                });
            }
        }
    }
}

fn lightest<const K: usize>(layer: &[Item<K>], k: usize) -> i64 {
    layer.iter().map(|item| item.weight[k]).min().unwrap_or(0)
}

/// Drops beaten states from a list sorted by weight and cost.
#[derive(Default)]
pub(super) struct Staircase {
    ranks: Vec<i64>,
    least: Vec<i64>,
}

impl Staircase {
    pub(super) fn filter<const K: usize>(&mut self, states: &mut Vec<State<K>>) {
        if K == 1 {
            let mut least = i64::MAX;
            states.retain(|state| {
                let is_better = state.cost < least;
                least = least.min(state.cost);
                is_better
            });
            return;
        }
        // A tree of prefix minima over the ranks of the last weight (Fenwick).
        self.ranks.clear();
        self.ranks
            .extend(states.iter().map(|state| state.weight[K - 1]));
        self.ranks.sort_unstable();
        self.ranks.dedup();
        self.least.clear();
        self.least.resize(self.ranks.len() + 1, i64::MAX);
        states.retain(|state| {
            let rank = 1 + self
                .ranks
                .partition_point(|&weight| weight < state.weight[K - 1]);
            let mut least = i64::MAX;
            let mut at = rank;
            while at > 0 {
                least = least.min(self.least[at]);
                at &= at - 1;
            }
            if least <= state.cost {
                return false;
            }
            let mut at = rank;
            while at < self.least.len() {
                self.least[at] = self.least[at].min(state.cost);
                at += at & at.wrapping_neg();
            }
            true
        });
    }
}
