//! What an assignment is searched for. The options are given by the names that documents repeat;
//! [`Unpriced::new`](super::Unpriced::new) takes an accelerator and a network that are values.

use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::as_text;
use crate::search::{Deployment, LearningEffort, Objective, Preset, optimizers};

/// The options of an assignment, and where their costs come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Costs {
    /// A file with a table of costs; None for costs by the model.
    pub table: Option<PathBuf>,
    /// Network by preset name or file.
    pub network: Option<String>,
    /// Style of the arrays: `dla`, `shi`, `eye`, or `mix` for a choice by layer.
    pub dataflow: String,
    /// The network whose layers the table is about, in order.
    pub shapes: Option<String>,
    /// Accelerator that gives clocks, DRAM, precision, technology and the most buffer.
    pub arch: Option<String>,
    /// Overrides of fields of the accelerator, `PATH=VALUE` each.
    pub set: Vec<String>,
    /// Numbers of PEs to choose from, such as `1,2,4,8` or `1-128`; ConfuciuX's 12 levels if left out.
    pub pes: Option<String>,
    /// Output channels that a PE keeps, to choose from; 1 to 12 if left out.
    pub tiles: Option<String>,
    /// Sizes of dimensions that an ONNX model leaves open, `NAME=SIZE` each.
    pub dim: Vec<String>,
    /// Layers by name or index; all if empty.
    pub layer: Vec<String>,
    /// The number of images of a run.
    pub batch: u64,
    /// Whether an answer for a small part of the network will do.
    pub partial: bool,
}

impl Default for Costs {
    fn default() -> Self {
        Self {
            table: None,
            network: None,
            dataflow: "dla".to_owned(),
            shapes: None,
            arch: None,
            set: Vec::new(),
            pes: None,
            tiles: None,
            dim: Vec::new(),
            layer: Vec::new(),
            batch: 1,
            partial: false,
        }
    }
}

/// A search for PEs and buffer of each layer under budgets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AssignmentQuestion {
    /// The options and what they cost.
    pub costs: Costs,
    /// How layers share the hardware; in documents `pipelined`, `sequential`, `segmented` or `segmented=N`.
    #[serde(with = "as_text")]
    pub deployment: Deployment,
    /// What is made small; in documents `latency`, `energy`, `edp` or `throughput`.
    #[serde(with = "as_text")]
    pub objective: Objective,
    /// Budgets, as documents repeat them: `area=VALUE` or `power=VALUE` each, where the value may be the name of a
    /// platform such as `iot`.
    pub budget: Vec<String>,
    /// The optimiser, by its name.
    pub optimizer: String,
    /// Points that the optimiser may evaluate; 10,000 if neither this nor `epochs` is given.
    pub evaluations: Option<u64>,
    /// Epochs of an optimiser that learns; 500 if left out.
    pub epochs: Option<u64>,
    /// Settings of an optimiser that learns; in documents `faithful`, `tuned` or `as-published`.
    #[serde(with = "as_text")]
    pub preset: Preset,
    /// The seed of all that is drawn at random.
    pub seed: u64,
    /// How many of the best assignments run again on the machine.
    pub recheck: Recheck,
    /// Whether to prove the optimum on the machine.
    pub certify: bool,
    /// The number of options that may run on the machine; None for no limit.
    pub simulations: Option<u64>,
    /// Whether to look for what would do where no assignment keeps the budgets.
    pub explain: bool,
    /// The number of limits on the first budget under which the Pareto front is computed; None for no front.
    pub front: Option<u64>,
}

impl Default for AssignmentQuestion {
    fn default() -> Self {
        Self {
            costs: Costs::default(),
            deployment: Deployment::Pipelined,
            objective: Objective::Latency,
            budget: Vec::new(),
            optimizer: "exact".to_owned(),
            evaluations: None,
            epochs: None,
            preset: Preset::Faithful,
            seed: 0,
            recheck: Recheck::default(),
            certify: false,
            simulations: None,
            explain: false,
            front: None,
        }
    }
}

impl AssignmentQuestion {
    /// A question about a network under budgets, with the exact optimiser and all else at its default.
    #[must_use]
    pub fn new(network: &str, budget: &[&str]) -> Self {
        Self {
            costs: Costs {
                network: Some(network.to_owned()),
                ..Costs::default()
            },
            budget: budget.iter().map(|&budget| budget.to_owned()).collect(),
            ..Self::default()
        }
    }

    /// What optimisers that learn may spend.
    #[must_use]
    pub fn effort(&self) -> LearningEffort {
        LearningEffort {
            epochs: self.epochs.unwrap_or(LearningEffort::default().epochs),
            preset: self.preset,
        }
    }

    /// How many points may be evaluated. Those that learn end with their epochs.
    pub(super) fn points(&self) -> u64 {
        let has_epochs = optimizers::has_epochs(&self.optimizer);
        match (self.evaluations, self.epochs) {
            (Some(evaluations), _) => evaluations,
            (None, Some(_)) if has_epochs => u64::MAX,
            (None, Some(epochs)) => epochs,
            (None, None) => 10_000,
        }
    }
}

/// How many of the best assignments by the model run again on the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recheck {
    /// This number of them.
    Best(usize),
    /// As many as could win by their lower bounds, up to a limit.
    Auto {
        /// The greatest number of assignments.
        most: u64,
    },
}

impl Default for Recheck {
    fn default() -> Self {
        Self::Best(1)
    }
}

impl FromStr for Recheck {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let positive = |text: &str| text.parse::<u32>().ok().filter(|n| *n > 0);
        let found = match text.split_once('=') {
            None if text == "auto" => Some(Self::Auto { most: 1000 }),
            Some(("auto", most)) => positive(most).map(|most| Self::Auto { most: most.into() }),
            _ => positive(text).map(|k| Self::Best(k as usize)),
        };
        found.ok_or_else(|| "expected a number from 1, auto, or auto=N".to_owned())
    }
}
