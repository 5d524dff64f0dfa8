//! ONNX models, operator sets 9 to 21.
//!
//! ```text
//! for node in graph (in order):
//!     its results' shapes follow from its operands'
//!     if it multiplies matrices: a layer
//! ```
//!
//! Weights are never looked at, so a model may be stripped of them or keep them in other files. An
//! operator that is not known, or whose shapes are not, is listed with how often it occurs and, where
//! its shapes tell, how many multiply-accumulates are missing.

mod infer;
mod products;
mod proto;
mod shapes;
#[cfg(test)]
mod tests;
mod value;
mod window;

use std::collections::{BTreeMap, HashMap};

use prost::Message;
use stationary_document::Diagnostic;

use self::infer::{Known, infer};
use self::proto::{Graph, Model, Node};
use self::value::Value;
use crate::coverage::{Coverage, LeftOut};
use crate::error::NetworkError;
use crate::layer::Layer;
use crate::network::Network;

const OPSETS: std::ops::RangeInclusive<i64> = 9..=21;

/// Reads a model. `dims` give sizes for dimensions that the model leaves open: by their name, or as
/// `input.0` by an input and a place in its shape. An open first dimension is the batch, and 1 unless
/// it is given.
///
/// # Errors
/// A file that is no model, an operator set that is not known, open dimensions that are not given, or
/// no operator that multiplies matrices.
pub fn read(
    file: &str,
    bytes: &[u8],
    dims: &[(&str, u64)],
) -> Result<(Network, Vec<Diagnostic>), NetworkError> {
    let refuse = |messages: Vec<String>| {
        let errors = messages.into_iter().map(|m| Diagnostic::new(file, None, m));
        NetworkError::Unreadable(errors.collect())
    };
    let model = Model::decode(bytes)
        .map_err(|error| refuse(vec![format!("not an ONNX model: {error}")]))?;
    let Some(graph) = &model.graph else {
        return Err(refuse(vec![
            "not an ONNX model: it has no graph".to_owned(),
        ]));
    };
    let own = |set: &&proto::OperatorSet| matches!(set.domain.as_str(), "" | "ai.onnx");
    let version = model
        .opset_import
        .iter()
        .find(own)
        .map_or(0, |set| set.version);
    if !OPSETS.contains(&version) {
        return Err(refuse(vec![format!(
            "found operator set {version}; allowed: {} to {}",
            OPSETS.start(),
            OPSETS.end()
        )]));
    }
    let mut reading = Reading::default();
    reading.inputs(graph, dims).map_err(refuse)?;
    reading.nodes(graph);
    if reading.layers.is_empty() {
        let mut messages =
            vec!["no operator that multiplies matrices could be imported".to_owned()];
        messages.extend(reading.left_out());
        return Err(refuse(messages));
    }
    let mut notes: Vec<Diagnostic> = reading
        .left_out()
        .into_iter()
        .map(|m| Diagnostic::new(file, None, m))
        .collect();
    if !reading.plain.is_empty() {
        let counts: Vec<String> = reading
            .plain
            .iter()
            .map(|(op, count)| format!("{op} {count}"))
            .collect();
        let message = format!(
            "operators without products are no layers: {}",
            counts.join(", ")
        );
        notes.push(Diagnostic::new(file, None, message));
    }
    let stem = std::path::Path::new(file)
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let name = if stem.is_empty() {
        graph.name.clone()
    } else {
        stem
    };
    let coverage = reading.coverage();
    let network = Network::of_file(file, name, reading.layers)?;
    Ok((network.with_coverage(coverage), notes))
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    values: HashMap<String, Value>,
    /// Shapes that the file states, for results that cannot be followed.
    stated: HashMap<String, Vec<u64>>,
    layers: Vec<Layer>,
    names: HashMap<String, usize>,
    /// Operators that are no layers as they multiply nothing.
    plain: BTreeMap<String, u64>,
    /// Operators that are not imported: how many, their MACs as far as known, and why.
    missing: BTreeMap<(String, String), Missing>,
}

