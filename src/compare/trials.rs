//! The runs of a comparison: those that a record keeps, and all others.

use std::collections::HashMap;
use std::sync::Mutex;

use rayon::prelude::*;
use serde_json::{Map, Value};

use super::ComparisonQuestion;
use crate::documents;
use crate::error::Error;
use crate::hooks::Hooks;
use crate::journal::{ComparedRunLine, ComparedRunsHead, Head, Journal, line, version};
use crate::search::compare::{Instance, Trial, trial};
use crate::search::{LearningEffort, optimizers};

/// What tells a run from others in a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    fingerprint: String,
    optimizer: String,
    seed: u64,
    evaluations: u64,
    /// Epochs and preset, where the optimiser has them.
    effort: Option<(u64, String)>,
}

fn effort_of(label: &str, effort: &LearningEffort) -> Result<Option<(u64, String)>, Error> {
    let (name, own) = optimizers::variant(label, effort).map_err(Error::search)?;
    Ok(optimizers::has_epochs(name).then(|| (own.epochs, own.preset.to_string())))
}

/// Every run, in the order of instances, optimisers and seeds, whatever the
/// order in which they ended; and whether these are all, or it was interrupted.
pub(super) fn trials(
    question: &ComparisonQuestion,
    instances: &[Instance],
    names: &[String],
    hooks: &Hooks<'_>,
) -> Result<(Vec<Trial>, bool), Error> {
    let effort = question.effort()?;
    let fingerprints: Vec<String> = instances
        .iter()
        .map(|i| format!("{:016x}", i.fingerprint()))
        .collect();
    let journal = Journal::open(&hooks.files, &head())?;
    let known: HashMap<Key, RecordedTrial> = recorded(journal.known())?.into_iter().collect();
    let journal = Mutex::new(journal);
    if !known.is_empty() {
        (hooks.has_result)();
    }
    let mut jobs = Vec::new();
    for instance in 0..instances.len() {
        for name in names {
            let count = question.seeds_of(name)?;
            let seeds = (0..count).map(|n| question.seed.wrapping_add(n));
            jobs.extend(seeds.map(|seed| (instance, name, seed)));
        }
    }
    let key = |(instance, name, seed): (usize, &String, u64)| -> Result<Key, Error> {
        Ok(Key {
            fingerprint: fingerprints[instance].clone(),
            optimizer: name.clone(),
            seed,
            evaluations: question.evaluations,
            effort: effort_of(name, &effort)?,
        })
    };
    let keys: Vec<Key> = jobs
        .iter()
        .copied()
        .map(key)
        .collect::<Result<_, Error>>()?;
    let job = |(instance, name, seed): (usize, &String, u64)| -> Result<Option<Trial>, Error> {
        let key = key((instance, name, seed))?;
        if let Some((spent, curve)) = known.get(&key) {
            hooks.progress.done();
            return Ok(Some(Trial {
                instance,
                optimizer: name.clone(),
                seed,
                spent: *spent,
                curve: curve.clone(),
            }));
        }
        let cancellation = &hooks.cancellation;
        let (evaluations, effort) = (question.evaluations, &effort);
        let trial = trial(
            instances,
            instance,
            name,
            seed,
            evaluations,
            effort,
            cancellation,
        )
        .map_err(Error::search)?;
        let Some(trial) = trial else {
            return Ok(None);
        };
        let line = documents::value(written(&key, &instances[instance].name, &trial));
        let mut journal = (journal.lock()).map_err(|_| failed("another run"))?;
        journal.append(&[line])?;
        (hooks.has_result)();
        hooks.progress.done();
        Ok(Some(trial))
    };
    let trials: Result<Vec<Option<Trial>>, Error> = jobs.into_par_iter().map(job).collect();
    let trials = trials?;
    let is_whole = trials.iter().all(Option::is_some);
    let journal = journal.into_inner();
    let places = keys.into_iter().zip(0_usize..);
    let places: HashMap<Key, usize> = places.collect();
    journal.map_err(|_| failed("a run"))?.close_sorted(|line| {
        let place = run((0, line))
            .ok()
            .and_then(|(key, _)| places.get(&key).copied());
        place.unwrap_or(usize::MAX)
    })?;
    Ok((trials.into_iter().flatten().collect(), is_whole))
}

fn failed(who: &str) -> Error {
    Error::Search(format!("{who} failed to record"))
}

/// What a record of this version says first.
fn head() -> Map<String, Value> {
    let head = ComparedRunsHead {
        schema: ComparedRunsHead::NAME.to_owned(),
        version: version(),
    };
    head.fields()
}

fn written(key: &Key, instance: &str, trial: &Trial) -> ComparedRunLine {
    let key = key.clone();
    ComparedRunLine {
        instance: instance.to_owned(),
        fingerprint: key.fingerprint,
        optimizer: key.optimizer,
        seed: key.seed,
        evaluations: key.evaluations,
        effort: key.effort,
        spent: trial.spent,
        curve: trial.curve.clone(),
    }
}

/// What a record keeps of a run: evaluations charged, and the curve.
type RecordedTrial = (u64, Vec<(u64, f64)>);

/// The runs of a record.
fn recorded(lines: &[Value]) -> Result<Vec<(Key, RecordedTrial)>, Error> {
    lines.iter().enumerate().map(run).collect()
}

fn run((at, value): (usize, &Value)) -> Result<(Key, RecordedTrial), Error> {
    let run: ComparedRunLine = line(at, "run of an optimiser", value)?;
    let key = Key {
        fingerprint: run.fingerprint,
        optimizer: run.optimizer,
        seed: run.seed,
        evaluations: run.evaluations,
        effort: run.effort,
    };
    Ok((key, (run.spent, run.curve)))
}
