//! Search for the hardware of a decoupled machine together with its schedules, as in ARCO (arXiv 2407.08192).
//!
//! ```text
//! Task            one layer, a list of hardware, the schedules on each: points
//! Tuner           proposes points, is told what was measured
//! tune            runs a tuner on a task: the machine measures, memoised, in parallel, in order
//! prove           the optimum of a task: runs in the order of a lower bound until none can be better
//! prove_network   the optimum of one chip for a whole network, proved
//! tune_network    one chip for a whole network, by a tuner
//! network_bounds  the bounds that follow from what ran: what a certificate rests on
//! ```
//!
//! To measure a point is to run the cycle-level machine on its layer. A tuner sees the knobs of a point as
//! indices into lists of values, the features of a point, and cycles; it never sees the layer itself.
//!
//! Begin with a [`Task`] and a tuner from [`find`] for [`tune`]; a network on one chip goes to
//! [`prove_network`] or [`tune_network`].

mod annealing;
#[cfg(feature = "learn")]
mod arco;
#[cfg(feature = "learn")]
mod autotvm;
#[cfg(feature = "learn")]
mod chameleon;
#[cfg(feature = "learn")]
mod confidence;
mod exact;
#[cfg(feature = "learn")]
mod exploration;
#[cfg(feature = "learn")]
mod forest;
mod genetic;
mod grid;
mod hardware;
#[cfg(feature = "learn")]
mod multi_agent;
mod network_bounds;
mod network_tuning;
mod random;
mod shared_hardware;
#[cfg(feature = "learn")]
mod surrogate;
mod task;
mod tune;

pub use exact::{Proof, prove};
pub use hardware::{GemmShape, Hardware};
pub use network_bounds::{Floor, NetworkBounds, network_bounds};
pub use network_tuning::{NetworkTuned, tune_network, tune_network_by};
pub use shared_hardware::{
    Chip, Extent, MachineVerdict, NetworkProof, Repeated, prove_each, prove_network,
};
pub use task::{DesignPoint, Excess, KNOBS, Measured, Measurement, Task};
pub use tune::{Record, Tuned, tune, tune_by};

use crate::name::UnknownName;

/// A search that is asked for points and told what was measured.
///
/// [`tune`] alternates the two on one task; each [`Tuner::learn`] answers the last
/// [`Tuner::propose`], in the same order, though the list may have been cut short. A point that was
/// measured before is answered again, and costs nothing. A tuner is deterministic given its seed: it
/// reads no clock and starts no threads whose number shows in its results.
pub trait Tuner {
    /// The next points to measure, of which at most `remaining` are new; empty when the tuner is done.
    fn propose(&mut self, task: &Task, remaining: usize) -> Vec<DesignPoint>;

    /// Takes the outcomes of the points that were proposed last.
    fn learn(&mut self, task: &Task, measured: &[Measured]);
}

type Make = fn(u64) -> Box<dyn Tuner + Send>;

const REGISTER: &[(&str, Make)] = &[
    ("annealing", |seed| {
        Box::new(annealing::Annealing::new(seed))
    }),
    #[cfg(feature = "learn")]
    ("arco", |seed| Box::new(arco::Arco::new(seed))),
    #[cfg(feature = "learn")]
    ("arco-without-agents", |seed| {
        Box::new(arco::Arco::without_agents(seed))
    }),
    #[cfg(feature = "learn")]
    ("autotvm", |seed| {
        Box::new(autotvm::AutoTvm::new(seed, autotvm::PLAN))
    }),
    #[cfg(feature = "learn")]
    ("autotvm-16", |seed| {
        Box::new(autotvm::AutoTvm::new(seed, 16))
    }),
    #[cfg(feature = "learn")]
    ("chameleon", |seed| {
        Box::new(chameleon::Chameleon::new(seed))
    }),
    ("genetic", |seed| Box::new(genetic::Genetic::new(seed))),
    ("grid", |_| Box::new(grid::Grid::default())),
    ("random", |seed| Box::new(random::Random::new(seed))),
];

/// Those that are there only with the feature `learn`.
const LEARNED: [&str; 5] = [
    "arco",
    "arco-without-agents",
    "autotvm",
    "autotvm-16",
    "chameleon",
];

/// The suffix of a tuner's name that puts Confidence Sampling (arXiv 2407.08192) behind the tuner, as in
/// `autotvm+confidence`.
pub const CONFIDENT: &str = "+confidence";

/// The names of all tuners. `exact` is not among them, as it is no tuner but [`prove`]. Each name may be
/// followed by [`CONFIDENT`].
pub fn names() -> Vec<&'static str> {
    REGISTER.iter().map(|(name, _)| *name).collect()
}

/// The tuner of this name, with its random numbers drawn from `seed`.
///
/// # Errors
/// [`UnknownName`] with the allowed names and a near match.
pub fn find(name: &str, seed: u64) -> Result<Box<dyn Tuner + Send>, UnknownName> {
    let plain = match name.strip_suffix(CONFIDENT) {
        Some(plain) if cfg!(feature = "learn") => plain,
        _ => name,
    };
    // Confidence Sampling needs a forest too.
    let mut learned = LEARNED.to_vec();
    learned.extend(plain.ends_with(CONFIDENT).then_some(plain));
    let found = REGISTER.iter().find(|(known, _)| *known == plain);
    let tuner = found
        .map(|(_, make)| make(seed))
        .ok_or_else(|| UnknownName::with_feature("optimizer", plain, names(), &learned))?;
    #[cfg(feature = "learn")]
    if plain != name {
        return Ok(Box::new(confidence::Confident::new(tuner, seed)));
    }
    Ok(tuner)
}
