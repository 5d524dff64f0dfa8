//! The points of a sweep, kept and taken again.

use std::collections::HashMap;

use super::lines::{Head, SweepPointLine, SweepPointsHead, line, version};
use super::{Files, Journal};
use crate::documents::{self, SweepFigures, SweepPoint, SweepShard};
use crate::error::Error;

/// A journal of the points of a sweep, by their numbers.
pub struct SweepPoints {
    known: HashMap<u64, (Option<SweepFigures>, Option<String>)>,
    journal: Journal,
}

impl SweepPoints {
    /// Opens a journal of the plan with this SHA-256.
    ///
    /// # Errors
    /// Those of [`Journal::open`], and a line that is no point.
    pub fn open(files: &Files, plan: &str, shard: Option<SweepShard>) -> Result<Self, Error> {
        let head = SweepPointsHead {
            schema: SweepPointsHead::NAME.to_owned(),
            version: version(),
            plan: plan.to_owned(),
            shard,
        };
        let journal = Journal::open(files, &head.fields())?;
        let lines = journal.known().iter().enumerate();
        let known = lines.map(|(at, value)| {
            let SweepPointLine {
                point,
                figures,
                error,
            } = line(at, "point of a sweep", value)?;
            Ok((point, (figures, error)))
        });
        let known = known.collect::<Result<_, Error>>()?;
        Ok(Self { known, journal })
    }

    /// The recorded figures of a point, or the reason why it cannot run; None if it is not recorded.
    #[must_use]
    pub fn known(&self, point: u64) -> Option<(Option<SweepFigures>, Option<String>)> {
        self.known.get(&point).cloned()
    }

    /// Keeps further points.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn append(&mut self, points: &[SweepPoint]) -> Result<(), Error> {
        let lines = points.iter().map(|point| {
            documents::value(SweepPointLine {
                point: point.point,
                figures: point.figures,
                error: point.error.clone(),
            })
        });
        Ok(self.journal.append(&lines.collect::<Vec<_>>())?)
    }

    /// Waits until all are on the disk.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn close(self) -> Result<(), Error> {
        Ok(self.journal.close()?)
    }
}
