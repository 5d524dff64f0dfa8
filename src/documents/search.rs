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
    /// The name of the schema: `stationary/search/1`.
    pub schema: String,
    /// The name of the optimiser.
    pub optimizer: String,
    /// The network's name; null for a table of costs.
    pub network: Option<String>,
    /// The number of images of a run.
    pub batch: u64,
    /// The fields of the accelerator that were overridden, `PATH=VALUE` each.
    pub settings: Vec<String>,
    /// What energies and areas rest on besides measurements, a sentence each.
    pub caveats: Vec<String>,
    /// Remarks on the figures, a sentence each.
    pub notes: Vec<String>,
    /// How much of the network the answer is for; null for a table.
    pub coverage: Option<Coverage>,
    /// How layers share the hardware: `pipelined`, `sequential`, `segmented` or `segmented=N`.
    pub deployment: String,
    /// The objective that is minimised: `latency` or `throughput` in cycles, `energy` in nanojoules, `edp` in cycles
    /// times nanojoules.
    pub objective: String,
    /// Limits by resource and unit: `area_um2`, `power_mw`.
    pub budgets: IndexMap<String, f64>,
    /// The objective of the best assignment; null if there is none.
    pub headline: Option<Headline>,
    /// The best assignment, or the reason why there is none.
    pub best: Best,
    /// The assignments that were run again on the machine.
    pub checked: Vec<Rechecked>,
    /// The outcome of `--recheck`.
    pub recheck: RecheckOfSearch,
    /// What is proved of the best assignment.
    pub certificate: SearchCertificate,
    /// The work that the search did.
    pub evaluations: SearchEvaluations,
    /// How the machine ranks the assignments that were run again; null with fewer than two.
    pub ranking: Option<Ranking>,
    /// The wall-clock time of each part in seconds, with `--verbose`.
    pub seconds: Seconds,
    /// The course of the search: for each improvement the number of evaluations so far and the best objective.
    pub curve: Vec<(u64, Number)>,
    /// The reason why the search ended.
    pub stop: String,
    /// Energy of the best assignment in picojoules, by component; of a table the total alone.
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
    /// Whether the assignment keeps the budgets, by `of`.
    pub feasible: bool,
    /// The objective, by `of`.
    pub objective: Number,
    /// Whose figure the objective is: `model`, `table` or `machine`.
    pub of: String,
    /// The objective on the machine; null if the assignment did not run.
    pub machine: Option<Number>,
    /// The objective by the model; null if the assignment did not run on the machine.
    pub model: Option<Number>,
    /// The model's error, relative to the machine.
    pub error: Option<f64>,
    /// The amounts of area and power that the assignment uses.
    pub used: Used,
    /// The same amounts by the machine; null if the assignment did not run.
    pub machine_used: Option<Used>,
    /// Whether the assignment keeps the budgets by the machine; null if it did not run.
    pub machine_feasible: Option<bool>,
    /// The choice for each layer, in the network's order.
    pub choices: Vec<SearchChoice>,
    /// The stages that the budgets hold back, the most first.
    pub binding: Vec<Binding>,
}

/// Why there is no assignment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BestMissing {
    /// Always false.
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
    /// Area in square microns.
    pub area_um2: f64,
    /// Power in milliwatts.
    pub power_mw: f64,
}

/// What was chosen for a layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchChoice {
    /// The index of the layer in the network, from 0.
    pub layer: u64,
    /// The number of PEs.
    pub pe: u64,
    /// The level of the tile that the buffer is sized for.
    pub tile: u64,
    /// The index of the stage of the pipeline that the layer runs in, from 0.
    pub stage: u64,
    /// Cycles by the model or the table.
    pub cycles: u64,
    /// Cycles on the machine, where it ran.
    pub machine_cycles: Option<u64>,
    /// Energy in picojoules, by component; of a table the total alone.
    pub energy_pj: EnergyOrTotal,
    /// Energy on the machine in picojoules; null if the layer did not run.
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
    /// The energy of each component.
    Known(EnergyByComponent),
    /// All that a table says.
    Total(TotalEnergy),
}

/// Energy whose components are not known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TotalEnergy {
    /// The sum over all components, in picojoules.
    pub total: f64,
}

