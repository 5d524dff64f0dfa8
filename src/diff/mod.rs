//! Two runs side by side.
//!
//! ```text
//! leaves(document) = {path: value}      list entries that have a name go by it, others by index
//! difference       = paths whose values differ, or that one side lacks
//! ```

mod figures;
mod leaves;
mod side;

use serde_json::{Map, Value};

pub use figures::{Figures, LayerFigures};
pub use leaves::Leaf;
pub use side::Side;

/// What differs between two runs.
pub struct Difference {
    /// Options, files and fields that went in.
    pub inputs: Vec<Leaf>,
    /// Layers that only the first has, and only the second.
    pub layers: [Vec<String>; 2],
    /// What came out.
    pub results: Vec<Leaf>,
    /// Figures and words compared.
    pub compared: usize,
}

impl Difference {
    /// Compares; numbers that are within a share of the greater one count as equal.
    pub fn of(a: &Side, b: &Side, tolerance: f64) -> Self {
        let mut inputs = Vec::new();
        for (what, [a, b]) in [
            ("option", [&a.options, &b.options]),
            ("input", [&a.files, &b.files]),
            ("accelerator", [&a.accelerator, &b.accelerator]),
        ] {
            // What one side does not tell is no difference.
            if !a.is_null() && !b.is_null() {
                inputs.extend(leaves::differences(what, a, b, 0.0));
            }
        }
        let mut results = [a, b].map(|side| side.result.clone());
        // A folder tells what went in by its options; of a document its own fields do.
        if a.options.is_null() || b.options.is_null() {
            // What one side does not tell stays among the results.
            let both = TOLD.into_iter().filter(|name| !a.result[*name].is_null());
            let both: Vec<&str> = both.filter(|name| !b.result[*name].is_null()).collect();
            let [a, b] = results.each_mut().map(|result| told(result, &both));
            inputs.extend(leaves::differences("", &a, &b, 0.0));
        }
        let names = [a, b].map(|side| side.layers());
        let only = |own: &[String], other: &[String]| -> Vec<String> {
            let absent = |name: &&String| !other.contains(name);
            own.iter().filter(absent).cloned().collect()
        };
        let layers = [only(&names[0], &names[1]), only(&names[1], &names[0])];
        Self {
            inputs,
            layers,
            results: leaves::differences("", &results[0], &results[1], tolerance),
            compared: leaves::count(&a.result),
        }
    }

    /// Whether the same came out.
    pub fn is_equal(&self) -> bool {
        self.results.is_empty()
    }
}

/// Fields of a result that tell what went in.
const TOLD: [&str; 9] = [
    "arch",
    "network",
    "dataflow",
    "batch",
    "settings",
    "goal",
    "seed",
    "mappings",
    "accelerator",
];

/// Takes fields out of a result.
fn told(result: &mut Value, names: &[&str]) -> Value {
    let fields = result.as_object_mut().into_iter();
    let told = fields.flat_map(|fields| {
        names
            .iter()
            .filter_map(|name| fields.shift_remove_entry(*name))
    });
    Value::Object(told.collect::<Map<String, Value>>())
}

/// A layer on both sides, where both have it.
pub struct LayerPair<'a> {
    pub a: &'a LayerFigures,
    pub b: &'a LayerFigures,
}

impl<'a> LayerPair<'a> {
    /// Its name.
    pub fn name(&self) -> &'a str {
        &self.a.name
    }
}

/// The layers that both runs of estimate or simulate have, in the order of the first.
pub fn pairs<'a>(a: &'a Side, b: &'a Side) -> Vec<LayerPair<'a>> {
    let (Some(a), Some(b)) = (&a.run, &b.run) else {
        return Vec::new();
    };
    let pair = |a: &'a LayerFigures| {
        let b = b.layers.iter().find(|b| b.name == a.name)?;
        Some(LayerPair { a, b })
    };
    a.layers.iter().filter_map(pair).collect()
}
