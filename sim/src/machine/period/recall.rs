//! A pass that begins as an earlier one did takes the same course.
//!
//! ```text
//! when a pass has ended:
//!     note how it began, and what it has led to
//!     if all is as it was before a pass that was noted, and the passes ahead are like those then:
//!         leave all as that left it, but for time and place
//! ```
//!
//! So the loops of a few passes are skipped along, over channels and taps, which end before they have
//! shown a period. As in `period`, this is about all but what moves tiles, as long as no tile is
//! exchanged; that part works through the same time by itself.

use stationary_arch::{Operand, PerOperand};
use stationary_workloads::Dim;

use crate::machine::Machine;
use crate::machine::array::Array;
use crate::machine::delivery::Delivery;
use crate::machine::feed::ShapedFeed;
use crate::machine::payload::Payload;
use crate::machine::period::Counted;
use crate::machine::period::snapshot::{Rebase, Snapshot, Totals};
use crate::machine::ports::Stream;
use crate::machine::transfer::Tiles;
use crate::mapping::{Mapping, PAIRS, is_first, same_outputs};
use crate::program::Cursor;
use crate::trace::Trace;

/// Cycles of a pass's work below which it is as soon worked through.
const WORTHWHILE: u64 = 24;

/// Passes ahead to which something may have come in the course of one.
const FURTHEST: u64 = 16;

/// Passes that are looked up in vain before the next are left alone for a while.
const PATIENCE: u32 = 64;

/// Courses that are kept.
const MOST: usize = 256;

/// The courses that passes took.
#[derive(Clone, Debug, Default)]
pub(super) struct Courses {
    noted: Vec<Course>,
    /// How the pass that is under way began.
    begun: Option<Beginning>,
    /// The most passes ahead that had to do with one of them.
    furthest: u64,
    /// Passes that were looked up in vain, those that are to be left alone for it, and how many that
    /// was the last time.
    misses: u32,
    respite: u32,
    rest: u32,
}

impl Courses {
    /// Whether it is worth while to look: now and then only, where nothing has been found.
    fn is_worthwhile(&mut self) -> bool {
        if self.misses == PATIENCE {
            self.rest = (2 * self.rest).clamp(PATIENCE, 32 * PATIENCE);
            self.respite = self.rest;
            self.misses = 0;
        }
        self.respite = self.respite.saturating_sub(1);
        self.respite == 0
    }

    fn note(&mut self, course: Course) {
        self.furthest = self.furthest.max((course.ahead.len() / NUMBERS) as u64);
        self.noted.push(course);
    }
}

/// The state of all but what moves tiles, where a pass begins.
#[derive(Clone, Debug)]
struct Beginning {
    state: Snapshot,
    /// Of each feed the beats left of its pass, and the words of the parcel that is open.
    feeds: PerOperand<[u64; 2]>,
    /// The pass and the tile that each feed is at.
    feed_passes: PerOperand<u64>,
    feed_tiles: PerOperand<u64>,
    /// Whether each has its tile in the buffer, and output tiles by which that is ahead of the array.
    is_staged: PerOperand<bool>,
    tiles_ahead: u64,
    position: Cursor,
    now: u64,
    passes: u64,
    tiles: Tiles,
    touches_banks: bool,
}

/// What a pass led to.
#[derive(Clone, Debug)]
struct Course {
    from: Beginning,
    /// The passes that had to do with it.
    ahead: Vec<u64>,
    to: Snapshot,
    /// What has only grown, and by how much.
    growth: Vec<u64>,
    cycles: u64,
    array: Array,
    feeds: PerOperand<ShapedFeed>,
    results: Stream,
    delivery: Delivery,
}

impl Course {
    /// Whether it is that from another beginning with such passes ahead.
    fn fits(&self, beginning: &Beginning, ahead: &[u64]) -> bool {
        ahead.starts_with(&self.ahead)
            && self.from.feeds == beginning.feeds
            && self.from.tiles_ahead == beginning.tiles_ahead
            && self.from.state.is_like(&beginning.state)
    }
}

