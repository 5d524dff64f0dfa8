//! A regression tree for gradient boosting, as in XGBoost (Chen and Guestrin, KDD 2016, arXiv
//! 1603.02754, algorithm 1): every split between two values of a feature is tried.
//!
//! ```text
//! score(rows) = (sum g)^2 / (sum h + lambda)
//! gain = score(left) + score(right) - score(both) - gamma
//! a leaf's value = -eta sum g / (sum h + lambda)
//! ```

/// How trees grow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Growth {
    /// The most splits from the root to a leaf.
    pub(super) depth: usize,
    /// The share of the step that a leaf takes.
    pub(super) eta: f64,
    /// What a split must gain.
    pub(super) gamma: f64,
    /// The least sum of second derivatives on each side of a split.
    pub(super) child: f64,
    /// Added to sums of second derivatives.
    pub(super) lambda: f64,
}

/// The rows of features that trees are fitted to, sorted by each feature.
pub(super) struct Sorted<'a> {
    rows: &'a [Vec<f64>],
    orders: Vec<Vec<usize>>,
}

/// A tree; the root is the first node.
#[derive(Clone, Debug)]
pub(super) struct Tree(Vec<Node>);

#[derive(Clone, Copy, Debug)]
enum Node {
    Leaf(f64),
    /// Rows whose feature is less than `below` go to the first child.
    Split {
        feature: usize,
        below: f64,
        children: [usize; 2],
    },
}

/// Sums of first and second derivatives.
#[derive(Clone, Copy, Debug, Default)]
struct Slopes {
    first: f64,
    second: f64,
}

struct Split {
    gain: f64,
    feature: usize,
    below: f64,
}

impl<'a> Sorted<'a> {
    pub(super) fn new(rows: &'a [Vec<f64>]) -> Self {
        let width = rows.first().map_or(0, Vec::len);
        let order = |feature: usize| {
            let mut order: Vec<usize> = (0..rows.len()).collect();
            order.sort_by(|a, b| rows[*a][feature].total_cmp(&rows[*b][feature]));
            order
        };
        Self {
            rows,
            orders: (0..width).map(order).collect(),
        }
    }
}

impl Tree {
    /// The tree for the first and second derivatives of a loss at each row.
    pub(super) fn fit(data: &Sorted<'_>, slopes: &[(f64, f64)], growth: &Growth) -> Self {
        let mut tree = Self(vec![Node::Leaf(0.0)]);
        let mut places = vec![0; data.rows.len()];
        let mut open = vec![(0, 0)];
        while let Some((node, depth)) = open.pop() {
            let mut all = Slopes::default();
            for (_, slopes) in places.iter().zip(slopes).filter(|(at, _)| **at == node) {
                all.add(*slopes);
            }
            let split = (depth < growth.depth)
                .then(|| best_split(data, slopes, &places, node, all, growth))
                .flatten();
            let Some(Split { feature, below, .. }) = split else {
                let step = -growth.eta * all.first / (all.second + growth.lambda);
                tree.0[node] = Node::Leaf(step);
                continue;
            };
            let children = [tree.0.len(), tree.0.len() + 1];
            tree.0.extend([Node::Leaf(0.0); 2]);
            tree.0[node] = Node::Split {
                feature,
                below,
                children,
            };
            for (place, row) in places.iter_mut().zip(data.rows) {
                if *place == node {
                    *place = children[usize::from(row[feature] >= below)];
                }
            }
            open.extend(children.map(|child| (child, depth + 1)));
        }
        tree
    }

    /// The value of a row's leaf.
    pub(super) fn apply(&self, row: &[f64]) -> f64 {
        let mut at = 0;
        loop {
            match self.0[at] {
                Node::Leaf(value) => return value,
                Node::Split {
                    feature,
                    below,
                    children,
                } => at = children[usize::from(row[feature] >= below)],
            }
        }
    }
}

impl Slopes {
    fn add(&mut self, (first, second): (f64, f64)) {
        self.first += first;
        self.second += second;
    }

    fn score(self, growth: &Growth) -> f64 {
        self.first * self.first / (self.second + growth.lambda)
    }
}

