//! The optimisers: peers behind one trait, one line each to register.

mod annealing;
pub mod exact;
mod genetic;
mod greedy;
mod grid;
mod random;

use crate::certificate::Certificate;
use crate::driver::Evaluated;
use crate::name::UnknownName;
use crate::problem::{Point, Problem, Shortfall};

/// An optimiser that is asked for points and told what became of them.
///
/// The driver alternates `ask` and `tell` on one problem: each `tell` answers
/// the last `ask`, in the same order, though a point may have been repaired and
/// the list cut short. A point is settled before it is judged: an opening beyond
/// the greatest number of stages is written as the joining that it means. An optimiser is deterministic given its seed: it reads
/// no clock and starts no threads.
pub trait Optimizer {
    /// The next points to evaluate, at most `room`; none when done. Each names
    /// one existing value for every gene of the problem.
    fn ask(&mut self, problem: &Problem, room: usize) -> Vec<Point>;

    /// What became of the points asked for last.
    fn tell(&mut self, evaluated: &[Evaluated]);

    /// Where the search stands after the last `tell`.
    fn standing(&self) -> Standing;

    /// What the optimiser reads of the problem.
    fn access(&self) -> Access {
        Access::Points
    }
}

/// Where a search stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// More points are to come.
    Searching,
    /// Every point has been proposed.
    Exhausted,
    /// No improvement is in sight.
    Converged,
    /// The work is done and a bound on the optimum is known.
    Bounded(Certificate),
    /// It is proved that no assignment keeps the budgets.
    Infeasible(Vec<Shortfall>),
}

/// What an optimiser reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only the verdicts on the points that it asks for.
    Points,
    /// All entries of the table.
    Table,
}

type Make = fn(u64) -> Box<dyn Optimizer>;

const REGISTER: &[(&str, Make)] = &[
    ("annealing", |seed| {
        Box::new(annealing::Annealing::new(seed))
    }),
    ("exact", |_| Box::new(exact::Exact::default())),
    ("genetic", |seed| Box::new(genetic::Genetic::new(seed))),
    ("greedy", |_| Box::new(greedy::Greedy::default())),
    ("grid", |_| Box::new(grid::Grid::default())),
    ("random", |seed| Box::new(random::Random::new(seed))),
];

/// The names of all optimisers.
pub fn names() -> Vec<&'static str> {
    REGISTER.iter().map(|(name, _)| *name).collect()
}

/// The optimiser of this name, with its random numbers drawn from `seed`.
///
/// # Errors
/// [`UnknownName`] with the allowed names and a near match.
///
/// ```
/// let error = stationary_search::optimizers::find("exakt", 1).err().unwrap();
/// assert!(error.to_string().contains("did you mean `exact`?"));
/// ```
pub fn find(name: &str, seed: u64) -> Result<Box<dyn Optimizer>, UnknownName> {
    let found = REGISTER.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, make)| make(seed))
        .ok_or_else(|| UnknownName::new("optimizer", name, names()))
}

/// The sum of excesses over budgets, each as a share of its limit: by how much
/// an infeasible point is worse than another.
fn share(excess: &[f64], limits: &[f64]) -> f64 {
    let shares = excess.iter().zip(limits);
    shares
        .map(|(e, limit)| e / limit.max(f64::MIN_POSITIVE))
        .sum()
}
