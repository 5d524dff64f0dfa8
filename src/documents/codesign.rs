//! `stationary/codesign/1`: one core and a schedule for each layer.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::Document;
use super::common::either;
use super::common::{Coverage, Dims, EnergyByComponent, Headline, Interrupted};
use crate::sim::decoupled::Schedule;

/// The answer of a search for hardware and schedules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Codesign {
    /// The name of the schema: `stationary/codesign/1`.
    pub schema: String,
    /// The name of the optimiser.
    pub optimizer: String,
    /// The seed of all that is drawn at random.
    pub seed: u64,
    /// The network's name.
    pub network: String,
    /// The accelerator's name.
    pub arch: String,
    /// The objective that is minimised: `latency`.
    pub objective: String,
    /// The number of images.
    pub batch: u64,
    /// The overrides of fields of the accelerator, as given.
    pub settings: Vec<String>,
    /// Sentences on what energy and area rest on besides measurements.
    pub caveats: Vec<String>,
    /// Sentences to be read beside the figures.
    pub notes: Vec<String>,
    /// How much of the network the answer is for.
    pub coverage: Coverage,
    /// The cores that there are to choose from.
    pub hardware: Cores,
    /// Cycles of the network on the best; null where there is none.
    pub headline: Option<Headline>,
    /// The best core and its schedules, or that there is none.
    pub best: BestCore,
    /// The best core by model and by machine.
    pub checked: Vec<CheckedCore>,
    /// What is proved of the best core.
    pub certificate: CoreCertificate,
    /// The cycles that would be reached if each layer had the core that suits it best.
    pub each_layer_its_own_hardware: EachItsOwn,
    /// Wall-clock time.
    pub seconds: CoreSeconds,
    /// Why the search ended.
    pub stop: String,
    /// How to resume the search, where it was interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<Interrupted>,
    /// What is known of each core; given by an exact search only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machines: Option<Vec<CoreVerdict>>,
    /// The shapes of layers, which are tuned together; given by a tuner only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<Vec<Task>>,
    /// What the search spent.
    pub evaluations: CoreEvaluations,
    /// The course of a tuner: pairs of the measurements made of each task and the network's cycles after
    /// them.
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
    /// The values of `batch`: rows of inputs at a time.
    pub batch: Vec<u64>,
    /// The values of `block_in`: input channels at a time.
    pub block_in: Vec<u64>,
    /// The values of `block_out`: output channels at a time.
    pub block_out: Vec<u64>,
    /// Area that a core may take, in square microns; null without a limit.
    pub area_limit_um2: Option<f64>,
    /// Multipliers that a core may have; null without a limit.
    pub macs_limit: Option<u64>,
    /// The number of cores that keep the limits.
    pub allowed: u64,
}

/// The best core, or that there is none.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum BestCore {
    /// There is a core that runs all layers.
    Found(Box<BestCoreFound>),
    /// No core runs all layers.
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

/// The answer that no core runs all layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoCore {
    /// Whether there is such a core: always false.
    pub feasible: bool,
}

/// The best core and its schedules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BestCoreFound {
    /// Whether there is such a core: always true.
    pub feasible: bool,
    /// Cycles of the network, on the machine.
    pub objective: u64,
    /// Whether `objective` is the model's or the machine's: always `machine`.
    pub of: String,
    /// Cycles of the network on the machine; the same as `objective`.
    pub machine: u64,
    /// Cycles of the network by the model.
    pub model: u64,
    /// The model's error, relative to the machine.
    pub error: f64,
    /// The core.
    pub hardware: Core,
    /// The area and the multipliers of the core.
    pub used: CoreUsed,
    /// Energy of the network in picojoules.
    pub energy_pj: f64,
    /// The same energy by component.
    pub energy_by_component_pj: EnergyByComponent,
    /// The schedule of each layer, in the network's order.
    pub choices: Vec<CoreChoice>,
}

/// The area and the multipliers of a core.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoreUsed {
    /// Area in square microns.
    pub area_um2: f64,
    /// The number of multipliers.
    pub macs: u64,
}

/// The schedule of a layer, with its figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoreChoice {
    /// The layer's index in the network, from 0.
    pub layer: u64,
    /// The layer's name.
    pub name: String,
    /// The layer's shape.
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

/// Cycles of the network on the best core, by model and machine.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckedCore {
    /// Cycles by the model.
    pub model: u64,
    /// Cycles on the machine.
    pub machine: u64,
    /// The model's error, relative to the machine.
    pub error: f64,
}

/// What is proved of the best core.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoreCertificate {
    /// `proved` if no core is better, else `none`.
    pub kind: String,
    /// Whether the proof is about the model or the machine: always `machine`.
    pub of: String,
    /// The set of cores and schedules over which it is proved, in words; given by an exact search only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<String>,
    /// Cycles of the network that no core and schedules go below; null where nothing is proved.
    pub lower_bound: Option<u64>,
    /// The distance from the lower bound to the best, relative to the best, from 0 to 1; 0 is a proof.
    pub gap: Option<f64>,
    /// The number of runs of the machine.
    pub simulations: u64,
}

/// The cycles that would be reached if each layer had the core that suits it best.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EachItsOwn {
    /// Whether one chip can be so: always false, as a chip has one core.
    pub buildable: bool,
    /// Cycles of the network on the machine; null where a layer runs on no core.
    pub objective: Option<u64>,
    /// The core of each layer, in the network's order.
    pub choices: Vec<OwnCore>,
}

/// The core that suits a layer best.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnCore {
    /// The layer's name.
    pub name: String,
    /// The core; null where the layer runs on none.
    pub hardware: Option<Core>,
    /// Cycles of the layer on the machine; null where it runs on no core.
    pub machine: Option<u64>,
}

/// Wall-clock time of a search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoreSeconds {
    /// Seconds of the search; null without `--verbose`.
    pub search: Option<f64>,
}

/// What an exact search found of a core.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoreVerdict {
    /// The core.
    pub hardware: Core,
    /// Area of the core in square microns.
    pub area_um2: f64,
    /// The number of multipliers.
    pub macs: u64,
    /// `proved`, `not_better`, `open`, `unable` or `too_large`.
    pub verdict: String,
    /// The least cycles of the network on this core; null where they are not proved.
    pub cycles: Option<u64>,
    /// Cycles of the network that no schedules on this core go below; null where none is known.
    pub lower_bound: Option<u64>,
}

/// The layers of one shape, which a tuner tunes together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Task {
    /// The names of the layers.
    pub layers: Vec<String>,
    /// The number of points (core and schedule) to choose from.
    pub points: u64,
    /// The number of measurements that were made.
    pub measurements: u64,
    /// The course with the core free: pairs of the measurements made and the best cycles of one layer after
    /// them.
    pub curve_free: Vec<(u64, u64)>,
    /// The course on the core that was chosen, in the same form.
    pub curve: Vec<(u64, u64)>,
}

/// How many points a search evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CoreEvaluations {
    /// The number of points that were asked for.
    pub calls: u64,
    /// Of `calls`, the number of legal schedules; given by an exact search only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<u64>,
    /// Of `calls`, the number of points that ran on the machine; given by a tuner only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_runs: Option<u64>,
}
