//! Confidence Sampling: which of many candidates are worth a measurement (ARCO, arXiv 2407.08192),
//! and a wrapper that puts it behind any tuner.
//!
//! ```text
//! v = value of each candidate;  p = softmax((v - max v) / tau)
//! draw 2 n of them by p, without putting back;  threshold = the median of v over the draw
//! keep those at or above it;  fill up to n with syntheses: each knob's value from one of the kept
//! ```
//!
//! **Published**: candidates are drawn from a probability distribution over predicted value, those
//! above a soft threshold are kept, and only these are measured. **Reconstructed**: the softmax and
//! its temperature, the median as threshold, twice as many draws as measurements, syntheses.
//!
//! The wrapper asks its tuner until it has four times as many candidates as it passes on, and values
//! them by boosted trees of its own. Until 16 points are measured it passes on what it is given.

use std::collections::HashSet;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::Tuner;
use super::forest::Loss;
use super::surrogate::{Surrogate, SurrogateData};
use super::task::{DesignPoint, KNOBS, Measured, Task};

/// Of the softmax, in shares of the best throughput.
const TEMPERATURE: f64 = 0.05;
/// Draws for each point that is wanted.
const DRAWS: usize = 2;
/// Syntheses tried for each point that is missing.
const TRIES: usize = 20;

/// At most `count` of the candidates that are not known, or syntheses of them; `value` of whatever
/// point.
pub(super) fn sample(
    task: &Task,
    candidates: &[(DesignPoint, f64)],
    known: &SurrogateData,
    count: usize,
    value: &mut dyn FnMut(DesignPoint) -> f64,
    rng: &mut Xoshiro256PlusPlus,
) -> Vec<DesignPoint> {
    let new = candidates.iter().filter(|(point, _)| !known.has(point));
    // The greatest of scores with Gumbel noise are a draw by softmax without putting back.
    let mut drawn: Vec<(f64, DesignPoint, f64)> = new
        .map(|(point, value)| {
            let uniform: f64 = rng.random_range(f64::MIN_POSITIVE..1.0);
            (value / TEMPERATURE - (-uniform.ln()).ln(), *point, *value)
        })
        .collect();
    drawn.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    drawn.truncate(DRAWS * count);
    let mut values: Vec<f64> = drawn.iter().map(|(_, _, value)| *value).collect();
    values.sort_unstable_by(f64::total_cmp);
    let Some(threshold) = values.get(values.len() / 2).copied() else {
        return Vec::new();
    };
    let kept = drawn.iter().filter(|(_, _, value)| *value >= threshold);
    let mut kept: Vec<DesignPoint> = kept.map(|(_, point, _)| *point).collect();
    kept.truncate(count);
    let parents = kept.clone();
    let mut taken: HashSet<DesignPoint> = kept.iter().copied().collect();
    for _ in 0..TRIES * count.saturating_sub(kept.len()) {
        if kept.len() == count {
            break;
        }
        let mut child = DesignPoint([0; KNOBS]);
        for (knob, place) in child.0.iter_mut().enumerate() {
            *place = parents[rng.random_range(0..parents.len())].0[knob];
        }
        let child = task.settled(child);
        let is_new = !known.has(&child) && !taken.contains(&child);
        if is_new && value(child) >= threshold {
            taken.insert(child);
            kept.push(child);
        }
    }
    kept
}

/// Points measured before the wrapper chooses.
const FIRST: usize = 16;
/// Candidates for each point that is passed on.
const CHOICE: usize = 4;
/// Candidates at most.
const CANDIDATES: usize = 256;

/// Confidence Sampling behind a tuner.
pub(super) struct Confident {
    inner: Box<dyn Tuner + Send>,
    rng: Xoshiro256PlusPlus,
    known: SurrogateData,
}

impl Confident {
    pub(super) fn new(inner: Box<dyn Tuner + Send>, seed: u64) -> Self {
        Self {
            inner,
            rng: Xoshiro256PlusPlus::seed_from_u64(!seed),
            known: SurrogateData::default(),
        }
    }
}

impl Tuner for Confident {
    fn propose(&mut self, task: &Task, remaining: usize) -> Vec<DesignPoint> {
        let mut candidates = self.inner.propose(task, remaining);
        if self.known.len() < FIRST {
            candidates.truncate(FIRST);
            return candidates;
        }
        // A tuner that works in large plans is asked once, and a quarter of its plan passed on.
        let wanted = (CHOICE * candidates.len()).clamp(CHOICE * FIRST, CANDIDATES);
        let mut asked = 1;
        while candidates.len() < wanted.min(CHOICE * FIRST) && asked < CANDIDATES {
            let more = self.inner.propose(task, remaining);
            if more.is_empty() {
                break;
            }
            candidates.extend(more);
            asked += 1;
        }
        let forest = self.known.forest(Loss::Square, wanted, &mut self.rng);
        let mut surrogate = Surrogate::new(task, &forest);
        candidates.sort_unstable();
        candidates.dedup();
        let count = (candidates.len() / CHOICE).clamp(1, remaining);
        let valued = candidates
            .iter()
            .map(|point| (*point, surrogate.score(*point)))
            .collect::<Vec<_>>();
        let mut value = |point| surrogate.score(point);
        let sampled = sample(task, &valued, &self.known, count, &mut value, &mut self.rng);
        if sampled.is_empty() {
            // All are known: it hears of them, at no cost.
            return candidates;
        }
        sampled
    }

    fn learn(&mut self, task: &Task, measured: &[Measured]) {
        self.known.add(task, measured);
        self.inner.learn(task, measured);
    }
}
