//! `stationary/validate/1`: the model against the machine.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use super::common::{Coverage, Dims, EnergyByComponent, EnergyParts, Goal};

/// The model against the machine, over mappings of layers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Validate {
    /// The name of the schema: `stationary/validate/1`.
    pub schema: String,
    /// The accelerator's name.
    pub arch: String,
    /// The network's name.
    pub network: String,
    /// The greatest number of mappings of a layer that were compared.
    pub mappings: u64,
    /// What the first mapping was chosen for; null where a file gives all.
    pub goal: Option<Goal>,
    /// The seed that the other mappings were drawn by.
    pub seed: u64,
    /// The number of images of a run.
    pub batch: u64,
    /// The fields of the accelerator that were overridden, `PATH=VALUE` each.
    pub settings: Vec<String>,
    /// What energies and areas rest on besides measurements, a sentence each.
    pub caveats: Vec<String>,
    /// How much of the network the answer is for.
    pub coverage: Coverage,
    /// The comparison under each dataflow.
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
    /// The dataflow's short name.
    pub dataflow: String,
    /// The reason why it was not compared.
    pub reason: String,
}

/// All layers under a dataflow. Errors are the model's, relative to the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValidateDataflow {
    /// The dataflow's short name, or `decoupled`.
    pub dataflow: String,
    /// The mean of the absolute relative errors of cycles; 0.01 is 1 %.
    pub mean_abs_error: f64,
    /// The greatest absolute relative error of cycles.
    pub max_abs_error: f64,
    /// The name of the layer with that error.
    pub max_abs_error_layer: String,
    /// The mean of the signed relative errors of cycles; negative where the model is too low.
    pub bias: f64,
    /// The number of mappings that took fewer cycles than their bound; a fault if it is not 0.
    pub bound_violations: u64,
    /// The number of mappings of which model and machine count other words; a fault if it is not 0.
    pub count_mismatches: u64,
    /// The mean of the absolute relative errors of energy.
    pub energy_mean_abs_error: f64,
    /// The greatest absolute relative error of energy.
    pub energy_max_abs_error: f64,
    /// Kendall's tau between model and machine over the mappings of a layer, from 1 (the same order) to -1; null with
    /// too few mappings.
    pub kendall_tau: Option<f64>,
    /// The loss by choosing with the model.
    pub regret: Regret,
    /// The layers, in the network's order.
    pub layers: Vec<ValidateLayer>,
}

/// What is lost if only the model's best few mappings are run on the machine; null with too few mappings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Regret {
    /// The loss with the model's best alone, relative to the machine's best.
    #[serde(rename = "1")]
    pub one: Option<f64>,
    /// The loss with the best of the model's five best.
    #[serde(rename = "5")]
    pub five: Option<f64>,
    /// The loss with the best of the model's ten best.
    #[serde(rename = "10")]
    pub ten: Option<f64>,
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValidateLayer {
    /// The layer's name.
    pub name: String,
    /// The layer's shape.
    pub dims: Dims,
    /// The mappings that were compared; the first is the mapper's best, or the file's.
    pub mappings: Vec<ValidateMapping>,
}

/// A mapping by model and machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ValidateMapping {
    /// Cycles by the model.
    pub model_cycles: u64,
    /// Cycles on the machine.
    pub machine_cycles: u64,
    /// Cycles that the mapping cannot go below, by the model's bound.
    pub lower_bound_cycles: u64,
    /// The model's error of cycles, relative to the machine.
    pub error: f64,
    /// Cycles in which the array works.
    pub busy_cycles: u64,
    /// Cycles in which the array waits, by cause.
    pub stalls: IndexMap<String, u64>,
    /// Whether model and machine count the same words.
    pub counts_agree: bool,
    /// Energy by the model in picojoules.
    pub model_energy_pj: EnergyByComponent,
    /// Energy on the machine in picojoules.
    pub machine_energy_pj: EnergyByComponent,
    /// The parts of the machine's energy, in picojoules.
    pub machine_energy_parts_pj: EnergyParts,
    /// The model's error of energy, relative to the machine.
    pub energy_error: f64,
}