impl EnergyOrTotal {
    /// The sum over all components, in picojoules.
    #[must_use]
    pub fn total(&self) -> f64 {
        match self {
            Self::Known(energy) => energy.total,
            Self::Total(energy) => energy.total,
        }
    }

    /// The energy of each component in picojoules; None if a table says the total alone.
    #[must_use]
    pub fn components(&self) -> Option<&EnergyByComponent> {
        match self {
            Self::Known(energy) => Some(energy),
            Self::Total(_) => None,
        }
    }
}

/// A stage that the budgets hold back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Binding {
    /// The index of the stage, from 0.
    pub stage: u64,
    /// By how much the stage's best option would better the objective, in the objective's unit.
    pub loss: f64,
}

/// An assignment that was run again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rechecked {
    /// The objective by the model.
    pub model: Number,
    /// The objective on the machine.
    pub machine: Number,
    /// The model's error, relative to the machine.
    pub error: f64,
    /// Whether it keeps the budgets by the machine.
    pub feasible: bool,
    /// The rank of the assignment by the model, from 1.
    pub model_rank: u64,
}

/// What became of `--recheck`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecheckOfSearch {
    /// The number of assignments that ran.
    pub run: u64,
    /// The reason why fewer ran than were asked for; null if as many ran.
    pub note: Option<String>,
}

/// What is proved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchCertificate {
    /// `proved`, `conditional` or `none`.
    pub kind: String,
    /// Whose optimum is proved: the `model`'s or the `machine`'s.
    pub of: String,
    /// Whose costs the proof is over: of a table, the model or the machine.
    pub costs: String,
    /// The objective that no assignment goes below; null if none is known.
    pub lower_bound: Option<f64>,
    /// The distance from the lower bound to the best, relative to the best, from 0 to 1; 0 is a proof.
    pub gap: Option<f64>,
    /// The Lagrange multiplier of each budget, in their order: the objective's unit by the budget's.
    pub multipliers: Vec<f64>,
    /// The number of runs of the machine that the proof rests on.
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
    /// The number of points that the optimiser asked for.
    pub calls: u64,
    /// The number of different points among them.
    pub distinct: u64,
    /// The number of different entries of the table of costs that were read.
    pub entries: u64,
}

/// How model and machine rank the same points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ranking {
    /// The model's ranks, in the machine's order.
    pub model_ranks: Vec<u64>,
    /// The number of pairs that model and machine order differently.
    pub turned_pairs: u64,
    /// The number of pairs that were compared.
    pub pairs: u64,
}

/// Wall-clock seconds; null without `--verbose`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Seconds {
    /// Seconds to make the table of costs.
    pub table: Option<f64>,
    /// Seconds of the search itself.
    pub search: Option<f64>,
    /// Seconds to run the best again on the machine.
    pub recheck: Option<f64>,
}

/// A point of the front under a limit on the first budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Vertex {
    /// The limit on the first budget, in square microns or milliwatts.
    pub limit: f64,
    /// The amount that is used of that budget; null if no assignment keeps it.
    pub used: Option<f64>,
    /// The best objective under the limit; null if no assignment keeps it.
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
    /// The resource that the budget limits: `area` or `power`.
    pub resource: String,
    /// The limit, in square microns or milliwatts.
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
    /// A factor on all budgets with which there is an assignment.
    pub factor: f64,
    /// A factor below which there is none.
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
    /// The factor on all budgets.
    pub factor: f64,
    /// The best objective with that factor; null if none was found.
    pub optimum: Option<OptimumOf>,
    /// For each budget the heaviest stages.
    pub heaviest: Vec<Vec<Heavy>>,
}

/// A stage that uses much.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Heavy {
    /// The index of the stage's first layer in the network, from 0.
    pub layer: u64,
    /// Its share of what is used, from 0 to 1.
    pub share: f64,
}

/// What is reached if layers share the hardware otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Redeployed {
    /// How layers share the hardware.
    pub deployment: String,
    /// The best; null where there is none.
    pub optimum: Option<OptimumOf>,
}

/// A best objective.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OptimumOf {
    /// The best objective, in the search's unit.
    pub objective: f64,
    /// Whether it is proved.
    pub proved: bool,
}
