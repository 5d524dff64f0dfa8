//! Every field of every preset, changed and tried.
//!
//! ```text
//! for each preset, memory, field and other value of it:
//!     nothing of any result is other, by model and machine, on any layer  =>  the override is told of
//!     something is                                                        =>  it is not
//! ```

use crate::arch::{Accelerator, ArchError, CostModel, presets};
use crate::sim::{Dataflow, Pace, Plan, decoupled, mapper};
use crate::workloads::{Layer, Zeros, parse_with_notes};
use rayon::prelude::*;
use serde_json::Value;
use stationary_document::from_yaml;

use crate::evaluate::{LayerResult, Reading, evaluate};

use super::tried::whole;
use super::{Flows, idle};

const PROBES: &str = "
name: probes
layers:
  - {name: first, conv: {input: 23, channels: [3, 24], kernel: 3, stride: 2, pad: 1}}
  - {name: kernel, conv: {input: 12, channels: [40, 72], kernel: 3, pad: 1}}
  - {name: depthwise, depthwise: {input: 12, channels: 40, kernel: 3, pad: 1}}
  - {name: point, conv: {input: 14, channels: [150, 280], kernel: 1}}
  - {name: product, matmul: {m: 70, n: 530, k: 300}}
";

fn layers() -> Vec<Layer> {
    let (network, _) = parse_with_notes("probes.yaml", PROBES).expect("a network");
    let mut layers = network.layers().to_vec();
    let batched = layers[1].batched(3).expect("a batch");
    layers.push(batched);
    let zeros = Zeros {
        input: 5000,
        weight: 3000,
        output: 4000,
    };
    let sparse = layers[1].clone().with_zeros(zeros);
    layers.push(sparse);
    layers
}

/// Paths of all fields: an unknown name is answered by those that are known.
fn fields(preset: &str, at: &str, found: &mut Vec<String>) {
    let path = if at.is_empty() {
        "?".to_owned()
    } else {
        format!("{at}.?")
    };
    match Accelerator::preset(preset, &[(&path, "1")]) {
        Err(ArchError::UnknownField { allowed, .. }) if !allowed.is_empty() => {
            for name in allowed {
                let path = if at.is_empty() {
                    name
                } else {
                    format!("{at}.{name}")
                };
                fields(preset, &path, found);
            }
        }
        _ => found.push(at.to_owned()),
    }
}

/// The value of a field, where the file of the accelerator has one.
fn value(tree: &Value, path: &str) -> Option<Value> {
    let found = path.split('.').try_fold(tree, |tree, name| match tree {
        Value::Array(elements) => elements.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    });
    found.cloned()
}

/// Other values of a field: larger and smaller numbers, the other flag, words that its message names.
fn others(preset: &str, path: &str, now: Option<&Value>, sets: &[(&str, &str)]) -> Vec<String> {
    let mut tried: Vec<String> = Vec::new();
    match now {
        Some(Value::Number(number)) => {
            let number = number.as_f64().expect("a number");
            for other in [
                number * 2.0,
                number / 2.0,
                (number / 2.0).floor(),
                number + 1.0,
            ] {
                tried.push(other.to_string());
            }
        }
        Some(Value::Bool(flag)) => tried.push((!flag).to_string()),
        _ => tried.extend(["1", "2", "64", "0.5", "true", "CK"].map(str::to_owned)),
    }
    if let Err(error) = Accelerator::preset(preset, &[(path, "nothing")]) {
        let message = error.to_string();
        let words = message.split('`').skip(1).step_by(2).map(str::to_owned);
        tried.extend(words);
    }
    let old = Accelerator::preset(preset, sets).expect("a preset");
    let is_other = |value: &String| {
        let sets = [sets, &[(path, value.as_str())]].concat();
        let Ok(new) = Accelerator::preset(preset, &sets) else {
            return false;
        };
        let tree: Value = from_yaml("an accelerator", &new.to_yaml()).expect("YAML");
        let is_same = new == old && (super::holds(&tree, path, value) || path.starts_with("cost."));
        !is_same
    };
    tried.retain(is_other);
    tried.dedup();
    tried.truncate(3);
    tried
}

/// What an accelerator comes to on the probes: all figures by model and machine, or the first difference.
struct Figures<'a> {
    layers: &'a [Layer],
    flows: Vec<Option<&'a Dataflow>>,
    accelerator: Accelerator,
    known: Vec<[Option<LayerResult>; 2]>,
}

const READINGS: [Reading; 2] = [Reading::Model, Reading::Machine(Pace::SkipPeriods)];

fn result(
    a: &Accelerator,
    flow: Option<&Dataflow>,
    layer: &Layer,
    reading: Reading,
) -> Option<LayerResult> {
    let cost = CostModel::of(a).ok()?;
    let plan: Plan = match flow {
        Some(flow) => mapper::map(layer, a, flow).ok()?.into(),
        None => decoupled::map(layer, a).ok()?.into(),
    };
    evaluate(&plan, &cost, reading, &(), &()).ok()
}

