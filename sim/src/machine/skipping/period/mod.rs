//! Steady-state detection: recognises that the machine repeats itself, and fast-forwards over the repeats.
//!
//! ```text
//! each time that the array steps along a loop:
//!     if the state is what it was p iterations ago, but for time and place:
//!         move it on by as many times p iterations as the loop's regular part has left
//! ```
//!
//! States are equal if each number keeps its distance from what it is compared with, each time its
//! distance from now, and each position either stays or moves along the loop. Then what follows is
//! equal as well, as long as all positions stay in iterations that are equivalent (`loop_step.rs`); the last
//! iterations, and all edges, are simulated. A state is compared with one kept from 1, 2, 4, ...
//! iterations before (Brent's search for a cycle), in every loop of the program and over the beats.
//!
//! Two things may repeat. The whole machine, its memory being a bus: so do blocks and passes. Or,
//! as long as no tile is exchanged, all but what moves tiles: then that part works through the same
//! time by itself, and the repetition ends before anything arrives that the array waits for.

pub(crate) mod loop_step;
mod memo;
mod snapshot;
mod state_record;

use stationary_arch::Operand;

use crate::machine::Machine;
use crate::machine::action::Action;
use crate::machine::operand_streamer::Origins;
use crate::machine::ports::Stream;
use crate::machine::state_descriptor::{FieldKind, Visitor};
use crate::machine::transfer::Tiles;
use crate::payload::Payload;
use crate::trace::{Event, Repeat, Sample, Scope, Trace};

use loop_step::LoopStep;
use memo::Memo;
use state_record::{Comparer, Mover, StateRecord, StateRecorder};

/// Fewer cycles are as soon simulated as looked for.
const WORTHWHILE: u64 = 16;

/// A checkpoint for each loop, and the memo of passes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Periods {
    checkpoints: Vec<Checkpoint>,
    memo: Memo,
}

/// A state that was kept, to compare later ones with.
#[derive(Clone, Debug, Default)]
struct Checkpoint {
    /// Whether the loops around have not moved since.
    is_live: bool,
    /// Whether the loop has nothing left to find.
    is_exhausted: bool,
    /// Whether this run of the loop has been skipped along, by more than looking for it costs.
    is_profitable: bool,
    /// Runs of the loop in which nothing was found, and the back-off: how many are to be left alone for it.
    failures: u32,
    backoff: u32,
    iteration: u64,
    /// Iterations after which another state is kept.
    checkpoint_interval: u64,
    now: u64,
    passes: u64,
    events: u64,
    tiles: Tiles,
    /// Whether transfers took ports of banks then.
    touched_banks: bool,
    core: StateRecord,
    link: StateRecord,
}

/// Counts a trace's events.
pub(in crate::machine) struct CountingTrace<'t, T> {
    inner: &'t mut T,
    events: u64,
}

impl<'t, T: Trace> CountingTrace<'t, T> {
    pub(in crate::machine) fn new(inner: &'t mut T) -> Self {
        Self { inner, events: 0 }
    }
}

impl<T: Trace> Trace for CountingTrace<'_, T> {
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

impl Checkpoint {
    /// Begins another run of the loop, or goes on in one after a skip. Where looking costs as much as
    /// working through an iteration, loops in which nothing is found are left alone for a while.
    fn begin(&mut self, is_short: bool, is_expensive: bool) {
        if self.is_profitable {
            self.failures = 0;
        } else if is_expensive && !is_short && self.backoff == 0 && self.checkpoint_interval > 0 {
            self.failures = (self.failures + 1).min(6);
            self.backoff = 1 << self.failures;
        }
        self.backoff = self.backoff.saturating_sub(1);
        self.is_profitable = false;
        self.is_live = true;
        self.is_exhausted = is_short || self.backoff > 0;
        // An iteration that takes long is compared with the next at first.
        self.checkpoint_interval = if is_expensive { 4 } else { 1 };
    }
}

