//! DDPG, TD3 and SAC: actors in the box [-1, 1]^axes, whose points stand for the
//! levels of equal cells, and critics trained from a replay buffer.
//!
//! | | DDPG | TD3 | SAC |
//! |---|---|---|---|
//! | rates of actor and critic | 1e-4, 1e-3 | 3e-4 | 3e-4 |
//! | batch | 128 | 128 | 64 |
//! | updates, every so many steps | 50, 100 | 100, 100 | 1, 1 |
//! | towards the targets | 0.001 | 0.005 | 0.005 |
//! | noise on actions | Ornstein-Uhlenbeck, 0.05 | normal, 0.05 | the policy's own |
//! | before learning | none | 100 random steps | 100 random steps |
//!
//! These are the defaults of stable-baselines 2 (version 2.10), with the noise
//! that ConfuciuX's public code sets (`src/Other_RLs/main.py`). For all:
//! discount 0.99, a buffer of 50,000, Adam, and networks of two layers of 64 with
//! ReLUs (the library's `MlpPolicy`; the public code has three layers of 512). TD3:
//! actor updated every second time, targets smoothed with noise of 0.2 up to 0.5.
//! SAC without the network of state values (Haarnoja et al., arXiv 1812.05905),
//! its temperature tuned to an entropy of minus the number of axes.

use candle_core::{Device, Result, Tensor, Var};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::learner::{Agent, generator};
use crate::learn::{
    Activation, Adam, Frozen, GaussianSample, Minibatch, Mlp, ReplayBuffer, Transition, clamp,
    squashed_gaussian,
};

const HIDDEN: usize = 64;
const DISCOUNT: f64 = 0.99;
const BUFFER: usize = 50_000;
const NOISE: f64 = 0.05;
/// Of the Ornstein-Uhlenbeck process: pull to the mean, and time step.
const PULL: f64 = 0.15;
const TIME: f64 = 0.01;
const SMOOTHING: f64 = 0.2;
const SMOOTHING_MOST: f64 = 0.5;
const LOG_DEVIATION: [f64; 2] = [-20.0, 2.0];
const AGREE: &str = "the network's shapes agree";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Ddpg,
    Td3,
    Sac,
}

struct Hyperparameters {
    rates: [f64; 2],
    batch: usize,
    updates: usize,
    every: u64,
    follow: f64,
    random: u64,
    critics: usize,
}

impl Algorithm {
    fn settings(self) -> Hyperparameters {
        match self {
            Self::Ddpg => Hyperparameters {
                rates: [1e-4, 1e-3],
                batch: 128,
                updates: 50,
                every: 100,
                follow: 1e-3,
                random: 0,
                critics: 1,
            },
            Self::Td3 => Hyperparameters {
                rates: [3e-4, 3e-4],
                batch: 128,
                updates: 100,
                every: 100,
                follow: 5e-3,
                random: 100,
                critics: 2,
            },
            Self::Sac => Hyperparameters {
                rates: [3e-4, 3e-4],
                batch: 64,
                updates: 1,
                every: 1,
                follow: 5e-3,
                random: 100,
                critics: 2,
            },
        }
    }
}

/// Deep deterministic policy gradients (Lillicrap et al., ICLR 2016, arXiv
/// 1509.02971).
pub(super) struct DdpgAgent(OffPolicy);
/// Twin delayed deterministic policy gradients (Fujimoto et al., ICML 2018, arXiv
/// 1802.09477).
pub(super) struct Td3Agent(OffPolicy);
/// Soft actor-critic (Haarnoja et al., ICML 2018, arXiv 1801.01290).
pub(super) struct SacAgent(OffPolicy);

struct OffPolicy {
    kind: Algorithm,
    settings: Hyperparameters,
    rng: Xoshiro256PlusPlus,
    axes: Vec<usize>,
    actor: Mlp,
    actor_target: Mlp,
    critics: Vec<Mlp>,
    critic_targets: Vec<Mlp>,
    log_temperature: Var,
    adams: [Adam; 3],
    replay: ReplayBuffer,
    frozen: Frozen,
    last: (Vec<f32>, Vec<f32>),
    noise: Vec<f64>,
    steps: u64,
    updates: u64,
}

