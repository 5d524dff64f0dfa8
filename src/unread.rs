//! Overrides that change nothing, since another field leaves them without meaning.
//!
//! ```text
//! for each override: is what is read the same without it, though the value is not the old one?
//! ```
//!
//! What is read is compared, and not a list of fields: a field that becomes meaningless, or begins to
//! matter, is found by itself. The little that a machine holds and does not read is named in
//! `read`; `oracle.rs` tries every field of every preset. What is read and still changes no figure of
//! a run is found by `tried.rs`.

#[cfg(test)]
mod oracle;
pub mod tried;

use crate::arch::{
    Accelerator, Constants, CostModel, Drain, DramKind, Operand, Padding, ResidentLoad, Skew,
    Strides, Topology,
};
use crate::sim::Dataflow;
use crate::workloads::Dim;
use serde_json::Value;
use stationary_document::from_yaml;

/// Which of the dataflows that an accelerator offers may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flows<'a> {
    /// Each.
    All,
    /// The first.
    First,
    /// The one of this name.
    Named(&'a str),
    /// These alone.
    Own(&'a [Dataflow]),
    /// Those of a file of mappings: each that the accelerator offers, and these.
    Mapped(&'a [Dataflow]),
}

impl<'a> Flows<'a> {
    fn of(self, a: &Accelerator) -> Vec<&'a Dataflow> {
        let offered = a.dataflows.iter().map(String::as_str);
        let (names, own): (Vec<&str>, &'a [Dataflow]) = match self {
            Flows::All => (offered.collect(), &[]),
            Flows::First => (offered.take(1).collect(), &[]),
            Flows::Named(name) => (vec![name], &[]),
            Flows::Own(own) => (Vec::new(), own),
            Flows::Mapped(own) => (offered.collect(), own),
        };
        let bundled = names.into_iter().filter_map(Dataflow::find);
        let bundled = bundled.map(|dataflow| -> &'a Dataflow { dataflow });
        bundled.chain(own).collect()
    }
}

/// The overrides that change nothing of what is read where these dataflows run, each with why. `all`
/// is the accelerator with all of them, `make` one with some.
pub fn idle(
    all: &Accelerator,
    sets: &[(&str, &str)],
    flows: Flows<'_>,
    make: impl Fn(&[(&str, &str)]) -> Option<Accelerator>,
) -> Vec<String> {
    if sets.is_empty() {
        return Vec::new();
    }
    let with = read(all.clone(), flows);
    let yaml = all.to_yaml();
    let written: Option<Value> = from_yaml("the accelerator", &yaml).ok();
    let mut idle = Vec::new();
    for (at, (path, value)) in sets.iter().enumerate() {
        let others: Vec<_> = [&sets[..at], &sets[at + 1..]].concat();
        // An accelerator that is wrong without the override has a use for it.
        let Some(without) = make(&others) else {
            continue;
        };
        let is_equal = without == *all;
        if with.is_none() || read(without, flows) != with {
            continue;
        }
        let has_value = written.as_ref().is_some_and(|w| holds(w, path, value));
        let is_repeated = sets[at + 1..].iter().any(|(later, _)| later == path);
        // The value that a field has anyway is no mistake, unless nothing reads the field.
        let is_default = is_equal && (has_value || path.starts_with("cost."));
        if is_repeated || !is_default || !is_read(all, path) {
            let why = reason(all, path, flows, is_repeated);
            idle.push(format!(
                "--set {path}={value}: it changes nothing, as {why}"
            ));
        }
    }
    idle
}

/// What of an accelerator is read by the model, the machine and the costs: two that are equal in it
/// give the same answers where these dataflows run.
fn read(accelerator: Accelerator, flows: Flows<'_>) -> Option<(Accelerator, CostModel)> {
    let cost = CostModel::of(&accelerator).ok()?;
    let mut a = accelerator;
    // They are read by what they price.
    a.cost = Constants::default();
    if !matches!(a.dram.kind, DramKind::Bandwidth { .. }) {
        a.dram.clock = a.clock;
        a.dram.word = a.precision.input;
    }
    if matches!(a.dram.kind, DramKind::Standard(_)) {
        // Its data lines go both ways.
        a.dram.duplex = false;
    }
    if a.decoupled.is_some() {
        instructed(&mut a)?;
    } else {
        let running = flows.of(&a);
        sequenced(&mut a, &running);
    }
    Some((a, cost))
}

/// Leaves out what only a sequencer reads. Of the array that is what stands here, so that a field which is
/// added counts as read until it is known not to be.
fn instructed(a: &mut Accelerator) -> Option<()> {
    let other = Accelerator::preset("vta", &[]).ok()?;
    a.networks = other.networks;
    a.sequencer = other.sequencer;
    a.scratchpads = other.scratchpads;
    let (array, none) = (&mut a.array, other.array);
    array.mac_latency = none.mac_latency;
    array.passes = none.passes;
    array.resident_load = none.resident_load;
    array.load_order = none.load_order;
    array.skew = none.skew;
    array.psum_hop = none.psum_hop;
    array.drain = none.drain;
    array.pass_overhead = none.pass_overhead;
    array.corner_overhead = none.corner_overhead;
    array.im2col = none.im2col;
    array.zero_gating = none.zero_gating;
    a.dram.arbitration = other.dram.arbitration;
    a.dram.run_length = None;
    a.zeros = other.zeros;
    let buffer = &mut a.global_buffer;
    buffer.padding = other.global_buffer.padding;
    buffer.strides = other.global_buffer.strides;
    buffer.channel_atom = other.global_buffer.channel_atom;
    buffer.delivery = None;
    for partition in &mut buffer.partitions {
        // A schedule's threads share the buffers out.
        partition.double_buffered = false;
        partition.banks = None;
    }
    Some(())
}

/// Leaves out what none of these dataflows reads.
fn sequenced(a: &mut Accelerator, flows: &[&Dataflow]) {
    let stays = |operand| flows.iter().filter(move |flow| flow.is_resident(operand));
    let outputs_stay = stays(Operand::Output).count();
    let weights_always_stay = stays(Operand::Weight).count() == flows.len();
    let networks = &mut a.networks;
    // Sums come in from above whatever the network is built as; its wires are those of the way out.
    networks.psum_in.topology = Topology::Systolic;
    if weights_always_stay && networks.input.topology == Topology::Systolic {
        networks.weight.topology = Topology::Systolic;
    }
    let edges = [networks.input.topology, networks.weight.topology];
    let is_systolic = edges.contains(&Topology::Systolic);
    if !is_systolic {
        a.array.skew = Skew::default();
    }
    if !is_systolic || outputs_stay == flows.len() {
        a.array.psum_hop = 1;
    }
    if outputs_stay == 0 {
        a.array.drain = Drain::default();
    }
    if outputs_stay == flows.len() {
        a.array.resident_load = ResidentLoad::default();
    }
    let is_packed = a.dram.run_length.is_some();
    if !is_packed {
        (a.zeros.weight, a.zeros.output) = (0, 0);
    }
    if !is_packed && !a.array.zero_gating {
        a.zeros.input = 0;
    }
    if a.array.im2col {
        // What is unfolded has neither.
        (a.global_buffer.padding, a.global_buffer.strides) =
            (Padding::default(), Strides::default());
    }
    // Products, which unfolded convolutions are, have one tap and one column of outputs.
    let is_one = |dim: Dim| a.array.im2col && matches!(dim, Dim::R | Dim::S | Dim::Q);
    let unrolled = |dims: fn(&Dataflow) -> &[Dim]| -> Vec<Dim> {
        let dims = flows.iter().flat_map(|flow| dims(flow));
        dims.copied().filter(|dim| !is_one(*dim)).collect()
    };
    let [rows, cols] = [unrolled(|flow| &flow.rows), unrolled(|flow| &flow.cols)];
    limit(&mut a.sequencer.rows, &rows);
    limit(&mut a.sequencer.cols, &cols);
}

/// Leaves out dimensions that no dataflow unrolls, and a limit that allows all that are.
fn limit(allowed: &mut Option<String>, unrolled: &[Dim]) {
    let Some(letters) = allowed else {
        return;
    };
    let mut kept: Vec<char> = letters.chars().collect();
    let is_unrolled = |letter: &char| {
        let mut dims = unrolled.iter();
        dims.any(|dim| dim.name().starts_with(*letter))
    };
    kept.retain(is_unrolled);
    kept.sort_unstable();
    kept.dedup();
    let has_all = unrolled
        .iter()
        .all(|dim| kept.iter().any(|letter| dim.name().starts_with(*letter)));
    *allowed = (!has_all).then(|| kept.into_iter().collect());
}

/// Whether fields of this name are read on this kind of machine at all.
fn is_read(all: &Accelerator, path: &str) -> bool {
    let is_control = [
        "networks.",
        "sequencer.",
        "scratchpads.",
        "array.passes",
        "array.psum_hop",
        "array.skew",
        "array.drain",
        "array.resident_load",
        "array.load_order",
        "array.pass_overhead",
        "array.corner_overhead",
        "array.im2col",
        "array.zero_gating",
        "dram.arbitration",
        "dram.run_length",
        "zeros.",
        "global_buffer.padding",
        "global_buffer.strides",
        "global_buffer.channel_atom",
        "global_buffer.delivery",
    ];
    let is_bus = [
        "dram.clock_mhz",
        "dram.words_per_cycle",
        "dram.latency",
        "dram.word_bits",
    ];
    let has_bus = matches!(all.dram.kind, DramKind::Bandwidth { .. });
    let has_sequencer = all.decoupled.is_none();
    let is_sequenced = is_control.iter().any(|start| path.starts_with(start));
    (has_sequencer || !is_sequenced) && (has_bus || !is_bus.contains(&path)) && !is_source(path)
}

fn is_source(path: &str) -> bool {
    path == "source" || path.ends_with(".source")
}

fn reason(all: &Accelerator, path: &str, flows: Flows<'_>, is_repeated: bool) -> String {
    let name = &all.name;
    let kind = match &all.dram.kind {
        DramKind::Ideal => "ideal",
        DramKind::Bandwidth { .. } => "bandwidth",
        DramKind::Standard(standard) => standard.name(),
    };
    let running: Vec<&str> = flows.of(all).iter().map(|flow| &*flow.name).collect();
    if is_repeated {
        "a later --set gives the same field".to_owned()
    } else if is_source(path) {
        "where figures are from is for the reader of the file".to_owned()
    } else if path.starts_with("cost.") {
        format!("it prices nothing that {name} has")
    } else if all.decoupled.is_some() && !path.starts_with("decoupled.") && is_bus_free(path) {
        format!("instructions control {name}, and it has no such part")
    } else if path.starts_with("dram.") {
        format!("dram.kind is `{kind}`, which has no such setting")
    } else if running.is_empty() {
        format!("another field of {name} leaves it without meaning")
    } else {
        format!(
            "another field of {name}, or the dataflow ({}), leaves it without meaning",
            running.join(", ")
        )
    }
}

/// Whether what makes a field meaningless is not the kind of DRAM.
fn is_bus_free(path: &str) -> bool {
    !path.starts_with("dram.") || path == "dram.arbitration" || path.starts_with("dram.run_length")
}

/// Whether the field at a path has a value.
fn holds(tree: &Value, path: &str, value: &str) -> bool {
    let found = path.split('.').try_fold(tree, |tree, name| match tree {
        Value::Array(elements) => elements.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    });
    let Some(found) = found else {
        return false;
    };
    let Ok(wanted) = from_yaml::<Value>("--set", value) else {
        return false;
    };
    match (found.as_f64(), wanted.as_f64()) {
        (Some(found), Some(wanted)) => found == wanted,
        _ => *found == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(preset: &str, sets: &[(&str, &str)], expected: &[&str]) {
        let make = |sets: &[(&str, &str)]| Accelerator::preset(preset, sets).ok();
        let all = make(sets).expect("the overrides are right");
        let found = idle(&all, sets, Flows::First, make);
        assert_eq!(found.len(), expected.len(), "{preset} {sets:?}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(&format!("--set {expected}: ")), "{found}");
        }
    }

    #[test]
    fn what_another_field_makes_meaningless_is_told() {
        let ddr = ("dram.kind", "ddr4-2400");
        check("systolic", &[ddr], &[]);
        check(
            "systolic",
            &[ddr, ("dram.words_per_cycle", "64")],
            &["dram.words_per_cycle=64"],
        );
        check(
            "systolic",
            &[("dram.latency", "99"), ("dram.kind", "ideal")],
            &["dram.latency=99"],
        );
        check(
            "systolic",
            &[ddr, ("dram.clock_mhz", "123")],
            &["dram.clock_mhz=123"],
        );
        check("vta", &[("array.psum_hop", "7")], &["array.psum_hop=7"]);
        check(
            "systolic",
            &[("array.rows", "8"), ("array.rows", "32")],
            &["array.rows=8"],
        );
    }

    #[test]
    fn what_matters_and_what_is_so_already_is_not() {
        check("systolic", &[("dram.words_per_cycle", "64")], &[]);
        check("systolic", &[("array.rows", "16")], &[]);
        check("systolic", &[("global_buffer.kib", "64")], &[]);
        check("vta", &[("array.cols", "32")], &[]);
        check("vta", &[("array.mac_interval", "4")], &[]);
        // No cycle depends on it there, but its area does.
        check("vta", &[("networks.input.words_per_cycle", "999")], &[]);
        check("eyeriss", &[("clock_mhz", "250")], &[]);
        check("eyeriss", &[("networks.input.words_per_cycle", "8")], &[]);
    }
}
