//! One thing that is wrong with a file, or that is in it and not used.

use std::fmt;

use crate::near::nearest;
use crate::position::Position;

/// A message about a place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// Name of the file.
    pub file: String,
    /// Where; `None` if it is about the file as a whole.
    pub place: Option<Position>,
    /// The path inside the file, what was found and what is allowed.
    pub message: String,
    /// The allowed name that a misspelt one is nearest to.
    pub near: Option<String>,
    /// Whether it is only good to know, whatever the names in it say.
    pub is_remark: bool,
}

impl Diagnostic {
    /// A message about a place.
    pub fn new(
        file: impl Into<String>,
        place: impl Into<Option<Position>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            place: place.into(),
            message: message.into(),
            near: None,
            is_remark: false,
        }
    }

    /// A message about a file as a whole that changes nothing of what is made of it.
    pub fn remark(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            is_remark: true,
            ..Self::new(file, None, message)
        }
    }

    /// A message about a name that is none of the allowed ones.
    pub fn unknown(
        file: impl Into<String>,
        place: impl Into<Option<Position>>,
        what: &str,
        found: &str,
        allowed: &[&str],
    ) -> Self {
        let message = match allowed {
            [] => format!("{what} `{found}`; none is allowed here"),
            _ => format!("{what} `{found}`; allowed: {}", allowed.join(", ")),
        };
        Self {
            near: nearest(found, allowed.iter().copied()).map(str::to_owned),
            ..Self::new(file, place, message)
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(place) = self.place {
            write!(f, ":{}:{}", place.line, place.column)?;
        }
        write!(f, ": {}", self.message)?;
        match &self.near {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Diagnostic {}
