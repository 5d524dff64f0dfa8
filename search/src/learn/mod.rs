//! Building blocks of learned optimisers, which know of no problem: networks,
//! policies' heads, returns, a replay buffer, and steps of gradient descent.
//!
//! Differentiation and matrix products are candle's, on the processor and in
//! single precision, on one thread. Random numbers come from the caller. Results repeat to the
//! last bit on one kind of processor; on another the kernels may round otherwise.

mod adam;
mod dense;
mod heads;
mod kfac;
mod lstm;
mod replay_buffer;
mod returns;
mod rmsprop;

pub(crate) use adam::{Adam, clip};
pub(crate) use dense::{Activation, Dense, Frozen, Mlp};
pub(crate) use heads::{Categorical, GaussianSample, clamp, clipped_surrogate, squashed_gaussian};
pub(crate) use kfac::{Kfac, KfacSettings, Probed};
pub(crate) use lstm::{FrozenLstm, Lstm};
pub(crate) use replay_buffer::{Minibatch, ReplayBuffer, Transition};
pub(crate) use returns::{advantages, discounted, standardize};
pub(crate) use rmsprop::RmsProp;

use candle_core::{Device, Result, Tensor, Var};
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

/// Rows of equal length as a matrix.
pub(crate) fn matrix(rows: &[Vec<f32>]) -> Result<Tensor> {
    let columns = rows.first().map_or(0, Vec::len);
    let data: Vec<f32> = rows.iter().flatten().copied().collect();
    Tensor::from_vec(data, (rows.len(), columns), &Device::Cpu)
}

/// Numbers as a column.
pub(crate) fn column(values: &[f64]) -> Result<Tensor> {
    let data: Vec<f32> = values.iter().map(|&value| value as f32).collect();
    Tensor::from_vec(data, (values.len(), 1), &Device::Cpu)
}

/// A trainable matrix with entries drawn uniformly from within `limit` of zero.
fn uniform(shape: (usize, usize), limit: f64, rng: &mut Xoshiro256PlusPlus) -> Result<Var> {
    // Candle's products would wake threads that wait longer than they work.
    gemm::set_threading_threshold(usize::MAX);
    let count = shape.0 * shape.1;
    let data: Vec<f32> = (0..count)
        .map(|_| rng.random_range(-limit..=limit) as f32)
        .collect();
    Var::from_vec(data, shape, &Device::Cpu)
}

/// The entries of a tensor in row-major order.
fn entries(tensor: &Tensor) -> Result<Vec<f32>> {
    tensor.flatten_all()?.to_vec1()
}
