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
use stationary_document::{Diagnostic, from_yaml};
use stationary_workloads::Layer;

use super::kernel::Kernel;
use super::schedule::Schedule;

/// Schedules of the layers of a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleFile {
    #[serde(default, skip_serializing_if = "Others::is_default")]
    others: Others,
    layers: Vec<LayerSchedule>,
}

/// What becomes of layers that a file does not list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Others {
    /// They are an error.
    #[default]
    Refuse,
    /// The estimate's best.
    Map,
}

impl Others {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The schedule of one layer, as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerSchedule {
    layer: String,
    #[serde(flatten)]
    schedule: Schedule,
}

impl LayerSchedule {
    /// What stands for a kernel.
    #[must_use]
    pub fn of(kernel: &Kernel) -> Self {
        Self {
            layer: kernel.layer().name().to_owned(),
            schedule: kernel.schedule(),
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

impl ScheduleFile {
    /// Reads a file's text; `file` is the name that errors carry.
    ///
    /// # Errors
    /// Unknown fields and wrong types, with their places.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        from_yaml(file, text)
    }

    /// The file that stands for kernels.
    #[must_use]
    pub fn of(kernels: &[Kernel]) -> Self {
        Self {
            others: Others::default(),
            layers: kernels.iter().map(LayerSchedule::of).collect(),
        }
    }

    /// As YAML.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        serde_yaml::to_string(self).expect("numbers and names always have a YAML form")
    }

    /// The schedule of a layer, if the file has it.
    #[must_use]
    pub fn find(&self, layer: &Layer) -> Option<Schedule> {
        let mut entries = self.layers.iter();
        entries
            .find(|entry| entry.layer == layer.name())
            .map(|entry| entry.schedule)
    }

    /// Whether layers that are not listed may be mapped.
    #[must_use]
    pub fn maps_others(&self) -> bool {
        self.others == Others::Map
    }
}
