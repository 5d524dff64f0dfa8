//! The driver: asks, repairs, evaluates, records and stops.
//!
//! ```text
//! while calls < budget:
//!     points = optimizer.ask(problem, budget - calls)     none: stop
//!     evaluated = [verdict(repair(p)) for p in points]    in parallel, in order
//!     record(evaluated); optimizer.tell(evaluated)
//! ```
//!
//! An optimiser is deterministic, so a run that was interrupted resumes by running again with the
//! verdicts that are known: what it asks for must be what the record says it asked for.

use std::collections::HashSet;
use std::convert::Infallible;

use rayon::prelude::*;

use crate::cancellation::Cancellation;
use crate::certificate::{Certificate, ProofKind};
use crate::optimizers::{Access, Optimizer, Status};
use crate::problem::{Evaluated, Point, Problem, Shortfall};
use crate::repair::{Repair, Repairer};

/// Below this number of points, handing them to other threads costs more than
/// it saves.
const PARALLEL: usize = 64;

/// The limits of a run, and how many points it keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The number of points that may be evaluated.
    pub evaluations: u64,
    /// What is done with an infeasible point before it is evaluated.
    pub repair: Repair,
    /// The number of the best distinct feasible points that the outcome keeps; at least one.
    pub keep: usize,
}

impl Default for Settings {
    /// The settings of the command line without options: no limit on evaluations that matters, repair as the
    /// optimisers do it, and only the best point kept.
    fn default() -> Self {
        Self {
            evaluations: 10_000,
            repair: Repair::default(),
            keep: 1,
        }
    }
}

/// The work that a run took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evaluations {
    /// Points evaluated: whole networks, repeats included.
    pub calls: u64,
    /// Distinct points among them, after repair.
    pub distinct: u64,
    /// Distinct entries of the table that were read. An optimiser that works on
    /// the table itself is charged with all of it.
    pub entries: u64,
}

/// The reason why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The answer is proved: the best point is optimal, or none is feasible.
    Proved,
    /// All evaluations are spent.
    Budget,
    /// The optimiser has proposed all that it could.
    Exhausted,
    /// The optimiser sees no way to improve.
    Converged,
    /// The run was cancelled: the best so far is known, and nothing is proved.
    Interrupted,
}

/// The record of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The best feasible point and its objective, the earliest among equals; None if no point was feasible.
    pub best: Option<(Point, f64)>,
    /// The best distinct feasible points with their objectives, best first; at most [`Settings::keep`].
    pub leaders: Vec<(Point, f64)>,
    /// The course of the run: for each improvement the number of calls so far and the new best objective.
    pub curve: Vec<(u64, f64)>,
    /// The work done.
    pub evaluations: Evaluations,
    /// The reason why it ended.
    pub stop: Stop,
    /// The proof, if any, of the best point.
    pub certificate: Certificate,
    /// The budgets that no assignment keeps, where the run proved so.
    pub shortfalls: Vec<Shortfall>,
}

/// The reason why a recorded run cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Interruption<E> {
    /// The optimiser asks for another point than it did when the record was made.
    #[error(
        "evaluation {at} of the record is of another point than the search asks for: the record is of another \
         problem, optimiser, seed or version"
    )]
    Diverged {
        /// The evaluation, counted from 1.
        at: usize,
    },
    /// The evaluations could not be recorded.
    #[error(transparent)]
    Record(E),
}

/// Runs an optimiser on a problem. The outcome depends on the problem, the
/// optimiser's state and the settings, not on the number of threads.
pub fn run(problem: &Problem, optimizer: &mut dyn Optimizer, settings: &Settings) -> Outcome {
    let never = Cancellation::default();
    run_recorded(problem, optimizer, settings, &[], &never, |_| {
        Ok::<(), Infallible>(())
    })
    .expect("nothing is known that could diverge, and nothing recorded that could fail")
}

/// Runs an optimiser as [`run`] does, but takes the verdicts of `known`, an earlier run's record, as far as
/// they go. `record` gets every further evaluation, in order, before the optimiser hears of it. Once cancelled,
/// the run ends with the best point so far, those of the record included.
///
/// # Errors
/// [`Interruption::Diverged`], if the record is of another run, and [`Interruption::Record`], if `record`
/// fails.
pub fn run_recorded<E>(
    problem: &Problem,
    optimizer: &mut dyn Optimizer,
    settings: &Settings,
    known: &[Evaluated],
    cancellation: &Cancellation,
    record: impl FnMut(&[Evaluated]) -> Result<(), E>,
) -> Result<Outcome, Interruption<E>> {
    let outcome = drive(problem, optimizer, settings, known, cancellation, record)?;
    let calls = usize::try_from(outcome.evaluations.calls).unwrap_or(usize::MAX);
    if known.len() > calls {
        return Err(Interruption::Diverged { at: calls + 1 });
    }
    Ok(outcome)
}

