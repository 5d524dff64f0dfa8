//! `stationary/search-map/1`: the best mapping of each layer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use super::common::{Coverage, Dims, EnergyByComponent, EnergyParts, Goal, Headline, Interrupted};
use crate::mappings::LayerMapping;

/// The answer of a search for the best mapping of each layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Map {
    /// The name of the schema: `stationary/search-map/1`.
    pub schema: String,
    /// The accelerator's name.
    pub arch: String,
    /// The network's name.
    pub network: String,
    /// The dataflow's short name.
    pub dataflow: String,
    /// The seed that was given; nothing is drawn.
    pub seed: u64,
    /// What mappings were chosen for.
    pub goal: Option<Goal>,
    /// The number of images.
    pub batch: u64,
    /// The overrides of fields of the accelerator, as given.
    pub settings: Vec<String>,
    /// Sentences on what energy rests on besides measurements.
    pub caveats: Vec<String>,
    /// Sentences to be read beside the figures.
    pub notes: Vec<String>,
    /// How much of the network the answer is for.
    pub coverage: Coverage,
    /// Cycles of all layers, by machine and model.
    pub headline: Headline,
    /// Layer by layer.
    pub layers: Vec<MapLayer>,
    /// What is proved of all layers.
    pub certificate: Claim,
    /// How `--recheck` was carried out.
    pub recheck: Recheck,
    /// All layers together.
    pub total: MapTotal,
    /// How to resume the search, where it was interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<Interrupted>,
}

impl Document for Map {
    const NAME: &'static str = "stationary/search-map/1";
    const TITLE: &'static str = "Search of stationary for mappings";
}

/// The best mapping of a layer, with its figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MapLayer {
    /// The layer's name.
    pub name: String,
    /// The layer's shape.
    pub dims: Dims,
    /// The number of mappings to choose from.
    pub candidates: u64,
    /// The winner's cycles by the model.
    pub model: u64,
    /// The winner's cycles on the machine.
    pub machine: u64,
    /// The model's error, relative to the machine.
    pub error: f64,
    /// Cycles that the winner cannot go below.
    pub lower_bound: u64,
    /// Cycles on the machine of the mapping that the model ranks first.
    pub model_choice_machine: u64,
    /// What is proved of the winner.
    pub certificate: Claim,
    /// Choices of a mapping of which the candidates have some only.
    pub left_out: Vec<Reduced>,
    /// Energy by component.
    pub energy_pj: EnergyByComponent,
    /// The parts of each component's energy, in picojoules.
    pub energy_parts_pj: EnergyParts,
    /// Energy that no mapping goes below, in picojoules.
    pub energy_lower_bound_pj: f64,
    /// The winning mapping, as a file of mappings has it.
    pub mapping: LayerMapping,
}

/// A choice of a mapping of which the candidates have some only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reduced {
    /// The name of the choice.
    pub choice: String,
    /// What of it the candidates have, in words.
    pub tried: String,
}

/// What is proved on the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Claim {
    /// `proved` or `none`.
    pub kind: String,
    /// Whether the proof is about the model or the machine: always `machine`.
    pub of: String,
    /// The quantity that is proved to be least.
    pub objective: String,
    /// The set of mappings over which it is proved, in words.
    pub over: String,
    /// The number of these mappings.
    pub candidates: u64,
    /// Choices of which the candidates have some only.
    pub left_out: Vec<String>,
    /// Cycles that no candidate goes below; null where bounds were not compared.
    pub lower_bound: Option<u64>,
    /// The distance from the lower bound to the winner, relative to the winner, from 0 to 1; 0 is a proof.
    pub gap: Option<f64>,
    /// Cycles that no mapping goes below, candidate or not; null where bounds were not compared.
    #[serde(default)]
    pub any_mapping_lower_bound: Option<u64>,
    /// By how much the winner may be above that, relative to it.
    #[serde(default)]
    pub any_mapping_gap: Option<f64>,
    /// The number of runs of the machine.
    pub simulations: u64,
}

/// How `--recheck` was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recheck {
    /// Why fewer mappings ran than were asked for; null if all did.
    pub note: Option<String>,
}

/// The figures of all layers together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MapTotal {
    /// Cycles on the machine.
    pub machine: u64,
    /// Cycles by the model.
    pub model: u64,
    /// The model's error, relative to the machine.
    pub error: f64,
    /// Energy by component.
    pub energy_pj: EnergyByComponent,
}
