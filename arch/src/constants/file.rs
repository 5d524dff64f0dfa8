//! The constants as an accelerator's file gives them.

use serde::{Deserialize, Serialize};

use super::Constants;
use crate::collector::Collector;
use crate::declaration::{At, Node, Omit, ReadContext, section_field};
use crate::field::{Field, Takes};

/// Constants in the place of those of the cost model, in a tree of the same form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct CostConfig(pub(crate) serde_yaml::Mapping);

impl Omit for CostConfig {}

impl Node for Constants {
    type Value = Self;
    type Written = CostConfig;

    fn base() -> Self {
        Self::default()
    }

    fn read(given: CostConfig, _: &At<'_>, _: &Self, reading: &mut ReadContext) -> Self {
        Self::with(given, &mut reading.problems)
    }

    fn write(value: &Self) -> Option<CostConfig> {
        Some(value.given()).filter(|given| !given.0.is_empty())
    }

    fn check(_: &Self, _: &At<'_>, _: &mut Collector) {}

    fn takes() -> Takes {
        Takes::Section
    }

    fn fields(at: &At<'_>, _: &Self, all: &mut Vec<Field>) {
        all.push(section_field(at));
    }

    fn differing(value: &Self, _: &Self, at: &At<'_>, all: &mut Vec<String>) {
        leaves(&at.to_string(), &value.given().0.into(), all);
    }
}

/// Appends each value of a tree with its path.
fn leaves(path: &str, tree: &serde_yaml::Value, all: &mut Vec<String>) {
    match tree {
        serde_yaml::Value::Mapping(fields) => {
            for (name, value) in fields {
                leaves(
                    &format!("{path}.{}", name.as_str().unwrap_or_default()),
                    value,
                    all,
                );
            }
        }
        other => all.push(format!("{path}={}", crate::declaration::text(other))),
    }
}
