//! Places in a text.

/// The place of a word in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The index of the first character in the text, from 0.
    pub start: usize,
    /// The index after that of the last character.
    pub end: usize,
}

impl Position {
    /// The first character of a text.
    pub(crate) const FIRST: Self = Self {
        line: 1,
        column: 1,
        start: 0,
        end: 1,
    };
}
