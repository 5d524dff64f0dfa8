//! What a layer's type and dimensions come to.
//!
//! | type | is |
//! |---|---|
//! | `CONV`, `PWCONV`, `FC` | a convolution of `K` filters over `C` channels |
//! | `DSCONV` | `C` channels, each with `K` filters of its own (mostly 1) |
//! | `NGCONV` | `G` groups, each of `K` filters over `C` channels |
//! | `TRCONV` | what MAESTRO counts for it: a `CONV` over `Y` x `X` as they stand |
//! | `GEMM` | `M` x `N` over `K` |
//! | `BMM` | `B` such products, both operands of which are results of other layers |
//!
//! MAESTRO couples dimensions with tensors so in `API_user-interface-v2.hpp`. `Y` and `X` are the
//! input's sizes with its padding; `Y'` and `X'` are the output's, and stand in their place.

use super::tokens::Token;
use crate::convolution::Convolution;
use crate::error::LayerError;
use crate::layer::{Layer, RightOperand};

/// Types that are layers.
pub(super) const PRODUCTS: [&str; 8] = [
    "CONV", "DSCONV", "PWCONV", "NGCONV", "TRCONV", "FC", "GEMM", "BMM",
];

/// Types that multiply nothing.
pub(super) const PLAIN: [&str; 4] = ["POOL", "RESIDUAL_IDENTITY", "RESIDUAL", "ADD"];

/// Types that MAESTRO names and has no model of.
pub(super) const UNMODELLED: [&str; 1] = ["LSTM"];

/// Names of dimensions.
pub(super) const DIMENSIONS: [&str; 12] =
    ["N", "G", "K", "C", "R", "S", "Y", "X", "Y'", "X'", "M", "B"];

/// A layer's dimensions by name, those of one element left out or not.
pub(super) struct Sizes(pub(super) Vec<(Token, u64)>);

impl Sizes {
    pub(super) fn get(&self, dim: &str) -> Option<u64> {
        let found = self.0.iter().rfind(|(known, _)| known.text == dim);
        found.map(|(_, size)| *size)
    }

    fn or_one(&self, dim: &str) -> u64 {
        self.get(dim).unwrap_or(1)
    }

    /// An axis' input, from its outputs if the file gives those.
    fn input(&self, [input, output, kernel]: [&str; 3], stride: u64) -> Result<u64, LayerError> {
        let Some(outputs) = self.get(output) else {
            return Ok(self.or_one(input));
        };
        (outputs - 1)
            .checked_mul(stride)
            .and_then(|steps| steps.checked_add(self.or_one(kernel)))
            .ok_or(LayerError::INPUT)
    }
}

/// The layer of one of [`PRODUCTS`].
pub(super) fn layer(
    name: &str,
    kind: &str,
    stride: [u64; 2],
    sizes: &Sizes,
) -> Result<Layer, LayerError> {
    let size = |dim| sizes.or_one(dim);
    let product = || [size("M"), size("N"), size("K")];
    match kind {
        "GEMM" => return Layer::matmul(name, 1, product(), RightOperand::Parameters),
        "BMM" => return Layer::matmul(name, size("B"), product(), RightOperand::Activations),
        _ => {}
    }
    let [k, c, g] = ["K", "C", "G"].map(size);
    let (groups, in_channels, out_channels) = match kind {
        "DSCONV" => {
            let channels = g.saturating_mul(c);
            (channels, channels, channels.saturating_mul(k))
        }
        // A dense layer with groups is computed by MAESTRO once a group, as NGCONV is.
        _ => (g, g.saturating_mul(c), g.saturating_mul(k)),
    };
    let convolution = Convolution {
        batch: size("N"),
        groups,
        in_channels,
        out_channels,
        input: [
            sizes.input(["Y", "Y'", "R"], stride[0])?,
            sizes.input(["X", "X'", "S"], stride[1])?,
        ],
        kernel: ["R", "S"].map(size),
        stride,
        dilation: [1; 2],
        padding: [0; 4],
    };
    Layer::convolution(name, convolution)
}
