//! The policy of ConfuciuX (arXiv 2009.02010; maestro-project/confuciux,
//! `src/ConfX/rl_confx.py`).
//!
//! ```text
//! shape (7) -> 10, actions -> 10, progress (1) -> 10      joined: 30
//! 30 -> 128 -> 128 -> 128, a ReLU after each              memory: LSTM(128)
//! for each axis: 128 -> levels, ReLU, levels -> levels, softmax
//! ```
//!
//! A head's first layer has as many outputs as its axis has levels, 12 by default.

use candle_core::{Result, Tensor, Var};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::learn::{Activation, Dense, Frozen, FrozenLstm, Lstm, Mlp};

const ENCODED: usize = 10;
const WIDTH: usize = 128;
const SHAPE: usize = 7;

/// The network's parameters.
pub(super) struct Policy {
    encoders: [Dense; 3],
    trunk: Mlp,
    lstm: Lstm,
    heads: Vec<Mlp>,
}

/// A copy that takes one step after the other.
pub(super) struct FrozenPolicy {
    encoders: [Frozen; 3],
    trunk: Frozen,
    lstm: FrozenLstm,
    heads: Vec<Frozen>,
}

impl Policy {
    /// For actions on axes with so many levels.
    pub(super) fn new(axes: &[usize], rng: &mut Xoshiro256PlusPlus) -> Result<Self> {
        let encoder = |inputs: usize, rng: &mut _| Dense::new(inputs, ENCODED, rng);
        let encoders = [
            encoder(SHAPE, rng)?,
            encoder(axes.len(), rng)?,
            encoder(1, rng)?,
        ];
        let trunk = Mlp::new(&[3 * ENCODED, WIDTH, WIDTH, WIDTH], Activation::Relu, rng)?;
        let lstm = Lstm::new(WIDTH, WIDTH, rng)?;
        let head = |&levels: &usize| Mlp::new(&[WIDTH, levels, levels], Activation::Relu, rng);
        Ok(Self {
            encoders,
            trunk,
            lstm,
            heads: axes.iter().map(head).collect::<Result<_>>()?,
        })
    }

    /// The scores of the levels of each axis: one matrix an axis, a row a step.
    pub(super) fn forward(&self, observations: &Tensor) -> Result<Vec<Tensor>> {
        let actions = observations.dim(1)? - SHAPE - 1;
        let parts = [(0, SHAPE), (SHAPE, actions), (SHAPE + actions, 1)];
        let encoded: Result<Vec<Tensor>> = (self.encoders.iter().zip(parts))
            .map(|(encoder, (at, length))| {
                encoder.forward(&observations.narrow(1, at, length)?.contiguous()?)
            })
            .collect();
        let x = self.trunk.forward(&Tensor::cat(&encoded?, 1)?)?.relu()?;
        let hidden = self.lstm.forward(&x)?;
        self.heads
            .iter()
            .map(|head| head.forward(&hidden))
            .collect()
    }

    pub(super) fn frozen(&self) -> Result<FrozenPolicy> {
        let [a, b, c] = &self.encoders;
        Ok(FrozenPolicy {
            encoders: [a.frozen()?, b.frozen()?, c.frozen()?],
            trunk: self.trunk.frozen()?,
            lstm: self.lstm.frozen()?,
            heads: self.heads.iter().map(Mlp::frozen).collect::<Result<_>>()?,
        })
    }

    pub(super) fn parameters(&self) -> Vec<Var> {
        let encoders = self.encoders.iter().flat_map(Dense::parameters);
        let heads = self.heads.iter().flat_map(Mlp::parameters);
        let rest = self.trunk.parameters().into_iter().chain(self.lstm());
        encoders.chain(rest).chain(heads).collect()
    }

    /// The parameters of the memory alone.
    pub(super) fn lstm(&self) -> Vec<Var> {
        self.lstm.parameters()
    }
}

impl FrozenPolicy {
    /// The scores for the next step: a row for each axis.
    pub(super) fn step(&mut self, observation: &[f32]) -> Vec<Vec<f32>> {
        let (shape, rest) = observation.split_at(SHAPE);
        let (actions, progress) = rest.split_at(rest.len() - 1);
        let parts = self.encoders.iter().zip([shape, actions, progress]);
        let x: Vec<f32> = parts
            .flat_map(|(encoder, part)| encoder.apply(part))
            .collect();
        let mut x = self.trunk.apply(&x);
        x.iter_mut().for_each(|x| *x = x.max(0.0));
        let hidden = self.lstm.step(&x);
        self.heads.iter().map(|head| head.apply(hidden)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::matrix;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn steps_and_sequences_agree() {
        let rng = &mut Xoshiro256PlusPlus::seed_from_u64(3);
        let policy = Policy::new(&[12, 5, 2], rng).unwrap();
        let rows: Vec<Vec<f32>> = (0..6)
            .map(|_| (0..11).map(|_| rng.random_range(-1.0..1.0)).collect())
            .collect();
        let whole = policy.forward(&matrix(&rows).unwrap()).unwrap();
        let whole: Vec<Vec<Vec<f32>>> = whole.iter().map(|t| t.to_vec2().unwrap()).collect();
        let mut frozen = policy.frozen().unwrap();
        for (t, row) in rows.iter().enumerate() {
            for (axis, scores) in frozen.step(row).iter().enumerate() {
                for (a, b) in scores.iter().zip(&whole[axis][t]) {
                    assert!((a - b).abs() < 1e-5, "{a} {b}");
                }
            }
        }
    }
}
