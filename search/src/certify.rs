//! The optimum on the machine, proved with few runs of it.
//!
//! ```text
//! table = bounds                          no entry is above what the machine makes of it
//! loop:
//!     x = exact optimum over the table
//!     run the entries of x that have not run; none: x is the machine's optimum
//!     put what the machine says in their places
//! ```
//!
//! At the end the value of `x` is the machine's own, while every other assignment is worth at least
//! what the table says, which is no less. Objectives and budgets only rise with costs, so that this
//! holds for all of them. Where the runs are limited, the value of the last `x` is still a lower
//! bound, and the best assignment among the entries that ran is an upper one.
//!
//! What is proved is about the entries of the table: each a design with *one* mapping, that of the
//! mapper. It says nothing of other mappings.

use std::collections::BTreeMap;

use crate::bound::{BoundViolation, hold};
use crate::certificate::{Certificate, ProofKind};
use crate::optimizers::exact::{Answer, solve};
use crate::problem::{Point, Problem, Shortfall};
use crate::table::{CostEntry, CostTable, Levels, TableError};

/// An option of a layer: the layer's index and the option's levels. Of equal layers the first stands for all.
pub type Job = (usize, Levels);

/// The limits of a proof's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The number of options that may run on the machine, those that ran before included.
    pub simulations: u64,
    /// The number of states that the exact solver may list.
    pub states: usize,
}

/// A proof of an optimum, or of a bound, on the machine.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The problem over the final table: the machine's costs of options that ran, lower bounds of all others.
    pub problem: Problem,
    /// The best assignment of which every entry ran, and its objective.
    pub best: Option<(Point, f64)>,
    /// The certificate of the best assignment. [`ProofKind::Proved`] without a best one: no assignment keeps
    /// the budgets.
    pub certificate: Certificate,
    /// The budgets that no assignment keeps on the machine; empty unless that is proved.
    pub shortfalls: Vec<Shortfall>,
    /// The options that ran, with their costs on the machine.
    pub simulated: BTreeMap<Job, CostEntry>,
    /// The number of times that the table was solved.
    pub rounds: u64,
}

