//! A problem: a table, what to minimise and the budgets to keep.

use crate::budget::{Budget, BudgetRequest, corners};
use crate::deployment::{Deployment, Stage};
use crate::fixed::Fixed;
use crate::objective::Objective;
use crate::problem_error::ProblemError;
use crate::resource::Resource;
use crate::shapes::Shapes;
use crate::style::DataflowStyle;
use crate::table::{CostEntry, CostTable, Levels};

/// An assignment, one gene after the other.
///
/// Pipelined: for each layer the index of the chosen option. Sequential: one
/// gene, the option that all layers share. Segmented: for each layer the option
/// of the stage that it opens, or, one past the last option, that it joins the
/// stage before it. The first layer always opens a stage.
pub type Point = Vec<u16>;

/// A table with an objective and budgets.
#[derive(Clone, Debug)]
pub struct Problem {
    table: CostTable,
    deployment: Deployment,
    objective: Objective,
    budgets: Vec<Budget>,
    usage: Vec<Fixed>,
    shapes: Shapes,
}

/// The judgement of a point.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// All budgets are kept.
    Feasible {
        /// The objective: cycles, nanojoules, or their product.
        objective: f64,
    },
    /// At least one budget is exceeded.
    Infeasible {
        /// The excess over each budget, in square microns (area) or milliwatts (power); zero where it is
        /// kept.
        excess: Vec<f64>,
    },
}

/// The costs of a point in all respects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Totals {
    /// Sum of latencies in cycles.
    pub latency: u64,
    /// Latency of the slowest stage in cycles.
    pub slowest: u64,
    /// Sum of energies in nanojoules.
    pub energy: f64,
    /// Sum of the stages' areas in square microns.
    pub area: f64,
    /// Sum of the stages' powers in milliwatts.
    pub power: f64,
}

/// The option chosen for a layer, named by its levels and not by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Choice {
    /// The layer's index, from 0.
    pub layer: usize,
    /// The stage that the layer belongs to; stages count from 0.
    pub stage: usize,
    /// The dataflow style, where the table has options of several.
    pub style: Option<DataflowStyle>,
    /// Number of processing elements.
    pub pe: u32,
    /// Tile level, from which buffer sizes follow.
    pub tile: u32,
}

impl Choice {
    /// The option's levels.
    pub fn levels(&self) -> Levels {
        let &Self {
            style, pe, tile, ..
        } = self;
        Levels { style, pe, tile }
    }
}

/// A budget that no assignment keeps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shortfall {
    /// The resource that is limited.
    pub resource: Resource,
    /// The limit asked for, in square microns (area) or milliwatts (power).
    pub limit: f64,
    /// The smallest limit that some assignment keeps. Where every budget can
    /// be kept alone but not all together, the other budgets are held at their
    /// limits.
    pub least: f64,
}

/// A point with its verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluated {
    /// The point, after repair.
    pub point: Point,
    /// The judgement of the point.
    pub verdict: Verdict,
}

impl Problem {
    /// Joins a table, an objective and at most one budget for each resource,
    /// with every layer on its own partition.
    ///
    /// # Errors
    /// As [`Problem::deployed`].
    pub fn new(
        table: CostTable,
        objective: Objective,
        requests: &[BudgetRequest],
    ) -> Result<Self, ProblemError> {
        Self::deployed(table, Deployment::Pipelined, objective, requests)
    }

    /// The problem with layers that may share hardware. Options that not every layer has are then left out of
    /// the table.
    ///
    /// # Errors
    /// [`ProblemError`] for the first budget that cannot be set, or where no option can be shared.
    pub fn deployed(
        table: CostTable,
        deployment: Deployment,
        objective: Objective,
        requests: &[BudgetRequest],
    ) -> Result<Self, ProblemError> {
        let table = match deployment.is_shared() {
            false => table,
            true => (table.aligned()).ok_or(ProblemError::NothingShared(deployment))?,
        };
        let mut budgets: Vec<Budget> = Vec::new();
        for request in requests {
            if budgets.iter().any(|b| b.resource == request.resource) {
                return Err(ProblemError::RepeatedBudget(request.resource));
            }
            budgets.push(request.on(&table, deployment)?);
        }
        let usage = usages(&table, &budgets);
        Ok(Self {
            shapes: Shapes::of_table(&table),
            table,
            deployment,
            objective,
            budgets,
            usage,
        })
    }

