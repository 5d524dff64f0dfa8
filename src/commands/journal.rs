//! The record of a search, from which an interrupted one goes on.
//!
//! The first line names the run; each further line is a batch of points as they
//! were evaluated, written before the optimiser learns of them. An optimiser is
//! deterministic: going on means to run it from its start, with every batch
//! compared to the record as long as there is one.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};
use stationary::search::Evaluated;

use crate::inputs;

const SCHEMA: &str = "stationary/assign-record/1";

/// An open record.
pub struct Journal {
    file: Option<File>,
    /// Lines to come that are known already.
    known: VecDeque<String>,
    source: PathBuf,
    line: usize,
    fault: Option<anyhow::Error>,
}

impl Journal {
    /// Reads the record to go on from, and begins the one to write.
    pub fn new(resume: Option<&Path>, record: Option<&Path>, run: &Value) -> Result<Self> {
        let mut head = json!({"schema": SCHEMA, "version": env!("CARGO_PKG_VERSION")});
        for (field, value) in run.as_object().into_iter().flatten() {
            head[field] = value.clone();
        }
        let known = match resume {
            None => VecDeque::new(),
            Some(path) => known(path, &head)?,
        };
        let file = match record {
            None => None,
            Some(path) => {
                let mut text = format!("{head}\n");
                for line in &known {
                    text.push_str(line);
                    text.push('\n');
                }
                inputs::write(path, &text)?;
                let file = File::options().append(true).open(path);
                Some(file.with_context(|| format!("cannot write {}", path.display()))?)
            }
        };
        Ok(Self {
            file,
            known,
            source: resume.map(Path::to_path_buf).unwrap_or_default(),
            line: 1,
            fault: None,
        })
    }

    /// Writes a batch, or compares it to the record.
    pub fn watch(&mut self, evaluated: &[Evaluated]) -> ControlFlow<()> {
        match self.note(evaluated) {
            Ok(()) => ControlFlow::Continue(()),
            Err(fault) => {
                self.fault = Some(fault);
                ControlFlow::Break(())
            }
        }
    }

    fn note(&mut self, evaluated: &[Evaluated]) -> Result<()> {
        self.line += 1;
        let batch: Vec<Value> = (evaluated.iter())
            .map(|e| json!([e.point, e.verdict.objective()]))
            .collect();
        let line = Value::Array(batch).to_string();
        if let Some(known) = self.known.pop_front() {
            if known == line {
                return Ok(());
            }
            return Err(anyhow!(
                "{}:{}: this run evaluates other points; expected the record of a run by the same \
                 build on the same kind of processor",
                self.source.display(),
                self.line
            ));
        }
        if let Some(file) = &mut self.file {
            // One write a line: whatever ends the process, no line before it is lost.
            file.write_all(format!("{line}\n").as_bytes())
                .context("cannot write the record")?;
        }
        Ok(())
    }

    /// The first fault, if there was one.
    pub fn close(self) -> Result<()> {
        if let Some(file) = &self.file {
            file.sync_all().context("cannot write the record")?;
        }
        match self.fault {
            None => Ok(()),
            Some(fault) => Err(fault),
        }
    }
}

/// The lines after the first of a record of this run. A last line without its
/// end was cut short by an interruption and is left out.
fn known(path: &Path, head: &Value) -> Result<VecDeque<String>> {
    let text = inputs::read(path)?;
    let mut lines = text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    let Some(first) = lines.next() else {
        return Ok(VecDeque::new());
    };
    let found: Value = serde_json::from_str(first).with_context(|| {
        format!(
            "{}:1: found no JSON; expected a record as --record writes it",
            path.display()
        )
    })?;
    for (field, wanted) in head.as_object().into_iter().flatten() {
        if found[field] != *wanted {
            return Err(anyhow!(
                "{}:1: found {field} {}; this run has {wanted}",
                path.display(),
                found[field]
            ));
        }
    }
    Ok(lines.map(|line| line.trim_end().to_owned()).collect())
}
