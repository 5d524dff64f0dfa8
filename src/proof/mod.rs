//! Certificates as files: what is claimed, about what, and on what grounds.
//!
//! A certificate names its inputs, or holds those that were made in code as the files that they could be, and a
//! digest of what they were read as. Whoever checks it
//! reads them again, computes the bounds again, runs the machine again, and excludes whatever would
//! be better by other means than the search's.
//!
//! ```text
//! question = inputs, objective, deployment, budgets, places of what ran     (taken from the file)
//! answer   = all other fields                                               (derived again, compared)
//! ```

mod about;
mod certificate;
mod inputs;
pub mod map;
mod origin;
mod shape;
pub mod spelling;
pub mod strict;
mod values;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use stationary_record::digest;

use crate::csv;

pub use self::about::About;
pub use self::certificate::{Certificate, Unread, verify};
pub use self::inputs::Inputs;
pub use self::origin::Origin;
pub use self::shape::LayerShape;
pub use self::values::Values;

/// The schema of every certificate.
pub const SCHEMA: &str = "stationary/certificate/1";

/// Digests of the inputs of a certificate, each a SHA-256 in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hashes {
    /// The model's lower bounds of all candidates or options: a changed model gives another digest.
    pub model: String,
    /// The accelerator in canonical form, which has the fields that differ from their defaults
    /// ([`crate::identity::accelerator`]).
    pub accelerator: String,
    /// The layers in canonical form ([`crate::identity::layers`]).
    pub network: String,
    /// The choices that the search had.
    pub space: String,
}

/// The names of accelerator and network, as their files give them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// The accelerator's name.
    pub arch: String,
    /// The network's name.
    pub network: String,
}

impl Names {
    /// The names that the origin of an answer has.
    #[must_use]
    pub fn of(origin: &csv::Origin) -> Self {
        Self {
            arch: origin.arch.clone(),
            network: origin.network.clone(),
        }
    }
}

impl Hashes {
    fn named(&self) -> [(&'static str, &String); 4] {
        [
            ("accelerator", &self.accelerator),
            ("network", &self.network),
            ("space", &self.space),
            ("model's bounds", &self.model),
        ]
    }
}

/// How many of the differences between two certificates a message shows.
pub const SHOWN: usize = 3;

/// One check of a certificate, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// The name of the check, such as `accelerator` or `derived again`.
    pub check: String,
    /// Whether the check holds.
    pub holds: bool,
    /// What was found, in words.
    pub detail: String,
}

/// How much of a certificate is believed without running it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Nothing is believed: everything that ran is run again.
    Nothing,
    /// The cycles of all runs but the best one are believed.
    Runs,
}

/// The outcome of verifying a certificate.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What the certificate is about, as its inputs were read again: pairs of a name and a value.
    pub about: Vec<(&'static str, String)>,
    /// Which version wrote the certificate, as far as that can be told.
    pub origin: Origin,
    /// The checks that were made.
    pub checks: Checks,
    /// The number of runs of the machine that the certificate rests on.
    pub runs: u64,
    /// How many of these runs were made again.
    pub again: u64,
    /// What is proved, in words: an optimum, a part of it, or a bound alone.
    pub claim: String,
}

impl Verdict {
    /// The verdict on a text that calls itself a certificate but lacks the fields of one; `what` says what is
    /// wrong.
    #[must_use]
    pub fn malformed(what: String) -> Self {
        let mut checks = Checks::default();
        checks.note("fields", false, what);
        Self {
            about: Vec::new(),
            origin: Origin::This,
            checks,
            runs: 0,
            again: 0,
            claim: "nothing: it has not the fields of a certificate".to_owned(),
        }
    }
}

/// What a certificate with this `kind` (`proved` or another) claims, in words.
#[must_use]
pub fn claim_of(kind: &str) -> String {
    match kind {
        "proved" => "an optimum, proved",
        _ => "no optimum, but a bound",
    }
    .to_owned()
}

/// The checks of a certificate, in order.
#[derive(Clone, Debug, Default)]
pub struct Checks(pub Vec<Check>);

impl Checks {
    /// Adds a check with its outcome and a sentence on it.
    pub fn note(&mut self, check: &str, holds: bool, detail: String) {
        let check = check.to_owned();
        self.0.push(Check {
            check,
            holds,
            detail,
        });
    }

    /// Adds a check that a claimed value equals the one that was found.
    pub fn same<T: PartialEq + std::fmt::Display>(&mut self, check: &str, claimed: &T, found: &T) {
        let holds = claimed == found;
        let detail = if holds {
            found.to_string()
        } else {
            format!("the certificate says {claimed}; found {found}")
        };
        self.note(check, holds, detail);
    }

    /// Adds a check that a claimed amount equals the one that was found, to the last digit. If it holds,
    /// `show` writes the amount in a suitable unit.
    pub fn same_amount(&mut self, check: &str, claimed: f64, found: f64, show: fn(f64) -> String) {
        self.same(check, &claimed, &found);
        if let Some(last) = self.0.last_mut().filter(|check| check.holds) {
            last.detail = show(found);
        }
    }

    /// Whether all hold.
    pub fn hold(&self) -> bool {
        self.0.iter().all(|check| check.holds)
    }

    /// The checks as CSV with the columns `check`, `holds` and `detail`.
    ///
    /// # Panics
    /// Never: checks are text.
    #[must_use]
    pub fn csv(&self) -> String {
        const MEMORY: &str = "memory takes what is written to it";
        let mut out = ::csv::Writer::from_writer(Vec::new());
        let head = ["check", "holds", "detail"];
        out.write_record(head).expect(MEMORY);
        for check in &self.0 {
            let fields = [&check.check, &check.holds.to_string(), &check.detail];
            out.write_record(fields).expect(MEMORY);
        }
        String::from_utf8(out.into_inner().expect(MEMORY)).expect("checks are text")
    }

