//! Two runs side by side.
//!
//! ```text
//! leaves(document) = {path: value}      list entries that have a name go by it, others by index
//! difference       = paths whose values differ, or that one side lacks
//! ```

mod document;
mod figures;
mod leaves;
mod side;

use serde_json::{Map, Value};

use crate::error::Error;

#[doc(hidden)]
pub use document::shown;
pub use figures::{Figures, LayerFigures};
pub use leaves::Leaf;
pub use side::Side;

/// The differences between two runs.
///
/// ```
/// use stationary::Request;
/// use stationary::diff::{Difference, Side};
/// use stationary::documents::Document;
///
/// let side = |arch: &str| {
///     let run = Request::new(arch, "alexnet").target()?.estimate(&())?;
///     Side::of(arch, run.document().json())
/// };
/// let difference = Difference::of(side("eyeriss")?, side("shidiannao")?, 0.0)?;
/// assert!(!difference.is_equal());
/// let document = difference.document();
/// assert_eq!(document.layers.len(), 8);
/// # Ok::<(), stationary::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Difference {
    /// The first run.
    pub a: Side,
    /// The second.
    pub b: Side,
    /// The options, files and fields of the accelerator that differ.
    pub inputs: Vec<Leaf>,
    /// The names of the layers that only the first run has, and of those that only the second has.
    pub layers: [Vec<String>; 2],
    /// The results that differ.
    pub results: Vec<Leaf>,
    /// The number of values that were compared.
    pub compared: usize,
}

impl Difference {
    /// Compares two runs; numbers within `tolerance` (a share of the greater one, from 0 to less than 1)
    /// count as equal.
    ///
    /// # Errors
    /// Results of different kinds; a share that is not from 0 to less than 1.
    pub fn of(a: Side, b: Side, tolerance: f64) -> Result<Self, Error> {
        if !(0.0..1.0).contains(&tolerance) {
            let needed = "needed a share from 0 to less than 1";
            return Err(Error::option("tolerance", &tolerance.to_string(), needed));
        }
        if a.schema() != b.schema() {
            return Err(Error::Search(format!(
                "{} is {}, {} is {}: only runs of one kind can be compared",
                a.name,
                a.schema(),
                b.name,
                b.schema()
            )));
        }
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
        let mut results = [&a, &b].map(|side| side.result.clone());
        // A folder tells what went in by its options; of a document its own fields do.
        if a.options.is_null() || b.options.is_null() {
            // What one side does not tell stays among the results.
            let both = TOLD.into_iter().filter(|name| !a.result[*name].is_null());
            let both: Vec<&str> = both.filter(|name| !b.result[*name].is_null()).collect();
            let [a, b] = results.each_mut().map(|result| told(result, &both));
            inputs.extend(leaves::differences("", &a, &b, 0.0));
        }
        let names = [&a, &b].map(Side::layers);
        let only = |own: &[String], other: &[String]| -> Vec<String> {
            let absent = |name: &&String| !other.contains(name);
            own.iter().filter(absent).cloned().collect()
        };
        let layers = [only(&names[0], &names[1]), only(&names[1], &names[0])];
        Ok(Self {
            inputs,
            layers,
            results: leaves::differences("", &results[0], &results[1], tolerance),
            compared: leaves::count(&a.result),
            a,
            b,
        })
    }

    /// Whether the results of both are equal.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.results.is_empty()
    }

    /// Whether the results are those of estimate or simulate.
    #[must_use]
    pub fn is_run(&self) -> bool {
        self.a.run.is_some()
    }

    /// The layers that both runs of estimate or simulate have and whose figures differ, in the order of the
    /// first.
    pub fn pairs(&self) -> impl Iterator<Item = LayerPair<'_>> {
        let [first, second] = [&self.a, &self.b].map(|side| {
            let layers = side.run.as_ref().map(|run| &run.layers[..]);
            layers.unwrap_or_default()
        });
        first.iter().filter_map(|a| {
            let b = second.iter().find(|b| b.name == a.name)?;
            (a != b).then_some(LayerPair { a, b })
        })
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

/// The figures of a layer in both runs.
#[derive(Clone, Copy, Debug)]
pub struct LayerPair<'a> {
    /// The layer's figures in the first run.
    pub a: &'a LayerFigures,
    /// The layer's figures in the second run.
    pub b: &'a LayerFigures,
}

impl<'a> LayerPair<'a> {
    /// The layer's name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        &self.a.name
    }

    /// Stall causes whose cycles differ, with the cycles in both runs, the greatest change first; none where a run does
    /// not tell them, as an estimate.
    #[must_use]
    pub fn stalls(&self) -> Vec<(&'a str, u64, u64)> {
        if !self.a.tells_stalls() || !self.b.tells_stalls() {
            return Vec::new();
        }
        let mut causes: Vec<&str> = Vec::new();
        for cause in self.a.stalls.keys().chain(self.b.stalls.keys()) {
            if !causes.contains(&cause.as_str()) {
                causes.push(cause);
            }
        }
        let of = |layer: &LayerFigures, cause: &str| layer.stalls.get(cause).copied().unwrap_or(0);
        let mut stalls: Vec<_> = causes
            .into_iter()
            .map(|cause| (cause, of(self.a, cause), of(self.b, cause)))
            .filter(|(_, a, b)| a != b)
            .collect();
        stalls.sort_by_key(|(_, a, b)| std::cmp::Reverse(a.abs_diff(*b)));
        stalls
    }
}
