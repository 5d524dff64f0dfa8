//! Unknown names and the near match to suggest.

use thiserror::Error;

/// The error of a name that is none of the allowed ones.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("unknown {subject} `{found}`{hint}; allowed: {}", allowed.join(", "))]
pub struct UnknownName {
    /// The kind of thing that was to be named, such as `optimizer`.
    pub subject: &'static str,
    /// The name that was given.
    pub found: String,
    /// The words ` (did you mean ...?)`; empty where no allowed name is near.
    pub hint: String,
    /// The allowed names.
    pub allowed: Vec<&'static str>,
}

impl UnknownName {
    /// As [`UnknownName::new`]; of one of the `learned` names it is said that the build lacks the
    /// feature `learn`, without which they are left out.
    pub(crate) fn with_feature(
        subject: &'static str,
        found: &str,
        allowed: Vec<&'static str>,
        learned: &[&str],
    ) -> Self {
        let is_left_out = learned.contains(&found) && !allowed.contains(&found);
        let mut error = Self::new(subject, found, allowed);
        if is_left_out {
            let hint = " (it learns, and this build was made without the feature `learn`)";
            hint.clone_into(&mut error.hint);
        }
        error
    }

    pub(crate) fn new(subject: &'static str, found: &str, allowed: Vec<&'static str>) -> Self {
        let near = allowed
            .iter()
            .map(|name| (edits(found, name), *name))
            .min()
            .filter(|&(distance, name)| distance <= name.len().div_ceil(3));
        let hint = near.map_or(String::new(), |(_, name)| {
            format!(" (did you mean `{name}`?)")
        });
        Self {
            subject,
            found: found.to_owned(),
            hint,
            allowed,
        }
    }
}

/// Levenshtein's distance, without regard to case.
fn edits(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let swap = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = swap.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.chars().count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_the_build_leaves_out_names_the_feature() {
        let error = |found: &str| {
            UnknownName::with_feature("optimizer", found, vec!["exact", "grid"], &["ppo"])
                .to_string()
        };
        assert!(error("ppo").contains("without the feature `learn`"));
        assert!(error("exakt").contains("did you mean `exact`?"));
        assert!(!error("exact").contains("feature"));
    }
}
