//! The evaluations of a search, each kept as soon as it is known.
//!
//! ```text
//! {"schema":"stationary/...","version":"...", what else decides the results ...,"crc":"..."}
//! {one evaluation,"crc":"..."}
//! ...
//! ```
//!
//! A search that starts again with the same head takes the evaluations from here instead of making
//! them again.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use stationary_record::{Log, LogError, read};

use super::Record;
use crate::cli::Recording;

/// The journal's name in a run's folder.
pub const EVALUATIONS: &str = "evaluations.jsonl";

/// What is known, and a place for more.
pub struct Journal {
    log: Option<Log>,
    known: Vec<Value>,
}

impl Journal {
    /// Opens the journal of the run's folder, or those that `--record` and `--resume` name. `head` is
    /// what a journal must say first to be of use.
    pub fn open(recording: &Recording, record: &Record, head: &Map<String, Value>) -> Result<Self> {
        let kept = record.place(EVALUATIONS);
        let to = recording.record.clone().or_else(|| kept.clone());
        let from = recording
            .resume
            .clone()
            .or(kept.filter(|path| path.exists()));
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

    /// A journal that knows nothing and keeps nothing.
    pub fn nowhere() -> Self {
        let known = Vec::new();
        Self { log: None, known }
    }

    /// The evaluations of earlier runs, in the order in which they were made.
    pub fn known(&self) -> &[Value] {
        &self.known
    }

    /// Keeps evaluations.
    pub fn append(&mut self, lines: &[Value]) -> Result<(), LogError> {
        self.log.as_mut().map_or(Ok(()), |log| log.append(lines))
    }

    /// Waits until all is on the disk, the evaluations in the order of their keys: whichever thread was
    /// first, and however often the search was interrupted, the same evaluations give the same bytes.
    pub fn close_sorted<K: Ord>(self, key: impl FnMut(&Value) -> K) -> Result<(), LogError> {
        self.log.map_or(Ok(()), |mut log| {
            log.sync()?;
            log.sort_by_key(key)?.sync()
        })
    }

    /// Waits until all is on the disk.
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
fn check(path: &Path, lines: &[Value], head: &Map<String, Value>) -> Result<()> {
    let first = lines.first().and_then(Value::as_object);
    let first = first.with_context(|| {
        format!(
            "{}:1: found no whole line; expected a record as --record writes it",
            path.display()
        )
    })?;
    for (field, expected) in head {
        let found = first.get(field).unwrap_or(&Value::Null);
        if found != expected {
            bail!(
                "{}:1: found {field} {found}; expected {expected}: the record is of another search",
                path.display()
            );
        }
    }
    Ok(())
}
