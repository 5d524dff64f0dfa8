//! AutoTVM's model-based tuner (Chen et al., NeurIPS 2018, arXiv 1805.08166), after its public code.
//!
//! ```text
//! measure 64 points drawn at random
//! repeat:  fit boosted trees with a rank loss to all that was measured
//!          128 chains anneal on the trees' score, 500 steps, from where they were
//!          measure the 64 best points that they met, but 5 % at random
//! ```
//!
//! A point that does not run has no throughput, and costs a measurement as any other. Its features
//! are the values of the knobs, the hardware's among them; AutoTVM's are either these or those of the
//! loop nest that TVM lowers them to.
//!
//! `autotvm-16` is the same with plans of 16 points, to tell what is owed to plans alone.

use std::collections::{BTreeSet, HashSet};

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::Tuner;
use super::forest::{Forest, Loss};
use super::random;
use super::surrogate::{Surrogate, SurrogateData};
use super::task::{DesignPoint, KNOBS, Measured, Task};

/// Points between two fits, by its public code.
pub(super) const PLAN: usize = 64;
const CHAINS: usize = 128;
const STEPS: usize = 500;
/// Steps in which no better point was met, after which the chains stop.
const IDLE: usize = 50;
/// The share of points drawn at random; one at least.
const RANDOM: f64 = 0.05;

pub(super) struct AutoTvm {
    /// Points between two fits.
    plan: usize,
    rng: Xoshiro256PlusPlus,
    known: SurrogateData,
    chains: Vec<DesignPoint>,
}

impl AutoTvm {
    /// With so many points between two fits.
    pub(super) fn new(seed: u64, plan: usize) -> Self {
        Self {
            plan,
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
            known: SurrogateData::default(),
            chains: Vec::new(),
        }
    }

    /// The best points that the chains meet and that are not known yet, the best first.
    fn anneal(&mut self, task: &Task, forest: &Forest) -> Vec<DesignPoint> {
        let rng = &mut self.rng;
        if self.chains.is_empty() {
            self.chains = (0..CHAINS).map(|_| random::draw(task, rng)).collect();
        }
        let mut surrogate = Surrogate::new(task, forest);
        let mut best = Best::new(self.plan);
        let mut scores: Vec<f64> = Vec::with_capacity(CHAINS);
        for point in &self.chains {
            let score = surrogate.score(*point);
            scores.push(score);
            if !self.known.has(point) {
                best.offer(score, *point);
            }
        }
        let mut last = 0;
        for step in 0..STEPS {
            let temperature = 1.0 - step as f64 / STEPS as f64;
            for (point, score) in self.chains.iter_mut().zip(&mut scores) {
                let next = neighbour(task, *point, rng);
                let new = surrogate.score(next);
                let odds = ((new - *score) / (temperature + 1e-5)).min(0.0).exp();
                if !self.known.has(&next) && best.offer(new, next) {
                    last = step;
                }
                if rng.random::<f64>() < odds {
                    (*point, *score) = (next, new);
                }
            }
            if step > last + IDLE {
                break;
            }
        }
        best.into_points()
    }
}

impl Tuner for AutoTvm {
    fn propose(&mut self, task: &Task, remaining: usize) -> Vec<DesignPoint> {
        let count = self.plan.min(remaining);
        let mut plan = Vec::new();
        if self.known.len() > 0 {
            let forest = self.known.forest(Loss::Rank, self.plan, &mut self.rng);
            plan = self.anneal(task, &forest);
            let drawn = (RANDOM * count as f64) as usize;
            plan.truncate(count.saturating_sub(drawn.max(1)));
        }
        fill(task, &self.known, &mut plan, count, &mut self.rng);
        plan
    }

    fn learn(&mut self, task: &Task, measured: &[Measured]) {
        self.known.add(task, measured);
    }
}

/// Adds points drawn at random that are new, as long as such are soon found.
pub(super) fn fill(
    task: &Task,
    known: &SurrogateData,
    plan: &mut Vec<DesignPoint>,
    count: usize,
    rng: &mut Xoshiro256PlusPlus,
) {
    let mut taken: HashSet<DesignPoint> = plan.iter().copied().collect();
    for _ in 0..100 * count {
        if plan.len() >= count {
            break;
        }
        let point = random::draw(task, rng);
        if !known.has(&point) && taken.insert(point) {
            plan.push(point);
        }
    }
}

/// The point with one knob redrawn, of those that have several values.
fn neighbour(task: &Task, point: DesignPoint, rng: &mut Xoshiro256PlusPlus) -> DesignPoint {
    let sizes = task.sizes(point);
    let free = sizes.iter().filter(|size| **size > 1).count();
    if free == 0 {
        return point;
    }
    let pick = rng.random_range(0..free);
    let mut free = (0..KNOBS).filter(|knob| sizes[*knob] > 1);
    match free.nth(pick) {
        Some(knob) => random::redraw(task, point, knob, rng),
        None => point,
    }
}

/// The best of the points that are offered.
pub(super) struct Best {
    most: usize,
    /// By score, which orders as its bits do, then by point.
    points: BTreeSet<(Score, DesignPoint)>,
}

/// A score in total order.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Score(f64);

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Best {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            points: BTreeSet::new(),
        }
    }

    /// Whether the point is among the best so far, and was not before.
    pub(super) fn offer(&mut self, score: f64, point: DesignPoint) -> bool {
        let entry = (Score(score), point);
        if self.points.len() == self.most {
            match self.points.first() {
                Some(least) if entry > *least => {}
                _ => return false,
            }
        }
        let is_new = self.points.insert(entry);
        if self.points.len() > self.most {
            self.points.pop_first();
        }
        is_new
    }

    /// The best first.
    pub(super) fn into_points(self) -> Vec<DesignPoint> {
        let points = self.points.into_iter().rev();
        points.map(|(_, point)| point).collect()
    }
}
