//! Comparison of optimisers: the same problems, budgets, repair and seeds for each, and statistics of the
//! results.
//!
//! ```text
//! for each instance, optimiser and seed:  run, keep the curve of improvements
//! gap = value / optimum - 1               the optimum is the exact optimiser's
//! ```
//!
//! Time is counted in evaluations of a whole network. An optimiser that reads the table itself is charged,
//! before its first point, with as many as it takes to see every option of a layer.
//!
//! [`trial`] runs one optimiser with one seed on an [`Instance`]; [`report`](fn@report) makes the figures of a
//! comparison from all trials.

mod report;
mod statistics;

use std::convert::Infallible;

use crate::cancellation::Cancellation;
use crate::driver::{Settings, Stop, run_recorded};
use crate::name::UnknownName;
use crate::optimizers::exact::{self, Answer};
use crate::optimizers::{self, Access, LearningEffort};
use crate::problem::{Evaluated, Point, Problem};

pub use report::{
    Anytime, Comparison, Expected, Profile, Ratio, Report, RunLength, Speedup, TARGETS, report,
};
pub use statistics::{Signed, holm, quantile, wilcoxon};

/// A problem with a name and the value that gaps are measured from.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The name that reports show.
    pub name: String,
    /// The problem to solve, with its table, objective and budgets.
    pub problem: Problem,
    /// The least objective that the exact optimiser found, in the problem's unit, from which gaps are measured;
    /// None if it found no feasible assignment.
    pub optimum: Option<f64>,
    /// An assignment with that objective; None where `optimum` is.
    pub point: Option<Point>,
    /// Whether the exact optimiser proved the optimum, or that no assignment keeps the budgets.
    pub is_proved: bool,
}

/// One run of an optimiser with one seed on an instance, without the points that it proposed.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// The index of the instance.
    pub instance: usize,
    /// The optimiser's name, with its variant.
    pub optimizer: String,
    /// The seed of the optimiser's random numbers.
    pub seed: u64,
    /// The evaluations that the run was charged with.
    pub spent: u64,
    /// For each improvement, the evaluations charged so far and the new best objective.
    pub curve: Vec<(u64, f64)>,
}

impl Instance {
    /// Solves the problem exactly for its optimum, listing at most [`exact::STATES`] states.
    pub fn new(name: String, problem: Problem) -> Self {
        let answer = exact::solve(&problem, exact::STATES);
        let (point, is_proved) = match answer {
            Answer::Best { point, certificate } => {
                (point, certificate.kind == crate::ProofKind::Proved)
            }
            Answer::Infeasible(_) => (None, true),
        };
        Self {
            name,
            optimum: point.as_ref().map(|point| problem.value(point)),
            problem,
            point,
            is_proved,
        }
    }

    /// The fingerprint of the problem: see [`Problem::fingerprint`].
    pub fn fingerprint(&self) -> u64 {
        self.problem.fingerprint()
    }
}

/// Runs one optimiser on the instance with index `instance`, with at most `evaluations` evaluations. Its name
/// may be a [`variant`](optimizers::variant) of an effort; `effort` gives what the name leaves open. None if
/// the run was cancelled before its end.
///
/// # Errors
/// [`UnknownName`] where there is no such optimiser, preset or number of epochs.
pub fn trial(
    instances: &[Instance],
    instance: usize,
    optimizer: &str,
    seed: u64,
    evaluations: u64,
    effort: &LearningEffort,
    cancellation: &Cancellation,
) -> Result<Option<Trial>, UnknownName> {
    let problem = &instances[instance].problem;
    let (name, effort) = optimizers::variant(optimizer, effort)?;
    let mut found = optimizers::find_with(name, seed, &effort)?;
    let options = problem.table().layers().iter().map(Vec::len).max();
    let charge = match found.access() {
        Access::BlackBox => 0,
        Access::WhiteBox => options.unwrap_or(0) as u64,
    };
    let settings = Settings {
        evaluations: evaluations.saturating_sub(charge),
        repair: effort.preset.repair(),
        keep: 1,
    };
    let nothing = |_: &[Evaluated]| Ok::<(), Infallible>(());
    let outcome = run_recorded(problem, &mut *found, &settings, &[], cancellation, nothing);
    let outcome = outcome.expect("nothing is known that could diverge");
    if outcome.stop == Stop::Interrupted {
        return Ok(None);
    }
    let curve = outcome.curve.iter();
    Ok(Some(Trial {
        instance,
        optimizer: optimizer.to_owned(),
        seed,
        spent: charge + outcome.evaluations.calls,
        curve: curve
            .map(|&(calls, value)| (charge + calls, value))
            .collect(),
    }))
}
