//! The PE array: starts a beat when every operand of it is there, works on it for as many cycles
//! as the busiest PE has steps, and hands its results to the way out.

use std::collections::VecDeque;

use stationary_arch::Operand;
use stationary_workloads::{Dim, PerDim};

use crate::beat::Beat;
use crate::machine::state_descriptor::{FieldKind, Visitor};
use crate::mapping::{Mapping, is_first};
use crate::program::Cursor;
use crate::timing::network::way;
use crate::window::Span;

/// Results on their way from the PEs to the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Outgoing {
    /// When the last of them is at the network.
    pub(crate) ready: u64,
    /// Words not yet written.
    pub(crate) words: u64,
    /// The output tile of the buffer that they finish.
    pub(crate) closes: Option<PerDim<Span>>,
    /// Whether they are the first of their outputs, and need a place in the buffer.
    pub(crate) is_fresh: bool,
    /// The pass that they are from.
    pass: u64,
}

/// How far a resident tile is that shifts in from the array's edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) enum ShiftIn {
    /// The pass needs none, or its tile is in place.
    Done,
    /// It has not begun.
    Due,
    /// It is in place at this time.
    Until(u64),
}

/// The array's state.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Array {
    pub(crate) cursor: Cursor,
    pub(crate) done: bool,
    /// The loop that the beat which has just ended stepped along, those over beats after those of
    /// the program.
    pub(crate) stepped: Option<u8>,
    pub(crate) passes_done: u64,
    pub(crate) beat: Beat,
    beats_left: u64,
    /// Cycles left of the beat at work; 0 between beats.
    pub(crate) remaining: u64,
    pub(crate) beats_started: u64,
    /// Resident tiles entered, and given up.
    pub(crate) residents: u64,
    pub(crate) retired: u64,
    /// Output tiles of the buffer entered.
    pub(crate) output_tiles: u64,
    steps: u64,
    depth: u64,
    /// When the pass before has left, if passes do not overlap.
    pub(crate) free_at: u64,
    pub(crate) shift_in: ShiftIn,
    pub(crate) results: VecDeque<Outgoing>,
    results_capacity: usize,
    /// Words of results that one beat emits.
    result_words: u64,
    /// MACs of a beat over the dimensions that do not advance with beats.
    macs_across: u64,
    hops: u64,
}

/// What a finished beat counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Finished {
    pub(crate) macs: u64,
    pub(crate) hops: u64,
    /// Whether it was the last for an output tile of the buffer.
    pub(crate) closes: bool,
    pub(crate) emitted: bool,
}

impl Array {
    pub(crate) fn new(mapping: &Mapping) -> Self {
        let mut array = Self {
            cursor: Cursor::first(mapping),
            done: false,
            stepped: None,
            passes_done: 0,
            beat: Beat::default(),
            beats_left: 0,
            remaining: 0,
            beats_started: 0,
            residents: 1,
            retired: 0,
            output_tiles: 1,
            steps: 0,
            depth: 0,
            free_at: 0,
            shift_in: ShiftIn::Done,
            results: VecDeque::new(),
            results_capacity: 0,
            result_words: 0,
            macs_across: 0,
            hops: 0,
        };
        array.enter_pass(mapping, true);
        array
    }

    fn enter_pass(&mut self, mapping: &Mapping, reloads: bool) {
        self.shift_in = if reloads && mapping.shift_in() > 0 {
            ShiftIn::Due
        } else {
            ShiftIn::Done
        };
        let pass = &self.cursor.pass;
        self.beat = Beat::default();
        self.beats_left = mapping.beats(pass);
        self.steps = mapping.steps(pass);
        let across = Dim::ALL.iter().filter(|d| mapping.beat_step[**d] == 0);
        self.macs_across = across.map(|d| pass[*d].extent).product();
        self.depth = mapping.depth(pass);
        self.results_capacity = mapping.results_capacity(pass) as usize;
        self.result_words = mapping.resident_tile_words(Operand::Output, pass);
        self.hops = if mapping.resident == Operand::Output {
            0
        } else {
            self.result_words * (mapping.adders(pass) - 1)
        };
    }

    /// Whether the next beat is the first of its pass.
    pub(crate) fn is_at_start(&self) -> bool {
        self.beat == Beat::default()
    }

    /// Whether a pass has just been entered.
    pub(crate) fn is_at_begin(&self, mapping: &Mapping) -> bool {
        let is_fresh = self.remaining == 0 && self.is_at_start() && !self.done;
        is_fresh && self.beats_left == mapping.beats(&self.cursor.pass)
    }

    /// Cycles in which the beats that are left work.
    pub(crate) fn work(&self) -> u64 {
        self.beats_left * self.steps
    }

    /// Becomes like another in all but place.
    pub(crate) fn restore(&mut self, other: &Self) {
        let cursor = self.cursor;
        self.clone_from(other);
        self.cursor = cursor;
    }

    /// Enters the next pass; its counts have done so.
    pub(crate) fn go_on(&mut self, mapping: &Mapping) {
        self.stepped = self.cursor.advance(mapping);
        if let Some(changed) = self.stepped {
            self.enter_pass(mapping, mapping.reloads(mapping.resident, changed));
        }
    }

    /// Whether the beat at work is the last of its pass.
    pub(crate) fn is_at_end(&self) -> bool {
        self.beats_left == 1
    }

