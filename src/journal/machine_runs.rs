//! Runs of the machine in a search over mappings, kept and taken again.

use std::collections::HashMap;
use std::sync::Mutex;

use super::lines::{Head, MachineRunLine, MachineRunsHead, line, version};
use super::{Files, Journal, failed};
use crate::documents;
use crate::error::Error;
use crate::identity;
use crate::mappings::LayerMapping;
use crate::sim::{Mapping, Pace, run, run_within};
use crate::target::Target;

/// What is known of a mapping's cycles.
#[derive(Clone, Copy)]
struct Known {
    cycles: u64,
    /// Whether it takes more than these.
    is_more: bool,
}

/// A journal of mappings with their cycles on the machine.
pub struct MachineRuns {
    known: HashMap<String, Known>,
    /// The places of the layers, by name.
    layers: HashMap<String, usize>,
    journal: Mutex<Journal>,
}

impl MachineRuns {
    /// Opens a journal.
    ///
    /// # Errors
    /// Those of [`Journal::open`], and a line that is no run.
    pub fn open(files: &Files, loaded: &Target) -> Result<Self, Error> {
        let journal = Journal::open(files, &first(loaded).fields())?;
        let known = journal.known().iter().enumerate().map(|(at, value)| {
            let read: MachineRunLine = line(at, "run of the machine", value)?;
            let known = Known {
                cycles: read.cycles,
                is_more: read.is_more,
            };
            Ok((documents::value(read.mapping).to_string(), known))
        });
        let known = known.collect::<Result<_, Error>>()?;
        let journal = Mutex::new(journal);
        let names = loaded.layers().iter().map(|layer| layer.name().to_owned());
        let layers = names.zip(0..).collect();
        Ok(Self {
            known,
            layers,
            journal,
        })
    }

    /// The machine's cycles of a mapping if they are at most `most`, from an earlier run or by running it now; `None` if
    /// they are more.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn within(&self, mapping: &Mapping, most: u64) -> Result<Option<u64>, Error> {
        let written = LayerMapping::of(mapping);
        match self.known.get(&documents::value(&written).to_string()) {
            Some(known) if known.is_more && known.cycles >= most => return Ok(None),
            Some(known) if !known.is_more => {
                return Ok(Some(known.cycles).filter(|cycles| *cycles <= most));
            }
            _ => {}
        }
        let cycles = match most {
            u64::MAX => Some(run(mapping, Pace::SkipPeriods, &mut ()).cycles),
            most => run_within(mapping, Pace::SkipPeriods, most).map(|run| run.cycles),
        };
        let line = documents::value(MachineRunLine {
            mapping: written,
            cycles: cycles.unwrap_or(most),
            is_more: cycles.is_none(),
        });
        let mut journal = self.journal.lock().map_err(|_| failed())?;
        journal.append(&[line])?;
        Ok(cycles)
    }

    /// Waits until all are on the disk, in the order of layers and of mappings as they are written.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn close(self) -> Result<(), Error> {
        let journal = self.journal.into_inner();
        let journal = journal.map_err(|_| failed())?;
        Ok(journal.close_sorted(|line| {
            let layer = line["mapping"]["layer"].as_str();
            let layer = layer.and_then(|name| self.layers.get(name));
            (layer.copied().unwrap_or(usize::MAX), line.to_string())
        })?)
    }
}

/// What decides a mapping's cycles.
fn first(loaded: &Target) -> MachineRunsHead {
    MachineRunsHead {
        schema: MachineRunsHead::NAME.to_owned(),
        version: version(),
        accelerator: identity::accelerator(loaded.accelerator()),
        layers: identity::layers(loaded.layers()),
    }
}
