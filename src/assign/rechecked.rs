//! The best by the model, run on the machine; of those that ran the machine's best is the winner.

use std::collections::BTreeSet;

use crate::search::certify::Job;
use crate::search::design::{Checked, DesignSpace, firsts, recheck};
use crate::search::optimizers::exact::near;
use crate::search::{Cancellation, Outcome, Point, Problem};
use crate::workloads::Layer;

use super::Recheck;
use crate::error::Error;
use crate::journal::OptionRuns;

/// Adds the next best beside the one optimum that the exact optimiser proves, where more were asked
/// for.
pub(super) fn extend(problem: &Problem, outcome: &mut Outcome, asked: Recheck) {
    let (Recheck::Best(count), Some((point, _))) = (asked, &outcome.best) else {
        return;
    };
    let more = count.saturating_sub(outcome.leaders.len());
    if more > 0 {
        let beside = near(problem, point, more);
        outcome.leaders.extend(beside);
    }
}

/// What runs points on the machine.
pub(super) struct Rechecks<'a> {
    pub(super) space: &'a DesignSpace,
    pub(super) layers: &'a [Layer],
    pub(super) problem: &'a Problem,
    /// The problem over the least that the machine may make of each option.
    pub(super) bounded: &'a Problem,
    pub(super) simulations: &'a OptionRuns<'a>,
    /// Entries that may run.
    pub(super) most: u64,
    pub(super) cancellation: &'a Cancellation,
}

impl Rechecks<'_> {
    /// Runs the leaders, as many as there are or until no bound on one that is left is below the
    /// machine's best, or until no more entries may run; and whether it came to its end. The first runs
    /// even if it is cancelled: no winner goes without.
    pub(super) fn run(
        &self,
        asked: Recheck,
        outcome: &Outcome,
    ) -> Result<(Vec<Checked>, bool), Error> {
        let (mut points, mut least) = (Vec::new(), f64::INFINITY);
        let mut entries: BTreeSet<Job> = BTreeSet::new();
        for (point, _) in &outcome.leaders {
            let is_auto = matches!(asked, Recheck::Auto { .. });
            if is_auto && self.bounded.value(point) >= least {
                continue;
            }
            let jobs = self.jobs(point);
            entries.extend(&jobs);
            if entries.len() as u64 > self.most {
                if points.is_empty() {
                    let needed = format!(
                        "the winner consists of {} entries, and no winner goes without the machine; needed \
                         {} or more",
                        jobs.len(),
                        jobs.len()
                    );
                    return Err(Error::option("simulations", &self.most.to_string(), needed));
                }
                break;
            }
            if !points.is_empty() && !self.has_run(&jobs)? {
                return Ok((self.check(&points)?, false));
            }
            points.push(point.clone());
            if is_auto {
                let found = self.check(std::slice::from_ref(point))?;
                let feasible = found.iter().filter(|found| found.is_feasible());
                least = feasible.map(Checked::machine).fold(least, f64::min);
            }
        }
        Ok((self.check(&points)?, true))
    }

    /// What a point consists of, each once.
    fn jobs(&self, point: &Point) -> Vec<Job> {
        let firsts = firsts(self.layers);
        let choices = self.problem.choices(point);
        let jobs = choices.iter().map(|c| (firsts[c.layer], c.levels()));
        let mut jobs: Vec<Job> = jobs.collect();
        jobs.sort_unstable();
        jobs.dedup();
        jobs
    }

    /// Runs these, unless it is cancelled first.
    fn has_run(&self, jobs: &[Job]) -> Result<bool, Error> {
        let ran = self.simulations.until(self.cancellation, jobs)?;
        Ok(ran.len() == jobs.len())
    }

    fn check(&self, points: &[Point]) -> Result<Vec<Checked>, Error> {
        let cycles = |layer, levels| self.simulations.cycles(layer, levels);
        recheck(self.space, self.layers, self.problem, points, cycles)
    }
}