impl<'a> Figures<'a> {
    fn of(accelerator: Accelerator, flows: Flows<'a>, layers: &'a [Layer]) -> Self {
        let mut running: Vec<_> = flows.of(&accelerator).into_iter().map(Some).collect();
        if accelerator.decoupled.is_some() {
            running = vec![None];
        }
        let mut known = Vec::new();
        for flow in &running {
            for layer in layers {
                known.push(READINGS.map(|reading| result(&accelerator, *flow, layer, reading)));
            }
        }
        Self {
            layers,
            flows: running,
            accelerator,
            known,
        }
    }

    /// Where another accelerator first differs in any figure.
    fn difference(&self, other: &Accelerator) -> Option<String> {
        if whole(other) != whole(&self.accelerator) {
            return Some("the whole".to_owned());
        }
        for (which, reading) in READINGS.into_iter().enumerate() {
            let mut known = self.known.iter();
            for flow in &self.flows {
                for layer in self.layers {
                    let old = known.next().and_then(|known| known[which].as_ref());
                    let new = result(other, *flow, layer, reading);
                    let is_same = match (old, &new) {
                        (Some(old), Some(new)) => old.figures() == new.figures(),
                        (old, new) => old.is_none() == new.is_none(),
                    };
                    if !is_same {
                        return Some(format!("{} of {}", reading.name(), layer.name()));
                    }
                }
            }
        }
        None
    }
}

/// What is read, and does not bind on every layer: [`super::tried`] tells of it where it does not.
const AT_TIMES: [(&str, &str); 15] = [
    (
        "array.load_order",
        "the tile that stays may be there before the streams in any case",
    ),
    (
        "array.passes",
        "outputs that stay may leave before the next pass in any case",
    ),
    ("banks", "rows may be wide and many enough"),
    ("double_buffered", "a layer may fit in half"),
    ("sequencer.staging", "the mapper may stage so anyway"),
    ("sequencer.stripe", "layers may have fewer positions"),
    (
        "tagged",
        "a tag's words may be as many as the network is wide",
    ),
    (
        "global_buffer.strides",
        "where memory has no rows, or strides step over nothing",
    ),
    ("global_buffer.delivery", "outputs may come slowly enough"),
    ("dram.duplex", "loads and stores may not meet"),
    ("dram.arbitration", "loads may not meet"),
    (
        "topology",
        "layers may have no window to share, and their unrolling no edge to keep to",
    ),
    (
        "dram.run_length",
        "a packed word may be as wide as a plain one",
    ),
    ("zeros", "words may be packed no narrower"),
    ("decoupled", "queues and limits may not be reached"),
];

/// Fields of which one is tried; `STATIONARY_CASES` as large tries them all.
const SPREAD: usize = 48;

#[test]
fn what_changes_nothing_is_told_and_what_changes_something_is_not() {
    let layers = layers();
    let cases = std::env::var("STATIONARY_CASES").ok();
    let cases: usize = cases.and_then(|cases| cases.parse().ok()).unwrap_or(1);
    let stride = (SPREAD / cases.max(1)).max(1);
    let kinds = [None, Some("ddr4-2400"), Some("ideal")];
    let mut wrong = Vec::new();
    for (at, preset) in presets::names().enumerate() {
        let mut paths = Vec::new();
        fields(preset, "", &mut paths);
        for (which, kind) in kinds.iter().enumerate() {
            if stride > 1 && at % kinds.len() != which {
                continue;
            }
            let sets: Vec<(&str, &str)> = kind.iter().map(|kind| ("dram.kind", *kind)).collect();
            let make = |sets: &[(&str, &str)]| Accelerator::preset(preset, sets).ok();
            let plain = make(&sets).expect("a preset");
            let tree: Value = from_yaml("an accelerator", &plain.to_yaml()).expect("YAML");
            let is_instructed = plain.decoupled.is_some();
            let figures = Figures::of(plain, Flows::First, &layers);
            let mut jobs: Vec<(&str, String)> = Vec::new();
            let picked = paths.iter().filter(|path| *path != "dram.kind");
            for path in picked.skip(at % stride).step_by(stride) {
                let values = others(preset, path, value(&tree, path).as_ref(), &sets);
                jobs.extend(values.into_iter().map(|value| (path.as_str(), value)));
            }
            let found = jobs.par_iter().filter_map(|(path, value)| {
                let set = (*path, value.as_str());
                let sets = [&sets[..], &[set]].concat();
                let other = make(&sets)?;
                let told = idle(&other, &sets, Flows::First, make);
                let told = told.iter().any(|line| line.contains(path));
                let difference = figures.difference(&other);
                let mut at_times = AT_TIMES.iter().filter(|(part, _)| path.contains(part));
                let is_at_times = match is_instructed {
                    true => path.starts_with("decoupled") || *path == "dram.duplex",
                    false => at_times.next().is_some(),
                };
                let what = match (told, difference) {
                    (true, Some(place)) => format!("told of, and differs in {place}"),
                    (false, None) if !is_at_times => "not told of".to_owned(),
                    _ => return None,
                };
                Some(format!("{preset} {sets:?}: {what}"))
            });
            wrong.extend(found.collect::<Vec<_>>());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
