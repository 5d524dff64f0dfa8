//! Traces of runs as files: text, timelines for Perfetto, and waveforms.
//!
//! ```text
//! machine -> timeline -> document of tracks -> Perfetto's protobuf, or JSON trace events
//! machine -> wave     -> changes of signals -> FST or VCD
//! ```
//!
//! Times follow from the array's clock, and a layer begins where the one before ended. Text alone has cycles
//! for times.
//!
//! [`of_plans`] runs layers and writes the trace; [`TraceFormat::of`] chooses the format by a file's name.

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

/// A format of trace files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceFormat {
    /// Lines of text that a person reads.
    Text,
    /// Perfetto's binary format (protobuf).
    Perfetto,
    /// The JSON trace events that Perfetto and Chrome's viewer read.
    Json,
    /// A compressed waveform, as GTKWave and Surfer read it.
    Fst,
    /// A waveform of text that every viewer reads.
    Vcd,
}

impl TraceFormat {
    /// The format that the extension of a file's name stands for: `.txt`, `.perfetto-trace` or `.pftrace`,
    /// `.json`, `.fst`, `.vcd`.
    ///
    /// # Errors
    /// [`TraceError::Format`], if the extension stands for none.
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

/// The cycles of each layer that are traced: from `from` up to but not including `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// The first cycle.
    pub from: u64,
    /// The cycle after the last.
    pub to: u64,
}

impl Default for View {
    fn default() -> Self {
        Self::ALL
    }
}

impl View {
    /// The view of every cycle.
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
