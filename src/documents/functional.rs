//! `stationary/functional/1`: values that the machine computed against a direct convolution.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use super::common::Coverage;

/// The result of a functional run: the machine's output values held against the layer's definition (`stationary
/// functional`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Functional {
    /// The name of the schema: `stationary/functional/1`.
    pub schema: String,
    /// The accelerator's name.
    pub arch: String,
    /// The network's name.
    pub network: String,
    /// The dataflow by its short name, or `decoupled`.
    pub dataflow: String,
    /// The number of images.
    pub batch: u64,
    /// The settings that were overridden, `PATH=VALUE` each.
    pub settings: Vec<String>,
    /// Whether every output value of every layer is right, and each multiply-accumulate was done once.
    pub equal: bool,
    /// The part of the network that the answer is for.
    pub coverage: Coverage,
    /// The layers, in their order.
    pub layers: Vec<FunctionalLayer>,
}

impl Document for Functional {
    const NAME: &'static str = "stationary/functional/1";
    const TITLE: &'static str = "Values of the machine of stationary against a direct convolution";
}

/// The result of a functional run of one layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FunctionalLayer {
    /// The layer's name.
    pub name: String,
    /// The number of output values.
    pub outputs: u64,
    /// The number of output values that are wrong.
    pub wrong: u64,
    /// Whether each multiply-accumulate was done once.
    pub each_mac_once: bool,
    /// Cycles of the machine, in the clock of the array.
    pub cycles: u64,
}