fn drive<E>(
    problem: &Problem,
    optimizer: &mut dyn Optimizer,
    settings: &Settings,
    known: &[Evaluated],
    cancellation: &Cancellation,
    mut record: impl FnMut(&[Evaluated]) -> Result<(), E>,
) -> Result<Outcome, Interruption<E>> {
    let mut recorder = Recorder::new(problem, settings.keep.max(1));
    let shortfalls = problem.shortfalls();
    if !shortfalls.is_empty() {
        return Ok(recorder.close(Status::Infeasible(shortfalls), optimizer.access()));
    }
    let repairer = match settings.repair {
        Repair::Off => None,
        Repair::Lower => Some(Repairer::new(problem)),
    };
    loop {
        let remaining = settings.evaluations - recorder.evaluations.calls;
        if remaining == 0 {
            return Ok(recorder.close(Status::Searching, optimizer.access()));
        }
        if cancellation.is_cancelled() {
            let done = usize::try_from(recorder.evaluations.calls).unwrap_or(usize::MAX);
            for each in known.get(done..).unwrap_or_default() {
                recorder.record(problem, each);
            }
            let outcome = recorder.close(Status::Searching, optimizer.access());
            return Ok(Outcome {
                stop: Stop::Interrupted,
                ..outcome
            });
        }
        let mut points = optimizer.ask(problem, usize::try_from(remaining).unwrap_or(usize::MAX));
        points.truncate(usize::try_from(remaining).unwrap_or(usize::MAX));
        if points.is_empty() {
            let status = match optimizer.status() {
                Status::Searching => Status::Exhausted,
                status => status,
            };
            return Ok(recorder.close(status, optimizer.access()));
        }
        let done = usize::try_from(recorder.evaluations.calls).unwrap_or(usize::MAX);
        let known = known.get(done..).unwrap_or_default();
        let evaluate = |(at, mut point): (usize, Point)| {
            problem.settle(&mut point);
            if let Some(repairer) = &repairer {
                repairer.repair(problem, &mut point);
            }
            match known.get(at) {
                None => Ok(Evaluated {
                    verdict: problem.verdict(&point),
                    point,
                }),
                Some(known) if known.point == point => Ok(known.clone()),
                Some(_) => Err(done + at + 1),
            }
        };
        let evaluated: Vec<_> = if points.len() < PARALLEL {
            points.into_iter().enumerate().map(evaluate).collect()
        } else {
            points.into_par_iter().enumerate().map(evaluate).collect()
        };
        let evaluated: Result<Vec<Evaluated>, usize> = evaluated.into_iter().collect();
        let evaluated = evaluated.map_err(|at| Interruption::Diverged { at })?;
        let new = &evaluated[known.len().min(evaluated.len())..];
        if !new.is_empty() {
            record(new).map_err(Interruption::Record)?;
        }
        for each in &evaluated {
            recorder.record(problem, each);
        }
        optimizer.tell(&evaluated);
        match optimizer.status() {
            Status::Searching => {}
            status => return Ok(recorder.close(status, optimizer.access())),
        }
    }
}

struct Recorder {
    seen: HashSet<Point>,
    read: Vec<Vec<bool>>,
    keep: usize,
    leaders: Vec<(Point, f64)>,
    curve: Vec<(u64, f64)>,
    evaluations: Evaluations,
}

impl Recorder {
    fn new(problem: &Problem, keep: usize) -> Self {
        Self {
            seen: HashSet::new(),
            read: problem
                .table()
                .layers()
                .iter()
                .map(|l| vec![false; l.len()])
                .collect(),
            keep,
            leaders: Vec::new(),
            curve: Vec::new(),
            evaluations: Evaluations::default(),
        }
    }

    fn record(&mut self, problem: &Problem, evaluated: &Evaluated) {
        self.evaluations.calls += 1;
        if !self.seen.insert(evaluated.point.clone()) {
            return;
        }
        self.evaluations.distinct += 1;
        for stage in problem.stages(&evaluated.point) {
            for layer in stage.layers {
                self.read[layer][usize::from(stage.option)] = true;
            }
        }
        let Some(objective) = evaluated.verdict.objective() else {
            return;
        };
        if self
            .leaders
            .first()
            .is_none_or(|&(_, best)| objective < best)
        {
            self.curve.push((self.evaluations.calls, objective));
        }
        let rank = self
            .leaders
            .partition_point(|&(_, other)| other <= objective);
        if rank < self.keep {
            self.leaders
                .insert(rank, (evaluated.point.clone(), objective));
            self.leaders.truncate(self.keep);
        }
    }

    fn close(self, status: Status, access: Access) -> Outcome {
        let mut evaluations = self.evaluations;
        evaluations.entries = match access {
            Access::BlackBox => self.read.iter().flatten().filter(|read| **read).count() as u64,
            Access::WhiteBox => self.read.iter().map(Vec::len).sum::<usize>() as u64,
        };
        let (stop, certificate, shortfalls) = match status {
            Status::Searching | Status::OutOfEpochs => {
                (Stop::Budget, Certificate::none(), Vec::new())
            }
            Status::Exhausted => (Stop::Exhausted, Certificate::none(), Vec::new()),
            Status::Converged => (Stop::Converged, Certificate::none(), Vec::new()),
            Status::Bounded(certificate) => match certificate.kind {
                ProofKind::None => (Stop::Budget, certificate, Vec::new()),
                ProofKind::Proved | ProofKind::Conditional => {
                    (Stop::Proved, certificate, Vec::new())
                }
            },
            Status::Infeasible(short) => (Stop::Proved, Certificate::infeasible(), short),
        };
        Outcome {
            best: self.leaders.first().cloned(),
            leaders: self.leaders,
            curve: self.curve,
            evaluations,
            stop,
            certificate,
            shortfalls,
        }
    }
}
