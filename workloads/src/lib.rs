//! Layers and networks for `stationary`, with exact shapes.

mod dims;
mod layer;

pub use dims::{Dim, PerDim};
pub use layer::{Convolution, Layer, LayerError, RightOperand, Window};