    /// The problem with the layers' shapes, for learned policies to see. Without them a policy sees a few costs
    /// of each layer instead.
    ///
    /// # Panics
    /// If there is not one row for each layer.
    #[must_use]
    pub fn seen_as(self, shapes: Shapes) -> Self {
        assert_eq!(
            shapes.rows().len(),
            self.table.layers().len(),
            "a shape for each layer"
        );
        Self { shapes, ..self }
    }

    /// The numbers that learned policies see of each layer.
    pub fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// The problem with the same objective and limits over another table of the same options, as when bounds
    /// have given way to simulated costs. Limits stay as they are, even where they were derived from the old
    /// table's corners.
    pub fn with_table(&self, table: CostTable) -> Self {
        Self {
            usage: usages(&table, &self.budgets),
            table,
            budgets: self.budgets.clone(),
            shapes: self.shapes.clone(),
            ..*self
        }
    }

    /// The problem with another limit on the budget with index `budget`, in square microns (area) or milliwatts
    /// (power).
    ///
    /// # Panics
    /// If there is no budget with this index.
    pub fn with_limit(&self, budget: usize, limit: f64) -> Self {
        let mut changed = self.clone();
        changed.budgets[budget].limit = limit;
        changed
    }

    /// The table: all options, or with shared hardware those that every layer
    /// has, in the same order.
    pub fn table(&self) -> &CostTable {
        &self.table
    }

    /// The way in which layers share hardware.
    pub fn deployment(&self) -> Deployment {
        self.deployment
    }

    /// The number of genes of a point.
    pub fn genes(&self) -> usize {
        match self.deployment {
            Deployment::Sequential => 1,
            Deployment::Pipelined | Deployment::Segmented { .. } => self.table.layers().len(),
        }
    }

    /// The number of values that a gene may have; they count from 0.
    pub fn values(&self, gene: usize) -> usize {
        let options = self.table.layers()[gene].len();
        match self.deployment {
            Deployment::Segmented { .. } if gene > 0 => options + 1,
            _ => options,
        }
    }

    /// The stages of a point. Where it opens more stages than the deployment
    /// allows, the last stage takes all layers that are left.
    ///
    /// # Panics
    /// If the point does not have one existing value for each gene.
    pub fn stages<'a>(&'a self, point: &'a [u16]) -> impl Iterator<Item = Stage> + 'a {
        assert_eq!(
            point.len(),
            self.genes(),
            "a point has a value for each gene"
        );
        let layers = self.table.layers().len();
        let most = self.deployment.most_stages(layers);
        let joins = |gene: usize| usize::from(point[gene]) == self.table.layers()[gene].len();
        let mut start = 0;
        let mut opened = 0;
        std::iter::from_fn(move || {
            if start == layers {
                return None;
            }
            opened += 1;
            let mut end = match self.deployment {
                Deployment::Sequential => layers,
                Deployment::Segmented { .. } if opened == most => layers,
                Deployment::Pipelined | Deployment::Segmented { .. } => start + 1,
            };
            while end < layers && self.deployment.is_shared() && joins(end) {
                end += 1;
            }
            let option = point[start];
            let layers = start..end;
            start = end;
            Some(Stage { layers, option })
        })
    }

