//! `stationary/validate/1`: the model against the machine.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use super::common::{Coverage, Dims, EnergyByComponent, EnergyParts, Goal};

/// The model against the machine, over mappings of layers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Validate {
    /// `stationary/validate/1`.
    pub schema: String,
    /// The accelerator's name.
    pub arch: String,
    /// The network's name.
    pub network: String,
    /// Mappings of a layer that were compared at most.
    pub mappings: u64,
    /// What the first mapping was chosen for; null where a file gives all.
    pub goal: Option<Goal>,
    /// The seed that the other mappings were drawn by.
    pub seed: u64,
    /// Images.
    pub batch: u64,
    /// What was overridden.
    pub settings: Vec<String>,
    /// What energy rests on besides measurements.
    pub caveats: Vec<String>,
    /// How much of the network the answer is for.
    pub coverage: Coverage,
    /// Dataflow by dataflow.
    pub dataflows: Vec<ValidateDataflow>,
    /// Dataflows that were asked for and not compared.
    pub left_out: Vec<Unmapped>,
}

impl Document for Validate {
    const NAME: &'static str = "stationary/validate/1";
    const TITLE: &'static str = "The model of stationary against its machine";
}

/// A dataflow that was asked for and not compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unmapped {
    /// Its short name.
    pub dataflow: String,
    /// Why it was not compared.
    pub reason: String,
}

/// All layers under a dataflow. Errors are the model's, relative to the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValidateDataflow {
    /// Its short name, or `decoupled`.
    pub dataflow: String,
    /// The mean of the absolute errors of cycles.
    pub mean_abs_error: f64,
    /// The greatest of them.
    pub max_abs_error: f64,
    /// The layer of the greatest.
    pub max_abs_error_layer: String,
    /// The mean of the signed errors.
    pub bias: f64,
    /// Mappings that took fewer cycles than their bound: none.
    pub bound_violations: u64,
    /// Mappings of which model and machine count other words: none.
    pub count_mismatches: u64,
    /// The mean of the absolute errors of energy.
    pub energy_mean_abs_error: f64,
    /// The greatest of them.
    pub energy_max_abs_error: f64,
    /// How well the model orders the mappings of a layer: 1 as the machine does, -1 the other way round.
    pub kendall_tau: Option<f64>,
    /// What the model's choice loses.
    pub regret: Regret,
    /// Layer by layer.
    pub layers: Vec<ValidateLayer>,
}

/// What is lost if only the model's best few mappings are run on the machine; null with too few mappings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Regret {
    /// The best alone.
    #[serde(rename = "1")]
    pub one: Option<f64>,
    /// The best five.
    #[serde(rename = "5")]
    pub five: Option<f64>,
    /// The best ten.
    #[serde(rename = "10")]
    pub ten: Option<f64>,
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValidateLayer {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub dims: Dims,
    /// The mapper's best, or the file's, first.
    pub mappings: Vec<ValidateMapping>,
}

/// A mapping by model and machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValidateMapping {
    /// The model's cycles.
    pub model_cycles: u64,
    /// The machine's.
    pub machine_cycles: u64,
    /// Cycles that it cannot go below.
    pub lower_bound_cycles: u64,
    /// The model's error, relative to the machine.
    pub error: f64,
    /// Cycles in which the array works.
    pub busy_cycles: u64,
    /// Cycles lost by cause.
    pub stalls: IndexMap<String, u64>,
    /// Whether model and machine count the same words.
    pub counts_agree: bool,
    /// Energy by the model.
    pub model_energy_pj: EnergyByComponent,
    /// Energy by the machine.
    pub machine_energy_pj: EnergyByComponent,
    /// What the machine's consists of.
    pub machine_energy_parts_pj: EnergyParts,
    /// The model's error of energy, relative to the machine.
    pub energy_error: f64,
}
