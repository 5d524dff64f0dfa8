//! Evaluates layers by model or machine, distinct ones once and in parallel.

use std::collections::HashMap;
use std::hash::Hash;

use crate::arch::{Accelerator, CostModel, DramKind, PerOperand};
use crate::sim::decoupled::{self, Control, Kernel, LayerSchedule, Wait, Waits};
use crate::sim::dram::Statistics;
use crate::sim::mapping_file::LayerMapping;
use crate::sim::{Bound, Counters, Energy, Mapping, Pace, dram_bits, estimate, run};
use crate::workloads::{Dim, Layer};
use rayon::prelude::*;

use crate::error::Error;
use crate::format::metric;
use crate::progress::Progress;
use crate::style::{Causes, Plan, Style};
use crate::target::Target;

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The analytical model.
    Model,
    /// The cycle-level machine.
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

/// One layer's answer.
#[derive(Clone, Debug)]
pub struct LayerResult {
    /// As the network has it.
    pub layer: Layer,
    /// Cycles of the array's clock, by whoever was asked.
    pub cycles: u64,
    /// What the model says.
    pub model_cycles: u64,
    /// Cycles from the first to the last MAC with memory never in the way, what drains included.
    pub compute_cycles: u64,
    /// Cycles less those in which the array waited for DRAM.
    pub processing_cycles: u64,
    /// Cycles that this mapping cannot go below.
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
    pub stalls: Causes,
    /// Words moved and MACs.
    pub counters: Counters,
    /// What the memory did, if it is a DRAM standard and the machine ran.
    pub memory: Option<Statistics>,
    /// Bytes that crossed the DRAM interface, packed as they are there.
    pub dram_bytes: f64,
    /// Those of them that are written.
    pub dram_written: f64,
    /// In picojoules.
    pub energy: Energy,
    /// What no mapping can go below.
    pub least_energy: Energy,
    /// What ran.
    pub mapping: Plan,
    /// What sets the time.
    pub bound_by: Bound,
}

