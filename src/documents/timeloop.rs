//! `stationary/timeloop/1`: what Timeloop counts of its own mappings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use super::common::Coverage;
use crate::timeloop::Counts;

/// Mappings of Timeloop's, counted as it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timeloop {
    /// `stationary/timeloop/1`.
    pub schema: String,
    /// The architecture's file.
    pub arch: String,
    /// The problem's file.
    pub network: String,
    /// How much of the problem's file the answer is for.
    pub coverage: Option<Coverage>,
    /// Layer by layer.
    pub layers: Vec<TimeloopLayer>,
}

impl Document for Timeloop {
    const NAME: &'static str = "stationary/timeloop/1";
    const TITLE: &'static str = "Mappings of Timeloop counted by stationary";
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TimeloopLayer {
    /// Its name.
    pub name: String,
    /// What Timeloop says of it.
    pub counts: Counts,
}
