//! Measurements of a co-design search, kept and taken again.

use stationary_record::LogError;

use super::lines::{CoreLimits, Head, MeasurementLine, MeasurementsHead, line, version, wrong};
use super::{Files, Journal};
use crate::documents;
use crate::error::Error;
use crate::identity;
use crate::search::codesign::{DesignPoint, Hardware, Measured, Measurement, Record as Known};
use crate::target::Target;

/// A journal of points with their cycles on the machine.
pub struct Measurements {
    /// The measurements of earlier runs, for each task.
    pub known: Vec<Known>,
    written: Vec<Known>,
    journal: Journal,
    failure: Option<LogError>,
}

impl Measurements {
    /// Opens a journal for this number of tasks.
    ///
    /// # Errors
    /// Those of [`Journal::open`], and a line that is no measurement.
    pub fn open(
        files: &Files,
        loaded: &Target,
        hardware: &Hardware,
        tasks: usize,
    ) -> Result<Self, Error> {
        let journal = Journal::open(files, &first(loaded, hardware).fields())?;
        let mut known = vec![Known::new(); tasks];
        for (at, value) in journal.known().iter().enumerate() {
            let MeasurementLine {
                task,
                point,
                cycles,
            } = line(at, "measurement", value)?;
            let outcome = cycles.map_or(Measurement::Invalid, Measurement::Cycles);
            let of_task = known.get_mut(task).ok_or_else(|| {
                let why = format!("there are {tasks} tasks");
                wrong(at, "measurement", value, &why)
            })?;
            of_task.insert(DesignPoint(point), outcome);
        }
        Ok(Self {
            written: known.clone(),
            known,
            journal,
            failure: None,
        })
    }

    /// Keeps a measurement, unless it is known already.
    pub fn note(&mut self, task: usize, measured: &Measured) {
        let Measured { point, outcome } = measured;
        if self.failure.is_some() || self.written[task].insert(*point, *outcome).is_some() {
            return;
        }
        let line = documents::value(MeasurementLine {
            task,
            point: point.0,
            cycles: outcome.cycles(),
        });
        self.failure = self.journal.append(&[line]).err();
    }

    /// All measurements that are known by now, for each task.
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

/// What decides a point's cycles.
fn first(loaded: &Target, hardware: &Hardware) -> MeasurementsHead {
    MeasurementsHead {
        schema: MeasurementsHead::NAME.to_owned(),
        version: version(),
        accelerator: identity::accelerator(loaded.accelerator()),
        layers: identity::layers(loaded.layers()),
        hardware: hardware.knobs().clone(),
        limits: CoreLimits {
            area_um2: hardware.limit(),
            macs: hardware.most_macs(),
        },
    }
}
