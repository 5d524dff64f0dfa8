//! What of an error programs ask for.

use crate::arch::ArchError;
use crate::error::Error;
use crate::workloads::NetworkError;

/// The place of the first fault, and the name that was probably meant; each is None where it is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// The file.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<usize>,
    /// The column, from 1.
    pub column: Option<usize>,
    /// The path of the field, such as `array.rows`.
    pub path: Option<String>,
    /// The name that was probably meant.
    pub suggestion: Option<String>,
}

impl Error {
    /// Where it is, as far as it is known.
    ///
    /// ```
    /// use stationary::load;
    ///
    /// let details = load::accelerator("eyeris", &[]).map_err(|error| error.details());
    /// assert_eq!(details.unwrap_err().suggestion.as_deref(), Some("eyeriss"));
    /// let details = load::accelerator("eyeriss", &[("array.rwos", "9")]).map_err(|error| error.details());
    /// let details = details.unwrap_err();
    /// assert_eq!(details.path.as_deref(), Some("array.rwos"));
    /// assert_eq!(details.suggestion.as_deref(), Some("rows"));
    /// ```
    #[must_use]
    pub fn details(&self) -> Details {
        let of_file = |file: &std::path::Path| Details {
            file: Some(file.display().to_string()),
            ..Details::default()
        };
        match self {
            Self::Content(content) => {
                content
                    .diagnostics
                    .first()
                    .map_or_else(Details::default, |first| Details {
                        file: Some(first.file.clone()),
                        line: first.place.map(|place| place.line),
                        column: first.place.map(|place| place.column),
                        path: first.path().map(str::to_owned),
                        suggestion: first.near.clone(),
                    })
            }
            Self::Read { path, .. } | Self::Write { path, .. } | Self::Kind { path, .. } => {
                of_file(path)
            }
            Self::Line { path, line, .. } => Details {
                line: Some(*line),
                ..of_file(path)
            },
            Self::GivenMapping { file, .. } => of_file(file.as_ref()),
            Self::Unknown { near, .. } => Details {
                suggestion: near.clone(),
                ..Details::default()
            },
            Self::Accelerator(error) => of_accelerator(error),
            Self::Network(error) => of_network(error),
            _ => Details::default(),
        }
    }
}

fn of_network(error: &NetworkError) -> Details {
    if let NetworkError::Unknown { near, .. } = error {
        return Details {
            suggestion: near.map(str::to_owned),
            ..Details::default()
        };
    }
    let first = error.diagnostics("").into_iter().next();
    first.map_or_else(Details::default, |first| Details {
        path: first.path().map(str::to_owned),
        file: Some(first.file),
        suggestion: first.near,
        ..Details::default()
    })
}

fn of_accelerator(error: &ArchError) -> Details {
    let (path, suggestion) = match error {
        ArchError::UnknownPreset { near, .. } | ArchError::UnknownDram { near, .. } => (None, near),
        ArchError::UnknownField { path, near, .. } | ArchError::Override { path, near, .. } => {
            (Some(path), near)
        }
        ArchError::Invalid { problems, .. } => {
            (problems.first().map(|problem| &problem.path), &None)
        }
        _ => (None, &None),
    };
    Details {
        path: path.cloned(),
        suggestion: suggestion.clone(),
        ..Details::default()
    }
}
