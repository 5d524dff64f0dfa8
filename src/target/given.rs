//! What is given for layers rather than chosen by the mapper.

use std::sync::Arc;

use crate::arch::Accelerator;
use crate::control::{self, FileKind};
use crate::error::Error;
use crate::load;
use crate::mappings::{self, MappingFile, ScheduleFile};
use crate::sim::Dataflow;
use crate::workloads::Layer;

/// A file of mappings or schedules, and what messages call it.
#[derive(Clone, Debug)]
pub enum Given {
    Mappings(String, MappingFile),
    Schedules(String, ScheduleFile),
}

impl Given {
    /// By the name of a preset or a file, of the kind that goes with the machine.
    pub fn read(accelerator: &Accelerator, name: &str) -> Result<Self, Error> {
        Ok(match control::of(accelerator).file() {
            FileKind::Mappings => Self::Mappings(name.to_owned(), load::mappings(name)?),
            FileKind::Schedules => Self::Schedules(name.to_owned(), load::schedules(name)?),
        })
    }

    /// Of the text of such a file, which messages call `name`.
    pub fn parse(accelerator: &Accelerator, name: &str, text: &str) -> Result<Self, Error> {
        Ok(match control::of(accelerator).file() {
            FileKind::Mappings => {
                let parsed = MappingFile::parse(name, text);
                let file =
                    parsed.map_err(|e| Error::content(text, e.diagnostics().to_vec(), &e))?;
                Self::Mappings(name.to_owned(), file)
            }
            FileKind::Schedules => {
                let parsed = ScheduleFile::parse(name, text);
                let plain = || format!("{name}: not a file of schedules");
                let file = parsed.map_err(|found| Error::content(text, found, plain()))?;
                Self::Schedules(name.to_owned(), file)
            }
        })
    }

    /// Whether the mapper is to choose for a layer.
    pub fn leaves(&self, layer: &Layer) -> bool {
        match self {
            Self::Mappings(_, file) => file.leaves(layer),
            Self::Schedules(_, file) => file.leaves(layer),
        }
    }

    /// The dataflow of the mappings of some layers, if all have one and the same.
    pub fn common_dataflow(&self, layers: &[Layer]) -> Option<Arc<Dataflow>> {
        let Self::Mappings(_, file) = self else {
            return None;
        };
        let mut flows = layers
            .iter()
            .map(|layer| file.find(layer)?.named_dataflow());
        let first = flows.next()??;
        let is_same = |other: Option<Arc<Dataflow>>| other.is_some_and(|other| other == first);
        flows.all(is_same).then_some(first)
    }

    /// The dataflows that it writes out.
    pub fn own_dataflows(&self) -> Vec<Dataflow> {
        match self {
            Self::Mappings(_, file) => mappings::own_dataflows(file),
            Self::Schedules(..) => Vec::new(),
        }
    }
}
