//! Joins what follows each other on a track into slices, and repeats of a counter into points.

use std::borrow::Cow;

use crate::trace::sheet::{Note, Point, Sheet, Slice, TrackId};

/// When two stretches become one slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joins {
    /// If the second begins where the first ends, and has its name.
    Alike,
    /// If both together are no longer than so many cycles.
    Short(u64),
}

/// A track that is being written.
#[derive(Clone, Debug)]
pub struct Lane {
    track: TrackId,
    joins: Joins,
    /// What a slice's parts and amount are called in its notes.
    labels: [Option<&'static str>; 2],
    /// Added to all times.
    base: u64,
    open: Option<Stretch>,
    /// Where the last one ended.
    end: u64,
}

/// A stretch of time on a lane.
#[derive(Clone, Debug)]
pub struct Stretch {
    pub name: Cow<'static, str>,
    pub from: u64,
    pub to: u64,
    pub parts: u64,
    pub amount: u64,
    /// Notes that a slice of one part keeps.
    pub detail: Vec<(&'static str, Note)>,
}

impl Stretch {
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

impl Lane {
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

    /// Adds a stretch, which begins no earlier than those before; where it overlaps them, it is cut.
    pub fn put(&mut self, sheet: &mut Sheet, mut stretch: Stretch) {
        stretch.from = stretch.from.max(self.end);
        self.end = self.end.max(stretch.to);
        if let Some(open) = &mut self.open {
            let joins = match self.joins {
                Joins::Alike => open.name == stretch.name && open.to == stretch.from,
                Joins::Short(longest) => {
                    open.name == stretch.name && self.end - open.from <= longest
                }
            };
            // What has no time of its own is part of what is there.
            if joins || stretch.from >= stretch.to {
                open.to = self.end;
                open.parts += stretch.parts;
                open.amount += stretch.amount;
                return;
            }
        }
        self.flush(sheet);
        self.open = (stretch.from < stretch.to).then_some(stretch);
    }

    /// Writes what is open.
    pub fn flush(&mut self, sheet: &mut Sheet) {
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
        sheet.slices.push(Slice {
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
    pub fn put(&mut self, sheet: &mut Sheet, at: u64, value: f64) {
        if self.last == Some(value) {
            return;
        }
        self.last = Some(value);
        sheet.points.push(Point {
            track: self.track,
            at: self.base + at,
            value,
        });
    }
}
