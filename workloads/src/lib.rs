//! Layers and networks for `stationary`, with exact shapes.
//!
//! A [`Layer`] is one eight-dimensional loop nest; a [`Network`] is a list of them. Networks come
//! from the bundled [`zoo`], from YAML, or from the files of other tools ([`parse()`]).
//!
//! ```
//! use stationary_workloads::{Dim, parse, zoo};
//!
//! let resnet = zoo::find("resnet18")?;
//! assert_eq!(resnet.macs(), 1_814_073_344);
//! assert_eq!(resnet.layers()[0].size(Dim::P), 112);
//!
//! let mine = parse(
//!     "mine.yaml",
//!     "
//! name: mine
//! source: this example
//! layers:
//!   - {name: conv, conv: {input: 28, channels: [1, 8], kernel: 3, pad: 1}}
//!   - {name: fc, matmul: {m: 1, k: 10, c: 6272}}
//! ",
//! )?;
//! assert_eq!(mine.weights(), 72 + 62_720);
//! # Ok::<(), stationary_workloads::NetworkError>(())
//! ```

mod config;
mod convolution;
mod coverage;
mod dims;
mod element_types;
mod error;
mod identity;
mod import;
mod layer;
mod network;
mod numbers;
mod parse;
pub mod shape;
mod write;
pub mod zoo;

pub use config::schema;
pub use convolution::Convolution;
pub use coverage::{Coverage, LeftOut};
pub use dims::{Dim, PerDim};
pub use element_types::{ElementType, ElementTypes};
pub use error::{LayerError, NetworkError};
pub use import::{onnx, timeloop};
pub use layer::{Layer, RightOperand, Window, Zeros};
pub use network::Network;
pub use parse::{parse, parse_with_notes};
pub use stationary_document::near;
