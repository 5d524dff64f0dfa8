//! Learned baselines: an agent plays the episodes of [`super::episode`].
//!
//! Each epoch is one episode and one point. As in ConfuciuX's public code
//! (`src/Other_RLs`), rewards are divided by the running deviation of discounted
//! returns and clipped at 10 (VecNormalize of stable-baselines 2). An episode
//! that overflows ends there for the agent; what it would have done for the rest
//! completes the point, for the driver to repair and evaluate.

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::episode::{Environment, Sight};
use super::{LearningEffort, Optimizer, Status};
use crate::problem::{Evaluated, Point, Problem};

/// Something that acts and learns.
pub(super) trait Agent {
    /// For observations of this width and axes with so many levels; in a run of
    /// so many steps, if no episode overflows.
    fn new(width: usize, axes: &[usize], seed: u64, steps: u64) -> Self;

    /// The level on each axis to take after this observation.
    fn act(&mut self, observation: &[f32]) -> Vec<usize>;

    /// What the last action led to. At an end, `next` is the first observation
    /// of the next episode.
    fn learn(&mut self, reward: f64, next: &[f32], is_end: bool);
}

/// An agent as an optimiser.
pub(super) struct Learner<A> {
    seed: u64,
    effort: LearningEffort,
    done: u64,
    run: Option<(Environment, A, Scale)>,
}

impl<A: Agent> Learner<A> {
    pub(super) fn new(seed: u64, effort: &LearningEffort) -> Self {
        Self {
            seed,
            effort: *effort,
            done: 0,
            run: None,
        }
    }
}

impl<A: Agent> Optimizer for Learner<A> {
    fn ask(&mut self, problem: &Problem, _: usize) -> Vec<Point> {
        if self.done == self.effort.epochs {
            return Vec::new();
        }
        let (environment, agent, scale) = self.run.get_or_insert_with(|| {
            let environment = Environment::new(problem, Sight::Next);
            let axes = environment.space.axes();
            let steps = self
                .effort
                .epochs
                .saturating_mul(environment.genes() as u64);
            let agent = A::new(environment.width(), &axes, self.seed, steps);
            (environment, agent, Scale::default())
        });
        let order: Vec<usize> = (0..environment.genes()).collect();
        let first = environment.observation(&environment.begin(order.clone()));
        let mut episode = environment.begin(order);
        let mut is_over = false;
        while !episode.is_whole() {
            let levels = agent.act(&environment.observation(&episode));
            let effect = environment.act(&mut episode, &levels);
            if !is_over {
                let reward = scale.reward(effect.reward, effect.is_end);
                if effect.is_end {
                    agent.learn(reward, &first, true);
                } else {
                    agent.learn(reward, &environment.observation(&episode), false);
                }
            }
            is_over |= effect.is_end;
        }
        vec![episode.into_point()]
    }

    fn tell(&mut self, _: &[Evaluated]) {
        self.done += 1;
    }

    fn status(&self) -> Status {
        if self.done == self.effort.epochs {
            Status::OutOfEpochs
        } else {
            Status::Searching
        }
    }
}

/// A generator of its own for an agent.
pub(super) fn generator(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

/// The running deviation of discounted returns.
#[derive(Default)]
struct Scale {
    running: f64,
    count: f64,
    mean: f64,
    squares: f64,
}

const DISCOUNT: f64 = 0.99;
const MOST: f64 = 10.0;

impl Scale {
    fn reward(&mut self, reward: f64, is_end: bool) -> f64 {
        self.running = DISCOUNT * self.running + reward;
        self.count += 1.0;
        let off = self.running - self.mean;
        self.mean += off / self.count;
        self.squares += off * (self.running - self.mean);
        if is_end {
            self.running = 0.0;
        }
        let variance = self.squares / self.count;
        if variance == 0.0 {
            return 0.0;
        }
        (reward / variance.sqrt()).clamp(-MOST, MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewards_are_scaled_by_the_deviation_of_returns() {
        let rewards = [3e6, 1e6, 2e6, 5e6];
        let mut scale = Scale::default();
        let scaled: Vec<f64> = (rewards.iter().enumerate())
            .map(|(t, &r)| scale.reward(r, t == 1))
            .collect();
        let returns = [3e6, 0.99 * 3e6 + 1e6, 2e6, 0.99 * 2e6 + 5e6];
        let mean = returns.iter().sum::<f64>() / 4.0;
        let variance = returns.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / 4.0;
        assert_eq!(scaled[0], 0.0, "one return has no deviation");
        assert!((scaled[3] - 5e6 / variance.sqrt()).abs() < 1e-9);
        assert_eq!(scale.reward(1e12, false).abs(), 1e12 / scale_of(&scale));
    }

    fn scale_of(scale: &Scale) -> f64 {
        (scale.squares / scale.count).sqrt()
    }
}