impl OffPolicy {
    fn new(kind: Algorithm, width: usize, axes: &[usize], seed: u64) -> Result<Self> {
        let settings = kind.settings();
        let mut rng = generator(seed);
        let outputs = match kind {
            Algorithm::Ddpg | Algorithm::Td3 => axes.len(),
            Algorithm::Sac => 2 * axes.len(),
        };
        let network = |inputs: usize, outputs: usize, rng: &mut _| {
            Mlp::new(&[inputs, HIDDEN, HIDDEN, outputs], Activation::Relu, rng)
        };
        let actor = network(width, outputs, &mut rng)?;
        let critics: Vec<Mlp> = (0..settings.critics)
            .map(|_| network(width + axes.len(), 1, &mut rng))
            .collect::<Result<_>>()?;
        let log_temperature = Var::zeros((1, 1), candle_core::DType::F32, &Device::Cpu)?;
        let of_critics = critics.iter().flat_map(Mlp::parameters).collect();
        let [slow, fast] = settings.rates;
        Ok(Self {
            kind,
            adams: [
                Adam::new(actor.parameters(), slow, 1e-8)?,
                Adam::new(of_critics, fast, 1e-8)?,
                Adam::new(vec![log_temperature.clone()], slow, 1e-8)?,
            ],
            rng,
            axes: axes.to_vec(),
            actor_target: actor.twin()?,
            critic_targets: critics.iter().map(Mlp::twin).collect::<Result<_>>()?,
            frozen: actor.frozen()?,
            actor,
            critics,
            log_temperature,
            replay: ReplayBuffer::new(BUFFER),
            last: Default::default(),
            noise: vec![0.0; axes.len()],
            steps: 0,
            updates: 0,
            settings,
        })
    }

    fn act(&mut self, observation: &[f32]) -> Vec<usize> {
        let outputs = self.frozen.apply(observation);
        let action: Vec<f32> = (0..self.axes.len())
            .map(|axis| self.component(axis, &outputs))
            .collect();
        let cells = action.iter().zip(&self.axes);
        let levels = cells.map(|(&a, &count)| {
            let cell = (f64::from(a) + 1.0) / 2.0 * count as f64;
            (cell as usize).min(count - 1)
        });
        let levels = levels.collect();
        self.last = (observation.to_vec(), action);
        levels
    }

    /// One coordinate of an action, with noise.
    fn component(&mut self, axis: usize, outputs: &[f32]) -> f32 {
        if self.steps < self.settings.random {
            return self.rng.random_range(-1.0..=1.0);
        }
        let draw: f64 = StandardNormal.sample(&mut self.rng);
        let output = f64::from(outputs[axis]);
        let action = match self.kind {
            Algorithm::Sac => {
                let [least, most] = LOG_DEVIATION;
                let log = f64::from(outputs[self.axes.len() + axis]).clamp(least, most);
                (output + log.exp() * draw).tanh()
            }
            Algorithm::Td3 => output.tanh() + NOISE * draw,
            Algorithm::Ddpg => {
                let noise = &mut self.noise[axis];
                *noise += -PULL * *noise * TIME + NOISE * TIME.sqrt() * draw;
                output.tanh() + *noise
            }
        };
        action.clamp(-1.0, 1.0) as f32
    }

    fn learn(&mut self, reward: f64, next: &[f32], is_end: bool) -> Result<()> {
        let (observation, action) = self.last.clone();
        self.replay.push(Transition {
            observation,
            action,
            reward,
            next: next.to_vec(),
            is_end,
        });
        self.steps += 1;
        let is_due = self.steps.is_multiple_of(self.settings.every);
        if !is_due || self.steps < self.settings.random.max(self.settings.batch as u64) {
            return Ok(());
        }
        for _ in 0..self.settings.updates {
            let batch = self.replay.sample(self.settings.batch, &mut self.rng)?;
            self.update(&batch)?;
        }
        self.frozen = self.actor.frozen()?;
        Ok(())
    }

    fn normal(&mut self, rows: usize) -> Result<Tensor> {
        let count = rows * self.axes.len();
        let rng = &mut self.rng;
        let data: Vec<f32> = (0..count).map(|_| StandardNormal.sample(rng)).collect();
        Tensor::from_vec(data, (rows, self.axes.len()), &Device::Cpu)
    }

    /// The soft actor's draw at some observations.
    fn draw(&mut self, observations: &Tensor) -> Result<GaussianSample> {
        let outputs = self.actor.forward(observations)?;
        let count = self.axes.len();
        let mean = outputs.narrow(1, 0, count)?;
        let log = clamp(&outputs.narrow(1, count, count)?, LOG_DEVIATION)?;
        let noise = self.normal(observations.dim(0)?)?;
        squashed_gaussian(&mean, &log, &noise)
    }

