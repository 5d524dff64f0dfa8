//! The Lagrangian relaxation of the multiple-choice knapsack.
//!
//! ```text
//! L(m) = sum_i min_j (c_ij + sum_k m_k w_ijk) - sum_k m_k B_k      for m >= 0
//! ```
//!
//! is at most the optimum for any m, and its maximum is the optimum of the
//! linear relaxation. With one budget the maximum lies where the walk along
//! the convex hulls meets the budget (Sinha and Zoltners, Operations Research
//! 27(3), 1979). With two, the second multiplier is found by bisection on the
//! supergradient, with the first solved by the walk each time.

use super::instance::{Instance, Item};
use crate::hull::{self, Corner};

const BISECTIONS: usize = 48;

/// Multipliers and the bound that they give.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dual<const K: usize> {
    pub(super) multipliers: [f64; K],
    pub(super) bound: f64,
}

/// Multipliers that make the bound greatest, or nearly so with two budgets.
pub(super) fn solve<const K: usize>(instance: &Instance<K>) -> Dual<K> {
    assert!(K == 1 || K == 2, "one budget or two");
    let mut walk = Walk::default();
    let mut best = walk.along(instance, 0.0);
    if K == 1 || best.excess <= 0.0 {
        return best.dual;
    }
    let (mut low, mut high) = (0.0, instance.price());
    let mut reach = walk.along(instance, high);
    for _ in 0..60 {
        keep(&mut best, &reach);
        if reach.excess <= 0.0 {
            break;
        }
        (low, high) = (high, 4.0 * high);
        reach = walk.along(instance, high);
    }
    for _ in 0..BISECTIONS {
        let middle = 0.5 * (low + high);
        let probe = walk.along(instance, middle);
        keep(&mut best, &probe);
        if probe.excess > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
        if high - low <= 1e-12 * high {
            break;
        }
    }
    best.dual
}

fn keep<const K: usize>(best: &mut Probe<K>, probe: &Probe<K>) {
    if probe.dual.bound > best.dual.bound {
        *best = *probe;
    }
}

/// The bound at some multipliers, over all items.
pub(super) fn bound<const K: usize>(instance: &Instance<K>, multipliers: &[f64; K]) -> f64 {
    let least = |layer: &Vec<Item<K>>| {
        layer
            .iter()
            .map(|item| item.price(multipliers))
            .fold(f64::INFINITY, f64::min)
    };
    let total: f64 = instance.layers.iter().map(least).sum();
    let budget = |k: usize| multipliers[k] * instance.limit[k] as f64;
    total - (0..K).map(budget).sum::<f64>()
}

#[derive(Clone, Copy)]
struct Probe<const K: usize> {
    dual: Dual<K>,
    /// How far the linear relaxation exceeds the last budget.
    excess: f64,
}

#[derive(Default)]
struct Walk {
    hulls: Vec<Vec<Corner>>,
}

impl Walk {
    /// The best first multiplier when the last one is held.
    fn along<const K: usize>(&mut self, instance: &Instance<K>, held: f64) -> Probe<K> {
        let last = K - 1;
        let cost = |item: &Item<K>| match K {
            1 => item.cost as f64,
            _ => item.cost as f64 + held * item.weight[last] as f64,
        };
        self.hulls.resize(instance.layers.len(), Vec::new());
        let (mut used, mut other) = (0.0, 0.0);
        for (hull, layer) in self.hulls.iter_mut().zip(&instance.layers) {
            hull.clear();
            hull.extend(layer.iter().enumerate().map(|(at, item)| Corner {
                weight: item.weight[0] as f64,
                cost: cost(item),
                option: at as u16,
            }));
            hull::reduce(hull);
            used += hull[0].weight;
            other += layer[usize::from(hull[0].option)].weight[last] as f64;
        }
        let room = instance.limit[0] as f64;
        let mut first = 0.0;
        for step in hull::steps(&self.hulls) {
            let layer = &instance.layers[step.layer];
            let weight = |corner: &Corner| layer[usize::from(corner.option)].weight[last] as f64;
            let change = weight(&step.heavy) - weight(&step.light);
            if used + step.weight() > room {
                first = step.efficiency;
                other += change * (room - used) / step.weight();
                break;
            }
            used += step.weight();
            other += change;
        }
        let mut multipliers = [held; K];
        multipliers[0] = first;
        let bound = bound(instance, &multipliers);
        Probe {
            dual: Dual { multipliers, bound },
            excess: other - instance.limit[last] as f64,
        }
    }
}
