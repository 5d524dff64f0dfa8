//! Files with an entry for each of some layers: of mappings, or of schedules.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use stationary_document::{Diagnostic, from_yaml};

use crate::workloads::Layer;

/// An entry of a file of mappings or schedules: what it says of one layer.
pub trait FileEntry: Serialize + DeserializeOwned {
    /// The name of the layer in its network.
    fn layer(&self) -> &str;
}

/// What is given for the layers of a network, an entry a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerFile<E> {
    /// What becomes of layers that are not listed; `refuse` by default.
    #[serde(default, skip_serializing_if = "Others::is_default")]
    others: Others,
    /// An entry a layer.
    layers: Vec<E>,
}

/// What becomes of layers that a file does not list.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
enum Others {
    /// A layer without an entry is an error.
    #[default]
    Refuse,
    /// The mapper chooses for layers without an entry.
    Map,
}

impl Others {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl<E: FileEntry> LayerFile<E> {
    /// Reads a file's text; `file` is the name that errors carry.
    pub(super) fn read(file: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        from_yaml(file, text)
    }

    /// The YAML text.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        serde_yaml::to_string(self).expect("numbers and names always have a YAML form")
    }

    /// The entries, in the file's order.
    #[must_use]
    pub fn entries(&self) -> &[E] {
        &self.layers
    }

    /// The entry of a layer.
    #[must_use]
    pub fn find(&self, layer: &Layer) -> Option<&E> {
        let mut entries = self.layers.iter();
        entries.find(|entry| entry.layer() == layer.name())
    }

    /// Whether the mapper is to choose for a layer, since the file leaves that to it.
    #[must_use]
    pub fn leaves(&self, layer: &Layer) -> bool {
        self.others == Others::Map && self.find(layer).is_none()
    }
}

impl<E> FromIterator<E> for LayerFile<E> {
    fn from_iter<I: IntoIterator<Item = E>>(entries: I) -> Self {
        Self {
            others: Others::default(),
            layers: entries.into_iter().collect(),
        }
    }
}