/// The reason why there is no proof.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CertifyError<E> {
    /// The machine's cost is below its lower bound, so that nothing that rests on the bounds holds.
    #[error(transparent)]
    NoBound(#[from] BoundViolation),
    /// The machine's costs make no table.
    #[error(transparent)]
    CostTable(#[from] TableError),
    /// A run of the machine failed.
    #[error(transparent)]
    Machine(E),
}

/// Proves the optimum of a problem whose table holds lower bounds. `firsts` names for each layer the first one
/// that is equal to it, as [`design::firsts`](crate::design::firsts) does; `known` holds the options that have
/// run before. `measure` runs options on the machine and returns those that ran: if they are fewer than it was
/// asked for, no more run, and the proof ends with a gap.
///
/// # Errors
/// [`CertifyError`], if a run fails or contradicts the bounds.
///
/// # Panics
/// If `firsts` does not fit the problem.
pub fn certify<E>(
    problem: &Problem,
    firsts: &[usize],
    known: &[(Job, CostEntry)],
    allowed: Allowed,
    mut measure: impl FnMut(&[Job]) -> Result<Vec<(Job, CostEntry)>, E>,
) -> Result<Proof, CertifyError<E>> {
    let mut known_costs = KnownCosts::new(problem, firsts);
    known_costs.replace(known)?;
    let mut rounds = 0;
    loop {
        rounds += 1;
        let (point, certificate) = match solve(&known_costs.problem, allowed.states) {
            Answer::Infeasible(shortfalls) => {
                let mut proof = known_costs.proof(None, Certificate::infeasible(), rounds);
                proof.shortfalls = shortfalls;
                return Ok(proof);
            }
            Answer::Best { point, certificate } => (point, certificate),
        };
        let mut open = point
            .as_ref()
            .map_or(Vec::new(), |point| known_costs.open(point));
        if open.is_empty() && certificate.kind == ProofKind::Proved {
            let best = point.map(|point| (known_costs.problem.value(&point), point));
            let best = best.map(|(value, point)| (point, value));
            return Ok(known_costs.proof(best, certificate, rounds));
        }
        let left = allowed
            .simulations
            .saturating_sub(known_costs.simulated.len() as u64);
        open.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        let measured = match open.is_empty() {
            true => Vec::new(),
            false => measure(&open).map_err(CertifyError::Machine)?,
        };
        known_costs.replace(&measured)?;
        let is_cut = open
            .iter()
            .any(|job| !known_costs.simulated.contains_key(job));
        if open.is_empty() || is_cut {
            let best = known_costs.incumbent(allowed.states);
            // A bound over the table as it was holds over costs that only rose.
            let bounded = Certificate {
                kind: ProofKind::None,
                ..certificate
            };
            return Ok(known_costs.proof(best, bounded, rounds));
        }
    }
}

/// The table as it is known so far.
struct KnownCosts {
    problem: Problem,
    firsts: Vec<usize>,
    simulated: BTreeMap<Job, CostEntry>,
}

impl KnownCosts {
    fn new(problem: &Problem, firsts: &[usize]) -> Self {
        assert_eq!(
            firsts.len(),
            problem.table().layers().len(),
            "each layer has a first one that is like it"
        );
        Self {
            problem: problem.clone(),
            firsts: firsts.to_vec(),
            simulated: BTreeMap::new(),
        }
    }

    /// Puts what the machine says in the place of bounds, in all layers that are alike. Options that
    /// the problem does not have are left aside.
    fn replace<E>(&mut self, measured: &[(Job, CostEntry)]) -> Result<(), CertifyError<E>> {
        let measured: BTreeMap<Job, CostEntry> = measured.iter().copied().collect();
        let mut layers = self.problem.table().layers().to_vec();
        for (layer, options) in layers.iter_mut().enumerate() {
            for option in options {
                let job = (self.firsts[layer], option.levels());
                if let Some(entry) = measured.get(&job) {
                    hold_all(layer, option, entry)?;
                    *option = *entry;
                    self.simulated.insert(job, *entry);
                }
            }
        }
        self.problem = self.problem.with_table(CostTable::new(layers)?);
        Ok(())
    }

    /// The options of a point that have not run, each once, in the order of layers.
    fn open(&self, point: &[u16]) -> Vec<Job> {
        let mut open = Vec::new();
        for choice in self.problem.choices(point) {
            let job = (self.firsts[choice.layer], choice.levels());
            if !self.simulated.contains_key(&job) && !open.contains(&job) {
                open.push(job);
            }
        }
        open
    }

    /// The best assignment of options that ran. All others are made so dear that the optimum takes one
    /// of them only where there is no other way.
    fn incumbent(&self, states: usize) -> Option<(Point, f64)> {
        let layers = self.problem.table().layers();
        let has_run = |layer: usize, entry: &CostEntry| {
            self.simulated
                .contains_key(&(self.firsts[layer], entry.levels()))
        };
        let sum = |value: fn(&CostEntry) -> f64| -> f64 {
            let ran = layers.iter().enumerate();
            let greatest = ran.map(|(layer, options)| {
                let ran = options.iter().filter(|entry| has_run(layer, entry));
                ran.map(value).fold(0.0, f64::max)
            });
            greatest.sum()
        };
        let latency = 2 * sum(|entry| entry.latency as f64) as u64 + 1;
        let energy = 2.0 * sum(|entry| entry.energy) + 1.0;
        let dear = layers.iter().enumerate().map(|(layer, options)| {
            let entries = options.iter().map(|entry| match has_run(layer, entry) {
                true => *entry,
                false => CostEntry {
                    latency,
                    energy,
                    ..*entry
                },
            });
            entries.collect()
        });
        let table = CostTable::new(dear.collect()).ok()?;
        match solve(&self.problem.with_table(table), states) {
            Answer::Best {
                point: Some(point), ..
            } if self.open(&point).is_empty() => {
                let value = self.problem.value(&point);
                Some((point, value))
            }
            _ => None,
        }
    }

    fn proof(self, best: Option<(Point, f64)>, certificate: Certificate, rounds: u64) -> Proof {
        Proof {
            problem: self.problem,
            best,
            certificate,
            shortfalls: Vec::new(),
            simulated: self.simulated,
            rounds,
        }
    }
}

/// Holds every cost of an option on the machine against the one that stood for it.
fn hold_all(layer: usize, bound: &CostEntry, machine: &CostEntry) -> Result<(), BoundViolation> {
    let what = || format!("layer {layer}, {}", machine.levels());
    hold(what, "latency", bound.latency, machine.latency)?;
    hold(what, "energy", bound.energy, machine.energy)?;
    hold(what, "area", bound.area, machine.area)?;
    hold(what, "power", bound.power, machine.power)
}
