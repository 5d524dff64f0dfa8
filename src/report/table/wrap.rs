//! Text in lines of a terminal's width. A number is never broken, and stays with its unit.

use stationary_document::visible_lines;
use textwrap::core::{Word, break_words};
use textwrap::wrap_algorithms::wrap_first_fit;
use unicode_width::UnicodeWidthStr;

use crate::output;

/// Where a cell is broken: between phrases; within those that are longer than a line, between words;
/// and within such words, after what sets names apart, as in `layer4.0.downsample` or `dram:weight`.
const PLACES: [&[&str]; 3] = [&[", "], &[" "], &[".", "/", ":", ",", "_"]];

/// What is printed for people: tables and sentences.
pub fn page(text: &str) -> String {
    fold(&visible_lines(text), output::width())
}

/// Paragraphs in lines of at most so many columns, broken at blanks; what follows a break is set in.
/// Lines of a table are left as they are.
fn fold(text: &str, width: usize) -> String {
    let mut folded = String::new();
    for line in text.lines() {
        let is_table = line.contains("  ") || line.starts_with('\u{2500}');
        if is_table || line.width() <= width {
            folded.push_str(line);
        } else {
            let words: Vec<Word> = pieces(line, PLACES[1]).map(Word::from).collect();
            let widths = [width, width.saturating_sub(2)];
            folded.push_str(&lines(&words, &widths).join("\n  "));
        }
        folded.push('\n');
    }
    folded
}

/// A cell in lines of at most so many columns.
pub fn cell(text: &str, width: usize) -> String {
    let line = |line| lines(&parts(line, width.max(1), &PLACES), &[width]).join("\n");
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// How wide the widest word of a text is.
pub fn widest_word(text: &str) -> usize {
    let widths = pieces(text, PLACES[1]).map(|word| word.trim_end().width());
    widths.max().unwrap_or(0)
}

fn lines(words: &[Word<'_>], widths: &[usize]) -> Vec<String> {
    let widths: Vec<f64> = widths.iter().map(|width| *width as f64).collect();
    let line = |words: &[Word<'_>]| {
        let text = words.iter().flat_map(|word| [word.word, word.whitespace]);
        text.collect::<String>().trim_end().to_owned()
    };
    wrap_first_fit(words, &widths)
        .into_iter()
        .map(line)
        .collect()
}

/// Parts of a text that are no wider than a line, broken at the first places where that suffices, and
/// anywhere if none do.
fn parts<'a>(text: &'a str, width: usize, places: &[&'static [&'static str]]) -> Vec<Word<'a>> {
    if text.trim_end().width() <= width {
        return vec![Word::from(text)];
    }
    match places {
        [] => break_words([Word::from(text)], width),
        [first, rest @ ..] => pieces(text, first)
            .flat_map(|piece| parts(piece, width, rest))
            .collect(),
    }
}

/// A text in pieces that end in one of the separators.
fn pieces<'a>(text: &'a str, separators: &'static [&'static str]) -> impl Iterator<Item = &'a str> {
    let mut begin = 0;
    std::iter::from_fn(move || {
        if begin == text.len() {
            return None;
        }
        let places = text.char_indices().map(|(at, c)| at + c.len_utf8());
        let mut ends = places.filter(|end| *end > begin).filter(|end| {
            let before = &text[begin..*end];
            separators.iter().any(|s| before.ends_with(s)) && may_break(before, &text[*end..])
        });
        let end = ends.next().unwrap_or(text.len());
        let piece = &text[begin..end];
        begin = end;
        Some(piece)
    })
}

/// Whether a line may end between two texts: not within blanks, numbers, and quantities with units.
fn may_break(before: &str, after: &str) -> bool {
    let Some(next) = after.chars().next() else {
        return true;
    };
    if next == ' ' {
        return false;
    }
    if !before.ends_with(' ') {
        let digits = before.trim_end_matches(['.', ',', ':', '/', '_']);
        return !(digits.ends_with(|c: char| c.is_ascii_digit()) && next.is_ascii_digit());
    }
    let last = before.trim_end().rsplit([' ', '(']).next().unwrap_or("");
    // An energy-delay product has a unit of two words.
    let is_half = last == "mJ" && after.starts_with("ms");
    let is_unit = next.is_alphabetic() || next == '%';
    !(is_half || is_unit && is_number(last))
}

fn is_number(word: &str) -> bool {
    let digits = word.trim_start_matches(['+', '-', '\u{2212}', '<', '~', '=']);
    digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && digits
            .chars()
            .all(|c| c.is_ascii_digit() || ".,e-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str, width: usize) -> Vec<String> {
        cell(text, width).lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_long_word_breaks_anywhere() {
        assert_eq!(broken("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(broken("ab cd ef", 5), ["ab cd", "ef"]);
        assert_eq!(broken("network:psum_out", 8), ["network:", "psum_out"]);
    }

    #[test]
    fn a_number_is_whole_and_stays_with_its_unit() {
        assert_eq!(broken("dram:weight 12 %", 13), ["dram:weight", "12 %"]);
        assert_eq!(
            broken("wait 1.25 mJ, 3 ms", 9),
            ["wait", "1.25 mJ,", "3 ms"]
        );
        assert_eq!(
            broken("layer4.0.downsample", 10),
            ["layer4.0.", "downsample"]
        );
        assert_eq!(broken("M128 N768 K3072", 11), ["M128 N768", "K3072"]);
        assert_eq!(fold("slack is 1 %", 10), "slack is\n  1 %\n");
        assert_eq!(fold("of 5000 mJ ms", 10), "of\n  5000 mJ ms\n");
        assert_eq!(fold("(+0.5 % of it)", 8), "(+0.5 %\n  of it)\n");
    }

    #[test]
    fn every_quantity_is_in_one_line_whatever_the_width() {
        let text = "mappings chosen for cycles, slack 1 %; 4.123 GOPS at 636.4 mW, \
                    22725 mJ ms, +0.5 % of 12.26 mm2";
        for width in 14..90 {
            let folded = fold(text, width);
            for quantity in [
                "1 %;",
                "4.123 GOPS",
                "636.4 mW,",
                "22725 mJ ms,",
                "+0.5 %",
                "12.26 mm2",
            ] {
                assert!(
                    folded.contains(quantity),
                    "{width}: {quantity} in\n{folded}"
                );
            }
            assert!(folded.lines().all(|line| line.width() <= width), "{folded}");
            let words = |text: &str| {
                text.split_whitespace()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            assert_eq!(words(&folded), words(text));
        }
    }

    #[test]
    fn sentences_fold_and_tables_stay() {
        assert_eq!(fold("a bc def\n\nx", 5), "a bc\n  def\n\nx\n");
        let rows = "name        cycles\nfeatures.12   1,234\n";
        assert_eq!(fold(rows, 10), rows);
    }
}
