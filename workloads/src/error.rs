//! Why sizes are not a layer, and why a text is not a network. An error about a network names the
//! file (or the preset) it is about.

use std::fmt::Display;

use stationary_document::{Diagnostic, Node, NodeKind, Position, Source};

/// The reason why sizes make no layer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayerError {
    /// A size is zero, though each must be at least 1.
    #[error("{field} is 0; it must be at least 1")]
    Zero {
        /// The name of the size.
        field: &'static str,
    },
    /// A matrix product in a file gives both or neither of `n` and `c`, of which exactly one is needed.
    #[error(
        "a matmul takes m, n, k (m x k times k x n), or m, k, c (m x c times c x k): needed exactly one of \
         `n` and `c`"
    )]
    Product,
    /// The (dilated) kernel does not fit into the padded input.
    #[error(
        "the kernel's {axis} ({kernel} after dilation) exceed the input's {axis} ({padded} after padding)"
    )]
    KernelExceedsInput {
        /// The axis of the window: `rows` or `columns`.
        axis: &'static str,
        /// The extent of the dilated kernel in elements.
        kernel: u64,
        /// The extent of the padded input in elements.
        padded: u64,
    },
    /// The number of groups does not divide the channels.
    #[error("{channels} {which} channels do not divide into {groups} groups")]
    Groups {
        /// The tensor whose channels these are: `input` or `output`.
        which: &'static str,
        /// The number of channels over all groups.
        channels: u64,
        /// The number of groups.
        groups: u64,
    },
    /// A count is 2^53 or more, beyond what the counters hold exactly.
    #[error("the layer has more than 2^53 {quantity}")]
    TooLarge {
        /// The name of the count.
        quantity: &'static str,
    },
    /// A step, an extent or a padding exceeds all that an input may have.
    #[error("the {field} is {value}; it must be below 2^53")]
    TooFar {
        /// The name of the size.
        field: &'static str,
        /// The value that was given.
        value: u64,
    },
}

/// The reason why a file, a preset's name or a list of layers is no network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// The text is not of its format: it is no YAML, or fields are unknown, missing or of the wrong type; in
    /// another tool's file also what has no counterpart here. Never empty.
    #[error("{}", lines(.0))]
    Unreadable(Vec<Diagnostic>),
    /// The file has several faults, each an error of its own.
    #[error("{}", lines(.0))]
    Several(Vec<NetworkError>),
    /// An entry of `layers` has none, or more than one, of the kinds of layers.
    #[error(
        "{file}: {path}: entry `{name}` has {found}; it must have exactly one of `conv`, `depthwise`, `matmul` or (with `layers`) `repeat`"
    )]
    Kind {
        /// The name of the file.
        file: String,
        /// The path of the entry inside the file.
        path: String,
        /// The entry's name.
        name: String,
        /// The kinds that the entry has.
        found: String,
    },
    /// An entry has a field that goes with `repeat`, but does not repeat.
    #[error(
        "{file}: {path}: entry `{name}` has `{field}` without `repeat`; only a repeated group may have it"
    )]
    OnlyWithRepeat {
        /// The name of the file.
        file: String,
        /// The path of the entry inside the file.
        path: String,
        /// The entry's name.
        name: String,
        /// The name of the field.
        field: &'static str,
    },
    /// A group of layers has a field that only single layers have.
    #[error("{file}: {path}: group `{name}` has `{field}`; only the layers in it may have it")]
    OnlyWithLayer {
        /// The name of the file.
        file: String,
        /// The path of the entry inside the file.
        path: String,
        /// The entry's name.
        name: String,
        /// The name of the field.
        field: &'static str,
    },
    /// The sizes of a layer make no layer.
    #[error("{file}: {place}: layer `{layer}`: {cause}")]
    Sizes {
        /// The name of the file.
        file: String,
        /// The path or the line inside the file.
        place: String,
        /// The layer's name.
        layer: String,
        /// The fault of the sizes.
        cause: LayerError,
    },
    /// The network has no layers.
    #[error("{file}: the network has no layers; it must have at least 1")]
    Empty {
        /// The name of the file.
        file: String,
    },
    /// The network has more layers than are allowed.
    #[error("{file}: the network has more than {allowed} layers after `repeat`")]
    TooManyLayers {
        /// The name of the file.
        file: String,
        /// The greatest number of layers allowed.
        allowed: usize,
    },
    /// A layer has no name.
    #[error("{file}: layer {index} (counted from 0) has an empty name; it must have a name")]
    Unnamed {
        /// The name of the file.
        file: String,
        /// The index of the layer, from 0.
        index: usize,
    },
    /// Two layers have the same name.
    #[error(
        "{file}: layers {first} and {second} (counted from 0) are both named `{layer}`; names must differ"
    )]
    Duplicate {
        /// The name of the file.
        file: String,
        /// The name that both have.
        layer: String,
        /// The index of the first layer with that name, from 0.
        first: usize,
        /// The index of the second layer with that name, from 0.
        second: usize,
    },
    /// The network has 2^53 MACs or more, beyond what the counters hold exactly.
    #[error("{file}: the network has more than 2^53 multiply-accumulates")]
    TooLarge {
        /// The name of the file.
        file: String,
    },
    /// The extension of the file's name is not that of a known format.
    #[error(
        "{file}: found {found}; networks are read from .yaml, .yml (networks, Timeloop, ZigZag), .csv (SCALE-Sim, ConfuciuX), .m (MAESTRO) and .onnx"
    )]
    Extension {
        /// The name of the file.
        file: String,
        /// The extension that it has.
        found: String,
    },
    /// The header of a CSV file is not that of a known format.
    #[error("{file}: line {line}: found the header `{found}`; allowed are {allowed}")]
    Header {
        /// The name of the file.
        file: String,
        /// The line, counted from 1.
        line: u64,
        /// The header as the file has it.
        found: String,
        /// The headers of known formats.
        allowed: String,
    },
    /// The text is no CSV.
    #[error("{file}: {message}")]
    Csv {
        /// The name of the file.
        file: String,
        /// The message of the CSV reader, with the line.
        message: String,
    },
    /// A row of a CSV file has too few or too many values.
    #[error("{file}: line {line}: found {found} values; expected {expected}: {columns}")]
    Row {
        /// The name of the file.
        file: String,
        /// The line, counted from 1.
        line: u64,
        /// The number of values in the row.
        found: usize,
        /// The number of columns in the header.
        expected: usize,
        /// The names of the columns.
        columns: String,
    },
    /// A value of a CSV file is not allowed in its column.
    #[error("{file}: line {line}: {column}: found `{found}`; expected {expected}")]
    Value {
        /// The name of the file.
        file: String,
        /// The line, counted from 1.
        line: u64,
        /// The name of the column.
        column: String,
        /// The value as the file has it.
        found: String,
        /// The values that are allowed there.
        expected: String,
    },
    /// No bundled network has that name.
    #[error("unknown network `{name}`{}; bundled are {allowed}", meant(.near))]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The bundled network that was probably meant; None if no name is near.
        near: Option<&'static str>,
        /// The names of the bundled networks.
        allowed: String,
    },
}

