//! `stationary/sweep/1`: a study over many accelerators and networks.

use std::fmt;
use std::str::FromStr;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Coverage, Document};

/// A sweep: axes, a record a point, and what is best.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sweep {
    /// The name of the schema: `stationary/sweep/1`.
    pub schema: String,
    /// SHA-256 of the version, of the plan, and of every file that it names.
    pub plan: String,
    /// The version of stationary that wrote it.
    pub version: String,
    /// What was asked of each point: `estimate` or `simulate`.
    pub verb: String,
    /// The objectives that are minimised.
    pub objectives: Vec<String>,
    /// What is the same at every point, by name, as options and overrides take it.
    pub fixed: IndexMap<String, SweepValue>,
    /// Of each network, how much of it the figures are for.
    pub networks: Vec<SweepNetwork>,
    /// What varies, in the order of the plan.
    pub axes: Vec<SweepAxis>,
    /// The constraints that points keep.
    #[serde(rename = "where")]
    pub constraints: Vec<String>,
    /// How points were chosen: `grid`, `random` or `sobol`.
    pub points_by: String,
    /// The seed of those that are drawn; null of a grid.
    pub seed: Option<u64>,
    /// The number of points of the whole plan.
    pub planned: u64,
    /// The part of the plan's points that this is; null if it is all of them.
    pub shard: Option<SweepShard>,
    /// The points, in the order of the plan.
    pub points: Vec<SweepPoint>,
    /// The points that no other is as good as in every objective and better in one, by number; of those that are
    /// equal in all objectives the first.
    pub front: Vec<u64>,
    /// The best point of each objective, by number; of equals one that is on the front.
    pub best: IndexMap<String, u64>,
    /// The reasons why points have no figures, the most frequent first.
    pub failed: Vec<SweepFailure>,
}

impl Document for Sweep {
    const NAME: &'static str = "stationary/sweep/1";
    const TITLE: &'static str = "Sweep of stationary over a plan";
}

/// A network of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SweepNetwork {
    /// The network's name, as the plan has it.
    pub name: String,
    /// How much of it the figures are for.
    pub coverage: Coverage,
    /// Why the layers are too little of the network (the exit code is 1 then); null where they are enough.
    pub shortfall: Option<String>,
}

/// An axis of a sweep: what varies, and its values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SweepAxis {
    /// `arch`, `network`, `dataflow`, `batch`, or the path of a field of the accelerator.
    pub name: String,
    /// Its values.
    pub values: Vec<SweepValue>,
}

/// A value of an axis: yes or no, a number, or a word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "a number, a word, or true or false is needed as a value"
)]
pub enum SweepValue {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// A fraction.
    Real(f64),
    /// A word.
    Text(String),
}

impl SweepValue {
    /// It as a number, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(number) => Some(*number as f64),
            Self::Real(number) => Some(*number),
            Self::Flag(_) | Self::Text(_) => None,
        }
    }
}

/// As `--set` takes it.
impl fmt::Display for SweepValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => flag.fmt(f),
            Self::Whole(number) => number.fmt(f),
            Self::Real(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// A part of the points of a plan: every `of`-th point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SweepShard {
    /// The number of the part, from 1.
    pub index: u64,
    /// The number of parts.
    pub of: u64,
}

/// A text that tells no part of a plan's points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("needed I/N with I from 1 to N, such as 3/16")]
pub struct NoShard;

/// As `3/16`.
impl FromStr for SweepShard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        let parts = text.split_once('/');
        let parts = parts.and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((index, of)) if (1..=of).contains(&index) && of <= 1_000_000 => {
                Ok(Self { index, of })
            }
            _ => Err(NoShard),
        }
    }
}

/// A point of a sweep, with its figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SweepPoint {
    /// Its number in the plan, from 0.
    pub point: u64,
    /// The value of each axis, in their order.
    pub values: Vec<SweepValue>,
    /// The figures; null for a point that cannot run.
    pub figures: Option<SweepFigures>,
    /// The reason why the point cannot run; left out if it ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The figures of a point, as the total of a run has them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SweepFigures {
    /// Cycles of the array's clock.
    pub cycles: u64,
    /// Time of a run in seconds.
    pub seconds: f64,
    /// Energy, DRAM and leakage included, in picojoules.
    pub energy_pj: f64,
    /// Energy times delay, in joules times seconds.
    pub edp_js: f64,
    /// Area of the chip in square microns.
    pub area_um2: f64,
    /// Average power in milliwatts, DRAM included.
    pub average_power_mw: f64,
    /// Multiply-accumulates by the array's peak over all cycles, from 0 to 1.
    pub utilization: f64,
}

/// Points that cannot run for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SweepFailure {
    /// The error of the first of them.
    pub error: String,
    /// The number of these points.
    pub points: u64,
    /// The number of the first of these points.
    pub first: u64,
}
