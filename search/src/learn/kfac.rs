//! Natural gradients of a fully connected network by Kronecker factors (Martens
//! and Grosse, ICML 2015, arXiv 1503.05671), with the trust region of ACKTR (Wu
//! et al., NIPS 2017, arXiv 1708.05144).
//!
//! ```text
//! A = E[a a']      a: a layer's inputs with a 1 for the bias
//! G = E[g g']      g: gradient of the log-likelihood of a sampled output at the layer's sums
//! step = -rate A^-1 (gradient) G^-1, shortened to where step' F step / 2 = radius, F = A x G
//! ```

use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Error, Result, Tensor, Var};
use smartcore::linalg::basic::arrays::Array;
use smartcore::linalg::basic::matrix::DenseMatrix;
use smartcore::linalg::traits::evd::EVDDecomposable;

use super::Mlp;

/// Running statistics of a network, and how to step.
#[derive(Clone, Debug)]
pub(crate) struct Kfac {
    factors: Vec<[Tensor; 2]>,
    settings: KfacSettings,
    seen: u32,
    stepped: u32,
    turned: Vec<[Eigen; 2]>,
    momentum: Vec<Tensor>,
}

/// How a network is stepped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KfacSettings {
    /// The greatest rate.
    pub(crate) rate: f64,
    /// The radius of the trust region.
    pub(crate) radius: f64,
    /// Of the running averages of factors.
    pub(crate) decay: f64,
    /// Added to the product of the factors' eigenvalues.
    pub(crate) damping: f64,
    pub(crate) momentum: f64,
    /// Factors are decomposed anew at every so many steps.
    pub(crate) refresh: u32,
}

/// A forward pass that keeps what the factors are made of.
pub(crate) struct Probed {
    pub(crate) output: Tensor,
    inputs: Vec<Tensor>,
    probes: Vec<Var>,
}

impl Probed {
    /// Zeros added to each layer's sums have the sums' gradients.
    pub(crate) fn new(network: &Mlp, x: &Tensor) -> Result<Self> {
        let (mut inputs, mut probes) = (Vec::new(), Vec::new());
        let mut x = x.clone();
        for (at, layer) in network.layers.iter().enumerate() {
            if at > 0 {
                x = network.activation().forward(&x)?;
            }
            inputs.push(x.detach());
            let sums = layer.forward(&x)?;
            let probe = Var::from_tensor(&sums.zeros_like()?)?;
            x = (sums + probe.as_tensor())?;
            probes.push(probe);
        }
        Ok(Self {
            output: x,
            inputs,
            probes,
        })
    }
}

/// A symmetric matrix as `V diag(values) V'`.
#[derive(Clone, Debug)]
struct Eigen {
    /// Columns are the eigenvectors; as many rows as columns.
    vectors: Tensor,
    /// As many as columns; those that rounding made negative are 0.
    values: Tensor,
}

impl Eigen {
    fn new(matrix: &Tensor) -> Result<Self> {
        let (n, _) = matrix.dims2()?;
        let entries = matrix.flatten_all()?.to_vec1::<f64>()?;
        // The decomposition does not end where there is none.
        if !entries.iter().all(|entry| entry.is_finite()) {
            return Err(Error::Msg("a Kronecker factor is not finite".to_owned()));
        }
        // Columns one after the other, as the decomposition walks them.
        let matrix = DenseMatrix::new(n, n, entries, true).map_err(Error::wrap)?;
        let found = matrix.evd(true).map_err(Error::wrap)?;
        let vectors = found.V.iterator(0).copied().collect();
        Ok(Self {
            vectors: Tensor::from_vec(vectors, (n, n), &Device::Cpu)?,
            values: Tensor::from_vec(found.d, n, &Device::Cpu)?.relu()?,
        })
    }
}

impl Kfac {
    pub(crate) fn new(network: &Mlp, settings: KfacSettings) -> Result<Self> {
        let zeros = |rows, columns| Tensor::zeros((rows, columns), DType::F64, &Device::Cpu);
        let (mut factors, mut momentum) = (Vec::new(), Vec::new());
        for layer in &network.layers {
            let (inputs, outputs) = layer.weight.dims2()?;
            factors.push([zeros(inputs + 1, inputs + 1)?, zeros(outputs, outputs)?]);
            momentum.push(zeros(inputs + 1, outputs)?);
        }
        Ok(Self {
            factors,
            settings,
            seen: 0,
            stepped: 0,
            turned: Vec::new(),
            momentum,
        })
    }

    /// Adds a batch to the running averages. `gradients` are those of the sum
    /// over the batch of the log-likelihoods of sampled outputs.
    pub(crate) fn observe(&mut self, probed: &Probed, gradients: &GradStore) -> Result<()> {
        self.seen += 1;
        for (at, [a, g]) in self.factors.iter_mut().enumerate() {
            let Some(gradient) = gradients.get(&probed.probes[at]) else {
                continue;
            };
            let inputs = probed.inputs[at].to_dtype(DType::F64)?;
            let (count, _) = inputs.dims2()?;
            let ones = Tensor::ones((count, 1), DType::F64, &Device::Cpu)?;
            let inputs = Tensor::cat(&[&inputs, &ones], 1)?;
            let keep = self.settings.decay;
            for (factor, rows) in [(a, inputs), (g, gradient.to_dtype(DType::F64)?)] {
                let batch = (rows.t()?.matmul(&rows)? / count as f64)?;
                *factor = ((&*factor * keep)? + (batch * (1.0 - keep))?)?;
            }
        }
        Ok(())
    }

