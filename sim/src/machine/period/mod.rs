//! Recognises that the machine repeats itself, and multiplies.
//!
//! ```text
//! each time that the array steps along a loop:
//!     if the state is what it was p iterations ago, but for time and place:
//!         move it on by as many times p iterations as the loop's regular part has left
//! ```
//!
//! States are equal if each number keeps its distance from what it is compared with, each time its
//! distance from now, and each position either stays or moves along the loop. Then what follows is
//! equal as well, as long as all positions stay in iterations that are alike (`alike.rs`); the last
//! iterations, and all edges, are simulated. A state is compared with one kept from 1, 2, 4, ...
//! iterations before (Brent's search for a cycle), in every loop of the program and over the beats.
//!
//! Two things may repeat. The whole machine, its memory being a bus: so do blocks and passes. Or,
//! as long as no tile is exchanged, all but what moves tiles: then that part works through the same
//! time by itself, and the repetition ends before anything arrives that the array waits for.

pub(crate) mod alike;
mod recall;
mod snapshot;
mod visit;

use stationary_arch::Operand;

use crate::machine::Machine;
use crate::machine::feed::Origins;
use crate::machine::payload::Payload;
use crate::machine::ports::Stream;
use crate::machine::transfer::Tiles;
use crate::machine::visit::{Kind, Visitor};
use crate::trace::{Event, Repeat, Sample, Scope, Trace};

use alike::Step;
use recall::Courses;
use visit::{Comparer, Mover, Record, Recorder};

/// Fewer cycles are as soon simulated as looked for.
const WORTHWHILE: u64 = 16;

/// The states that were kept, one for each loop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Periods {
    kept: Vec<Kept>,
    courses: Courses,
}

/// A state that was kept.
#[derive(Clone, Debug, Default)]
struct Kept {
    /// Whether the loops around have not moved since.
    is_live: bool,
    /// Whether the loop has nothing left to find.
    is_spent: bool,
    /// Whether this run of the loop has been skipped along, by more than looking for it costs.
    has_paid: bool,
    /// Runs of the loop in which nothing was found, and how many are to be left alone for it.
    failures: u32,
    respite: u32,
    iteration: u64,
    /// Iterations after which another state is kept.
    patience: u64,
    now: u64,
    passes: u64,
    events: u64,
    tiles: Tiles,
    /// Whether transfers took ports of banks then.
    touched_banks: bool,
    core: Record,
    link: Record,
}

/// Counts a trace's events.
pub(super) struct Counted<'t, T> {
    inner: &'t mut T,
    events: u64,
}

impl<'t, T: Trace> Counted<'t, T> {
    pub(super) fn new(inner: &'t mut T) -> Self {
        Self { inner, events: 0 }
    }
}

impl<T: Trace> Trace for Counted<'_, T> {
    const SAMPLES: bool = T::SAMPLES;

    fn event(&mut self, event: Event) {
        self.events += 1;
        self.inner.event(event);
    }

    fn repeat(&mut self, repeat: &Repeat) {
        self.inner.repeat(repeat);
    }

    fn sample(&mut self, sample: &Sample) {
        self.inner.sample(sample);
    }
}

impl Kept {
    /// Begins another run of the loop, or goes on in one after a skip. Where looking costs as much as
    /// working through an iteration, loops in which nothing is found are left alone for a while.
    fn begin(&mut self, is_short: bool, is_dear: bool) {
        if self.has_paid {
            self.failures = 0;
        } else if is_dear && !is_short && self.respite == 0 && self.patience > 0 {
            self.failures = (self.failures + 1).min(6);
            self.respite = 1 << self.failures;
        }
        self.respite = self.respite.saturating_sub(1);
        self.has_paid = false;
        self.is_live = true;
        self.is_spent = is_short || self.respite > 0;
        // An iteration that takes long is compared with the next at first.
        self.patience = if is_dear { 4 } else { 1 };
    }
}

