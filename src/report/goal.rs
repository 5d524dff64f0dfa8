//! What mappings were chosen for, as it is read.

use serde_json::{Value, json};
use stationary::sim::mapper::Goal;

/// A line for people; nothing where the mapper chose no mapping.
pub fn line(goal: Option<Goal>) -> String {
    goal.map_or(String::new(), |goal| {
        format!("mappings chosen for {}\n", words(goal))
    })
}

/// The objective and the slack.
pub fn words(goal: Goal) -> String {
    format!("{}, slack {}", goal.objective, goal.slack)
}

/// For programs: null where the mapper chose no mapping.
pub fn json(goal: Option<Goal>) -> Value {
    goal.map_or(
        Value::Null,
        |goal| json!({"objective": goal.objective.name(), "slack_percent": goal.slack.percent()}),
    )
}
