//! What a policy's outputs mean: a choice among levels, or a point in a box.

use std::f64::consts::PI;

use candle_core::{D, Device, Result, Tensor};
use candle_nn::ops::log_softmax;
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

/// A choice whose probabilities are the softmax of scores.
pub(crate) struct Categorical;

impl Categorical {
    /// The probabilities of one row of scores.
    pub(crate) fn probabilities(scores: &[f32]) -> Vec<f64> {
        let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weights = scores.iter().map(|s| f64::from(s - most).exp());
        let weights: Vec<f64> = weights.collect();
        let total: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / total).collect()
    }

    /// Draws a choice.
    pub(crate) fn sample(scores: &[f32], rng: &mut Xoshiro256PlusPlus) -> usize {
        let mut left: f64 = rng.random();
        let probabilities = Self::probabilities(scores);
        for (at, probability) in probabilities.iter().enumerate() {
            left -= probability;
            if left < 0.0 {
                return at;
            }
        }
        // Rounding may leave a rest after the last one.
        probabilities.len() - 1
    }

    /// The log-likelihood of a choice a row of scores: rows x 1.
    pub(crate) fn log_likelihood(scores: &Tensor, choices: &[u32]) -> Result<Tensor> {
        let choices = Tensor::from_slice(choices, (choices.len(), 1), &Device::Cpu)?;
        log_softmax(scores, D::Minus1)?.gather(&choices, 1)
    }

    /// The entropy of each row of scores: rows x 1.
    pub(crate) fn entropy(scores: &Tensor) -> Result<Tensor> {
        let logs = log_softmax(scores, D::Minus1)?;
        (logs.exp()? * &logs)?.sum_keepdim(1)?.neg()
    }
}

/// A draw of [`squashed_gaussian`], differentiable in mean and deviation.
pub(crate) struct GaussianSample {
    /// Within (-1, 1): rows x dimensions.
    pub(crate) action: Tensor,
    /// rows x 1.
    pub(crate) log_likelihood: Tensor,
}

/// The hyperbolic tangent of a normal variable (Haarnoja et al., ICML 2018,
/// arXiv 1801.01290, appendix C). `noise` is standard normal.
pub(crate) fn squashed_gaussian(
    mean: &Tensor,
    log_deviation: &Tensor,
    noise: &Tensor,
) -> Result<GaussianSample> {
    let action = (mean + (log_deviation.exp()? * noise)?)?.tanh()?;
    let normal = ((noise.sqr()? * -0.5)? - log_deviation)?.affine(1.0, -0.5 * (2.0 * PI).ln())?;
    // The constant keeps the logarithm finite where the tangent rounds to one.
    let slope = action.sqr()?.affine(-1.0, 1.0 + 1e-6)?.log()?;
    Ok(GaussianSample {
        log_likelihood: (normal - slope)?.sum_keepdim(1)?,
        action,
    })
}

/// The loss of proximal policy optimisation (Schulman et al., arXiv 1707.06347,
/// equation 7): minus the mean of the lesser of `ratio A` and
/// `clip(ratio, 1 - clip, 1 + clip) A`.
pub(crate) fn clipped_surrogate(
    log_new: &Tensor,
    log_old: &Tensor,
    advantages: &Tensor,
    clip: f64,
) -> Result<Tensor> {
    let ratio = (log_new - log_old)?.exp()?;
    let clipped = clamp(&ratio, [1.0 - clip, 1.0 + clip])?;
    let gain = lesser(&(ratio * advantages)?, &(clipped * advantages)?)?;
    gain.mean_all()?.neg()
}

/// Each element, or the bound that it is beyond.
///
/// `Tensor::clamp` and `Tensor::minimum` are generic: each is compiled here for every type of elements.
pub(crate) fn clamp(x: &Tensor, [least, most]: [f64; 2]) -> Result<Tensor> {
    let bound = |bound: f64| Tensor::full(bound as f32, x.shape(), x.device());
    let most = bound(most)?;
    let least = bound(least)?;
    let x = x.lt(&least)?.where_cond(&least, x)?;
    lesser(&x, &most)
}

/// The lesser of each two elements.
fn lesser(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    b.lt(a)?.where_cond(b, a)
}

#[cfg(test)]
mod tests {
    use super::super::{column, entries, matrix};
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn draws_have_their_probabilities() {
        let scores = [0.0, 2.0f32.ln(), 5.0f32.ln()];
        let rng = &mut Xoshiro256PlusPlus::seed_from_u64(1);
        let mut counts = [0.0f64; 3];
        for _ in 0..8000 {
            counts[Categorical::sample(&scores, rng)] += 1.0 / 8000.0;
        }
        for (count, expected) in counts.iter().zip([0.125, 0.25, 0.625]) {
            assert!((count - expected).abs() < 0.02, "{counts:?}");
        }
        let rows = matrix(&[scores.to_vec()]).unwrap();
        let log = entries(&Categorical::log_likelihood(&rows, &[2]).unwrap()).unwrap()[0];
        assert!((log - 0.625f32.ln()).abs() < 1e-6);
        let entropy = entries(&Categorical::entropy(&rows).unwrap()).unwrap()[0];
        let expected: f32 = [0.125f32, 0.25, 0.625].map(|p| -p * p.ln()).iter().sum();
        assert!((entropy - expected).abs() < 1e-6);
    }

    /// The density integrates to one over the interval.
    #[test]
    fn the_squashed_density_is_one() {
        let (mean, log_deviation) = (0.3, -0.5);
        let mut mass = 0.0;
        for at in 0..2000 {
            let action = -1.0 + (f64::from(at) + 0.5) / 1000.0;
            let noise = (action.atanh() - mean) / f64::exp(log_deviation);
            let [mean, log_deviation, noise] =
                [mean, log_deviation, noise].map(|x| column(&[x]).unwrap());
            let sample = squashed_gaussian(&mean, &log_deviation, &noise).unwrap();
            let density = entries(&sample.log_likelihood).unwrap()[0].exp();
            mass += f64::from(density) / 1000.0;
        }
        assert!((mass - 1.0).abs() < 1e-2, "{mass}");
    }

    #[test]
    fn the_surrogate_is_clipped_on_the_side_that_gains() {
        let loss = |ratio: f64, advantage: f64| -> f32 {
            let [new, old, advantage] = [ratio.ln(), 0.0, advantage].map(|x| column(&[x]).unwrap());
            let loss = clipped_surrogate(&new, &old, &advantage, 0.2).unwrap();
            loss.to_scalar::<f32>().unwrap()
        };
        for (ratio, advantage, expected) in [
            (1.5, 1.0, -1.2),
            (1.1, 1.0, -1.1),
            (0.5, 1.0, -0.5),
            (0.5, -1.0, 0.8),
            (1.5, -1.0, 1.5),
        ] {
            assert!(
                (loss(ratio, advantage) - expected).abs() < 1e-5,
                "{ratio} {advantage}"
            );
        }
    }
}
