//! Changes of the command line that could widen a bottleneck.

use std::fmt::{Display, Formatter};

use crate::arch::dram::{Standard, presets};
use crate::arch::{
    Accelerator, Decoupled, DramKind, LoadOrder, Operand, Passes, Ports, ResidentLoad, RowOrder,
};

use crate::advice::Bottleneck;
use crate::sim::Dataflow;

/// A change, as it is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `--set path=value`.
    Set {
        /// The field's path.
        path: String,
        /// Its new value.
        value: String,
    },
    /// `--batch N`.
    Batch(u64),
    /// `--dataflow D`.
    Dataflow(String),
}

impl Change {
    fn set(path: impl Into<String>, value: impl Display) -> Self {
        Change::Set {
            path: path.into(),
            value: value.to_string(),
        }
    }

    /// The flag and its value.
    pub fn flags(&self) -> [String; 2] {
        match self {
            Change::Set { path, value } => ["--set".to_owned(), format!("{path}={value}")],
            Change::Batch(images) => ["--batch".to_owned(), images.to_string()],
            Change::Dataflow(name) => ["--dataflow".to_owned(), name.clone()],
        }
    }
}

impl Display for Change {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.flags().join(" "))
    }
}

/// What the command line says now.
pub struct Present<'a> {
    /// The accelerator.
    pub accelerator: &'a Accelerator,
    /// The dataflow, if a sequencer runs one.
    pub dataflow: Option<&'a Dataflow>,
    /// Images a run.
    pub batch: u64,
}

/// What could widen a bottleneck on this machine.
pub fn changes(bottleneck: Bottleneck, present: &Present<'_>) -> Vec<Change> {
    let a = present.accelerator;
    let n = &a.networks;
    let widen = |network: &str, width: u32| {
        vec![Change::set(
            format!("networks.{network}.words_per_cycle"),
            2 * u64::from(width),
        )]
    };
    match (bottleneck, &a.decoupled) {
        (Bottleneck::Work, None) => [array(a), dataflows(present)].concat(),
        (Bottleneck::Work, Some(d)) => {
            let mut changes = vec![Change::set("array.lanes", 2 * u64::from(a.array.lanes))];
            changes.extend(array(a));
            if d.gemm.interval > 1 {
                changes.push(Change::set("decoupled.gemm.interval", 1));
            }
            changes
        }
        (Bottleneck::Dram, None) => {
            let mut changes = memory(a);
            changes.push(batch(present));
            changes.extend(buffers(a));
            changes.extend(dataflows(present));
            changes
        }
        (Bottleneck::Dram, Some(d)) => {
            let mut changes = engine(d);
            changes.extend(memory(a));
            changes.push(batch(present));
            changes.extend(buffers(a));
            changes
        }
        (Bottleneck::Network(Operand::Input), _) => widen("input", n.input.words_per_cycle),
        (Bottleneck::Network(Operand::Weight), _) => {
            let mut changes = widen("weight", n.weight.words_per_cycle);
            changes.push(batch(present));
            changes
        }
        (Bottleneck::Network(Operand::Output), _) => widen("psum_in", n.psum_in.words_per_cycle),
        (Bottleneck::PsumOut, _) => widen("psum_out", n.psum_out.words_per_cycle),
        (Bottleneck::Banks, _) => banks(a),
        (Bottleneck::Delivery, _) => delivery(a),
        (Bottleneck::Ramp, None) => [ramp(present), dataflows(present)].concat(),
        (Bottleneck::Ramp, Some(d)) => engine(d),
        (Bottleneck::Core, Some(d)) => [alu(d), issue(d), engine(d)].concat(),
        (Bottleneck::Alu, Some(d)) => alu(d),
        (Bottleneck::Issue, Some(d)) => issue(d),
        (Bottleneck::Instructions, Some(d)) => vec![
            Change::set("decoupled.fetch", 2 * u64::from(d.fetch)),
            Change::set("decoupled.micro_op_kib", kib(2 * d.micro_op_bytes)),
        ],
        // Nothing of these is a field of the machine.
        (Bottleneck::Reset, _)
        | (
            Bottleneck::Core | Bottleneck::Alu | Bottleneck::Issue | Bottleneck::Instructions,
            None,
        ) => Vec::new(),
    }
}

/// What could move fewer words, whatever cycles go by.
pub(super) fn frugal(present: &Present<'_>) -> Vec<Change> {
    let mut changes = vec![batch(present)];
    changes.extend(dataflows(present));
    changes.extend(buffers(present.accelerator));
    changes
}

