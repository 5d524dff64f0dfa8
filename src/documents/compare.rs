//! `stationary/compare/1`: optimisers side by side.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use super::common::Coverage;

/// A comparison of optimisers on the same instances, with equal budgets of evaluations and many seeds
/// (`stationary compare`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Compare {
    /// The name of the schema: `stationary/compare/1`.
    pub schema: String,
    /// The number of evaluations that each run may make.
    pub evaluations: u64,
    /// The number of epochs of optimisers that learn; null if left to the number of evaluations.
    pub epochs: u64,
    /// The settings of optimisers that learn: `faithful`, `tuned` or `as-published`.
    pub preset: String,
    /// The first seed.
    pub seed: u64,
    /// The number of seeds of each optimiser on each instance; a deterministic one runs once.
    pub seeds: u64,
    /// The optimiser that speed-ups are relative to.
    pub against: String,
    /// The optimisers by name, in the order asked for.
    pub optimizers: Vec<String>,
    /// Sentences on what is to be known beside the figures.
    pub notes: Vec<String>,
    /// The instances: problems that each optimiser is run on.
    pub instances: Vec<CompareInstance>,
    /// The checkpoints: numbers of evaluations at which gaps are given.
    pub checkpoints: Vec<u64>,
    /// The results of each optimiser on each instance.
    pub runs: Vec<CompareRun>,
    /// For each optimiser, the share of runs and targets reached by each checkpoint (an empirical distribution).
    pub ecdf: Vec<CompareShares>,
    /// For each gap and optimiser, the share of instances on which it is within a factor of the fastest (a
    /// performance profile; Dolan and Moré, 2002).
    pub performance_profile: Vec<CompareProfile>,
    /// Wilcoxon's signed-rank test of each pair of optimisers.
    pub wilcoxon: Vec<ComparePair>,
    /// The speed-ups over `against`, in evaluations.
    pub speedups: Vec<CompareSpeedup>,
    /// The way to go on; absent unless the comparison was interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<CompareInterrupted>,
}

impl Document for Compare {
    const NAME: &'static str = "stationary/compare/1";
    const TITLE: &'static str = "Comparison of optimisers by stationary";
}

/// An instance: a problem that optimisers are run on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareInstance {
    /// The instance's name.
    pub name: String,
    /// A digest of what decides its results.
    pub fingerprint: String,
    /// The least objective that is known, in the objective's unit.
    pub optimum: Option<f64>,
    /// Whether that objective is proved to be the optimum.
    pub proved: bool,
    /// The origin of the costs: the model, or a table.
    pub of: String,
    /// The accelerator's name; null for a table.
    pub arch: String,
    /// The network's name; null for a table.
    pub network: String,
    /// The number of images.
    pub batch: u64,
    /// The settings that were overridden, `PATH=VALUE` each.
    pub settings: Vec<String>,
    /// Sentences on what the energy figures rest on besides measurements.
    pub caveats: Vec<String>,
    /// How much of the network it is about; null for a table.
    pub coverage: Option<Coverage>,
    /// The optimum, by the machine and by the model.
    pub headline: CompareHeadline,
}

/// The figure of the optimum, by the machine and by the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareHeadline {
    /// The origin of `value`: `machine` or `model`.
    pub of: String,
    /// The figure, in the objective's unit.
    pub value: Option<f64>,
    /// The model's figure, where `value` is the machine's.
    pub model: Option<f64>,
    /// The model's relative error: `(model - machine) / machine`.
    pub error: Option<f64>,
}

/// The results of an optimiser on an instance, over its seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareRun {
    /// The instance's name.
    pub instance: String,
    /// The optimiser's name.
    pub optimizer: String,
    /// Quartiles of the last gaps to the optimum; null where a run found nothing.
    pub final_gap: [Option<f64>; 3],
    /// The expected running time to each target.
    pub expected_running_time: Vec<CompareTarget>,
    /// The quartiles of the gaps at each checkpoint; null where a run had found nothing.
    pub anytime_gap: Vec<[Option<f64>; 3]>,
}

/// The expected running time to come within a gap of the optimum (ERT; Hansen et al., 2009).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareTarget {
    /// The gap: the objective over the optimum, less 1.
    pub target: f64,
    /// The number of evaluations expected; null where no run came so far.
    pub evaluations: Option<f64>,
    /// The 95 % bootstrap interval of that number.
    pub interval: [Option<f64>; 2],
    /// The number of runs that came so far.
    pub successes: u64,
    /// The number of runs.
    pub seeds: u64,
    /// The share of runs that came so far, from 0 to 1.
    pub success_rate: f64,
}

/// The shares of an optimiser's runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareShares {
    /// The optimiser's name.
    pub optimizer: String,
    /// The shares, from 0 to 1, in the order of the checkpoints.
    pub shares: Vec<f64>,
}

/// A performance profile: the shares of an optimiser for a gap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareProfile {
    /// The optimiser's name.
    pub optimizer: String,
    /// The gap: the objective over the optimum, less 1.
    pub target: f64,
    /// Pairs of a factor over the fastest and the share of instances within it, from 0 to 1.
    pub shares: Vec<[f64; 2]>,
}

/// A comparison of two optimisers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComparePair {
    /// The first optimiser.
    pub first: String,
    /// The second optimiser.
    pub second: String,
    /// The number of pairs of a seed and an instance on which the first is better.
    pub first_better: u64,
    /// The number of these on which the second is better.
    pub second_better: u64,
    /// The number of these on which neither is better.
    pub equal: u64,
    /// The p-value: the probability of a difference as large if there were none.
    pub p: f64,
    /// The p-value after Holm's correction for the number of pairs.
    pub p_holm: f64,
}

/// The speed-up of an optimiser over another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareSpeedup {
    /// The optimiser's name.
    pub optimizer: String,
    /// The gap that both have to come within.
    pub target: f64,
    /// The number of instances on which both came so far.
    pub instances: u64,
    /// The evaluations of the other over its own; null without such instances.
    pub ratio: Option<CompareRatio>,
}

/// A ratio, summed up over instances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareRatio {
    /// The geometric mean.
    pub mean: Option<f64>,
    /// Its 95 % bootstrap interval.
    pub interval: [Option<f64>; 2],
    /// The ratio of the worst instance.
    pub worst: Option<f64>,
}

/// The way to go on with a comparison that was interrupted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CompareInterrupted {
    /// The command that resumes the comparison; null where no record was kept.
    pub go_on: Option<String>,
    /// The number of runs that were done.
    pub runs: u64,
}
