//! Certificates as files: what is claimed, about what, and on what grounds.
//!
//! A certificate names its inputs and holds a digest of what they were read as. Whoever checks it
//! reads them again, computes the bounds again, runs the machine again, and excludes whatever would
//! be better by other means than the search's.

pub mod assign;
pub mod map;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stationary_record::digest;

/// The schema of every certificate.
pub const SCHEMA: &str = "stationary/certificate/1";

/// What was read, as SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashes {
    /// Every bound of the model: it is another model that gives others.
    pub model: String,
    /// The accelerator, every field written out.
    pub accelerator: String,
    /// The layers.
    pub network: String,
    /// What there was to choose from.
    pub space: String,
}

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// What.
    pub check: String,
    /// Whether it holds.
    pub holds: bool,
    /// What was found.
    pub detail: String,
}

/// The checks of a certificate, in order.
#[derive(Clone, Debug, Default)]
pub struct Checks(pub Vec<Check>);

impl Checks {
    /// Notes one.
    pub fn note(&mut self, check: &str, holds: bool, detail: String) {
        let check = check.to_owned();
        self.0.push(Check {
            check,
            holds,
            detail,
        });
    }

    /// Compares what is claimed with what is found.
    pub fn same<T: PartialEq + std::fmt::Display>(&mut self, check: &str, claimed: &T, found: &T) {
        let holds = claimed == found;
        let detail = if holds {
            found.to_string()
        } else {
            format!("the certificate says {claimed}; found {found}")
        };
        self.note(check, holds, detail);
    }

    /// Whether all hold.
    pub fn hold(&self) -> bool {
        self.0.iter().all(|check| check.holds)
    }

    /// Compares the digests.
    pub fn hashes(&mut self, claimed: &Hashes, found: &Hashes) {
        self.same("accelerator", &claimed.accelerator, &found.accelerator);
        self.same("network", &claimed.network, &found.network);
        self.same("space", &claimed.space, &found.space);
        self.same("model's bounds", &claimed.model, &found.model);
    }
}

/// The digest of a value as JSON.
pub fn digest_of(value: &Value) -> String {
    digest(value.to_string().as_bytes())
}
