//! One additive question, whatever the deployment.
//!
//! ```text
//! minimise  sum of a cost     so that   sum of usage_b <= B_b   and no stage takes longer than T
//! ```
//!
//! Each formulation asks a few of these: latency and energy one, their product
//! some with weighted sums, the bottleneck one for each T that it tries, and a
//! shortfall one with a resource as the cost. Where each layer is a stage of its
//! own the answer comes from the [`knapsack`](super::knapsack), else from the
//! [`paths`](super::path).

use super::path::Stages;
use super::units::{self, Least};
use crate::deployment::Deployment;
use crate::fixed::Fixed;
use crate::problem::Problem;

/// What is summed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cost {
    /// Cycles.
    Latency,
    /// Nanojoules.
    Energy,
    /// `latency` times the cycles and `energy` times the nanojoules.
    Weighted { latency: f64, energy: f64 },
    /// What is taken of the budget with this index.
    Usage(usize),
}

/// One question.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) cost: Cost,
    /// Budgets to keep: their index and limit in integer units.
    pub(super) limits: Vec<(usize, i64)>,
    /// The longest that a stage may take, in cycles.
    pub(super) slowest: u64,
}

/// A problem made ready for questions.
pub(super) struct Model<'a> {
    problem: &'a Problem,
    /// What the stages may be, where layers share hardware.
    stages: Option<Stages>,
}

impl<'a> Model<'a> {
    pub(super) fn new(problem: &'a Problem) -> Self {
        let stages = match problem.deployment() {
            Deployment::Pipelined => None,
            Deployment::Sequential | Deployment::Segmented { .. } => Some(Stages::new(problem)),
        };
        Self { problem, stages }
    }

    pub(super) fn problem(&self) -> &'a Problem {
        self.problem
    }

    /// The problem's budgets, as a question names them.
    pub(super) fn limits(&self) -> Vec<(usize, i64)> {
        let budgets = self.problem.budgets().iter().zip(self.problem.usage());
        let limits = budgets.map(|(budget, usage)| usage.limit(budget.limit));
        limits.enumerate().collect()
    }

    /// The latencies that a stage may have, each once.
    pub(super) fn latencies(&self) -> Vec<u64> {
        if let Some(stages) = &self.stages {
            return stages.latencies();
        }
        let entries = self.problem.table().layers().iter().flatten();
        let mut latencies: Vec<u64> = entries.map(|e| e.latency).collect();
        latencies.sort_unstable();
        latencies.dedup();
        latencies
    }

    /// The least cost under the problem's budgets.
    pub(super) fn minimize(&self, cost: Cost, states: usize) -> Option<Least> {
        let limits = self.limits();
        let question = Question {
            cost,
            limits,
            slowest: u64::MAX,
        };
        self.answer(&question, states)
    }

    /// The least cost; nothing where no assignment keeps the limits.
    pub(super) fn answer(&self, question: &Question, states: usize) -> Option<Least> {
        let layers = self.problem.table().layers();
        let own;
        let cost = match question.cost {
            Cost::Usage(budget) => &self.problem.usage()[budget],
            Cost::Latency => {
                own = Fixed::integers(layers, |e| e.latency);
                &own
            }
            Cost::Energy => {
                own = Fixed::scaled(layers, |e| e.energy);
                &own
            }
            Cost::Weighted { latency, energy } => {
                own = Fixed::scaled(layers, |e| latency * e.latency as f64 + energy * e.energy);
                &own
            }
        };
        let usage = self.problem.usage();
        let budgets: Vec<(&Fixed, i64)> = (question.limits.iter())
            .map(|&(budget, limit)| (&usage[budget], limit))
            .collect();
        match &self.stages {
            Some(stages) => stages.minimize(question, cost, &budgets, states),
            None => {
                let is_fast = |i: usize, j: usize| layers[i][j].latency <= question.slowest;
                units::minimize(cost, &budgets, is_fast, states)
            }
        }
    }
}
