//! Evaluates layers by model or machine, distinct ones once and in parallel.

use std::collections::HashMap;

use crate::arch::{CostModel, PerOperand};
use crate::mappings::LayerPlan;
use crate::search::Cancellation;
use crate::sim::dram::Statistics;
use crate::sim::{Bound, Control, Counters, Energy, Outcome, Pace, Plan, Run, Stalls};
use crate::workloads::{Layer, PerDim, Window, Zeros};
use rayon::prelude::*;

use crate::control::ControlKind;
use crate::error::Error;
use crate::format::metric;
use crate::progress::Progress;
use crate::target::Target;

/// Which of the two gives the figures: the analytical model or the cycle-level machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The analytical model.
    Model,
    /// The cycle-level machine, with its policy of advancing time; all policies give the same figures.
    Machine(Pace),
}

impl Reading {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Reading::Model => "model",
            Reading::Machine(_) => "machine",
        }
    }
}

/// The figures of one layer.
#[derive(Clone, Debug)]
pub struct LayerResult {
    /// The layer, as the network has it.
    pub layer: Layer,
    /// Cycles of the array's clock, by the model or the machine, as asked.
    pub cycles: u64,
    /// The model's estimate in cycles.
    pub model_cycles: u64,
    /// Cycles from the first to the last MAC with memory never in the way, what drains included.
    pub compute_cycles: u64,
    /// Cycles less those in which the array waited for DRAM.
    pub processing_cycles: u64,
    /// Cycles that this mapping cannot go below, by the model.
    pub lower_bound: u64,
    /// Cycles in which the array works.
    pub busy: u64,
    /// MACs by the array's peak over all cycles, from 0 to 1.
    pub utilization: f64,
    /// PEs that the mapping uses at most.
    pub active_pes: u64,
    /// Lanes of a PE that have a channel each.
    pub active_lanes: u64,
    /// Cycles lost, by cause; none under the model.
    pub stalls: Stalls,
    /// Words moved at each level, and MACs.
    pub counters: Counters,
    /// Statistics of the DRAM. None unless the machine ran on a DRAM standard.
    pub memory: Option<Statistics>,
    /// Bytes that crossed the DRAM interface, packed as they are there.
    pub dram_bytes: f64,
    /// Of `dram_bytes`, the bytes that are written.
    pub dram_written: f64,
    /// Energy by component, in picojoules.
    pub energy: Energy,
    /// Energy that no mapping of the layer goes below, in picojoules.
    pub least_energy: Energy,
    /// The mapping or schedule that ran.
    pub mapping: LayerPlan,
    /// The part of the hardware that sets the time, by the model.
    pub bound_by: Bound,
}

impl LayerResult {
    /// All figures, to be compared with those of another result; the mapping is left out.
    pub fn figures(&self) -> impl PartialEq + '_ {
        let cycles = [
            self.cycles,
            self.model_cycles,
            self.compute_cycles,
            self.processing_cycles,
            self.lower_bound,
            self.busy,
        ];
        let energies = (&self.energy, &self.least_energy);
        let shares = (self.utilization, self.active_pes, self.active_lanes);
        let moved = (
            &self.counters,
            &self.memory,
            self.dram_bytes,
            self.dram_written,
        );
        (cycles, shares, &self.stalls, moved, energies, self.bound_by)
    }
}

/// A key that is equal for layers of one network that have the same figures on one machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LayerKey {
    sizes: PerDim<u64>,
    windows: [Window; 2],
    zeros: Option<Zeros>,
    name: Option<String>,
}

/// The key of a layer on a target.
pub fn key(target: &Target, layer: &Layer) -> LayerKey {
    LayerKey {
        sizes: *layer.sizes(),
        windows: [layer.rows(), layer.cols()],
        zeros: layer.zeros(),
        // Mappings from a file go by the layer's name, so that equal shapes may differ.
        name: target.has_file().then(|| layer.name().to_owned()),
    }
}

/// A way to run plans on the machine; `()` runs each from beginning to end.
pub trait Machines: Sync {
    /// Runs a plan to its end.
    ///
    /// # Errors
    /// [`Error::Cancelled`] if it was stopped; the error of a file in which the run is kept.
    fn run(&self, plan: &Plan, pace: Pace) -> Result<Run, Error>;
}

impl Machines for () {
    fn run(&self, plan: &Plan, pace: Pace) -> Result<Run, Error> {
        Ok(plan.run(pace, &mut ()))
    }
}

