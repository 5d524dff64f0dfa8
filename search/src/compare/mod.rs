//! Optimisers side by side: the same problems, budgets, repair and seeds.
//!
//! ```text
//! for each instance, optimiser and seed:  run, keep the curve of improvements
//! gap = value / optimum - 1               the optimum is the exact optimiser's
//! ```
//!
//! Time is counted in evaluations of a whole network. An optimiser that reads
//! the table itself is charged, before its first point, with as many as it takes
//! to see every option of a layer.

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
    /// What to call it.
    pub name: String,
    /// The problem.
    pub problem: Problem,
    /// The least objective: proved, or the best that is known.
    pub optimum: Option<f64>,
    /// An assignment that has it.
    pub point: Option<Point>,
    /// Whether it is proved, or that there is none.
    pub is_proved: bool,
}

/// One run, without the points.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// The instance, by its place.
    pub instance: usize,
    /// The optimiser's name.
    pub optimizer: String,
    /// The seed.
    pub seed: u64,
    /// Evaluations charged when the run ended.
    pub spent: u64,
    /// The objective after each improvement: (evaluations charged, best).
    pub curve: Vec<(u64, f64)>,
}

impl Instance {
    /// Solves the problem exactly for its optimum.
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

    /// A number that tells this instance from others: its problem's.
    pub fn fingerprint(&self) -> u64 {
        self.problem.fingerprint()
    }
}

/// Runs one optimiser on one instance; its name may be a
/// [`variant`](optimizers::variant). Nothing comes of a run that is cancelled before its end.
///
/// # Errors
/// [`UnknownName`] where there is no such optimiser.
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