impl LayerResult {
    /// All that it says, but for the mapping that it says it of.
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

/// What layers share that take the same.
pub fn key(target: &Target, layer: &Layer) -> impl Eq + Hash + use<> {
    // Mappings from a file go by the layer's name, so that equal shapes may differ.
    let name = target.has_file().then(|| layer.name().to_owned());
    let windows = (layer.rows(), layer.cols());
    (*layer.sizes(), windows, layer.zeros(), name)
}

/// Evaluates every layer; the order is the network's.
pub fn layers(
    target: &Target,
    style: Style,
    reading: Reading,
    progress: &dyn Progress,
) -> Result<Vec<LayerResult>, Error> {
    let cost = CostModel::of(&target.accelerator)?;
    let mut known = HashMap::new();
    let mut distinct = Vec::new();
    let indices: Vec<usize> = target
        .layers
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
            let result = match style {
                Style::Hardwired(dataflow) => {
                    evaluate(&target.mapping(layer, dataflow)?, &cost, reading, progress)
                }
                Style::Decoupled => {
                    evaluate_kernel(&target.kernel(layer)?, &cost, reading, progress)
                }
            };
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
    Ok(target.layers.iter().zip(indices).map(named).collect())
}

/// Evaluates one mapping.
pub fn evaluate(
    mapping: &Mapping,
    cost: &CostModel,
    reading: Reading,
    progress: &dyn Progress,
) -> LayerResult {
    let model = estimate(mapping);
    let accelerator = mapping.accelerator();
    let mut result = LayerResult {
        layer: Layer::clone(mapping.layer()),
        cycles: model.cycles,
        model_cycles: model.cycles,
        compute_cycles: model.compute_cycles,
        processing_cycles: model.compute_cycles,
        lower_bound: model.lower_bound,
        busy: model.busy,
        utilization: 0.0,
        active_pes: mapping.active_pes(),
        active_lanes: active_lanes(mapping),
        stalls: Causes::default(),
        counters: model.counters,
        memory: None,
        dram_bytes: dram_bits(mapping, &model.counters) / 8.0,
        dram_written: dram_bits(mapping, &written(&model.counters)) / 8.0,
        energy: Energy::default(),
        least_energy: Energy::least(mapping, cost),
        mapping: Plan::Mapping(Box::new(LayerMapping::of(mapping))),
        bound_by: model.bound_by,
    };
    if let Reading::Machine(pace) = reading {
        let name = &counted(mapping.layer());
        let machine = progress.during(name, model.cycles, || run(mapping, pace, &mut ()));
        result.cycles = machine.cycles;
        result.compute_cycles = compute_cycles(mapping, pace);
        result.stalls = machine.stalls.into();
        result.memory = machine.memory;
        result.processing_cycles = machine.processing_cycles();
        result.counters = machine.counters;
        result.bound_by = Bound::of_stalls(machine.busy, &machine.stalls);
    }
    let array = &accelerator.array;
    let peak = u64::from(array.rows) * u64::from(array.cols) * u64::from(array.lanes);
    result.utilization = result.counters.macs as f64 / (peak as f64 * result.cycles as f64);
    result.energy = Energy::of(mapping, cost, &result.counters, result.cycles);
    result
}

/// Evaluates one kernel.
pub fn evaluate_kernel(
    kernel: &Kernel,
    cost: &CostModel,
    reading: Reading,
    progress: &dyn Progress,
) -> LayerResult {
    let model = decoupled::estimate(kernel);
    let (counters, mut control) = (model.counters, model.control);
    let mut result = LayerResult {
        layer: Layer::clone(kernel.layer()),
        cycles: model.cycles,
        model_cycles: model.cycles,
        compute_cycles: model.compute_cycles,
        processing_cycles: model.compute_cycles,
        lower_bound: model.lower_bound,
        busy: model.busy,
        utilization: 0.0,
        active_pes: kernel.active_pes(),
        active_lanes: kernel
            .layer()
            .size(Dim::C)
            .min(kernel.accelerator().array.lanes.into()),
        stalls: Causes::default(),
        counters,
        memory: None,
        dram_bytes: 0.0,
        dram_written: 0.0,
        energy: Energy::default(),
        least_energy: decoupled::least_energy(kernel, cost),
        mapping: Plan::Schedule(LayerSchedule::of(kernel)),
        bound_by: bound(
            model.busy,
            model.compute_cycles.saturating_sub(model.busy),
            model.cycles.saturating_sub(model.compute_cycles),
        ),
    };
    if let Reading::Machine(pace) = reading {
        let name = &counted(kernel.layer());
        let machine = progress.during(name, model.cycles, || decoupled::run(kernel, pace, &mut ()));
        result.cycles = machine.cycles;
        result.counters = machine.counters;
        result.memory = machine.memory;
        control = machine.control;
        let memory = memory_cycles(&machine.waits);
        let others = machine.waits.total() - memory;
        result.processing_cycles = machine.cycles - memory;
        result.bound_by = bound(machine.busy, others, memory);
        result.stalls = machine.waits.into();
    }
    let array = &kernel.accelerator().array;
    let peak = kernel.active_pes() * u64::from(array.lanes);
    result.utilization = result.counters.macs as f64 / (peak as f64 * result.cycles as f64);
    result.dram_bytes = decoupled::dram_bytes(kernel, &result.counters, &control);
    let written = written(&result.counters);
    result.dram_written = decoupled::dram_bytes(kernel, &written, &Control::default());
    result.energy = decoupled::energy(kernel, cost, &result.counters, &control, result.cycles);
    result
}

/// A layer's name with its size, for whoever waits.
fn counted(layer: &Layer) -> String {
    format!("{}: {} MACs", layer.name(), metric(layer.macs() as f64))
}

/// Lanes of a PE that take a channel each: of those that it holds side by side, or of those of a beat.
fn active_lanes(mapping: &Mapping) -> u64 {
    let channels = if mapping.dataflow().beats.contains(&Dim::C) {
        mapping.layer().size(Dim::C)
    } else {
        mapping.tiling().local[Dim::C]
    };
    channels.min(mapping.accelerator().array.lanes.into())
}

/// The counts without what is read from DRAM.
fn written(counters: &Counters) -> Counters {
    Counters {
        dram_read: PerOperand::default(),
        ..*counters
    }
}

fn memory_cycles(waits: &Waits) -> u64 {
    let causes = waits
        .iter()
        .filter(|(cause, _): &(Wait, u64)| cause.is_memory());
    causes.map(|(_, cycles)| cycles).sum()
}

/// What sets the time: products, what else the compute unit does, or memory.
fn bound(products: u64, others: u64, memory: u64) -> Bound {
    if memory > products && memory > others {
        Bound::Dram
    } else if others > products {
        Bound::Ramp
    } else {
        Bound::Compute
    }
}

/// Cycles from the array's first work until its last result is at the network, on the same machine
/// with memory never in the way.
fn compute_cycles(mapping: &Mapping, pace: Pace) -> u64 {
    let mut ideal = Accelerator::clone(mapping.accelerator());
    ideal.dram.kind = DramKind::Ideal;
    let way = u64::from(ideal.networks.psum_out.latency).max(1);
    let (layer, dataflow) = (mapping.layer().clone(), mapping.dataflow().clone());
    let same = Mapping::new(layer, ideal, dataflow, *mapping.tiling())
        .expect("DRAM has no part in whether a mapping is legal");
    let machine = run(&same, pace, &mut ());
    machine.last_result - way - machine.first_work
}
