//! One thing that is wrong with a file, or that is in it and not used.

use std::fmt;

use crate::near::nearest;
use crate::position::Position;

/// A message about a place in a file: an error, a warning or a remark.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// The name of the file, as its reader was given it.
    pub file: String,
    /// The place in the file; `None` if the message is about the file as a whole.
    pub place: Option<Position>,
    /// The message: the path inside the file, what was found and what is allowed.
    pub message: String,
    /// The allowed name that a misspelt one is nearest to; None if none is near.
    pub near: Option<String>,
    /// Whether it changes nothing of what is made of the file.
    pub is_remark: bool,
}

impl Diagnostic {
    /// A message about a place, or about the file as a whole.
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

    /// A remark about a file as a whole, which changes nothing of what is made of it.
    pub fn remark(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            is_remark: true,
            ..Self::new(file, None, message)
        }
    }

    /// A message about a name that is none of the allowed ones, with the near match; `what` says what it names.
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

    /// The path of the field inside the file; None where the message does not begin with one.
    ///
    /// ```
    /// use stationary_document::Diagnostic;
    ///
    /// let of_a_field = Diagnostic::new("a.yaml", None, "array.rows: found 0; allowed: 1 to 4096");
    /// assert_eq!(of_a_field.path(), Some("array.rows"));
    /// assert_eq!(Diagnostic::new("a.yaml", None, "no mapping: found a list").path(), None);
    /// ```
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        let (path, _) = self.message.split_once(": ")?;
        let is_path = |c: char| c.is_alphanumeric() || "_.-[]".contains(c);
        (!path.is_empty() && path.chars().all(is_path)).then_some(path)
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
