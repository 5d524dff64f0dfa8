//! A2C, PPO and ACKTR, with the defaults of stable-baselines 2 (version 2.10),
//! which ConfuciuX's public code uses for them (`src/Other_RLs/main.py`).
//!
//! | | A2C | PPO | ACKTR |
//! |---|---|---|---|
//! | steps an update | 5 | 128 | 20 |
//! | rule | RMSprop, 7e-4, decay 0.99, epsilon 1e-5 | Adam, 2.5e-4, epsilon 1e-5 | Kronecker factors, 0.25 falling to 0, radius 1e-3, decay 0.99, damping 0.01, momentum 0.9 |
//! | passes | 1 | 4, in 4 batches, clip 0.2 | 1 |
//! | lambda | 1 | 0.95 | 1 |
//! | weight of the values' loss | 0.25 | 0.5 | 0.25 |
//!
//! For all: discount 0.99, entropy bonus 0.01, gradients clipped to a norm of
//! 0.5, and two networks of two layers of 64 with hyperbolic tangents (the
//! library's `MlpPolicy`). The public code has three layers of 512, at fifty
//! times the cost. Factors are decomposed anew at every tenth update.

use candle_core::{Result, Tensor, Var};
use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::learner::{Agent, generator};
use crate::learn::{
    Activation, Adam, Categorical, Frozen, Kfac, KfacSettings, Mlp, Probed, RmsProp, advantages,
    clip, clipped_surrogate, column, matrix, standardize,
};

const HIDDEN: usize = 64;
const DISCOUNT: f64 = 0.99;
const ENTROPY: f64 = 0.01;
const NORM: f64 = 0.5;

/// What differs between the three.
struct Hyperparameters {
    steps: usize,
    passes: usize,
    batches: usize,
    lambda: f64,
    values: f64,
    standardizes: bool,
}

const A2C: Hyperparameters = Hyperparameters {
    steps: 5,
    passes: 1,
    batches: 1,
    lambda: 1.0,
    values: 0.25,
    standardizes: false,
};
const PPO: Hyperparameters = Hyperparameters {
    steps: 128,
    passes: 4,
    batches: 4,
    lambda: 0.95,
    values: 0.5,
    standardizes: true,
};
const ACKTR: Hyperparameters = Hyperparameters {
    steps: 20,
    passes: 1,
    batches: 1,
    lambda: 1.0,
    values: 0.25,
    standardizes: false,
};
const CLIP: f64 = 0.2;
const NATURAL: KfacSettings = KfacSettings {
    rate: 0.25,
    radius: 1e-3,
    decay: 0.99,
    damping: 0.01,
    momentum: 0.9,
    refresh: 10,
};

/// How parameters are stepped.
enum Rule {
    A2c(RmsProp),
    Ppo(Adam),
    Acktr { actor: Kfac, critic: Kfac },
}

/// Advantage actor-critic (Mnih et al., ICML 2016, arXiv 1602.01783).
pub(super) struct A2cAgent(OnPolicy);
/// Proximal policy optimisation (Schulman et al., arXiv 1707.06347).
pub(super) struct PpoAgent(OnPolicy);
/// Actor-critic by Kronecker factors (Wu et al., NIPS 2017, arXiv 1708.05144).
pub(super) struct AcktrAgent(OnPolicy);

struct OnPolicy {
    rng: Xoshiro256PlusPlus,
    axes: Vec<usize>,
    settings: Hyperparameters,
    actor: Mlp,
    critic: Mlp,
    frozen: [Frozen; 2],
    rule: Rule,
    rollout: Rollout,
    /// Steps learned from so far, and in the whole run if no episode overflows.
    taken: u64,
    steps: u64,
}

/// The steps since the last update.
#[derive(Default)]
struct Rollout {
    observations: Vec<Vec<f32>>,
    /// By axis and step.
    levels: Vec<Vec<u32>>,
    likelihoods: Vec<f64>,
    values: Vec<f64>,
    rewards: Vec<f64>,
    ends: Vec<bool>,
}

/// Steps to learn from, as matrices.
struct Lesson {
    observations: Tensor,
    levels: Vec<Vec<u32>>,
    likelihoods: Tensor,
    advantages: Tensor,
    returns: Tensor,
}

impl OnPolicy {
    fn new(
        width: usize,
        axes: &[usize],
        seed: u64,
        steps: u64,
        settings: Hyperparameters,
        rule: impl FnOnce(&Mlp, &Mlp) -> Result<Rule>,
    ) -> Result<Self> {
        let mut rng = generator(seed);
        let outputs = axes.iter().sum();
        let actor = Mlp::new(
            &[width, HIDDEN, HIDDEN, outputs],
            Activation::Tanh,
            &mut rng,
        )?;
        let critic = Mlp::new(&[width, HIDDEN, HIDDEN, 1], Activation::Tanh, &mut rng)?;
        Ok(Self {
            rng,
            axes: axes.to_vec(),
            settings,
            frozen: [actor.frozen()?, critic.frozen()?],
            rule: rule(&actor, &critic)?,
            actor,
            critic,
            rollout: Rollout::default(),
            taken: 0,
            steps,
        })
    }

