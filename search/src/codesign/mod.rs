//! Hardware and schedules of a decoupled machine, searched together (ARCO, arXiv 2407.08192).
//!
//! ```text
//! Task       one layer, a list of hardware, the schedules on each: points
//! Tuner      proposes points, is told what was measured          random, grid, genetic, annealing
//! tune       runs a tuner on a task: the machine measures, memoised, in parallel, in order
//! prove      the optimum of a task: runs in the order of a lower bound until none can be better
//! ```
//!
//! To measure is to run the cycle-level machine. Whoever searches sees knobs by their places in
//! lists, their features, and cycles; never a layer.

mod annealing;
mod exact;
mod genetic;
mod grid;
mod hardware;
mod random;
mod task;
mod tune;

pub use exact::{Proof, prove};
pub use hardware::{Hardware, Shape};
pub use task::{KNOBS, Measured, Outcome, Point, Task};
pub use tune::{Record, Tuned, tune};

use crate::name::UnknownName;

/// A search that is asked for points and told what was measured.
///
/// [`tune`] alternates the two on one task; each [`Tuner::learn`] answers the last
/// [`Tuner::propose`], in the same order, though the list may have been cut short. A point that was
/// measured before is answered again, and costs nothing. A tuner is deterministic given its seed: it
/// reads no clock and starts no threads whose number shows in its results.
pub trait Tuner {
    /// The next points, at most `room` of them new; none when it is done.
    fn propose(&mut self, task: &Task<'_>, room: usize) -> Vec<Point>;

    /// What the points were found to be.
    fn learn(&mut self, task: &Task<'_>, measured: &[Measured]);
}

type Make = fn(u64) -> Box<dyn Tuner + Send>;

const REGISTER: &[(&str, Make)] = &[
    ("annealing", |seed| {
        Box::new(annealing::Annealing::new(seed))
    }),
    ("genetic", |seed| Box::new(genetic::Genetic::new(seed))),
    ("grid", |_| Box::new(grid::Grid::default())),
    ("random", |seed| Box::new(random::Random::new(seed))),
];

/// The names of all tuners, without `exact`, which is [`prove`].
pub fn names() -> Vec<&'static str> {
    REGISTER.iter().map(|(name, _)| *name).collect()
}

/// The tuner of this name, with its random numbers drawn from `seed`.
///
/// # Errors
/// [`UnknownName`] with the allowed names and a near match.
pub fn find(name: &str, seed: u64) -> Result<Box<dyn Tuner + Send>, UnknownName> {
    let found = REGISTER.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, make)| make(seed))
        .ok_or_else(|| UnknownName::new("optimizer", name, names()))
}
