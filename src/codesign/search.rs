//! The search: every core by bounds and the machine, or a tuner's measurements.

use std::sync::Arc;
use std::time::Instant;

use super::CodesignQuestion;
use super::certificate::CodesignInstance;
use super::setting::Setting;
use super::written::Certificate;
use crate::error::Error;
use crate::hooks::Hooks;
use crate::journal::Measurements;
use crate::search::codesign::{
    self, Chip, DesignPoint, Extent, Measured, NetworkProof, NetworkTuned, Record,
};

/// The way in which a chip was found: by proof or by a tuner.
pub enum FoundBy {
    /// By a search that proves all other chips not to be better.
    Proved(NetworkProof),
    /// By a tuner, which proves nothing.
    Tuned(NetworkTuned),
}

/// The result of a search for a chip.
pub struct CodesignResult {
    /// The question that was asked.
    pub question: CodesignQuestion,
    /// The inputs as they were read: the tasks, and the cores to choose from.
    pub setting: Arc<Setting>,
    /// How the chip was found.
    pub course: FoundBy,
    /// For each task, the best point on hardware of its own, and its cycles on the machine; None where
    /// nothing ran.
    pub each: Vec<Option<(DesignPoint, u64)>>,
    /// Wall-clock seconds of the search.
    pub seconds: f64,
    /// Whether documents contain the seconds.
    pub verbose: bool,
    /// Whether the search was cancelled before its end.
    pub is_cut: bool,
    /// The command that resumes the search; None unless it was cancelled and its measurements were kept.
    pub go_on: Option<String>,
    /// What ran of each task.
    ran: Vec<Record>,
}

impl CodesignResult {
    /// The best chip; None if no core runs all layers.
    #[must_use]
    pub fn best(&self) -> Option<&Chip> {
        match &self.course {
            FoundBy::Proved(proof) => proof.best.as_ref(),
            FoundBy::Tuned(tuned) => tuned.best.as_ref(),
        }
    }

    /// The certificate of a proof; None for a chip that a tuner found.
    ///
    /// # Errors
    /// What follows from the runs is not what the search says: a fault of this crate.
    pub fn certificate(&self) -> Result<Option<Certificate>, Error> {
        let FoundBy::Proved(proof) = &self.course else {
            return Ok(None);
        };
        let certificate = Certificate::of(
            &self.question,
            &CodesignInstance::of(&self.setting),
            &self.ran,
        )?;
        let cycles = certificate.best.as_ref().map(|best| best.cycles);
        let is_same = cycles == proof.best.as_ref().map(|chip| chip.cycles)
            && proof.is_whole() <= (certificate.kind == "proved");
        if !is_same {
            let text = "the certificate does not hold: its runs do not prove what the search found";
            return Err(Error::Search(text.to_owned()));
        }
        Ok(Some(certificate))
    }
}

impl Setting {
    /// Searches for a chip and schedules; None if it was cancelled before a chip was found.
    ///
    /// # Errors
    /// An optimiser that does not exist, a file that cannot be written, a run below its bound.
    pub fn search(
        self: &Arc<Self>,
        question: &CodesignQuestion,
        hooks: &Hooks<'_>,
    ) -> Result<Option<CodesignResult>, Error> {
        question.check()?;
        let tasks = &self.tasks[..];
        let measurements =
            Measurements::open(&hooks.files, &self.loaded, &self.hardware, tasks.len());
        let mut measurements = measurements?;
        let known = std::mem::take(&mut measurements.known);
        let start = Instant::now();
        let cancellation = &hooks.cancellation;
        (hooks.has_result)();
        // What a certificate rests on.
        let mut ran = vec![Record::new(); tasks.len()];
        let mut note = |task: usize, measured: &Measured| {
            measurements.note(task, measured);
            ran[task].insert(measured.point, measured.outcome);
            hooks.progress.done();
        };
        let (course, each) = if question.optimizer == "exact" {
            let extent = match question.every {
                true => Extent::Every,
                false => Extent::Best,
            };
            let proof = codesign::prove_network(tasks, extent, &known, cancellation, &mut note);
            let proof = proof.map_err(Error::search)?;
            let known = measurements.known_now();
            let mut note = |task: usize, measured: &Measured| measurements.note(task, measured);
            let each = codesign::prove_each(tasks, &known, cancellation, &mut note);
            (FoundBy::Proved(proof), each.map_err(Error::search)?)
        } else {
            let make = |task: usize| {
                let seed = question
                    .seed
                    .wrapping_mul(1_000_003)
                    .wrapping_add(task as u64);
                let found = codesign::find(&question.optimizer, seed);
                found.expect("its name was checked")
            };
            let count = usize::try_from(question.measurements).unwrap_or(usize::MAX);
            let tuned =
                codesign::tune_network(tasks, &make, count, &known, cancellation, &mut note);
            let tuned = tuned.map_err(Error::search)?;
            let each = tuned.each.clone();
            (FoundBy::Tuned(tuned), each)
        };
        measurements.close()?;
        let is_cut = cancellation.is_cancelled() && !is_done(&course, &each, question);
        let found = CodesignResult {
            question: question.clone(),
            setting: Arc::clone(self),
            course,
            each,
            seconds: start.elapsed().as_secs_f64(),
            verbose: false,
            is_cut,
            go_on: None,
            ran,
        };
        Ok((!is_cut || found.best().is_some()).then_some(found))
    }
}

/// Whether a search came to its end.
fn is_done(
    course: &FoundBy,
    each: &[Option<(DesignPoint, u64)>],
    question: &CodesignQuestion,
) -> bool {
    match course {
        FoundBy::Proved(proof) => proof.is_whole() && each.iter().all(Option::is_some),
        FoundBy::Tuned(tuned) => {
            let courses = tuned.free.iter().zip(&tuned.shared);
            let measured = courses.map(|(free, own)| free.measured.len() + own.measured.len());
            let count = usize::try_from(question.measurements).unwrap_or(usize::MAX);
            measured.into_iter().all(|n| n >= count)
        }
    }
}
