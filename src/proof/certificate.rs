//! A certificate of any kind, as a document.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{SCHEMA, map, strict};
use crate::{assign, codesign};

/// A certificate, by what it claims.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "Certificate by stationary")]
pub enum Certificate {
    /// `claims: assign`: PEs and buffer of each layer under budgets.
    Assign(Box<assign::Certificate>),
    /// `claims: codesign`: hardware that all layers share.
    Codesign(Box<codesign::Certificate>),
    /// `claims: map`: mappings of layers.
    Map(Box<map::MappingCertificate>),
}

/// Why a text is no certificate that can be checked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Unread {
    /// It is no certificate at all, or one that another version wrote in a form of its own.
    #[error("{0}")]
    Another(String),
    /// It calls itself a certificate of this version, and has not the fields of one.
    #[error("{0}")]
    Malformed(String),
}

impl Certificate {
    /// Reads one, and what it was read from.
    ///
    /// # Errors
    /// Text that is none.
    pub fn read(text: &str) -> Result<(Self, Value), Unread> {
        let document = strict::read(text).map_err(|error| Unread::Another(error.to_string()))?;
        if document["schema"] != SCHEMA {
            return Err(Unread::Another(format!(
                "schema: found {}; expected \"{SCHEMA}\", as --certificate writes it",
                document["schema"]
            )));
        }
        // From the text, as its errors name lines.
        let read = match document["claims"].as_str() {
            Some("assign") => serde_json::from_str(text).map(Self::Assign),
            Some("codesign") => serde_json::from_str(text).map(Self::Codesign),
            Some("map") => serde_json::from_str(text).map(Self::Map),
            _ => {
                return Err(Unread::Malformed(format!(
                    "claims: found {}; expected \"assign\", \"codesign\" or \"map\"",
                    document["claims"]
                )));
            }
        };
        match read {
            Ok(certificate) => Ok((certificate, document)),
            Err(error) => Err(refused(&document, &error)),
        }
    }
}

/// Why a certificate whose fields are others is not read.
fn refused(document: &Value, error: &serde_json::Error) -> Unread {
    let (version, own) = (document["version"].as_str(), env!("CARGO_PKG_VERSION"));
    match version.filter(|version| !version.is_empty() && *version != own) {
        Some(version) => Unread::Another(format!(
            "written by version {version}, and this is {own}, which reads another form: verify it with that version, \
             or make it again with this one: {error}"
        )),
        None => Unread::Malformed(error.to_string()),
    }
}
