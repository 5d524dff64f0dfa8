//! `stationary/compare/1`: optimisers side by side.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use super::common::Coverage;

/// Optimisers on the same instances, with equal budgets and many seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Compare {
    /// `stationary/compare/1`.
    pub schema: String,
    /// Evaluations that each run may make.
    pub evaluations: u64,
    /// Epochs of optimisers that learn.
    pub epochs: u64,
    /// Settings of optimisers that learn.
    pub preset: String,
    /// The first seed.
    pub seed: u64,
    /// Seeds of each optimiser on each instance.
    pub seeds: u64,
    /// The optimiser that speed-ups are relative to.
    pub against: String,
    /// The optimisers.
    pub optimizers: Vec<String>,
    /// What is to be known beside the figures.
    pub notes: Vec<String>,
    /// The problems.
    pub instances: Vec<CompareInstance>,
    /// Evaluations at which gaps are given.
    pub checkpoints: Vec<u64>,
    /// Each optimiser on each instance.
    pub runs: Vec<CompareRun>,
    /// The share of runs that came within a gap, by checkpoint.
    pub ecdf: Vec<CompareShares>,
    /// The share of instances on which an optimiser is within a factor of the fastest.
    pub performance_profile: Vec<CompareProfile>,
    /// Wilcoxon's signed-rank test of each pair.
    pub wilcoxon: Vec<ComparePair>,
    /// How many times fewer evaluations than `against`.
    pub speedups: Vec<CompareSpeedup>,
    /// How to go on, where the comparison was interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<CompareInterrupted>,
}

impl Document for Compare {
    const NAME: &'static str = "stationary/compare/1";
    const TITLE: &'static str = "Comparison of optimisers by stationary";
}

/// A problem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareInstance {
    /// Its name.
    pub name: String,
    /// A digest of what decides its results.
    pub fingerprint: String,
    /// The least objective that is known.
    pub optimum: Option<f64>,
    /// Whether it is proved.
    pub proved: bool,
    /// Whose costs they are: the model's or a table's.
    pub of: String,
    /// The accelerator's name.
    pub arch: String,
    /// The network's name.
    pub network: String,
    /// Images.
    pub batch: u64,
    /// What was overridden.
    pub settings: Vec<String>,
    /// What energy rests on besides measurements.
    pub caveats: Vec<String>,
    /// How much of the network it is about; null for a table.
    pub coverage: Option<Coverage>,
    /// The optimum's figure.
    pub headline: CompareHeadline,
}

/// The optimum's figure by machine and model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareHeadline {
    /// Whose figure `value` is.
    pub of: String,
    /// The figure.
    pub value: Option<f64>,
    /// The model's, beside the machine's.
    pub model: Option<f64>,
    /// The model's error, relative to the machine.
    pub error: Option<f64>,
}

/// An optimiser on an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareRun {
    /// The instance's name.
    pub instance: String,
    /// The optimiser.
    pub optimizer: String,
    /// Quartiles of the last gaps to the optimum; null where a run found nothing.
    pub final_gap: [Option<f64>; 3],
    /// Expected running times to targets.
    pub expected_running_time: Vec<CompareTarget>,
    /// Quartiles of gaps at each checkpoint.
    pub anytime_gap: Vec<[Option<f64>; 3]>,
}

/// How long it takes to come within a gap of the optimum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareTarget {
    /// The gap.
    pub target: f64,
    /// Evaluations expected; null where no run came so far.
    pub evaluations: Option<f64>,
    /// Its 95 % bootstrap interval.
    pub interval: [Option<f64>; 2],
    /// Runs that came so far.
    pub successes: u64,
    /// Runs.
    pub seeds: u64,
    /// Their ratio.
    pub success_rate: f64,
}

/// Shares by optimiser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareShares {
    /// The optimiser.
    pub optimizer: String,
    /// From 0 to 1.
    pub shares: Vec<f64>,
}

/// Shares by optimiser for a gap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareProfile {
    /// The optimiser.
    pub optimizer: String,
    /// The gap.
    pub target: f64,
    /// Factors over the fastest, and the share of instances within each, from 0 to 1.
    pub shares: Vec<[f64; 2]>,
}

/// Two optimisers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComparePair {
    /// The first.
    pub first: String,
    /// The second.
    pub second: String,
    /// Seeds and instances on which the first is better.
    pub first_better: u64,
    /// On which the second is.
    pub second_better: u64,
    /// On which neither is.
    pub equal: u64,
    /// The probability of this under no difference.
    pub p: f64,
    /// The same, after Holm's correction.
    pub p_holm: f64,
}

/// An optimiser against another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareSpeedup {
    /// The optimiser.
    pub optimizer: String,
    /// The gap.
    pub target: f64,
    /// Instances on which both came so far.
    pub instances: u64,
    /// Evaluations of the other over its own; null without such instances.
    pub ratio: Option<CompareRatio>,
}

/// A ratio over instances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareRatio {
    /// The geometric mean.
    pub mean: Option<f64>,
    /// Its 95 % bootstrap interval.
    pub interval: [Option<f64>; 2],
    /// The worst instance's.
    pub worst: Option<f64>,
}

/// How to go on with a comparison that was interrupted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CompareInterrupted {
    /// The command that goes on; null where nothing was kept.
    pub go_on: Option<String>,
    /// Runs that were done.
    pub runs: u64,
}
