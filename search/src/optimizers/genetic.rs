//! The genetic baseline of ConfuciuX (arXiv 2009.02010): a population of 50, of
//! which the best 10 are parents and survive; a child takes the first half of
//! its layers from one parent and the second half from the next (midpoint
//! crossover); each layer of a child is then redrawn with a probability of 5 %.
//!
//! A gene is a layer's option, levels of PEs and tile together. Differences
//! from the public code: infeasible points reach the driver's repair instead
//! of being thrown away, and points that stay infeasible rank behind all
//! feasible ones, by the sum of their excesses over the limits.

use std::cmp::Ordering;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{Optimizer, Status, random, share};
use crate::problem::{Evaluated, Point, Problem, Verdict};

const POPULATION: usize = 50;
const PARENTS: usize = 10;
const MUTATION: f64 = 0.05;

pub(super) struct Genetic {
    rng: Xoshiro256PlusPlus,
    parents: Vec<Evaluated>,
    limits: Vec<f64>,
}

impl Genetic {
    pub(super) fn new(seed: u64) -> Self {
        let rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        Self {
            rng,
            parents: Vec::new(),
            limits: Vec::new(),
        }
    }

    fn child(&mut self, problem: &Problem, at: usize) -> Point {
        let first = &self.parents[at % self.parents.len()].point;
        let second = &self.parents[(at + 1) % self.parents.len()].point;
        let middle = first.len() / 2;
        let mut child: Point = [&first[..middle], &second[middle..]].concat();
        for (gene, value) in child.iter_mut().enumerate() {
            if self.rng.random_bool(MUTATION) {
                *value = random::value(problem, gene, &mut self.rng);
            }
        }
        child
    }
}

impl Optimizer for Genetic {
    fn ask(&mut self, problem: &Problem, remaining: usize) -> Vec<Point> {
        self.limits = problem.budgets().iter().map(|b| b.limit).collect();
        if self.parents.is_empty() {
            let count = POPULATION.min(remaining);
            return (0..count)
                .map(|_| random::draw(problem, &mut self.rng))
                .collect();
        }
        let count = (POPULATION - PARENTS).min(remaining);
        (0..count).map(|at| self.child(problem, at)).collect()
    }

    fn tell(&mut self, evaluated: &[Evaluated]) {
        self.parents.extend_from_slice(evaluated);
        self.parents
            .sort_by(|a, b| rank(&a.verdict, &b.verdict, &self.limits));
        self.parents.truncate(PARENTS);
    }

    fn status(&self) -> Status {
        Status::Searching
    }
}

fn rank(a: &Verdict, b: &Verdict, limits: &[f64]) -> Ordering {
    let share = |excess: &[f64]| share(excess, limits);
    match (a, b) {
        (Verdict::Feasible { objective: a }, Verdict::Feasible { objective: b }) => a.total_cmp(b),
        (Verdict::Feasible { .. }, Verdict::Infeasible { .. }) => Ordering::Less,
        (Verdict::Infeasible { .. }, Verdict::Feasible { .. }) => Ordering::Greater,
        (Verdict::Infeasible { excess: a }, Verdict::Infeasible { excess: b }) => {
            share(a).total_cmp(&share(b))
        }
    }
}
