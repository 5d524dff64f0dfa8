//! The second stage of ConfuciuX (arXiv 2009.02010; maestro-project/confuciux,
//! `src/ConfX/ga_confx.py`): a genetic search around one assignment.
//!
//! ```text
//! population = 20 copies of the start
//! for each epoch:
//!     parents = the best 8 feasible ones
//!     each child copies a parent; three times a random gene's PEs or tile moves by up to
//!         64 mul or 6 mul, but not over the budget; children without any move are tried again
//!     with probability 0.2 a child swaps PEs or tiles between two layers
//!     the first child gives way to the best parent; all 20 are evaluated
//! ```
//!
//! `mul` is the budget's place between the least and the greatest uniform design,
//! as in [`crate::BudgetRequest`]. Numbers move to the nearest level of the table.
//! Where that is the level from before, as always for tiles with mul = 0.1, the
//! public code stays; here it goes one level on. By itself the search begins at a
//! random assignment.
//!
//! Tuned: a gene moves to any level, over the budget too. The driver's repair then
//! takes from other layers what this one took, which exchanges between layers
//! where the published moves only fill up what is left.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::space::ActionSpace;
use super::{LearningEffort, Optimizer, Preset, Status, random};
use crate::problem::{Evaluated, Point, Problem, Verdict};

const POPULATION: usize = 20;
const PARENTS: usize = 8;
const MOVES: usize = 3;
const SWAP: f64 = 0.2;

/// The optimiser.
pub(super) struct Local {
    rng: Xoshiro256PlusPlus,
    generations: u64,
    done: u64,
    preset: Preset,
    /// The layer that each gene is evaluated with, if not its own.
    order: Vec<usize>,
    space: Option<ActionSpace>,
    /// The `mul` of the problem.
    share: f64,
    population: Vec<Individual>,
}

#[derive(Clone)]
struct Individual {
    /// For each gene a level on each axis.
    genes: Vec<Vec<usize>>,
    /// Infinite where infeasible.
    objective: f64,
}

impl Local {
    pub(super) fn new(seed: u64, effort: &LearningEffort) -> Self {
        Self {
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
            generations: effort.epochs,
            done: 0,
            preset: effort.preset,
            order: Vec::new(),
            space: None,
            share: 1.0,
            population: Vec::new(),
        }
    }

    /// Begins at a point with this objective, with genes in this order.
    #[cfg(feature = "learn")]
    pub(super) fn begin(
        mut self,
        problem: &Problem,
        point: &[u16],
        objective: f64,
        order: &[usize],
    ) -> Self {
        let space = ActionSpace::new(problem);
        let genes = point.iter().enumerate();
        let genes = genes
            .map(|(gene, &value)| space.levels(gene, value))
            .collect();
        self.order = order.to_vec();
        self.space = Some(space);
        self.share = problem.tightness();
        self.population = vec![Individual { genes, objective }; POPULATION];
        self
    }

    fn point(&self, space: &ActionSpace, genes: &[Vec<usize>]) -> Point {
        let mut point = vec![0; genes.len()];
        for (at, levels) in genes.iter().enumerate() {
            let layer = self.order[at];
            point[layer] = space.value(layer, levels);
        }
        point
    }

    /// Moves one gene on one axis, if the preset or the budget allows it.
    fn mutate(&mut self, problem: &Problem, space: &ActionSpace, genes: &mut [Vec<usize>]) -> bool {
        let axes = space.axes();
        let axis = self.rng.random_range(0..axes.len());
        let gene = self.rng.random_range(0..genes.len());
        let before = genes[gene][axis];
        if self.preset == Preset::Tuned {
            genes[gene][axis] = self.rng.random_range(0..axes[axis]);
            return true;
        }
        genes[gene][axis] = match axis {
            0 | 1 => self.shifted(space.numbers(axis), before),
            _ => self.rng.random_range(0..axes[axis]),
        };
        let is_kept = problem.is_feasible(&self.point(space, genes));
        if !is_kept {
            genes[gene][axis] = before;
        }
        is_kept
    }

