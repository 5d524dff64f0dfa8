//! A memory of transitions from which batches are drawn.

use candle_core::{Result, Tensor};
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{column, matrix};

/// One step in an environment.
#[derive(Clone, Debug)]
pub(crate) struct Transition {
    pub(crate) observation: Vec<f32>,
    pub(crate) action: Vec<f32>,
    pub(crate) reward: f64,
    pub(crate) next: Vec<f32>,
    pub(crate) is_end: bool,
}

/// The last transitions, up to a capacity.
#[derive(Clone, Debug)]
pub(crate) struct ReplayBuffer {
    kept: Vec<Transition>,
    capacity: usize,
    oldest: usize,
}

/// Transitions as matrices, a row each.
pub(crate) struct Minibatch {
    pub(crate) observations: Tensor,
    pub(crate) actions: Tensor,
    pub(crate) rewards: Tensor,
    pub(crate) next: Tensor,
    /// 0 at the end of an episode, else 1.
    pub(crate) goes_on: Tensor,
}

impl ReplayBuffer {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            kept: Vec::new(),
            capacity,
            oldest: 0,
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Remembers a transition in place of the oldest one, if there is no room.
    pub(crate) fn push(&mut self, transition: Transition) {
        if self.kept.len() < self.capacity {
            self.kept.push(transition);
            return;
        }
        self.kept[self.oldest] = transition;
        self.oldest = (self.oldest + 1) % self.capacity;
    }

    /// Draws transitions uniformly, with replacement.
    ///
    /// # Panics
    /// If nothing is remembered.
    pub(crate) fn sample(&self, count: usize, rng: &mut Xoshiro256PlusPlus) -> Result<Minibatch> {
        let drawn: Vec<&Transition> = (0..count)
            .map(|_| &self.kept[rng.random_range(0..self.kept.len())])
            .collect();
        let rows = |part: fn(&Transition) -> &Vec<f32>| -> Result<Tensor> {
            matrix(&drawn.iter().map(|t| part(t).clone()).collect::<Vec<_>>())
        };
        let numbers = |part: fn(&Transition) -> f64| -> Result<Tensor> {
            column(&drawn.iter().map(|t| part(t)).collect::<Vec<_>>())
        };
        Ok(Minibatch {
            observations: rows(|t| &t.observation)?,
            actions: rows(|t| &t.action)?,
            rewards: numbers(|t| t.reward)?,
            next: rows(|t| &t.next)?,
            goes_on: numbers(|t| f64::from(!t.is_end))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::entries;
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn the_oldest_gives_way_and_rows_stay_together() {
        let mut replay = ReplayBuffer::new(3);
        for at in 0..5u8 {
            replay.push(Transition {
                observation: vec![f32::from(at)],
                action: vec![f32::from(at) + 10.0],
                reward: f64::from(at) + 20.0,
                next: vec![f32::from(at) + 1.0],
                is_end: at == 4,
            });
        }
        assert_eq!(replay.len(), 3);
        let rng = &mut Xoshiro256PlusPlus::seed_from_u64(1);
        let batch = replay.sample(64, rng).unwrap();
        let [seen, actions, rewards, next, goes_on] = [
            &batch.observations,
            &batch.actions,
            &batch.rewards,
            &batch.next,
            &batch.goes_on,
        ]
        .map(|t| entries(t).unwrap());
        for at in 0..64 {
            assert!(seen[at] >= 2.0, "0 and 1 were forgotten");
            assert_eq!(actions[at], seen[at] + 10.0);
            assert_eq!(rewards[at], seen[at] + 20.0);
            assert_eq!(next[at], seen[at] + 1.0);
            assert_eq!(goes_on[at], if seen[at] == 4.0 { 0.0 } else { 1.0 });
        }
        for at in [2.0, 3.0, 4.0] {
            assert!(seen.contains(&at), "{at} is drawn in the end");
        }
    }
}
