//! Operators that multiply nothing, and so are no layers.

use std::collections::BTreeMap;

use crate::coverage::LeftOut;

/// How many there are of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plain(BTreeMap<String, u64>);

impl Plain {
    pub(super) fn add(&mut self, operator: &str) {
        *self.0.entry(operator.to_owned()).or_default() += 1;
    }

    /// The same as part of what a file's layers stand for.
    pub(super) fn entries(&self) -> Vec<LeftOut> {
        let entry = |(operator, count): (&String, &u64)| LeftOut {
            operator: operator.clone(),
            count: *count,
            // No file of these tools says how large their operands are.
            bytes_unknown: *count,
            ..LeftOut::default()
        };
        self.0.iter().map(entry).collect()
    }

    /// What there is, in a line.
    pub(super) fn note(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let counts: Vec<String> = self
            .0
            .iter()
            .map(|(operator, count)| format!("{operator} {count}"))
            .collect();
        Some(format!(
            "operators without products are no layers: {}",
            counts.join(", ")
        ))
    }
}
