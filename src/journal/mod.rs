//! Journals of searches: each evaluation is written to a file as soon as it is known.
//!
//! ```text
//! {"schema":"stationary/...","version":"...", what else decides the results ...,"crc":"..."}
//! {one evaluation,"crc":"..."}
//! ...
//! ```
//!
//! A search that starts again with the same head takes the evaluations from here instead of making them
//! again.

mod evaluations;
mod lines;
mod machine_runs;
mod measurements;
mod options;
mod sweep_points;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use stationary_record::{Log, LogError, read};

use crate::error::Error;

pub use evaluations::Evaluations;
pub use lines::{
    ComparedRunLine, ComparedRunsHead, CoreLimits, EvaluationLine, EvaluationsHead, Head,
    MachineRunLine, MachineRunsHead, MeasurementLine, MeasurementsHead, OptionLine, SweepPointLine,
    SweepPointsHead, line, version,
};
pub use machine_runs::MachineRuns;
pub use measurements::Measurements;
pub use options::OptionRuns;
pub use sweep_points::SweepPoints;

/// The files of a journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// The file in which evaluations are kept; None: nowhere.
    pub to: Option<PathBuf>,
    /// The file with evaluations of earlier runs, which may be the same; None: there are none.
    pub from: Option<PathBuf>,
}

/// The evaluations of earlier runs, and the file to which new ones are appended.
pub struct Journal {
    log: Option<Log>,
    known: Vec<Value>,
}

impl Journal {
    /// Opens a journal. `head` is the first line that an existing file must have to be taken up.
    ///
    /// # Errors
    /// A file that cannot be read or written, or that is the journal of another search.
    pub fn open(files: &Files, head: &Map<String, Value>) -> Result<Self, Error> {
        let Files { to, from } = files.clone();
        let first = Value::Object(head.clone());
        let from = from.filter(|path| !is_torn_head(path, &first));
        let Some(from) = from else {
            let log = to.map(|to| Log::create(&to, &[first])).transpose()?;
            let known = Vec::new();
            return Ok(Self { log, known });
        };
        let same = to.as_ref().is_some_and(|to| is_same(to, &from));
        let (mut log, mut known) = if same {
            // Read first: what is no journal must not be cut.
            check(&from, &read(&from)?, head)?;
            let (log, lines) = Log::resume(&from)?;
            (Some(log), lines)
        } else {
            let lines = read(&from)?;
            check(&from, &lines, head)?;
            (None, lines)
        };
        if let (Some(to), false) = (to, same) {
            log = Some(Log::create(&to, &known)?);
        }
        known.remove(0);
        Ok(Self { log, known })
    }

    /// An empty journal that is not written to a file.
    pub fn nowhere() -> Self {
        let known = Vec::new();
        Self { log: None, known }
    }

    /// The evaluations of earlier runs, in the order in which they were made.
    pub fn known(&self) -> &[Value] {
        &self.known
    }

    /// Keeps evaluations.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn append(&mut self, lines: &[Value]) -> Result<(), LogError> {
        self.log.as_mut().map_or(Ok(()), |log| log.append(lines))
    }

    /// Waits until all is on the disk, the evaluations in the order of their keys: whichever thread was
    /// first, and however often the search was interrupted, the same evaluations give the same bytes.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn close_sorted<K: Ord>(self, key: impl FnMut(&Value) -> K) -> Result<(), LogError> {
        self.log.map_or(Ok(()), |mut log| {
            log.sync()?;
            log.sort_by_key(key)?.sync()
        })
    }

    /// Waits until all is on the disk.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn close(self) -> Result<(), LogError> {
        self.log.map_or(Ok(()), |mut log| log.sync())
    }
}

/// Whether a record was cut within its head, so that nothing is known.
fn is_torn_head(path: &Path, head: &Value) -> bool {
    let head = head.to_string();
    let body = head.trim_end_matches('}');
    let begins =
        |text: String| !text.contains('\n') && (body.starts_with(&text) || text.starts_with(body));
    std::fs::read_to_string(path).is_ok_and(begins)
}

fn is_same(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| -> Option<PathBuf> { path.canonicalize().ok() };
    real(a).is_some() && real(a) == real(b)
}

/// Whether a journal is of this search.
fn check(path: &Path, lines: &[Value], head: &Map<String, Value>) -> Result<(), Error> {
    let wrong = |found: String| Error::kind(format!("{}:1", path.display()).as_ref(), found);
    let Some(first) = lines.first().and_then(Value::as_object) else {
        let found = "found no whole line; expected a record as --record writes it";
        return Err(wrong(found.to_owned()));
    };
    for (field, expected) in head {
        let found = first.get(field).unwrap_or(&Value::Null);
        if found != expected {
            return Err(wrong(format!(
                "found {field} {found}; expected {expected}: the record is of another search"
            )));
        }
    }
    Ok(())
}

/// Whether a line is a run of the machine, and no evaluation.
fn is_run(line: &Value) -> bool {
    line.get("cycles").is_some()
}

/// That a thread failed before, while it kept something.
fn failed() -> Error {
    Error::Search("another run of the machine failed to be recorded".to_owned())
}
