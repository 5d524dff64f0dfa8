//! Regression by a Gaussian process (Rasmussen and Williams, 2006, algorithm 2.1)
//! with a Matern kernel of smoothness 5/2.
//!
//! ```text
//! k(a, b) = (1 + d + d^2 / 3) exp(-d)      d = sqrt(5) |a - b| / scale
//! mean(x) = k(x, X) K^-1 y                 K = k(X, X) + noise I
//! variance(x) = 1 - k(x, X) K^-1 k(X, x)
//! ```
//!
//! Outputs are standardised, so that the prior has mean 0 and variance 1. The
//! scale is the one of greatest likelihood from a short list. Libraries were
//! tried: egobox's optimiser brings 200 crates; friedrich stops its fit by the
//! clock, and takes the covariance's diagonal for its determinant. The triangular
//! factor grows by a row with each point (Cholesky and Banachiewicz), in a few
//! lines: a library of matrices took 5 % of the whole build for them.

const NOISE: f64 = 1e-6;

/// A process that knows some points.
#[derive(Clone, Debug)]
pub(crate) struct GaussianProcess {
    points: Vec<Vec<f64>>,
    scale: f64,
    /// `L` of `K = L L'`: of each row the part up to the diagonal.
    factor: Vec<Vec<f64>>,
}

/// What is expected at a point, in the unit of the outputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Belief {
    pub(crate) mean: f64,
    pub(crate) deviation: f64,
}

impl GaussianProcess {
    /// A process with this length scale. Nothing where rounding leaves the
    /// covariance without a factor.
    pub(crate) fn new(points: Vec<Vec<f64>>, scale: f64) -> Option<Self> {
        let mut process = Self {
            points: Vec::with_capacity(points.len()),
            scale,
            factor: Vec::with_capacity(points.len()),
        };
        for point in points {
            process.add(point)?;
        }
        Some(process)
    }

    /// The process, among these scales, under which the outputs are likeliest.
    pub(crate) fn fit(points: &[Vec<f64>], outputs: &[f64], scales: &[f64]) -> Option<Self> {
        let processes = scales
            .iter()
            .filter_map(|&scale| Self::new(points.to_vec(), scale));
        processes.max_by(|a, b| a.likelihood(outputs).total_cmp(&b.likelihood(outputs)))
    }

    /// The logarithm of the outputs' likelihood.
    fn likelihood(&self, outputs: &[f64]) -> f64 {
        let (y, _, _) = standard(outputs);
        let fit = dot(&y, &self.weights(&y));
        let diagonal = self.factor.iter().filter_map(|row| row.last());
        -0.5 * fit - diagonal.map(|entry| entry.ln()).sum::<f64>()
    }

    /// Adds a point. Nothing is added where rounding leaves no factor.
    pub(crate) fn add(&mut self, point: Vec<f64>) -> Option<()> {
        let mut row: Vec<f64> = self
            .points
            .iter()
            .map(|known| self.kernel(known, &point))
            .collect();
        self.solve_lower(row.chunks_exact_mut(1));
        let rest = 1.0 + NOISE - dot(&row, &row);
        if rest.is_nan() || rest <= 0.0 {
            return None;
        }
        row.push(rest.sqrt());
        self.factor.push(row);
        self.points.push(point);
        Some(())
    }

    /// What is expected at some points, given the outputs at the known ones.
    pub(crate) fn beliefs(&self, outputs: &[f64], at: &[Vec<f64>]) -> Vec<Belief> {
        let (y, mean, deviation) = standard(outputs);
        let weights = self.weights(&y);
        let row = |known: &Vec<f64>| at.iter().map(|x| self.kernel(known, x)).collect();
        let mut cross: Vec<Vec<f64>> = self.points.iter().map(row).collect();
        let mut means = vec![0.0; at.len()];
        for (row, weight) in cross.iter().zip(&weights) {
            for (mean, entry) in means.iter_mut().zip(row) {
                *mean += entry * weight;
            }
        }
        self.solve_lower(cross.iter_mut().map(Vec::as_mut_slice));
        let mut explained = vec![0.0; at.len()];
        for row in &cross {
            for (explained, entry) in explained.iter_mut().zip(row) {
                *explained += entry * entry;
            }
        }
        let belief = |(m, explained): (f64, f64)| Belief {
            mean: mean + deviation * m,
            deviation: deviation * (1.0 - explained).max(0.0).sqrt(),
        };
        means.into_iter().zip(explained).map(belief).collect()
    }

