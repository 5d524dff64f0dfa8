//! A problem: a table, what to minimise and the budgets to keep.

use thiserror::Error;

use crate::budget::{Budget, BudgetRequest, Resource};
use crate::fixed::Fixed;
use crate::objective::Objective;
use crate::table::{Entry, Table};

/// An assignment: for each layer the index of the chosen option.
pub type Point = Vec<u16>;

/// A table with an objective and budgets.
#[derive(Clone, Debug)]
pub struct Problem {
    table: Table,
    objective: Objective,
    budgets: Vec<Budget>,
    usage: Vec<Fixed>,
}

/// The judgement of a point.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// All budgets are kept.
    Feasible {
        /// What was to be minimised.
        objective: f64,
    },
    /// At least one budget is exceeded.
    Infeasible {
        /// By how much, for each budget in the table's unit; zero where kept.
        excess: Vec<f64>,
    },
}

/// What a point costs in all respects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Totals {
    /// Sum of latencies in cycles.
    pub latency: u64,
    /// Latency of the slowest layer in cycles.
    pub slowest: u64,
    /// Sum of energies in nanojoules.
    pub energy: f64,
    /// Sum of areas in square microns.
    pub area: f64,
    /// Sum of powers in milliwatts.
    pub power: f64,
}

/// One layer's choice in words that do not depend on the order of options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Choice {
    /// The layer.
    pub layer: usize,
    /// Number of processing elements.
    pub pe: u32,
    /// Tile level.
    pub tile: u32,
}

/// A budget that no assignment keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shortfall {
    /// The resource.
    pub resource: Resource,
    /// The limit asked for.
    pub limit: f64,
    /// The smallest limit that some assignment keeps. Where every budget can
    /// be kept alone but not all together, the other budgets are held at their
    /// limits.
    pub least: f64,
}

/// Why a table, an objective and budgets make no problem.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ProblemError {
    /// Two budgets on one resource.
    #[error("two budgets on {0}; each resource may have one")]
    RepeatedBudget(Resource),
    /// A share of a range that the table does not span.
    #[error(
        "layer {layer} has no option with pe {pe}, tile {tile}; a budget given as a platform or share needs this corner design in every layer"
    )]
    MissingCorner {
        /// The layer.
        layer: usize,
        /// The corner's level of PEs.
        pe: u32,
        /// The corner's tile level.
        tile: u32,
    },
    /// A limit that is no amount.
    #[error("the budget on {resource} is {found}; needed a finite number, not negative")]
    BadLimit {
        /// The resource.
        resource: Resource,
        /// The limit found.
        found: f64,
    },
}

impl Problem {
    /// Joins a table, an objective and at most one budget for each resource.
    ///
    /// # Errors
    /// [`ProblemError`] for the first budget that cannot be set.
    pub fn new(
        table: Table,
        objective: Objective,
        requests: &[BudgetRequest],
    ) -> Result<Self, ProblemError> {
        let mut budgets: Vec<Budget> = Vec::new();
        for request in requests {
            if budgets.iter().any(|b| b.resource == request.resource) {
                return Err(ProblemError::RepeatedBudget(request.resource));
            }
            budgets.push(request.on(&table)?);
        }
        let usage = |b: &Budget| Fixed::scaled(table.layers(), |e: &Entry| e.usage(b.resource));
        let usage = budgets.iter().map(usage).collect();
        Ok(Self {
            table,
            objective,
            budgets,
            usage,
        })
    }

    /// The same objective and limits over another table, as when bounds have
    /// given way to simulated costs. Limits stay as they are, even where they
    /// were derived from the old table's corners.
    pub fn with_table(&self, table: Table) -> Self {
        let usage = |b: &Budget| Fixed::scaled(table.layers(), |e: &Entry| e.usage(b.resource));
        let usage = self.budgets.iter().map(usage).collect();
        Self {
            table,
            usage,
            budgets: self.budgets.clone(),
            ..*self
        }
    }

    /// The table.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// What is minimised.
    pub fn objective(&self) -> Objective {
        self.objective
    }

    /// The budgets, in the order asked for.
    pub fn budgets(&self) -> &[Budget] {
        &self.budgets
    }

    /// Judges a point. Budgets are compared in exact integer arithmetic with a
    /// tolerance of 2^-40 of the limit; the objective is summed in layer order.
    ///
    /// # Panics
    /// If the point does not name one existing option for each layer.
    pub fn verdict(&self, point: &[u16]) -> Verdict {
        if self.is_feasible(point) {
            return Verdict::Feasible {
                objective: self.value(point),
            };
        }
        let used = self.used(point);
        let excess = self
            .budgets
            .iter()
            .zip(used)
            .map(|(b, used)| (used - b.limit).max(0.0));
        Verdict::Infeasible {
            excess: excess.collect(),
        }
    }

