//! What a machine runs: mappings of a dataflow, or schedules.

use crate::sim::decoupled::{LayerSchedule, Waits};
use crate::sim::mapping_file::LayerMapping;
use crate::sim::{Dataflow, Stalls};
use serde_json::{Value, json};

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

/// What a layer runs.
#[derive(Clone, Debug)]
pub enum Plan {
    /// On a dataflow.
    Mapping(Box<LayerMapping>),
    /// By instructions.
    Schedule(LayerSchedule),
}

impl Plan {
    /// For programs.
    pub fn json(&self) -> Value {
        match self {
            Plan::Mapping(mapping) => json!(mapping),
            Plan::Schedule(schedule) => json!(schedule),
        }
    }

    /// The same for another layer of equal shape.
    pub fn renamed(self, layer: &str) -> Self {
        match self {
            Plan::Mapping(mapping) => Plan::Mapping(Box::new(mapping.renamed(layer))),
            Plan::Schedule(schedule) => Plan::Schedule(schedule.renamed(layer)),
        }
    }
}

/// Cycles lost, by the name of their cause, in the order of reports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Causes(Vec<(&'static str, u64)>);

impl Causes {
    /// The causes and their cycles.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.0.iter().copied()
    }

    /// All cycles lost.
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, cycles)| cycles).sum()
    }
}

impl From<Stalls> for Causes {
    fn from(stalls: Stalls) -> Self {
        Self(stalls.iter().map(|(cause, n)| (cause.name(), n)).collect())
    }
}

impl From<Waits> for Causes {
    fn from(waits: Waits) -> Self {
        Self(waits.iter().map(|(cause, n)| (cause.name(), n)).collect())
    }
}
