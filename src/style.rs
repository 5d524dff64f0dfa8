//! How a machine is controlled.

use crate::sim::Dataflow;

/// How a machine is controlled.
#[derive(Clone, Copy, Debug)]
pub enum Style {
    /// A sequencer runs a dataflow.
    Hardwired(&'static Dataflow),
    /// Instructions; the loops are the schedule's.
    Decoupled,
}

impl Style {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Style::Hardwired(dataflow) => &dataflow.name,
            Style::Decoupled => "decoupled",
        }
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Style::Hardwired(dataflow) => &dataflow.title,
            Style::Decoupled => "decoupled access and execute",
        }
    }
}