fn array(a: &Accelerator) -> Vec<Change> {
    vec![
        Change::set("array.cols", 2 * u64::from(a.array.cols)),
        Change::set("array.rows", 2 * u64::from(a.array.rows)),
    ]
}

fn dataflows(present: &Present<'_>) -> Vec<Change> {
    let offered = present.accelerator.dataflows.iter();
    let now = present.dataflow.map(|dataflow| &*dataflow.name);
    let others = offered.filter(|name| Some(name.as_str()) != now);
    others.map(|name| Change::Dataflow(name.clone())).collect()
}

/// More images at a time share the weights.
fn batch(present: &Present<'_>) -> Change {
    Change::Batch(4 * present.batch)
}

fn memory(a: &Accelerator) -> Vec<Change> {
    match &a.dram.kind {
        DramKind::Ideal => Vec::new(),
        DramKind::Bandwidth {
            words_per_cycle, ..
        } => vec![Change::set(
            "dram.words_per_cycle",
            2 * u64::from(*words_per_cycle),
        )],
        DramKind::Standard(standard) => faster(standard)
            .map(|name| Change::set("dram.kind", name))
            .into_iter()
            .collect(),
    }
}

/// The bundled standard with the least peak of those at least half as fast again.
fn faster(standard: &Standard) -> Option<&'static str> {
    let peak = |s: &Standard| s.peak_bytes_per_cycle() / f64::from(s.clock().0);
    let wanted = 1.5 * peak(standard);
    let all = presets::names().filter_map(|name| Some((name, peak(&Standard::preset(name).ok()?))));
    let enough = all.filter(|(_, peak)| *peak >= wanted);
    enough
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(name, _)| name)
}

/// A faster ALU.
fn alu(d: &Decoupled) -> Vec<Change> {
    let fields = [
        ("immediate", d.alu.immediate, 1),
        ("tensor", d.alu.tensor, 1),
        ("loop_overhead", d.alu.loop_overhead, 0),
    ];
    lowered(&fields, "decoupled.alu")
}

/// Instructions that cost less beside their work.
fn issue(d: &Decoupled) -> Vec<Change> {
    let fields = [
        ("sync", d.sync, 1),
        ("gemm.loop_overhead", d.gemm.loop_overhead, 0),
        ("alu.loop_overhead", d.alu.loop_overhead, 0),
    ];
    lowered(&fields, "decoupled")
}

/// Fields that could be less, at their least.
fn lowered(fields: &[(&str, u32, u32)], prefix: &str) -> Vec<Change> {
    let high = fields.iter().filter(|(_, cycles, least)| cycles > least);
    high.map(|(field, _, least)| Change::set(format!("{prefix}.{field}"), least))
        .collect()
}

/// The way of a decoupled machine to memory.
fn engine(d: &Decoupled) -> Vec<Change> {
    let mut changes = Vec::new();
    if d.memory.rows == RowOrder::OneByOne {
        changes.push(Change::set("decoupled.memory.rows", "overlapped"));
    }
    if d.memory.cache_bytes > 0 {
        let larger = kib(2 * d.memory.cache_bytes);
        changes.push(Change::set("decoupled.memory.cache_kib", larger));
    }
    let wider = 2 * u64::from(d.memory.bus.0);
    changes.push(Change::set("decoupled.memory.bus_bits", wider));
    changes
}

/// A buffer of one part may be written as such, or as a list of one: the path that a file has not is
/// refused when the change is tried.
fn parts(a: &Accelerator, field: &str) -> Vec<(usize, String)> {
    let partitions = &a.global_buffer.partitions;
    let all =
        (0..partitions.len()).map(|at| (at, format!("global_buffer.partitions.{at}.{field}")));
    let whole = (partitions.len() == 1).then(|| (0, format!("global_buffer.{field}")));
    whole.into_iter().chain(all).collect()
}

fn buffers(a: &Accelerator) -> Vec<Change> {
    let partitions = &a.global_buffer.partitions;
    let larger = parts(a, "kib");
    let larger = larger
        .into_iter()
        .map(|(at, path)| Change::set(path, kib(2 * partitions[at].bytes)));
    let twofold = parts(a, "double_buffered").into_iter();
    let twofold = twofold.filter(|(at, _)| !partitions[*at].double_buffered);
    let twofold = twofold.map(|(_, path)| Change::set(path, true));
    // A decoupled machine's halves are the schedule's.
    let twofold = twofold.filter(|_| a.decoupled.is_none());
    larger.chain(twofold).collect()
}

