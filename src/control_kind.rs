//! How a machine is controlled.

use std::sync::Arc;

use crate::sim::{DECOUPLED, Dataflow};

/// How a machine is controlled.
#[derive(Clone, Debug)]
pub enum ControlKind {
    /// A sequencer runs a dataflow.
    Hardwired(Arc<Dataflow>),
    /// Instructions; the loops are the schedule's.
    Decoupled,
}

impl ControlKind {
    /// Its name in JSON.
    pub fn name(&self) -> &str {
        match self {
            ControlKind::Hardwired(dataflow) => &dataflow.name,
            ControlKind::Decoupled => DECOUPLED,
        }
    }

    /// Its name for people.
    pub fn title(&self) -> &str {
        match self {
            ControlKind::Hardwired(dataflow) => &dataflow.title,
            ControlKind::Decoupled => "decoupled access and execute",
        }
    }
}
