//! Agents that turn knobs, and what they learn from: proximal policy optimisation with one critic
//! (Schulman et al., arXiv 1707.06347), for one agent or several (MAPPO, Yu et al., NeurIPS 2022,
//! arXiv 2103.01955).
//!
//! ```text
//! state    the layer's shape, the place of each knob over its size, the last fitness
//! actor    sees its share of the state, turns each of its knobs by -1, 0 or +1
//! critic   sees the whole state, says what it is worth; one for all actors
//! learn    generalised advantages by the critic; clipped surrogate for each actor alone
//! ```
//!
//! Steps and clipping are CHAMELEON's published settings: Adam at 1e-3, 3 epochs, minibatches of 32,
//! discount 0.9, lambda 0.99, clip 0.2, entropy 0.3. Not published is from how many of an
//! iteration's steps it learns; here at most [`LESSON`], drawn at random.

use candle_core::{Result, Tensor};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::task::KNOBS;
use crate::learn::{
    Activation, Adam, Categorical, Frozen, Mlp, advantages, clipped_surrogate, column, matrix,
    standardize,
};

const RATE: f64 = 1e-3;
const EPSILON: f64 = 1e-8;
const EPOCHS: usize = 3;
const MINIBATCH: usize = 32;
const DISCOUNT: f64 = 0.9;
const LAMBDA: f64 = 0.99;
const CLIP: f64 = 0.2;
const ENTROPY: f64 = 0.3;
const WIDTH: usize = 20;
/// Steps that are learned from at a time.
const LESSON: usize = 256;

const AGREE: &str = "the networks' shapes agree";

/// What becomes of each knob: 0, 1 or 2 for -1, 0 or +1.
pub(super) type Actions = [u8; KNOBS];

/// One step of an episode.
#[derive(Clone, Debug)]
pub(super) struct Transition {
    pub(super) state: Vec<f32>,
    pub(super) actions: Actions,
    /// The logarithm of the probability of each actor's actions.
    pub(super) likelihoods: Vec<f64>,
    pub(super) reward: f64,
    pub(super) is_end: bool,
}

struct Actor {
    knobs: Vec<usize>,
    observes: Vec<usize>,
    network: Mlp,
    frozen: Frozen,
    adam: Adam,
}

/// Some actors and their critic.
pub(super) struct Agents {
    rng: Xoshiro256PlusPlus,
    actors: Vec<Actor>,
    critic: Mlp,
    frozen: Frozen,
    adam: Adam,
}

impl Agents {
    /// Actors with the knobs that each turns and the parts of a state of `width` that it sees; the
    /// critic with so many hidden layers.
    pub(super) fn new(
        width: usize,
        actors: &[(Vec<usize>, Vec<usize>)],
        depth: usize,
        seed: u64,
    ) -> Self {
        Self::try_new(width, actors, depth, seed).expect(AGREE)
    }

