//! Re-validation: the machine's word on what the model chose.

use std::collections::HashMap;

use rayon::prelude::*;
use stationary_arch::CostModel;
use stationary_sim::{Energy, Pace, run};
use stationary_workloads::Layer;

use crate::design::{DesignError, DesignSpace, shape};
use crate::problem::{Point, Problem};
use crate::table::{Entry, Levels};

/// An assignment with the model's and the machine's word on it. Only [`recheck`] makes one, by
/// running the machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    point: Point,
    model: f64,
    machine: f64,
    feasible: bool,
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
}

/// Runs each point's designs on the machine, every distinct one once, and ranks the points by the
/// machine's objective, feasible ones first.
///
/// # Errors
/// If a point's design cannot be made again.
pub fn recheck(
    space: &DesignSpace,
    layers: &[Layer],
    problem: &Problem,
    points: &[Point],
) -> Result<Vec<Checked>, DesignError> {
    let mut jobs = Vec::new();
    let mut known = HashMap::new();
    for point in points {
        for (layer, choice) in layers.iter().zip(problem.choices(point)) {
            known
                .entry((shape(layer), choice.levels()))
                .or_insert_with(|| {
                    jobs.push((layer, choice.levels()));
                    jobs.len() - 1
                });
        }
    }
    let measured: Result<Vec<Entry>, DesignError> = jobs
        .par_iter()
        .map(|(layer, levels)| measure(space, layer, *levels))
        .collect();
    let measured = measured?;
    let mut checked = Vec::new();
    for point in points {
        let mut table = problem.table().clone();
        let options = (problem.stages(point)).flat_map(|s| s.layers.map(move |_| s.option));
        for ((layer, choice), option) in layers.iter().zip(problem.choices(point)).zip(options) {
            let entry = measured[known[&(shape(layer), choice.levels())]];
            table.replace(choice.layer, usize::from(option), entry)?;
        }
        let machine = problem.with_table(table);
        checked.push(Checked {
            point: point.clone(),
            model: problem.value(point),
            machine: machine.value(point),
            feasible: machine.is_feasible(point),
        });
    }
    checked.sort_by(|a, b| {
        b.feasible
            .cmp(&a.feasible)
            .then(a.machine.total_cmp(&b.machine))
    });
    Ok(checked)
}

fn measure(space: &DesignSpace, layer: &Layer, levels: Levels) -> Result<Entry, DesignError> {
    let design = space.design(layer, levels)?;
    let mapping = design.mapping(layer)?;
    let cost = CostModel::of(&design.accelerator)?;
    let machine = run(&mapping, Pace::SkipPeriods, &mut ());
    let energy = Energy::of(&mapping, &cost, &machine.counters, machine.cycles).total();
    let time = stationary_arch::units::Cycles(machine.cycles);
    Ok(Entry {
        style: levels.style,
        pe: levels.pe,
        tile: levels.tile,
        latency: machine.cycles,
        energy: energy.0 / 1e3,
        area: cost.area().total.0,
        power: cost.average_power(energy, time).0,
    })
}
