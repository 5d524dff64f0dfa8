//! What a reader of types says, in the words of whoever writes the file.

/// Words of the reader of types, and those of the file.
const WORDS: [(&str, &str); 9] = [
    ("unknown variant", "unknown name"),
    ("invalid type: unit value", "invalid type: nothing"),
    ("invalid type: sequence", "invalid type: a list"),
    ("invalid type: map", "invalid type: fields"),
    ("expected a sequence", "expected a list"),
    ("expected a map", FIELDS),
    ("expected a Value::Tagged enum", "expected a word"),
    ("expected a YAML tag starting with '!'", "expected a word"),
    (" as u128", ""),
];

/// What is wrong where a quote begins whose end is missing, or is another's beginning.
pub(crate) const OPEN_QUOTE: &str = "a quote begins here and is not closed";

const FIELDS: &str = "expected fields, each `name: value`";

/// Rewrites a message of the YAML reader in words of the file, without names of types. `line` is the text of
/// the line that the message is about.
///
/// ```text
/// array: invalid type: string "rows 16", expected struct ArrayConfig
/// array: invalid type: string "rows 16", expected fields, each `name: value`; is a colon missing?
/// ```
#[must_use]
pub fn in_words(message: &str, line: &str) -> String {
    let is_at_a_tab = message.starts_with("found a tab character that violates indentation")
        || message.starts_with("found character that cannot start any token");
    if is_at_a_tab && is_indented_by_tab(line) {
        return "a tab in the indentation; YAML is indented by spaces alone".to_owned();
    }
    let (found, expected) = match message.rfind(", expected struct ") {
        Some(cut) => (&message[..cut], format!(", {FIELDS}")),
        None => (message, String::new()),
    };
    let mut words = WORDS.iter().fold(found.to_owned(), |text, (from, to)| {
        match text.split_once(from) {
            Some((before, after)) => format!("{before}{to}{after}"),
            None => text,
        }
    });
    words.push_str(&expected);
    if !expected.is_empty() && found.contains("invalid type: string") && found.contains(' ') {
        words.push_str("; is a colon missing?");
    }
    words
}

fn is_indented_by_tab(line: &str) -> bool {
    let content = line.trim_start_matches([' ', '\t']).len();
    line[..line.len() - content].contains('\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_in_words_of_the_file() {
        let check = |message: &str, line: &str, expected: &str| {
            assert_eq!(in_words(message, line), expected);
        };
        check(
            "array: invalid type: string \"rows 16\", expected struct ArrayConfig",
            "  rows 16",
            "array: invalid type: string \"rows 16\", expected fields, each `name: value`; is a colon missing?",
        );
        check(
            "array: invalid type: sequence, expected struct ArrayConfig",
            "array: [1, 2]",
            "array: invalid type: a list, expected fields, each `name: value`",
        );
        check(
            "layers: invalid type: map, expected a sequence",
            "layers: {}",
            "layers: invalid type: fields, expected a list",
        );
        check(
            "array.rows: invalid type: unit value, expected a whole number",
            "  rows:",
            "array.rows: invalid type: nothing, expected a whole number",
        );
        let token = "found character that cannot start any token";
        let tab = "a tab in the indentation; YAML is indented by spaces alone";
        check(token, "\trows: 4", tab);
        check(token, "  \trows: 4", tab);
        check(token, "rows: @", token);
    }
}
