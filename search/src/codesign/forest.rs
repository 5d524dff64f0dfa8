//! Boosted trees that tell fast points from slow ones: the cost model of AutoTVM (Chen et al.,
//! NeurIPS 2018, arXiv 1805.08166), and of what builds on it.
//!
//! ```text
//! F = 0
//! repeat:  g, h = first and second derivative of the loss at F, for each row
//!          F += 0.3 x a tree of depth 3 whose leaves are -sum g / (sum h + 1)
//! until the average recall of the best rows has not risen for 20 trees
//! ```
//!
//! Settings are those of AutoTVM's public code: depth 3, eta 0.3, gamma 1e-4, least weight of a
//! child 1, lambda 1. A tree is the library's least-squares tree on the targets `-g / h` with weights
//! `h`, which is the same sum of leaves: that library has no loss for ranking of its own.

use forust_ml::objective::ObjectiveType;
use forust_ml::{GradientBooster, Matrix};
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

const DEPTH: usize = 3;
const ETA: f64 = 0.3;
const GAMMA: f32 = 1e-4;
const CHILD: f32 = 1.0;
const LAMBDA: f32 = 1.0;
/// Trees without a gain in recall, after which no more are grown.
const PATIENCE: usize = 20;
/// AutoTVM allows 8000; its early stop comes long before either.
const TREES: usize = 300;
/// The least second derivative, as in XGBoost.
const LEAST: f64 = 1e-16;

/// What the trees are to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// Order pairs of rows: logistic loss of the difference, one partner drawn for each row.
    Rank,
    /// Meet the values.
    Square,
}

/// A sum of trees.
#[derive(Clone, Debug, Default)]
pub(super) struct Forest {
    trees: Vec<Vec<Node>>,
}

#[derive(Clone, Copy, Debug)]
enum Node {
    Leaf(f64),
    Split {
        feature: usize,
        below: f64,
        children: [usize; 2],
    },
}

impl Forest {
    /// Trees that order, or meet, the `values` of some rows of features; `top` is of how many of the
    /// best rows the recall is watched.
    pub(super) fn fit(
        loss: Loss,
        rows: &[Vec<f64>],
        values: &[f64],
        top: usize,
        rng: &mut Xoshiro256PlusPlus,
    ) -> Self {
        let mut forest = Self::default();
        let width = rows.first().map_or(0, Vec::len);
        if width == 0 {
            return forest;
        }
        let columns: Vec<f64> = (0..width)
            .flat_map(|column| rows.iter().map(move |row| row[column]))
            .collect();
        let data = Matrix::new(&columns, rows.len(), width);
        let ranks = ranks(values);
        let mut scores = vec![0.0; rows.len()];
        let (mut best, mut grown) = (0.0, 0);
        while forest.trees.len() < TREES && forest.trees.len() < grown + PATIENCE {
            let slopes = match loss {
                Loss::Rank => pairs(values, &scores, rng),
                Loss::Square => scores
                    .iter()
                    .zip(values)
                    .map(|(f, y)| (f - y, 1.0))
                    .collect(),
            };
            let tree = tree(&data, &slopes);
            for (score, row) in scores.iter_mut().zip(rows) {
                *score += apply(&tree, row);
            }
            forest.trees.push(tree);
            let recall = recall(&scores, &ranks, top);
            if recall > best {
                (best, grown) = (recall, forest.trees.len());
            }
        }
        forest
    }

    /// The score of a row.
    pub(super) fn score(&self, row: &[f64]) -> f64 {
        self.trees.iter().map(|tree| apply(tree, row)).sum()
    }
}

fn apply(tree: &[Node], row: &[f64]) -> f64 {
    let mut at = 0;
    loop {
        match tree[at] {
            Node::Leaf(value) => return value,
            Node::Split {
                feature,
                below,
                children,
            } => at = children[usize::from(row[feature] >= below)],
        }
    }
}

/// First and second derivatives of the logistic loss of pairs, each row with a partner of another
/// value.
fn pairs(values: &[f64], scores: &[f64], rng: &mut Xoshiro256PlusPlus) -> Vec<(f64, f64)> {
    let mut slopes = vec![(0.0, 0.0); values.len()];
    for row in 0..values.len() {
        let partner = rng.random_range(0..values.len());
        if values[row] == values[partner] {
            continue;
        }
        let (high, low) = if values[row] > values[partner] {
            (row, partner)
        } else {
            (partner, row)
        };
        let odds = 1.0 / (1.0 + (scores[low] - scores[high]).exp());
        let (slope, bend) = (odds - 1.0, (odds * (1.0 - odds)).max(LEAST));
        slopes[high].0 += slope;
        slopes[low].0 -= slope;
        slopes[high].1 += 2.0 * bend;
        slopes[low].1 += 2.0 * bend;
    }
    slopes
}

