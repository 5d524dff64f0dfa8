//! Why a mapping file is not usable.

use stationary_document::Diagnostic;

use crate::sim::DataflowError;

/// The reason why a file of mappings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingFileError {
    /// Not YAML, or not of this shape. Never empty.
    #[error("{}", lines(.0))]
    Unreadable(Vec<Diagnostic>),
    /// The file has no entry for a layer.
    #[error("{file}: no mapping for layer `{layer}`; it has: {present}")]
    Missing {
        /// The name of the file.
        file: String,
        /// The name of the layer that was asked for.
        layer: String,
        /// The names of the layers that the file has.
        present: String,
    },
    /// An entry names a dataflow that does not exist.
    #[error(
        "layer `{layer}`: unknown dataflow `{found}`; allowed: ws, os, rs, is, or {{name: ..., rows: ..., cols: ..., beats: ..., local: ...}}"
    )]
    Dataflow {
        /// The layer of the entry.
        layer: String,
        /// The dataflow as it is written.
        found: String,
    },
    /// A dataflow of one's own that no machine runs.
    #[error("layer `{layer}`: dataflow.{problem}")]
    Own {
        /// The layer of the entry.
        layer: String,
        /// The fault of the dataflow.
        problem: DataflowError,
    },
    /// The published parameters of an entry do not fit the layer or the array.
    #[error("layer `{layer}`: row_stationary.{problem}")]
    RowStationary {
        /// The layer of the entry.
        layer: String,
        /// Which parameter, found and allowed.
        problem: String,
    },
    /// An entry has published parameters beside a tiling.
    #[error("layer `{layer}`: `{field}` beside `row_stationary`; give one or the other")]
    Both {
        /// The layer of the entry.
        layer: String,
        /// The field of the tiling that stands beside them.
        field: &'static str,
    },
    /// No mapping of the layer has the banks that an entry gives.
    #[error("layer `{layer}`: data_banks, wt_banks: {problem}")]
    Banks {
        /// The layer of the entry.
        layer: String,
        /// The reason why none has.
        problem: String,
    },
    /// A loop order that is not a permutation.
    #[error("layer `{layer}`: {field} is `{found}`; it must name each of N G K C P Q R S once")]
    Order {
        /// The layer of the entry.
        layer: String,
        /// The name of the field.
        field: &'static str,
        /// The value as it is written.
        found: String,
    },
}

fn lines(errors: &[Diagnostic]) -> String {
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

impl MappingFileError {
    /// What is wrong with a file, each at its place. Empty if the error is not about its text.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            Self::Unreadable(errors) => errors,
            _ => &[],
        }
    }
}
