//! How a machine is controlled.

use std::sync::Arc;

use crate::sim::Dataflow;

/// How a machine is controlled.
#[derive(Clone, Debug)]
pub enum Style {
    /// A sequencer runs a dataflow.
    Hardwired(Arc<Dataflow>),
    /// Instructions; the loops are the schedule's.
    Decoupled,
}

impl Style {
    /// Its name in JSON.
    pub fn name(&self) -> &str {
        match self {
            Style::Hardwired(dataflow) => &dataflow.name,
            Style::Decoupled => "decoupled",
        }
    }

    /// Its name for people.
    pub fn title(&self) -> &str {
        match self {
            Style::Hardwired(dataflow) => &dataflow.title,
            Style::Decoupled => "decoupled access and execute",
        }
    }
}
