//! Greedy descent along the convex hulls.
//!
//! ```text
//! every layer starts on its lightest option
//! for each step between neighbours of a layer's hull, most efficient first:
//!     take it if the budgets allow; otherwise leave that layer where it is
//! ```
//!
//! Weight and cost are those of [`Repair::Lower`](crate::Repair): the share of
//! all budgets and the separable cost. With one budget and an additive
//! objective this is the classical greedy for the multiple-choice knapsack
//! (Kellerer, Pferschy and Pisinger, Knapsack Problems, 2004, section 11.2).

use super::{Access, Optimizer, Standing};
use crate::driver::Evaluated;
use crate::hull;
use crate::problem::{Point, Problem};
use crate::repair::Ladders;

#[derive(Default)]
pub(super) struct Greedy {
    is_done: bool,
}

impl Optimizer for Greedy {
    fn ask(&mut self, problem: &Problem, _: usize) -> Vec<Point> {
        if std::mem::replace(&mut self.is_done, true) {
            return Vec::new();
        }
        vec![walk(problem)]
    }

    fn tell(&mut self, _: &[Evaluated]) {}

    fn standing(&self) -> Standing {
        if self.is_done {
            Standing::Converged
        } else {
            Standing::Searching
        }
    }

    fn access(&self) -> Access {
        Access::Table
    }
}

fn walk(problem: &Problem) -> Point {
    let hulls = Ladders::new(problem).hulls();
    let mut point: Point = hulls.iter().map(|hull| hull[0].option).collect();
    let mut is_stuck = vec![false; point.len()];
    for step in hull::steps(&hulls) {
        if is_stuck[step.layer] {
            continue;
        }
        point[step.layer] = step.heavy.option;
        if !problem.is_feasible(&point) {
            point[step.layer] = step.light.option;
            is_stuck[step.layer] = true;
        }
    }
    point
}
