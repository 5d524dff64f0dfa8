//! Descriptors of a component's state: it lists its fields once (`visit` in each), each by what becomes of it
//! when the machine repeats itself.

use stationary_workloads::PerDim;

use crate::beat::Beat;
use crate::program::Cursor;
use crate::window::Span;

/// How a field behaves under a repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// It does not change.
    Same,
    /// It keeps its distance from the origin.
    Count,
    /// It keeps its distance from the origin, or does not change.
    CountOrSame,
    /// A time, the origin being now: the future keeps its distance, and all of the past is alike.
    Time,
    /// It only grows, by as much in each period.
    Total,
}

impl FieldKind {
    pub(crate) fn relative(self, value: u64, origin: u64) -> u64 {
        match self {
            FieldKind::Same => value,
            FieldKind::Count | FieldKind::CountOrSame => value.wrapping_sub(origin),
            FieldKind::Time if value == u64::MAX => u64::MAX,
            FieldKind::Time => value.saturating_sub(origin),
            FieldKind::Total => 0,
        }
    }
}

/// Goes through the fields of a state.
pub(crate) trait Visitor {
    /// A number.
    fn field(&mut self, kind: FieldKind, value: &mut u64, origin: u64);
    /// The place of a tile.
    fn tile(&mut self, tile: &mut PerDim<Span>);
    /// A position in the loop program.
    fn cursor(&mut self, cursor: &mut Cursor, beat: &mut Beat);
    /// Whether the repetition is of beats, within one pass.
    fn is_in_pass(&self) -> bool;

    /// What is left of a transfer: within a pass it may shrink by as much in each period.
    fn progress(&mut self, left: &mut u64);

    /// What one thing, known by its number, has gathered: it may grow by as much in each period, as
    /// long as that is the same thing.
    fn gathered(&mut self, value: &mut u64, number: u64);

    /// A number that does not change.
    fn same(&mut self, value: u64) {
        self.field(FieldKind::Same, &mut { value }, 0);
    }

    /// A tile that may be missing.
    fn optional_tile(&mut self, tile: &mut Option<PerDim<Span>>) {
        self.same(u64::from(tile.is_some()));
        if let Some(tile) = tile {
            self.tile(tile);
        }
    }
}
