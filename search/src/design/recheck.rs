//! Re-validation: what the model chose, run on the cycle-level machine.

use std::collections::HashMap;

use rayon::prelude::*;
use stationary_workloads::Layer;

use crate::design::{DesignError, DesignSpace, firsts};
use crate::problem::{Point, Problem, Totals};
use crate::table::{CostEntry, Levels};

/// An assignment with the model's result and the cycle-level one. Only [`recheck`] makes one, by
/// running the machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    point: Point,
    model: f64,
    machine: f64,
    feasible: bool,
    totals: Totals,
}

impl Checked {
    /// The option of each layer.
    #[must_use]
    pub fn point(&self) -> &[u16] {
        &self.point
    }

    /// The objective by the model.
    #[must_use]
    pub fn model(&self) -> f64 {
        self.model
    }

    /// The objective by the machine.
    #[must_use]
    pub fn machine(&self) -> f64 {
        self.machine
    }

    /// The model's error, relative to the machine.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.model / self.machine - 1.0
    }

    /// Whether the budgets hold with the machine's figures too (average power depends on time).
    #[must_use]
    pub fn is_feasible(&self) -> bool {
        self.feasible
    }

    /// What it takes of everything, by the machine.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }
}

/// Takes each point's designs from the machine, every distinct one once, and ranks the points by the
/// machine's objective, feasible ones first. `cycles` runs the option of a layer, given by its place,
/// on the machine, or knows it from an earlier run.
///
/// # Errors
/// If a point's design cannot be made again, or `cycles` fails.
pub fn recheck<E: From<DesignError> + Send>(
    space: &DesignSpace,
    layers: &[Layer],
    problem: &Problem,
    points: &[Point],
    cycles: impl Fn(usize, Levels) -> Result<u64, E> + Sync,
) -> Result<Vec<Checked>, E> {
    let firsts = firsts(layers);
    let mut jobs = Vec::new();
    let mut known = HashMap::new();
    for point in points {
        for choice in problem.choices(point) {
            let job = (firsts[choice.layer], choice.levels());
            known.entry(job).or_insert_with(|| {
                jobs.push(job);
                jobs.len() - 1
            });
        }
    }
    let measured: Result<Vec<CostEntry>, E> = jobs
        .par_iter()
        .map(|&(layer, levels)| {
            let cycles = cycles(layer, levels)?;
            Ok(space.entry(&layers[layer], levels, cycles)?)
        })
        .collect();
    let measured = measured?;
    let mut checked = Vec::new();
    for point in points {
        let mut table = problem.table().clone();
        let options = (problem.stages(point)).flat_map(|s| s.layers.map(move |_| s.option));
        for (choice, option) in problem.choices(point).into_iter().zip(options) {
            let entry = measured[known[&(firsts[choice.layer], choice.levels())]];
            let replaced = table.replace(choice.layer, usize::from(option), entry);
            replaced.map_err(DesignError::from)?;
        }
        let machine = problem.with_table(table);
        checked.push(Checked {
            point: point.clone(),
            model: problem.value(point),
            machine: machine.value(point),
            feasible: machine.is_feasible(point),
            totals: machine.totals(point),
        });
    }
    checked.sort_by(|a, b| {
        b.feasible
            .cmp(&a.feasible)
            .then(a.machine.total_cmp(&b.machine))
    });
    Ok(checked)
}
