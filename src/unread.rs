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

use crate::arch::{Accelerator, Constants, CostModel, DramKind};
use crate::control;
use crate::sim::Dataflow;
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
pub(crate) fn read(accelerator: Accelerator, flows: Flows<'_>) -> Option<(Accelerator, CostModel)> {
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
    let running = flows.of(&a);
    control::of(&a).keep_what_is_read(&mut a, &running)?;
    Some((a, cost))
}

/// Whether fields of this name are read on this kind of machine at all.
fn is_read(all: &Accelerator, path: &str) -> bool {
    let is_bus = [
        "dram.clock_mhz",
        "dram.words_per_cycle",
        "dram.latency",
        "dram.word_bits",
    ];
    let has_bus = matches!(all.dram.kind, DramKind::Bandwidth { .. });
    control::of(all).reads(path) && (has_bus || !is_bus.contains(&path)) && !is_source(path)
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
    } else if let Some(why) = control::of(all).why_unread(all, path) {
        why
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
