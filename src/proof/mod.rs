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

/// What was read, as SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
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

/// What was read, as it calls itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// The accelerator.
    pub arch: String,
    /// The network.
    pub network: String,
}

impl Names {
    /// By the words of an answer.
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

/// Of many differences, how many are shown.
pub const SHOWN: usize = 3;

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// What.
    pub check: String,
    /// Whether it holds.
    pub holds: bool,
    /// What was found.
    pub detail: String,
}

/// What of a certificate is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Everything that ran is run again.
    Nothing,
    /// Cycles of what ran and is not the best are taken as they stand.
    Runs,
}

/// What was checked, and about what.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What the certificate is about, as it was read again: name and value.
    pub about: Vec<(&'static str, String)>,
    /// What wrote the certificate, as far as that can be told.
    pub origin: Origin,
    /// Each claim.
    pub checks: Checks,
    /// Runs of the machine that the certificate rests on.
    pub runs: u64,
    /// How many of them were made again.
    pub again: u64,
    /// What is proved, in words: all that was searched for, a part of it, or a bound alone.
    pub claim: String,
}

impl Verdict {
    /// On a text that calls itself a certificate and has not the fields of one.
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

/// What the kind of a certificate's document claims, in words.
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

    /// The same for an amount: in a unit that suits if it holds, and to the last digit if not.
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

    /// A line a check.
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

    /// Compares a whole certificate with the one derived again, field by field.
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

    /// Compares the digests of what was read, which takes no bounds; whether all are the same.
    pub fn inputs(&mut self, claimed: &Hashes, found: &Hashes) -> bool {
        let read = claimed.named().into_iter().zip(found.named()).take(3);
        let mut is_same = true;
        for ((name, claimed), (_, found)) in read {
            self.digest(name, claimed, found);
            is_same &= claimed == found;
        }
        is_same
    }

    /// Compares two digests.
    pub fn digest(&mut self, name: &str, claimed: &str, found: &str) {
        let (a, b) = short(claimed, found);
        let detail = match claimed == found {
            true => found.to_owned(),
            false => format!("the certificate says {a}; found {b}"),
        };
        self.note(name, claimed == found, detail);
    }

    /// Compares the digests.
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

/// The digest of a value as JSON.
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
