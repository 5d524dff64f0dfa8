//! Values for a layer's words.

use stationary_workloads::Layer;

/// The values of a layer's tensors, each in row-major order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tensors {
    /// Inputs as `[N][G][C][rows][columns]`, without padding.
    pub input: Vec<i64>,
    /// Weights as `[G][K][C][R][S]`.
    pub weight: Vec<i64>,
    /// Biases as `[G][K]`, one for each output channel; empty where the machine adds none.
    pub bias: Vec<i32>,
    /// Tensors that are added, in the shape of the outputs: both of an addition, the second of a convolution
    /// whose epilogue has a step `residual`; else empty.
    pub addends: [Vec<i32>; 2],
}

impl Tensors {
    /// Small values that follow from the position, for layers without data of their own.
    #[must_use]
    pub fn patterned(layer: &Layer) -> Self {
        let value =
            |i: u64, m: u64| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as i64 % m as i64 - 3;
        Self {
            input: (0..layer.inputs()).map(|i| value(i + 1, 8)).collect(),
            weight: (0..layer.weights()).map(|i| value(i + 77, 7)).collect(),
            ..Self::default()
        }
    }
}
