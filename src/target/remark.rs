//! What is to be known of the inputs besides their values.

use stationary_document::{Diagnostic, alters_an_answer};

/// A remark on the inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// It changes answers: something is left out, or counted in another way.
    Alters(String),
    /// Something that was asked for has no effect.
    Idle(String),
    /// It is good to know, and changes no answer.
    Note(String),
}

impl Remark {
    /// The remark that stands for a note on a file.
    #[must_use]
    pub fn of(note: &Diagnostic) -> Self {
        match alters_an_answer(note) {
            true => Self::Alters(note.to_string()),
            false => Self::Note(note.to_string()),
        }
    }

    /// With the file that it is of.
    pub(super) fn of_file(self, file: &str) -> Self {
        let with = |text: String| format!("{file}: {text}");
        match self {
            Self::Alters(text) => Self::Alters(with(text)),
            Self::Idle(text) => Self::Idle(with(text)),
            Self::Note(text) => Self::Note(with(text)),
        }
    }
}
