//! What is best of points: the front over all objectives, and the best of each.
//!
//! ```text
//! front = points p with no q that is as small in every objective and smaller in one
//! ```
//!
//! Points are taken in lexical order of their objectives, so that whatever dominates a point is before it, and
//! what is on the front stays there.

/// The places of the points on the front, in their order; of equal ones the first. Each has as many objectives.
pub(super) fn front(points: &[Vec<f64>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    let compare = |a: &usize, b: &usize| {
        let pairs = points[*a].iter().zip(&points[*b]);
        let first = pairs.map(|(a, b)| a.total_cmp(b)).find(|o| o.is_ne());
        first.map_or(a.cmp(b), |order| order)
    };
    order.sort_unstable_by(compare);
    let mut front: Vec<usize> = Vec::new();
    for at in order {
        let is_as_small = |other: &usize| {
            let pairs = points[*other].iter().zip(&points[at]);
            pairs.into_iter().all(|(other, own)| other <= own)
        };
        if !front.iter().any(is_as_small) {
            front.push(at);
        }
    }
    front.sort_unstable();
    front
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    /// By the definition.
    fn naive(points: &[Vec<f64>]) -> Vec<usize> {
        let dominates = |a: usize, b: usize| {
            let pairs = || points[a].iter().zip(&points[b]);
            let is_as_small = pairs().all(|(a, b)| a <= b);
            is_as_small && (pairs().any(|(a, b)| a < b) || a < b)
        };
        let all = 0..points.len();
        all.clone()
            .filter(|b| !all.clone().any(|a| a != *b && dominates(a, *b)))
            .collect()
    }

    #[test]
    fn the_front_is_what_nothing_dominates() {
        for seed in 0..200 {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let (count, objectives) = (rng.random_range(0..40), rng.random_range(1..4));
            let mut value = || f64::from(rng.random_range(0..8_u8));
            let points: Vec<Vec<f64>> = (0..count)
                .map(|_| (0..objectives).map(|_| value()).collect())
                .collect();
            assert_eq!(front(&points), naive(&points), "seed {seed}");
        }
    }
}