impl<P: Payload<Action>> Machine<'_, P> {
    /// To be called after a cycle in which the array has stepped along a loop: looks for a period of
    /// it, and skips what it can; or replays the pass from the memo, and has stepped again.
    pub(super) fn skip_periods<T: Trace>(
        &mut self,
        number: u8,
        periods: &mut Periods,
        trace: &mut CountingTrace<'_, T>,
    ) {
        self.skip_loop(number, periods, trace);
        if number < self.m.loop_count {
            self.replay_pass(&mut periods.memo, trace);
        }
    }

    /// Looks for a period of a loop, and skips what it can.
    fn skip_loop<T: Trace>(
        &mut self,
        number: u8,
        periods: &mut Periods,
        trace: &mut CountingTrace<'_, T>,
    ) {
        let place = usize::from(number);
        if periods.checkpoints.len() <= place {
            periods.checkpoints.resize(place + 1, Checkpoint::default());
        }
        for inner in &mut periods.checkpoints[place + 1..] {
            inner.is_live = false;
        }
        let checkpoint = &mut periods.checkpoints[place];
        if checkpoint.is_live && checkpoint.is_exhausted {
            return;
        }
        let step = LoopStep::new(self.m, number, &self.array.cursor);
        let iteration = step.iteration(&self.array.cursor, &self.array.beat);
        if !checkpoint.is_live {
            // Too short a loop has nothing to skip, or nothing worth looking for.
            let regular = step.regular(self.m);
            let length = regular.end - regular.start;
            let beats = step.beats(self.m);
            let worthwhile = self.array.worthwhile();
            let is_short = length < 3 || beats.is_some_and(|n| n * length < worthwhile);
            checkpoint.begin(is_short, beats.is_some_and(|n| 2 * n < worthwhile));
            if !checkpoint.is_exhausted {
                self.keep(checkpoint, iteration, &step, trace.events);
            }
            return;
        }
        let iterations = iteration - checkpoint.iteration;
        let regular = step.regular(self.m);
        if iteration >= regular.end {
            checkpoint.is_exhausted = true;
            return;
        }
        let before = self.now;
        if checkpoint.iteration >= regular.start
            && self.try_skip(checkpoint, &step, iterations, trace)
        {
            checkpoint.is_live = false;
            checkpoint.is_profitable |= self.now - before >= WORTHWHILE;
            return;
        }
        if checkpoint.iteration < regular.start {
            self.keep(checkpoint, iteration, &step, trace.events);
        } else if iterations == checkpoint.checkpoint_interval {
            checkpoint.checkpoint_interval *= 2;
            self.keep(checkpoint, iteration, &step, trace.events);
        }
    }

    fn keep(&mut self, checkpoint: &mut Checkpoint, iteration: u64, step: &LoopStep, events: u64) {
        checkpoint.iteration = iteration;
        checkpoint.now = self.now;
        checkpoint.passes = self.array.passes_done;
        checkpoint.tiles = self.tiles;
        checkpoint.touched_banks = self.touches_banks();
        checkpoint.events = events;
        self.visit_core(&mut StateRecorder::new(
            &mut checkpoint.core,
            step.is_in_pass(),
        ));
        if self.dma.is_bus() {
            self.visit_link(&mut StateRecorder::new(
                &mut checkpoint.link,
                step.is_in_pass(),
            ));
        }
    }

    /// Skips as many periods as can be; whether there were any.
    fn try_skip<T: Trace>(
        &mut self,
        checkpoint: &Checkpoint,
        step: &LoopStep,
        iterations: u64,
        trace: &mut CountingTrace<'_, T>,
    ) -> bool {
        let mut core = Comparer::new(&checkpoint.core, self.m, step, iterations);
        self.visit_core(&mut core);
        if !core.is_equivalent {
            return false;
        }
        let period = self.now - checkpoint.now;
        let mut repeat = Repeat {
            events: 0,
            scope: Scope::All,
            times: 0,
            cycles: period,
            passes: self.array.passes_done - checkpoint.passes,
            along: step.distance(iterations),
        };
        if self.dma.is_bus() {
            let mut link = Comparer::new(&checkpoint.link, self.m, step, iterations);
            self.visit_link(&mut link);
            if link.is_equivalent {
                repeat.times = core.most.min(link.most);
                repeat.events = trace.events - checkpoint.events;
                if repeat.times == 0 {
                    return false;
                }
                trace.events += repeat.events * repeat.times;
                trace.repeat(&repeat);
                let is_in_pass = step.is_in_pass();
                self.visit_link(&mut Mover::new(
                    &checkpoint.link,
                    repeat.times,
                    period,
                    is_in_pass,
                ));
                self.move_core(checkpoint, step, repeat.times);
                return true;
            }
        }
        if core.most == 0 || checkpoint.touched_banks || !self.is_independent(&checkpoint.tiles) {
            return false;
        }
        let until = self.now + core.most * period;
        let reached = self.drive_link(until, Self::brings_awaited, trace);
        repeat.times = (reached - self.now) / period;
        repeat.events = trace.events - checkpoint.events;
        repeat.scope = Scope::Passes;
        if repeat.times > 0 {
            trace.events += repeat.passes * repeat.times;
            trace.repeat(&repeat);
            self.move_core(checkpoint, step, repeat.times);
        }
        self.drive_core(reached, trace);
        true
    }

    fn move_core(&mut self, checkpoint: &Checkpoint, step: &LoopStep, times: u64) {
        let period = self.now - checkpoint.now;
        self.visit_core(&mut Mover::new(
            &checkpoint.core,
            times,
            period,
            step.is_in_pass(),
        ));
        self.now += times * period;
    }

    /// Shows all but what moves tiles to a visitor.
    fn visit_core(&mut self, v: &mut impl Visitor) {
        // So that a new field is a compile error until it is told here, or said not to be.
        let Self {
            now: _,
            streamers: _,
            array: _,
            output_fifo: _,
            results: _,
            written: _,
            open_words: _,
            busy: _,
            stalls: _,
            last_result: _,
            pass_mark: _,
            // Of the array's side here, of what moves tiles in `visit_link`.
            counters: _,
            tiles: _,
            dma: _,
            // The mapping's, a cycle's own, or set once.
            m: _,
            tag_words: _,
            ports: _,
            waits: _,
            payload: _,
            first_mac: _,
            first_work: _,
        } = self;
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
        v.field(FieldKind::Total, &mut self.open_words, 0);
        v.same(u64::from(self.tiles.filled.output >= tiles));
        for operand in Operand::ALL {
            let streamer = &self.streamers[operand];
            v.same(streamer.state.words_left());
            v.same(u64::from(streamer.is_staged(&self.tiles)));
        }
        v.same(self.array.results.len() as u64);
        v.field(FieldKind::Count, &mut self.written, beats);
        for (operand, at) in Operand::ALL.into_iter().zip(origins) {
            self.streamers[operand].visit(v, self.m, at);
        }
        self.array.visit(v, now);
        let streams = self.streams();
        for (i, stream) in streams.iter().enumerate() {
            for other in &streams[..i] {
                v.same(stream.distance(other));
            }
        }
        self.results.visit(v);
        self.output_fifo.visit(v, tiles, now);
        let mark = &mut self.pass_mark;
        v.field(FieldKind::CountOrSame, &mut mark.at, now);
        v.field(FieldKind::CountOrSame, &mut mark.busy, self.busy);
        for (mark, stalls) in mark.stalls.counts().zip(self.stalls.counts()) {
            v.field(FieldKind::CountOrSame, mark, *stalls);
            v.field(FieldKind::Total, stalls, 0);
        }
        v.field(FieldKind::Total, &mut self.busy, 0);
        v.field(FieldKind::CountOrSame, &mut self.last_result, now);
        for count in self.counters.of_array() {
            v.field(FieldKind::Total, count, 0);
        }
    }

    /// What goes through the tiles of the buffer: the streamers, and the results.
    fn streams(&self) -> [&Stream; 4] {
        let [input, weight, output] = Operand::ALL.map(|o| &self.streamers[o].state.stream);
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
            let index = self.streamers[operand].state.tile_index;
            v.field(FieldKind::Count, &mut t.filled[operand], index);
            v.field(FieldKind::Count, &mut t.freed[operand], index);
        }
        v.field(FieldKind::Count, &mut t.worked, output_tiles);
        v.field(FieldKind::Count, &mut t.closed, output_tiles);
        for count in self.counters.of_link() {
            v.field(FieldKind::Total, count, 0);
        }
    }
}