fn tree(data: &Matrix<'_, f64>, slopes: &[(f64, f64)]) -> Vec<Node> {
    let weights: Vec<f64> = slopes.iter().map(|(_, bend)| bend.max(LEAST)).collect();
    let targets: Vec<f64> = slopes
        .iter()
        .zip(&weights)
        .map(|((slope, _), weight)| -slope / weight)
        .collect();
    let mut booster = GradientBooster::default()
        .set_objective_type(ObjectiveType::SquaredLoss)
        .set_iterations(1)
        .set_learning_rate(ETA as f32)
        .set_max_depth(DEPTH)
        .set_gamma(GAMMA)
        .set_min_leaf_weight(CHILD)
        .set_l2(LAMBDA)
        .set_base_score(0.0)
        .set_initialize_base_score(false)
        .set_parallel(false);
    // No row is missing anything, and all weights are positive; what it cannot fit is a constant.
    if booster.fit(data, &targets, &weights, None).is_err() {
        return vec![Node::Leaf(0.0)];
    }
    let nodes = booster.trees.pop().map(|tree| tree.nodes);
    let nodes = nodes.unwrap_or_default().into_iter().map(|node| {
        if node.is_leaf {
            Node::Leaf(f64::from(node.weight_value))
        } else {
            Node::Split {
                feature: node.split_feature,
                below: node.split_value,
                children: [node.left_child, node.right_child],
            }
        }
    });
    let nodes: Vec<Node> = nodes.collect();
    if nodes.is_empty() {
        vec![Node::Leaf(0.0)]
    } else {
        nodes
    }
}

/// The place of each row when the greatest value is first.
fn ranks(values: &[f64]) -> Vec<usize> {
    let mut ranks = vec![0; values.len()];
    for (rank, row) in descending(values).into_iter().enumerate() {
        ranks[row] = rank;
    }
    ranks
}

fn descending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|a, b| values[*b].total_cmp(&values[*a]).then(a.cmp(b)));
    order
}

/// How many of the best n are among the n with the best scores, as a share, on the mean over n from 1
/// to `top`: AutoTVM's `a-recall`.
fn recall(scores: &[f64], ranks: &[usize], top: usize) -> f64 {
    let order = descending(scores);
    let top = top.min(order.len());
    let mut sum = 0.0;
    for n in 1..=top {
        let found = order[..n].iter().filter(|row| ranks[**row] < n).count();
        sum += found as f64 / n as f64;
    }
    sum / top.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn sample(rng: &mut Xoshiro256PlusPlus) -> (Vec<Vec<f64>>, Vec<f64>) {
        let rows: Vec<Vec<f64>> = (0..200)
            .map(|_| (0..4).map(|_| f64::from(rng.random_range(0..8))).collect())
            .collect();
        let values = rows.iter().map(|r| (r[0] * r[1] + 3.0 * r[2]) / 70.0);
        let values = values.collect();
        (rows, values)
    }

    #[test]
    fn trees_order_rows_that_they_have_not_seen() {
        let rng = &mut Xoshiro256PlusPlus::seed_from_u64(1);
        let ((rows, values), (others, expected)) = (sample(rng), sample(rng));
        for loss in [Loss::Rank, Loss::Square] {
            let forest = Forest::fit(loss, &rows, &values, 64, rng);
            let scores: Vec<f64> = others.iter().map(|row| forest.score(row)).collect();
            let (mut right, mut pairs) = (0, 0);
            for a in 0..others.len() {
                for b in 0..a {
                    if expected[a] != expected[b] {
                        pairs += 1;
                        right +=
                            usize::from((expected[a] > expected[b]) == (scores[a] > scores[b]));
                    }
                }
            }
            assert!(right * 10 > pairs * 9, "{loss:?}: {right} of {pairs}");
        }
    }

    /// One tree's leaf on rows that no feature tells apart is the Newton step of their sum.
    #[test]
    fn a_leaf_is_the_newton_step() {
        let columns = [1.0, 1.0, 1.0];
        let data = Matrix::new(&columns, 3, 1);
        let slopes = [(1.0, 2.0), (-3.0, 0.5), (0.5, 1.0)];
        let nodes = tree(&data, &slopes);
        let expected = -ETA * (1.0 - 3.0 + 0.5) / (2.0 + 0.5 + 1.0 + f64::from(LAMBDA));
        assert!((apply(&nodes, &[1.0]) - expected).abs() < 1e-6);
    }

    #[test]
    fn recall_counts_the_best_among_the_first() {
        let ranks = ranks(&[3.0, 1.0, 2.0]);
        assert_eq!(ranks, [0, 2, 1]);
        assert_eq!(recall(&[3.0, 1.0, 2.0], &ranks, 3), 1.0);
        // The second best comes first: 0 of 1, 2 of 2.
        assert_eq!(recall(&[2.0, 1.0, 3.0], &ranks, 2), 0.5);
    }
}
