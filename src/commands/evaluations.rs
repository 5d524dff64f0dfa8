//! The evaluations of an assignment's search, kept and taken again.

use anyhow::{Result, anyhow};
use serde_json::{Map, Value, json};
use stationary::search::{Evaluated, Verdict};
use stationary_record::LogError;

use crate::cli::Recording;
use crate::record::{Journal, Record};

/// A journal of points and verdicts.
pub struct Evaluations {
    /// Those of earlier runs.
    pub known: Vec<Evaluated>,
    journal: Journal,
}

impl Evaluations {
    /// Opens what the flags name; `run` is what decides which points are evaluated, and to what.
    pub fn open(recording: &Recording, record: &Record, run: Value) -> Result<Self> {
        let mut head = Map::new();
        head.insert("schema".to_owned(), json!("stationary/evaluations/1"));
        head.insert("version".to_owned(), json!(env!("CARGO_PKG_VERSION")));
        head.extend(run.as_object().cloned().unwrap_or_default());
        let journal = Journal::open(recording, record, &head)?;
        // Runs of the machine stand behind the evaluations.
        let is_run = |line: &Value| line.get("cycles").is_some();
        let known = journal.known().iter().filter(|line| !is_run(line));
        let known = known.enumerate().map(|(at, line)| {
            evaluated(line)
                .ok_or_else(|| anyhow!("line {} of the record is no evaluation: {line}", at + 2))
        });
        let known = known.collect::<Result<_>>()?;
        Ok(Self { known, journal })
    }

    /// Keeps further ones.
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
