//! Values for a layer's words.

use stationary_workloads::Layer;

/// Input and weight values, in row-major order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensors {
    /// `[N][G][C][rows][columns]`, unpadded.
    pub input: Vec<i64>,
    /// `[G][K][C][R][S]`.
    pub weight: Vec<i64>,
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
        }
    }
}
