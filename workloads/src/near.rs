//! The allowed name that a misspelt one was probably meant to be.
//!
//! ```text
//! distance(a, b) = fewest insertions, deletions and replacements of letters that turn a into b
//! nearest(found) = the allowed name at least distance, if that is at most a third of its letters
//! ```
//!
//! Capitals and the choice between `-`, `_` and a space do not count.

/// The name among `allowed` nearest to `found`, if one is near enough to suggest.
///
/// ```
/// use stationary_workloads::near::nearest;
///
/// assert_eq!(nearest("resnet-5O", ["alexnet", "resnet50"]), Some("resnet50"));
/// assert_eq!(nearest("yolo", ["alexnet", "resnet50"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(found: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found = folded(found);
    allowed
        .into_iter()
        .map(|name| (distance(&found, &folded(name)), name))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, name)| *distance <= name.chars().count().div_ceil(3))
        .map(|(_, name)| name)
}

/// The Levenshtein distance between two texts, in characters.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    distance_of(
        &a.chars().collect::<Vec<_>>(),
        &b.chars().collect::<Vec<_>>(),
    )
}

/// Row by row of the table of distances between prefixes; only the row before is kept.
fn distance_of(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

fn folded(name: &str) -> String {
    name.to_lowercase().replace(['-', ' '], "_")
}

#[cfg(test)]
mod tests {
    use super::distance;

    /// The definition, by recursion.
    fn naive(a: &[char], b: &[char]) -> usize {
        let (Some((x, rest_a)), Some((y, rest_b))) = (a.split_first(), b.split_first()) else {
            return a.len() + b.len();
        };
        (naive(rest_a, rest_b) + usize::from(x != y))
            .min(naive(rest_a, b) + 1)
            .min(naive(a, rest_b) + 1)
    }

    #[test]
    fn distances_are_those_of_the_definition() {
        for (a, b) in [
            ("", ""),
            ("", "abc"),
            ("kitten", "sitting"),
            ("vgg61", "vgg16"),
            ("größe", "grosse"),
        ] {
            let chars = |s: &str| s.chars().collect::<Vec<_>>();
            assert_eq!(distance(a, b), naive(&chars(a), &chars(b)), "{a} to {b}");
            assert_eq!(distance(a, b), distance(b, a), "{a} to {b}");
        }
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
