//! Traces as files of other tools.
//!
//! ```text
//! machine -> timeline -> document of tracks -> Perfetto's protobuf, or JSON trace events
//! machine -> wave     -> changes of signals -> FST or VCD
//! ```
//!
//! Times are those of the array's clock, and a layer begins where the one before ended. Text alone is in
//! cycles.

mod clock;
mod error;
mod json;
mod perfetto;
mod timeline;
mod trace_document;
mod track_writer;
mod tracks;
mod wave;
mod waveform;
mod write;

use std::path::Path;

pub use self::error::TraceError;
pub use self::write::{Options, Written, of_plans};

/// What a trace is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceFormat {
    /// Lines that a person reads.
    Text,
    /// Perfetto's own format.
    Perfetto,
    /// The JSON that Perfetto and Chrome's viewer read.
    Json,
    /// A compressed waveform.
    Fst,
    /// A waveform that every viewer reads.
    Vcd,
}

impl TraceFormat {
    /// By the end of a file's name.
    ///
    /// # Errors
    /// An end that names no format, with those that do.
    pub fn of(path: &Path) -> Result<Self, TraceError> {
        let extension = path.extension().and_then(|e| e.to_str());
        Ok(match extension {
            Some("txt") => TraceFormat::Text,
            Some("perfetto-trace" | "pftrace") => TraceFormat::Perfetto,
            Some("json") => TraceFormat::Json,
            Some("fst") => TraceFormat::Fst,
            Some("vcd") => TraceFormat::Vcd,
            _ => return Err(TraceError::Format(path.to_owned())),
        })
    }
}

/// Cycles of a layer that are traced: from one to before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// The first cycle.
    pub from: u64,
    /// The cycle behind the last.
    pub to: u64,
}

impl Default for View {
    fn default() -> Self {
        Self::ALL
    }
}

impl View {
    /// Every cycle.
    pub const ALL: View = View {
        from: 0,
        to: u64::MAX,
    };

    /// The part of a interval that is traced; empty ones are none.
    pub(crate) fn clip(self, from: u64, to: u64) -> Option<(u64, u64)> {
        let (from, to) = (from.max(self.from), to.min(self.to));
        (from < to).then_some((from, to))
    }
}
