//! A timeline as data: tracks, the slices on them, and the values of counters.

use std::borrow::Cow;

use crate::clock::Clock;

/// A row of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    pub name: String,
    /// What a counter counts; none for a track of slices.
    pub unit: Option<&'static str>,
}

/// The index of a track in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrackId(pub usize);

/// Something that took time.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    pub track: TrackId,
    pub name: Cow<'static, str>,
    pub from: u64,
    pub to: u64,
    pub notes: Vec<(&'static str, Note)>,
}

/// What else is known of a slice.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    Number(u64),
    Text(String),
}

/// A counter's value from a time on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CounterValue {
    pub track: TrackId,
    pub at: u64,
    pub value: f64,
}

/// A timeline, in cycles of a clock. Slices of a track follow each other without overlap; so do
/// points.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceDocument {
    pub clock: Clock,
    /// What all of it belongs to.
    pub title: String,
    pub tracks: Vec<Track>,
    pub slices: Vec<Slice>,
    pub points: Vec<CounterValue>,
}

impl TraceDocument {
    /// An empty one.
    pub fn new(title: String, clock: Clock) -> Self {
        Self {
            clock,
            title,
            tracks: Vec::new(),
            slices: Vec::new(),
            points: Vec::new(),
        }
    }

    /// A new track of slices.
    pub fn track(&mut self, name: impl Into<String>) -> TrackId {
        self.add(name.into(), None)
    }

    /// A new counter.
    pub fn counter(&mut self, name: impl Into<String>, unit: &'static str) -> TrackId {
        self.add(name.into(), Some(unit))
    }

    fn add(&mut self, name: String, unit: Option<&'static str>) -> TrackId {
        self.tracks.push(Track { name, unit });
        TrackId(self.tracks.len() - 1)
    }
}
