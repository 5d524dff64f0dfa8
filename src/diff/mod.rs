//! Two runs side by side.
//!
//! ```text
//! leaves(document) = {path: value}      list entries that have a name go by it, others by index
//! difference       = paths whose values differ, or that one side lacks
//! ```

mod leaves;
mod side;

use serde_json::Value;

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
        let names = [a, b].map(|side| side.layers());
        let only = |own: &[String], other: &[String]| -> Vec<String> {
            let absent = |name: &&String| !other.contains(name);
            own.iter().filter(absent).cloned().collect()
        };
        let layers = [only(&names[0], &names[1]), only(&names[1], &names[0])];
        Self {
            inputs,
            layers,
            results: leaves::differences("", &a.result, &b.result, tolerance),
            compared: leaves::count(&a.result),
        }
    }

    /// Whether the same came out.
    pub fn is_equal(&self) -> bool {
        self.results.is_empty()
    }
}

/// A layer's figures on both sides, where both have the layer.
pub struct LayerPair<'a> {
    pub name: &'a str,
    pub a: &'a Value,
    pub b: &'a Value,
}

/// The layers that both runs have, in the order of the first.
pub fn pairs<'a>(a: &'a Side, b: &'a Side) -> Vec<LayerPair<'a>> {
    let others = b.result["layers"].as_array().map_or(&[][..], Vec::as_slice);
    let own = a.result["layers"].as_array().map_or(&[][..], Vec::as_slice);
    let pair = |a: &'a Value| {
        let name = a["name"].as_str()?;
        let b = others.iter().find(|b| b["name"] == name)?;
        Some(LayerPair { name, a, b })
    };
    own.iter().filter_map(pair).collect()
}
