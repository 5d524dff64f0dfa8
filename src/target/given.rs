//! What is given for layers rather than chosen by the mapper.

use std::sync::Arc;

use crate::arch::Accelerator;
use crate::control::{self, FileKind};
use crate::error::Error;
use crate::load;
use crate::mappings::{self, MappingFile, ScheduleFile};
use crate::sim::Dataflow;
use crate::workloads::Layer;

/// A file of mappings or of schedules, with the name that messages give it.
#[derive(Clone, Debug)]
pub enum Given {
    /// Mappings of a machine that a sequencer controls.
    Mappings(String, MappingFile),
    /// Schedules of a machine that instructions control.
    Schedules(String, ScheduleFile),
}

impl Given {
    /// Reads a preset or a file by name; the machine decides whether it holds mappings or schedules.
    ///
    /// # Errors
    /// A preset or file that does not exist, that cannot be read, or that does not describe mappings
    /// (schedules).
    pub fn read(accelerator: &Accelerator, name: &str) -> Result<Self, Error> {
        Ok(match control::of(accelerator).file() {
            FileKind::Mappings => Self::Mappings(name.to_owned(), load::mappings(name)?),
            FileKind::Schedules => Self::Schedules(name.to_owned(), load::schedules(name)?),
        })
    }

    /// Reads the text of such a file, which messages call `name`.
    ///
    /// # Errors
    /// [`Error`] with the places in the text that are wrong.
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

    /// Whether the file leaves the choice for a layer to the mapper.
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

    /// The dataflows that the file defines itself.
    pub fn own_dataflows(&self) -> Vec<Dataflow> {
        match self {
            Self::Mappings(_, file) => mappings::own_dataflows(file),
            Self::Schedules(..) => Vec::new(),
        }
    }
}
