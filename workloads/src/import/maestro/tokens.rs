//! Words and marks of a MAESTRO file, with their places.

use stationary_document::Position;

/// A word, a number or a mark.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) place: Position,
}

/// A text's tokens; what follows `//` counts for nothing.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut start = 0;
    for (line, content) in text.split_inclusive('\n').enumerate() {
        let code = content.split("//").next().unwrap_or_default();
        let mut word_begins = true;
        for (column, c) in code.chars().enumerate() {
            let is_word = c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '\'' | '/');
            if is_word && !word_begins {
                let last = tokens.last_mut().expect("a word has begun");
                last.text.push(c);
                last.place.end += 1;
            } else if !c.is_whitespace() {
                let place = Position {
                    line: line + 1,
                    column: column + 1,
                    start: start + column,
                    end: start + column + 1,
                };
                tokens.push(Token {
                    text: c.to_string(),
                    place,
                });
            }
            word_begins = !is_word;
        }
        start += content.chars().count();
    }
    tokens
}
