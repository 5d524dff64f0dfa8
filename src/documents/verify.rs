//! `stationary/verify/1`: what a check of a certificate found.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use crate::proof::{Check, Verdict};

/// A certificate that was checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verified {
    /// `stationary/verify/1`.
    pub schema: String,
    /// Whether every check holds.
    pub holds: bool,
    /// What the certificate is about, as it was read again: name and value.
    pub about: IndexMap<String, String>,
    /// That another build or version wrote it, where that is so.
    pub origin: Option<String>,
    /// What is proved, in words.
    pub claim: String,
    /// Runs of the machine that the certificate rests on.
    pub runs: u64,
    /// How many of them were made again.
    pub runs_again: u64,
    /// Each check, in order.
    pub checks: Vec<Check>,
}

impl Document for Verified {
    const NAME: &'static str = "stationary/verify/1";
    const TITLE: &'static str = "Check of a certificate by stationary";
}

impl Verified {
    /// What was found of a certificate that `version` wrote.
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
