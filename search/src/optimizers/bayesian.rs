//! Bayesian optimisation (Srinivas et al., ICML 2010, arXiv 0912.3995).
//!
//! ```text
//! INITIAL random points
//! then at each epoch the candidate with the least mean - KAPPA deviation
//! ```
//!
//! Kernel, INITIAL (10) and KAPPA (2.576) are those of ConfuciuX's public code
//! (`src/Other_Opts`), which uses the package bayes_opt with its defaults. The
//! candidates are half random and half the best point with one to eight genes
//! redrawn, in place of that package's 10,000 random points and ascents from the
//! best of them: in a hundred dimensions and more, most of what it spends. The
//! scale of the kernel is chosen anew whenever the points have doubled. A gene is
//! a coordinate an axis: its level over the axis's highest.
//!
//! A point that stays infeasible counts as bad as the worst feasible one so far.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::space::ActionSpace;
use super::{LearningEffort, Optimizer, Status, random};
use crate::gaussian_process::GaussianProcess;
use crate::problem::{Evaluated, Point, Problem};

const INITIAL: usize = 10;
const KAPPA: f64 = 2.576;
const CANDIDATES: usize = 128;
/// Of the diagonal of the box.
const SCALES: [f64; 5] = [0.1, 0.2, 0.4, 0.8, 1.6];

/// The optimiser.
pub(super) struct Bayesian {
    rng: Xoshiro256PlusPlus,
    epochs: usize,
    done: usize,
    space: Option<ActionSpace>,
    process: Option<GaussianProcess>,
    fitted: usize,
    points: Vec<Vec<f64>>,
    outputs: Vec<f64>,
    best: Option<(Point, f64)>,
}

impl Bayesian {
    pub(super) fn new(seed: u64, effort: &LearningEffort) -> Self {
        Self {
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
            epochs: usize::try_from(effort.epochs).unwrap_or(usize::MAX),
            done: 0,
            space: None,
            process: None,
            fitted: 0,
            points: Vec::new(),
            outputs: Vec::new(),
            best: None,
        }
    }

    fn candidates(&mut self, problem: &Problem) -> Vec<Point> {
        let mut candidates = Vec::with_capacity(CANDIDATES);
        for at in 0..CANDIDATES {
            candidates.push(match &self.best {
                Some((best, _)) if at % 2 == 1 => {
                    let mut point = best.clone();
                    for _ in 0..self.rng.random_range(1..=8) {
                        let gene = self.rng.random_range(0..point.len());
                        point[gene] = random::value(problem, gene, &mut self.rng);
                    }
                    point
                }
                _ => random::draw(problem, &mut self.rng),
            });
        }
        candidates
    }

    /// Keeps the process up with the points.
    fn catch_up(&mut self) {
        let known = self.points.len();
        if known >= 2 * self.fitted {
            self.fitted = known;
            let diagonal = (self.points[0].len() as f64).sqrt();
            let scales = SCALES.map(|scale| scale * diagonal);
            self.process = GaussianProcess::fit(&self.points, &self.outputs, &scales);
        } else if let (Some(mut process), Some(last)) = (self.process.take(), self.points.last()) {
            self.process = process.add(last.clone()).map(|()| process);
        }
    }
}

fn coordinates(space: &ActionSpace, point: &[u16]) -> Vec<f64> {
    let axes = space.axes();
    let genes = point.iter().enumerate();
    let levels = genes.flat_map(|(gene, &value)| space.levels(gene, value).into_iter().enumerate());
    levels
        .map(|(axis, level)| level as f64 / (axes[axis] - 1).max(1) as f64)
        .collect()
}

impl Optimizer for Bayesian {
    fn ask(&mut self, problem: &Problem, remaining: usize) -> Vec<Point> {
        let left = self.epochs - self.done;
        if left == 0 {
            return Vec::new();
        }
        let space = self
            .space
            .take()
            .unwrap_or_else(|| ActionSpace::new(problem));
        let points = if self.points.is_empty() {
            (0..INITIAL.min(remaining).min(left))
                .map(|_| random::draw(problem, &mut self.rng))
                .collect()
        } else {
            let candidates = self.candidates(problem);
            let at: Vec<Vec<f64>> = candidates.iter().map(|c| coordinates(&space, c)).collect();
            let chosen = self.process.as_ref().and_then(|process| {
                let beliefs = process.beliefs(&self.outputs, &at);
                let bounds = beliefs.iter().map(|b| b.mean - KAPPA * b.deviation);
                let least = bounds.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
                least.map(|(at, _)| at)
            });
            vec![candidates[chosen.unwrap_or(0)].clone()]
        };
        self.space = Some(space);
        points
    }

    fn tell(&mut self, evaluated: &[Evaluated]) {
        self.done += evaluated.len();
        let Some(space) = &self.space else { return };
        for each in evaluated {
            let worst = self.outputs.iter().copied().fold(0.0, f64::max);
            let objective = each.verdict.objective();
            if let Some(objective) = objective
                && (self.best.as_ref()).is_none_or(|(_, best)| objective < *best)
            {
                self.best = Some((each.point.clone(), objective));
            }
            self.points.push(coordinates(space, &each.point));
            self.outputs.push(objective.unwrap_or(worst));
        }
        self.catch_up();
    }

    fn status(&self) -> Status {
        if self.done >= self.epochs {
            Status::OutOfEpochs
        } else {
            Status::Searching
        }
    }
}