impl<P: Payload> Machine<'_, P> {
    /// To be called after a cycle in which the array has stepped along a loop: looks for a period of
    /// it, and skips what it can; or takes the pass on the course of an earlier one, and has stepped
    /// again.
    pub(super) fn skip_periods<T: Trace>(
        &mut self,
        number: u8,
        periods: &mut Periods,
        trace: &mut Counted<'_, T>,
    ) {
        self.skip_along(number, periods, trace);
        if number < self.m.loop_count {
            self.recall(&mut periods.courses, trace);
        }
    }

    /// Looks for a period of a loop, and skips what it can.
    fn skip_along<T: Trace>(
        &mut self,
        number: u8,
        periods: &mut Periods,
        trace: &mut Counted<'_, T>,
    ) {
        let place = usize::from(number);
        if periods.kept.len() <= place {
            periods.kept.resize(place + 1, Kept::default());
        }
        for inner in &mut periods.kept[place + 1..] {
            inner.is_live = false;
        }
        let kept = &mut periods.kept[place];
        if kept.is_live && kept.is_spent {
            return;
        }
        let step = Step::new(self.m, number, &self.array.cursor);
        let iteration = step.iteration(&self.array.cursor, &self.array.beat);
        if !kept.is_live {
            // Too short a loop has nothing to skip, or nothing worth looking for.
            let regular = step.regular(self.m);
            let length = regular.end - regular.start;
            let beats = step.beats(self.m);
            let worthwhile = self.array.worthwhile();
            let is_short = length < 3 || beats.is_some_and(|n| n * length < worthwhile);
            kept.begin(is_short, beats.is_some_and(|n| 2 * n < worthwhile));
            if !kept.is_spent {
                self.keep(kept, iteration, &step, trace.events);
            }
            return;
        }
        let iterations = iteration - kept.iteration;
        let regular = step.regular(self.m);
        if iteration >= regular.end {
            kept.is_spent = true;
            return;
        }
        let before = self.now;
        if kept.iteration >= regular.start && self.try_skip(kept, &step, iterations, trace) {
            kept.is_live = false;
            kept.has_paid |= self.now - before >= WORTHWHILE;
            return;
        }
        if kept.iteration < regular.start {
            self.keep(kept, iteration, &step, trace.events);
        } else if iterations == kept.patience {
            kept.patience *= 2;
            self.keep(kept, iteration, &step, trace.events);
        }
    }

    fn keep(&mut self, kept: &mut Kept, iteration: u64, step: &Step, events: u64) {
        kept.iteration = iteration;
        kept.now = self.now;
        kept.passes = self.array.passes_done;
        kept.tiles = self.tiles;
        kept.touched_banks = self.touches_banks();
        kept.events = events;
        self.visit_core(&mut Recorder::new(&mut kept.core, step.is_in_pass()));
        if self.dma.is_bus() {
            self.visit_link(&mut Recorder::new(&mut kept.link, step.is_in_pass()));
        }
    }

    /// Skips as many periods as can be; whether there were any.
    fn try_skip<T: Trace>(
        &mut self,
        kept: &Kept,
        step: &Step,
        iterations: u64,
        trace: &mut Counted<'_, T>,
    ) -> bool {
        let mut core = Comparer::new(&kept.core, self.m, step, iterations);
        self.visit_core(&mut core);
        if !core.is_alike {
            return false;
        }
        let period = self.now - kept.now;
        let mut repeat = Repeat {
            events: 0,
            scope: Scope::All,
            times: 0,
            cycles: period,
            passes: self.array.passes_done - kept.passes,
            along: step.distance(iterations),
        };
        if self.dma.is_bus() {
            let mut link = Comparer::new(&kept.link, self.m, step, iterations);
            self.visit_link(&mut link);
            if link.is_alike {
                repeat.times = core.most.min(link.most);
                repeat.events = trace.events - kept.events;
                if repeat.times == 0 {
                    return false;
                }
                trace.events += repeat.events * repeat.times;
                trace.repeat(&repeat);
                let is_in_pass = step.is_in_pass();
                self.visit_link(&mut Mover::new(
                    &kept.link,
                    repeat.times,
                    period,
                    is_in_pass,
                ));
                self.move_core(kept, step, repeat.times);
                return true;
            }
        }
        if core.most == 0 || kept.touched_banks || !self.is_apart(&kept.tiles) {
            return false;
        }
        let until = self.now + core.most * period;
        let reached = self.drive_link(until, Self::brings_awaited, trace);
        repeat.times = (reached - self.now) / period;
        repeat.events = trace.events - kept.events;
        repeat.scope = Scope::Passes;
        if repeat.times > 0 {
            trace.events += repeat.passes * repeat.times;
            trace.repeat(&repeat);
            self.move_core(kept, step, repeat.times);
        }
        self.drive_core(reached, trace);
        true
    }

    fn move_core(&mut self, kept: &Kept, step: &Step, times: u64) {
        let period = self.now - kept.now;
        self.visit_core(&mut Mover::new(
            &kept.core,
            times,
            period,
            step.is_in_pass(),
        ));
        self.now += times * period;
    }

    /// Shows all but what moves tiles to a visitor.
    fn visit_core(&mut self, v: &mut impl Visitor) {
        let now = self.now;
        let a = &self.array;
        let at = |operand| Origins {
            now,
            used: if operand == self.m.resident {
                a.residents
            } else {
                a.beats_started
            },
            written: self.written,
            passes: a.passes_done,
            residents: a.residents,
        };
        let origins = Operand::ALL.map(at);
        let beats = if self.m.resident == Operand::Output {
            a.residents
        } else {
            a.beats_started
        };
        let tiles = a.output_tiles;
        v.same(u64::from(self.results.was_held));
        // They are counted for what may not be written yet.
        let is_free = self.has_free_place();
        v.same(u64::from(is_free));
        if !is_free {
            v.same(self.dma.words_stored().wrapping_sub(self.open_words));
        }
        v.field(Kind::Total, &mut self.open_words, 0);
        v.same(u64::from(self.tiles.filled.output >= tiles));
        for operand in Operand::ALL {
            let feed = &self.feeds[operand];
            v.same(feed.state.words_left());
            v.same(u64::from(feed.is_staged(&self.tiles)));
        }
        v.same(self.array.results.len() as u64);
        v.field(Kind::Count, &mut self.written, beats);
        for (operand, at) in Operand::ALL.into_iter().zip(origins) {
            self.feeds[operand].visit(v, self.m, at);
        }
        self.array.visit(v, now);
        let streams = self.streams();
        for (i, stream) in streams.iter().enumerate() {
            for other in &streams[..i] {
                v.same(stream.distance(other));
            }
        }
        self.results.visit(v);
        self.delivery.visit(v, tiles, now);
        let mark = &mut self.pass_mark;
        v.field(Kind::Note, &mut mark.at, now);
        v.field(Kind::Note, &mut mark.busy, self.busy);
        for (mark, stalls) in mark.stalls.counts().zip(self.stalls.counts()) {
            v.field(Kind::Note, mark, *stalls);
            v.field(Kind::Total, stalls, 0);
        }
        v.field(Kind::Total, &mut self.busy, 0);
        v.field(Kind::Note, &mut self.last_result, now);
        for count in self.counters.of_array() {
            v.field(Kind::Total, count, 0);
        }
    }

    /// What goes through the tiles of the buffer: the feeds, and the results.
    fn streams(&self) -> [&Stream; 4] {
        let [input, weight, output] = Operand::ALL.map(|o| &self.feeds[o].state.stream);
        [input, weight, output, &self.results]
    }

    /// Shows what moves tiles to a visitor.
    fn visit_link(&mut self, v: &mut impl Visitor) {
        let (passes, output_tiles) = (self.array.passes_done, self.array.output_tiles);
        let before = self.tiles;
        let streams = self.streams().map(Stream::clone);
        let streams = streams.each_ref();
        self.dma.visit(v, (&before, streams), passes, self.now);
        let t = &mut self.tiles;
        for operand in Operand::ALL {
            let index = self.feeds[operand].state.tile_index;
            v.field(Kind::Count, &mut t.filled[operand], index);
            v.field(Kind::Count, &mut t.freed[operand], index);
        }
        v.field(Kind::Count, &mut t.worked, output_tiles);
        v.field(Kind::Count, &mut t.closed, output_tiles);
        for count in self.counters.of_link() {
            v.field(Kind::Total, count, 0);
        }
    }
}
