//! `stationary/search-map/1`: the best mapping of each layer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use super::common::{Coverage, Dims, EnergyByComponent, EnergyParts, Goal, Headline, Interrupted};
use crate::mappings::LayerMapping;

/// A search for mappings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Map {
    /// `stationary/search-map/1`.
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
    /// Cycles of all layers.
    pub headline: Headline,
    /// Layer by layer.
    pub layers: Vec<MapLayer>,
    /// What is proved of all layers.
    pub certificate: Claim,
    /// What became of `--recheck`.
    pub recheck: Recheck,
    /// All layers together.
    pub total: MapTotal,
    /// How to go on, where the search was interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<Interrupted>,
}

impl Document for Map {
    const NAME: &'static str = "stationary/search-map/1";
    const TITLE: &'static str = "Search of stationary for mappings";
}

/// A layer's winner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MapLayer {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub dims: Dims,
    /// Mappings that there were to choose from.
    pub candidates: u64,
    /// The winner's cycles by the model.
    pub model: u64,
    /// On the machine.
    pub machine: u64,
    /// The model's error, relative to the machine.
    pub error: f64,
    /// Cycles that the winner cannot go below.
    pub lower_bound: u64,
    /// The machine's cycles for what the model thought best.
    pub model_choice_machine: u64,
    /// What is proved.
    pub certificate: Claim,
    /// Choices of a mapping of which the candidates have some only.
    pub left_out: Vec<Reduced>,
    /// Energy by component.
    pub energy_pj: EnergyByComponent,
    /// What it consists of.
    pub energy_parts_pj: EnergyParts,
    /// Energy that no mapping can go below.
    pub energy_lower_bound_pj: f64,
    /// The winner.
    pub mapping: LayerMapping,
}

/// A choice of a mapping of which only some were tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reduced {
    /// The choice.
    pub choice: String,
    /// Which of it were tried.
    pub tried: String,
}

/// What is proved on the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Claim {
    /// `proved` or `none`.
    pub kind: String,
    /// Of which of the two: the machine.
    pub of: String,
    /// What is least.
    pub objective: String,
    /// Over what.
    pub over: String,
    /// How many that are.
    pub candidates: u64,
    /// Choices of which the candidates have some only.
    pub left_out: Vec<String>,
    /// No candidate takes fewer cycles; null where bounds were not compared.
    pub lower_bound: Option<u64>,
    /// By how much the winner may be above the least, relative to it.
    pub gap: Option<f64>,
    /// No mapping takes fewer cycles, candidate or not; null where bounds were not compared.
    #[serde(default)]
    pub any_mapping_lower_bound: Option<u64>,
    /// By how much the winner may be above that, relative to it.
    #[serde(default)]
    pub any_mapping_gap: Option<f64>,
    /// Runs of the machine.
    pub simulations: u64,
}

/// What became of `--recheck`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recheck {
    /// Why fewer ran than were asked for.
    pub note: Option<String>,
}

/// All layers together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MapTotal {
    /// Cycles on the machine.
    pub machine: u64,
    /// By the model.
    pub model: u64,
    /// The model's error, relative to the machine.
    pub error: f64,
    /// Energy by component.
    pub energy_pj: EnergyByComponent,
}