    fn decompose(&mut self) -> Result<()> {
        // Averages begin at zero: divided by their weight they are unbiased.
        let weight = 1.0 - self.settings.decay.powi(self.seen.min(10_000) as i32);
        let eigen = |factor: &Tensor| Eigen::new(&(factor / weight)?);
        let all = self.factors.iter().map(|[a, g]| Ok([eigen(a)?, eigen(g)?]));
        self.turned = all.collect::<Result<_>>()?;
        Ok(())
    }

    /// Steps the network down the gradients of a loss, with a share of the
    /// greatest rate.
    pub(crate) fn step(&mut self, network: &Mlp, gradients: &GradStore, share: f64) -> Result<()> {
        if self.stepped.is_multiple_of(self.settings.refresh) {
            self.decompose()?;
        }
        self.stepped += 1;
        let mut steps = Vec::new();
        let mut curvature = 0.0;
        for (layer, [a, g]) in network.layers.iter().zip(&self.turned) {
            let gradient = |var: &Var| match gradients.get(var) {
                Some(gradient) => gradient.to_dtype(DType::F64),
                None => var.zeros_like()?.to_dtype(DType::F64),
            };
            let whole = Tensor::cat(&[gradient(&layer.weight)?, gradient(&layer.bias)?], 0)?;
            let turned = a.vectors.t()?.matmul(&whole)?.matmul(&g.vectors)?;
            let power = (a.values.unsqueeze(1)?).broadcast_mul(&g.values.unsqueeze(0)?)?;
            let scaled = (turned / (&power + self.settings.damping)?)?;
            curvature += (scaled.sqr()? * power)?.sum_all()?.to_scalar::<f64>()?;
            steps.push(a.vectors.matmul(&scaled)?.matmul(&g.vectors.t()?)?);
        }
        let longest = (2.0 * self.settings.radius / curvature.max(f64::MIN_POSITIVE)).sqrt();
        let rate = (self.settings.rate * share).min(longest);
        let kept = self.momentum.iter_mut().zip(&network.layers).zip(steps);
        for ((momentum, layer), step) in kept {
            *momentum = ((&*momentum * self.settings.momentum)? + (step * rate)?)?;
            let (inputs, _) = layer.weight.dims2()?;
            shift(&layer.weight, &momentum.narrow(0, 0, inputs)?)?;
            shift(&layer.bias, &momentum.narrow(0, inputs, 1)?)?;
        }
        Ok(())
    }
}

/// Subtracts a step from a parameter.
fn shift(parameter: &Var, step: &Tensor) -> Result<()> {
    let step = step.to_dtype(DType::F32)?;
    parameter.set(&(parameter.as_detached_tensor() - step)?)
}

#[cfg(test)]
mod tests {
    use super::super::{Activation, column, matrix as rows};
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    const SETTINGS: KfacSettings = KfacSettings {
        rate: 1.0,
        radius: 1e9,
        decay: 0.0,
        damping: 1e-9,
        momentum: 0.0,
        refresh: 1,
    };

    /// On a linear model with squared loss, a natural step is Newton's: it ends
    /// in the least squares at once.
    #[test]
    fn a_linear_model_is_solved_in_one_step() {
        let rng = &mut Xoshiro256PlusPlus::seed_from_u64(4);
        let network = Mlp::new(&[2, 1], Activation::Tanh, rng).unwrap();
        let data: Vec<Vec<f32>> = (0..40)
            .map(|_| (0..2).map(|_| rng.random_range(-2.0..2.0)).collect())
            .collect();
        let wanted: Vec<f64> = (data.iter())
            .map(|x| f64::from(3.0 * x[0] - x[1] + 0.5))
            .collect();
        let (x, y) = (rows(&data).unwrap(), column(&wanted).unwrap());
        let mut kfac = Kfac::new(&network, SETTINGS).unwrap();
        let probed = Probed::new(&network, &x).unwrap();
        // Of a unit normal output, drawn one above and one below in turn.
        let signs: Vec<f64> = (0..40)
            .map(|at| if at % 2 == 0 { 1.0 } else { -1.0 })
            .collect();
        let likelihood = (&probed.output * column(&signs).unwrap()).unwrap();
        kfac.observe(&probed, &likelihood.sum_all().unwrap().backward().unwrap())
            .unwrap();
        let loss = || {
            let error = (network.forward(&x).unwrap() - &y).unwrap();
            (error.sqr().unwrap().mean_all().unwrap() * 0.5).unwrap()
        };
        kfac.step(&network, &loss().backward().unwrap(), 1.0)
            .unwrap();
        assert!(loss().to_scalar::<f32>().unwrap() < 1e-6);
    }
}