    fn act(&mut self, observation: &[f32]) -> Vec<usize> {
        let scores = self.frozen[0].apply(observation);
        let mut levels = Vec::with_capacity(self.axes.len());
        let (mut at, mut likelihood) = (0, 0.0);
        for &count in &self.axes {
            let own = &scores[at..at + count];
            let level = Categorical::sample(own, &mut self.rng);
            likelihood += Categorical::probabilities(own)[level].ln();
            levels.push(level);
            at += count;
        }
        let r = &mut self.rollout;
        r.levels.resize(self.axes.len(), Vec::new());
        // Completing an episode that has ended acts without learning of it.
        let recorded = r.rewards.len();
        r.observations.truncate(recorded);
        r.likelihoods.truncate(recorded);
        r.values.truncate(recorded);
        r.levels.iter_mut().for_each(|l| l.truncate(recorded));
        r.observations.push(observation.to_vec());
        r.likelihoods.push(likelihood);
        r.values
            .push(f64::from(self.frozen[1].apply(observation)[0]));
        for (all, &level) in r.levels.iter_mut().zip(&levels) {
            all.push(level as u32);
        }
        levels
    }

    fn learn(&mut self, reward: f64, next: &[f32], is_end: bool) -> Result<()> {
        self.rollout.rewards.push(reward);
        self.rollout.ends.push(is_end);
        self.taken += 1;
        if self.rollout.rewards.len() < self.settings.steps {
            return Ok(());
        }
        let rollout = std::mem::take(&mut self.rollout);
        let after = f64::from(self.frozen[1].apply(next)[0]);
        let advantages = advantages(
            &rollout.rewards,
            &rollout.values,
            &rollout.ends,
            after,
            DISCOUNT,
            self.settings.lambda,
        );
        let count = rollout.rewards.len();
        let mut order: Vec<usize> = (0..count).collect();
        for _ in 0..self.settings.passes {
            if self.settings.batches > 1 {
                order.shuffle(&mut self.rng);
            }
            for batch in order.chunks(count.div_ceil(self.settings.batches)) {
                let lesson = rollout.lesson(batch, &advantages, &self.settings)?;
                self.update(&lesson)?;
            }
        }
        self.frozen = [self.actor.frozen()?, self.critic.frozen()?];
        Ok(())
    }

    /// The log-likelihood of levels and the entropy, rows x 1.
    fn judged(&self, scores: &Tensor, levels: &[Vec<u32>]) -> Result<(Tensor, Tensor)> {
        let mut sums: Option<(Tensor, Tensor)> = None;
        let mut at = 0;
        for (&count, levels) in self.axes.iter().zip(levels) {
            let own = scores.narrow(1, at, count)?.contiguous()?;
            at += count;
            let likelihood = Categorical::log_likelihood(&own, levels)?;
            let entropy = Categorical::entropy(&own)?;
            sums = Some(match sums {
                None => (likelihood, entropy),
                Some((a, b)) => ((a + likelihood)?, (b + entropy)?),
            });
        }
        Ok(sums.expect("an action has at least one axis"))
    }

    fn update(&mut self, lesson: &Lesson) -> Result<()> {
        let scores = self.actor.forward(&lesson.observations)?;
        let (likelihood, entropy) = self.judged(&scores, &lesson.levels)?;
        let gain = match self.rule {
            Rule::Ppo(_) => {
                let (new, old) = (&likelihood, &lesson.likelihoods);
                clipped_surrogate(new, old, &lesson.advantages, CLIP)?
            }
            Rule::A2c(_) | Rule::Acktr { .. } => {
                (likelihood * &lesson.advantages)?.mean_all()?.neg()?
            }
        };
        let error = (self.critic.forward(&lesson.observations)? - &lesson.returns)?;
        let values = (error.sqr()?.mean_all()? * self.settings.values)?;
        let loss = ((gain - (entropy.mean_all()? * ENTROPY)?)? + values)?;
        let mut gradients = loss.backward()?;
        let all: Vec<Var> = [self.actor.parameters(), self.critic.parameters()].concat();
        clip(&mut gradients, &all, NORM)?;
        if matches!(self.rule, Rule::Acktr { .. }) {
            self.observe(&lesson.observations)?;
        }
        let left = 1.0 - self.taken as f64 / self.steps.max(1) as f64;
        match &mut self.rule {
            Rule::A2c(rule) => rule.step(&gradients),
            Rule::Ppo(rule) => rule.step(&gradients),
            Rule::Acktr { actor, critic } => {
                actor.step(&self.actor, &gradients, left.max(0.0))?;
                critic.step(&self.critic, &gradients, left.max(0.0))
            }
        }
    }

