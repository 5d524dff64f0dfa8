//! States that are found again elsewhere in the program, and taken on from there.

use stationary_workloads::PerDim;

use crate::beat::Beat;
use crate::machine::state_descriptor::{FieldKind, Visitor};
use crate::program::Cursor;
use crate::window::Span;

/// A state that may be found again elsewhere in the program: positions are left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    /// Each number relative to its origin.
    relative: Vec<u64>,
    /// What only grows.
    pub(crate) totals: Vec<u64>,
    has_tiles: bool,
}

impl Snapshot {
    /// Whether another is the same but for what only grows.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.has_tiles == other.has_tiles && self.relative == other.relative
    }

    /// Whether tiles are on their way.
    pub(crate) fn has_tiles(&self) -> bool {
        self.has_tiles
    }
}

impl Visitor for Snapshot {
    fn field(&mut self, kind: FieldKind, value: &mut u64, origin: u64) {
        self.relative.push(kind.relative(*value, origin));
        if kind == FieldKind::Total {
            self.totals.push(*value);
        }
    }

    fn progress(&mut self, left: &mut u64) {
        self.relative.push(*left);
    }

    fn gathered(&mut self, value: &mut u64, _: u64) {
        self.relative.push(*value);
    }

    fn tile(&mut self, _: &mut PerDim<Span>) {
        self.has_tiles = true;
    }

    fn cursor(&mut self, _: &mut Cursor, _: &mut Beat) {}

    fn is_in_pass(&self) -> bool {
        false
    }
}

/// Gives each number the distance from its origin that it has in a snapshot; what only grows is set
/// before (`Totals`).
pub(crate) struct Rebase<'r> {
    relative: std::slice::Iter<'r, u64>,
}

impl<'r> Rebase<'r> {
    pub(crate) fn new(snapshot: &'r Snapshot) -> Self {
        Self {
            relative: snapshot.relative.iter(),
        }
    }
}

impl Visitor for Rebase<'_> {
    fn field(&mut self, kind: FieldKind, value: &mut u64, origin: u64) {
        let Some(relative) = self.relative.next() else {
            return;
        };
        match kind {
            FieldKind::Same | FieldKind::Total => {}
            FieldKind::Count | FieldKind::CountOrSame => *value = origin.wrapping_add(*relative),
            // What is past stays past.
            FieldKind::Time => *value = origin.saturating_add(*relative),
        }
    }

    fn progress(&mut self, _: &mut u64) {
        self.relative.next();
    }

    fn gathered(&mut self, _: &mut u64, _: u64) {
        self.relative.next();
    }

    fn tile(&mut self, _: &mut PerDim<Span>) {}

    fn cursor(&mut self, _: &mut Cursor, _: &mut Beat) {}

    fn is_in_pass(&self) -> bool {
        false
    }
}

/// Sets what only grows.
pub(crate) struct Totals<I>(pub(crate) I);

impl<I: Iterator<Item = u64>> Visitor for Totals<I> {
    fn field(&mut self, kind: FieldKind, value: &mut u64, _: u64) {
        if kind == FieldKind::Total
            && let Some(total) = self.0.next()
        {
            *value = total;
        }
    }

    fn progress(&mut self, _: &mut u64) {}

    fn gathered(&mut self, _: &mut u64, _: u64) {}

    fn tile(&mut self, _: &mut PerDim<Span>) {}

    fn cursor(&mut self, _: &mut Cursor, _: &mut Beat) {}

    fn is_in_pass(&self) -> bool {
        false
    }
}
