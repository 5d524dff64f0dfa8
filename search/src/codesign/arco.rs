//! ARCO (arXiv 2407.08192; ASP-DAC 2025 as DCOC): hardware and schedule by three agents that share a
//! critic.
//!
//! ```text
//! repeat 16 times:
//!     fit the cost model to all that was measured
//!     three agents turn the knobs in episodes on the cost model (MAPPO)
//!         reward = predicted throughput - area above the limit - bytes above the buffers
//!     Confidence Sampling picks what to measure of the points that they met
//! ```
//!
//! **Published**: three actor-critic agents, one for the hardware and two for the software; trained
//! with one central critic, acting each on what it sees; a cost model in the place of run time;
//! limits of the hardware as penalties; Confidence Sampling. **Reconstructed**: all else. HARDWARE
//! turns BATCH, BLOCK_IN and BLOCK_OUT, SCHEDULE the threads, MAP the tiles; each sees the layer's
//! shape, its own knobs and the last fitness; actors have two layers of 20, the critic three; steps
//! are those of `multi_agent.rs`, which CHAMELEON published. The cost model is boosted trees that meet
//! throughputs. **Ours**, where neither says: 32 episodes of at most 100 steps; the value that
//! Confidence Sampling draws by is the reward, not the critic's, for a critic values what comes after
//! a point; the first round's points are drawn at random among those that keep all limits, as the
//! penalties are known before anything is measured.
//!
//! `arco-without-agents` is the same with points drawn at random in the place of episodes, to tell
//! what is owed to the agents.

use std::collections::{BTreeSet, HashSet};

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::Tuner;
use super::confidence;
use super::exploration::{ExplorationEffort, STATE, explore, observes};
use super::forest::Loss;
use super::multi_agent::Agents;
use super::random;
use super::surrogate::{Surrogate, SurrogateData};
use super::task::{DesignPoint, Measured, Task};

const EFFORT: ExplorationEffort = ExplorationEffort {
    episodes: 32,
    steps: 100,
    group: 16,
};
/// Rounds that the budget is divided into.
const ROUNDS: usize = 16;
/// Measurements of a round.
const LEAST: usize = 8;
const MOST: usize = 64;
/// Weights of the penalties.
const AREA: f64 = 1.0;
const MEMORY: f64 = 1.0;
/// Draws in search of a point that keeps all limits.
const DRAWS: usize = 100;

/// The knobs of each agent: BATCH, BLOCK_IN, BLOCK_OUT; both threads; the tiles.
const AGENTS: [&[usize]; 3] = [&[0, 1, 2], &[8, 9], &[3, 4, 5, 6, 7]];

pub(super) struct Arco {
    rng: Xoshiro256PlusPlus,
    /// None for the same without agents: as many points as they would meet, drawn at random.
    agents: Option<Agents>,
    known: SurrogateData,
    /// Measurements of a round, once the budget is known.
    round: usize,
}

impl Arco {
    pub(super) fn new(seed: u64) -> Self {
        let actors = AGENTS.map(|knobs| (knobs.to_vec(), observes(knobs)));
        Self {
            agents: Some(Agents::new(STATE, &actors, 3, seed)),
            ..Self::without_agents(seed)
        }
    }

    pub(super) fn without_agents(seed: u64) -> Self {
        Self {
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
            agents: None,
            known: SurrogateData::default(),
            round: 0,
        }
    }
}

impl Tuner for Arco {
    fn propose(&mut self, task: &Task, remaining: usize) -> Vec<DesignPoint> {
        if self.round == 0 {
            self.round = (remaining / ROUNDS).clamp(LEAST, MOST);
        }
        let count = self.round.min(remaining);
        if self.known.len() == 0 {
            return first(task, count, &mut self.rng);
        }
        let (known, rng) = (&self.known, &mut self.rng);
        let forest = known.forest(Loss::Square, MOST, rng);
        let mut surrogate = Surrogate::new(task, &forest);
        let reward = |score: f64, point: DesignPoint| score - penalty(task, point);
        let mut met = match &mut self.agents {
            Some(agents) => explore(task, agents, &mut surrogate, known, EFFORT, &reward, rng),
            None => drawn(task, &mut surrogate, &reward, rng),
        };
        met.retain(|(point, _)| !known.has(point));
        let mut value = |point: DesignPoint| reward(surrogate.score(point), point);
        let mut plan = confidence::sample(task, &met, known, count, &mut value, rng);
        if plan.is_empty() {
            plan = first(task, count, rng);
        }
        plan
    }

    fn learn(&mut self, task: &Task, measured: &[Measured]) {
        self.known.add(task, measured);
    }
}

/// Distinct points drawn at random, as many as steps of the agents, in the order of the points.
fn drawn(
    task: &Task,
    surrogate: &mut Surrogate<'_>,
    reward: &dyn Fn(f64, DesignPoint) -> f64,
    rng: &mut Xoshiro256PlusPlus,
) -> Vec<(DesignPoint, f64)> {
    let count = EFFORT.episodes * EFFORT.steps;
    let points: BTreeSet<DesignPoint> = (0..count).map(|_| random::draw(task, rng)).collect();
    let valued = points.into_iter();
    valued
        .map(|point| (point, reward(surrogate.score(point), point)))
        .collect()
}

fn penalty(task: &Task, point: DesignPoint) -> f64 {
    let excess = task.excess(point);
    AREA * excess.area + MEMORY * excess.memory
}

/// Points drawn at random that have no penalty, if such are soon found.
fn first(task: &Task, count: usize, rng: &mut Xoshiro256PlusPlus) -> Vec<DesignPoint> {
    let mut points = HashSet::new();
    let mut plan = Vec::new();
    for _ in 0..count {
        let mut point = random::draw(task, rng);
        for _ in 0..DRAWS {
            if penalty(task, point) == 0.0 && !points.contains(&point) {
                break;
            }
            point = random::draw(task, rng);
        }
        points.insert(point);
        plan.push(point);
    }
    plan
}
