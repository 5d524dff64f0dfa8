//! Which open dimension of an input is the batch, so that it is 1 unless it is given.
//!
//! ```text
//! a name says that it is the batch          it is, wherever it stands
//! a name says that it is a length           it is not
//! steps of a recurrent layer                it is not; the axis beside them is
//! else the first of a shape is, which is told where it has a name of its own
//! ```

use std::collections::HashMap;

use super::operators::LIKE_FIRST;
use super::proto::{Dimension, Graph, Node, ValueInfo};
use super::symbolic;

/// Why an open dimension is taken as the batch, if it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Batch {
    /// Its name or its place leaves no doubt.
    Sure,
    /// It stands first, and has a name that may mean something else, or the size 0.
    Assumed,
    Not,
}

/// What the operators that read an input say of its axes.
pub(super) struct Axes<'g> {
    /// Axes of steps and of the batch, of inputs that a recurrent layer reads.
    recurrent: HashMap<&'g str, [usize; 2]>,
    inputs: Vec<&'g ValueInfo>,
}

impl<'g> Axes<'g> {
    pub(super) fn new(graph: &'g Graph, inputs: Vec<&'g ValueInfo>) -> Self {
        let mut makers: HashMap<&str, &Node> = HashMap::new();
        for node in &graph.node {
            makers.extend(node.output.iter().map(|name| (name.as_str(), node)));
        }
        let is_recurrent = |node: &&Node| {
            matches!(
                node.op_type.as_str(),
                "LSTM" | "GRU" | "RNN" | "DynamicQuantizeLSTM"
            )
        };
        let recurrent = graph.node.iter().filter(is_recurrent);
        let sources = recurrent.filter_map(|node| {
            let axes = match node.int("layout", 0) {
                0 => [0, 1],
                _ => [1, 0],
            };
            source(graph, &makers, node.input.first()?, axes)
        });
        Self {
            recurrent: sources.collect(),
            inputs,
        }
    }

    pub(super) fn inputs(&self) -> &[&'g ValueInfo] {
        &self.inputs
    }

    /// Whether the open dimension at this place of an input is the batch.
    pub(super) fn batch(&self, input: &str, dim: &Dimension, at: usize) -> Batch {
        let name = Some(dim.dim_param.as_str()).filter(|name| is_name(name));
        let is_expression = name.is_some_and(|name| symbolic::names_in(name).is_some());
        let first = match self.recurrent.get(input) {
            Some([steps, _]) if at == *steps => return Batch::Not,
            Some([_, batch]) => *batch,
            None => 0,
        };
        match name {
            _ if is_expression => Batch::Not,
            Some(name) if is_batch_name(name) => Batch::Sure,
            Some(name) if at == first && !is_length_name(name) && !self.is_elsewhere(name) => {
                Batch::Assumed
            }
            None if at == first && dim.dim_value == Some(0) => Batch::Assumed,
            None if at == first => Batch::Sure,
            _ => Batch::Not,
        }
    }

    /// Whether a name also stands behind the first place of some input's shape.
    fn is_elsewhere(&self, name: &str) -> bool {
        let inputs = self.inputs.iter().filter(|input| {
            // The batch of a recurrent layer stands second.
            !self.recurrent.contains_key(input.name.as_str())
        });
        let mut rest = inputs
            .filter_map(|input| input.sizes())
            .flat_map(|sizes| sizes.iter().skip(1));
        rest.any(|dim| dim.size().is_none() && dim.dim_param == name)
    }
}

/// The input that a value comes from with its first axes as they are, and where these axes are there.
fn source<'g>(
    graph: &'g Graph,
    makers: &HashMap<&'g str, &'g Node>,
    mut value: &'g str,
    mut axes: [usize; 2],
) -> Option<(&'g str, [usize; 2])> {
    let is_weight = |name: &str| graph.initializer.iter().any(|tensor| tensor.name == name);
    // No value is made of itself, unless the file is damaged.
    for _ in 0..=graph.node.len() {
        let Some(node) = makers.get(value) else {
            return Some((value, axes));
        };
        let operand = |at: usize| node.input.get(at).map(String::as_str);
        value = match node.op_type.as_str() {
            op if LIKE_FIRST.contains(&op) => operand(0)?,
            "Add" | "Sub" | "Mul" | "Div" | "MatMul" => {
                let parts = [operand(0)?, operand(1)?];
                parts.into_iter().find(|part| !is_weight(part))?
            }
            // Words of a table, one for each index.
            "Gather" if node.int("axis", 0) == 0 => operand(1)?,
            "Transpose" => {
                let order = node.ints("perm")?;
                for axis in &mut axes {
                    *axis = usize::try_from(*order.get(*axis)?).ok()?;
                }
                operand(0)?
            }
            _ => return None,
        };
    }
    None
}

/// A name that stands for one size wherever it occurs. Exporters also write `?` and the like, for
/// sizes of which nothing is known, not even that they are equal.
pub(super) fn is_name(name: &str) -> bool {
    let is_word = name.chars().any(char::is_alphabetic);
    is_word
        && !matches!(
            name,
            "None" | "none" | "unk" | "unknown" | "dynamic" | "nan"
        )
}

/// Whether a name says that it is the batch, wherever it stands.
pub(super) fn is_batch_name(name: &str) -> bool {
    let name = name.to_lowercase();
    name.contains("batch") || matches!(name.as_str(), "n" | "b" | "bs")
}

/// Whether a name says that it is how long something is, or how many of one image or text there are.
fn is_length_name(name: &str) -> bool {
    let name = name.to_lowercase();
    let parts = [
        "seq", "time", "len", "token", "frame", "step", "past", "patch", "point", "word", "height",
        "width", "node", "edge",
    ];
    parts.iter().any(|part| name.contains(part))
        || matches!(name.as_str(), "t" | "l" | "s" | "h" | "w")
}