/// Runs plans until the end is asked for, also in the middle of a run.
///
/// ```
/// use stationary::evaluate::Stoppable;
/// use stationary::search::Cancellation;
/// use stationary::sim::Pace;
/// use stationary::{Error, Request};
///
/// let target = Request::new("eyeriss", "alexnet").target()?.pick(&["conv3"])?;
/// let stop = Cancellation::default();
/// let machines = Stoppable(stop.clone());
/// let run = target.simulate_with(Pace::SkipPeriods, &machines, &())?;
/// assert_eq!(run.cycles(), target.simulate(Pace::SkipPeriods, &())?.cycles());
/// stop.cancel();
/// let stopped = target.simulate_with(Pace::SkipPeriods, &machines, &());
/// assert!(matches!(stopped, Err(Error::Cancelled)));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Stoppable(pub Cancellation);

impl Machines for Stoppable {
    fn run(&self, plan: &Plan, pace: Pace) -> Result<Run, Error> {
        match plan.run_until(None, pace, &|_| self.0.is_cancelled(), &mut ()) {
            Outcome::Done(run) => Ok(run),
            Outcome::Stopped(_) => Err(Error::Cancelled),
        }
    }
}

/// Evaluates every layer; the order is the network's.
///
/// # Errors
/// A layer without a mapping, an accelerator that cannot be priced, a machine's own.
pub fn layers(
    target: &Target,
    control: &ControlKind,
    reading: Reading,
    machines: &dyn Machines,
    progress: &dyn Progress,
) -> Result<Vec<LayerResult>, Error> {
    let cost = CostModel::of(target.accelerator())?;
    let mut known = HashMap::new();
    let mut distinct = Vec::new();
    let indices: Vec<usize> = target
        .layers()
        .iter()
        .map(|layer| {
            *known.entry(key(target, layer)).or_insert_with(|| {
                distinct.push(layer);
                distinct.len() - 1
            })
        })
        .collect();
    let results: Vec<Result<LayerResult, Error>> = distinct
        .par_iter()
        .map(|layer| {
            progress.check()?;
            let plan = target.plan(layer, control)?;
            let result = evaluate(&plan, &cost, reading, machines, progress)?;
            progress.done();
            Ok(result)
        })
        .collect();
    let results = results.into_iter().collect::<Result<Vec<_>, Error>>()?;
    let named = |(layer, index): (&Layer, usize)| {
        let result = results[index].clone();
        LayerResult {
            layer: layer.clone(),
            mapping: result.mapping.renamed(layer.name()),
            ..result
        }
    };
    Ok(target.layers().iter().zip(indices).map(named).collect())
}

/// Evaluates one layer.
///
/// # Errors
/// The machine's own.
pub fn evaluate(
    plan: &Plan,
    cost: &CostModel,
    reading: Reading,
    machines: &dyn Machines,
    progress: &dyn Progress,
) -> Result<LayerResult, Error> {
    let model = plan.estimate();
    let (name, array) = (counted(plan.layer()), &plan.accelerator().array);
    let machine = match reading {
        Reading::Model => None,
        Reading::Machine(pace) => {
            let run = || machines.run(plan, pace);
            Some((progress.during(&name, model.cycles, run)?, pace))
        }
    };
    let (counters, control, cycles) = machine
        .map_or((model.counters, model.control, model.cycles), |(run, _)| {
            (run.counters, run.control, run.cycles)
        });
    let processing = |(run, _): (Run, Pace)| run.processing_cycles();
    Ok(LayerResult {
        layer: Layer::clone(plan.layer()),
        cycles,
        model_cycles: model.cycles,
        compute_cycles: machine.map_or(model.compute_cycles, |(_, pace)| plan.compute_cycles(pace)),
        processing_cycles: machine.map_or(model.compute_cycles, processing),
        lower_bound: model.lower_bound,
        busy: model.busy,
        utilization: counters.macs as f64 / (array.peak() * cycles as f64),
        active_pes: plan.active_pes(),
        active_lanes: plan.active_lanes(),
        stalls: machine.map_or_else(Stalls::default, |(run, _)| run.stalls),
        counters,
        memory: machine.and_then(|(run, _)| run.memory),
        dram_bytes: plan.dram_bytes(&counters, &control),
        dram_written: plan.dram_bytes(&written(&counters), &Control::default()),
        energy: plan.energy(cost, &counters, &control, cycles),
        least_energy: plan.least_energy(cost),
        mapping: LayerPlan::of(plan),
        bound_by: machine.map_or(model.bound_by, |(run, _)| {
            Bound::of_stalls(run.busy, &run.stalls)
        }),
    })
}

/// A layer's name with its size, for whoever waits.
fn counted(layer: &Layer) -> String {
    format!("{}: {} MACs", layer.name(), metric(layer.macs() as f64))
}

/// The counts without what is read from DRAM.
fn written(counters: &Counters) -> Counters {
    Counters {
        dram_read: PerOperand::default(),
        ..*counters
    }
}
