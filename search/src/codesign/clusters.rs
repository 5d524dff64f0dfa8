//! K-means (Lloyd, IEEE Transactions on Information Theory 28(2), 1982), begun as k-means++
//! (Arthur and Vassilvitskii, SODA 2007).
//!
//! ```text
//! the first centre is a point; each further one a point drawn by its squared distance from the nearest
//! repeat:  each point belongs to its nearest centre
//!          each centre moves to the mean of its points
//! ```

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

/// Rounds that move no centre further than this, squared and summed, are the last.
const STILL: f64 = 1e-8;

/// Centres and what belongs to them.
#[derive(Clone, Debug)]
pub(super) struct Clusters<const N: usize> {
    /// The centre of each cluster.
    pub(super) centres: Vec<[f64; N]>,
    /// The cluster of each point: the one of the nearest centre, of equally near ones the first.
    pub(super) labels: Vec<usize>,
}

impl<const N: usize> Clusters<N> {
    /// At most `count` clusters of some points, fewer if fewer of the points differ, after at most
    /// `rounds` rounds.
    pub(super) fn new(
        points: &[[f64; N]],
        count: usize,
        rounds: usize,
        rng: &mut Xoshiro256PlusPlus,
    ) -> Self {
        let mut centres = first_centres(points, count, rng);
        for _ in 0..rounds {
            let moved = means(points, &labels(points, &centres), &centres);
            let way: f64 = centres
                .iter()
                .zip(&moved)
                .map(|(a, b)| distance(a, b))
                .sum();
            centres = moved;
            if way < STILL {
                break;
            }
        }
        let labels = labels(points, &centres);
        Self { centres, labels }
    }
}

/// The squared Euclidean distance.
pub(super) fn distance<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

fn first_centres<const N: usize>(
    points: &[[f64; N]],
    count: usize,
    rng: &mut Xoshiro256PlusPlus,
) -> Vec<[f64; N]> {
    if points.is_empty() || count == 0 {
        return Vec::new();
    }
    let mut centres = vec![points[rng.random_range(0..points.len())]];
    let mut nearest: Vec<f64> = points.iter().map(|p| distance(p, &centres[0])).collect();
    while centres.len() < count {
        let total: f64 = nearest.iter().sum();
        if total <= 0.0 {
            break;
        }
        let mut left = rng.random::<f64>() * total;
        // Rounding may leave a rest behind the last one.
        let drawn = nearest.iter().position(|far| {
            left -= far;
            left < 0.0
        });
        let last = || nearest.iter().rposition(|far| *far > 0.0).unwrap_or(0);
        let centre = points[drawn.unwrap_or_else(last)];
        for (nearest, point) in nearest.iter_mut().zip(points) {
            *nearest = nearest.min(distance(point, &centre));
        }
        centres.push(centre);
    }
    centres
}

fn labels<const N: usize>(points: &[[f64; N]], centres: &[[f64; N]]) -> Vec<usize> {
    let label = |point| {
        let far = centres.iter().map(|centre| distance(point, centre));
        let nearest = far.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        nearest.map_or(0, |(label, _)| label)
    };
    points.iter().map(label).collect()
}

/// The mean of each cluster's points; a cluster without any keeps its centre.
fn means<const N: usize>(
    points: &[[f64; N]],
    labels: &[usize],
    centres: &[[f64; N]],
) -> Vec<[f64; N]> {
    let mut sums = vec![([0.0; N], 0.0); centres.len()];
    for (point, &label) in points.iter().zip(labels) {
        let (sum, count) = &mut sums[label];
        sum.iter_mut().zip(point).for_each(|(sum, x)| *sum += x);
        *count += 1.0;
    }
    let mean = |((sum, count), centre): (([f64; N], f64), &[f64; N])| {
        if count > 0.0 {
            sum.map(|sum| sum / count)
        } else {
            *centre
        }
    };
    sums.into_iter().zip(centres).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn sample(rng: &mut Xoshiro256PlusPlus) -> Vec<[f64; 2]> {
        let corner = |at: usize| [10.0 * (at % 2) as f64, 10.0 * (at / 2) as f64];
        let near = |[x, y]: [f64; 2], rng: &mut Xoshiro256PlusPlus| {
            [
                x + rng.random_range(-1.0..1.0),
                y + rng.random_range(-1.0..1.0),
            ]
        };
        (0..80).map(|at| near(corner(at % 4), rng)).collect()
    }

    #[test]
    fn groups_that_lie_apart_are_found() {
        let rng = &mut Xoshiro256PlusPlus::seed_from_u64(3);
        let points = sample(rng);
        let clusters = Clusters::new(&points, 4, 30, rng);
        for (at, label) in clusters.labels.iter().enumerate() {
            assert_eq!(*label, clusters.labels[at % 4], "point {at}");
            assert!(distance(&points[at], &clusters.centres[*label]) < 8.0);
        }
    }

    /// At the end each point is with its nearest centre, and each centre is its points' mean.
    #[test]
    fn the_end_is_a_fixed_point() {
        let rng = &mut Xoshiro256PlusPlus::seed_from_u64(4);
        let points = sample(rng);
        for count in [1, 3, 7] {
            let clusters = Clusters::new(&points, count, 1000, rng);
            assert_eq!(clusters.centres.len(), count);
            let means = means(&points, &clusters.labels, &clusters.centres);
            for (centre, mean) in clusters.centres.iter().zip(&means) {
                assert!(distance(centre, mean) < 1e-6);
            }
            for (point, label) in points.iter().zip(&clusters.labels) {
                let own = distance(point, &clusters.centres[*label]);
                assert!(clusters.centres.iter().all(|c| own <= distance(point, c)));
            }
        }
    }

    #[test]
    fn points_that_are_equal_are_one_cluster() {
        let rng = &mut Xoshiro256PlusPlus::seed_from_u64(5);
        let clusters = Clusters::new(&[[1.0, 2.0]; 9], 4, 30, rng);
        assert_eq!((clusters.centres.len(), clusters.labels), (1, vec![0; 9]));
        assert!(Clusters::<2>::new(&[], 4, 30, rng).labels.is_empty());
    }
}
