//! What is known of layers on machines, so that nothing is computed twice.

use std::collections::HashMap;

use rayon::prelude::*;

use super::machine::Machine;
use crate::documents::SweepFigures;
use crate::error::{Error, Unmapped};
use crate::evaluate::{self, LayerKey, Machines, Reading};
use crate::progress::{Progress, UnderWay};
use crate::workloads::Layer;

/// A layer's part of a point's figures.
#[derive(Clone, Copy, Debug)]
struct Figures {
    cycles: u64,
    energy: f64,
}

/// A layer on a machine.
type Kind = (usize, LayerKey);
/// The names of the layer and of the accelerator, which messages say.
type Names = [String; 2];

/// The figures of layers on machines, so that none is computed twice.
#[derive(Default)]
pub(super) struct Known {
    machines: HashMap<String, usize>,
    figures: HashMap<Kind, Figures>,
    failures: HashMap<(Kind, Names), String>,
}

/// A kind that is to be evaluated, by the first layer of it.
pub(super) struct Job<'m> {
    kind: Kind,
    machine: &'m Machine,
    layer: &'m Layer,
}

impl Known {
    /// How many layers on machines have been evaluated.
    pub fn count(&self) -> usize {
        self.figures.len() + self.failures.len()
    }

    fn kinds<'m>(&mut self, machine: &'m Machine) -> Vec<(Kind, &'m Layer)> {
        let next = self.machines.len();
        let number = *(self.machines)
            .entry(machine.identity.clone())
            .or_insert(next);
        let layers = machine.target.layers().iter();
        layers
            .map(|layer| ((number, evaluate::key(&machine.target, layer)), layer))
            .collect()
    }

    /// What of a point is not known, and not among the jobs.
    pub fn missing<'m>(&mut self, machine: &'m Machine, jobs: &mut Vec<Job<'m>>) {
        for (kind, layer) in self.kinds(machine) {
            let names = names(machine, layer);
            let is_failure = self.failures.contains_key(&(kind.clone(), names));
            let is_known = is_failure || self.figures.contains_key(&kind);
            if !is_known && jobs.iter().all(|job| job.kind != kind) {
                jobs.push(Job {
                    kind,
                    machine,
                    layer,
                });
            }
        }
    }

    /// Evaluates the jobs beside each other.
    ///
    /// # Errors
    /// The end was asked for.
    pub fn evaluate(
        &mut self,
        jobs: &[Job<'_>],
        reading: Reading,
        machines: &dyn Machines,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let under_way = UnderWay(progress);
        let answers: Vec<Result<Figures, Error>> = jobs
            .par_iter()
            .map(|job| {
                progress.check()?;
                job.answer(reading, machines, &under_way)
            })
            .collect();
        for (job, answer) in jobs.iter().zip(answers) {
            match answer {
                Ok(figures) => {
                    self.figures.insert(job.kind.clone(), figures);
                }
                Err(Error::Cancelled) => return Err(Error::Cancelled),
                Err(error) => {
                    let key = (job.kind.clone(), names(job.machine, job.layer));
                    self.failures.insert(key, reason(&error));
                }
            }
        }
        Ok(())
    }

    /// The totals of a point whose layers have all been evaluated: its figures, or as an error the reason of
    /// the first layer that cannot run. None if a layer has failed under another name only.
    pub fn point(&mut self, machine: &Machine) -> Option<Result<SweepFigures, String>> {
        let mut cycles: u64 = 0;
        let mut energy = 0.0;
        for (kind, layer) in self.kinds(machine) {
            match self.figures.get(&kind) {
                Some(figures) => {
                    cycles += figures.cycles;
                    energy += figures.energy;
                }
                None => {
                    let key = (kind, names(machine, layer));
                    return self.failures.get(&key).cloned().map(Err);
                }
            }
        }
        Some(Ok(figures(machine, cycles, energy)))
    }
}

impl Job<'_> {
    fn answer(
        &self,
        reading: Reading,
        machines: &dyn Machines,
        progress: &dyn Progress,
    ) -> Result<Figures, Error> {
        let Machine {
            target,
            control,
            cost,
            ..
        } = self.machine;
        let plan = target.plan(self.layer, control)?;
        let result = evaluate::evaluate(&plan, cost, reading, machines, progress)?;
        Ok(Figures {
            cycles: result.cycles,
            energy: result.energy.total().0,
        })
    }
}

/// The totals of a run, by the same sums in the same order.
fn figures(machine: &Machine, cycles: u64, energy_pj: f64) -> SweepFigures {
    let Machine { target, cost, .. } = machine;
    let a = target.accelerator();
    let macs: u64 = target.layers().iter().map(Layer::macs).sum();
    let seconds = cycles as f64 / (a.clock.0 as f64 * 1e3);
    SweepFigures {
        cycles,
        seconds,
        energy_pj,
        edp_js: energy_pj * 1e-12 * seconds,
        area_um2: cost.area().total.0,
        average_power_mw: energy_pj / seconds / 1e9,
        utilization: macs as f64 / (a.array.peak() * cycles as f64),
    }
}

fn names(machine: &Machine, layer: &Layer) -> Names {
    let arch = machine.target.accelerator().name.clone();
    [layer.name().to_owned(), arch]
}

/// An error with what is behind it, in one line.
pub(super) fn reason(error: &Error) -> String {
    if let Error::NoMapping {
        why: why @ (Unmapped::NoneFits(_) | Unmapped::Illegal(_)),
        ..
    } = error
    {
        return why.to_string();
    }
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let said = cause.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        source = cause.source();
    }
    text.replace('\n', " ")
}
