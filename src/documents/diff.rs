//! `stationary/diff/1`: what differs between two runs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use super::Document;

/// Two runs side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Diff {
    /// `stationary/diff/1`.
    pub schema: String,
    /// The first run's file or folder.
    pub a: String,
    /// The second's.
    pub b: String,
    /// Whether the results are the same.
    pub equal: bool,
    /// Figures and words of results that were compared.
    pub compared: u64,
    /// What went in and differs.
    pub inputs: Vec<Difference>,
    /// Layers that only the first has.
    pub layers_removed: Vec<String>,
    /// Layers that only the second has.
    pub layers_added: Vec<String>,
    /// Layers of both that differ, of runs of estimate and simulate.
    pub layers: Vec<DiffLayer>,
    /// All layers together, of runs of estimate and simulate.
    pub total: Option<DiffTotal>,
    /// What came out and differs.
    pub results: Vec<Difference>,
}

impl Document for Diff {
    const NAME: &'static str = "stationary/diff/1";
    const TITLE: &'static str = "Difference of two runs of stationary";
}

/// A place at which two documents differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Where, such as `layers.conv1.stalls.fill`.
    pub path: String,
    /// The first one's value; null if it has none.
    pub a: Value,
    /// The second one's.
    pub b: Value,
    /// How much greater the second number is, as a share of the first.
    pub change: Option<f64>,
}

/// A figure of both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Both {
    /// The first one's; null if it has none.
    pub a: Option<Number>,
    /// The second one's.
    pub b: Option<Number>,
}

/// A layer that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiffLayer {
    /// Its name.
    pub name: String,
    /// Cycles.
    pub cycles: Both,
    /// Energy in picojoules.
    pub energy_pj: Both,
    /// Cycles by the cause of a stall, of those that differ.
    pub stalls: Vec<DiffStall>,
}

/// Cycles that were lost to a cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiffStall {
    /// The cause.
    pub cause: String,
    /// In the first run.
    pub a: u64,
    /// In the second.
    pub b: u64,
}

/// All layers together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiffTotal {
    /// Cycles.
    pub cycles: Both,
    /// Energy in picojoules.
    pub energy_pj: Both,
}
