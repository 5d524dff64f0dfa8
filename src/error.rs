//! What can go wrong between an input and an answer.

mod details;

use std::io;
use std::path::{Path, PathBuf};

use stationary_document::Diagnostic;
use stationary_record::LogError;
use stationary_trace::TraceError;

use crate::arch::{ArchError, near};
use crate::excerpts;
use crate::mappings::MappingFileError;
use crate::search::design::DesignError;
use crate::sim::decoupled::ScheduleError;
use crate::sim::mapper::MapperError;
use crate::sim::{MappingError, OutOfReach};
use crate::workloads::{LayerError, NetworkError};

pub use details::Details;

/// An input that cannot be read, or a question that has no answer. The text names the file, the place in it,
/// what was found and what is allowed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read.
    #[error("cannot read {path}")]
    Read {
        /// The file that cannot be read.
        path: PathBuf,
        /// The reason that the system gives.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {path}")]
    Write {
        /// The file that cannot be written.
        path: PathBuf,
        /// The reason that the system gives.
        source: io::Error,
    },
    /// A file is of another kind than was needed.
    #[error("{path}: {found}")]
    Kind {
        /// The file of another kind.
        path: PathBuf,
        /// The kind that was found, and the one that was needed.
        found: String,
    },
    /// A line of a file is not of its format.
    #[error("{path}:{line}: {found}")]
    Line {
        /// The file with the line.
        path: PathBuf,
        /// The number of the line, from 1.
        line: usize,
        /// The text that was found, and what was needed.
        found: String,
    },
    /// A file whose text says what is not allowed; each place is given with its line.
    #[error("{0}")]
    Content(Content),
    /// No preset has this name.
    #[error("unknown {what} `{name}`; allowed: {}, or a file{}", allowed.join(", "), hint(near.as_deref()))]
    Unknown {
        /// The kind of preset that was looked for, such as `accelerator`.
        what: &'static str,
        /// The name as it was given.
        name: String,
        /// The names of all presets of this kind.
        allowed: Vec<String>,
        /// The nearest of these names, if one is near.
        near: Option<String>,
    },
    /// A setting of a question has a value that is not allowed.
    #[error("{option} {found}: {needed}")]
    Option {
        /// The name of what was asked for, such as `layer`: a field of a question here, a flag on the command line.
        option: &'static str,
        /// The value that was given.
        found: String,
        /// The values that are allowed, and why.
        needed: String,
    },
    /// A trace that cannot be written as it was asked for.
    #[error("trace: {0}")]
    Trace(#[from] TraceError),
    /// A layer without a legal mapping.
    #[error("{place}{why}{more}")]
    NoMapping {
        /// The file and the layer, where the mapping is a file's; else empty.
        place: String,
        /// The reason why there is no mapping.
        why: Unmapped,
        /// The changes that would make a mapping legal, where that was asked for; else empty.
        more: String,
    },
    /// A layer without a schedule.
    #[error("{place}")]
    NoSchedule {
        /// The layer, with the file where the schedule is a file's.
        place: String,
        /// The reason why there is no schedule.
        source: Box<ScheduleError>,
    },
    /// A file of mappings that cannot be read.
    #[error(transparent)]
    MappingFile(#[from] MappingFileError),
    /// A file of mappings that does not give what was asked for.
    #[error("{}{source}{other}", before(file, source))]
    GivenMapping {
        /// The file's name, or the preset's.
        file: String,
        /// The fault of the mapping of a layer.
        source: Box<MappingFileError>,
        /// The network and batch that a preset of mappings was made for, where the question is about others; else
        /// empty.
        other: String,
    },
    /// A question that the control of the machine has no answer for.
    #[error("{0}")]
    Control(String),
    /// A document of which no page can be made.
    #[error("{0}")]
    NoPage(String),
    /// A search or a proof that cannot be carried out.
    #[error("{0}")]
    Search(String),
    /// A design of a search that cannot be made or priced.
    #[error(transparent)]
    Design(Box<DesignError>),
    /// A journal of evaluations that cannot be read or written.
    #[error(transparent)]
    Journal(#[from] LogError),
    /// A simulation that was stopped; its state was kept in a file.
    #[error("stopped; {path} holds how far it is")]
    Stopped {
        /// The file from which the simulation goes on.
        path: PathBuf,
    },
    /// The work was cancelled ([`Progress::is_cancelled`](crate::Progress::is_cancelled)).
    #[error("cancelled before there was an answer")]
    Cancelled,
    /// An error of a part that the caller gave, such as a machine of its own.
    #[error(transparent)]
    Caller(Box<dyn std::error::Error + Send + Sync>),
    /// An accelerator or a DRAM standard that is not possible.
    #[error(transparent)]
    Accelerator(#[from] ArchError),
    /// A layer that is not possible.
    #[error(transparent)]
    Layer(#[from] LayerError),
    /// A network that is not possible.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// Layers or machines with more words or cycles than can be counted.
    #[error(transparent)]
    OutOfReach(#[from] OutOfReach),
}

/// The reason why a layer has no mapping.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmapped {
    /// The mapping that is given is not legal.
    #[error(transparent)]
    Illegal(Box<MappingError>),
    /// No mapping of the mapper's fits.
    #[error(transparent)]
    NoneFits(Box<MapperError>),
}

impl Unmapped {
    /// Whether it is the accelerator alone that cannot be, so that no mapping fits it.
    #[must_use]
    pub fn is_of_accelerator(&self) -> bool {
        let why = match self {
            Self::Illegal(why) => why,
            Self::NoneFits(why) => {
                let MapperError::NoMapping { reason, .. } = &**why;
                reason
            }
        };
        matches!(**why, MappingError::Accelerator(_))
    }
}

impl From<DesignError> for Error {
    fn from(error: DesignError) -> Self {
        Self::Design(Box::new(error))
    }
}

impl From<MapperError> for Unmapped {
    fn from(error: MapperError) -> Self {
        Self::NoneFits(Box::new(error))
    }
}

impl From<MappingError> for Unmapped {
    fn from(error: MappingError) -> Self {
        Self::Illegal(Box::new(error))
    }
}

/// What is wrong in a file, each with its place, and the lines that it is about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Content {
    /// Each thing that is wrong.
    pub diagnostics: Vec<Diagnostic>,
    text: String,
}

impl Error {
    /// What is wrong in a file of this text; without a place, in the words of `plain`.
    #[must_use]
    pub fn content(
        text: &str,
        diagnostics: Vec<Diagnostic>,
        plain: impl std::fmt::Display,
    ) -> Self {
        let text = excerpts::text(text, &diagnostics, plain);
        Self::Content(Content { diagnostics, text })
    }

    /// A name that no preset has.
    #[must_use]
    pub fn unknown<'a>(
        what: &'static str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Self {
        let known: Vec<&str> = known.collect();
        Self::Unknown {
            what,
            name: name.to_owned(),
            near: near::nearest(name, known.iter().copied()).map(str::to_owned),
            allowed: known.into_iter().map(str::to_owned).collect(),
        }
    }

    pub(crate) fn option(option: &'static str, found: &str, needed: impl Into<String>) -> Self {
        Self::Option {
            option,
            found: found.to_owned(),
            needed: needed.into(),
        }
    }

    /// What a part of a search says of a value that it does not take.
    pub(crate) fn search(error: impl std::fmt::Display) -> Self {
        Self::Search(error.to_string())
    }

    pub(crate) fn kind(path: &Path, found: impl Into<String>) -> Self {
        Self::Kind {
            path: path.to_owned(),
            found: found.into(),
        }
    }
}

/// The file before what is wrong with it, unless that names the file itself.
fn before(file: &str, source: &MappingFileError) -> String {
    match source {
        MappingFileError::Missing { .. } | MappingFileError::Unreadable(_) => String::new(),
        _ => format!("{file}: "),
    }
}

fn hint(near: Option<&str>) -> String {
    near.map_or(String::new(), |near| format!("; did you mean `{near}`?"))
}