    /// A level up to half the greatest number times `mul` away.
    fn shifted(&mut self, numbers: &[u32], level: usize) -> usize {
        let most = numbers[numbers.len() - 1];
        let reach = f64::from((most / 2).max(1)) * self.share;
        let step = self.rng.random_range(-reach..=reach);
        let least = f64::from(numbers[0]);
        let wanted = (f64::from(numbers[level]) + step.trunc()).clamp(least, f64::from(most));
        let apart = |at: &usize| (f64::from(numbers[*at]) - wanted).abs();
        let nearest = (0..numbers.len()).min_by(|a, b| apart(a).total_cmp(&apart(b)));
        let nearest = nearest.unwrap_or(level);
        if nearest != level || self.preset == Preset::AsPublished {
            return nearest;
        }
        if step < 0.0 {
            level.saturating_sub(1)
        } else {
            (level + 1).min(numbers.len() - 1)
        }
    }

    fn swap(&mut self, genes: &mut [Vec<usize>]) {
        let axis = self.rng.random_range(0..2);
        let [a, b] = [(); 2].map(|()| self.rng.random_range(0..genes.len()));
        (genes[a][axis], genes[b][axis]) = (genes[b][axis], genes[a][axis]);
    }

    fn children(&mut self, problem: &Problem, space: &ActionSpace) -> Vec<Vec<Vec<usize>>> {
        self.population
            .sort_by(|a, b| a.objective.total_cmp(&b.objective));
        let feasible = self.population.iter().filter(|i| i.objective.is_finite());
        let parents: Vec<_> = feasible.take(PARENTS).map(|i| i.genes.clone()).collect();
        let parents = match parents.len() {
            0 => vec![self.population[0].genes.clone()],
            _ => parents,
        };
        let mut children: Vec<_> = self.population.iter().map(|i| i.genes.clone()).collect();
        let (mut at, mut tries) = (0, 2 * POPULATION);
        while at < POPULATION && tries > 0 {
            tries -= 1;
            let mut child = parents[at % parents.len()].clone();
            let moved: Vec<bool> = (0..MOVES)
                .map(|_| self.mutate(problem, space, &mut child))
                .collect();
            children[at] = child;
            at += usize::from(moved.contains(&true));
        }
        for child in &mut children[1..] {
            if self.rng.random_bool(SWAP) {
                self.swap(child);
            }
        }
        children[0] = parents[0].clone();
        children
    }
}

impl Optimizer for Local {
    fn ask(&mut self, problem: &Problem, _: usize) -> Vec<Point> {
        if self.done == self.generations {
            return Vec::new();
        }
        let space = match self.space.take() {
            Some(space) => space,
            None => {
                self.order = (0..problem.genes()).collect();
                self.share = problem.tightness();
                ActionSpace::new(problem)
            }
        };
        let points = if self.population.is_empty() {
            vec![random::draw(problem, &mut self.rng)]
        } else {
            let children = self.children(problem, &space);
            children
                .iter()
                .map(|genes| self.point(&space, genes))
                .collect()
        };
        self.space = Some(space);
        points
    }

    fn tell(&mut self, evaluated: &[Evaluated]) {
        let Some(space) = &self.space else { return };
        let individual = |told: &Evaluated| Individual {
            genes: (self.order.iter())
                .map(|&layer| space.levels(layer, told.point[layer]))
                .collect(),
            objective: match told.verdict {
                Verdict::Feasible { objective } => objective,
                Verdict::Infeasible { .. } => f64::INFINITY,
            },
        };
        let told: Vec<Individual> = evaluated.iter().map(individual).collect();
        if self.population.is_empty() {
            self.population = vec![told[0].clone(); POPULATION];
            return;
        }
        self.done += 1;
        self.population = told;
    }

    fn status(&self) -> Status {
        if self.done == self.generations {
            Status::OutOfEpochs
        } else {
            Status::Searching
        }
    }
}
