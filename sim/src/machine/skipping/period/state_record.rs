//! The three things that are done with a state: record it, compare it, and move it on.

use stationary_workloads::PerDim;

use crate::beat::Beat;
use crate::machine::skipping::period::loop_step::LoopStep;
use crate::machine::state_descriptor::{FieldKind, Visitor};
use crate::mapping::Mapping;
use crate::program::Cursor;
use crate::window::Span;

/// A state as it was: each number itself and relative to its origin.
#[derive(Clone, Debug, Default)]
pub(crate) struct StateRecord {
    numbers: Vec<(u64, u64)>,
    tiles: Vec<PerDim<Span>>,
    cursors: Vec<(Cursor, Beat)>,
}

/// Records a state.
pub(crate) struct StateRecorder<'r> {
    record: &'r mut StateRecord,
    is_in_pass: bool,
}

impl<'r> StateRecorder<'r> {
    pub(crate) fn new(record: &'r mut StateRecord, is_in_pass: bool) -> Self {
        record.numbers.clear();
        record.tiles.clear();
        record.cursors.clear();
        Self { record, is_in_pass }
    }
}

impl Visitor for StateRecorder<'_> {
    fn field(&mut self, kind: FieldKind, value: &mut u64, origin: u64) {
        let relative = kind.relative(*value, origin);
        self.record.numbers.push((*value, relative));
    }

    fn progress(&mut self, left: &mut u64) {
        self.record.numbers.push((*left, *left));
    }

    fn gathered(&mut self, value: &mut u64, number: u64) {
        self.record.numbers.push((*value, number));
    }

    fn tile(&mut self, tile: &mut PerDim<Span>) {
        self.record.tiles.push(*tile);
    }

    fn cursor(&mut self, cursor: &mut Cursor, beat: &mut Beat) {
        self.record.cursors.push((*cursor, *beat));
    }

    fn is_in_pass(&self) -> bool {
        self.is_in_pass
    }
}

/// How far a comparison or a move is in a record.
#[derive(Clone, Copy, Debug, Default)]
struct RecordPosition {
    number: usize,
    tile: usize,
    cursor: usize,
}

/// Finds out whether a state is that of a record, some iterations of a loop later.
pub(crate) struct Comparer<'r> {
    record: &'r StateRecord,
    place: RecordPosition,
    step: &'r LoopStep,
    /// Iterations between the two.
    iterations: u64,
    mapping: &'r Mapping,
    pub(crate) is_equivalent: bool,
    /// Periods until the first position comes to an iteration that is not equivalent, or the first transfer ends.
    pub(crate) most: u64,
}

impl<'r> Comparer<'r> {
    pub(crate) fn new(
        record: &'r StateRecord,
        mapping: &'r Mapping,
        step: &'r LoopStep,
        iterations: u64,
    ) -> Self {
        Self {
            record,
            place: RecordPosition::default(),
            step,
            iterations,
            mapping,
            is_equivalent: true,
            most: u64::MAX,
        }
    }
}

