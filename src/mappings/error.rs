//! Why a mapping file is not usable.

use stationary_document::Diagnostic;

use crate::sim::DataflowError;

/// Why a mapping file is not usable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingFileError {
    /// Not YAML, or not of this shape. Never empty.
    #[error("{}", lines(.0))]
    Unreadable(Vec<Diagnostic>),
    /// No entry for a layer.
    #[error("{file}: no mapping for layer `{layer}`; it has: {present}")]
    Missing {
        /// The file.
        file: String,
        /// The layer asked for.
        layer: String,
        /// The layers there are.
        present: String,
    },
    /// A dataflow that does not exist.
    #[error(
        "layer `{layer}`: unknown dataflow `{found}`; allowed: ws, os, rs, is, or {{name: ..., rows: ..., cols: ..., beats: ..., local: ...}}"
    )]
    Dataflow {
        /// The layer.
        layer: String,
        /// As written.
        found: String,
    },
    /// A dataflow of one's own that no machine runs.
    #[error("layer `{layer}`: dataflow.{problem}")]
    Own {
        /// The layer.
        layer: String,
        /// What is wrong with it.
        problem: DataflowError,
    },
    /// Published parameters that do not fit.
    #[error("layer `{layer}`: row_stationary.{problem}")]
    RowStationary {
        /// The layer.
        layer: String,
        /// Which parameter, found and allowed.
        problem: String,
    },
    /// Published parameters beside a tiling.
    #[error("layer `{layer}`: `{field}` beside `row_stationary`; give one or the other")]
    Both {
        /// The layer.
        layer: String,
        /// The field of the tiling.
        field: &'static str,
    },
    /// No mapping has these banks.
    #[error("layer `{layer}`: data_banks, wt_banks: {problem}")]
    Banks {
        /// The layer.
        layer: String,
        /// Why none has.
        problem: String,
    },
    /// A loop order that is not a permutation.
    #[error("layer `{layer}`: {field} is `{found}`; it must name each of N G K C P Q R S once")]
    Order {
        /// The layer.
        layer: String,
        /// The field.
        field: &'static str,
        /// As written.
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