fn meant(near: &Option<&'static str>) -> String {
    near.map_or(String::new(), |name| format!(" (did you mean `{name}`?)"))
}

fn lines(errors: &[impl Display]) -> String {
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

impl NetworkError {
    /// One error of all of them.
    pub(crate) fn of_all(mut errors: Vec<Self>) -> Self {
        assert!(!errors.is_empty(), "a failure has a reason");
        if errors.len() == 1 {
            return errors.remove(0);
        }
        Self::Several(errors)
    }

    /// The faults of a file, each with its place in the file's text. Empty if the error is not about a file.
    #[must_use]
    pub fn diagnostics(&self, text: &str) -> Vec<Diagnostic> {
        let source = Source::new(text);
        match self {
            Self::Unreadable(errors) => errors.clone(),
            Self::Several(errors) => errors.iter().flat_map(|e| e.diagnostics(text)).collect(),
            Self::Unknown { .. } => Vec::new(),
            Self::Kind { file, path, .. }
            | Self::OnlyWithRepeat { file, path, .. }
            | Self::OnlyWithLayer { file, path, .. }
            | Self::Sizes {
                file, place: path, ..
            } => {
                let place = match path.strip_prefix("line ").map(str::parse) {
                    Some(Ok(line)) => line_of(text, line),
                    _ => source.place(path),
                };
                vec![self.at(file, place)]
            }
            Self::Duplicate { file, layer, .. } => vec![self.at(file, second_named(text, layer))],
            Self::Header { file, line, .. }
            | Self::Row { file, line, .. }
            | Self::Value { file, line, .. } => vec![self.at(file, line_of(text, *line))],
            Self::Empty { file }
            | Self::TooManyLayers { file, .. }
            | Self::Unnamed { file, .. }
            | Self::TooLarge { file }
            | Self::Extension { file, .. }
            | Self::Csv { file, .. } => vec![self.at(file, None)],
        }
    }

    fn at(&self, file: &str, place: Option<Position>) -> Diagnostic {
        let message = self.to_string();
        let message = message
            .strip_prefix(&format!("{file}: "))
            .unwrap_or(&message);
        let line = place.map(|place| format!("line {}: ", place.line));
        let message = line
            .and_then(|line| message.strip_prefix(&line))
            .unwrap_or(message);
        Diagnostic::new(file, place, message)
    }
}

/// A whole line of a text.
pub(crate) fn line_of(text: &str, line: u64) -> Option<Position> {
    let line = usize::try_from(line).ok()?;
    let before = line.checked_sub(1)?;
    let lines = || text.split_inclusive('\n');
    let start = lines().take(before).map(|line| line.chars().count()).sum();
    let width = lines().nth(before)?.trim_end().chars().count();
    Some(Position {
        line,
        column: 1,
        start,
        end: start + width,
    })
}

/// Where a name stands for the second time: in YAML as a `name`, else as a word of a line. The first
/// time, if it stands there once and is meant several times.
pub(crate) fn second_named(text: &str, name: &str) -> Option<Position> {
    let mut places = Vec::new();
    match Node::parse("", text) {
        Ok(root) if !matches!(root.kind, NodeKind::Plain(_)) => named(&root, name, &mut places),
        _ => {
            let is_mark = |c: char| c.is_whitespace() || ",:{}[]\"'".contains(c);
            let lines = (1..).zip(text.lines());
            let lines = lines.filter(|(_, line)| line.split(is_mark).any(|word| word == name));
            places.extend(lines.take(2).filter_map(|(line, _)| line_of(text, line)));
        }
    }
    places.get(1).or(places.first()).copied()
}

fn named(node: &Node, name: &str, places: &mut Vec<Position>) {
    match &node.kind {
        NodeKind::List(items) => items.iter().for_each(|item| named(item, name, places)),
        NodeKind::Mapping(fields) => {
            for (key, value) in fields {
                if key.text() == Some("name") && value.text() == Some(name) {
                    places.push(value.place);
                }
                named(value, name, places);
            }
        }
        _ => {}
    }
}
