//! Why sizes are not a layer, and why a text is not a network. An error about a network names the
//! file (or the preset) it is about.

use std::fmt::Display;

use stationary_document::{Diagnostic, Node, NodeKind, Position, Source};

/// Why sizes do not make a layer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayerError {
    /// A size is zero.
    #[error("{field} is 0; it must be at least 1")]
    Zero {
        /// The field at fault.
        field: &'static str,
    },
    /// A matrix product with both or neither of `n` and `c`.
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
        /// `rows` or `columns`.
        axis: &'static str,
        /// Extent of the dilated kernel.
        kernel: u64,
        /// Extent of the padded input.
        padded: u64,
    },
    /// The channels do not divide into the groups.
    #[error("{channels} {which} channels do not divide into {groups} groups")]
    Groups {
        /// `input` or `output`.
        which: &'static str,
        /// Total channels.
        channels: u64,
        /// Groups.
        groups: u64,
    },
    /// More MACs or words than the counters hold exactly.
    #[error("the layer has more than 2^53 {quantity}")]
    TooLarge {
        /// What is counted.
        quantity: &'static str,
    },
    /// A step, an extent or a padding beyond all that an input may have.
    #[error("the {field} is {value}; it must be below 2^53")]
    TooFar {
        /// The field at fault.
        field: &'static str,
        /// Its value.
        value: u64,
    },
}

/// Why a file, a preset name or a list of layers is not a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// The file is not of its format: no YAML, or fields that are unknown, missing or of the wrong
    /// type; of another tool's file also what has no counterpart here. Never empty.
    #[error("{}", lines(.0))]
    Unreadable(Vec<Diagnostic>),
    /// Several things are wrong, each of which is an error of its own.
    #[error("{}", lines(.0))]
    Several(Vec<NetworkError>),
    /// An entry of `layers` is not exactly one kind of layer.
    #[error(
        "{file}: {path}: entry `{name}` has {found}; it must have exactly one of `conv`, `depthwise`, `matmul` or (with `layers`) `repeat`"
    )]
    Kind {
        /// The file.
        file: String,
        /// The path of the entry inside the file.
        path: String,
        /// The entry's name.
        name: String,
        /// The kinds that the entry has.
        found: String,
    },
    /// A field goes with `repeat` only.
    #[error(
        "{file}: {path}: entry `{name}` has `{field}` without `repeat`; only a repeated group may have it"
    )]
    OnlyWithRepeat {
        /// The file.
        file: String,
        /// The path of the entry inside the file.
        path: String,
        /// The entry's name.
        name: String,
        /// The field.
        field: &'static str,
    },
    /// A field of layers on a group of them.
    #[error("{file}: {path}: group `{name}` has `{field}`; only the layers in it may have it")]
    OnlyWithLayer {
        /// The file.
        file: String,
        /// The path of the entry inside the file.
        path: String,
        /// The entry's name.
        name: String,
        /// The field.
        field: &'static str,
    },
    /// The sizes of a layer do not fit together.
    #[error("{file}: {place}: layer `{layer}`: {cause}")]
    Sizes {
        /// The file.
        file: String,
        /// The path or the line inside the file.
        place: String,
        /// The layer's name.
        layer: String,
        /// What is wrong with the sizes.
        cause: LayerError,
    },
    /// The network has no layers.
    #[error("{file}: the network has no layers; it must have at least 1")]
    Empty {
        /// The file.
        file: String,
    },
    /// The network has more layers than anybody means.
    #[error("{file}: the network has more than {allowed} layers after `repeat`")]
    TooManyLayers {
        /// The file.
        file: String,
        /// The greatest allowed number.
        allowed: usize,
    },
    /// A layer has no name.
    #[error("{file}: layer {index} (counted from 0) has an empty name; it must have a name")]
    Unnamed {
        /// The file.
        file: String,
        /// The layer's position.
        index: usize,
    },
    /// Two layers have the same name.
    #[error(
        "{file}: layers {first} and {second} (counted from 0) are both named `{layer}`; names must differ"
    )]
    Duplicate {
        /// The file.
        file: String,
        /// The name.
        layer: String,
        /// Position of the first layer of that name.
        first: usize,
        /// Position of the second.
        second: usize,
    },
    /// More MACs than the counters hold exactly.
    #[error("{file}: the network has more than 2^53 multiply-accumulates")]
    TooLarge {
        /// The file.
        file: String,
    },
    /// The file's extension is not that of a known format.
    #[error(
        "{file}: found {found}; networks are read from .yaml, .yml (networks, Timeloop, ZigZag), .csv (SCALE-Sim, ConfuciuX), .m (MAESTRO) and .onnx"
    )]
    Extension {
        /// The file.
        file: String,
        /// The extension.
        found: String,
    },
    /// The CSV file's header is not that of a known format.
    #[error("{file}: line {line}: found the header `{found}`; allowed are {allowed}")]
    Header {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: u64,
        /// The header as it stands.
        found: String,
        /// The known headers.
        allowed: String,
    },
    /// The file is not CSV.
    #[error("{file}: {message}")]
    Csv {
        /// The file.
        file: String,
        /// What the CSV reader says, with the line.
        message: String,
    },
    /// A CSV row has too few or too many values.
    #[error("{file}: line {line}: found {found} values; expected {expected}: {columns}")]
    Row {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: u64,
        /// How many values the row has.
        found: usize,
        /// How many columns the header has.
        expected: usize,
        /// The header's columns.
        columns: String,
    },
    /// A value of a CSV row is not allowed.
    #[error("{file}: line {line}: {column}: found `{found}`; expected {expected}")]
    Value {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: u64,
        /// The column.
        column: String,
        /// The value as it stands.
        found: String,
        /// What is allowed there.
        expected: String,
    },
    /// No bundled network has that name.
    #[error("unknown network `{name}`{}; bundled are {allowed}", meant(.near))]
    Unknown {
        /// The name.
        name: String,
        /// The bundled network that was probably meant.
        near: Option<&'static str>,
        /// The bundled networks.
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

    /// What is wrong with a file, each at its place in the file's text. Empty if the error is not
    /// about a file.
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
