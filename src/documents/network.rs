//! `stationary/network/1`: the layers that a network stands for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use super::common::{Coverage, Dims};

/// A network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Network {
    /// `stationary/network/1`.
    pub schema: String,
    /// Its name.
    pub network: String,
    /// Images.
    pub batch: u64,
    /// How much of its file the layers stand for.
    pub coverage: Coverage,
    /// Layer by layer.
    pub layers: Vec<NetworkLayer>,
    /// All layers together.
    pub total: NetworkFigures,
}

impl Document for Network {
    const NAME: &'static str = "stationary/network/1";
    const TITLE: &'static str = "Network as stationary reads it";
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkLayer {
    /// Its name.
    pub name: String,
    /// Its shape, as tables write it.
    pub shape: String,
    /// Its shape.
    pub dims: Dims,
    /// What its second operand is: parameters or activations.
    pub right: String,
    /// Its work.
    #[serde(flatten)]
    pub figures: NetworkFigures,
}

/// Work, and the words of each operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkFigures {
    /// Multiply-accumulates.
    pub macs: u64,
    /// Input words.
    pub input_words: u64,
    /// Weight words.
    pub weight_words: u64,
    /// Output words.
    pub output_words: u64,
}
