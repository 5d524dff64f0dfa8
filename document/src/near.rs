//! The name that a misspelt one most likely meant.
//!
//! The distance of two names is the least number of single-character insertions, deletions,
//! replacements and swaps of neighbours that turn one into the other:
//!
//! ```text
//! d[i][j] = min(d[i-1][j] + 1, d[i][j-1] + 1, d[i-1][j-1] + [a_i != b_j],
//!               d[i-2][j-2] + 1 if a_i a_{i-1} = b_{j-1} b_j)
//! ```

/// The candidate nearest to `name`: at most a third of its letters differ, of a short name one. Case, `-`, `_`
/// and spaces do not count. Of equals it is the first; None if no candidate is near.
///
/// ```
/// use stationary_document::near::nearest;
///
/// assert_eq!(nearest("eyeris", ["systolic", "eyeriss"]), Some("eyeriss"));
/// assert_eq!(nearest("gpu", ["systolic", "eyeriss"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = plain(name);
    candidates
        .into_iter()
        .map(|candidate| (distance(&wanted, &plain(candidate)), candidate))
        .filter(|&(distance, candidate)| {
            distance <= (wanted.len().max(candidate.chars().count()) / 3).max(1)
                && distance < candidate.chars().count()
        })
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

fn plain(name: &str) -> Vec<char> {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let edited = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                let swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if swap {
                    edited.min(rows[i - 2][j - 2] + 1)
                } else {
                    edited
                }
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(a: &str, b: &str, expected: usize) {
        assert_eq!(distance(&plain(a), &plain(b)), expected, "{a} and {b}");
        assert_eq!(distance(&plain(b), &plain(a)), expected, "{b} and {a}");
    }

    #[test]
    fn distances() {
        check("", "", 0);
        check("rows", "", 4);
        check("rows", "row", 1);
        check("rows", "rwos", 1);
        check("kitten", "sitting", 3);
        check("Tpu_V1", "tpu-v1", 0);
    }

    #[test]
    fn near_ends_at_a_third() {
        assert_eq!(nearest("collumns", ["cols", "rows"]), None);
        assert_eq!(nearest("clos", ["rows", "cols"]), Some("cols"));
        assert_eq!(nearest("x", ["a"]), None);
    }
}
