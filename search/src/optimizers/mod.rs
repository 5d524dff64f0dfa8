//! The optimisers of the assignment problem, behind one trait.
//!
//! [`names`] lists them, [`find`] makes one by its name, and [`run`](crate::run) drives it. [`exact`] has more
//! to ask of the exact one.

mod annealing;
mod bayesian;
#[cfg(feature = "learn")]
mod confuciux;
#[cfg(feature = "learn")]
mod episode;
pub mod exact;
mod genetic;
mod greedy;
mod grid;
#[cfg(feature = "learn")]
mod learner;
mod local;
#[cfg(feature = "learn")]
mod off_policy;
#[cfg(feature = "learn")]
mod on_policy;
#[cfg(feature = "learn")]
mod policy;
mod random;
#[cfg(feature = "learn")]
mod reinforce;
mod space;

use std::fmt;
use std::str::FromStr;

use crate::certificate::Certificate;
use crate::name::UnknownName;
use crate::problem::{Evaluated, Point, Problem, Shortfall};
use crate::repair::Repair;
#[cfg(feature = "learn")]
use learner::Learner;

/// An optimiser: it proposes points and is told their verdicts.
///
/// The driver alternates `ask` and `tell` on one problem: each `tell` answers the last `ask`, in the same
/// order, though a point may have been repaired and the list cut short. A point that opens more stages than the
/// deployment allows is rewritten before it is evaluated, with each opening beyond the limit as the joining
/// that it means. An optimiser is deterministic given its seed: it reads no clock and starts no threads.
pub trait Optimizer {
    /// The next points to evaluate, at most `remaining`; empty when the optimiser is done. Each point has an
    /// existing value for every gene of the problem.
    fn ask(&mut self, problem: &Problem, remaining: usize) -> Vec<Point>;

    /// Takes the points that were asked for last, as they were evaluated, with their verdicts.
    fn tell(&mut self, evaluated: &[Evaluated]);

    /// Whether the search goes on after the last `tell`, or why it ends.
    fn status(&self) -> Status;

    /// What the optimiser reads of the problem: by default only verdicts.
    fn access(&self) -> Access {
        Access::BlackBox
    }
}

/// Whether a search goes on, or why it ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// More points are to come.
    Searching,
    /// The optimiser has spent all epochs of its [`LearningEffort`].
    OutOfEpochs,
    /// Every point has been proposed.
    Exhausted,
    /// No improvement is in sight.
    Converged,
    /// The search is complete, and its certificate bounds the optimum.
    Bounded(Certificate),
    /// It is proved that no assignment keeps the budgets.
    Infeasible(Vec<Shortfall>),
}

/// What an optimiser reads of a problem, which decides what a comparison charges it with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only the verdicts on the points that it asks for.
    BlackBox,
    /// All entries of the table.
    WhiteBox,
}

/// The effort of an optimiser that works in epochs, and its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LearningEffort {
    /// The number of epochs: episodes of a learned optimiser, generations of the local genetic stage.
    pub epochs: u64,
    /// The hyper-parameters of the optimiser.
    pub preset: Preset,
}

/// The hyper-parameters of ConfuciuX (arXiv 2009.02010) and its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// The published hyper-parameters, without the defects of the public code.
    #[default]
    Faithful,
    /// The hyper-parameters of this project, which are not published.
    Tuned,
    /// The published hyper-parameters with the defects of the public code: the
    /// policy sees the layer decided last, in an order that changes from episode
    /// to episode; the genetic stage starts with genes in the last such order,
    /// and with a small budget never changes a tile; nothing starts from an
    /// infeasible episode.
    AsPublished,
}

impl Preset {
    /// The repair that belongs to the preset: the public code of ConfuciuX rejects infeasible points, the other
    /// presets repair them.
    #[must_use]
    pub fn repair(self) -> Repair {
        match self {
            Self::Faithful | Self::Tuned => Repair::Lower,
            Self::AsPublished => Repair::Off,
        }
    }
}

