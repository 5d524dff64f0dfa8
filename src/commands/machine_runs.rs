//! Runs of the machine in a search over mappings, kept and taken again.

use std::collections::HashMap;
use std::sync::Mutex;

use anyhow::{Result, anyhow};
use serde_json::{Map, Value, json};
use stationary::Target;
use stationary::identity;
use stationary::sim::mapping_file::LayerMapping;
use stationary::sim::{Mapping, Pace, run};

use crate::cli::Recording;
use crate::record::{Journal, Record};

/// A journal of mappings and their cycles.
pub struct MachineRuns {
    known: HashMap<String, u64>,
    /// The places of the layers, by name.
    layers: HashMap<String, usize>,
    journal: Mutex<Journal>,
}

impl MachineRuns {
    /// Opens what the flags name.
    pub fn open(recording: &Recording, record: &Record, loaded: &Target) -> Result<Self> {
        let journal = Journal::open(recording, record, &head(loaded))?;
        let known = journal.known().iter().enumerate().map(|(at, line)| {
            let cycles = line["cycles"].as_u64();
            let cycles = cycles.ok_or_else(|| {
                anyhow!(
                    "line {} of the record is no run of the machine: {line}",
                    at + 2
                )
            })?;
            Ok((line["mapping"].to_string(), cycles))
        });
        let known = known.collect::<Result<_>>()?;
        let journal = Mutex::new(journal);
        let names = loaded.layers.iter().map(|layer| layer.name().to_owned());
        let layers = names.zip(0..).collect();
        Ok(Self {
            known,
            layers,
            journal,
        })
    }

    /// The machine's cycles, by an earlier run's word or by running it.
    pub fn cycles(&self, mapping: &Mapping) -> Result<u64> {
        let written = serde_json::to_value(LayerMapping::of(mapping))?;
        if let Some(cycles) = self.known.get(&written.to_string()) {
            return Ok(*cycles);
        }
        let cycles = run(mapping, Pace::SkipPeriods, &mut ()).cycles;
        let line = json!({"mapping": written, "cycles": cycles});
        let mut journal = (self.journal.lock())
            .map_err(|_| anyhow!("another run of the machine failed to be recorded"))?;
        journal.append(&[line])?;
        Ok(cycles)
    }

    /// Waits until all are on the disk, in the order of layers and of mappings as they are written.
    pub fn close(self) -> Result<()> {
        let journal = self.journal.into_inner();
        let journal = journal.map_err(|_| anyhow!("a run of the machine failed to be recorded"))?;
        Ok(journal.close_sorted(|line| {
            let layer = line["mapping"]["layer"].as_str();
            let layer = layer.and_then(|name| self.layers.get(name));
            (layer.copied().unwrap_or(usize::MAX), line.to_string())
        })?)
    }
}

/// What decides a mapping's cycles.
fn head(loaded: &Target) -> Map<String, Value> {
    let accelerator = identity::accelerator(&loaded.accelerator);
    let layers = identity::layers(&loaded.layers);
    [
        ("schema", json!("stationary/machine-runs/1")),
        ("version", json!(env!("CARGO_PKG_VERSION"))),
        ("accelerator", json!(accelerator)),
        ("layers", json!(layers)),
    ]
    .map(|(field, value)| (field.to_owned(), value))
    .into_iter()
    .collect()
}
