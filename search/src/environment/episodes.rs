//! Many episodes of one environment side by side.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Environment, actions};
use crate::name::UnknownName;

/// What an agent is paid; [the module](super) has the formulas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reward {
    /// Optimum over objective at the end of an episode, nothing before.
    #[default]
    Sparse,
    /// The same spread over the episode by the change of a lower bound.
    Shaped,
}

impl Reward {
    const ALL: [Self; 2] = [Self::Sparse, Self::Shaped];

    const fn name(self) -> &'static str {
        match self {
            Self::Sparse => "sparse",
            Self::Shaped => "shaped",
        }
    }
}

impl fmt::Display for Reward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Reward {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let found = Self::ALL.into_iter().find(|reward| reward.name() == text);
        found.ok_or_else(|| UnknownName::new("reward", text, Self::ALL.map(Self::name).to_vec()))
    }
}

/// Episodes of one environment, each at its own step. What they do does not depend on the number of threads.
pub struct Episodes {
    environment: Arc<dyn Environment>,
    optimum: f64,
    reward: Reward,
    /// What is allowed first, and first paid for.
    beginning: Episode,
    episodes: Vec<Episode>,
}

#[derive(Clone, Debug, Default)]
struct Episode {
    chosen: Vec<u16>,
    /// Which actions are allowed next; none where it is over.
    allowed: Vec<bool>,
    potential: f64,
    is_over: bool,
    /// Whether its last action was not allowed.
    is_refused: bool,
}

/// What became of an action in each episode.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Steps {
    /// The reward.
    pub rewards: Vec<f64>,
    /// Whether the episode is over: its solution is whole, the action was not allowed, or nothing is allowed
    /// after it.
    pub ends: Vec<bool>,
    /// The objective of a solution that is whole; NaN otherwise.
    pub objectives: Vec<f64>,
}

impl Episodes {
    /// So many episodes, each at its beginning. `optimum` is the least objective of any whole solution.
    pub fn new(
        environment: Arc<dyn Environment>,
        optimum: f64,
        reward: Reward,
        count: usize,
    ) -> Self {
        let mut allowed = vec![false; actions(&*environment)];
        environment.allow(&[], &mut allowed);
        let beginning = Episode {
            allowed,
            potential: match reward {
                Reward::Sparse => 0.0,
                // No bound on all solutions is above the optimum.
                Reward::Shaped => 1.0,
            },
            ..Episode::default()
        };
        Self {
            environment,
            optimum,
            reward,
            episodes: vec![beginning.clone(); count],
            beginning,
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.episodes.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.episodes.is_empty()
    }

    /// Whether an episode is over.
    ///
    /// # Panics
    /// If there is no such episode.
    #[must_use]
    pub fn is_over(&self, episode: usize) -> bool {
        self.episodes[episode].is_over
    }

    /// The actions of an episode so far, the one that ended it included.
    ///
    /// # Panics
    /// If there is no such episode.
    #[must_use]
    pub fn chosen(&self, episode: usize) -> &[u16] {
        &self.episodes[episode].chosen
    }

    /// Begins those episodes again whose number `which` says so of.
    pub fn reset(&mut self, which: impl Fn(usize) -> bool) {
        for (at, episode) in self.episodes.iter_mut().enumerate() {
            if which(at) {
                let Episode {
                    chosen,
                    allowed,
                    potential,
                    is_over,
                    is_refused,
                } = episode;
                chosen.clear();
                allowed.copy_from_slice(&self.beginning.allowed);
                *potential = self.beginning.potential;
                (*is_over, *is_refused) = (false, false);
            }
        }
    }

    /// Takes an action in each episode. One that is over stays so and pays nothing.
    ///
    /// # Panics
    /// If there is not one action for each episode.
    pub fn step(&mut self, actions: &[u16]) -> Steps {
        assert_eq!(
            actions.len(),
            self.episodes.len(),
            "an action for each episode"
        );
        let (environment, optimum, reward) = (&*self.environment, self.optimum, self.reward);
        let act = |(episode, action): (&mut Episode, &u16)| {
            episode.act(environment, optimum, reward, *action)
        };
        // A step of one or two is cheaper than handing it to another thread.
        let each: Vec<(f64, bool, f64)> = if actions.len() < 4 {
            self.episodes.iter_mut().zip(actions).map(act).collect()
        } else {
            self.episodes.par_iter_mut().zip(actions).map(act).collect()
        };
        let mut steps = Steps::default();
        for (reward, end, objective) in each {
            steps.rewards.push(reward);
            steps.ends.push(end);
            steps.objectives.push(objective);
        }
        steps
    }

    /// What an agent sees, episode by episode: [`Environment::features`] numbers each.
    #[must_use]
    pub fn observations(&self) -> Vec<f32> {
        let width = self.environment.features();
        let mut all = vec![0.0; width * self.episodes.len()];
        for (episode, features) in self.episodes.iter().zip(all.chunks_mut(width)) {
            let known = episode.chosen.len() - usize::from(episode.is_refused);
            self.environment.observe(&episode.chosen[..known], features);
        }
        all
    }

    /// Which actions are allowed next, episode by episode: [`actions`] values each; none where it is over.
    #[must_use]
    pub fn masks(&self) -> Vec<bool> {
        self.episodes
            .iter()
            .flat_map(|episode| &episode.allowed)
            .copied()
            .collect()
    }
}

impl Episode {
    fn act(
        &mut self,
        environment: &dyn Environment,
        optimum: f64,
        reward: Reward,
        action: u16,
    ) -> (f64, bool, f64) {
        if self.is_over {
            return (0.0, true, f64::NAN);
        }
        self.is_refused = self.allowed.get(usize::from(action)) != Some(&true);
        self.chosen.push(action);
        let is_whole = self.chosen.len() == environment.steps().len();
        match is_whole || self.is_refused {
            true => self.allowed.fill(false),
            false => environment.allow(&self.chosen, &mut self.allowed),
        }
        let is_dead = self.is_refused || !is_whole && !self.allowed.contains(&true);
        self.is_over = is_whole || is_dead;
        let before = self.potential;
        let objective = match is_whole && !is_dead {
            true => environment.bound(&self.chosen),
            false => f64::NAN,
        };
        self.potential = match reward {
            _ if is_dead => 0.0,
            _ if is_whole => share(optimum, objective),
            Reward::Sparse => before,
            Reward::Shaped => share(optimum, environment.bound(&self.chosen)),
        };
        (self.potential - before, self.is_over, objective)
    }
}

/// Optimum over objective, at most 1.
fn share(optimum: f64, objective: f64) -> f64 {
    match objective > optimum {
        true => optimum / objective,
        false => 1.0,
    }
}