fn banks(a: &Accelerator) -> Vec<Change> {
    let mut changes = Vec::new();
    for (at, partition) in a.global_buffer.partitions.iter().enumerate() {
        let Some(banks) = partition.banks else {
            continue;
        };
        let own = |field: &str| {
            let paths = parts(a, &format!("banks.{field}")).into_iter();
            paths.filter(move |(of, _)| *of == at).map(|(_, path)| path)
        };
        if banks.ports == Ports::One {
            changes.extend(own("ports").map(|path| Change::set(path, "read_write")));
        }
        changes.extend(own("count").map(|path| Change::set(path, 2 * u64::from(banks.count))));
        changes.extend(own("bits").map(|path| Change::set(path, 2 * u64::from(banks.width.0))));
    }
    changes
}

fn delivery(a: &Accelerator) -> Vec<Change> {
    let Some(delivery) = a.global_buffer.delivery else {
        return Vec::new();
    };
    let wider = 2 * u64::from(delivery.words_per_cycle);
    vec![
        Change::set("global_buffer.delivery.words_per_cycle", wider),
        Change::set("global_buffer.delivery.words", 2 * delivery.words),
    ]
}

/// What makes passes longer, or lets them overlap.
fn ramp(present: &Present<'_>) -> Vec<Change> {
    let a = present.accelerator;
    let mut changes = Vec::new();
    if a.array.passes != Passes::Overlapped {
        changes.push(Change::set("array.passes", "overlapped"));
    }
    if a.array.resident_load == ResidentLoad::ShiftIn {
        changes.push(Change::set("array.resident_load", "network"));
    }
    if a.array.load_order == LoadOrder::ResidentFirst {
        changes.push(Change::set("array.load_order", "parallel"));
    }
    let stays = |operand: &Operand| present.dataflow.is_some_and(|d| d.is_resident(*operand));
    let resident = Operand::ALL.into_iter().find(stays);
    let resident = resident.unwrap_or(Operand::Weight);
    if !a.scratchpads[resident].double_buffered {
        let path = format!("scratchpads.{resident}.double_buffered");
        changes.push(Change::set(path, true));
    }
    for (field, cycles) in [
        ("pass_overhead", a.array.pass_overhead),
        ("corner_overhead", a.array.corner_overhead),
    ] {
        if cycles > 0 {
            changes.push(Change::set(format!("array.{field}"), 0));
        }
    }
    changes.push(batch(present));
    changes
}

/// Bytes as a file has them, in KiB.
fn kib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arch::presets;
    use crate::sim::Stall;

    /// What a preset can wait for.
    fn bottlenecks(a: &Accelerator) -> Vec<Bottleneck> {
        let has_banks = a.global_buffer.partitions.iter().any(|p| p.banks.is_some());
        let is_there = |bottleneck: &Bottleneck| match bottleneck {
            Bottleneck::Dram => !matches!(a.dram.kind, DramKind::Ideal),
            Bottleneck::Banks => has_banks,
            Bottleneck::Delivery => a.global_buffer.delivery.is_some(),
            // The length of a reset is that of its sums.
            Bottleneck::Reset => false,
            _ => true,
        };
        let all: Vec<Bottleneck> = match a.decoupled {
            None => Stall::OF_SEQUENCER.map(Bottleneck::of_stall).to_vec(),
            Some(_) => Stall::OF_INSTRUCTIONS.map(Bottleneck::of_stall).to_vec(),
        };
        let all = all.into_iter().chain([Bottleneck::Work]);
        all.filter(is_there).collect()
    }

    #[test]
    fn every_cause_of_every_preset_has_a_change_that_the_machine_takes() {
        for name in presets::names() {
            let accelerator = Accelerator::preset(name, &[]).expect("a preset");
            let first = accelerator.dataflows.first();
            let dataflow = first.and_then(|name| Dataflow::find(name));
            let present = Present {
                accelerator: &accelerator,
                dataflow,
                batch: 1,
            };
            for bottleneck in bottlenecks(&accelerator) {
                let tried = changes(bottleneck, &present);
                let is_taken = |change: &Change| match change {
                    Change::Set { path, value } => {
                        Accelerator::preset(name, &[(path.as_str(), value.as_str())]).is_ok()
                    }
                    Change::Batch(_) | Change::Dataflow(_) => true,
                };
                assert!(
                    tried.iter().any(is_taken),
                    "{name}: nothing for {bottleneck:?} of {tried:?}"
                );
            }
        }
    }
}