    /// The point with these stages.
    pub(crate) fn assemble(&self, stages: &[Stage]) -> Point {
        match self.deployment {
            Deployment::Pipelined | Deployment::Sequential => {
                stages.iter().map(|stage| stage.option).collect()
            }
            Deployment::Segmented { .. } => {
                let join = self.table.layers()[0].len() as u16;
                let mut point = vec![join; self.table.layers().len()];
                for stage in stages {
                    point[stage.layers.start] = stage.option;
                }
                point
            }
        }
    }

    /// Writes openings that [`Problem::stages`] ignores as what they mean, so
    /// that equal assignments are equal points.
    pub(crate) fn settle(&self, point: &mut Point) {
        if let Deployment::Segmented { .. } = self.deployment {
            let stages: Vec<Stage> = self.stages(point).collect();
            *point = self.assemble(&stages);
        }
    }

    /// Where the tightest budget lies between the least (0) and the greatest (1)
    /// uniform design; 1 without budgets, or where the table lacks such designs.
    pub(crate) fn tightness(&self) -> f64 {
        let place = |budget: &Budget| {
            let (least, greatest) = corners(&self.table, self.deployment, budget.resource).ok()?;
            (greatest > least).then(|| (budget.limit - least) / (greatest - least))
        };
        let places = self.budgets.iter().filter_map(place);
        places.fold(1.0, f64::min).max(0.0)
    }

    /// A number by which this problem is told from others, the same in every run: FNV-1a over its table,
    /// deployment, objective and limits, and over what learned policies see.
    pub fn fingerprint(&self) -> u64 {
        let mut text = self.table.to_csv();
        text.push_str(&format!("{} {}", self.deployment, self.objective));
        for budget in &self.budgets {
            text.push_str(&format!(" {}={}", budget.resource, budget.limit));
        }
        for row in self.shapes.rows() {
            text.push_str(&format!(" {row:?}"));
        }
        text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    }

