//! The first stage of ConfuciuX (arXiv 2009.02010): REINFORCE (Williams, Machine
//! Learning 8, 1992) with the policy of [`super::policy`].
//!
//! ```text
//! for each epoch:
//!     decide the layers one by one, up to the last or the first overflow
//!     rewards standardised, discounted with 0.9, standardised again: G
//!     loss = - sum over steps of (log p of each axis's level) G
//!     gradients clipped to a norm of 100, those of the memory then to 10; Adam, 1e-3
//!     every 100 epochs after the first success: the rate times 0.8, not below 1e-6
//! ```
//!
//! All settings are those of the public code (`src/ConfX`). An episode that
//! overflows ends there for the policy; the levels that the policy would have
//! chosen for the rest complete the point, so that the driver can repair and evaluate
//! it as it does for every optimiser. The policy does not learn of the mending.

use candle_core::{Result, Tensor};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::episode::{Environment, Sight};
use super::policy::Policy;
use super::{LearningEffort, Optimizer, Preset, Status};
use crate::deployment::Deployment;
use crate::learn::{Adam, Categorical, clip, discounted, matrix, standardize};
use crate::problem::{Evaluated, Point, Problem};

const RATE: f64 = 1e-3;
const DISCOUNT: f64 = 0.9;
/// Added to standard deviations.
const EPSILON: f64 = 1.0 / 4096.0;
const CLIP_ALL: f64 = 100.0;
const CLIP_LSTM: f64 = 10.0;
const COOLING: f64 = 0.8;
const COOLED_EVERY: u64 = 100;
const LEAST_RATE: f64 = 1e-6;

/// The optimiser, with an environment as soon as it knows its problem.
pub(super) struct Reinforce {
    rng: Xoshiro256PlusPlus,
    epochs: u64,
    done: u64,
    preset: Preset,
    run: Option<Run>,
}

struct Run {
    environment: Environment,
    policy: Policy,
    adam: Adam,
    has_succeeded: bool,
    order: Vec<usize>,
    episode: Steps,
}

/// What the policy learns from.
#[derive(Default)]
struct Steps {
    observations: Vec<Vec<f32>>,
    /// Levels, by axis and step.
    levels: Vec<Vec<u32>>,
    rewards: Vec<f64>,
}

impl Reinforce {
    pub(super) fn new(seed: u64, effort: &LearningEffort) -> Self {
        Self {
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
            epochs: effort.epochs,
            done: 0,
            preset: effort.preset,
            run: None,
        }
    }

    /// The order in which the last episode decided the genes.
    pub(super) fn order(&self) -> &[usize] {
        self.run.as_ref().map_or(&[], |run| &run.order)
    }

    fn episode(&mut self, problem: &Problem) -> Result<Point> {
        let run = match &mut self.run {
            Some(run) => run,
            None => {
                let sight = match self.preset {
                    Preset::AsPublished => Sight::Last,
                    Preset::Faithful | Preset::Tuned => Sight::Next,
                };
                self.run.insert(Run::new(problem, sight, &mut self.rng)?)
            }
        };
        // Stages are contiguous layers: only a pipeline can be decided in any order.
        let may_shuffle = problem.deployment() == Deployment::Pipelined;
        if self.preset == Preset::AsPublished && may_shuffle {
            run.order.shuffle(&mut self.rng);
        }
        run.sample(&mut self.rng)
    }
}

impl Run {
    fn new(problem: &Problem, sight: Sight, rng: &mut Xoshiro256PlusPlus) -> Result<Self> {
        let environment = Environment::new(problem, sight);
        let policy = Policy::new(&environment.space.axes(), rng)?;
        Ok(Self {
            adam: Adam::new(policy.parameters(), RATE, 1e-8)?,
            policy,
            has_succeeded: false,
            order: (0..environment.genes()).collect(),
            environment,
            episode: Steps::default(),
        })
    }

    /// Plays one episode with the present policy.
    fn sample(&mut self, rng: &mut Xoshiro256PlusPlus) -> Result<Point> {
        let mut policy = self.policy.frozen()?;
        let mut episode = self.environment.begin(self.order.clone());
        let mut steps = Steps {
            levels: vec![Vec::new(); self.environment.space.axes().len()],
            ..Steps::default()
        };
        let mut is_over = false;
        while !episode.is_whole() {
            let observation = self.environment.observation(&episode);
            let scores = policy.step(&observation);
            let levels: Vec<usize> = scores
                .iter()
                .map(|scores| Categorical::sample(scores, rng))
                .collect();
            let effect = self.environment.act(&mut episode, &levels);
            if !is_over {
                steps.observations.push(observation);
                steps.rewards.push(effect.reward);
                for (all, level) in steps.levels.iter_mut().zip(levels) {
                    all.push(level as u32);
                }
            }
            is_over |= effect.is_end;
        }
        self.has_succeeded |= !episode.has_overflowed();
        self.episode = steps;
        Ok(episode.into_point())
    }

    /// One step of the optimiser on the last episode.
    fn learn(&mut self) -> Result<()> {
        let Steps {
            observations,
            levels,
            mut rewards,
        } = std::mem::take(&mut self.episode);
        standardize(&mut rewards, EPSILON);
        let mut returns = discounted(&rewards, DISCOUNT);
        standardize(&mut returns, EPSILON);
        let returns = crate::learn::column(&returns)?;
        let scores = self.policy.forward(&matrix(&observations)?)?;
        let mut likelihood: Option<Tensor> = None;
        for (scores, levels) in scores.iter().zip(&levels) {
            let own = Categorical::log_likelihood(scores, levels)?;
            likelihood = Some(match likelihood {
                None => own,
                Some(other) => (own + other)?,
            });
        }
        let Some(likelihood) = likelihood else {
            return Ok(());
        };
        let loss = (likelihood * returns)?.sum_all()?.neg()?;
        let mut gradients = loss.backward()?;
        clip(&mut gradients, &self.policy.parameters(), CLIP_ALL)?;
        clip(&mut gradients, &self.policy.lstm(), CLIP_LSTM)?;
        self.adam.step(&gradients)
    }
}

impl Optimizer for Reinforce {
    fn ask(&mut self, problem: &Problem, _: usize) -> Vec<Point> {
        if self.done == self.epochs {
            return Vec::new();
        }
        // As the public code, which counts epochs from 1.
        if (self.done + 2).is_multiple_of(COOLED_EVERY)
            && let Some(run) = self.run.as_mut().filter(|run| run.has_succeeded)
        {
            let rate = (run.adam.rate() * COOLING).max(LEAST_RATE);
            run.adam.set_rate(rate);
        }
        vec![self.episode(problem).expect("the network's shapes agree")]
    }

    fn tell(&mut self, _: &[Evaluated]) {
        self.done += 1;
        if let Some(run) = &mut self.run {
            run.learn().expect("the network's shapes agree");
        }
    }

    fn status(&self) -> Status {
        if self.done == self.epochs {
            Status::OutOfEpochs
        } else {
            Status::Searching
        }
    }
}
