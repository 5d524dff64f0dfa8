//! Measurements of a co-design search, kept and taken again.

use serde_json::{Map, Value, json};
use stationary_record::LogError;

use super::{Files, Journal, head, wrong};
use crate::error::Error;
use crate::identity;
use crate::search::codesign::{
    DesignPoint, Hardware, KNOBS, Measured, Measurement, Record as Known,
};
use crate::target::Target;

/// A journal of points and cycles, and what it knew at first, a record a task.
pub struct Measurements {
    /// Of earlier runs.
    pub known: Vec<Known>,
    written: Vec<Known>,
    journal: Journal,
    failure: Option<LogError>,
}

impl Measurements {
    /// Opens a journal, for so many tasks.
    ///
    /// # Errors
    /// Those of [`Journal::open`], and a line that is no measurement.
    pub fn open(
        files: &Files,
        loaded: &Target,
        hardware: &Hardware,
        tasks: usize,
    ) -> Result<Self, Error> {
        let journal = Journal::open(files, &first(loaded, hardware))?;
        let mut known = vec![Known::new(); tasks];
        for (at, line) in journal.known().iter().enumerate() {
            let (task, point, outcome) = measurement(line)
                .filter(|(task, ..)| *task < tasks)
                .ok_or_else(|| wrong(at, "measurement", line))?;
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
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn close(self) -> Result<(), Error> {
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
fn first(loaded: &Target, hardware: &Hardware) -> Map<String, Value> {
    let accelerator = identity::accelerator(&loaded.accelerator);
    let layers = identity::layers(&loaded.layers);
    let limits = json!({"area_um2": hardware.limit(), "macs": hardware.most_macs()});
    let fields = [
        ("accelerator", accelerator.into()),
        ("layers", layers.into()),
        ("hardware", json!(hardware.knobs())),
        ("limits", limits),
    ];
    head("stationary/measurements/1", fields)
}
