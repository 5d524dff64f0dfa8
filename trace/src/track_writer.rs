//! Joins what follows each other on a track into slices, and repeats of a counter into points.

use std::borrow::Cow;

use crate::trace_document::{CounterValue, Note, Slice, TraceDocument, TrackId};

/// When two intervals become one slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joins {
    /// If the second begins where the first ends, and has its name.
    Alike,
    /// If both together are no longer than so many cycles.
    Short(u64),
}

/// A track that is being written.
#[derive(Clone, Debug)]
pub struct TrackWriter {
    track: TrackId,
    joins: Joins,
    /// What a slice's parts and amount are called in its notes.
    labels: [Option<&'static str>; 2],
    /// Added to all times.
    base: u64,
    open: Option<Interval>,
    /// Where the last one ended.
    end: u64,
}

/// An interval of time on a track.
#[derive(Clone, Debug)]
pub struct Interval {
    pub name: Cow<'static, str>,
    pub from: u64,
    pub to: u64,
    pub parts: u64,
    pub amount: u64,
    /// Notes that a slice of one part keeps.
    pub detail: Vec<(&'static str, Note)>,
}

impl Interval {
    /// One part without notes.
    pub fn plain(name: impl Into<Cow<'static, str>>, from: u64, to: u64, amount: u64) -> Self {
        Self {
            name: name.into(),
            from,
            to,
            parts: 1,
            amount,
            detail: Vec::new(),
        }
    }
}

impl TrackWriter {
    pub fn new(track: TrackId, joins: Joins, labels: [Option<&'static str>; 2], base: u64) -> Self {
        Self {
            track,
            joins,
            labels,
            base,
            open: None,
            end: 0,
        }
    }

    /// Adds an interval, which begins no earlier than those before; where it overlaps them, it is cut.
    pub fn put(&mut self, document: &mut TraceDocument, mut interval: Interval) {
        interval.from = interval.from.max(self.end);
        self.end = self.end.max(interval.to);
        if let Some(open) = &mut self.open {
            let joins = match self.joins {
                Joins::Alike => open.name == interval.name && open.to == interval.from,
                Joins::Short(longest) => {
                    open.name == interval.name && self.end - open.from <= longest
                }
            };
            // What has no time of its own is part of what is there.
            if joins || interval.from >= interval.to {
                open.to = self.end;
                open.parts += interval.parts;
                open.amount += interval.amount;
                return;
            }
        }
        self.flush(document);
        self.open = (interval.from < interval.to).then_some(interval);
    }

    /// Writes what is open.
    pub fn flush(&mut self, document: &mut TraceDocument) {
        let Some(open) = self.open.take() else {
            return;
        };
        let counts = [open.parts, open.amount];
        let counted = self.labels.into_iter().zip(counts);
        let counted = counted.filter_map(|(label, n)| Some((label?, Note::Number(n))));
        let mut notes: Vec<_> = counted.collect();
        if open.parts == 1 {
            notes.extend(open.detail);
        }
        document.slices.push(Slice {
            track: self.track,
            name: open.name,
            from: self.base + open.from,
            to: self.base + open.to,
            notes,
        });
    }
}

/// A counter that is being written: only changes are.
#[derive(Clone, Copy, Debug)]
pub struct Counter {
    track: TrackId,
    base: u64,
    last: Option<f64>,
}

impl Counter {
    pub fn new(track: TrackId, base: u64) -> Self {
        Self {
            track,
            base,
            last: None,
        }
    }

    /// Its value from a time on.
    pub fn put(&mut self, document: &mut TraceDocument, at: u64, value: f64) {
        if self.last == Some(value) {
            return;
        }
        self.last = Some(value);
        document.points.push(CounterValue {
            track: self.track,
            at: self.base + at,
            value,
        });
    }
}
