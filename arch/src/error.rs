//! What is wrong with an accelerator description: where, what was found, what is allowed.

use std::fmt;

use stationary_document::{Diagnostic, Source};

/// The reason why an accelerator or DRAM description cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchError {
    /// The text is not of its format: it is no YAML, or fields are unknown, missing or of the wrong type; in
    /// another tool's file also what has no counterpart here. Never empty.
    #[error("{}", lines(.0))]
    Unreadable(Vec<Diagnostic>),
    /// The fields have the right types, but some values are such as no machine can have.
    #[error("{file}: {}", list(.problems))]
    Invalid {
        /// The name of the file, or of the accelerator where it came from no file.
        file: String,
        /// All invalid fields, in the order of the fields.
        problems: Vec<InvalidField>,
    },
    /// There is no preset of that name.
    #[error(
        "no accelerator preset is called `{name}`; there are {}{}",
        .allowed.join(", "), suggestion(.near.as_deref())
    )]
    UnknownPreset {
        /// The name that was asked for.
        name: String,
        /// The names of all presets.
        allowed: Vec<String>,
        /// The nearest preset's name; None if none is near.
        near: Option<String>,
    },
    /// There is no DRAM preset of that name.
    #[error(
        "no DRAM preset is called `{name}`; there are {}{}",
        .allowed.join(", "), suggestion(.near.as_deref())
    )]
    UnknownDram {
        /// The name that was asked for.
        name: String,
        /// The names of all DRAM presets.
        allowed: Vec<String>,
        /// The nearest preset's name; None if none is near.
        near: Option<String>,
    },
    /// An override names a field that does not exist.
    #[error(
        "--set {path}: {} has no field `{field}`; it has {}{}",
        parent(.at), fields(.allowed), suggestion(.near.as_deref())
    )]
    UnknownField {
        /// The whole path of the override.
        path: String,
        /// The path of the mapping or list that lacks the field; empty for the top.
        at: String,
        /// The name that it lacks.
        field: String,
        /// The names that it has.
        allowed: Vec<String>,
        /// The nearest of these names; None if none is near.
        near: Option<String>,
    },
    /// The value of an override does not fit its field.
    #[error("--set {path}={value}: {message}{}", suggestion(.near.as_deref()))]
    Override {
        /// The path of the override.
        path: String,
        /// The value of the override.
        value: String,
        /// A message with what was found and what is allowed.
        message: String,
        /// The allowed name that a misspelt one is nearest to; None if none is near.
        near: Option<String>,
    },
    /// The cost model's tables do not cover the machine.
    #[error("{path}: found {found}; the cost tables reach {allowed}")]
    NoCost {
        /// The path of the field whose value is not covered.
        path: String,
        /// The value of the field.
        found: String,
        /// The values that the tables cover.
        allowed: String,
    },
}

/// A field whose value no machine can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidField {
    /// Path of the field, such as `global_buffer.partitions.0.kib`.
    pub path: String,
    /// The value that was found.
    pub found: String,
    /// The values that are allowed.
    pub allowed: String,
    /// The overrides, each `path=value`, that set the value; empty where the file itself does.
    pub sets: Vec<String>,
}

impl fmt::Display for InvalidField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.sets.is_empty() {
            write!(f, "--set {}: ", self.sets.join(" --set "))?;
        }
        write!(
            f,
            "{}: found {}; allowed: {}",
            self.path, self.found, self.allowed
        )
    }
}

impl ArchError {
    /// The faults of a file, each with its place in the file's text. Empty if the error is not about a file.
    #[must_use]
    pub fn diagnostics(&self, text: &str) -> Vec<Diagnostic> {
        match self {
            Self::Unreadable(errors) => errors.clone(),
            Self::Invalid { file, problems } => {
                let source = Source::new(text);
                // The file does not hold what an override gave.
                let place = |p: &InvalidField| match p.sets.as_slice() {
                    [] => source.place(&p.path),
                    _ => None,
                };
                let at = |p: &InvalidField| Diagnostic::new(file, place(p), p.to_string());
                problems.iter().map(at).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn lines(errors: &[Diagnostic]) -> String {
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn suggestion(near: Option<&str>) -> String {
    near.map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

fn parent(at: &str) -> String {
    if at.is_empty() {
        "an accelerator".to_owned()
    } else {
        format!("`{at}`")
    }
}

fn fields(allowed: &[String]) -> String {
    if allowed.is_empty() {
        "none".to_owned()
    } else {
        allowed.join(", ")
    }
}

fn list(problems: &[InvalidField]) -> String {
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n  ")
}
