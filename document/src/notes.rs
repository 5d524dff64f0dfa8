//! The order of notes: what changes an answer most stands first, trifles in one line at the end.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;

/// Words that say what a note is about, by how much it matters.
const MATTERS: [&[&str]; 3] = [
    &["sparsity", "sparse", "densit"],
    &["bandwidth", "r_bw", "w_bw", "ports"],
    &[
        "precision",
        "datawidth",
        "data_width",
        "word-bits",
        "word_bits",
        "quantiz",
    ],
];

/// How a note ends that says nothing but that something is not used.
const UNUSED: &str = ": not used";

/// Sorts the notes of a file by how much they matter: sparsity, bandwidth, precision, what is left out or taken
/// otherwise. The last note, in one line, has the names that are not used and change little.
#[must_use]
pub fn ranked(notes: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let (mut ordered, mut trifles) = (Vec::new(), Vec::new());
    for note in notes {
        let rank = rank(&note);
        if rank == MATTERS.len() && note.message.ends_with(UNUSED) && note.near.is_none() {
            trifles.push(note);
        } else {
            ordered.push((rank, note));
        }
    }
    // A stable sort: equals stay in the file's order.
    ordered.sort_by_key(|(rank, _)| *rank);
    let mut notes: Vec<_> = ordered.into_iter().map(|(_, note)| note).collect();
    notes.extend(summed_up(trifles));
    notes
}

fn rank(note: &Diagnostic) -> usize {
    let message = note.message.to_lowercase();
    let is_about =
        |words: &&[&str]| !note.is_remark && words.iter().any(|word| message.contains(word));
    MATTERS.iter().position(is_about).unwrap_or(MATTERS.len())
}

/// More names than these are no news.
const MOST_NAMES: usize = 12;

/// Words of a note by which work is left out, or counted otherwise than the file says.
const ALTERS: [&str; 6] = [
    "left out",
    "taken",
    "counts",
    "counted",
    "no model of",
    "not imported",
];

/// Whether a note says that a result differs from what its file means: something that matters is not used, is
/// left out, or is counted otherwise.
#[must_use]
pub fn alters_an_answer(note: &Diagnostic) -> bool {
    let message = note.message.to_lowercase();
    let is_said = rank(note) < MATTERS.len() || ALTERS.iter().any(|word| message.contains(word));
    is_said && !note.is_remark
}

/// One note of several: each name once, with how often it stands in the file.
fn summed_up(mut trifles: Vec<Diagnostic>) -> Option<Diagnostic> {
    if trifles.len() < 2 {
        return trifles.pop();
    }
    let mut names: Vec<(&str, usize)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for note in &trifles {
        let path = note.message.strip_suffix(UNUSED).unwrap_or(&note.message);
        // Places in lists differ from one to the next, what the name says does not.
        let name = path.rsplit(['.', ' ', ']']).next().unwrap_or(path);
        let at = *places.entry(name).or_insert(names.len());
        match names.get_mut(at) {
            Some((_, count)) => *count += 1,
            None => names.push((name, 1)),
        }
    }
    let shown = names
        .iter()
        .take(MOST_NAMES)
        .map(|(name, count)| match count {
            1 => format!("`{}`", name.trim_matches('`')),
            count => format!("`{}` ({count} times)", name.trim_matches('`')),
        });
    let mut list: Vec<String> = shown.collect();
    match names.len().saturating_sub(MOST_NAMES) {
        0 => {}
        1 => list.push("and one more name".to_owned()),
        more => list.push(format!("and {more} more names")),
    }
    let message = format!("not used: {}", list.join(", "));
    let first = &trifles[0];
    Some(Diagnostic::new(first.file.clone(), first.place, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &[&str], expected: &[&str]) {
        let notes = given.iter().map(|m| Diagnostic::new("f", None, *m));
        let found: Vec<_> = ranked(notes.collect())
            .into_iter()
            .map(|n| n.message)
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_alters_an_answer_is_told_from_trifles() {
        let alters = |message: &str| alters_an_answer(&Diagnostic::new("f", None, message));
        for message in [
            "column `Sparsity`: not used",
            "layer `a`: POOL is left out, as MAESTRO has no model of it",
            "layer `a`: TRCONV is what MAESTRO counts for it",
            "x.read_bandwidth: not used",
            "operator Frobnicate: 2 not imported: it is not supported",
        ] {
            assert!(alters(message), "{message}");
        }
        let names = "no layers: DequantizeLinear 1, CountSketch 1, BandwidthSparsify 1";
        assert!(alters(names) && !alters_an_answer(&Diagnostic::remark("f", names)));
        for message in ["a.name: not used", "not used: `name`, `n_banks` (2 times)"] {
            assert!(!alters(message), "{message}");
        }
    }

    #[test]
    fn what_matters_stands_first() {
        check(
            &[
                "a.name: not used",
                "b: is left out",
                "[0].operand_precision: not used",
                "parts[1].n_banks: not used",
                "x.read_bandwidth: not used",
                "parts[2].n_banks: not used",
                "densities: not used",
            ],
            &[
                "densities: not used",
                "x.read_bandwidth: not used",
                "[0].operand_precision: not used",
                "b: is left out",
                "not used: `name`, `n_banks` (2 times)",
            ],
        );
        check(&["a.name: not used"], &["a.name: not used"]);
        let many: Vec<String> = (0..20_000).map(|at| format!("x{at}: not used")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        check(
            &many,
            &[
                "not used: `x0`, `x1`, `x2`, `x3`, `x4`, `x5`, `x6`, `x7`, `x8`, `x9`, `x10`, `x11`, \
              and 19988 more names",
            ],
        );
        check(&[], &[]);
    }
}