    /// Whether the way out can take the results of another beat.
    pub(crate) fn has_room(&self, mapping: &Mapping) -> bool {
        mapping.resident == Operand::Output || self.results.len() < self.results_capacity
    }

    /// Begins to shift the resident tile in; it must be at the edge.
    pub(crate) fn begin_shift(&mut self, mapping: &Mapping, now: u64) {
        self.shift_in = ShiftIn::Until(now + mapping.shift_in());
    }

    /// Times at which the array may go on by itself.
    pub(crate) fn wakes(&self) -> [u64; 2] {
        let shifted = match self.shift_in {
            ShiftIn::Until(end) => end,
            ShiftIn::Done | ShiftIn::Due => 0,
        };
        [self.free_at, shifted]
    }

    /// Passes that have left the array, to the last result.
    pub(crate) fn passes_left(&self) -> u64 {
        self.results.front().map_or(self.passes_done, |r| r.pass)
    }

    /// Starts the next beat; its operands must be there.
    pub(crate) fn start(&mut self) {
        self.shift_in = ShiftIn::Done;
        self.remaining = self.steps;
        self.beats_started += 1;
    }

    /// Finishes the beat at work: emits results and moves on.
    pub(crate) fn finish(&mut self, mapping: &Mapping, now: u64) -> Finished {
        let mut finished = Finished {
            macs: self.macs(mapping),
            hops: self.hops,
            ..Finished::default()
        };
        let along = self.beat.advance(mapping, &self.cursor.pass);
        self.stepped = along.map(|place| mapping.loop_count + place);
        self.beats_left -= 1;
        let next = if self.beats_left == 0 {
            self.cursor.next_change(mapping)
        } else {
            None
        };
        let ends = self.beats_left == 0;
        let leaves = |exchanged: &dyn Fn(u8) -> bool| ends && next.is_none_or(exchanged);
        let resident_leaves = leaves(&|changed| mapping.reloads(mapping.resident, changed));
        let closes = leaves(&|changed| mapping.stages_anew(Operand::Output, changed))
            .then_some(self.cursor.block);
        finished.closes = closes.is_some();
        if mapping.resident != Operand::Output || resident_leaves {
            let ready = now + self.depth + way(mapping.accelerator.networks.psum_out);
            self.results.push_back(Outgoing {
                ready,
                words: self.result_words,
                closes,
                is_fresh: is_first(&self.cursor.pass),
                pass: self.passes_done,
            });
            finished.emitted = true;
        }
        if resident_leaves {
            self.retired += 1;
        }
        if ends {
            if mapping.waits_for_array() {
                self.free_at = now + 1 + mapping.occupancy(&self.cursor.pass);
            }
            self.passes_done += 1;
            match self.cursor.advance(mapping) {
                None => self.done = true,
                Some(changed) => {
                    let reloads = mapping.reloads(mapping.resident, changed);
                    self.stepped = Some(changed);
                    self.residents += u64::from(reloads);
                    self.output_tiles += u64::from(mapping.stages_anew(Operand::Output, changed));
                    self.enter_pass(mapping, reloads);
                }
            }
        }
        finished
    }

    /// Beats below which looking for a repetition costs more than working through them: the state
    /// grows with the results on their way, and a beat costs as much as it has steps.
    pub(crate) fn worthwhile(&self) -> u64 {
        (12 + self.results.len() as u64 / 3) / self.steps.max(1)
    }

    /// MACs of the beat at work, padding included.
    fn macs(&self, mapping: &Mapping) -> u64 {
        let pass = &self.cursor.pass;
        let mut macs = self.macs_across;
        for (place, dim) in mapping.dataflow.beats.iter().enumerate() {
            let step = mapping.beat_step[*dim];
            if step > 1 {
                macs *= step.min(pass[*dim].extent - self.beat.index(place) * step);
            }
        }
        macs
    }

    /// Shows the state to a visitor.
    pub(crate) fn visit(&mut self, v: &mut impl Visitor, now: u64) {
        let Self {
            cursor,
            beat,
            beats_left,
            remaining,
            beats_started,
            passes_done,
            residents,
            retired,
            output_tiles,
            free_at,
            shift_in,
            results,
            // The same for a place in the program, or told with it.
            done: _,
            stepped: _,
            steps: _,
            depth: _,
            results_capacity: _,
            result_words: _,
            macs_across: _,
            hops: _,
        } = self;
        v.same(*remaining);
        v.field(FieldKind::Time, free_at, now);
        match shift_in {
            ShiftIn::Done => v.same(0),
            ShiftIn::Due => v.same(1),
            ShiftIn::Until(end) => {
                v.same(2);
                v.field(FieldKind::Time, end, now);
            }
        }
        for result in results {
            let Outgoing {
                ready,
                words,
                closes,
                is_fresh,
                pass,
            } = result;
            v.field(FieldKind::Time, ready, now);
            v.same(*words);
            v.same(u64::from(*is_fresh));
            v.field(FieldKind::Count, pass, *passes_done);
            v.optional_tile(closes);
        }
        v.field(FieldKind::Count, retired, *residents);
        for count in [
            beats_left,
            passes_done,
            beats_started,
            residents,
            output_tiles,
        ] {
            v.field(FieldKind::Total, count, 0);
        }
        v.cursor(cursor, beat);
    }
}
