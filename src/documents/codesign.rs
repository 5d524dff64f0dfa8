//! `stationary/codesign/1`: one core and a schedule for each layer.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::Document;
use super::common::either;
use super::common::{Coverage, Dims, EnergyByComponent, Headline, Interrupted};
use crate::sim::decoupled::Schedule;

/// A search for hardware and schedules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Codesign {
    /// `stationary/codesign/1`.
    pub schema: String,
    /// The optimiser.
    pub optimizer: String,
    /// The seed.
    pub seed: u64,
    /// The network's name.
    pub network: String,
    /// The accelerator's name.
    pub arch: String,
    /// What is made small: latency.
    pub objective: String,
    /// Images.
    pub batch: u64,
    /// What was overridden.
    pub settings: Vec<String>,
    /// What energy rests on besides measurements.
    pub caveats: Vec<String>,
    /// What is to be known beside the figures.
    pub notes: Vec<String>,
    /// How much of the network the answer is for.
    pub coverage: Coverage,
    /// The cores that there are to choose from.
    pub hardware: Cores,
    /// Cycles of the network on the best; null where there is none.
    pub headline: Option<Headline>,
    /// The best core and its schedules, or that there is none.
    pub best: BestCore,
    /// The best by model and machine.
    pub checked: Vec<CheckedCore>,
    /// What is proved.
    pub certificate: CoreCertificate,
    /// What would be reached if each layer had the core that suits it best.
    pub each_layer_its_own_hardware: EachItsOwn,
    /// Wall-clock time.
    pub seconds: CoreSeconds,
    /// Why the search ended.
    pub stop: String,
    /// How to go on, where the search was interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<Interrupted>,
    /// What is known of each core, by an exact search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machines: Option<Vec<CoreVerdict>>,
    /// The layers of equal shape that were tuned together, by a tuner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<Vec<Task>>,
    /// What the search spent.
    pub evaluations: CoreEvaluations,
    /// The network's cycles after so many measurements of each task, by a tuner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curve: Option<Vec<(u64, u64)>>,
}

impl Document for Codesign {
    const NAME: &'static str = "stationary/codesign/1";
    const TITLE: &'static str = "Search of stationary for hardware and schedules";
}

/// A matrix core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Core {
    /// Rows of inputs at a time.
    pub batch: u64,
    /// Input channels at a time.
    pub block_in: u64,
    /// Output channels at a time.
    pub block_out: u64,
}

/// The cores that there are to choose from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cores {
    /// Values of the field of this name.
    pub batch: Vec<u64>,
    /// Values of the field of this name.
    pub block_in: Vec<u64>,
    /// Values of the field of this name.
    pub block_out: Vec<u64>,
    /// Area that a core may take, in square microns; null without a limit.
    pub area_limit_um2: Option<f64>,
    /// Multipliers that a core may have; null without a limit.
    pub macs_limit: Option<u64>,
    /// How many keep the limits.
    pub allowed: u64,
}

/// The best core, or that there is none.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum BestCore {
    /// There is one.
    Found(Box<BestCoreFound>),
    /// There is none.
    Nothing(NoCore),
}

impl<'de> Deserialize<'de> for BestCore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        either(deserializer, Self::Found, Self::Nothing)
    }
}

impl BestCore {
    /// The best, if there is one.
    #[must_use]
    pub fn found(&self) -> Option<&BestCoreFound> {
        match self {
            Self::Found(best) => Some(best),
            Self::Nothing(_) => None,
        }
    }
}

/// That no core runs all layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoCore {
    /// False.
    pub feasible: bool,
}

/// The best core and its schedules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BestCoreFound {
    /// True.
    pub feasible: bool,
    /// Cycles of the network.
    pub objective: u64,
    /// Whose they are: the machine's.
    pub of: String,
    /// The same.
    pub machine: u64,
    /// By the model.
    pub model: u64,
    /// The model's error, relative to the machine.
    pub error: f64,
    /// The core.
    pub hardware: Core,
    /// What it uses.
    pub used: CoreUsed,
    /// Energy of the network in picojoules.
    pub energy_pj: f64,
    /// By component.
    pub energy_by_component_pj: EnergyByComponent,
    /// Layer by layer.
    pub choices: Vec<CoreChoice>,
}

/// What a core uses.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoreUsed {
    /// Square microns.
    pub area_um2: f64,
    /// Multipliers.
    pub macs: u64,
}

/// A layer's schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoreChoice {
    /// Its place in the network.
    pub layer: u64,
    /// Its name.
    pub name: String,
    /// Its shape.
    pub dims: Dims,
    /// The schedule.
    pub schedule: Schedule,
    /// Cycles by the model.
    pub model: u64,
    /// Cycles that it cannot go below.
    pub lower_bound: u64,
    /// Cycles on the machine.
    pub machine: u64,
    /// Energy in picojoules by component.
    pub energy_pj: EnergyByComponent,
}

/// Model and machine.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckedCore {
    /// Cycles by the model.
    pub model: u64,
    /// On the machine.
    pub machine: u64,
    /// The model's error, relative to the machine.
    pub error: f64,
}

/// What is proved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoreCertificate {
    /// `proved` or `none`.
    pub kind: String,
    /// Of which of the two: the machine.
    pub of: String,
    /// Over what, by an exact search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<String>,
    /// No core and schedules take fewer cycles.
    pub lower_bound: Option<u64>,
    /// By how much the best may be above the least, relative to it.
    pub gap: Option<f64>,
    /// Runs of the machine.
    pub simulations: u64,
}

/// What would be reached if each layer had the core that suits it best.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EachItsOwn {
    /// False: one chip has one core.
    pub buildable: bool,
    /// Cycles of the network; null where a layer runs on none.
    pub objective: Option<u64>,
    /// Layer by layer.
    pub choices: Vec<OwnCore>,
}

/// The core that suits a layer best.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnCore {
    /// The layer's name.
    pub name: String,
    /// The core.
    pub hardware: Option<Core>,
    /// Cycles on the machine.
    pub machine: Option<u64>,
}

/// Wall-clock time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoreSeconds {
    /// Of the search; null without `--verbose`.
    pub search: Option<f64>,
}

/// What is known of a core.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoreVerdict {
    /// The core.
    pub hardware: Core,
    /// Square microns.
    pub area_um2: f64,
    /// Multipliers.
    pub macs: u64,
    /// `proved`, `not_better`, `open`, `unable` or `too_large`.
    pub verdict: String,
    /// Cycles of the network on it, where they are proved.
    pub cycles: Option<u64>,
    /// Cycles that it cannot go below.
    pub lower_bound: Option<u64>,
}

/// Layers of equal shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Task {
    /// Their names.
    pub layers: Vec<String>,
    /// Points that there are to choose from.
    pub points: u64,
    /// Measurements that were made.
    pub measurements: u64,
    /// The best cycles after so many measurements with the core free.
    pub curve_free: Vec<(u64, u64)>,
    /// The same on the core that was chosen.
    pub curve: Vec<(u64, u64)>,
}

/// What a search spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CoreEvaluations {
    /// Points that were asked for.
    pub calls: u64,
    /// Of those, schedules that fit, by an exact search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<u64>,
    /// Of those, points that ran, by a tuner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_runs: Option<u64>,
}
