//! Simulated annealing (Kirkpatrick, Gelatt and Vecchi, Science 220, 1983).
//!
//! ```text
//! x = a random point; T = where INITIAL of the first uphill moves would be taken
//! for each evaluation:
//!     y = x with one layer's option redrawn
//!     x = y if f(y) <= f(x), else with probability exp((f(x) - f(y)) / T)
//!     T = T r        with r so that T ends at FINAL of where it began
//! ```
//!
//! INITIAL is INITPROB of Johnson, Aragon, McGeoch and Schevon (Operations
//! Research 37(6), 1989), measured over the first moves, which are not taken.
//! Their cooling ends when too few moves are taken, for which a fixed budget
//! leaves no room: here T falls geometrically over the whole budget, to FINAL,
//! which is our own choice.
//!
//! The public code of ConfuciuX (maestro-project/confuciux, `src/Other_Opts`)
//! calls basin hopping under this name: it moves all layers at once by up to two
//! levels and takes uphill steps at T = 10 in the objective's own unit.
//!
//! An infeasible point that cannot be repaired counts as worse than every feasible
//! one; among such, the sum of the excesses over the limits decides.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{Optimizer, Status, random, share};
use crate::problem::{Evaluated, Point, Problem, Verdict};

const INITIAL: f64 = 0.4;
const FINAL: f64 = 1e-4;
/// Moves over which the first temperature is measured.
const TRIALS: usize = 50;

pub(super) struct Annealing {
    rng: Xoshiro256PlusPlus,
    limits: Vec<f64>,
    current: Option<(Point, Energy)>,
    temperature: Option<f64>,
    cooling: f64,
}

/// What is brought down: infeasibility first, then the objective.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Energy {
    excess: f64,
    objective: f64,
}

impl Annealing {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
            limits: Vec::new(),
            current: None,
            temperature: None,
            cooling: 1.0,
        }
    }

    fn neighbour(&mut self, problem: &Problem, point: &Point) -> Point {
        let mut next = point.clone();
        let gene = self.rng.random_range(0..next.len());
        next[gene] = random::value(problem, gene, &mut self.rng);
        next
    }

    fn energy(&self, verdict: &Verdict) -> Energy {
        match verdict {
            Verdict::Feasible { objective } => Energy {
                excess: 0.0,
                objective: *objective,
            },
            Verdict::Infeasible { excess } => Energy {
                excess: share(excess, &self.limits),
                objective: f64::INFINITY,
            },
        }
    }

    fn is_taken(&mut self, from: Energy, to: Energy, temperature: f64) -> bool {
        if to <= from {
            return true;
        }
        let uphill = to.objective - from.objective;
        to.excess == 0.0
            && self
                .rng
                .random_bool((-uphill / temperature).exp().clamp(0.0, 1.0))
    }
}

impl Optimizer for Annealing {
    fn ask(&mut self, problem: &Problem, remaining: usize) -> Vec<Point> {
        self.limits = problem.budgets().iter().map(|b| b.limit).collect();
        let Some((point, _)) = self.current.clone() else {
            return vec![random::draw(problem, &mut self.rng)];
        };
        if self.temperature.is_some() {
            return vec![self.neighbour(problem, &point)];
        }
        let moves = remaining.saturating_sub(TRIALS).max(1);
        self.cooling = FINAL.powf(1.0 / moves as f64);
        (0..TRIALS.min(remaining))
            .map(|_| self.neighbour(problem, &point))
            .collect()
    }

    fn tell(&mut self, evaluated: &[Evaluated]) {
        let Some((_, from)) = self.current else {
            let Evaluated { point, verdict } = &evaluated[0];
            self.current = Some((point.clone(), self.energy(verdict)));
            return;
        };
        let Some(temperature) = self.temperature else {
            let told = evaluated.iter().map(|each| self.energy(&each.verdict));
            let uphill = told.map(|to| to.objective - from.objective);
            let uphill: Vec<f64> = uphill.filter(|d| *d > 0.0 && d.is_finite()).collect();
            let mean = uphill.iter().sum::<f64>() / uphill.len().max(1) as f64;
            self.temperature = Some((-mean / INITIAL.ln()).max(f64::MIN_POSITIVE));
            return;
        };
        for each in evaluated {
            let to = self.energy(&each.verdict);
            if self.is_taken(from, to, temperature) {
                self.current = Some((each.point.clone(), to));
            }
        }
        self.temperature = Some((temperature * self.cooling).max(f64::MIN_POSITIVE));
    }

    fn status(&self) -> Status {
        Status::Searching
    }
}
