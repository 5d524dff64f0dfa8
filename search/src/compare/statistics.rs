//! The statistics of a comparison, computed exactly and not by approximations for many samples.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The result of Wilcoxon's signed-rank test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signed {
    /// The lesser of the sums of positive and of negative ranks.
    pub statistic: f64,
    /// The two-sided p-value: the probability of a statistic at most as great if there is no difference.
    pub p: f64,
    /// The number of pairs that differ.
    pub pairs: usize,
}

/// Wilcoxon's signed-rank test on differences (Biometrics Bulletin 1(6), 1945).
/// Zeros are left out, ties share their mean rank, infinite differences rank
/// highest. The distribution is exact, ties included: the number of subsets of
/// the ranks with each sum, by
///
/// ```text
/// ways[s] = ways[s] + ways[s - rank]      for each rank
/// ```
pub fn wilcoxon(differences: &[f64]) -> Signed {
    let mut sorted: Vec<f64> = differences.iter().copied().filter(|d| *d != 0.0).collect();
    sorted.sort_unstable_by(|a, b| a.abs().total_cmp(&b.abs()));
    let pairs = sorted.len();
    // Ranks are doubled, so that shared ones are whole.
    let mut ranks = Vec::with_capacity(pairs);
    for group in sorted.chunk_by(|a, b| a.abs() == b.abs()) {
        let first = ranks.len() + 1;
        let last = ranks.len() + group.len();
        ranks.extend(std::iter::repeat_n(first + last, group.len()));
    }
    let total: usize = ranks.iter().sum();
    let signed = sorted.iter().zip(&ranks);
    let positive: usize = signed
        .filter(|(d, _)| **d > 0.0)
        .map(|(_, rank)| rank)
        .sum();
    let lesser = positive.min(total - positive);
    // Shares of all sign patterns instead of their number, which overflows.
    let mut share = vec![0.0; total + 1];
    share[0] = 1.0;
    for &rank in &ranks {
        for sum in (0..=total).rev() {
            let without = if sum >= rank { share[sum - rank] } else { 0.0 };
            share[sum] = 0.5 * (share[sum] + without);
        }
    }
    let tail: f64 = share[..=lesser].iter().sum();
    Signed {
        statistic: lesser as f64 / 2.0,
        p: (2.0 * tail).min(1.0),
        pairs,
    }
}

/// Holm's adjustment of p-values (Scandinavian Journal of Statistics 6(2), 1979), in the order given.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_unstable_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut greatest: f64 = 0.0;
    for (rank, &at) in order.iter().enumerate() {
        greatest = greatest.max((p.len() - rank) as f64 * p[at]).min(1.0);
        adjusted[at] = greatest;
    }
    adjusted
}

/// The quantile at a share from 0 to 1, linear between neighbouring order statistics. It is infinite where a
/// neighbour with a share in it is infinite.
///
/// # Panics
/// If `values` is empty or `share` is above 1.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let at = share * (sorted.len() - 1) as f64;
    let (low, part) = (at.floor() as usize, at.fract());
    if part == 0.0 {
        return sorted[low];
    }
    sorted[low] * (1.0 - part) + sorted[low + 1] * part
}

/// Resamples for an interval.
const RESAMPLES: usize = 1000;

/// The 95 % interval of a figure over resamples of `0..count` with replacement
/// (Efron's percentiles). `draw` computes the figure from the indices drawn.
pub(super) fn bootstrap(count: usize, seed: u64, draw: impl Fn(&[usize]) -> f64) -> [f64; 2] {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut figures = Vec::with_capacity(RESAMPLES);
    for _ in 0..RESAMPLES {
        let indices: Vec<usize> = (0..count).map(|_| rng.random_range(0..count)).collect();
        figures.push(draw(&indices));
    }
    figures.sort_unstable_by(f64::total_cmp);
    // Order statistics, since some figures may be infinite.
    [25, 974].map(|at| figures[at])
}
