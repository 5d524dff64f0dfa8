//! A genetic algorithm as AutoTVM's `GATuner`: a population of 100, three elites, parents drawn in
//! proportion to their fitness, one point of crossover, each knob redrawn with a probability of 10 %.
//!
//! Fitness is the inverse of cycles, and nothing for a point that does not fit.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::Tuner;
use super::random;
use super::task::{DesignPoint, KNOBS, Measured, Task};

const POPULATION: usize = 100;
const ELITES: usize = 3;
const MUTATION: f64 = 0.1;

pub(super) struct Genetic {
    rng: Xoshiro256PlusPlus,
    /// The last generation and the best of all before it, with their fitness.
    parents: Vec<(f64, DesignPoint)>,
    elites: Vec<(f64, DesignPoint)>,
}

impl Genetic {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
            parents: Vec::new(),
            elites: Vec::new(),
        }
    }

    fn parent(&mut self) -> DesignPoint {
        let total: f64 = self.parents.iter().map(|(fitness, _)| fitness).sum();
        if total == 0.0 {
            return self.parents[self.rng.random_range(0..self.parents.len())].1;
        }
        let mut left = self.rng.random_range(0.0..total);
        for (fitness, point) in &self.parents {
            left -= fitness;
            if left < 0.0 {
                return *point;
            }
        }
        self.parents[self.parents.len() - 1].1
    }

    fn child(&mut self, task: &Task) -> DesignPoint {
        let (first, second) = (self.parent(), self.parent());
        let cut = self.rng.random_range(0..KNOBS);
        let mut child = first;
        child.0[cut..].copy_from_slice(&second.0[cut..]);
        child = task.settled(child);
        for knob in 0..KNOBS {
            if self.rng.random_bool(MUTATION) {
                child = random::redraw(task, child, knob, &mut self.rng);
            }
        }
        child
    }
}

impl Tuner for Genetic {
    fn propose(&mut self, task: &Task, remaining: usize) -> Vec<DesignPoint> {
        let count = POPULATION.min(remaining.max(ELITES));
        if self.parents.is_empty() {
            return (0..count)
                .map(|_| random::draw(task, &mut self.rng))
                .collect();
        }
        (0..count).map(|_| self.child(task)).collect()
    }

    fn learn(&mut self, _: &Task, measured: &[Measured]) {
        let fitness = |m: &Measured| m.outcome.cycles().map_or(0.0, |cycles| 1e9 / cycles as f64);
        self.parents = measured.iter().map(|m| (fitness(m), m.point)).collect();
        self.elites.extend(self.parents.iter().copied());
        self.elites
            .sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        self.elites.dedup();
        self.elites.truncate(ELITES);
        self.parents.extend(self.elites.iter().copied());
    }
}
