//! Schedules as files, one entry a layer.
//!
//! ```yaml
//! layers:
//!   - {layer: conv2, tile_h: 7, tile_w: 14, tile_ci: 1, tile_co: 2, oc_nthread: 2}
//! others: map        # layers that are not listed: refuse (if left out) or map
//! ```
//!
//! `tile_b` and the threads are 1 if left out.

use serde::{Deserialize, Serialize};
use stationary_document::Diagnostic;

use super::layer_file::{FileEntry, LayerFile};
use crate::sim::decoupled::{LoweredLayer, Schedule};

/// Schedules of the layers of a network.
pub type ScheduleFile = LayerFile<LayerSchedule>;

/// The schedule of one layer, as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LayerSchedule {
    /// The name of the layer in its network.
    layer: String,
    #[serde(flatten)]
    schedule: Schedule,
}

impl LayerSchedule {
    /// The schedule.
    #[must_use]
    pub fn schedule(&self) -> Schedule {
        self.schedule
    }

    /// The entry that stands for a lowered layer.
    #[must_use]
    pub fn of(lowered: &LoweredLayer) -> Self {
        Self {
            layer: lowered.layer().name().to_owned(),
            schedule: lowered.schedule(),
        }
    }

    /// The same for another layer of equal shape.
    #[must_use]
    pub fn renamed(self, layer: &str) -> Self {
        Self {
            layer: layer.to_owned(),
            ..self
        }
    }
}

impl FileEntry for LayerSchedule {
    fn layer(&self) -> &str {
        &self.layer
    }
}

impl ScheduleFile {
    /// Reads a file's text; `file` is the name that errors carry.
    ///
    /// # Errors
    /// Unknown fields and wrong types, with their places.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        Self::read(file, text)
    }

    /// The file whose entries stand for lowered layers.
    #[must_use]
    pub fn of<'k>(kernels: impl IntoIterator<Item = &'k LoweredLayer>) -> Self {
        kernels.into_iter().map(LayerSchedule::of).collect()
    }
}