    /// `K^-1 y`.
    fn weights(&self, y: &[f64]) -> Vec<f64> {
        let mut y = y.to_vec();
        self.solve_lower(y.chunks_exact_mut(1));
        for (i, row) in self.factor.iter().enumerate().rev() {
            let (before, entry) = y.split_at_mut(i);
            entry[0] /= row[i];
            for (before, factor) in before.iter_mut().zip(row) {
                *before -= factor * entry[0];
            }
        }
        y
    }

    /// Makes `L^-1 B` of the rows of `B`, which may have any number of columns.
    fn solve_lower<'a>(&self, rows: impl Iterator<Item = &'a mut [f64]>) {
        let mut solved: Vec<&mut [f64]> = Vec::with_capacity(self.factor.len());
        for (factor, row) in self.factor.iter().zip(rows) {
            let (diagonal, factor) = factor.split_last().expect("a diagonal");
            for (factor, before) in factor.iter().zip(&solved) {
                for (entry, before) in row.iter_mut().zip(before.iter()) {
                    *entry -= factor * before;
                }
            }
            for entry in row.iter_mut() {
                *entry /= diagonal;
            }
            solved.push(row);
        }
    }

    fn kernel(&self, a: &[f64], b: &[f64]) -> f64 {
        kernel(a, b, self.scale)
    }
}

/// Outputs less their mean over their deviation, and both of these.
fn standard(outputs: &[f64]) -> (Vec<f64>, f64, f64) {
    let count = outputs.len() as f64;
    let mean = outputs.iter().sum::<f64>() / count;
    let variance = outputs.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / count;
    let deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
    let y = outputs.iter().map(|y| (y - mean) / deviation).collect();
    (y, mean, deviation)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn kernel(a: &[f64], b: &[f64], scale: f64) -> f64 {
    let squares: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
    let d = (5.0 * squares).sqrt() / scale;
    (1.0 + d + d * d / 3.0) * (-d).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{DMatrix, DVector};
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    /// The formulas with an inverse in place of a factor.
    #[test]
    fn beliefs_equal_the_plain_formulas() {
        let rng = &mut Xoshiro256PlusPlus::seed_from_u64(1);
        let mut draw = |count: usize| -> Vec<Vec<f64>> {
            let point = |_| (0..3).map(|_| rng.random_range(0.0..1.0)).collect();
            (0..count).map(point).collect()
        };
        let (points, at) = (draw(9), draw(5));
        let outputs: Vec<f64> = points.iter().map(|p| 1e3 * (p[0] - p[1] * p[2])).collect();
        let mut process = GaussianProcess::new(points[..6].to_vec(), 0.7).unwrap();
        for point in &points[6..] {
            process.add(point.clone()).unwrap();
        }
        let covariance = DMatrix::from_fn(9, 9, |i, j| {
            kernel(&points[i], &points[j], 0.7) + if i == j { NOISE } else { 0.0 }
        });
        let inverse = covariance.try_inverse().unwrap();
        let (y, mean, deviation) = standard(&outputs);
        for (belief, x) in process.beliefs(&outputs, &at).iter().zip(&at) {
            let y = DVector::from_column_slice(&y);
            let k = DVector::from_iterator(9, points.iter().map(|p| kernel(p, x, 0.7)));
            let expected = mean + deviation * (k.transpose() * &inverse * &y)[0];
            let variance = 1.0 - (k.transpose() * &inverse * &k)[0];
            assert!((belief.mean - expected).abs() < 1e-6 * deviation);
            assert!((belief.deviation - deviation * variance.sqrt()).abs() < 1e-4 * deviation);
        }
        for (belief, known) in process.beliefs(&outputs, &points).iter().zip(&outputs) {
            assert!(
                (belief.mean - known).abs() < 1e-2 * deviation,
                "known points are met"
            );
            assert!(belief.deviation < 1e-2 * deviation);
        }
    }

    #[test]
    fn the_fit_prefers_the_scale_of_the_data() {
        let points: Vec<Vec<f64>> = (0..30).map(|i| vec![f64::from(i) / 30.0]).collect();
        let slow: Vec<f64> = points.iter().map(|p| (2.0 * p[0]).sin()).collect();
        let quick: Vec<f64> = points.iter().map(|p| (60.0 * p[0]).sin()).collect();
        let scale = |y: &[f64]| {
            GaussianProcess::fit(&points, y, &[0.05, 1.0])
                .unwrap()
                .scale
        };
        assert_eq!((scale(&slow), scale(&quick)), (1.0, 0.05));
    }
}
