//! `stationary/search/1`: PEs and buffer of each layer under budgets.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;

use super::Document;
use super::common::either;
use super::common::{Coverage, Dims, EnergyByComponent, EnergyParts, Headline, Interrupted};

/// A search for an assignment. Its objective is in cycles or cycles times nanojoules as whole numbers, or in
/// nanojoules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Search {
    /// `stationary/search/1`.
    pub schema: String,
    /// The optimiser.
    pub optimizer: String,
    /// The network, or null for a table of costs.
    pub network: Option<String>,
    /// Images.
    pub batch: u64,
    /// What was overridden.
    pub settings: Vec<String>,
    /// What energy rests on besides measurements.
    pub caveats: Vec<String>,
    /// What is to be known beside the figures.
    pub notes: Vec<String>,
    /// How much of the network the answer is for; null for a table.
    pub coverage: Option<Coverage>,
    /// How layers share the hardware.
    pub deployment: String,
    /// What is made small.
    pub objective: String,
    /// Limits by resource and unit: `area_um2`, `power_mw`.
    pub budgets: IndexMap<String, f64>,
    /// The objective of the best; null where there is none.
    pub headline: Option<Headline>,
    /// The best, or why there is none.
    pub best: Best,
    /// What was run again on the machine.
    pub checked: Vec<Rechecked>,
    /// What became of `--recheck`.
    pub recheck: RecheckOfSearch,
    /// What is proved.
    pub certificate: SearchCertificate,
    /// What the search spent.
    pub evaluations: SearchEvaluations,
    /// How the machine ranks what was run again; null with fewer than two.
    pub ranking: Option<Ranking>,
    /// Wall-clock time, with `--verbose`.
    pub seconds: Seconds,
    /// The best objective after so many evaluations.
    pub curve: Vec<(u64, Number)>,
    /// Why the search ended.
    pub stop: String,
    /// Energy of the best; of a table the total alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy_pj: Option<EnergyOrTotal>,
    /// What it consists of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy_parts_pj: Option<Option<EnergyParts>>,
    /// The same on the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_energy_pj: Option<Option<EnergyByComponent>>,
    /// How to go on, where the search was interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<Interrupted>,
    /// The Pareto front that `--front` asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub front: Option<Vec<Vertex>>,
}

impl Document for Search {
    const NAME: &'static str = "stationary/search/1";
    const TITLE: &'static str = "Search of stationary for PEs and buffers under budgets";
}

/// The best assignment, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Best {
    /// There is one.
    Found(Box<BestFound>),
    /// There is none.
    Nothing(BestMissing),
}

impl<'de> Deserialize<'de> for Best {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        either(deserializer, Self::Found, Self::Nothing)
    }
}

impl Best {
    /// The best, if there is one.
    #[must_use]
    pub fn found(&self) -> Option<&BestFound> {
        match self {
            Self::Found(best) => Some(best),
            Self::Nothing(_) => None,
        }
    }
}

/// The best assignment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BestFound {
    /// Whether it keeps the budgets.
    pub feasible: bool,
    /// Its objective, by `of`.
    pub objective: Number,
    /// Whose it is.
    pub of: String,
    /// By the machine, where it ran.
    pub machine: Option<Number>,
    /// By the model, beside the machine's.
    pub model: Option<Number>,
    /// The model's error, relative to the machine.
    pub error: Option<f64>,
    /// What it uses.
    pub used: Used,
    /// What it uses by the machine, where it ran.
    pub machine_used: Option<Used>,
    /// Whether it keeps the budgets by the machine.
    pub machine_feasible: Option<bool>,
    /// Layer by layer.
    pub choices: Vec<SearchChoice>,
    /// The stages that the budgets hold back, the most first.
    pub binding: Vec<Binding>,
}

/// Why there is no assignment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BestMissing {
    /// False.
    pub feasible: bool,
    /// The budgets that no assignment keeps.
    pub shortfalls: Vec<ShortfallOf>,
    /// The factor on every budget that would admit an assignment.
    pub relaxation: Option<RelaxationOf>,
    /// What would do, with `--explain`.
    pub explanation: Option<Explanation>,
}

/// Amounts of what budgets limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Used {
    /// Square microns.
    pub area_um2: f64,
    /// Milliwatts.
    pub power_mw: f64,
}

/// What was chosen for a layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchChoice {
    /// Its place in the network.
    pub layer: u64,
    /// PEs.
    pub pe: u64,
    /// The level of the tile that the buffer is sized for.
    pub tile: u64,
    /// The stage that it runs in.
    pub stage: u64,
    /// Cycles by the model or the table.
    pub cycles: u64,
    /// Cycles on the machine, where it ran.
    pub machine_cycles: Option<u64>,
    /// Energy; of a table the total alone.
    pub energy_pj: EnergyOrTotal,
    /// Energy on the machine, where it ran.
    pub machine_energy_pj: Option<EnergyByComponent>,
    /// The dataflow by its short name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataflow: Option<String>,
    /// The layer's name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The layer's shape, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dims: Option<Dims>,
}

