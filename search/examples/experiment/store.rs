//! What was measured and found, in two logs.
//!
//! `runs.jsonl` has a line for each run of the machine: the layer, the core's shape, the places of the
//! schedule's knobs, the cycles, and the processor's seconds. `results.jsonl` has a line for each
//! result, with all that decides it under `of`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;

use serde_json::{Value, json};
use stationary_record::Log;
use stationary_search::codesign::{DesignPoint, Measurement, Task};
use stationary_workloads::{Dim, Layer};

use crate::watch::seconds;

/// Both logs, and what they hold.
pub struct Store {
    runs: Mutex<(Log, HashMap<String, Runs>)>,
    results: Mutex<(Log, HashMap<String, Value>)>,
}

/// Runs of a layer: cycles and seconds, by shape and places.
type Runs = HashMap<[u64; 10], (Option<u64>, f64)>;

impl Store {
    /// Goes on with the logs of a folder.
    pub fn open(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).expect("a folder");
        let log = |name: &str| {
            let path = folder.join(name);
            Log::resume(&path).unwrap_or_else(|error| panic!("{error}"))
        };
        let (runs, lines) = log("runs.jsonl");
        let mut known: HashMap<String, Runs> = HashMap::new();
        for line in &lines {
            let layer = line["layer"].as_str().expect("a layer").to_owned();
            let mut key = [0; 10];
            let values = line["key"].as_array().expect("numbers").iter();
            for (each, value) in key.iter_mut().zip(values) {
                *each = value.as_u64().expect("a number");
            }
            let seconds = line["seconds"].as_f64().expect("seconds");
            known
                .entry(layer)
                .or_default()
                .insert(key, (line["cycles"].as_u64(), seconds));
        }
        let (results, lines) = log("results.jsonl");
        let found = lines.into_iter().map(|line| (line["of"].to_string(), line));
        Self {
            runs: Mutex::new((runs, known)),
            results: Mutex::new((results, found.collect())),
        }
    }

    /// What the machine says of a point, and its seconds; from the log if it is there.
    pub fn measure(&self, task: &Task, point: DesignPoint) -> (Measurement, f64) {
        let layer = name(task.layer());
        let key = key(task, point);
        if let Some((cycles, seconds)) = self.known(&layer, &key) {
            return (
                cycles.map_or(Measurement::Invalid, Measurement::Cycles),
                seconds,
            );
        }
        let start = seconds();
        let outcome = task.measure(point).outcome;
        let spent = seconds() - start;
        // What does not run depends on the limits, which are not in the key, and takes no time.
        if let Some(cycles) = outcome.cycles() {
            let line = json!({"layer": layer, "key": key, "cycles": cycles, "seconds": spent});
            let mut runs = self.runs.lock().expect("no job panics with the log");
            let known = runs.1.entry(layer).or_default();
            if known.insert(key, (Some(cycles), spent)).is_none() {
                runs.0.append(&[line]).expect("a line in the log");
            }
        }
        (outcome, spent)
    }

    fn known(&self, layer: &str, key: &[u64; 10]) -> Option<(Option<u64>, f64)> {
        let runs = self.runs.lock().expect("no job panics with the log");
        runs.1.get(layer)?.get(key).copied()
    }

    /// The seconds of a point that was measured.
    pub fn seconds(&self, task: &Task, point: DesignPoint) -> f64 {
        let known = self.known(&name(task.layer()), &key(task, point));
        known.map_or(0.0, |(_, seconds)| seconds)
    }

    /// A result, from the log or worked out.
    pub fn result(&self, of: Value, work: impl FnOnce() -> Value) -> Value {
        let key = of.to_string();
        let known = |store: &Self| {
            let results = store.results.lock().expect("no job panics with the log");
            results.1.get(&key).cloned()
        };
        if let Some(found) = known(self) {
            return found;
        }
        let line = json!({"of": of, "is": work()});
        let mut results = self.results.lock().expect("no job panics with the log");
        results
            .0
            .append(std::slice::from_ref(&line))
            .and_then(|()| results.0.sync())
            .expect("a line in the log");
        results.1.insert(key, line.clone());
        line
    }
}

/// The core's shape and the places of the schedule's knobs, which mean the same whatever other
/// hardware there is to choose from.
fn key(task: &Task, point: DesignPoint) -> [u64; 10] {
    let shape = task.hardware().shape(task.machine(point));
    let mut key = point.0.map(|place| place as u64);
    for (each, value) in key
        .iter_mut()
        .zip([shape.batch, shape.block_in, shape.block_out])
    {
        *each = value.into();
    }
    key
}

/// A layer's shape as a name.
pub fn name(layer: &Layer) -> String {
    let size = |dim| layer.size(dim);
    let (rows, cols) = (layer.rows(), layer.cols());
    format!(
        "n{}g{} {}x{} {}to{} k{}x{} s{} p{} d{}",
        size(Dim::N),
        size(Dim::G),
        rows.input,
        cols.input,
        size(Dim::C),
        size(Dim::K),
        size(Dim::R),
        size(Dim::S),
        rows.stride,
        rows.pad,
        rows.dilation,
    )
}
