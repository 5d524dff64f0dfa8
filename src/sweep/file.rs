//! The file of a plan, as it is written.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::documents::SweepValue;

/// A plan: what is fixed, what varies, which points, and what is asked of each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Plan of a sweep of stationary")]
pub struct PlanFile {
    /// Accelerator: a preset or a file. May be an axis instead.
    #[serde(default)]
    pub arch: Option<String>,
    /// Network: a preset or a file. May be an axis instead.
    #[serde(default)]
    pub network: Option<String>,
    /// Only these layers, by name or index from 0; all if left out.
    #[serde(default)]
    pub layers: Vec<SweepValue>,
    /// Whether figures for a part of a network, of which operators are left out, are what is asked for.
    #[serde(default)]
    pub partial: bool,
    /// Images a run; 1 if left out. May be an axis instead.
    #[serde(default)]
    pub batch: Option<u64>,
    /// Dataflow: ws, os, rs, is or a file; the accelerator's first if left out. May be an axis instead.
    #[serde(default)]
    pub dataflow: Option<String>,
    /// What a mapping is chosen for: cycles (if left out), energy or edp.
    #[serde(default)]
    pub objective: Option<String>,
    /// By how many per cent the objective may be above its least, as `--slack` takes it.
    #[serde(default)]
    pub slack: Option<SweepValue>,
    /// Fields of the accelerator that are overridden at every point, by their paths.
    #[serde(default)]
    pub set: IndexMap<String, SweepValue>,
    /// What varies: `arch`, `network`, `dataflow`, `batch`, or the path of a field of the accelerator, each with
    /// its values.
    #[serde(default)]
    pub axes: IndexMap<String, AxisFile>,
    /// What a point has to keep: expressions over the names of axes and of what is set, in Python's spelling.
    #[serde(default, rename = "where")]
    pub constraints: Vec<String>,
    /// Which points; `grid` if left out.
    #[serde(default)]
    pub points: PointsFile,
    /// What is asked of each point; `estimate` if left out.
    #[serde(default)]
    pub verb: SweepVerb,
    /// What is made small, for the front and the best; cycles and energy if left out.
    #[serde(default = "two_objectives")]
    pub objectives: Vec<SweepObjective>,
}

fn two_objectives() -> Vec<SweepObjective> {
    vec![SweepObjective::Cycles, SweepObjective::Energy]
}

/// The values of an axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "a list of values, {from: , to: , step: } or {from: , to: , times: } is needed"
)]
pub enum AxisFile {
    /// Values, one by one.
    List(Vec<SweepValue>),
    /// Numbers in equal steps.
    Steps {
        /// The first number.
        from: Number,
        /// The limit: no number is above it.
        to: Number,
        /// The step from one number to the next.
        step: Number,
    },
    /// Numbers in equal ratios.
    Times {
        /// The first number.
        from: Number,
        /// The limit: no number is above it.
        to: Number,
        /// The next is so many times the last.
        times: Number,
    },
}

/// A number of an axis: whole, or with a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a number is needed")]
pub enum Number {
    /// A whole number.
    Whole(i64),
    /// A number with a fraction.
    Real(f64),
}

impl Number {
    /// The number as a floating-point number.
    #[must_use]
    pub const fn real(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Real(number) => number,
        }
    }
}

/// The points that a sweep asks about, of all combinations of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "grid, {random: POINTS, seed: SEED} or {sobol: POINTS, seed: SEED} is needed"
)]
pub enum PointsFile {
    /// Every combination.
    All(All),
    /// Combinations drawn at random, each as likely as another, and none twice.
    Random {
        /// The number of points.
        random: u64,
        /// The seed of the generator.
        #[serde(default)]
        seed: u64,
    },
    /// Along a scrambled Sobol sequence, none twice.
    Sobol {
        /// The number of points.
        sobol: u64,
        /// The seed of the scrambling.
        #[serde(default)]
        seed: u32,
    },
}

impl Default for PointsFile {
    fn default() -> Self {
        Self::All(All::Grid)
    }
}

impl PointsFile {
    /// The name of the way in which they are chosen: `grid`, `random` or `sobol`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::All(All::Grid) => "grid",
            Self::Random { .. } => "random",
            Self::Sobol { .. } => "sobol",
        }
    }

    /// The number of points that are asked for; None for every combination.
    #[must_use]
    pub const fn count(self) -> Option<u64> {
        match self {
            Self::All(All::Grid) => None,
            Self::Random { random, .. } => Some(random),
            Self::Sobol { sobol, .. } => Some(sobol),
        }
    }

    /// The seed, where points are drawn; else None.
    #[must_use]
    pub const fn seed(self) -> Option<u64> {
        match self {
            Self::All(All::Grid) => None,
            Self::Random { seed, .. } => Some(seed),
            Self::Sobol { seed, .. } => Some(seed as u64),
        }
    }
}

/// All combinations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum All {
    /// Of every value of every axis.
    Grid,
}

/// What is asked of each point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SweepVerb {
    /// The analytical model.
    #[default]
    Estimate,
    /// The cycle-level machine.
    Simulate,
}

impl SweepVerb {
    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Estimate => "estimate",
            Self::Simulate => "simulate",
        }
    }
}

/// What is made small.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SweepObjective {
    /// Cycles of the array's clock.
    Cycles,
    /// Time of a run.
    Seconds,
    /// Energy, DRAM and leakage included.
    Energy,
    /// Energy times delay.
    Edp,
    /// Area of the chip.
    Area,
    /// Average power, DRAM included.
    Power,
}

impl SweepObjective {
    /// Each.
    pub const ALL: [Self; 6] = [
        Self::Cycles,
        Self::Seconds,
        Self::Energy,
        Self::Edp,
        Self::Area,
        Self::Power,
    ];

    /// Its name in plans and documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cycles => "cycles",
            Self::Seconds => "seconds",
            Self::Energy => "energy",
            Self::Edp => "edp",
            Self::Area => "area",
            Self::Power => "power",
        }
    }

    /// The objective of a name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}
