//! Uniform random points: every layer's option is drawn independently.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{Optimizer, Standing};
use crate::driver::Evaluated;
use crate::problem::{Point, Problem};

/// Points asked for at once.
const BATCH: usize = 256;

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

impl Optimizer for Random {
    fn ask(&mut self, problem: &Problem, room: usize) -> Vec<Point> {
        (0..room.min(BATCH))
            .map(|_| draw(problem, &mut self.rng))
            .collect()
    }

    fn tell(&mut self, _: &[Evaluated]) {}

    fn standing(&self) -> Standing {
        Standing::Searching
    }
}

/// One uniform random point.
pub(super) fn draw(problem: &Problem, rng: &mut Xoshiro256PlusPlus) -> Point {
    let layers = problem.table().layers();
    layers
        .iter()
        .map(|layer| rng.random_range(0..layer.len()) as u16)
        .collect()
}
