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
//! Where layers may form stages, it walks once for each number of stages, with
//! the layers cut into stages of equal numbers.

use std::ops::Range;

use super::{Access, Optimizer, Status};
use crate::deployment::Deployment;
use crate::hull;
use crate::problem::{Evaluated, Point, Problem};
use crate::repair::StageHulls;

#[derive(Default)]
pub(super) struct Greedy {
    is_done: bool,
}

impl Optimizer for Greedy {
    fn ask(&mut self, problem: &Problem, _: usize) -> Vec<Point> {
        if std::mem::replace(&mut self.is_done, true) {
            return Vec::new();
        }
        let layers = problem.table().layers().len();
        let most = problem.deployment().most_stages(layers);
        let counts = match problem.deployment() {
            Deployment::Pipelined | Deployment::Sequential => most..=most,
            Deployment::Segmented { .. } => 1..=most,
        };
        counts
            .map(|count| walk(problem, cut(layers, count)))
            .collect()
    }

    fn tell(&mut self, _: &[Evaluated]) {}

    fn status(&self) -> Status {
        if self.is_done {
            Status::Converged
        } else {
            Status::Searching
        }
    }

    fn access(&self) -> Access {
        Access::WhiteBox
    }
}

fn walk(problem: &Problem, stages: Vec<Range<usize>>) -> Point {
    let stage_hulls = StageHulls::new(problem, stages);
    let mut stages = stage_hulls.stages(|hull| hull[0].option);
    let mut is_stuck = vec![false; stages.len()];
    for step in hull::steps(&stage_hulls.hulls()) {
        if is_stuck[step.layer] {
            continue;
        }
        stages[step.layer].option = step.heavy.option;
        if !problem.is_feasible(&problem.assemble(&stages)) {
            stages[step.layer].option = step.light.option;
            is_stuck[step.layer] = true;
        }
    }
    problem.assemble(&stages)
}

/// The layers cut into so many stages of as equal numbers as can be.
fn cut(layers: usize, stages: usize) -> Vec<Range<usize>> {
    let end = |stage: usize| stage * layers / stages;
    (0..stages)
        .map(|stage| end(stage)..end(stage + 1))
        .collect()
}
