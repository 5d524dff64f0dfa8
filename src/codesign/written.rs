//! What a certificate of a chip says, field by field.

use crate::proof::{Hashes, LayerShape, Names, spelling};
use crate::search::codesign::KNOBS;
use crate::workloads::Layer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A certificate of a chip, as it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// `stationary/certificate/1`.
    #[schemars(extend("const" = crate::proof::SCHEMA))]
    pub schema: String,
    /// `codesign`.
    #[schemars(extend("const" = "codesign"))]
    pub claims: String,
    /// The version that wrote it.
    pub version: String,
    /// What the best chip is proved over.
    pub over: String,
    /// Digests of what went in.
    pub hashes: Hashes,
    /// What to read.
    pub inputs: Inputs,
    /// What these were read as.
    #[serde(default)]
    pub names: Names,
    /// What is least.
    pub objective: String,
    /// Of which of the two it is proved: the machine.
    pub of: String,
    /// `proved`, or `none` where the search was interrupted.
    pub kind: String,
    /// The best chip; none where no core runs all layers.
    pub best: Option<Best>,
    /// Cycles that no core goes below.
    pub lower_bound: Option<u64>,
    /// By how much the best may be above the least, relative to it.
    pub gap: Option<f64>,
    /// Every core there was to choose from.
    pub machines: Vec<Machine>,
    /// Those that fit, over all cores and shapes of layers.
    pub schedules: u64,
    /// Runs of the machine.
    pub simulations: u64,
    /// The shapes of layers.
    pub tasks: Vec<Task>,
}

/// What to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// The machine.
    pub arch: String,
    /// Overrides.
    pub set: Vec<String>,
    /// The network.
    pub network: String,
    /// Layers picked; all if empty.
    pub layer: Vec<String>,
    /// Sizes of open dimensions.
    pub dim: Vec<String>,
    /// Images.
    pub batch: u64,
    /// The cores.
    pub hardware: String,
    /// The limit on area.
    pub budget: Option<String>,
    /// The limit on multipliers.
    pub macs: Option<u64>,
}

impl Inputs {
    /// In the spelling of certificates.
    pub fn spelt(self, layers: &[Layer]) -> Self {
        let hardware = match self.hardware.as_str() {
            "default" => "fixed".to_owned(),
            _ => self.hardware,
        };
        Self {
            set: spelling::settings(&self.set),
            layer: spelling::picks(&self.layer, layers),
            dim: spelling::settings(&self.dim),
            budget: self.budget.as_deref().map(spelling::budget),
            hardware,
            ..self
        }
    }
}

/// The best chip of those that ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Best {
    /// BATCH, BLOCK_IN, BLOCK_OUT.
    pub hardware: [u32; 3],
    /// Square microns.
    pub area_um2: f64,
    /// Cycles on the machine.
    pub cycles: u64,
    /// Of each shape.
    pub tasks: Vec<Chosen>,
}

/// A schedule on the chip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// The places of its knobs' values.
    pub point: [usize; KNOBS],
    /// The schedule.
    pub schedule: Value,
    /// Cycles on the machine.
    pub cycles: u64,
}

/// A core: no fewer cycles than its bound, and those of the best schedules that ran on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// BATCH, BLOCK_IN, BLOCK_OUT.
    pub hardware: [u32; 3],
    /// Whether it keeps the limits.
    pub is_allowed: bool,
    /// Cycles that no core goes below.
    pub lower_bound: Option<u64>,
    /// Of the best schedules that ran on it.
    pub cycles: Option<u64>,
}

/// Layers of one shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Their names.
    pub layers: Vec<String>,
    /// The place of the first.
    pub first: usize,
    /// Their shape.
    pub dims: LayerShape,
    /// How many they are.
    pub times: u64,
    /// What ran, in the order of points.
    pub simulated: Vec<Ran>,
}

/// A schedule that ran: the places of its knobs' values, those of the core before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ran {
    /// The places of its knobs' values.
    pub point: [usize; KNOBS],
    /// Cycles on the machine.
    pub cycles: u64,
}