    /// Adds a check that a certificate equals the one derived again, field by field; returns whether it does.
    pub fn derived(&mut self, claimed: &Value, found: &Value) -> bool {
        let mut flaws = Vec::new();
        differences("", claimed, found, &mut flaws);
        let first = flaws[..flaws.len().min(SHOWN)].join("; ");
        let detail = match flaws.len() {
            0 => "every field".to_owned(),
            few if few <= SHOWN => first,
            many => format!("{first}; and {} more", many - SHOWN),
        };
        self.note("derived again", flaws.is_empty(), detail);
        flaws.is_empty()
    }

    /// Adds a check for each digest of the inputs (accelerator, network, space), which needs no bounds;
    /// returns whether all are equal.
    pub fn inputs(&mut self, claimed: &Hashes, found: &Hashes) -> bool {
        let read = claimed.named().into_iter().zip(found.named()).take(3);
        let mut is_same = true;
        for ((name, claimed), (_, found)) in read {
            self.digest(name, claimed, found);
            is_same &= claimed == found;
        }
        is_same
    }

    /// Adds a check that two digests are equal.
    pub fn digest(&mut self, name: &str, claimed: &str, found: &str) {
        let (a, b) = short(claimed, found);
        let detail = match claimed == found {
            true => found.to_owned(),
            false => format!("the certificate says {a}; found {b}"),
        };
        self.note(name, claimed == found, detail);
    }

    /// Adds a check for each digest, that of the model's bounds included.
    pub fn hashes(&mut self, claimed: &Hashes, found: &Hashes) {
        for ((name, claimed), (_, found)) in claimed.named().into_iter().zip(found.named()) {
            self.digest(name, claimed, found);
        }
    }
}

/// Whether a text looks like a digest.
fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Two digests by their beginnings, if these differ.
fn short<'a>(claimed: &'a str, found: &'a str) -> (&'a str, &'a str) {
    match (claimed.get(..12), found.get(..12)) {
        (Some(a), Some(b)) if a != b => (a, b),
        _ => (claimed, found),
    }
}

/// Where two documents differ: other values, fields that one of them lacks, lists of other lengths.
fn differences(path: &str, claimed: &Value, found: &Value, flaws: &mut Vec<String>) {
    match (claimed, found) {
        (Value::Object(a), Value::Object(b)) => {
            for name in a
                .keys()
                .chain(b.keys().filter(|name| !a.contains_key(*name)))
            {
                let path = match path {
                    "" => name.clone(),
                    path => format!("{path}.{name}"),
                };
                match (a.get(name), b.get(name)) {
                    (Some(a), Some(b)) => differences(&path, a, b, flaws),
                    (Some(a), None) => {
                        flaws.push(format!("{path}: the certificate says {a}; found none"))
                    }
                    (None, b) => {
                        let b = b.unwrap_or(&Value::Null);
                        flaws.push(format!("{path}: the certificate says nothing; found {b}"));
                    }
                }
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            if a.len() != b.len() {
                let (a, b) = (a.len(), b.len());
                flaws.push(format!(
                    "{path}: the certificate has {a} entries; found {b}"
                ));
            }
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                differences(&format!("{path}[{at}]"), a, b, flaws);
            }
        }
        (Value::Number(a), Value::Number(b)) if is_same_number(a, b) => {}
        (a, b) if a == b => {}
        (Value::String(a), Value::String(b)) if is_digest(a) && is_digest(b) => {
            let (a, b) = short(a, b);
            flaws.push(format!("{path}: the certificate says {a}; found {b}"));
        }
        (a, b) => flaws.push(format!("{path}: the certificate says {a}; found {b}")),
    }
}

/// Whether two numbers are the same, to the last digit, also where one is written `518` and the other `518.0`.
fn is_same_number(a: &Number, b: &Number) -> bool {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => a == b,
        (Some(whole), None) => is_whole(b, whole),
        (None, Some(whole)) => is_whole(a, whole),
        (None, None) => a == b,
    }
}

/// Whether a fraction is this whole number.
fn is_whole(number: &Number, whole: i128) -> bool {
    // Those of 64 bits are far below where conversion saturates.
    (number.as_f64()).is_some_and(|found| found.fract() == 0.0 && found as i128 == whole)
}

/// SHA-256 in hexadecimal of a value, written as JSON.
pub fn digest_of(value: &Value) -> String {
    digest(value.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_difference_is_found() {
        let check = |claimed: Value, found: Value, expected: &[&str]| {
            let mut flaws = Vec::new();
            differences("", &claimed, &found, &mut flaws);
            assert_eq!(flaws, expected);
        };
        let whole = json!({"a": [1, null], "b": {}});
        check(whole.clone(), whole.clone(), &[]);
        check(
            json!({"a": [1, null]}),
            whole.clone(),
            &["b: the certificate says nothing; found {}"],
        );
        check(
            whole.clone(),
            json!({"a": [1, null]}),
            &["b: the certificate says {}; found none"],
        );
        check(
            json!({"a": [2, null], "b": {}}),
            whole.clone(),
            &["a[0]: the certificate says 2; found 1"],
        );
        check(
            json!({"a": [1], "b": {}}),
            whole,
            &["a: the certificate has 1 entries; found 2"],
        );
        check(json!([518, 0.5]), json!([518.0, 0.5]), &[]);
        check(
            json!([9_007_199_254_740_993_u64]),
            json!([9_007_199_254_740_992.0]),
            &["[0]: the certificate says 9007199254740993; found 9007199254740992.0"],
        );
        check(
            json!({"a": null}),
            json!({}),
            &["a: the certificate says null; found none"],
        );
    }
}