    /// The quantity that is minimised.
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
        let takes = |usage: &Fixed| -> i64 {
            let stages = self.stages(point);
            stages
                .map(|s| usage.greatest(s.layers, usize::from(s.option)))
                .sum()
        };
        (self.budgets.iter().zip(&self.usage))
            .all(|(budget, usage)| takes(usage) <= usage.limit(budget.limit))
    }

    /// The point's total of each budget's resource, in square microns (area) or milliwatts (power), summed in
    /// layer order.
    ///
    /// # Panics
    /// As [`Problem::verdict`].
    pub fn used(&self, point: &[u16]) -> Vec<f64> {
        let totals = self.totals(point);
        let used = |b: &Budget| match b.resource {
            Resource::Area => totals.area,
            Resource::Power => totals.power,
        };
        self.budgets.iter().map(used).collect()
    }

    /// The totals of all the point's costs, summed in layer order.
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
        for Stage { layers, option } in self.stages(point) {
            let (mut latency, mut area, mut power) = (0, 0.0f64, 0.0f64);
            for layer in &self.table.layers()[layers] {
                let entry = &layer[usize::from(option)];
                latency += entry.latency;
                totals.energy += entry.energy;
                area = area.max(entry.area);
                power = power.max(entry.power);
            }
            totals.latency += latency;
            totals.slowest = totals.slowest.max(latency);
            totals.area += area;
            totals.power += power;
        }
        totals
    }

    /// The objective of a point in its unit, whether it keeps the budgets or not.
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

    /// The option of each layer, named by its levels.
    ///
    /// # Panics
    /// As [`Problem::verdict`].
    pub fn choices(&self, point: &[u16]) -> Vec<Choice> {
        let mut choices = Vec::with_capacity(self.table.layers().len());
        for (stage, Stage { layers, option }) in self.stages(point).enumerate() {
            for layer in layers {
                let Levels { style, pe, tile } =
                    self.table.layers()[layer][usize::from(option)].levels();
                choices.push(Choice {
                    layer,
                    stage,
                    style,
                    pe,
                    tile,
                });
            }
        }
        choices
    }

    /// The point that makes these choices, which must name each layer once, in order. None where an option does
    /// not exist or layers are grouped as the deployment does not allow.
    pub fn point(&self, choices: &[Choice]) -> Option<Point> {
        let layers = self.table.layers();
        let mut stages: Vec<Stage> = Vec::new();
        for (layer, choice) in choices.iter().enumerate() {
            let options = layers.get(layer).filter(|_| choice.layer == layer)?;
            let levels = choice.levels();
            let option = options.iter().position(|e| e.levels() == levels)? as u16;
            let opened = stages.len();
            match stages.last_mut().filter(|_| choice.stage + 1 == opened) {
                Some(last) => last.layers.end = layer + 1,
                None => stages.push(Stage {
                    layers: layer..layer + 1,
                    option,
                }),
            }
        }
        let is_whole = choices.len() == layers.len();
        let fits = stages.len() <= self.deployment.most_stages(layers.len());
        let point = (is_whole && fits).then(|| self.assemble(&stages))?;
        let is_same = point.len() == self.genes() && self.choices(&point) == choices;
        is_same.then_some(point)
    }

    /// The budgets that even the assignment with the least use exceeds, each budget by itself; empty if there
    /// is none, though all together may still be impossible to keep.
    pub fn shortfalls(&self) -> Vec<Shortfall> {
        let mut short = Vec::new();
        for (budget, usage) in self.budgets.iter().zip(&self.usage) {
            let least = self.least(usage);
            if least > usage.limit(budget.limit) {
                let &Budget { resource, limit } = budget;
                let least = least as f64 / usage.scale();
                short.push(Shortfall {
                    resource,
                    limit,
                    least,
                });
            }
        }
        short
    }

    /// The least that any assignment takes of a resource, over the number of
    /// stages so far and the end of the last:
    ///
    /// ```text
    /// least[n + 1][end] = min_start least[n][start] + min_j max_{start <= i < end} w_ij
    /// ```
    pub(crate) fn least(&self, usage: &Fixed) -> i64 {
        let layers = usage.values();
        let most = self.deployment.most_stages(layers.len());
        let mut least = vec![vec![i64::MAX; layers.len() + 1]; most + 1];
        least[0][0] = 0;
        for start in 0..layers.len() {
            let ends = self.deployment.ends(start, layers.len());
            let mut heaviest = vec![i64::MIN; layers[start].len()];
            for end in start + 1..ends.end {
                for (heaviest, value) in heaviest.iter_mut().zip(&layers[end - 1]) {
                    *heaviest = (*heaviest).max(*value);
                }
                let stage = heaviest.iter().copied().min().unwrap_or(0);
                for count in 0..most {
                    let before = least[count][start];
                    if ends.contains(&end) && before < i64::MAX {
                        least[count + 1][end] = least[count + 1][end].min(before + stage);
                    }
                }
            }
        }
        least.iter().map(|row| row[layers.len()]).min().unwrap_or(0)
    }

    /// The share of all budgets that an entry takes: sum of w_b / B_b. A
    /// budget of zero counts in the table's unit.
    pub(crate) fn share(&self, entry: &CostEntry) -> f64 {
        let share = |b: &Budget| match b.limit {
            0.0 => entry.usage(b.resource),
            limit => entry.usage(b.resource) / limit,
        };
        self.budgets.iter().map(share).sum()
    }

    pub(crate) fn usage(&self) -> &[Fixed] {
        &self.usage
    }
}

fn usages(table: &CostTable, budgets: &[Budget]) -> Vec<Fixed> {
    let usage = |b: &Budget| Fixed::scaled(table.layers(), |e: &CostEntry| e.usage(b.resource));
    budgets.iter().map(usage).collect()
}

impl Verdict {
    /// The objective of a feasible point; None if the point is infeasible.
    pub fn objective(&self) -> Option<f64> {
        match self {
            Self::Feasible { objective } => Some(*objective),
            Self::Infeasible { .. } => None,
        }
    }
}