impl<P: Payload> Machine<'_, P> {
    /// To be called when a pass has ended: takes the next on the course of an earlier one, if it begins
    /// as that did.
    pub(super) fn recall<T: Trace>(&mut self, courses: &mut Courses, trace: &mut Counted<'_, T>) {
        let begun = courses.begun.take();
        let is_simple = self.array.is_at_begin(self.m) && self.delivery.is_empty();
        if !is_simple || self.array.work() < WORTHWHILE || !courses.is_worthwhile() {
            return;
        }
        let now = self.beginning();
        if let Some(begun) = begun
            && courses.noted.len() < MOST
            && let Some(course) = self.course(begun, &now)
        {
            courses.note(course);
        }
        let ahead = ahead(self.m, self.array.cursor, courses.furthest);
        let known = courses.noted.iter().find(|c| c.fits(&now, &ahead));
        match known {
            Some(course) if !now.touches_banks && self.is_apart(&now.tiles) => {
                self.follow(course, &now.state.totals, trace);
                (courses.misses, courses.rest) = (0, 0);
            }
            Some(_) => {}
            None => {
                courses.begun = Some(now);
                courses.misses += 1;
            }
        }
    }

    fn beginning(&mut self) -> Beginning {
        let mut state = Snapshot::default();
        self.visit_core(&mut state);
        let (tiles, array) = (self.tiles, &self.array);
        Beginning {
            state,
            feeds: PerOperand::from_fn(|o| self.feeds[o].progress()),
            feed_passes: PerOperand::from_fn(|o| self.feeds[o].pass()),
            feed_tiles: PerOperand::from_fn(|o| self.feeds[o].state.tile_index),
            is_staged: PerOperand::from_fn(|o| self.feeds[o].is_staged(&tiles)),
            tiles_ahead: tiles.filled.output.wrapping_sub(array.output_tiles),
            position: array.cursor,
            now: self.now,
            passes: array.passes_done,
            tiles,
            touches_banks: self.touches_banks(),
        }
    }

    /// The course from one beginning to the next, if nothing had a part in it that moves tiles.
    fn course(&self, from: Beginning, to: &Beginning) -> Option<Course> {
        let is_next =
            from.passes + 1 == to.passes && !from.state.has_tiles() && !to.state.has_tiles();
        let has_come = |o: Operand| self.tiles.filled[o] > from.tiles.filled[o];
        let is_met = |o: Operand| has_come(o) && (o == Operand::Output || !from.is_staged[o]);
        let is_apart = !from.touches_banks
            && !to.touches_banks
            && self.is_apart(&from.tiles)
            && from.feed_tiles == to.feed_tiles
            && !Operand::ALL.into_iter().any(is_met);
        let passes = Operand::ALL.map(|o| self.feeds[o].pass() + 1);
        let passes = passes.into_iter().fold(to.passes + 1, u64::max) - from.passes;
        (is_next && is_apart && passes <= FURTHEST).then(|| Course {
            ahead: ahead(self.m, from.position, passes),
            to: to.state.clone(),
            growth: growth(&to.state.totals, &from.state.totals),
            cycles: to.now - from.now,
            array: self.array.clone(),
            feeds: self.feeds.clone(),
            results: self.results.clone(),
            delivery: self.delivery.clone(),
            from,
        })
    }

    /// Takes a pass on a course, unless something that the array waits for arrives in the midst of it.
    fn follow<T: Trace>(&mut self, course: &Course, totals: &[u64], trace: &mut Counted<'_, T>) {
        let until = self.now + course.cycles;
        let ends = |m: &Self, at| m.brings_awaited(at) || m.dma.brings(Operand::Output, at);
        // Whose turn it is depends on the pass that the array is at, from the last cycle on the next.
        let (last, passes) = (until - 1, self.array.passes_done);
        let mut reached = self.drive_link(last, ends, trace);
        if reached == last {
            reached = self.drive_link_at(passes + 1, last..until, ends, trace);
        }
        if reached < until {
            return self.drive_core(reached, trace);
        }
        let (pass, mark) = (self.array.cursor.pass, self.pass_mark);
        self.array.become_like(&course.array);
        for operand in Operand::ALL {
            let passes = course.feeds[operand].pass() - course.from.feed_passes[operand];
            self.feeds[operand].become_like(&course.feeds[operand], self.m, passes);
        }
        self.results.clone_from(&course.results);
        self.delivery.clone_from(&course.delivery);
        self.now = until;
        let grown = totals.iter().zip(&course.growth);
        self.visit_core(&mut Totals(
            grown.map(|(total, by)| total.wrapping_add(*by)),
        ));
        self.visit_core(&mut Rebase::new(&course.to));
        self.array.go_on(self.m);
        self.tell_pass(trace, mark, until, &pass);
    }
}

/// Numbers about a pass.
const NUMBERS: usize = 16;

/// All about so many passes from a position on that has to do with their course.
fn ahead(m: &Mapping, mut cursor: Cursor, passes: u64) -> Vec<u64> {
    let mut ahead = Vec::with_capacity(NUMBERS * passes as usize);
    let mut before = cursor.pass;
    for _ in 0..passes {
        let pass = &cursor.pass;
        ahead.extend(Dim::ALL.map(|d| pass[d].extent));
        // Where the kernel meets padding.
        for (axis, (output, tap)) in m.axes.iter().zip(PAIRS) {
            let inner = axis.inner_outputs(m.layer.size(tap));
            let outputs = pass[output];
            let is_inner = inner.start <= outputs.start && outputs.end() <= inner.end;
            let place = if is_inner { u64::MAX } else { outputs.start };
            ahead.extend([place, pass[tap].start]);
        }
        let flags = [
            is_first(pass),
            m.finishes(pass),
            same_outputs(pass, &before),
        ];
        ahead.extend(flags.map(u64::from));
        before = *pass;
        match cursor.advance(m) {
            Some(changed) => ahead.push(changed.into()),
            None => {
                ahead.push(u64::MAX);
                break;
            }
        }
    }
    ahead
}

fn growth(after: &[u64], before: &[u64]) -> Vec<u64> {
    let each = after.iter().zip(before);
    each.map(|(after, before)| after.wrapping_sub(*before))
        .collect()
}
