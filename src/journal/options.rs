//! Options of an assignment run on the machine, kept and taken again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use serde_json::Value;

use super::lines::{OptionLine, line, wrong};
use super::{Journal, failed, is_run};
use crate::documents;
use crate::error::Error;
use crate::search::certify::Job;
use crate::search::design::{self, DesignSpace};
use crate::search::{Cancellation, CostEntry, Levels};
use crate::workloads::Layer;

/// The options of an assignment that ran on the machine, with the journal that keeps them.
pub struct OptionRuns<'a> {
    space: &'a DesignSpace,
    layers: &'a [Layer],
    /// What earlier processes found; what this one asked for is in `found`.
    earlier: BTreeMap<Job, u64>,
    found: Mutex<BTreeMap<Job, u64>>,
    journal: Mutex<Journal>,
}

impl<'a> OptionRuns<'a> {
    /// Takes up the runs of a journal.
    ///
    /// # Errors
    /// A line of the journal that is no run of an option.
    pub fn new(
        space: &'a DesignSpace,
        layers: &'a [Layer],
        journal: Journal,
    ) -> Result<Self, Error> {
        let lines = journal.known().iter().enumerate();
        let runs = lines.filter(|(_, value)| is_run(value));
        let earlier = runs.map(|(at, value)| run(at, value));
        Ok(Self {
            space,
            layers,
            earlier: earlier.collect::<Result<_, Error>>()?,
            found: Mutex::default(),
            journal: Mutex::new(journal),
        })
    }

    /// The machine's cycles of an option, from an earlier run or by running it now; `layer` is an index from
    /// 0.
    ///
    /// # Errors
    /// An option that has no design; a journal that cannot be written, or that another thread failed to
    /// write.
    pub fn cycles(&self, layer: usize, levels: Levels) -> Result<u64, Error> {
        let job = (layer, levels);
        // A map that a failing thread left behind holds whole entries only.
        let known = |runs: &Mutex<BTreeMap<Job, u64>>| {
            let runs = runs.lock().unwrap_or_else(PoisonError::into_inner);
            runs.get(&job).copied()
        };
        if let Some(cycles) = known(&self.found) {
            return Ok(cycles);
        }
        let cycles = match self.earlier.get(&job) {
            Some(cycles) => *cycles,
            None => {
                let cycles = design::cycles(self.space, &self.layers[layer], levels)?;
                let mut journal = self.journal.lock().map_err(|_| failed())?;
                journal.append(&[documents::value(written(&job, cycles))])?;
                cycles
            }
        };
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.insert(job, cycles);
        Ok(cycles)
    }

    /// Runs several options until cancelled; returns those that ran, in their order, with the costs on the
    /// machine. What is known already needs no run.
    ///
    /// # Errors
    /// As [`OptionRuns::cycles`].
    pub fn until(
        &self,
        cancellation: &Cancellation,
        jobs: &[Job],
    ) -> Result<Vec<(Job, CostEntry)>, Error> {
        let run = |job: &Job| {
            let is_due = self.known(job).is_some() || !cancellation.is_cancelled();
            is_due.then(|| {
                let (layer, levels) = *job;
                let cycles = self.cycles(layer, levels)?;
                Ok((*job, self.space.entry(&self.layers[layer], levels, cycles)?))
            })
        };
        let found: Vec<Option<Result<_, Error>>> = jobs.par_iter().map(run).collect();
        found.into_iter().flatten().collect()
    }

    /// The costs of several options on the machine, in their order.
    ///
    /// # Errors
    /// As [`OptionRuns::cycles`].
    pub fn entries(&self, jobs: &[Job]) -> Result<Vec<CostEntry>, Error> {
        let entries = jobs.par_iter().map(|(layer, levels)| {
            let cycles = self.cycles(*layer, *levels)?;
            Ok(self.space.entry(&self.layers[*layer], *levels, cycles)?)
        });
        entries.collect()
    }

    /// The cycles of an option on the machine. None if it has not run.
    pub fn known(&self, job: &Job) -> Option<u64> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.get(job).or_else(|| self.earlier.get(job)).copied()
    }

    /// The options that were asked for since this was made, in the order of layers and levels.
    pub fn asked(&self) -> Vec<Job> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.keys().copied().collect()
    }

    /// Waits until all runs are on the disk, in the order of layers and levels, behind the evaluations.
    ///
    /// # Errors
    /// A journal that cannot be written, or that another thread failed to write.
    pub fn close(self) -> Result<(), Error> {
        let journal = self.journal.into_inner();
        let journal = journal.map_err(|_| failed())?;
        Ok(journal.close_sorted(|line| run(0, line).ok().map(|(job, _)| job))?)
    }
}

fn written((layer, levels): &Job, cycles: u64) -> OptionLine {
    OptionLine {
        layer: *layer,
        dataflow: levels.style.map(|style| style.name().to_owned()),
        pe: levels.pe,
        tile: levels.tile,
        cycles,
    }
}

fn run(at: usize, value: &Value) -> Result<(Job, u64), Error> {
    const WHAT: &str = "run of the machine";
    let OptionLine {
        layer,
        dataflow,
        pe,
        tile,
        cycles,
    } = line(at, WHAT, value)?;
    let style = dataflow.map(|name| name.parse()).transpose();
    let style = style.map_err(|why| wrong(at, WHAT, value, &format!("{why}")))?;
    Ok(((layer, Levels { style, pe, tile }), cycles))
}
