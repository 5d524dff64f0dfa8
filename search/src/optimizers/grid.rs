//! The grid baseline of ConfuciuX: every point in turn, depth first. The last
//! layer's option changes fastest, as in the public code's exhaustive search
//! with its stride of 1 (maestro-project/confuciux, `src/Other_Opts`), so that
//! with any budget that can be afforded only the last few layers vary.

use super::{Optimizer, Status};
use crate::problem::{Evaluated, Point, Problem};

/// Points asked for at once.
const BATCH: usize = 256;

#[derive(Default)]
pub(super) struct Grid {
    next: Point,
    is_done: bool,
}

impl Grid {
    /// Steps to the next point, like an odometer.
    fn advance(&mut self, problem: &Problem) {
        for gene in (0..self.next.len()).rev() {
            if usize::from(self.next[gene]) + 1 < problem.values(gene) {
                self.next[gene] += 1;
                return;
            }
            self.next[gene] = 0;
        }
        self.is_done = true;
    }
}

impl Optimizer for Grid {
    fn ask(&mut self, problem: &Problem, remaining: usize) -> Vec<Point> {
        self.next.resize(problem.genes(), 0);
        let mut points = Vec::new();
        while points.len() < remaining.min(BATCH) && !self.is_done {
            points.push(self.next.clone());
            self.advance(problem);
        }
        points
    }

    fn tell(&mut self, _: &[Evaluated]) {}

    fn status(&self) -> Status {
        Status::Searching
    }
}
