//! Why a trace cannot be written.

use std::path::PathBuf;

/// A trace that cannot be written as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The end of a file's name that says no format.
    #[error(
        "{}: the name's end says what to write: .txt (text), .perfetto-trace or .pftrace (Perfetto), .json (Perfetto's \
         JSON), .fst or .vcd (waveform)",
        .0.display()
    )]
    Format(PathBuf),
    /// No plan was given.
    #[error("no layer to trace")]
    Empty,
    /// What instructions control has no timeline and no signals.
    #[error("a decoupled machine's trace is text: a file named *.txt")]
    TextOnly,
    /// A waveform of more cycles than viewers show.
    #[error(
        "a waveform shows at most {most} cycles, and these are about {cycles}: choose some by --trace-layer and \
         --trace-window FROM..TO"
    )]
    Long {
        /// Cycles that are allowed.
        most: u64,
        /// Cycles that were asked for.
        cycles: u64,
    },
    /// What the library that writes a format says.
    #[error("{0}")]
    Library(String),
}
