//! The reasons why a trace cannot be written.

use std::path::PathBuf;

/// The reason why a trace cannot be written as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The extension of the file's name stands for no format.
    #[error(
        "{}: the name's end says what to write: .txt (text), .perfetto-trace or .pftrace (Perfetto), .json (Perfetto's \
         JSON), .fst or .vcd (waveform)",
        .0.display()
    )]
    Format(PathBuf),
    /// There is no plan to trace.
    #[error("no layer to trace")]
    Empty,
    /// A decoupled machine is traced as text only: it has no timeline and no signals.
    #[error("a decoupled machine's trace is text: a file named *.txt")]
    TextOnly,
    /// The waveform would have more cycles than viewers can show.
    #[error(
        "a waveform shows at most {most} cycles, and these are about {cycles}: choose some by --trace-layer and \
         --trace-window FROM..TO"
    )]
    Long {
        /// The greatest number of cycles allowed.
        most: u64,
        /// The number of cycles that were asked for.
        cycles: u64,
    },
    /// The message of the library that writes the format.
    #[error("{0}")]
    Library(String),
}
