//! Re-validation: assignments chosen by the model, run on the cycle-level machine.

use std::collections::HashMap;

use rayon::prelude::*;
use stationary_workloads::Layer;

use crate::design::{DesignError, DesignSpace, firsts};
use crate::problem::{Point, Problem, Totals};
use crate::table::{CostEntry, Levels};

/// An assignment with its costs by the model and by the machine. Only [`recheck`] makes one, by running the
/// machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    point: Point,
    model: f64,
    machine: f64,
    feasible: bool,
    totals: Totals,
}

impl Checked {
    /// The index of each layer's option, as in a [`Point`].
    #[must_use]
    pub fn point(&self) -> &[u16] {
        &self.point
    }

    /// The objective by the model's estimates.
    #[must_use]
    pub fn model(&self) -> f64 {
        self.model
    }

    /// The objective by the machine's runs.
    #[must_use]
    pub fn machine(&self) -> f64 {
        self.machine
    }

    /// The model's error relative to the machine: 0.1 if the model is 10 % too high.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.model / self.machine - 1.0
    }

    /// Whether the budgets are kept with the machine's costs too: average power depends on time.
    #[must_use]
    pub fn is_feasible(&self) -> bool {
        self.feasible
    }

    /// The totals of all costs by the machine.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }
}

/// Runs the designs of each point on the machine, every distinct one once, and sorts the points by the
/// machine's objective, feasible ones first. `cycles` takes the index of a layer and an option's levels, and
/// returns the cycles on the machine, from a run or from a record of one.
///
/// # Errors
/// A [`DesignError`], if a point's design cannot be made again, or the error of `cycles`.
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