/// The split of a node's rows with the greatest gain, of equal ones the first feature's lowest.
fn best_split(
    data: &Sorted<'_>,
    slopes: &[(f64, f64)],
    places: &[usize],
    node: usize,
    all: Slopes,
    growth: &Growth,
) -> Option<Split> {
    let before = all.score(growth) + growth.gamma;
    let mut best: Option<Split> = None;
    for (feature, order) in data.orders.iter().enumerate() {
        let mut left = Slopes::default();
        let mut last = f64::NEG_INFINITY;
        for &row in order.iter().filter(|row| places[**row] == node) {
            let value = data.rows[row][feature];
            if value > last {
                let right = Slopes {
                    first: all.first - left.first,
                    second: all.second - left.second,
                };
                let gain = left.score(growth) + right.score(growth) - before;
                let is_heavy = left.second >= growth.child && right.second >= growth.child;
                if is_heavy && gain > best.as_ref().map_or(0.0, |best| best.gain) {
                    best = Some(Split {
                        gain,
                        feature,
                        below: value,
                    });
                }
                last = value;
            }
            left.add(slopes[row]);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROWTH: Growth = Growth {
        depth: 3,
        eta: 0.3,
        gamma: 1e-4,
        child: 1.0,
        lambda: 1.0,
    };

    /// One tree's leaf on rows that no feature tells apart is the Newton step of their sum.
    #[test]
    fn a_leaf_is_the_newton_step() {
        let rows = vec![vec![1.0]; 3];
        let slopes = [(1.0, 2.0), (-3.0, 0.5), (0.5, 1.0)];
        let tree = Tree::fit(&Sorted::new(&rows), &slopes, &GROWTH);
        let expected = -GROWTH.eta * (1.0 - 3.0 + 0.5) / (2.0 + 0.5 + 1.0 + GROWTH.lambda);
        assert!((tree.apply(&[1.0]) - expected).abs() < 1e-12);
    }

    /// The root's split is the best of all, found by trying each.
    #[test]
    fn the_split_is_the_best_there_is() {
        let rows: Vec<Vec<f64>> = (0..40)
            .map(|at| vec![f64::from(at * 7 % 11), f64::from(at * 5 % 8)])
            .collect();
        let slope = |row: &Vec<f64>| (row[1] * 0.5 - (row[0] - 4.0).abs(), 1.0);
        let slopes: Vec<(f64, f64)> = rows.iter().map(slope).collect();
        let sum = |keep: &dyn Fn(&Vec<f64>) -> bool| {
            let mut sum = Slopes::default();
            let kept = rows.iter().zip(&slopes).filter(|(row, _)| keep(row));
            kept.for_each(|(_, slopes)| sum.add(*slopes));
            sum.score(&GROWTH)
        };
        let tried = (0..2).flat_map(|f| (1..11).map(move |below| (f, f64::from(below))));
        let gain =
            |(f, below): (usize, f64)| sum(&|row| row[f] < below) + sum(&|row| row[f] >= below);
        let most = tried.map(gain).fold(0.0, f64::max);
        let stump = Growth { depth: 1, ..GROWTH };
        let tree = Tree::fit(&Sorted::new(&rows), &slopes, &stump);
        let Node::Split { feature, below, .. } = tree.0[0] else {
            panic!("something is gained by a split");
        };
        assert!((gain((feature, below)) - most).abs() < 1e-9);
    }

    /// A side that is too light is no child, and a split that gains too little none either.
    #[test]
    fn light_children_and_small_gains_are_refused() {
        let rows: Vec<Vec<f64>> = (0..4).map(|at| vec![f64::from(at)]).collect();
        let is_split = |slopes: [(f64, f64); 4], gamma: f64| {
            let growth = Growth { gamma, ..GROWTH };
            Tree::fit(&Sorted::new(&rows), &slopes, &growth).0.len() > 1
        };
        let apart = |weight: f64| [-1.0, -1.0, 1.0, 1.0].map(|slope| (slope, weight));
        assert!(
            is_split(apart(0.5), 1e-4),
            "a weight of one on each side is enough"
        );
        assert!(
            !is_split(apart(0.32), 1e-4),
            "three rows weigh less than one"
        );
        assert!(!is_split(apart(0.5), 1e3));
    }
}
