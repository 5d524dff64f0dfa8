//! Fully connected layers.
//!
//! ```text
//! y = x W + b          x: batch x inputs, W: inputs x outputs, b: 1 x outputs
//! ```

use candle_core::{Result, Tensor, Var};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{entries, uniform};

/// A fully connected layer.
#[derive(Clone, Debug)]
pub(crate) struct Dense {
    pub(crate) weight: Var,
    pub(crate) bias: Var,
}

/// What follows each hidden layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activation {
    Tanh,
    Relu,
}

/// Layers with an activation between them; the last one has none.
#[derive(Clone, Debug)]
pub(crate) struct Mlp {
    pub(crate) layers: Vec<Dense>,
    activation: Activation,
}

/// A copy of a layer's or network's weights that computes single rows without
/// recording anything for differentiation.
#[derive(Clone, Debug)]
pub(crate) struct Frozen {
    layers: Vec<(Vec<f32>, Vec<f32>)>,
    activation: Activation,
}

impl Dense {
    /// Weights and bias uniform within one over the square root of the inputs,
    /// the default of PyTorch.
    pub(crate) fn new(inputs: usize, outputs: usize, rng: &mut Xoshiro256PlusPlus) -> Result<Self> {
        let limit = 1.0 / (inputs as f64).sqrt();
        Ok(Self {
            weight: uniform((inputs, outputs), limit, rng)?,
            bias: uniform((1, outputs), limit, rng)?,
        })
    }

    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.matmul(&self.weight)?.broadcast_add(&self.bias)
    }

    pub(crate) fn parameters(&self) -> [Var; 2] {
        [self.weight.clone(), self.bias.clone()]
    }

    pub(crate) fn frozen(&self) -> Result<Frozen> {
        Ok(Frozen {
            layers: vec![(entries(&self.weight)?, entries(&self.bias)?)],
            activation: Activation::Relu,
        })
    }
}

impl Activation {
    pub(crate) fn forward(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Tanh => x.tanh(),
            Self::Relu => x.relu(),
        }
    }

    fn apply(self, x: f32) -> f32 {
        match self {
            Self::Tanh => x.tanh(),
            Self::Relu => x.max(0.0),
        }
    }
}

impl Mlp {
    /// A network with `sizes` from the inputs to the outputs.
    pub(crate) fn new(
        sizes: &[usize],
        activation: Activation,
        rng: &mut Xoshiro256PlusPlus,
    ) -> Result<Self> {
        let layers = sizes
            .windows(2)
            .map(|pair| Dense::new(pair[0], pair[1], rng));
        Ok(Self {
            layers: layers.collect::<Result<_>>()?,
            activation,
        })
    }

    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = x.clone();
        for (at, layer) in self.layers.iter().enumerate() {
            if at > 0 {
                x = self.activation.forward(&x)?;
            }
            x = layer.forward(&x)?;
        }
        Ok(x)
    }

    pub(crate) fn activation(&self) -> Activation {
        self.activation
    }

    pub(crate) fn parameters(&self) -> Vec<Var> {
        self.layers.iter().flat_map(Dense::parameters).collect()
    }

    pub(crate) fn frozen(&self) -> Result<Frozen> {
        let layers = self.layers.iter();
        let copy = |l: &Dense| Ok((entries(&l.weight)?, entries(&l.bias)?));
        Ok(Frozen {
            layers: layers.map(copy).collect::<Result<_>>()?,
            activation: self.activation,
        })
    }

    /// A copy with parameters of its own, of the same values.
    pub(crate) fn twin(&self) -> Result<Self> {
        let twin = |l: &Dense| {
            Ok(Dense {
                weight: Var::from_tensor(&l.weight.copy()?)?,
                bias: Var::from_tensor(&l.bias.copy()?)?,
            })
        };
        Ok(Self {
            layers: self.layers.iter().map(twin).collect::<Result<_>>()?,
            activation: self.activation,
        })
    }

    /// Moves the parameters towards another network's by a share of the way
    /// (Polyak averaging).
    pub(crate) fn follow(&self, other: &Self, share: f64) -> Result<()> {
        for (own, other) in self.parameters().iter().zip(other.parameters()) {
            let kept = (own.as_detached_tensor() * (1.0 - share))?;
            own.set(&(kept + (other.as_detached_tensor() * share)?)?)?;
        }
        Ok(())
    }
}

impl Frozen {
    /// The outputs for one row of inputs.
    pub(crate) fn apply(&self, x: &[f32]) -> Vec<f32> {
        let mut x = x.to_vec();
        for (at, (weight, bias)) in self.layers.iter().enumerate() {
            if at > 0 {
                x.iter_mut().for_each(|x| *x = self.activation.apply(*x));
            }
            let mut y = bias.clone();
            accumulate(&x, weight, &mut y);
            x = y;
        }
        x
    }
}

/// Adds x W to y, row by row of W.
pub(super) fn accumulate(x: &[f32], weight: &[f32], y: &mut [f32]) {
    for (&x, row) in x.iter().zip(weight.chunks_exact(y.len())) {
        if x != 0.0 {
            for (y, &w) in y.iter_mut().zip(row) {
                *y += x * w;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::matrix;
    use super::*;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn a_frozen_network_computes_the_same() {
        let rng = &mut Xoshiro256PlusPlus::seed_from_u64(1);
        for activation in [Activation::Tanh, Activation::Relu] {
            let network = Mlp::new(&[5, 7, 6, 3], activation, rng).unwrap();
            let rows: Vec<Vec<f32>> = (0..4)
                .map(|_| (0..5).map(|_| rng.random_range(-1.0..1.0)).collect())
                .collect();
            let whole: Vec<Vec<f32>> =
                (network.forward(&matrix(&rows).unwrap()).unwrap().to_vec2()).unwrap();
            let frozen = network.frozen().unwrap();
            for (row, expected) in rows.iter().zip(&whole) {
                for (a, b) in frozen.apply(row).iter().zip(expected) {
                    assert!((a - b).abs() < 1e-5, "{a} {b}");
                }
            }
        }
    }

    #[test]
    fn following_moves_by_the_share() {
        let rng = &mut Xoshiro256PlusPlus::seed_from_u64(2);
        let [own, other] = [(); 2].map(|()| Mlp::new(&[2, 2], Activation::Relu, rng).unwrap());
        let twin = own.twin().unwrap();
        own.follow(&other, 0.25).unwrap();
        let value = |m: &Mlp| entries(&m.layers[0].weight).unwrap()[0];
        let expected = 0.75 * value(&twin) + 0.25 * value(&other);
        assert!((value(&own) - expected).abs() < 1e-6);
        assert_ne!(value(&own), value(&twin), "the twin has its own parameters");
    }
}