    /// Whether every budget is kept.
    ///
    /// # Panics
    /// As [`Problem::verdict`].
    pub fn is_feasible(&self, point: &[u16]) -> bool {
        assert_eq!(
            point.len(),
            self.table.layers().len(),
            "a point has one option a layer"
        );
        (self.budgets.iter().zip(&self.usage))
            .all(|(budget, usage)| usage.sum(point) <= usage.limit(budget.limit))
    }

    /// What the point takes of each budget, summed in layer order.
    ///
    /// # Panics
    /// As [`Problem::verdict`].
    pub fn used(&self, point: &[u16]) -> Vec<f64> {
        let total = |b: &Budget| self.chosen(point).map(|e| e.usage(b.resource)).sum();
        self.budgets.iter().map(total).collect()
    }

    /// What the point costs in all respects, summed in layer order.
    ///
    /// # Panics
    /// As [`Problem::verdict`].
    pub fn totals(&self, point: &[u16]) -> Totals {
        let mut totals = Totals {
            latency: 0,
            slowest: 0,
            energy: 0.0,
            area: 0.0,
            power: 0.0,
        };
        for entry in self.chosen(point) {
            totals.latency += entry.latency;
            totals.slowest = totals.slowest.max(entry.latency);
            totals.energy += entry.energy;
            totals.area += entry.area;
            totals.power += entry.power;
        }
        totals
    }

    /// The objective at a point, whether it keeps the budgets or not.
    ///
    /// # Panics
    /// As [`Problem::verdict`].
    pub fn value(&self, point: &[u16]) -> f64 {
        let totals = self.totals(point);
        match self.objective {
            Objective::Latency => totals.latency as f64,
            Objective::Energy => totals.energy,
            Objective::Edp => totals.latency as f64 * totals.energy,
            Objective::Throughput => totals.slowest as f64,
        }
    }

    /// The point in levels.
    ///
    /// # Panics
    /// As [`Problem::verdict`].
    pub fn choices(&self, point: &[u16]) -> Vec<Choice> {
        let choice = |(layer, e): (usize, &Entry)| Choice {
            layer,
            pe: e.pe,
            tile: e.tile,
        };
        self.chosen(point).enumerate().map(choice).collect()
    }

    /// The point that makes these choices, which must name each layer once, in
    /// order. Nothing where an option does not exist.
    pub fn point(&self, choices: &[Choice]) -> Option<Point> {
        let layers = self.table.layers();
        let option = |(layer, choice): (usize, &Choice)| {
            let levels = (choice.pe, choice.tile);
            let at = layers
                .get(layer)?
                .iter()
                .position(|e| (e.pe, e.tile) == levels)?;
            (choice.layer == layer).then_some(at as u16)
        };
        let point: Option<Point> = choices.iter().enumerate().map(option).collect();
        point.filter(|point| point.len() == layers.len())
    }

    /// The budgets that even the lightest options exceed, each by itself.
    pub fn shortfalls(&self) -> Vec<Shortfall> {
        let mut short = Vec::new();
        for (budget, usage) in self.budgets.iter().zip(&self.usage) {
            if usage.least() > usage.limit(budget.limit) {
                let &Budget { resource, limit } = budget;
                let least = usage.least() as f64 / usage.scale();
                short.push(Shortfall {
                    resource,
                    limit,
                    least,
                });
            }
        }
        short
    }

    /// The share of all budgets that an entry takes: sum of w_b / B_b. A
    /// budget of zero counts in the table's unit.
    pub(crate) fn share(&self, entry: &Entry) -> f64 {
        let share = |b: &Budget| match b.limit {
            0.0 => entry.usage(b.resource),
            limit => entry.usage(b.resource) / limit,
        };
        self.budgets.iter().map(share).sum()
    }

    pub(crate) fn usage(&self) -> &[Fixed] {
        &self.usage
    }

    fn chosen<'a>(&'a self, point: &'a [u16]) -> impl Iterator<Item = &'a Entry> {
        assert_eq!(
            point.len(),
            self.table.layers().len(),
            "a point has one option a layer"
        );
        (self.table.layers().iter().zip(point)).map(|(layer, &option)| &layer[usize::from(option)])
    }
}

impl Verdict {
    /// The objective, where the point is feasible.
    pub fn objective(&self) -> Option<f64> {
        match self {
            Self::Feasible { objective } => Some(*objective),
            Self::Infeasible { .. } => None,
        }
    }
}
