//! The reader of ONNX models, from operator set 7 on.
//!
//! ```text
//! for node in graph (in order):
//!     its results' shapes follow from its operands'
//!     if it multiplies matrices: a layer
//! ```
//!
//! Of weights only those are looked at that shapes are computed from, so a model may be stripped of
//! them or keep them in other files. An operator that is not known, or whose shapes are not, is listed
//! with how often it occurs and, where its shapes tell, how many multiply-accumulates are missing.

mod attention;
mod batch;
mod convolution;
mod copies;
mod einsum;
mod element;
mod fold;
mod grown;
mod infer;
mod inputs;
mod made;
mod matmul;
mod number;
mod operators;
mod parts;
mod product;
mod products;
mod proto;
mod reading;
mod record;
mod recurrent;
mod scope;
mod sequences;
mod shapes;
mod symbolic;
#[cfg(test)]
mod tests;
mod value;
mod window;

use prost::Message;
use stationary_document::Diagnostic;

use self::proto::Model;
use self::reading::GraphReader;
use self::scope::TensorScope;
use crate::error::NetworkError;
use crate::network::Network;

/// Before, elementwise operators were broadcast otherwise.
const OLDEST: i64 = 7;
/// The newest set whose changes are known here.
const NEWEST: i64 = 28;

/// Reads the bytes of a model, with notes on what was left out or assumed. `file` is the name that errors
/// carry.
///
/// `dims` give sizes for dimensions that the model leaves open: by their name, or as `input.0` by an input and
/// an index in its shape. They also give values of inputs that are single whole numbers, by the input's name.
/// An open dimension that is the batch is 1 unless it is given.
///
/// # Errors
/// A [`NetworkError`], if the file is no model or is of an operator set before 7, an open dimension is not
/// given, or no operator multiplies matrices.
/// operator that multiplies matrices.
pub fn read(
    file: &str,
    bytes: &[u8],
    dims: &[(&str, u64)],
) -> Result<(Network, Vec<Diagnostic>), NetworkError> {
    let note = |message: String| Diagnostic::new(file, None, message);
    let refuse =
        |messages: Vec<String>| NetworkError::Unreadable(messages.into_iter().map(note).collect());
    let model = Model::decode(bytes).map_err(|error| {
        let error = error.to_string();
        refuse(vec![match error.contains("recursion limit") {
            // Of `If` inside of `If` and so on; 100 messages deep is the decoder's limit.
            true => "graphs inside of operators are nested deeper than can be read here".to_owned(),
            false => format!("not an ONNX model: {error}"),
        }])
    })?;
    let Some(graph) = &model.graph else {
        return Err(refuse(vec![
            "not an ONNX model: it has no graph".to_owned(),
        ]));
    };
    let own = |set: &&proto::OperatorSet| matches!(set.domain.as_str(), "" | "ai.onnx");
    let version = match model.opset_import.iter().find(own) {
        Some(set) => set.version,
        // All of its operators may be of other domains.
        None if !model.opset_import.is_empty() => NEWEST,
        None => 0,
    };
    if version < OLDEST {
        return Err(refuse(vec![format!(
            "found operator set {version}; allowed: {OLDEST} and later"
        )]));
    }
    let mut notes = Vec::new();
    if version > NEWEST {
        notes.push(note(format!(
            "found operator set {version}, read as {NEWEST}, the newest that is known: operators that \
             changed since would be misread"
        )));
    }
    let mut reading = GraphReader::new(&model.functions);
    let mut scope = TensorScope::default();
    let inputs = inputs::fill(&mut scope, graph, dims).map_err(refuse)?;
    reading.named = inputs.named;
    notes.extend(inputs.assumed.into_iter().map(note));
    scope.state(&graph.value_info, &reading.named);
    scope.state(&graph.output, &reading.named);
    reading.nodes(&graph.node, &mut scope);
    let record = reading.record;
    // Which branch runs often hangs on such a number, as a sampling rate.
    let hint = format!(
        "a value of `{}` may decide what runs; --dim NAME=VALUE gives it",
        inputs.numbers.join("`, `")
    );
    let hint = Some(hint).filter(|_| !inputs.numbers.is_empty() && record.leaves_out_control());
    if record.layers.is_empty() {
        let mut messages =
            vec!["no operator that multiplies matrices could be imported".to_owned()];
        messages.extend(record.left_out());
        messages.extend(hint);
        return Err(refuse(messages));
    }
    notes.extend(record.left_out().into_iter().map(note));
    notes.extend(hint.map(note));
    notes.extend(record.counted_otherwise().into_iter().map(note));
    notes.extend(record.plain().map(|plain| Diagnostic::remark(file, plain)));
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
    let (coverage, types) = (record.coverage(), record.element_types());
    let network = Network::of_file(file, name, record.layers)?;
    Ok((
        network.with_coverage(coverage).with_element_types(types),
        notes,
    ))
}
