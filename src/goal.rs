//! What mappings were chosen for, as it is read.

use crate::documents;
use crate::sim::mapper::Goal;
use serde_json::Value;

/// What the mapper chose, and for what.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// What was made small.
    pub goal: Goal,
    /// The layers, if a file gives the mappings of others.
    pub part: Option<Vec<String>>,
}

impl From<Goal> for Chosen {
    /// All mappings.
    fn from(goal: Goal) -> Self {
        Self { goal, part: None }
    }
}

/// Layers that a line names.
const NAMED: usize = 6;

/// A line for people; nothing where the mapper chose no mapping.
pub fn line(chosen: Option<Chosen>) -> String {
    let Some(Chosen { goal, part }) = chosen else {
        return String::new();
    };
    match part {
        None => format!("mappings chosen for {}\n", words(goal)),
        Some(layers) => {
            let mut named = layers[..layers.len().min(NAMED)].join(", ");
            if layers.len() > NAMED {
                named.push_str(&format!(" and {} more", layers.len() - NAMED));
            }
            format!(
                "mappings of {named} chosen for {}; the others are the file's\n",
                words(goal)
            )
        }
    }
}

/// The objective and the slack.
pub fn words(goal: Goal) -> String {
    format!("{}, slack {}", goal.objective, goal.slack)
}

/// For programs: null where the mapper chose no mapping; `layers` where it did not choose all.
pub fn json(chosen: Option<Chosen>) -> Value {
    documents::value(chosen.map(documents::Goal::from))
}