const PRESETS: [(&str, Preset); 3] = [
    ("faithful", Preset::Faithful),
    ("tuned", Preset::Tuned),
    ("as-published", Preset::AsPublished),
];

impl FromStr for Preset {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let found = PRESETS.iter().find(|(name, _)| *name == text);
        let names = || PRESETS.iter().map(|(name, _)| *name).collect();
        found
            .map(|&(_, preset)| preset)
            .ok_or_else(|| UnknownName::new("preset", text, names()))
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = PRESETS.iter().find(|(_, preset)| preset == self);
        f.write_str(name.expect("every preset has a name").0)
    }
}

impl Default for LearningEffort {
    fn default() -> Self {
        Self {
            epochs: 500,
            preset: Preset::Faithful,
        }
    }
}

type Make = fn(u64, &LearningEffort) -> Box<dyn Optimizer>;

/// Names, what each does in a few words, and how one is made.
const REGISTER: &[(&str, &str, Make)] = &[
    #[cfg(feature = "learn")]
    ("a2c", "advantage actor-critic", |seed, effort| {
        Box::new(Learner::<on_policy::A2cAgent>::new(seed, effort))
    }),
    #[cfg(feature = "learn")]
    (
        "acktr",
        "actor-critic with natural gradients by Kronecker factors",
        |seed, effort| Box::new(Learner::<on_policy::AcktrAgent>::new(seed, effort)),
    ),
    (
        "annealing",
        "simulated annealing, one layer at a time",
        |seed, _| Box::new(annealing::Annealing::new(seed)),
    ),
    (
        "bayesian",
        "Gaussian process with a lower confidence bound",
        |seed, effort| Box::new(bayesian::Bayesian::new(seed, effort)),
    ),
    #[cfg(feature = "learn")]
    (
        "confuciux",
        "reinforce, then local-genetic around its best: ConfuciuX",
        |seed, effort| Box::new(confuciux::Confuciux::new(seed, effort)),
    ),
    #[cfg(feature = "learn")]
    (
        "ddpg",
        "deep deterministic policy gradient",
        |seed, effort| Box::new(Learner::<off_policy::DdpgAgent>::new(seed, effort)),
    ),
    (
        "exact",
        "proves the optimum of the table's options; reads the whole table",
        |_, _| Box::new(exact::Exact::default()),
    ),
    (
        "genetic",
        "a population with crossover and mutation",
        |seed, _| Box::new(genetic::Genetic::new(seed)),
    ),
    (
        "greedy",
        "descends along the layers' convex hulls; reads the whole table",
        |_, _| Box::new(greedy::Greedy::default()),
    ),
    ("grid", "every point in turn", |_, _| {
        Box::new(grid::Grid::default())
    }),
    (
        "local-genetic",
        "ConfuciuX's second stage, from a random assignment",
        |seed, effort| Box::new(local::Local::new(seed, effort)),
    ),
    #[cfg(feature = "learn")]
    ("ppo", "proximal policy optimisation", |seed, effort| {
        Box::new(Learner::<on_policy::PpoAgent>::new(seed, effort))
    }),
    ("random", "uniform random points", |seed, _| {
        Box::new(random::Random::new(seed))
    }),
    #[cfg(feature = "learn")]
    (
        "reinforce",
        "ConfuciuX's first stage: policy gradient with an LSTM",
        |seed, effort| Box::new(reinforce::Reinforce::new(seed, effort)),
    ),
    #[cfg(feature = "learn")]
    ("sac", "soft actor-critic", |seed, effort| {
        Box::new(Learner::<off_policy::SacAgent>::new(seed, effort))
    }),
    #[cfg(feature = "learn")]
    ("td3", "twin delayed DDPG", |seed, effort| {
        Box::new(Learner::<off_policy::Td3Agent>::new(seed, effort))
    }),
];

/// The names of all optimisers in this build.
pub fn names() -> Vec<&'static str> {
    REGISTER.iter().map(|(name, _, _)| *name).collect()
}

