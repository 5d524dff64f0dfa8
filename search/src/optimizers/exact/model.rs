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

use std::cmp::Ordering;

use super::path::Stages;
use super::units::{self, Least};
use crate::deployment::Deployment;
use crate::fixed::Fixed;
use crate::problem::{Point, Problem};
use crate::table::Entry;

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
    /// The options worth asking about, where each layer is a stage.
    kept: Option<&'a Kept>,
}

/// For each layer the options that no other one matches or beats in latency,
/// energy and every budgeted resource: whatever the weights of these, the others
/// are not needed. Of equal ones the first stays.
pub(super) struct Kept(Vec<Vec<u16>>);

impl Kept {
    pub(super) fn new(problem: &Problem) -> Self {
        let layer = |layer: &Vec<Entry>| {
            let costs = |entry: &Entry| -> Vec<f64> {
                let usage = problem.budgets().iter().map(|b| entry.usage(b.resource));
                [entry.energy].into_iter().chain(usage).collect()
            };
            let mut options: Vec<(u64, Vec<f64>, u16)> = (layer.iter().enumerate())
                .map(|(at, entry)| (entry.latency, costs(entry), at as u16))
                .collect();
            options.sort_by(|a, b| {
                let costs = a.1.partial_cmp(&b.1).unwrap_or(Ordering::Equal);
                a.0.cmp(&b.0).then(costs).then(a.2.cmp(&b.2))
            });
            let mut kept: Vec<(Vec<f64>, u16)> = Vec::new();
            for (_, costs, option) in options {
                let beats = |other: &[f64]| other.iter().zip(&costs).all(|(a, b)| a <= b);
                if !kept.iter().any(|(other, _)| beats(other)) {
                    kept.push((costs, option));
                }
            }
            let mut options: Vec<u16> = kept.into_iter().map(|(_, option)| option).collect();
            options.sort_unstable();
            options
        };
        Self(problem.table().layers().iter().map(layer).collect())
    }
}

impl<'a> Model<'a> {
    pub(super) fn new(problem: &'a Problem) -> Self {
        let stages = match problem.deployment() {
            Deployment::Pipelined => None,
            Deployment::Sequential | Deployment::Segmented { .. } => Some(Stages::new(problem)),
        };
        Self {
            problem,
            stages,
            kept: None,
        }
    }

    /// The same over some of the options, which pays where there is more than
    /// one question.
    pub(super) fn over(self, kept: &'a Kept) -> Self {
        Self {
            kept: Some(kept),
            ..self
        }
    }

    /// With one budget and a stage for each layer: the assignment that takes
    /// least of it without a layer slower than `slowest`. Nothing where a layer
    /// has no such option.
    pub(super) fn lightest(&self, slowest: u64) -> Option<(Point, i64)> {
        let usage = &self.problem.usage()[0];
        let layers = self.problem.table().layers().iter().enumerate();
        let mut used = 0;
        let mut lightest = |(layer, options): (usize, &Vec<Entry>)| {
            let fast = options.iter().zip(&usage.values()[layer]).enumerate();
            let fast = fast.filter(|(_, (entry, _))| entry.latency <= slowest);
            let (option, (_, &least)) = fast.min_by_key(|(_, (_, usage))| **usage)?;
            used += least;
            Some(option as u16)
        };
        let point: Option<Point> = layers.map(&mut lightest).collect();
        point.map(|point| (point, used))
    }

    /// Whether a stage stands for each layer.
    pub(super) fn is_pipelined(&self) -> bool {
        self.stages.is_none()
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
                let kept = self.kept.map(|kept| kept.0.as_slice());
                units::minimize(cost, &budgets, is_fast, kept, states)
            }
        }
    }
}