    fn update(&mut self, batch: &Minibatch) -> Result<()> {
        self.updates += 1;
        let temperature = f64::from(self.log_temperature.flatten_all()?.to_vec1::<f32>()?[0]).exp();
        let (action, bonus) = match self.kind {
            Algorithm::Ddpg => (self.actor_target.forward(&batch.next)?.tanh()?, None),
            Algorithm::Td3 => {
                let noise = (self.normal(self.settings.batch)? * SMOOTHING)?;
                let noise = clamp(&noise, [-SMOOTHING_MOST, SMOOTHING_MOST])?;
                let action = (self.actor_target.forward(&batch.next)?.tanh()? + noise)?;
                (clamp(&action, [-1.0, 1.0])?, None)
            }
            Algorithm::Sac => {
                let drawn = self.draw(&batch.next)?;
                (drawn.action, Some((drawn.log_likelihood * -temperature)?))
            }
        };
        let mut ahead = least(&self.critic_targets, &batch.next, &action)?;
        if let Some(bonus) = bonus {
            ahead = (ahead + bonus)?;
        }
        let wanted = (&batch.rewards + ((ahead * &batch.goes_on)? * DISCOUNT)?)?.detach();
        let x = Tensor::cat(&[&batch.observations, &batch.actions], 1)?;
        let mut loss: Option<Tensor> = None;
        for critic in &self.critics {
            let own = (critic.forward(&x)? - &wanted)?.sqr()?.mean_all()?;
            loss = Some(match loss {
                None => own,
                Some(other) => (own + other)?,
            });
        }
        let loss = loss.expect("there is a critic");
        self.adams[1].step(&loss.backward()?)?;
        if self.kind == Algorithm::Td3 && !self.updates.is_multiple_of(2) {
            return Ok(());
        }
        self.improve(batch, temperature)?;
        let share = self.settings.follow;
        for (target, critic) in self.critic_targets.iter().zip(&self.critics) {
            target.follow(critic, share)?;
        }
        self.actor_target.follow(&self.actor, share)
    }

    /// Steps the actor, and the temperature where there is one.
    fn improve(&mut self, batch: &Minibatch, temperature: f64) -> Result<()> {
        if self.kind != Algorithm::Sac {
            let action = self.actor.forward(&batch.observations)?.tanh()?;
            let value = least(&self.critics[..1], &batch.observations, &action)?;
            return self.adams[0].step(&value.mean_all()?.neg()?.backward()?);
        }
        let drawn = self.draw(&batch.observations)?;
        let value = least(&self.critics, &batch.observations, &drawn.action)?;
        let loss = ((&drawn.log_likelihood * temperature)? - value)?.mean_all()?;
        self.adams[0].step(&loss.backward()?)?;
        let short = drawn
            .log_likelihood
            .detach()
            .affine(1.0, -(self.axes.len() as f64))?;
        let loss = self
            .log_temperature
            .broadcast_mul(&short)?
            .mean_all()?
            .neg()?;
        self.adams[2].step(&loss.backward()?)
    }
}

/// The least value that the critics give to actions.
fn least(critics: &[Mlp], observations: &Tensor, actions: &Tensor) -> Result<Tensor> {
    let x = Tensor::cat(&[observations, actions], 1)?;
    let mut value: Option<Tensor> = None;
    for critic in critics {
        let own = critic.forward(&x)?;
        value = Some(match value {
            None => own,
            Some(other) => own.minimum(&other)?,
        });
    }
    Ok(value.expect("there is a critic"))
}

macro_rules! agent {
    ($name:ident, $kind:expr) => {
        impl Agent for $name {
            fn new(width: usize, axes: &[usize], seed: u64, _: u64) -> Self {
                Self(OffPolicy::new($kind, width, axes, seed).expect(AGREE))
            }

            fn act(&mut self, observation: &[f32]) -> Vec<usize> {
                self.0.act(observation)
            }

            fn learn(&mut self, reward: f64, next: &[f32], is_end: bool) {
                self.0.learn(reward, next, is_end).expect(AGREE);
            }
        }
    };
}

agent!(DdpgAgent, Algorithm::Ddpg);
agent!(Td3Agent, Algorithm::Td3);
agent!(SacAgent, Algorithm::Sac);
