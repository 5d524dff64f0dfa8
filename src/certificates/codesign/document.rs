//! What a certificate of a chip says, field by field.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stationary::proof::{Hashes, Names, spelling};
use stationary::search::codesign::KNOBS;
use stationary::workloads::Layer;

/// A certificate of a chip, as it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    pub schema: String,
    pub claims: String,
    pub version: String,
    pub over: String,
    pub hashes: Hashes,
    pub inputs: Inputs,
    /// What these were read as.
    #[serde(default)]
    pub names: Names,
    pub objective: String,
    pub of: String,
    /// `proved`, or `none` where the search was interrupted.
    pub kind: String,
    pub best: Option<Best>,
    pub lower_bound: Option<u64>,
    pub gap: Option<f64>,
    /// Every core there was to choose from.
    pub machines: Vec<Machine>,
    /// Those that fit, over all cores and shapes of layers.
    pub schedules: u64,
    pub simulations: u64,
    /// The shapes of layers.
    pub tasks: Vec<Task>,
}

/// What to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    pub arch: String,
    pub set: Vec<String>,
    pub network: String,
    pub layer: Vec<String>,
    pub dim: Vec<String>,
    pub batch: u64,
    pub hardware: String,
    pub budget: Option<String>,
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Best {
    /// BATCH, BLOCK_IN, BLOCK_OUT.
    pub hardware: [u32; 3],
    pub area_um2: f64,
    pub cycles: u64,
    /// Of each shape.
    pub tasks: Vec<Chosen>,
}

/// A schedule on the chip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    pub point: [usize; KNOBS],
    pub schedule: Value,
    pub cycles: u64,
}

/// A core: no fewer cycles than its bound, and those of the best schedules that ran on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    pub hardware: [u32; 3],
    pub is_allowed: bool,
    pub lower_bound: Option<u64>,
    pub cycles: Option<u64>,
}

/// Layers of one shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Their names.
    pub layers: Vec<String>,
    /// The place of the first.
    pub first: usize,
    pub dims: Value,
    pub times: u64,
    /// What ran, in the order of points.
    pub simulated: Vec<Ran>,
}

/// A schedule that ran: the places of its knobs' values, those of the core before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ran {
    pub point: [usize; KNOBS],
    pub cycles: u64,
}
