//! A certificate of any kind, as a document.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{SCHEMA, Trust, Verdict, map, strict};
use crate::error::Error;
use crate::progress::Progress;
use crate::{assign, codesign};

/// A certificate of any kind, by what it claims.
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

/// The reason why a text is no certificate that can be checked.
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
    /// Reads a certificate: the certificate, and the JSON document that it was read from.
    ///
    /// # Errors
    /// [`Unread`], if the text is no certificate, or one whose fields are not those of its kind.
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

/// Checks the text of a certificate of any kind: derives all that it says again from what it names, and runs the
/// machine again. A text that calls itself a certificate of this version and is none does not hold.
///
/// ```
/// use stationary::hooks::Hooks;
/// use stationary::map::MappingQuestion;
/// use stationary::proof::{self, Trust};
/// use stationary::Request;
///
/// let target = Request::new("shidiannao", "alexnet").target()?.pick(&["fc8"])?;
/// let question = MappingQuestion { certify: true, ..MappingQuestion::default() };
/// let found = target.search_map(&question, &Hooks::default())?.expect("nobody cancels it");
/// let text = found.certificate()?.expect("it was asked for").json().to_string();
/// assert!(proof::verify(&text, Trust::Runs, &())?.checks.hold());
/// let forged = text.replacen("\"cycles\":", "\"cycles\":1", 1);
/// assert!(!proof::verify(&forged, Trust::Runs, &())?.checks.hold());
/// # Ok::<(), stationary::Error>(())
/// ```
///
/// # Errors
/// A text that is no certificate of this version; what it names cannot be read.
pub fn verify(text: &str, trust: Trust, progress: &dyn Progress) -> Result<Verdict, Error> {
    let (certificate, written) = match Certificate::read(text) {
        Ok(read) => read,
        Err(Unread::Malformed(what)) => return Ok(Verdict::malformed(what)),
        Err(other) => return Err(Error::Search(other.to_string())),
    };
    match certificate {
        Certificate::Assign(read) => {
            read.verify(&written, read.unpriced()?, trust, [progress, progress])
        }
        Certificate::Map(read) => read.verify(&written, &read.target()?, trust, progress),
        Certificate::Codesign(read) => read.verify(&written, &*read.setting()?, trust, progress),
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
