//! `stationary/network/1`: the layers that a network stands for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use super::common::{Coverage, Dims};

/// A network, layer by layer (`stationary show network`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Network {
    /// The name of the schema: `stationary/network/1`.
    pub schema: String,
    /// The network's name.
    pub network: String,
    /// The number of images.
    pub batch: u64,
    /// The part of its file that the layers stand for.
    pub coverage: Coverage,
    /// The layers, in their order.
    pub layers: Vec<NetworkLayer>,
    /// The work of all layers together.
    pub total: NetworkFigures,
}

impl Document for Network {
    const NAME: &'static str = "stationary/network/1";
    const TITLE: &'static str = "Network as stationary reads it";
}

/// A layer of a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkLayer {
    /// The layer's name.
    pub name: String,
    /// The layer's shape as tables write it, such as `K96 C3 55x55 k11x11 /4`.
    pub shape: String,
    /// The layer's shape, number by number.
    pub dims: Dims,
    /// The kind of its second operand: `parameters`, or `activations` for a product of two activations.
    pub right: String,
    /// The layer's work.
    #[serde(flatten)]
    pub figures: NetworkFigures,
}

/// The work of a layer or a network, and the words of each operand, each counted once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkFigures {
    /// The number of multiply-accumulates.
    pub macs: u64,
    /// The number of input words.
    pub input_words: u64,
    /// The number of weight words.
    pub weight_words: u64,
    /// The number of output words.
    pub output_words: u64,
}