impl Visitor for Comparer<'_> {
    #[inline]
    fn field(&mut self, kind: FieldKind, value: &mut u64, origin: u64) {
        if !self.is_equivalent {
            return;
        }
        let before = self.record.numbers.get(self.place.number);
        self.place.number += 1;
        let relative = kind.relative(*value, origin);
        self.is_equivalent = before.is_some_and(|(raw, distance)| {
            relative == *distance || (kind == FieldKind::CountOrSame && raw == value)
        });
    }

    fn progress(&mut self, left: &mut u64) {
        if !self.is_equivalent {
            return;
        }
        let before = self.record.numbers.get(self.place.number);
        self.place.number += 1;
        let gone = before.and_then(|(before, _)| before.checked_sub(*left));
        match gone {
            Some(0) => {}
            Some(gone) if self.step.is_in_pass() => {
                self.most = self.most.min(left.saturating_sub(1) / gone);
            }
            _ => self.is_equivalent = false,
        }
    }

    fn gathered(&mut self, value: &mut u64, number: u64) {
        if !self.is_equivalent {
            return;
        }
        let before = self.record.numbers.get(self.place.number);
        self.place.number += 1;
        self.is_equivalent = before.is_some_and(|(raw, of)| raw == value || *of == number);
    }

    fn tile(&mut self, tile: &mut PerDim<Span>) {
        if !self.is_equivalent {
            return;
        }
        let before = self.record.tiles.get(self.place.tile);
        self.place.tile += 1;
        let moved = |before| *tile == self.step.moved_tile(before, self.iterations);
        self.is_equivalent = before.is_some_and(|before| tile == before || moved(before));
    }

    fn cursor(&mut self, cursor: &mut Cursor, beat: &mut Beat) {
        if !self.is_equivalent {
            return;
        }
        let before = self.record.cursors.get(self.place.cursor);
        self.place.cursor += 1;
        let Some(before) = before else {
            self.is_equivalent = false;
            return;
        };
        if *before == (*cursor, *beat) {
            return;
        }
        // Who is ahead may be in other iterations of the loops around, which then decide what is equivalent.
        let own = self.step.from(cursor);
        let regular = own.regular(self.mapping);
        let [then, now] =
            [before, &(*cursor, *beat)].map(|(cursor, beat)| own.iteration(cursor, beat));
        self.is_equivalent = (*cursor, *beat) == self.step.moved(before, self.iterations)
            && regular.start <= then
            && now < regular.end;
        if self.is_equivalent {
            self.most = self.most.min((regular.end - 1 - now) / self.iterations);
        }
    }

    fn is_in_pass(&self) -> bool {
        self.step.is_in_pass()
    }
}

/// Moves a state on by as many periods as lie between it and a record, times over.
pub(crate) struct Mover<'r> {
    record: &'r StateRecord,
    place: RecordPosition,
    times: u64,
    cycles: u64,
    is_in_pass: bool,
}

impl<'r> Mover<'r> {
    /// For so many times a period of so many cycles.
    pub(crate) fn new(record: &'r StateRecord, times: u64, period: u64, is_in_pass: bool) -> Self {
        Self {
            record,
            place: RecordPosition::default(),
            times,
            cycles: times * period,
            is_in_pass,
        }
    }

    fn move_on(&self, value: &mut u64, before: u64) {
        *value = value.wrapping_add(value.wrapping_sub(before).wrapping_mul(self.times));
    }

    fn move_tile(&self, tile: &mut PerDim<Span>, before: &PerDim<Span>) {
        for dim in stationary_workloads::Dim::ALL {
            self.move_on(&mut tile[dim].start, before[dim].start);
        }
    }
}

impl Visitor for Mover<'_> {
    fn field(&mut self, kind: FieldKind, value: &mut u64, origin: u64) {
        let (before, _) = self.record.numbers[self.place.number];
        self.place.number += 1;
        match kind {
            FieldKind::Same => {}
            // What is past stays past.
            FieldKind::Time if *value < origin => {}
            FieldKind::Time => *value = value.saturating_add(self.cycles),
            FieldKind::Count | FieldKind::CountOrSame | FieldKind::Total => {
                self.move_on(value, before)
            }
        }
    }

    fn progress(&mut self, left: &mut u64) {
        self.field(FieldKind::Total, left, 0);
    }

    fn gathered(&mut self, value: &mut u64, _: u64) {
        self.field(FieldKind::Total, value, 0);
    }

    fn tile(&mut self, tile: &mut PerDim<Span>) {
        let before = self.record.tiles[self.place.tile];
        self.place.tile += 1;
        self.move_tile(tile, &before);
    }

    fn cursor(&mut self, cursor: &mut Cursor, beat: &mut Beat) {
        let (before, beat_before) = self.record.cursors[self.place.cursor];
        self.place.cursor += 1;
        self.move_tile(&mut cursor.part, &before.part);
        self.move_tile(&mut cursor.block, &before.block);
        self.move_tile(&mut cursor.pass, &before.pass);
        beat.move_on(&beat_before, self.times);
    }

    fn is_in_pass(&self) -> bool {
        self.is_in_pass
    }
}
