//! `stationary/functional/1`: values that the machine computed against a direct convolution.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use super::common::Coverage;

/// A functional run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Functional {
    /// `stationary/functional/1`.
    pub schema: String,
    /// The accelerator's name.
    pub arch: String,
    /// The network's name.
    pub network: String,
    /// The dataflow by its short name, or `decoupled`.
    pub dataflow: String,
    /// Images.
    pub batch: u64,
    /// What was overridden.
    pub settings: Vec<String>,
    /// Whether every value of every layer is right.
    pub equal: bool,
    /// How much of the network the answer is for.
    pub coverage: Coverage,
    /// Layer by layer.
    pub layers: Vec<FunctionalLayer>,
}

impl Document for Functional {
    const NAME: &'static str = "stationary/functional/1";
    const TITLE: &'static str = "Values of the machine of stationary against a direct convolution";
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FunctionalLayer {
    /// Its name.
    pub name: String,
    /// Output values.
    pub outputs: u64,
    /// How many of them are wrong.
    pub wrong: u64,
    /// Whether each multiply-accumulate was done once.
    pub each_mac_once: bool,
    /// Cycles of the machine.
    pub cycles: u64,
}