/// Energy in picojoules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum EnergyOrTotal {
    /// By component.
    Known(EnergyByComponent),
    /// All that a table says.
    Total {
        /// The sum.
        total: f64,
    },
}

impl EnergyOrTotal {
    /// The sum.
    #[must_use]
    pub fn total(&self) -> f64 {
        match self {
            Self::Known(energy) => energy.total,
            Self::Total { total } => *total,
        }
    }

    /// By component, where that is known.
    #[must_use]
    pub fn components(&self) -> Option<&EnergyByComponent> {
        match self {
            Self::Known(energy) => Some(energy),
            Self::Total { .. } => None,
        }
    }
}

/// A stage that the budgets hold back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Binding {
    /// The stage.
    pub stage: u64,
    /// By how much its best option would better the objective.
    pub loss: f64,
}

/// An assignment that was run again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rechecked {
    /// Its objective by the model.
    pub model: Number,
    /// By the machine.
    pub machine: Number,
    /// The model's error, relative to the machine.
    pub error: f64,
    /// Whether it keeps the budgets by the machine.
    pub feasible: bool,
    /// Its rank by the model.
    pub model_rank: u64,
}

/// What became of `--recheck`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecheckOfSearch {
    /// How many ran.
    pub run: u64,
    /// Why fewer ran than were asked for.
    pub note: Option<String>,
}

/// What is proved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchCertificate {
    /// `proved`, `conditional` or `none`.
    pub kind: String,
    /// Of model or machine.
    pub of: String,
    /// Whose costs it is over.
    pub costs: String,
    /// No assignment has a lower objective.
    pub lower_bound: Option<f64>,
    /// By how much the best may be above the least, relative to it.
    pub gap: Option<f64>,
    /// Lagrange multipliers of the budgets.
    pub multipliers: Vec<f64>,
    /// Runs of the machine.
    pub simulations: u64,
    /// Options of all layers, where the proof is of the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<u64>,
    /// Times that the model's costs were replaced by the machine's and solved again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounds: Option<u64>,
}

/// What a search spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SearchEvaluations {
    /// Points that were asked for.
    pub calls: u64,
    /// Of those, different ones.
    pub distinct: u64,
    /// Costs of one layer that were looked at.
    pub entries: u64,
}

/// How model and machine rank the same points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ranking {
    /// The model's ranks, in the machine's order.
    pub model_ranks: Vec<u64>,
    /// Pairs that are the other way round.
    pub turned_pairs: u64,
    /// Pairs.
    pub pairs: u64,
}

/// Wall-clock seconds; null without `--verbose`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Seconds {
    /// Making the table of costs.
    pub table: Option<f64>,
    /// Searching.
    pub search: Option<f64>,
    /// Running the best again.
    pub recheck: Option<f64>,
}

/// A point of the front under a limit on the first budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Vertex {
    /// The limit.
    pub limit: f64,
    /// What is used of it; null where nothing keeps it.
    pub used: Option<f64>,
    /// The objective.
    pub objective: Option<Number>,
    /// `proved`, `conditional` or `none`.
    pub kind: String,
    /// Nothing has a lower objective under this limit.
    pub lower_bound: Option<f64>,
    /// Lagrange multipliers of the budgets.
    pub multipliers: Vec<f64>,
}

/// A budget that no assignment keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShortfallOf {
    /// What it limits.
    pub resource: String,
    /// The limit.
    pub limit: f64,
    /// The least that is needed, with the other budgets as they are.
    pub least: f64,
    /// By what share that is above the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<f64>,
}

/// A factor on all budgets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RelaxationOf {
    /// It admits an assignment.
    pub factor: f64,
    /// No smaller one than this does.
    pub bound: f64,
}

/// What would do where nothing keeps the budgets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// What is missing of each budget.
    pub shortfalls: Vec<ShortfallOf>,
    /// All budgets multiplied by the smallest factor that will do.
    pub relaxed: Option<Relaxed>,
    /// Other ways of sharing the hardware.
    pub deployments: Vec<Redeployed>,
}

/// What is reached with greater budgets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Relaxed {
    /// The factor.
    pub factor: f64,
    /// The best with it.
    pub optimum: Option<OptimumOf>,
    /// For each budget the heaviest stages.
    pub heaviest: Vec<Vec<Heavy>>,
}

/// A stage that uses much.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Heavy {
    /// Its first layer.
    pub layer: u64,
    /// Its share of what is used, from 0 to 1.
    pub share: f64,
}

/// What is reached if layers share the hardware otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Redeployed {
    /// How.
    pub deployment: String,
    /// The best; null where there is none.
    pub optimum: Option<OptimumOf>,
}

/// A best objective.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OptimumOf {
    /// The objective.
    pub objective: f64,
    /// Whether it is proved.
    pub proved: bool,
}