    /// Factors from outputs that the networks themselves would have drawn.
    fn observe(&mut self, observations: &Tensor) -> Result<()> {
        let probed = Probed::new(&self.actor, observations)?;
        let rows: Vec<Vec<f32>> = probed.output.to_vec2()?;
        let mut levels = vec![Vec::new(); self.axes.len()];
        for row in &rows {
            let mut at = 0;
            for (&count, levels) in self.axes.iter().zip(&mut levels) {
                let own = &row[at..at + count];
                levels.push(Categorical::sample(own, &mut self.rng) as u32);
                at += count;
            }
        }
        let (likelihood, _) = self.judged(&probed.output, &levels)?;
        let from_actor = likelihood.sum_all()?.backward()?;
        let valued = Probed::new(&self.critic, observations)?;
        let rng = &mut self.rng;
        let noise: Vec<f64> = rows.iter().map(|_| StandardNormal.sample(rng)).collect();
        let from_critic = (&valued.output * column(&noise)?)?.sum_all()?.backward()?;
        if let Rule::Acktr { actor, critic } = &mut self.rule {
            actor.observe(&probed, &from_actor)?;
            critic.observe(&valued, &from_critic)?;
        }
        Ok(())
    }
}

impl Rollout {
    fn lesson(
        &self,
        steps: &[usize],
        advantages: &[f64],
        settings: &Hyperparameters,
    ) -> Result<Lesson> {
        let observations: Vec<Vec<f32>> = steps
            .iter()
            .map(|&t| self.observations[t].clone())
            .collect();
        let pick = |values: &[f64]| -> Vec<f64> { steps.iter().map(|&t| values[t]).collect() };
        let mut own = pick(advantages);
        let returns: Vec<f64> = own
            .iter()
            .zip(pick(&self.values))
            .map(|(a, v)| a + v)
            .collect();
        if settings.standardizes {
            standardize(&mut own, 1e-8);
        }
        let levels = self.levels.iter();
        Ok(Lesson {
            observations: matrix(&observations)?,
            levels: levels
                .map(|l| steps.iter().map(|&t| l[t]).collect())
                .collect(),
            likelihoods: column(&pick(&self.likelihoods))?,
            advantages: column(&own)?,
            returns: column(&returns)?,
        })
    }
}

const AGREE: &str = "the network's shapes agree";

impl Agent for A2cAgent {
    fn new(width: usize, axes: &[usize], seed: u64, steps: u64) -> Self {
        let rule = |actor: &Mlp, critic: &Mlp| {
            let all = [actor.parameters(), critic.parameters()].concat();
            Ok(Rule::A2c(RmsProp::new(all, 7e-4, 0.99, 1e-5)?))
        };
        Self(OnPolicy::new(width, axes, seed, steps, A2C, rule).expect(AGREE))
    }

    fn act(&mut self, observation: &[f32]) -> Vec<usize> {
        self.0.act(observation)
    }

    fn learn(&mut self, reward: f64, next: &[f32], is_end: bool) {
        self.0.learn(reward, next, is_end).expect(AGREE);
    }
}

impl Agent for PpoAgent {
    fn new(width: usize, axes: &[usize], seed: u64, steps: u64) -> Self {
        let rule = |actor: &Mlp, critic: &Mlp| {
            let all = [actor.parameters(), critic.parameters()].concat();
            Ok(Rule::Ppo(Adam::new(all, 2.5e-4, 1e-5)?))
        };
        Self(OnPolicy::new(width, axes, seed, steps, PPO, rule).expect(AGREE))
    }

    fn act(&mut self, observation: &[f32]) -> Vec<usize> {
        self.0.act(observation)
    }

    fn learn(&mut self, reward: f64, next: &[f32], is_end: bool) {
        self.0.learn(reward, next, is_end).expect(AGREE);
    }
}

impl Agent for AcktrAgent {
    fn new(width: usize, axes: &[usize], seed: u64, steps: u64) -> Self {
        let rule = |actor: &Mlp, critic: &Mlp| {
            Ok(Rule::Acktr {
                actor: Kfac::new(actor, NATURAL)?,
                critic: Kfac::new(critic, NATURAL)?,
            })
        };
        Self(OnPolicy::new(width, axes, seed, steps, ACKTR, rule).expect(AGREE))
    }

    fn act(&mut self, observation: &[f32]) -> Vec<usize> {
        self.0.act(observation)
    }

    fn learn(&mut self, reward: f64, next: &[f32], is_end: bool) {
        self.0.learn(reward, next, is_end).expect(AGREE);
    }
}
