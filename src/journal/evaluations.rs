//! The evaluations of an assignment's search, kept and taken again.

use serde_json::{Map, Value, json};
use stationary_record::LogError;

use super::{Files, Journal, head, wrong};
use crate::error::Error;
use crate::search::{Evaluated, Verdict};

/// A journal of points and verdicts.
pub struct Evaluations {
    /// Those of earlier runs.
    pub known: Vec<Evaluated>,
    journal: Journal,
}

impl Evaluations {
    /// Opens a journal; `run` is what decides which points are evaluated, and to what.
    ///
    /// # Errors
    /// Those of [`Journal::open`], and a line that is no evaluation.
    pub fn open(files: &Files, run: Map<String, Value>) -> Result<Self, Error> {
        let mut first = head("stationary/evaluations/1", []);
        first.extend(run);
        let journal = Journal::open(files, &first)?;
        // Runs of the machine stand behind the evaluations.
        let is_run = |line: &Value| line.get("cycles").is_some();
        let known = journal.known().iter().filter(|line| !is_run(line));
        let known = known
            .enumerate()
            .map(|(at, line)| evaluated(line).ok_or_else(|| wrong(at, "evaluation", line)));
        let known = known.collect::<Result<_, Error>>()?;
        Ok(Self { known, journal })
    }

    /// Keeps further ones.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn append(&mut self, new: &[Evaluated]) -> Result<(), LogError> {
        let lines: Vec<Value> = new.iter().map(line).collect();
        self.journal.append(&lines)
    }

    /// The journal, for what comes after the evaluations.
    pub fn into_journal(self) -> Journal {
        self.journal
    }
}

fn line(evaluated: &Evaluated) -> Value {
    let point = &evaluated.point;
    match &evaluated.verdict {
        Verdict::Feasible { objective } => json!({"point": point, "objective": objective}),
        Verdict::Infeasible { excess } => json!({"point": point, "excess": excess}),
    }
}

fn evaluated(line: &Value) -> Option<Evaluated> {
    let gene = |gene: &Value| u16::try_from(gene.as_u64()?).ok();
    let point = line["point"]
        .as_array()?
        .iter()
        .map(gene)
        .collect::<Option<_>>()?;
    let verdict = match (line["objective"].as_f64(), line["excess"].as_array()) {
        (Some(objective), None) => Verdict::Feasible { objective },
        (None, Some(excess)) => Verdict::Infeasible {
            excess: excess.iter().map(Value::as_f64).collect::<Option<_>>()?,
        },
        _ => return None,
    };
    Some(Evaluated { point, verdict })
}
