//! What decides a run's results: the verb and its options, defaults included.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A verb with the value of each option that decides the result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invocation {
    /// The command, such as `search map`.
    pub verb: String,
    /// Each option's values by its name.
    pub options: BTreeMap<String, Vec<String>>,
}

impl Invocation {
    /// The values of an option; none if it is not given.
    #[must_use]
    pub fn values(&self, option: &str) -> &[String] {
        self.options.get(option).map_or(&[], Vec::as_slice)
    }

    /// What another request says otherwise, a phrase each.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut differences = Vec::new();
        if self.verb != other.verb {
            differences.push(format!("{} there, {} here", self.verb, other.verb));
        }
        let shown = |values: &[String]| match values {
            [] => "nothing".to_owned(),
            values => values.join(" "),
        };
        for option in self.names(other) {
            let (there, here) = (self.values(option), other.values(option));
            if there != here {
                let (there, here) = (shown(there), shown(here));
                differences.push(format!("--{option}: {there} there, {here} here"));
            }
        }
        differences
    }

    /// The options that either request has.
    pub(crate) fn names<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a String> {
        let more = other.options.keys();
        let more = more.filter(|name| !self.options.contains_key(*name));
        self.options.keys().chain(more)
    }
}
