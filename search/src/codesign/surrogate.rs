//! The surrogate of the machine: boosted trees, and the measurements that they are fitted to.

use std::collections::HashMap;

use rand_xoshiro::Xoshiro256PlusPlus;

use super::forest::{Forest, Loss};
use super::task::{DesignPoint, Measured, Measurement, Task};

/// Points and their throughput: the inverse of cycles, and none for a point that does not run.
#[derive(Clone, Debug, Default)]
pub(super) struct SurrogateData {
    points: Vec<DesignPoint>,
    cycles: HashMap<DesignPoint, Measurement>,
    rows: Vec<Vec<f64>>,
}

impl SurrogateData {
    /// Adds measurements, those that are new.
    pub(super) fn add(&mut self, task: &Task, measured: &[Measured]) {
        for each in measured {
            if self.cycles.insert(each.point, each.outcome).is_none() {
                self.points.push(each.point);
                self.rows.push(task.features(each.point));
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.points.len()
    }

    pub(super) fn has(&self, point: &DesignPoint) -> bool {
        self.cycles.contains_key(point)
    }

    /// Points that run, the fastest first.
    pub(super) fn fastest(&self) -> Vec<DesignPoint> {
        let cycles = |point: &DesignPoint| self.cycles[point].cycles();
        let runs = self.points.iter().filter_map(|p| Some((cycles(p)?, *p)));
        let mut runs: Vec<(u64, DesignPoint)> = runs.collect();
        runs.sort_unstable();
        runs.into_iter().map(|(_, point)| point).collect()
    }

    /// Throughputs as shares of the best.
    fn values(&self) -> Vec<f64> {
        let least = self.cycles.values().filter_map(|o| o.cycles()).min();
        let value = |point: &DesignPoint| match (self.cycles[point], least) {
            (Measurement::Cycles(cycles), Some(least)) => least as f64 / cycles as f64,
            _ => 0.0,
        };
        self.points.iter().map(value).collect()
    }

    /// Trees that are fitted to it.
    pub(super) fn forest(&self, loss: Loss, top: usize, rng: &mut Xoshiro256PlusPlus) -> Forest {
        Forest::fit(loss, &self.rows, &self.values(), top, rng)
    }
}

/// The scores of points, each worked out once.
pub(super) struct Surrogate<'a> {
    task: &'a Task,
    forest: &'a Forest,
    scores: HashMap<DesignPoint, f64>,
}

impl<'a> Surrogate<'a> {
    pub(super) fn new(task: &'a Task, forest: &'a Forest) -> Self {
        Self {
            task,
            forest,
            scores: HashMap::new(),
        }
    }

    pub(super) fn score(&mut self, point: DesignPoint) -> f64 {
        let (task, forest) = (self.task, self.forest);
        *(self.scores.entry(point)).or_insert_with(|| forest.score(&task.features(point)))
    }
}
