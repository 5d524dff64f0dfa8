//! Why JSON is not the document that it was to be.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// JSON that is not the document that was needed.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It says that it is something else.
    #[error("found {found}; needed {needed}")]
    Other {
        /// Its field `schema`, or that it has none.
        found: String,
        /// The name of the document that was needed.
        needed: &'static str,
    },
    /// It has the right name, and a field that is missing or of another type.
    #[error("it calls itself {name} and is not as this version writes it: {field}")]
    Field {
        /// The name of the document.
        name: &'static str,
        /// Which, and why.
        field: FieldError,
    },
}

/// A field that is missing or of another type.
#[derive(Debug, thiserror::Error)]
#[error("{}{source}", at(path))]
pub struct FieldError {
    /// Where it stands, such as `layers[2].cycles`; of a missing one, where what it belongs to stands, and empty for
    /// the document itself.
    pub path: String,
    /// What was found, and what was expected.
    pub source: serde_json::Error,
}

fn at(path: &str) -> String {
    match path {
        "" => String::new(),
        path => format!("{path}: "),
    }
}

/// A value as a type.
pub(crate) fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, FieldError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        FieldError {
            path: if path == "." { String::new() } else { path },
            source: error.into_inner(),
        }
    })
}