/// What the optimiser of this name does, in a few words; None if there is no such optimiser.
pub fn about(name: &str) -> Option<&'static str> {
    let found = REGISTER.iter().find(|(known, _, _)| *known == name);
    found.map(|(_, about, _)| *about)
}

/// Whether the optimiser of this name learns: it is there only with the feature `learn`.
pub fn is_learned(name: &str) -> bool {
    LEARNED.contains(&name)
}

const LEARNED: [&str; 8] = [
    "a2c",
    "acktr",
    "confuciux",
    "ddpg",
    "ppo",
    "reinforce",
    "sac",
    "td3",
];

/// Whether the optimiser of this name works in epochs, as [`LearningEffort`] limits them.
pub fn has_epochs(name: &str) -> bool {
    EPOCHAL.contains(&name)
}

const EPOCHAL: [&str; 10] = [
    "a2c",
    "acktr",
    "bayesian",
    "confuciux",
    "ddpg",
    "local-genetic",
    "ppo",
    "reinforce",
    "sac",
    "td3",
];

/// The optimiser of this name, with its random numbers drawn from `seed` and the
/// default effort.
///
/// # Errors
/// [`UnknownName`] with the allowed names and a near match.
///
/// ```
/// let error = stationary_search::optimizers::find("exakt", 1).err().unwrap();
/// assert!(error.to_string().contains("did you mean `exact`?"));
/// ```
pub fn find(name: &str, seed: u64) -> Result<Box<dyn Optimizer>, UnknownName> {
    find_with(name, seed, &LearningEffort::default())
}

/// The optimiser of this name, with its random numbers drawn from `seed` and the given effort. An optimiser
/// without epochs has no use for an effort: it goes on until the driver's budget ends.
///
/// # Errors
/// As [`find`].
pub fn find_with(
    name: &str,
    seed: u64,
    effort: &LearningEffort,
) -> Result<Box<dyn Optimizer>, UnknownName> {
    let found = REGISTER.iter().find(|(known, _, _)| *known == name);
    found
        .map(|(_, _, make)| make(seed, effort))
        .ok_or_else(|| UnknownName::with_feature("optimizer", name, names(), &LEARNED))
}

/// Reads a name with an effort of its own: `NAME[:PRESET][@EPOCHS]`, such as `confuciux:tuned` or `sac@100`.
/// What the text leaves open comes from `effort`.
///
/// # Errors
/// [`UnknownName`] for a preset or number that cannot be. The name itself is checked by [`find_with`].
///
/// ```
/// use stationary_search::{LearningEffort, optimizers};
/// let (name, effort) = optimizers::variant("sac@100", &LearningEffort::default()).unwrap();
/// assert_eq!((name, effort.epochs), ("sac", 100));
/// assert!(optimizers::variant("confuciux:tund", &effort).is_err());
/// ```
pub fn variant<'a>(
    label: &'a str,
    effort: &LearningEffort,
) -> Result<(&'a str, LearningEffort), UnknownName> {
    let mut own = *effort;
    let (rest, epochs) = label.split_once('@').unwrap_or((label, ""));
    if label.contains('@') {
        let number = epochs.parse().ok().filter(|&epochs: &u64| epochs > 0);
        own.epochs =
            number.ok_or_else(|| UnknownName::new("number of epochs", epochs, vec!["<number>"]))?;
    }
    let (name, preset) = rest.split_once(':').unwrap_or((rest, ""));
    if rest.contains(':') {
        own.preset = preset.parse()?;
    }
    find_with(name, 0, &own)?;
    Ok((name, own))
}

/// The sum of excesses over budgets, each as a share of its limit: by how much
/// an infeasible point is worse than another.
fn share(excess: &[f64], limits: &[f64]) -> f64 {
    let shares = excess.iter().zip(limits);
    shares
        .map(|(e, limit)| e / limit.max(f64::MIN_POSITIVE))
        .sum()
}
