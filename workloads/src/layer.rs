//! One layer: convolution, depthwise and grouped convolution, GEMM and batched matrix product
//! as the same eight-dimensional loop nest.

use crate::dims::{Dim, PerDim};

/// What a layer's right operand holds. Both are called *weights* by the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RightOperand {
    /// Trained parameters.
    Parameters,
    /// The result of another layer (attention scores, attention values).
    Activations,
}

/// One axis of a layer's sliding window: `input = output * stride + kernel * dilation - pad`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Step between outputs, in input elements.
    pub stride: u64,
    /// Step between kernel taps, in input elements.
    pub dilation: u64,
    /// Zeros before the first input element.
    pub pad: u64,
    /// Extent of the unpadded input.
    pub input: u64,
}

impl Window {
    /// The window of an axis that does not slide: each output reads its own input element.
    #[must_use]
    pub const fn none(extent: u64) -> Self {
        Self { stride: 1, dilation: 1, pad: 0, input: extent }
    }
}

/// A layer with checked sizes: every dimension at least 1, the first and the last output's window
/// inside the padded input, MACs below 2^53.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Layer {
    name: String,
    sizes: PerDim<u64>,
    rows: Window,
    cols: Window,
    right: RightOperand,
}
