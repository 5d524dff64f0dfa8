//! A knapsack of several layers in integers, and an answer to it.

/// One option in integers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<const K: usize> {
    pub(super) cost: i64,
    pub(super) weight: [i64; K],
    pub(super) option: u16,
}

/// One knapsack: the items of each layer and the budgets.
#[derive(Clone, Debug)]
pub(super) struct Instance<const K: usize> {
    pub(super) layers: Vec<Vec<Item<K>>>,
    pub(super) limit: [i64; K],
}

/// An assignment with its exact cost.
#[derive(Clone, Debug)]
pub(super) struct Solution {
    pub(super) options: Vec<u16>,
    pub(super) cost: i64,
}

impl<const K: usize> Item<K> {
    pub(super) fn price(&self, multipliers: &[f64; K]) -> f64 {
        (0..K).fold(self.cost as f64, |sum, k| {
            sum + multipliers[k] * self.weight[k] as f64
        })
    }

    fn is_beaten_by(&self, other: &Self) -> bool {
        other.cost <= self.cost && (0..K).all(|k| other.weight[k] <= self.weight[k])
    }
}

impl<const K: usize> Instance<K> {
    /// A price of the last resource at which a layer's whole range of cost
    /// equals its whole range of weight, on average.
    pub(super) fn price(&self) -> f64 {
        let range = |value: fn(&Item<K>) -> i64| -> f64 {
            let spread = |layer: &Vec<Item<K>>| {
                let values = layer.iter().map(value);
                (values.clone().max().unwrap_or(0) - values.min().unwrap_or(0)) as f64
            };
            self.layers.iter().map(spread).sum()
        };
        (range(|i| i.cost) / range(|i| i.weight[K - 1]).max(1.0)).max(1e-30)
    }

    /// Drops the items that another item of the layer matches or beats. Of
    /// equal ones the first stays.
    pub(super) fn reduce(&mut self) {
        for layer in &mut self.layers {
            layer.sort_unstable_by_key(|item| (item.weight, item.cost, item.option));
            if K == 1 {
                let mut least = i64::MAX;
                layer.retain(|item| {
                    let is_better = item.cost < least;
                    least = least.min(item.cost);
                    is_better
                });
                continue;
            }
            let mut kept: Vec<Item<K>> = Vec::new();
            for item in layer.iter() {
                if !kept.iter().any(|other| item.is_beaten_by(other)) {
                    kept.push(*item);
                }
            }
            *layer = kept;
        }
    }
}
