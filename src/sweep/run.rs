//! A sweep carried out: points in the order of the plan, each kept as soon as it is known.
//!
//! ```text
//! for some points at a time:
//!     read their accelerators, beside each other
//!     evaluate the layers on machines that are not known yet, beside each other
//!     add up each point, keep it
//! ```
//!
//! How many are taken at a time changes no answer: what is kept is in the order of the plan.

use rayon::prelude::*;

use super::file::SweepVerb;
use super::known::{Job, Known, reason};
use super::machine::{Machine, Networks};
use super::plan::SweepPlan;
use super::summary::summed_up;
use crate::documents::{
    Document, Sweep, SweepAxis, SweepFigures, SweepNetwork, SweepPoint, SweepShard,
};
use crate::error::Error;
use crate::evaluate::Reading;
use crate::hooks::Hooks;
use crate::journal::SweepPoints;
use crate::progress::Progress;
use crate::sim::Pace;
use crate::target::Remark;

/// Points of which the accelerators are read at a time.
const READ: usize = 64;
/// Layers on machines that are evaluated at a time, for each thread.
const EVALUATED: usize = 8;

/// The result of carrying out a sweep.
#[derive(Clone, Debug)]
pub struct Swept {
    /// The answer as a document, from which pages are made.
    pub document: Sweep,
    /// The number of layers that were evaluated on machines now.
    pub evaluated: usize,
    /// The number of points that were taken from an earlier run.
    pub known: usize,
}

impl SweepPlan {
    /// Remarks on the inputs, as the first point has them.
    #[must_use]
    pub fn remarks(&self) -> Vec<Remark> {
        let first = self.points().first();
        let read = first.and_then(|place| self.request(place).target().ok());
        read.map_or(Vec::new(), |target| target.remarks)
    }

    /// Evaluates all points, or those of a shard. A point that cannot run has its error in the place of figures.
    ///
    /// ```
    /// use stationary::hooks::Hooks;
    /// use stationary::sweep::SweepPlan;
    ///
    /// let text = "{arch: systolic, network: alexnet, layers: [fc8], axes: {array.rows: [8, 16]}}";
    /// let swept = SweepPlan::parse("plan.yaml", text)?.run(None, &Hooks::default())?;
    /// assert_eq!(swept.document.points.len(), 2);
    /// assert_eq!(swept.document.best["cycles"], 1);
    /// # Ok::<(), stationary::Error>(())
    /// ```
    ///
    /// # Errors
    /// A journal that is of another sweep or cannot be written; the end was asked for.
    pub fn run(&self, shard: Option<SweepShard>, hooks: &Hooks<'_>) -> Result<Swept, Error> {
        let mut journal = SweepPoints::open(&hooks.files, self.digest(), shard)?;
        let networks = Networks::of(self)?;
        let numbers: Vec<u64> = self.numbers(shard).collect();
        let mut points: Vec<SweepPoint> = Vec::with_capacity(numbers.len());
        let mut missing = Vec::new();
        for number in &numbers {
            match journal.known(*number) {
                Some((figures, error)) => points.push(self.record(*number, figures, error)),
                None => missing.push(*number),
            }
        }
        let mut run = Running {
            plan: self,
            networks,
            known: Known::default(),
            progress: hooks.progress,
        };
        let covered = run.networks.covered(self);
        let known = points.len();
        for _ in 0..known {
            hooks.progress.done();
        }
        for some in missing.chunks(READ) {
            let machines: Vec<Result<Machine, Error>> =
                some.par_iter().map(|number| run.machine(*number)).collect();
            let mut rest = &machines[..];
            let mut numbers = some.iter();
            while !rest.is_empty() {
                let (answers, count) = run.some(rest)?;
                rest = &rest[count..];
                for (number, answer) in numbers.by_ref().take(count).zip(answers) {
                    let (figures, error) = match answer {
                        Ok(figures) => (Some(figures), None),
                        Err(error) => (None, Some(error)),
                    };
                    points.push(self.record(*number, figures, error));
                    hooks.progress.done();
                }
                let new = &points[points.len() - count..];
                journal.append(new)?;
            }
        }
        journal.close()?;
        points.sort_by_key(|point| point.point);
        Ok(Swept {
            document: summed_up(self.document(shard, covered, points)),
            evaluated: run.known.count(),
            known,
        })
    }

    fn record(
        &self,
        number: u64,
        figures: Option<SweepFigures>,
        error: Option<String>,
    ) -> SweepPoint {
        SweepPoint {
            point: number,
            values: self.values(&self.points()[number as usize]),
            figures,
            error,
        }
    }

    fn document(
        &self,
        shard: Option<SweepShard>,
        networks: Vec<SweepNetwork>,
        points: Vec<SweepPoint>,
    ) -> Sweep {
        let file = self.file();
        let axes = self.axes().iter().map(|axis| SweepAxis {
            name: axis.name.clone(),
            values: axis.values.clone(),
        });
        let objectives = file.objectives.iter();
        Sweep {
            schema: Sweep::NAME.to_owned(),
            plan: self.digest().to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            verb: file.verb.name().to_owned(),
            objectives: objectives.map(|one| one.name().to_owned()).collect(),
            fixed: self.fixed(),
            networks,
            axes: axes.collect(),
            constraints: file.constraints.clone(),
            points_by: file.points.name().to_owned(),
            seed: file.points.seed(),
            planned: self.points().len() as u64,
            shard,
            points,
            front: Vec::new(),
            best: [].into(),
            failed: Vec::new(),
        }
    }
}

struct Running<'a> {
    plan: &'a SweepPlan,
    networks: Networks,
    known: Known,
    progress: &'a dyn Progress,
}

impl Running<'_> {
    fn machine(&self, number: u64) -> Result<Machine, Error> {
        Machine::of(
            self.plan,
            &self.networks,
            &self.plan.points()[number as usize],
        )
    }

    /// The answers of the first of some points, as many as keep all threads at work for a while.
    fn some(
        &mut self,
        machines: &[Result<Machine, Error>],
    ) -> Result<(Vec<Result<SweepFigures, String>>, usize), Error> {
        let enough = EVALUATED * rayon::current_num_threads();
        let mut jobs: Vec<Job<'_>> = Vec::new();
        let mut count = 0;
        for machine in machines {
            if jobs.len() >= enough {
                break;
            }
            count += 1;
            if let Ok(machine) = machine {
                self.known.missing(machine, &mut jobs);
            }
        }
        self.evaluate(&jobs)?;
        let answers = machines[..count].iter().map(|machine| match machine {
            Ok(machine) => self.answer(machine),
            Err(error) => Ok(Err(reason(error))),
        });
        Ok((answers.collect::<Result<_, Error>>()?, count))
    }

    fn answer(&mut self, machine: &Machine) -> Result<Result<SweepFigures, String>, Error> {
        if let Some(answer) = self.known.point(machine) {
            return Ok(answer);
        }
        // A layer of this kind has failed under another name.
        let mut jobs = Vec::new();
        self.known.missing(machine, &mut jobs);
        self.evaluate(&jobs)?;
        let answer = self.known.point(machine);
        Ok(answer.expect("its layers have been evaluated"))
    }

    fn evaluate(&mut self, jobs: &[Job<'_>]) -> Result<(), Error> {
        let reading = match self.plan.file().verb {
            SweepVerb::Estimate => Reading::Model,
            SweepVerb::Simulate => Reading::Machine(Pace::SkipPeriods),
        };
        self.known.evaluate(jobs, reading, &(), self.progress)
    }
}
