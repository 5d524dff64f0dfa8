//! What differs between two runs, for programs.

use serde_json::{Number, Value};

use super::{Difference, LayerFigures, LayerPair, Leaf, Side};
use crate::documents::{self, Both, DiffLayer, DiffStall, DiffTotal, Document};

/// Writing to memory, with as many fields in each line.
const MEMORY: &str = "memory takes every line";

impl Difference {
    /// The difference as a document, to be written as JSON.
    #[must_use]
    pub fn document(&self) -> documents::Diff {
        let number = |value: &dyn Fn(&Side) -> Option<Number>| Both {
            a: value(&self.a),
            b: value(&self.b),
        };
        let layer = |pair: LayerPair<'_>| {
            let of = |figure: &dyn Fn(&LayerFigures) -> Option<Number>| Both {
                a: figure(pair.a),
                b: figure(pair.b),
            };
            let stalls = pair.stalls().into_iter().map(|(cause, a, b)| DiffStall {
                cause: cause.to_owned(),
                a,
                b,
            });
            DiffLayer {
                name: pair.name().to_owned(),
                cycles: of(&|layer| layer.cycles.map(Number::from)),
                energy_pj: of(&|layer| layer.energy().and_then(Number::from_f64)),
                stalls: stalls.collect(),
            }
        };
        let total = self.is_run().then(|| DiffTotal {
            cycles: number(&|side| side.run.as_ref()?.total.cycles.map(Number::from)),
            energy_pj: number(&|side| {
                side.run
                    .as_ref()?
                    .total
                    .energy_pj
                    .and_then(Number::from_f64)
            }),
        });
        documents::Diff {
            schema: documents::Diff::NAME.to_owned(),
            a: self.a.name.clone(),
            b: self.b.name.clone(),
            equal: self.is_equal(),
            compared: self.compared as u64,
            inputs: self.inputs.iter().map(leaf).collect(),
            layers_removed: self.layers[0].clone(),
            layers_added: self.layers[1].clone(),
            layers: self.pairs().map(layer).collect(),
            total,
            results: self.results.iter().map(leaf).collect(),
        }
    }

    /// A line for each place.
    ///
    /// # Panics
    /// Never: memory takes every line.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut out = csv::Writer::from_writer(Vec::new());
        let header = ["part", "path", "a", "b", "change"];
        out.write_record(header).expect(MEMORY);
        for (part, leaves) in [("input", &self.inputs), ("result", &self.results)] {
            for leaf in leaves {
                let change = leaf.change().map_or(String::new(), |c| c.to_string());
                let fields = [part, &leaf.path, &shown(&leaf.a), &shown(&leaf.b), &change];
                out.write_record(fields).expect(MEMORY);
            }
        }
        String::from_utf8(out.into_inner().expect(MEMORY)).expect("its fields are text")
    }
}

fn leaf(leaf: &Leaf) -> documents::Difference {
    documents::Difference {
        path: leaf.path.clone(),
        a: leaf.a.clone(),
        b: leaf.b.clone(),
        change: leaf.change(),
    }
}

/// A value of a document as text, without quotes.
#[must_use]
pub fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
