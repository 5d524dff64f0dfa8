//! `stationary/timeloop/1`: what Timeloop counts of its own mappings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use super::common::Coverage;
use crate::timeloop::Counts;

/// Mappings of Timeloop's, counted as Timeloop counts them (`stationary timeloop`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timeloop {
    /// The name of the schema: `stationary/timeloop/1`.
    pub schema: String,
    /// The file of the architecture.
    pub arch: String,
    /// The file of the problem.
    pub network: String,
    /// The part of the problem's file that the answer is for.
    pub coverage: Option<Coverage>,
    /// The layers, in their order.
    pub layers: Vec<TimeloopLayer>,
}

impl Document for Timeloop {
    const NAME: &'static str = "stationary/timeloop/1";
    const TITLE: &'static str = "Mappings of Timeloop counted by stationary";
}

/// The counts of one layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TimeloopLayer {
    /// The layer's name.
    pub name: String,
    /// The figures as Timeloop counts them.
    pub counts: Counts,
}
