//! The evaluations of an assignment's search, kept and taken again.

use stationary_record::LogError;

use super::lines::{EvaluationLine, EvaluationsHead, Head, line, wrong};
use super::{Files, Journal, is_run};
use crate::documents;
use crate::error::Error;
use crate::search::{Evaluated, Verdict};

/// A journal of points with their objectives.
pub struct Evaluations {
    /// The evaluations of earlier runs.
    pub known: Vec<Evaluated>,
    journal: Journal,
}

impl Evaluations {
    /// Opens a journal; `head` is what decides which points are evaluated, and to what.
    ///
    /// # Errors
    /// Those of [`Journal::open`], and a line that is no evaluation.
    pub fn open(files: &Files, head: &EvaluationsHead) -> Result<Self, Error> {
        let journal = Journal::open(files, &head.fields())?;
        // Runs of the machine stand behind the evaluations.
        let lines = journal.known().iter().enumerate();
        let known = lines.filter(|(_, value)| !is_run(value));
        let known = known.map(|(at, value)| {
            let read: EvaluationLine = line(at, "evaluation", value)?;
            let both = "it has one of objective and excess";
            evaluated(read).ok_or_else(|| wrong(at, "evaluation", value, both))
        });
        let known = known.collect::<Result<_, Error>>()?;
        Ok(Self { known, journal })
    }

    /// Keeps new evaluations.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn append(&mut self, new: &[Evaluated]) -> Result<(), LogError> {
        let lines = new.iter().map(|new| documents::value(written(new)));
        self.journal.append(&lines.collect::<Vec<_>>())
    }

    /// The underlying journal, to which runs of the machine are appended.
    pub fn into_journal(self) -> Journal {
        self.journal
    }
}

fn written(evaluated: &Evaluated) -> EvaluationLine {
    let (objective, excess) = match &evaluated.verdict {
        Verdict::Feasible { objective } => (Some(*objective), None),
        Verdict::Infeasible { excess } => (None, Some(excess.clone())),
    };
    EvaluationLine {
        point: evaluated.point.clone(),
        objective,
        excess,
    }
}

fn evaluated(line: EvaluationLine) -> Option<Evaluated> {
    let verdict = match (line.objective, line.excess) {
        (Some(objective), None) => Verdict::Feasible { objective },
        (None, Some(excess)) => Verdict::Infeasible { excess },
        _ => return None,
    };
    Some(Evaluated {
        point: line.point,
        verdict,
    })
}
