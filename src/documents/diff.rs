//! `stationary/diff/1`: what differs between two runs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use super::Document;

/// The differences of two results (`stationary diff`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Diff {
    /// The name of the schema: `stationary/diff/1`.
    pub schema: String,
    /// The file or folder of the first run, A.
    pub a: String,
    /// The file or folder of the second run, B.
    pub b: String,
    /// Whether the results are the same.
    pub equal: bool,
    /// The number of figures and words of the results that were compared.
    pub compared: u64,
    /// The differences of what went in: options, files, fields of the accelerator.
    pub inputs: Vec<Difference>,
    /// The names of layers that only the first run has.
    pub layers_removed: Vec<String>,
    /// The names of layers that only the second run has.
    pub layers_added: Vec<String>,
    /// The layers of both that differ; empty unless both are runs of estimate or simulate.
    pub layers: Vec<DiffLayer>,
    /// The figures of all layers together; null unless both are runs of estimate or simulate.
    pub total: Option<DiffTotal>,
    /// The differences of what came out.
    pub results: Vec<Difference>,
}

impl Document for Diff {
    const NAME: &'static str = "stationary/diff/1";
    const TITLE: &'static str = "Difference of two runs of stationary";
}

/// A place at which two documents differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// The place, such as `layers.conv1.stalls.fill`.
    pub path: String,
    /// The value in the first document; null if it has none.
    pub a: Value,
    /// The value in the second document; null if it has none.
    pub b: Value,
    /// The relative difference of numbers: `(b - a) / a`; null where they are none, or the first is 0.
    pub change: Option<f64>,
}

/// A figure in both runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Both {
    /// The figure in the first run; null if it does not tell it.
    pub a: Option<Number>,
    /// The figure in the second run; null if it does not tell it.
    pub b: Option<Number>,
}

/// A layer whose figures differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiffLayer {
    /// The layer's name.
    pub name: String,
    /// Cycles of the array's clock.
    pub cycles: Both,
    /// Energy in picojoules.
    pub energy_pj: Both,
    /// The causes of stalls whose cycles differ; empty where a run does not tell stalls, as an estimate.
    pub stalls: Vec<DiffStall>,
}

/// The cycles that were lost to one cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiffStall {
    /// The name of the cause.
    pub cause: String,
    /// Cycles lost in the first run.
    pub a: u64,
    /// Cycles lost in the second run.
    pub b: u64,
}

/// The figures of all layers together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiffTotal {
    /// Cycles of the array's clock.
    pub cycles: Both,
    /// Energy in picojoules.
    pub energy_pj: Both,
}
