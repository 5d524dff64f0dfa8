//! One additive query, whatever the deployment.
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

use std::sync::Arc;

use super::options::{LayerOption, Options};
use super::path::Stages;
use super::query::{Cost, Query};
use super::units::{self, Least};
use crate::deployment::Deployment;
use crate::fixed::Fixed;
use crate::problem::{Point, Problem};

/// A problem made ready for queries.
pub(super) struct Model<'a> {
    problem: &'a Problem,
    formulation: Arc<Formulation>,
}

/// What a stage may be.
pub(super) enum Formulation {
    /// Where each layer is a stage.
    Layers(Options),
    /// Where layers share hardware.
    Stages(Stages),
}

impl Formulation {
    /// Does not depend on the limits of the budgets.
    pub(super) fn new(problem: &Problem) -> Self {
        match problem.deployment() {
            Deployment::Pipelined => Self::Layers(Options::new(problem)),
            Deployment::Sequential | Deployment::Segmented { .. } => {
                Self::Stages(Stages::new(problem))
            }
        }
    }
}

impl<'a> Model<'a> {
    pub(super) fn new(problem: &'a Problem) -> Self {
        Self::over(problem, Arc::new(Formulation::new(problem)))
    }

    /// The same over the options of a problem that differs in limits alone.
    pub(super) fn over(problem: &'a Problem, formulation: Arc<Formulation>) -> Self {
        Self {
            problem,
            formulation,
        }
    }

    /// With one budget and a stage for each layer: the assignment that takes
    /// least of it without a layer slower than `slowest`. Nothing where a layer
    /// has no such option.
    pub(super) fn lightest(&self, slowest: u64) -> Option<(Point, i64)> {
        let Formulation::Layers(Options(layers)) = &*self.formulation else {
            return None;
        };
        let mut used = 0;
        let mut lightest = |options: &Vec<LayerOption>| {
            let fast = options.iter().filter(|c| c.latency <= slowest);
            let least = fast.min_by_key(|c| (c.usage[0], c.option))?;
            used += least.usage[0];
            Some(least.option)
        };
        let point: Option<Point> = layers.iter().map(&mut lightest).collect();
        point.map(|point| (point, used))
    }

    /// Whether a stage stands for each layer.
    pub(super) fn is_pipelined(&self) -> bool {
        matches!(*self.formulation, Formulation::Layers(_))
    }

    pub(super) fn problem(&self) -> &'a Problem {
        self.problem
    }

    /// The problem's budgets, as a query names them.
    pub(super) fn limits(&self) -> Vec<(usize, i64)> {
        let budgets = self.problem.budgets().iter().zip(self.problem.usage());
        let limits = budgets.map(|(budget, usage)| usage.limit(budget.limit));
        limits.enumerate().collect()
    }

    /// The latencies that a stage may have, each once.
    pub(super) fn latencies(&self) -> Vec<u64> {
        let mut latencies: Vec<u64> = match &*self.formulation {
            Formulation::Stages(stages) => return stages.latencies(),
            Formulation::Layers(Options(layers)) => {
                layers.iter().flatten().map(|c| c.latency).collect()
            }
        };
        latencies.sort_unstable();
        latencies.dedup();
        latencies
    }

    /// The query of the least cost under the problem's budgets.
    pub(super) fn query(&self, cost: Cost) -> Query {
        Query {
            cost,
            limits: self.limits(),
            slowest: u64::MAX,
            below: None,
        }
    }

    /// The least cost; nothing where no assignment keeps the limits. Without any
    /// states to list it is a bound and an assignment near it.
    pub(super) fn answer(&self, query: &Query, states: usize) -> Option<Least> {
        let usage = self.problem.usage();
        let stages = match &*self.formulation {
            Formulation::Layers(options) => return units::minimize(options, query, usage, states),
            Formulation::Stages(stages) => stages,
        };
        let layers = self.problem.table().layers();
        let own;
        let cost = match query.cost {
            Cost::Usage(budget) => &usage[budget],
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
        stages.minimize(query, cost, usage, states)
    }
}
