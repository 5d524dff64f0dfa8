//! What a layer runs as, as it is written.

use serde::{Deserialize, Serialize};

use super::layer_file::FileEntry;
use super::mapping_file::LayerMapping;
use super::schedule_file::LayerSchedule;
use crate::sim::Plan;

/// The entry of a layer in a file of mappings, or of schedules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum LayerPlan {
    /// A mapping, for a machine with a sequencer.
    Mapping(Box<LayerMapping>),
    /// A schedule, for a machine that instructions control.
    Schedule(LayerSchedule),
}

impl LayerPlan {
    /// The entry that stands for a plan in a file.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        match plan {
            Plan::Mapped(mapping) => Self::Mapping(Box::new(LayerMapping::of(mapping))),
            Plan::Lowered(lowered) => Self::Schedule(LayerSchedule::of(lowered)),
        }
    }

    /// The name of the layer.
    #[must_use]
    pub fn name(&self) -> &str {
        self.layer()
    }

    /// The same for another layer of equal shape.
    #[must_use]
    pub fn renamed(self, layer: &str) -> Self {
        match self {
            Self::Mapping(mapping) => Self::Mapping(Box::new(mapping.renamed(layer))),
            Self::Schedule(schedule) => Self::Schedule(schedule.renamed(layer)),
        }
    }
}

impl FileEntry for LayerPlan {
    fn layer(&self) -> &str {
        match self {
            Self::Mapping(mapping) => mapping.layer(),
            Self::Schedule(schedule) => schedule.layer(),
        }
    }
}
