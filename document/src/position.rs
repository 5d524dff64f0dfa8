//! Places in a text.

/// Where something stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// First character, from 0.
    pub start: usize,
    /// Character after the last.
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
