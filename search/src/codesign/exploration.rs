//! Episodes of a agents on the cost model: from a point, each step turns knobs by one place, and ends
//! when most of them rest.

use std::collections::HashMap;

use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::multi_agent::{Actions, Agents, Transition};
use super::random;
use super::surrogate::{Surrogate, SurrogateData};
use super::task::{DesignPoint, KNOBS, Task};

/// How much is explored before the next measurements.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExplorationEffort {
    pub(super) episodes: usize,
    /// At most, in an episode.
    pub(super) steps: usize,
    /// Episodes that are learned from at a time.
    pub(super) group: usize,
}

/// The share of knobs whose rest ends an episode.
const REST: f64 = 0.75;
/// Points that run, of which episodes start from one in two times.
const STARTS: usize = 32;

/// A layer's shape: its sizes, and strides.
const SHAPE: usize = 10;

/// Numbers in a state: a layer's shape, knobs, the last fitness.
pub(super) const STATE: usize = SHAPE + KNOBS + 1;

/// The parts of the state that an agent with these knobs sees.
pub(super) fn observes(knobs: &[usize]) -> Vec<usize> {
    let own = knobs.iter().map(|knob| SHAPE + knob);
    (0..SHAPE).chain(own).chain([STATE - 1]).collect()
}

/// The state of a point whose predecessor was worth `fitness`.
pub(super) fn state(task: &Task, shape: &[f32], point: DesignPoint, fitness: f64) -> Vec<f32> {
    let mut state = shape.to_vec();
    for (place, size) in point.0.iter().zip(task.sizes(point)) {
        state.push((*place as f32 + 1.0) / size as f32);
    }
    state.push(fitness as f32);
    state
}

/// The part of states that is the layer's.
pub(super) fn shape(task: &Task) -> Vec<f32> {
    let features = task.features(DesignPoint([0; KNOBS]));
    features[..SHAPE].iter().map(|x| *x as f32 / 10.0).collect()
}

/// Plays episodes and learns from them. Gives the distinct points that were met, with their fitness,
/// in the order of the points.
pub(super) fn explore(
    task: &Task,
    agents: &mut Agents,
    surrogate: &mut Surrogate<'_>,
    known: &SurrogateData,
    effort: ExplorationEffort,
    fitness: &dyn Fn(f64, DesignPoint) -> f64,
    rng: &mut Xoshiro256PlusPlus,
) -> Vec<(DesignPoint, f64)> {
    let shape = shape(task);
    let mut met: HashMap<DesignPoint, f64> = HashMap::new();
    let mut worth = |point: DesignPoint| {
        let value = met.get(&point).copied();
        value.unwrap_or_else(|| {
            let value = fitness(surrogate.score(point), point);
            met.insert(point, value);
            value
        })
    };
    let mut starts = known.fastest();
    starts.truncate(STARTS);
    let mut steps = Vec::new();
    for episode in 0..effort.episodes {
        let mut point = match starts.len() {
            count if count > 0 && episode % 2 == 1 => starts[rng.random_range(0..count)],
            _ => random::draw(task, rng),
        };
        let mut last = worth(point);
        for step in 0..effort.steps {
            let state = state(task, &shape, point, last);
            let (actions, likelihoods) = agents.act(&state);
            let next = moved(task, point, &actions);
            let sizes = task.sizes(point);
            last = worth(next);
            let is_end = step + 1 == effort.steps || rests(&actions, &sizes);
            steps.push(Transition {
                state,
                actions,
                likelihoods,
                reward: last,
                is_end,
            });
            point = next;
            if is_end {
                break;
            }
        }
        if (episode + 1) % effort.group == 0 || episode + 1 == effort.episodes {
            agents.learn(&std::mem::take(&mut steps));
        }
    }
    let mut met: Vec<(DesignPoint, f64)> = met.into_iter().collect();
    met.sort_unstable_by_key(|(point, _)| *point);
    met
}

/// The point after the actions, with each knob held within its list.
fn moved(task: &Task, point: DesignPoint, actions: &Actions) -> DesignPoint {
    let sizes = task.sizes(point);
    let mut next = point;
    for ((place, size), action) in next.0.iter_mut().zip(sizes).zip(actions) {
        *place = (*place + usize::from(*action))
            .saturating_sub(1)
            .min(size - 1);
    }
    task.settled(next)
}

/// Whether most knobs that can be turned are left where they are.
fn rests(actions: &Actions, sizes: &[usize; KNOBS]) -> bool {
    let free = sizes.iter().zip(actions).filter(|(size, _)| **size > 1);
    let (mut all, mut resting) = (0_u32, 0_u32);
    for (_, action) in free {
        all += 1;
        resting += u32::from(*action == 1);
    }
    f64::from(resting) >= REST * f64::from(all)
}