    fn try_new(
        width: usize,
        actors: &[(Vec<usize>, Vec<usize>)],
        depth: usize,
        seed: u64,
    ) -> Result<Self> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut agents = Vec::new();
        for (knobs, observes) in actors {
            let sizes = [observes.len(), WIDTH, WIDTH, 3 * knobs.len()];
            let network = Mlp::new(&sizes, Activation::Tanh, &mut rng)?;
            agents.push(Actor {
                knobs: knobs.clone(),
                observes: observes.clone(),
                frozen: network.frozen()?,
                adam: Adam::new(network.parameters(), RATE, EPSILON)?,
                network,
            });
        }
        let mut sizes = vec![WIDTH; depth + 2];
        sizes[0] = width;
        sizes[depth + 1] = 1;
        let critic = Mlp::new(&sizes, Activation::Tanh, &mut rng)?;
        Ok(Self {
            rng,
            actors: agents,
            frozen: critic.frozen()?,
            adam: Adam::new(critic.parameters(), RATE, EPSILON)?,
            critic,
        })
    }

    /// What to do in a state, and with what likelihood each actor does so.
    pub(super) fn act(&mut self, state: &[f32]) -> (Actions, Vec<f64>) {
        let mut actions = [1; KNOBS];
        let mut likelihoods = Vec::with_capacity(self.actors.len());
        for actor in &self.actors {
            let scores = actor.frozen.apply(&pick(state, &actor.observes));
            let mut likelihood = 0.0;
            for (knob, own) in actor.knobs.iter().zip(scores.chunks(3)) {
                let action = Categorical::sample(own, &mut self.rng);
                likelihood += Categorical::probabilities(own)[action].ln();
                actions[*knob] = action as u8;
            }
            likelihoods.push(likelihood);
        }
        (actions, likelihoods)
    }

    /// What the critic thinks of a state.
    pub(super) fn value(&self, state: &[f32]) -> f64 {
        f64::from(self.frozen.apply(state)[0])
    }

    /// Learns from whole episodes, one behind the other.
    pub(super) fn learn(&mut self, steps: &[Transition]) {
        self.try_learn(steps).expect(AGREE);
    }

    fn try_learn(&mut self, steps: &[Transition]) -> Result<()> {
        let values: Vec<f64> = steps.iter().map(|step| self.value(&step.state)).collect();
        let rewards: Vec<f64> = steps.iter().map(|step| step.reward).collect();
        let ends: Vec<bool> = steps.iter().map(|step| step.is_end).collect();
        let mut gains = advantages(&rewards, &values, &ends, 0.0, DISCOUNT, LAMBDA);
        let returns: Vec<f64> = gains.iter().zip(&values).map(|(a, v)| a + v).collect();
        standardize(&mut gains, EPSILON);
        let mut order: Vec<usize> = (0..steps.len()).collect();
        order.shuffle(&mut self.rng);
        order.truncate(LESSON);
        for _ in 0..EPOCHS {
            order.shuffle(&mut self.rng);
            for batch in order.chunks(MINIBATCH) {
                self.update(steps, batch, &gains, &returns)?;
            }
        }
        for actor in &mut self.actors {
            actor.frozen = actor.network.frozen()?;
        }
        self.frozen = self.critic.frozen()?;
        Ok(())
    }

    fn update(
        &mut self,
        steps: &[Transition],
        batch: &[usize],
        gains: &[f64],
        returns: &[f64],
    ) -> Result<()> {
        let of = |values: &[f64]| -> Vec<f64> { batch.iter().map(|&at| values[at]).collect() };
        let gains = column(&of(gains))?;
        for (number, actor) in self.actors.iter_mut().enumerate() {
            let seen = batch
                .iter()
                .map(|&at| pick(&steps[at].state, &actor.observes));
            let scores = actor.network.forward(&matrix(&seen.collect::<Vec<_>>())?)?;
            // Each knob of each step is a row of its own.
            let knobs = actor.knobs.len();
            let scores = scores.reshape((batch.len() * knobs, 3))?;
            let actions = |at: usize| {
                actor
                    .knobs
                    .iter()
                    .map(move |&k| u32::from(steps[at].actions[k]))
            };
            let actions: Vec<u32> = batch.iter().flat_map(|&at| actions(at)).collect();
            let sum = |rows: Tensor| rows.reshape((batch.len(), knobs))?.sum_keepdim(1);
            let new = sum(Categorical::log_likelihood(&scores, &actions)?)?;
            let entropy = sum(Categorical::entropy(&scores)?)?.mean_all()?;
            let old = batch.iter().map(|&at| steps[at].likelihoods[number]);
            let old = column(&old.collect::<Vec<_>>())?;
            let loss = clipped_surrogate(&new, &old, &gains, CLIP)?;
            // Per knob, so that actors with many knobs are not held to wander more.
            let loss = (loss - (entropy * (ENTROPY / knobs as f64))?)?;
            actor.adam.step(&loss.backward()?)?;
        }
        let states: Vec<Vec<f32>> = batch.iter().map(|&at| steps[at].state.clone()).collect();
        let error = (self.critic.forward(&matrix(&states)?)? - column(&of(returns))?)?;
        self.adam.step(&error.sqr()?.mean_all()?.backward()?)
    }
}

fn pick(state: &[f32], places: &[usize]) -> Vec<f32> {
    places.iter().map(|&place| state[place]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two actors with a knob each, rewarded for turning one up and the other down.
    #[test]
    fn a_team_learns_what_is_rewarded() {
        let actors = [(vec![0], vec![0]), (vec![4], vec![1])];
        let mut agents = Agents::new(2, &actors, 3, 5);
        let state = vec![0.5, 0.5];
        for _ in 0..20 {
            let mut steps = Vec::new();
            for _ in 0..128 {
                let (actions, likelihoods) = agents.act(&state);
                let reward = f64::from(actions[0]) - f64::from(actions[4]);
                let state = state.clone();
                let is_end = true;
                steps.push(Transition {
                    state,
                    actions,
                    likelihoods,
                    reward,
                    is_end,
                });
            }
            agents.learn(&steps);
        }
        let mut sum = [0.0; 2];
        for _ in 0..200 {
            let (actions, _) = agents.act(&state);
            sum[0] += f64::from(actions[0]) / 200.0;
            sum[1] += f64::from(actions[4]) / 200.0;
        }
        assert!(sum[0] > 1.4 && sum[1] < 0.6, "{sum:?}");
        assert!(agents.value(&state) > 0.3, "the critic has seen rewards");
    }
}
