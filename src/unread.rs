//! Overrides that change nothing, since another field leaves them without meaning.
//!
//! ```text
//! for each override: is what is read the same without it, though the value is not the old one?
//! ```
//!
//! What is read is compared, and not a list of fields: a field that becomes meaningless, or begins to
//! matter, is found by itself. The little that a machine holds and does not read is named in
//! [`read`].

use serde_json::Value;
use stationary::arch::{Accelerator, CostModel, DramKind};
use stationary_document::from_yaml;

/// The overrides that change nothing of what `read` makes of them, each with why. `all` is the
/// accelerator with all of them.
pub fn idle<T: PartialEq>(
    all: &Accelerator,
    sets: &[(&str, &str)],
    read: impl Fn(&[(&str, &str)]) -> Option<T>,
) -> Vec<String> {
    if sets.is_empty() {
        return Vec::new();
    }
    let with = read(sets);
    let yaml = all.to_yaml();
    let written: Option<Value> = from_yaml("the accelerator", &yaml).ok();
    let mut idle = Vec::new();
    for (at, (path, value)) in sets.iter().enumerate() {
        let others: Vec<_> = [&sets[..at], &sets[at + 1..]].concat();
        // An accelerator that is wrong without the override has a use for it.
        let is_same = with.is_some() && read(&others) == with;
        let has_value = written.as_ref().is_some_and(|w| holds(w, path, value));
        let is_repeated = sets[at + 1..].iter().any(|(later, _)| later == path);
        // The value that a field has anyway is no mistake, unless nothing reads the field.
        if is_same && (is_repeated || !has_value || !is_read(all, path)) {
            let why = reason(all, path, is_repeated);
            idle.push(format!(
                "--set {path}={value}: it changes nothing, as {why}"
            ));
        }
    }
    idle
}

/// What of an accelerator is read by the model, the machine and the costs: two that are equal in it
/// give the same answers.
pub fn read(accelerator: Accelerator) -> Option<(Accelerator, CostModel)> {
    let cost = CostModel::of(&accelerator).ok()?;
    let mut a = accelerator;
    if !matches!(a.dram.kind, DramKind::Bandwidth { .. }) {
        a.dram.clock = a.clock;
    }
    if matches!(a.dram.kind, DramKind::Standard(_)) {
        a.dram.word = a.precision.input;
    }
    if a.decoupled.is_some() {
        let other = Accelerator::preset("vta", &[]).ok()?;
        a.networks = other.networks;
        a.sequencer = other.sequencer;
        a.scratchpads = other.scratchpads;
        let (rows, cols, lanes) = (a.array.rows, a.array.cols, a.array.lanes);
        let (im2col, zero_gating) = (a.array.im2col, a.array.zero_gating);
        a.array = other.array;
        (a.array.rows, a.array.cols, a.array.lanes) = (rows, cols, lanes);
        (a.array.im2col, a.array.zero_gating) = (im2col, zero_gating);
    }
    Some((a, cost))
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
    ];
    let is_bus = ["dram.clock_mhz", "dram.words_per_cycle", "dram.latency"];
    let has_bus = matches!(all.dram.kind, DramKind::Bandwidth { .. });
    !(all.decoupled.is_some() && is_control.iter().any(|start| path.starts_with(start)))
        && (has_bus || !is_bus.contains(&path))
}

fn reason(all: &Accelerator, path: &str, is_repeated: bool) -> String {
    let kind = match &all.dram.kind {
        DramKind::Ideal => "ideal",
        DramKind::Bandwidth { .. } => "bandwidth",
        DramKind::Standard(standard) => standard.name(),
    };
    if is_repeated {
        "a later --set gives the same field".to_owned()
    } else if path.starts_with("dram.") {
        format!("dram.kind is `{kind}`, which has no such setting")
    } else if all.decoupled.is_some() {
        format!("instructions control {}, and it has no such part", all.name)
    } else {
        format!("another field of {} leaves it without meaning", all.name)
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
        let found = idle(&all, sets, |sets| read(make(sets)?));
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
        // No cycle depends on it there, but its area does.
        check("vta", &[("networks.input.words_per_cycle", "999")], &[]);
        check("eyeriss", &[("clock_mhz", "250")], &[]);
        check("eyeriss", &[("networks.input.words_per_cycle", "8")], &[]);
    }
}
