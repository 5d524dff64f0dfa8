//! Simulated annealing on the machine itself: one knob of the point is redrawn; worse points are taken
//! with a probability that falls with the relative loss and with time.
//!
//! The temperature falls geometrically over the whole budget, from where a point twice as slow is
//! taken every other time. A point that does not fit is never taken.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::Tuner;
use super::random;
use super::task::{DesignPoint, KNOBS, Measured, Task};

/// Of the logarithm of cycles.
const FIRST: f64 = 1.0;
const LAST: f64 = 1e-3;

pub(super) struct Annealing {
    rng: Xoshiro256PlusPlus,
    current: Option<(DesignPoint, f64)>,
    /// The budget, once it is known.
    budget: usize,
    remaining: usize,
}

impl Annealing {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
            current: None,
            budget: 0,
            remaining: 0,
        }
    }
}

impl Tuner for Annealing {
    fn propose(&mut self, task: &Task, remaining: usize) -> Vec<DesignPoint> {
        self.budget = self.budget.max(remaining);
        self.remaining = remaining;
        let Some((point, _)) = self.current else {
            return vec![random::draw(task, &mut self.rng)];
        };
        let sizes = task.sizes(point);
        let free: Vec<usize> = (0..KNOBS).filter(|knob| sizes[*knob] > 1).collect();
        if free.is_empty() {
            return Vec::new();
        }
        let knob = free[self.rng.random_range(0..free.len())];
        vec![random::redraw(task, point, knob, &mut self.rng)]
    }

    fn learn(&mut self, _: &Task, measured: &[Measured]) {
        let spent = 1.0 - self.remaining as f64 / self.budget.max(1) as f64;
        let temperature = FIRST * (LAST / FIRST).powf(spent);
        for each in measured {
            let Some(cycles) = each.outcome.cycles() else {
                continue;
            };
            let to = (cycles as f64).ln();
            let is_taken = self.current.is_none_or(|(_, from)| {
                let odds = ((from - to) / temperature).exp().clamp(0.0, 1.0);
                to <= from || self.rng.random_bool(odds)
            });
            if is_taken {
                self.current = Some((each.point, to));
            }
        }
    }
}