#[derive(Default)]
struct Missing {
    count: u64,
    macs: u64,
    unknown: u64,
}

impl Reading {
    fn inputs(&mut self, graph: &Graph, dims: &[(&str, u64)]) -> Result<(), Vec<String>> {
        let mut problems = Vec::new();
        let mut used = vec![false; dims.len()];
        let mut known = Vec::new();
        let initializers: Vec<&str> = graph.initializer.iter().map(|t| t.name.as_str()).collect();
        for tensor in &graph.initializer {
            let value = Value {
                is_parameter: true,
                ..Value::of(tensor)
            };
            self.values.insert(tensor.name.clone(), value);
        }
        let shape = |info: &proto::ValueInfo| {
            Some(
                info.r#type
                    .as_ref()?
                    .tensor_type
                    .as_ref()?
                    .shape
                    .clone()?
                    .dim,
            )
        };
        for input in graph
            .input
            .iter()
            .filter(|input| !initializers.contains(&input.name.as_str()))
        {
            let Some(sizes) = shape(input) else {
                self.values.insert(input.name.clone(), Value::default());
                continue;
            };
            let mut resolved = Vec::new();
            for (at, dim) in sizes.iter().enumerate() {
                if let Ok(size) = u64::try_from(dim.dim_value)
                    && size > 0
                {
                    resolved.push(size);
                    continue;
                }
                let place = format!("{}.{at}", input.name);
                known.extend([dim.dim_param.clone(), place.clone()]);
                let is_it = |(name, _): &(&str, u64)| {
                    *name == place || (!name.is_empty() && *name == dim.dim_param)
                };
                match dims.iter().position(is_it) {
                    Some(given) => {
                        used[given] = true;
                        resolved.push(dims[given].1);
                    }
                    None if at == 0 => resolved.push(1),
                    None => {
                        let name = if dim.dim_param.is_empty() {
                            &place
                        } else {
                            &dim.dim_param
                        };
                        problems.push(format!(
                            "input `{}`: dimension {at} has no size in the file; give it with --dim {name}=SIZE",
                            input.name
                        ));
                    }
                }
            }
            self.values
                .insert(input.name.clone(), Value::shaped(Some(resolved)));
        }
        known.retain(|name| !name.is_empty());
        for ((name, _), _) in dims.iter().zip(&used).filter(|(_, used)| !**used) {
            let allowed: Vec<&str> = known.iter().map(String::as_str).collect();
            let unknown =
                Diagnostic::unknown("", None, "--dim names no open dimension:", name, &allowed);
            problems.push(unknown.to_string().trim_start_matches(": ").to_owned());
        }
        for info in &graph.value_info {
            let sizes = shape(info).unwrap_or_default();
            let sizes: Option<Vec<u64>> = sizes
                .iter()
                .map(|d| u64::try_from(d.dim_value).ok().filter(|s| *s > 0))
                .collect();
            // An empty shape is one that is not stated, or of a single number: neither helps.
            if let Some(sizes) = sizes.filter(|sizes| !sizes.is_empty()) {
                self.stated.insert(info.name.clone(), sizes);
            }
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    fn nodes(&mut self, graph: &Graph) {
        for node in &graph.node {
            let of = |name: &String| self.values.get(name).cloned().unwrap_or_default();
            let inputs: Vec<Value> = node.input.iter().map(of).collect();
            let results = self.node(node, &inputs);
            for (at, name) in node.output.iter().enumerate() {
                let mut value = results.get(at).cloned().unwrap_or_default();
                if value.shape.is_none() {
                    value = Value::shaped(self.stated.get(name).cloned());
                }
                self.values.insert(name.clone(), value);
            }
        }
    }

    fn node(&mut self, node: &Node, inputs: &[Value]) -> Vec<Value> {
        let name = self.name(node);
        if let Some(product) = products::of(node, inputs, &name) {
            match product.layer {
                Ok(layer) => self.layers.push(layer),
                Err(why) => self.miss(node, inputs, &why),
            }
            return vec![product.result];
        }
        if let Known::Yes(results) = infer(node, inputs) {
            *self.plain.entry(node.op_type.clone()).or_default() += 1;
            return results;
        }
        let why = match node.domain.as_str() {
            "" | "ai.onnx" => "it is not supported".to_owned(),
            domain => format!("operators of {domain} are not supported"),
        };
        self.miss(node, inputs, &why);
        for graph in node
            .attribute
            .iter()
            .filter_map(|attribute| attribute.g.as_ref())
        {
            self.inside(graph, &node.op_type);
        }
        products::recurrent(node, inputs).unwrap_or_default()
    }

    /// Lists the operators of a graph inside of an operator, none of which is imported.
    fn inside(&mut self, graph: &Graph, outside: &str) {
        for node in &graph.node {
            self.miss(node, &[], &format!("it is inside of {outside}"));
            for graph in node
                .attribute
                .iter()
                .filter_map(|attribute| attribute.g.as_ref())
            {
                self.inside(graph, outside);
            }
        }
    }

    fn miss(&mut self, node: &Node, inputs: &[Value], why: &str) {
        let entry = self
            .missing
            .entry((node.op_type.clone(), why.to_owned()))
            .or_default();
        entry.count += 1;
        match products::estimate(node, inputs) {
            Some(macs) => entry.macs = entry.macs.saturating_add(macs),
            None => entry.unknown += 1,
        }
    }

    /// A name of the node's own.
    fn name(&mut self, node: &Node) -> String {
        let own = if node.name.is_empty() {
            node.output.first().unwrap_or(&node.op_type)
        } else {
            &node.name
        };
        let own = if own.is_empty() { &node.op_type } else { own };
        let base = if own.is_empty() {
            "node"
        } else {
            own.trim_start_matches('/')
        };
        let count = self.names.entry(base.to_owned()).or_default();
        *count += 1;
        if *count == 1 {
            base.to_owned()
        } else {
            format!("{base}#{count}")
        }
    }

    fn coverage(&self) -> Coverage {
        let left_out = |((operator, reason), missing): (&(String, String), &Missing)| LeftOut {
            operator: operator.clone(),
            reason: reason.clone(),
            count: missing.count,
            macs: missing.macs,
            macs_unknown: missing.unknown,
            bytes_unknown: missing.count,
            ..LeftOut::default()
        };
        let plain = |(operator, count): (&String, &u64)| LeftOut {
            operator: operator.clone(),
            count: *count,
            bytes_unknown: *count,
            ..LeftOut::default()
        };
        Coverage {
            simulated: self.layers.len() as u64,
            left_out: self.missing.iter().map(left_out).collect(),
            without_products: self.plain.iter().map(plain).collect(),
        }
    }

    /// What is not imported, in words.
    fn left_out(&self) -> Vec<String> {
        let imported: u128 = self
            .layers
            .iter()
            .map(|layer| u128::from(layer.macs()))
            .sum();
        let missed: u128 = self
            .missing
            .values()
            .map(|missing| u128::from(missing.macs))
            .sum();
        let line = |((op, why), missing): (&(String, String), &Missing)| {
            let share = 100.0 * missing.macs as f64 / (imported + missed).max(1) as f64;
            let macs = match (missing.macs, missing.unknown) {
                (0, _) => "how many multiply-accumulates that is, is not known".to_owned(),
                (macs, 0) => {
                    format!("about {macs} multiply-accumulates, {share:.1} % of the model's")
                }
                (macs, unknown) => format!(
                    "{macs} multiply-accumulates ({share:.1} %) and {unknown} of unknown size"
                ),
            };
            format!(
                "operator {op}: {} not imported: {why}; {macs}",
                missing.count
            )
        };
        self.missing.iter().map(line).collect()
    }
}
