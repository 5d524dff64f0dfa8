//! Measurements of a co-design search, kept and taken again.

use anyhow::{Result, anyhow};
use serde_json::{Map, Value, json};
use stationary::Target;
use stationary::identity;
use stationary::search::codesign::{
    DesignPoint, Hardware, KNOBS, Measured, Measurement, Record as Known,
};
use stationary_record::LogError;

use crate::cli::Recording;
use crate::record::{Journal, Record};

/// A journal of points and cycles, and what it knew at first, a record a task.
pub struct Measurements {
    /// Of earlier runs.
    pub known: Vec<Known>,
    written: Vec<Known>,
    journal: Journal,
    failure: Option<LogError>,
}

impl Measurements {
    /// Opens what the flags name, for so many tasks.
    pub fn open(
        recording: &Recording,
        record: &Record,
        loaded: &Target,
        hardware: &Hardware,
        tasks: usize,
    ) -> Result<Self> {
        let journal = Journal::open(recording, record, &head(loaded, hardware))?;
        let mut known = vec![Known::new(); tasks];
        for (at, line) in journal.known().iter().enumerate() {
            let (task, point, outcome) = measurement(line)
                .filter(|(task, ..)| *task < tasks)
                .ok_or_else(|| {
                    anyhow!("line {} of the record is no measurement: {line}", at + 2)
                })?;
            known[task].insert(point, outcome);
        }
        Ok(Self {
            written: known.clone(),
            known,
            journal,
            failure: None,
        })
    }

    /// Keeps a measurement that is new.
    pub fn note(&mut self, task: usize, measured: &Measured) {
        let Measured { point, outcome } = measured;
        if self.failure.is_some() || self.written[task].insert(*point, *outcome).is_some() {
            return;
        }
        let line = json!({"task": task, "point": point.0, "cycles": outcome.cycles()});
        self.failure = self.journal.append(&[line]).err();
    }

    /// All that is known by now.
    pub fn known_now(&self) -> Vec<Known> {
        self.written.clone()
    }

    /// Waits until all are on the disk.
    pub fn close(self) -> Result<()> {
        match self.failure {
            Some(failure) => Err(failure.into()),
            None => Ok(self.journal.close()?),
        }
    }
}

fn measurement(line: &Value) -> Option<(usize, DesignPoint, Measurement)> {
    let task = usize::try_from(line["task"].as_u64()?).ok()?;
    let places = line["point"].as_array()?.iter();
    let places = places.map(|place| usize::try_from(place.as_u64()?).ok());
    let places: [usize; KNOBS] = places.collect::<Option<Vec<_>>>()?.try_into().ok()?;
    let outcome = match &line["cycles"] {
        Value::Null => Measurement::Invalid,
        cycles => Measurement::Cycles(cycles.as_u64()?),
    };
    Some((task, DesignPoint(places), outcome))
}

/// What decides a point's cycles.
fn head(loaded: &Target, hardware: &Hardware) -> Map<String, Value> {
    let accelerator = identity::accelerator(&loaded.accelerator);
    let layers = identity::layers(&loaded.layers);
    let limits = json!({"area_um2": hardware.limit(), "macs": hardware.most_macs()});
    [
        ("schema", json!("stationary/measurements/1")),
        ("version", json!(env!("CARGO_PKG_VERSION"))),
        ("accelerator", json!(accelerator)),
        ("layers", json!(layers)),
        ("hardware", json!(hardware.knobs())),
        ("limits", limits),
    ]
    .map(|(field, value)| (field.to_owned(), value))
    .into_iter()
    .collect()
}
