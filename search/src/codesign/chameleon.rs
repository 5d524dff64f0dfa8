//! CHAMELEON (Ahn et al., ICLR 2020, arXiv 2001.08743): adaptive exploration and adaptive sampling.
//!
//! ```text
//! measure 64 points drawn at random
//! repeat:  fit the cost model to all that was measured
//!          PPO turns the knobs in 128 episodes of at most 500 steps; reward: predicted throughput
//!          k-means on the points that it met, k = 8, 16, ... 64, until the loss falls by less than
//!          a factor of 2.5
//!          measure the points nearest to the centroids; where one is known, the synthesis of the
//!          most frequent value of each knob
//! ```
//!
//! **Published**: exploration by PPO, with the settings in `multi_agent.rs`, an actor of two layers of 20 and
//! a critic; the sampling and its threshold; that an episode ends when 75 % of the knobs rest. **Ours**:
//! the cost model meets throughputs (squared error), since its score is a reward; episodes start in
//! turn from a random point and from one of the 32 fastest; it learns after each 32 episodes; of the
//! points met, the 256 of the best prediction are clustered; a synthesis that is known is redrawn by
//! drawing each knob's value from the cluster's points, as often as they have it.

use std::collections::HashSet;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use smartcore::cluster::kmeans::{KMeans, KMeansParameters};
use smartcore::linalg::basic::matrix::DenseMatrix;

use super::Tuner;
use super::autotvm::{PLAN, fill};
use super::exploration::{ExplorationEffort, STATE, explore, observes};
use super::forest::Loss;
use super::multi_agent::Agents;
use super::surrogate::{Surrogate, SurrogateData};
use super::task::{DesignPoint, KNOBS, Measured, Task};

const EFFORT: ExplorationEffort = ExplorationEffort {
    episodes: 128,
    steps: 500,
    group: 32,
};
/// Points that are clustered.
const CLUSTERED: usize = 256;
/// Fall of the loss below which more clusters are of no use.
const KNEE: f64 = 2.5;
/// Clusters are tried in steps of so many.
const STEP: usize = 8;
/// Iterations of Lloyd's algorithm.
const LLOYD: usize = 30;
/// Draws of a synthesis that is not known.
const DRAWS: usize = 20;

pub(super) struct Chameleon {
    rng: Xoshiro256PlusPlus,
    agents: Agents,
    known: SurrogateData,
}

impl Chameleon {
    pub(super) fn new(seed: u64) -> Self {
        let knobs: Vec<usize> = (0..KNOBS).collect();
        let actors = [(knobs.clone(), observes(&knobs))];
        Self {
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
            agents: Agents::new(STATE, &actors, 2, seed),
            known: SurrogateData::default(),
        }
    }
}

impl Tuner for Chameleon {
    fn propose(&mut self, task: &Task, remaining: usize) -> Vec<DesignPoint> {
        let mut plan = Vec::new();
        if self.known.len() == 0 {
            fill(
                task,
                &self.known,
                &mut plan,
                PLAN.min(remaining),
                &mut self.rng,
            );
            return plan;
        }
        let (known, rng) = (&self.known, &mut self.rng);
        let forest = known.forest(Loss::Square, PLAN, rng);
        let mut surrogate = Surrogate::new(task, &forest);
        let predicted = |score: f64, _: DesignPoint| score;
        let mut met = explore(
            task,
            &mut self.agents,
            &mut surrogate,
            known,
            EFFORT,
            &predicted,
            rng,
        );
        met.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        met.truncate(CLUSTERED);
        let points: Vec<DesignPoint> = met.into_iter().map(|(point, _)| point).collect();
        let mut taken = HashSet::new();
        for (nearest, members) in clusters(&points, rng) {
            let synthesis = std::iter::once(nearest)
                .chain([task.settled(mode(&members))])
                .chain((0..DRAWS).map(|_| task.settled(draw(&members, rng))));
            let new = synthesis
                .into_iter()
                .find(|point| !known.has(point) && !taken.contains(point));
            if let Some(point) = new.filter(|_| plan.len() < remaining) {
                taken.insert(point);
                plan.push(point);
            }
        }
        if plan.is_empty() {
            fill(task, known, &mut plan, STEP.min(remaining), rng);
        }
        plan
    }

    fn learn(&mut self, task: &Task, measured: &[Measured]) {
        self.known.add(task, measured);
    }
}

/// Clusters, as many as adaptive sampling wants: the point nearest to each centre, and its members.
fn clusters(
    points: &[DesignPoint],
    rng: &mut Xoshiro256PlusPlus,
) -> Vec<(DesignPoint, Vec<DesignPoint>)> {
    let places: Vec<Vec<f64>> = points
        .iter()
        .map(|point| point.0.iter().map(|at| *at as f64).collect())
        .collect();
    let (mut before, mut found) = (f64::INFINITY, Vec::new());
    // It fails only without points.
    let Ok(data) = DenseMatrix::from_2d_vec(&places) else {
        return found;
    };
    for k in (STEP..=PLAN).step_by(STEP).filter(|k| *k <= points.len()) {
        let settings = KMeansParameters {
            k,
            max_iter: LLOYD,
            seed: Some(rng.random()),
        };
        let labels: Option<Vec<u32>> = KMeans::fit(&data, settings)
            .and_then(|model| model.predict(&data))
            .ok();
        let Some(labels) = labels else { break };
        let mut members = vec![Vec::new(); k];
        for (point, label) in points.iter().zip(labels) {
            members[label as usize].push(*point);
        }
        let mut loss = 0.0;
        let mut nearest: Vec<Option<(f64, DesignPoint)>> = vec![None; k];
        for (members, nearest) in members.iter().zip(&mut nearest) {
            let centre = mean(members);
            for point in members {
                let far = distance(point, &centre);
                loss += far;
                if nearest.is_none_or(|(least, _)| far < least) {
                    *nearest = Some((far, *point));
                }
            }
        }
        let own = nearest.into_iter().zip(members);
        found = own
            .filter_map(|(nearest, members)| Some((nearest?.1, members)))
            .collect();
        if KNEE * loss >= before {
            break;
        }
        before = loss;
    }
    found
}

/// The mean of some points.
fn mean(members: &[DesignPoint]) -> [f64; KNOBS] {
    let mut mean = [0.0; KNOBS];
    for point in members {
        for (sum, at) in mean.iter_mut().zip(point.0) {
            *sum += at as f64 / members.len() as f64;
        }
    }
    mean
}

/// The squared Euclidean distance of a point from a centre.
fn distance(point: &DesignPoint, centre: &[f64; KNOBS]) -> f64 {
    let each = point.0.iter().zip(centre);
    each.map(|(at, centre)| (*at as f64 - centre).powi(2)).sum()
}

/// The most frequent place of each knob.
fn mode(members: &[DesignPoint]) -> DesignPoint {
    let mut mode = DesignPoint([0; KNOBS]);
    for (knob, place) in mode.0.iter_mut().enumerate() {
        let count = |at: usize| members.iter().filter(|m| m.0[knob] == at).count();
        let most = members.iter().map(|m| m.0[knob]);
        *place = most
            .max_by_key(|at| (count(*at), usize::MAX - at))
            .unwrap_or(0);
    }
    mode
}

/// Each knob's place from one of the members.
fn draw(members: &[DesignPoint], rng: &mut Xoshiro256PlusPlus) -> DesignPoint {
    let mut point = members[0];
    for (knob, place) in point.0.iter_mut().enumerate() {
        *place = members[rng.random_range(0..members.len())].0[knob];
    }
    point
}
