//! What became of the operators: layers, what is left out, and in which words that is told.

use std::collections::{BTreeMap, HashMap};

use super::element::ElementType;
use super::operators::{depends_on_data, is_view};
use super::proto::Node;
use super::value::Value;
use crate::coverage::{Coverage, LeftOut};
use crate::element_types::{ElementType as Named, ElementTypes};
use crate::layer::Layer;
use crate::network::MOST_LAYERS;

/// In the reason why a layer cannot be made: it is too large, and not of unknown size.
const BEYOND: &str = "has more than 2^53";

/// What an operator became.
pub(super) enum Lowering {
    Layers,
    /// It multiplies nothing.
    Plain,
    /// It is left out for this reason; its multiply-accumulates, if they are known.
    Missing(String, Option<u64>),
    /// Its operators are told of one by one.
    Inner,
}

/// What has been read so far.
#[derive(Default)]
pub(super) struct ImportLog {
    pub(super) layers: Vec<Layer>,
    names: HashMap<String, usize>,
    counts: Counts,
}

/// What is counted; as small as there are kinds of operators.
#[derive(Clone, Default)]
struct Counts {
    simulated: u64,
    /// Multiply-accumulates of all layers.
    macs: u128,
    /// Operators that are no layers as they multiply nothing.
    plain: BTreeMap<String, LeftOut>,
    /// Operators that are not imported, by type and reason.
    missing: BTreeMap<(String, String), LeftOut>,
    types: BTreeMap<[Option<ElementType>; 2], u64>,
    /// What layers count otherwise than their operators, and for how many.
    notes: BTreeMap<(String, String), u64>,
}

/// A state to return to.
pub(super) struct Mark {
    layers: usize,
    counts: Counts,
}

