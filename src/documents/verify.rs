//! `stationary/verify/1`: what a check of a certificate found.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use crate::proof::{Check, Verdict};

/// The result of checking a certificate (`stationary verify`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verified {
    /// The name of the schema: `stationary/verify/1`.
    pub schema: String,
    /// Whether every check holds.
    pub holds: bool,
    /// The subject of the certificate as it was read again: pairs of a name and a value.
    pub about: IndexMap<String, String>,
    /// A sentence that says so if another build or version wrote the certificate; else null.
    pub origin: Option<String>,
    /// The claim that is proved, in words.
    pub claim: String,
    /// The number of runs of the machine that the certificate rests on.
    pub runs: u64,
    /// The number of these runs that were made again.
    pub runs_again: u64,
    /// The checks, in the order in which they were made.
    pub checks: Vec<Check>,
}

impl Document for Verified {
    const NAME: &'static str = "stationary/verify/1";
    const TITLE: &'static str = "Check of a certificate by stationary";
}

impl Verified {
    /// The document of a verdict on a certificate that the version `version` wrote.
    #[must_use]
    pub fn of(verdict: &Verdict, version: &str) -> Self {
        let about = verdict.about.iter();
        Self {
            schema: Self::NAME.to_owned(),
            holds: verdict.checks.hold(),
            about: about
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            origin: verdict.origin.sentence(version),
            claim: verdict.claim.clone(),
            runs: verdict.runs,
            runs_again: verdict.again,
            checks: verdict.checks.0.clone(),
        }
    }
}
