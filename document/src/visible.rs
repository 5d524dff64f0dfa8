//! Text from files, as it may be shown.
//!
//! A terminal obeys control characters, and bidirectional ones change the order of what stands beside
//! them: a name that has some could show what nobody wrote. They stand as their escapes, which are also
//! JSON's.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character cannot be seen but changes how text is shown: controls, bidirectional marks and the
/// like.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    // Line separators; marks, embeddings, overrides and isolates of text that runs both ways.
    let is_bidirectional = matches!(
        c,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    c.is_control() || is_bidirectional
}

/// A name as one line, with hidden characters as escapes.
///
/// ```
/// use stationary_document::visible;
///
/// assert_eq!(visible("conv\u{1b}[2J\n"), "conv\\u001b[2J\\n");
/// assert_eq!(visible("größe 层"), "größe 层");
/// ```
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, &[])
}

/// Several lines of text, with hidden characters as escapes.
#[must_use]
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    escaped(text, &['\n', '\t'])
}

fn escaped<'a>(text: &'a str, kept: &[char]) -> Cow<'a, str> {
    let is_out = |c: char| is_hidden(c) && !kept.contains(&c);
    if !text.contains(is_out) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if !is_out(c) => shown.push(c),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c => {
                // Those that are hidden have four digits at most.
                let _ = write!(shown, "\\u{:04x}", u32::from(c));
            }
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_shown() {
        let check = |text: &str, name: &str, lines: &str| {
            assert_eq!(visible(text), name);
            assert_eq!(visible_lines(text), lines);
            // What is shown is shown as it is.
            assert_eq!(visible(name), name);
        };
        check("a-b_ é", "a-b_ é", "a-b_ é");
        check("a\nb\tc\r", "a\\nb\\tc\\r", "a\nb\tc\\r");
        check(
            "\u{7}\u{9b}31m\u{7f}",
            "\\u0007\\u009b31m\\u007f",
            "\\u0007\\u009b31m\\u007f",
        );
        check("\u{202e}x\u{2069}", "\\u202ex\\u2069", "\\u202ex\\u2069");
    }
}
