//! Points drawn at random, each machine and each schedule on it alike.

use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::Tuner;
use super::task::{DesignPoint, KNOBS, Measured, Task};

/// Points in a proposal.
const BATCH: usize = 16;

pub(super) struct Random {
    rng: Xoshiro256PlusPlus,
}

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
        }
    }
}

impl Tuner for Random {
    fn propose(&mut self, task: &Task, remaining: usize) -> Vec<DesignPoint> {
        (0..BATCH.min(remaining))
            .map(|_| draw(task, &mut self.rng))
            .collect()
    }

    fn learn(&mut self, _: &Task, _: &[Measured]) {}
}

/// A point on a machine that keeps the limit of area; on any if none does.
pub(super) fn draw(task: &Task, rng: &mut impl Rng) -> DesignPoint {
    let allowed: Vec<usize> = task.hardware().allowed().collect();
    let machine = match allowed.len() {
        0 => 0,
        count => allowed[rng.random_range(0..count)],
    };
    let sizes = task.sizes_on(machine);
    let mut point = DesignPoint([0; KNOBS]);
    point.0[..3].copy_from_slice(&task.hardware().places(machine));
    for (place, size) in point.0.iter_mut().zip(sizes).skip(3) {
        *place = rng.random_range(0..size);
    }
    point
}

/// Another value of one knob that has several.
pub(super) fn redraw(
    task: &Task,
    point: DesignPoint,
    knob: usize,
    rng: &mut impl Rng,
) -> DesignPoint {
    let mut next = point;
    next.0[knob] = rng.random_range(0..task.sizes(point)[knob]);
    task.settled(next)
}
