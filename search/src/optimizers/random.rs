//! Uniform random points: every layer's option is drawn independently. Where
//! layers may join the stage before them, half of them do.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{Optimizer, Status};
use crate::problem::{Evaluated, Point, Problem};

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
    fn ask(&mut self, problem: &Problem, remaining: usize) -> Vec<Point> {
        (0..remaining.min(BATCH))
            .map(|_| draw(problem, &mut self.rng))
            .collect()
    }

    fn tell(&mut self, _: &[Evaluated]) {}

    fn status(&self) -> Status {
        Status::Searching
    }
}

/// One random point.
pub(super) fn draw(problem: &Problem, rng: &mut Xoshiro256PlusPlus) -> Point {
    (0..problem.genes())
        .map(|gene| value(problem, gene, rng))
        .collect()
}

/// A random value of a gene: uniform over the options, after an even chance to
/// join the stage before where that is a value.
pub(super) fn value(problem: &Problem, gene: usize, rng: &mut Xoshiro256PlusPlus) -> u16 {
    let options = problem.table().layers()[gene].len();
    if problem.values(gene) > options && rng.random_bool(0.5) {
        return options as u16;
    }
    rng.random_range(0..options) as u16
}