impl ImportLog {
    /// The state as it is now.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            layers: self.layers.len(),
            counts: self.counts.clone(),
        }
    }

    /// Takes back all since a mark, except that names stay taken.
    pub(super) fn undo(&mut self, mark: Mark) {
        self.layers.truncate(mark.layers);
        self.counts = mark.counts;
    }

    /// A name of the operator's own.
    pub(super) fn name(&mut self, prefix: &str, node: &Node) -> String {
        let own = if node.name.is_empty() {
            node.output.first().unwrap_or(&node.op_type)
        } else {
            &node.name
        };
        let own = if own.is_empty() { &node.op_type } else { own };
        let own = if own.is_empty() {
            "node"
        } else {
            own.trim_start_matches('/')
        };
        self.unique(format!("{prefix}{own}"))
    }

    fn unique(&mut self, base: String) -> String {
        let base = if base.is_empty() {
            "node".to_owned()
        } else {
            base
        };
        let mut count = self.names.get(&base).copied().unwrap_or(0) + 1;
        let mut name = base.clone();
        if count > 1 {
            name = format!("{base}#{count}");
            while self.names.contains_key(&name) {
                count += 1;
                name = format!("{base}#{count}");
            }
            self.names.insert(name.clone(), 1);
        }
        self.names.insert(base, count);
        name
    }

    /// Takes in the layers of an operator, each as often as it runs, unless there are too many.
    pub(super) fn push(
        &mut self,
        operator: &str,
        layers: Vec<(Layer, u64)>,
        types: [Option<ElementType>; 2],
    ) -> Lowering {
        let count = layers
            .iter()
            .fold(0u64, |sum, (_, times)| sum.saturating_add(*times));
        let macs = layers.iter().fold(0u64, |sum, (layer, times)| {
            sum.saturating_add(layer.macs().saturating_mul(*times))
        });
        if count.saturating_add(self.layers.len() as u64) > MOST_LAYERS as u64 {
            let why = format!("it would make more than {MOST_LAYERS} layers");
            return Lowering::Missing(why, Some(macs));
        }
        self.counts.simulated += 1;
        self.counts.macs += u128::from(macs);
        *self.counts.types.entry(types).or_default() += count;
        for (layer, times) in layers {
            for at in 0..times {
                let base = match layer.name() {
                    "" => operator.to_owned(),
                    part => format!("{operator}.{part}"),
                };
                let name = match layer.name() {
                    "" if at == 0 => base,
                    _ => self.unique(base),
                };
                self.layers.push(layer.clone().named(name));
            }
        }
        Lowering::Layers
    }

    pub(super) fn note(&mut self, operator: &str, note: String) {
        *self
            .counts
            .notes
            .entry((operator.to_owned(), note))
            .or_default() += 1;
    }

    /// Notes what became of an operator with these operands and results.
    pub(super) fn note_outcome(
        &mut self,
        node: &Node,
        outcome: Lowering,
        inputs: &[Value],
        results: &[Value],
    ) {
        let entry = match outcome {
            Lowering::Layers | Lowering::Inner => return,
            Lowering::Plain => {
                let entry = self.counts.plain.entry(node.op_type.clone()).or_default();
                entry.count += 1;
                let makes_copies = matches!(node.op_type.as_str(), "Tile" | "Concat" | "Gather")
                    && results.iter().all(Value::has_copies);
                let is_known = |v: &Value| v.is_parameter || v.elements.is_some();
                let is_free =
                    is_view(&node.op_type) || makes_copies || results.iter().all(is_known);
                if is_free {
                    return;
                }
                entry
            }
            Lowering::Missing(why, macs) => {
                let key = (node.op_type.clone(), why);
                let entry = self.counts.missing.entry(key).or_default();
                entry.count += 1;
                match macs {
                    Some(macs) => entry.macs = entry.macs.saturating_add(macs),
                    None => entry.macs_unknown += 1,
                }
                let lost = inputs.iter().find_map(|v| v.lost.as_ref());
                if let (None, Some(lost)) = (&entry.first_lost, lost) {
                    entry.first_lost = Some(lost.to_string());
                }
                entry
            }
        };
        let given = (0..inputs.len()).filter(|at| node.has_input(*at));
        let all = given.map(|at| &inputs[at]).chain(results);
        let mut is_known = true;
        for value in all {
            let Some(bytes) = value.bytes() else {
                is_known = false;
                continue;
            };
            let sum = match value.is_parameter {
                true => &mut entry.weight_bytes,
                false => &mut entry.activation_bytes,
            };
            *sum = sum.saturating_add(bytes);
        }
        entry.bytes_unknown += u64::from(!is_known);
    }

    /// Multiply-accumulates since a mark, what is left out included; `None` if some are not known.
    pub(super) fn macs_since(&self, mark: &Mark) -> Option<u64> {
        let sums = |counts: &Counts| {
            let missing = counts.missing.values();
            missing.fold((counts.macs, 0), |(macs, unknown), entry| {
                (macs + u128::from(entry.macs), unknown + entry.macs_unknown)
            })
        };
        let ((before, unknown), (after, more)) = (sums(&mark.counts), sums(&self.counts));
        (unknown == more)
            .then(|| u64::try_from(after - before).ok())
            .flatten()
    }

    /// How many products there were since a mark, those that are left out included.
    pub(super) fn products_since(&self, mark: &Mark) -> u64 {
        let count = |counts: &Counts| {
            let missing: u64 = counts.missing.values().map(|entry| entry.count).sum();
            counts.simulated + missing
        };
        count(&self.counts) - count(&mark.counts)
    }

    /// Whether operators are left out as it is not known what of them runs.
    pub(super) fn leaves_out_control(&self) -> bool {
        let mut kinds = self.counts.missing.keys();
        kinds.any(|(operator, _)| matches!(operator.as_str(), "If" | "Loop"))
    }

    pub(super) fn coverage(&self) -> Coverage {
        let left_out = |((operator, reason), entry): (&(String, String), &LeftOut)| LeftOut {
            operator: operator.clone(),
            reason: reason.clone(),
            ..entry.clone()
        };
        let plain = |(operator, entry): (&String, &LeftOut)| LeftOut {
            operator: operator.clone(),
            ..entry.clone()
        };
        Coverage {
            simulated: self.counts.simulated,
            left_out: self.counts.missing.iter().map(left_out).collect(),
            without_products: self.counts.plain.iter().map(plain).collect(),
        }
    }

    pub(super) fn element_types(&self) -> Vec<ElementTypes> {
        let named = |element: ElementType| Named {
            name: element.name(),
            bits: element.bits(),
        };
        let types = |(types, layers): (&[Option<ElementType>; 2], &u64)| ElementTypes {
            input: types[0].map(named),
            weight: types[1].map(named),
            layers: *layers,
        };
        self.counts.types.iter().map(types).collect()
    }

    /// What is not imported, in words.
    pub(super) fn left_out(&self) -> Vec<String> {
        let imported = self.counts.macs;
        let missed: u128 = self
            .counts
            .missing
            .values()
            .map(|m| u128::from(m.macs))
            .sum();
        let line = |((op, why), missing): (&(String, String), &LeftOut)| {
            let share = 100.0 * missing.macs as f64 / (imported + missed).max(1) as f64;
            let macs = match (missing.macs, missing.macs_unknown) {
                (0, 0) => "it multiplies nothing".to_owned(),
                (0, _) if why.contains(BEYOND) => "so many are not counted".to_owned(),
                (0, _) => "how many multiply-accumulates that is, is not known".to_owned(),
                (macs, 0) => {
                    format!("about {macs} multiply-accumulates, {share:.1} % of the model's")
                }
                (macs, unknown) => format!(
                    "{macs} multiply-accumulates ({share:.1} %) and {unknown} of unknown size"
                ),
            };
            let lost = missing
                .first_lost
                .as_ref()
                .map_or_else(String::new, |lost| {
                    let operator = lost
                        .rsplit_once('(')
                        .map_or("", |(_, operator)| operator.trim_end_matches(')'));
                    let why = match depends_on_data(operator) {
                        true => ", whose size depends on the data",
                        false => "",
                    };
                    format!("; the first shape was lost at {lost}{why}")
                });
            format!(
                "operator {op}: {} not imported: {why}; {macs}{lost}",
                missing.count
            )
        };
        self.counts.missing.iter().map(line).collect()
    }

    /// What layers count otherwise than their operators, in words.
    pub(super) fn counted_otherwise(&self) -> Vec<String> {
        let note = |((operator, note), count): (&(String, String), &u64)| {
            format!("operator {operator}: {count} imported: {note}")
        };
        self.counts.notes.iter().map(note).collect()
    }

    /// What is no layer as it multiplies nothing, in words.
    pub(super) fn plain(&self) -> Option<String> {
        let counts = self.counts.plain.iter();
        let counts: Vec<String> = counts
            .map(|(op, entry)| format!("{op} {}", entry.count))
            .collect();
        (!counts.is_empty()).then(|| {
            format!(
                "operators without products are no layers: {}",
                counts.join(", ")
            )
        })
    }
}
