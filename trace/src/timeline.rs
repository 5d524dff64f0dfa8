//! Draws a run on a document of tracks.
//!
//! ```text
//! for each step of some cycles: what the array did, cause by cause; what each network moved;
//!                               how full things were at most
//! ```
//!
//! With steps of one cycle every cycle is as it was. Longer ones gather within a step what is alike,
//! in the order in which it first came: the cycles of each cause are exact, and the document stays
//! small however long the run is.

use std::collections::{BTreeMap, VecDeque};

use stationary_arch::{Operand, PerOperand};
use stationary_sim::{Activity, Event, Repeat, Sample, Span, Stall, Trace};
use stationary_workloads::{Dim, PerDim};

use crate::View;
use crate::trace_document::{Note, TraceDocument};
use crate::track_writer::{Counter, Interval, Joins, TrackWriter};
use crate::tracks::{Tracks, network};

/// Steps that a layer has at most if none is asked for.
const STEPS: u64 = 1 << 14;
/// Cycles over which rates are taken at least.
const RATE_CYCLES: u64 = 16;

/// The cycles of a step that suits a run of so many.
pub fn step_for(cycles: u64) -> u64 {
    cycles.div_ceil(STEPS).max(1).next_power_of_two()
}

/// Draws one layer.
pub struct Timeline<'s> {
    document: &'s mut TraceDocument,
    view: View,
    step: u64,
    rate_cycles: u64,
    array: TrackWriter,
    waits: PerOperand<TrackWriter>,
    passes: TrackWriter,
    streamers: PerOperand<TrackWriter>,
    results: TrackWriter,
    loads: PerOperand<TrackWriter>,
    store: TrackWriter,
    delivery: Option<TrackWriter>,
    banks: Vec<TrackWriter>,
    buffer: PerOperand<Counter>,
    queued: PerOperand<Counter>,
    leaving: Counter,
    rates: [Rate; 4],
    links: [LinkCounter; 2],
    waiting: Vec<[Counter; 2]>,
    /// Words of the tiles in the buffer, and how many have left.
    held: PerOperand<VecDeque<u64>>,
    left: PerOperand<u64>,
    now: TimelineStep,
}

/// What has been seen of a step.
#[derive(Clone, Debug, Default)]
struct TimelineStep {
    from: u64,
    to: u64,
    did: Vec<(Activity, u64)>,
    waited: PerOperand<Vec<(Stall, u64)>>,
    sent: PerOperand<u64>,
    written: u64,
    delivering: bool,
    buffer: PerOperand<u64>,
    queued: PerOperand<u64>,
    leaving: u64,
    waiting: Vec<[u64; 2]>,
    rows: Vec<Option<u32>>,
}

/// Words a cycle, taken over some cycles.
struct Rate {
    counter: Counter,
    words: u64,
}

/// Words a cycle of a link, each transfer spread evenly over its time.
struct LinkCounter {
    counter: Counter,
    words: BTreeMap<u64, f64>,
}

impl<'s> Timeline<'s> {
    /// For a layer that begins at a time of the document.
    pub fn new(
        tracks: &Tracks,
        document: &'s mut TraceDocument,
        base: u64,
        view: View,
        step: u64,
    ) -> Self {
        let alike = |track, amount| TrackWriter::new(track, Joins::Alike, [None, amount], base);
        let short = |track, parts, amount| {
            TrackWriter::new(track, Joins::Short(step), [Some(parts), Some(amount)], base)
        };
        let counter = |track| Counter::new(track, base);
        let c = &tracks.counters;
        let rate = |track| Rate {
            counter: counter(track),
            words: 0,
        };
        let link = |track| LinkCounter {
            counter: counter(track),
            words: BTreeMap::new(),
        };
        Self {
            document,
            view,
            step,
            rate_cycles: step * RATE_CYCLES.div_ceil(step),
            array: alike(tracks.array, None),
            waits: PerOperand::from_fn(|o| alike(tracks.waits[o], None)),
            passes: short(tracks.passes, "passes", "busy cycles"),
            streamers: PerOperand::from_fn(|o| alike(tracks.streamers[o], Some("words"))),
            results: alike(tracks.results, Some("words")),
            loads: PerOperand::from_fn(|o| short(tracks.loads[o], "tiles", "words")),
            store: short(tracks.store, "tiles", "words"),
            delivery: tracks.delivery.map(|track| alike(track, None)),
            banks: tracks
                .banks
                .iter()
                .flatten()
                .map(|t| alike(*t, None))
                .collect(),
            buffer: PerOperand::from_fn(|o| counter(c.buffer[o])),
            queued: PerOperand::from_fn(|o| counter(c.queued[o])),
            leaving: counter(c.results),
            rates: [
                c.streamers.input,
                c.streamers.weight,
                c.streamers.output,
                c.written,
            ]
            .map(rate),
            links: [c.read, c.stored].map(link),
            waiting: c.waiting.iter().map(|both| both.map(counter)).collect(),
            held: PerOperand::default(),
            left: PerOperand::default(),
            now: TimelineStep::default(),
        }
    }

    /// Completes the document for this layer.
    pub fn finish(mut self) {
        if !self.now.did.is_empty() {
            self.close();
        }
        let end = self.now.to;
        if !end.is_multiple_of(self.rate_cycles) {
            self.end_rates(end);
        }
        for counter in self.rates.iter_mut().map(|rate| &mut rate.counter) {
            counter.put(self.document, end, 0.0);
        }
        let lanes = [
            &mut self.array,
            &mut self.passes,
            &mut self.results,
            &mut self.store,
        ];
        let streamers = [
            &mut self.streamers.input,
            &mut self.streamers.weight,
            &mut self.streamers.output,
        ];
        let loads = [
            &mut self.loads.input,
            &mut self.loads.weight,
            &mut self.loads.output,
        ];
        let waits = [
            &mut self.waits.input,
            &mut self.waits.weight,
            &mut self.waits.output,
        ];
        let lanes = lanes.into_iter().chain(waits).chain(streamers).chain(loads);
        for lane in lanes.chain(&mut self.delivery).chain(&mut self.banks) {
            lane.flush(self.document);
        }
        for link in &mut self.links {
            link.finish(self.document, self.rate_cycles, self.view);
        }
    }

    /// Adds the cycles of a sample that lie within one step.
    fn add(&mut self, sample: &Sample, from: u64, to: u64) {
        let (cycles, step) = (to - from, &mut self.now);
        if step.did.is_empty() {
            step.from = from;
        }
        step.to = to;
        gather(&mut step.did, sample.activity, cycles);
        for o in Operand::ALL {
            if let Some(cause) = sample.waits[o] {
                gather(&mut step.waited[o], cause, cycles);
            }
            step.sent[o] += sample.sent[o] * cycles;
            step.queued[o] = step.queued[o].max(sample.queued[o]);
            let held = self.held[o].iter().sum();
            step.buffer[o] = step.buffer[o].max(held);
        }
        step.written += sample.written * cycles;
        step.leaving = step.leaving.max(sample.results);
        step.delivering |= sample.delivering > 0;
        step.waiting.resize(sample.channels.len(), [0; 2]);
        step.rows.clear();
        for (channel, waiting) in sample.channels.iter().zip(&mut step.waiting) {
            waiting[0] = waiting[0].max(channel.reads);
            waiting[1] = waiting[1].max(channel.writes);
            step.rows.extend(&channel.rows);
        }
    }

    /// Draws the step that is over.
    fn close(&mut self) {
        let step = std::mem::take(&mut self.now);
        let (from, to) = (step.from, step.to);
        self.now.to = to;
        let mut at = from;
        for (activity, cycles) in step.did {
            let interval = Interval::plain(activity.name(), at, at + cycles, 0);
            self.array.put(self.document, interval);
            at += cycles;
        }
        for o in Operand::ALL {
            let mut at = from;
            for (cause, cycles) in &step.waited[o] {
                let interval = Interval::plain(cause.name(), at, at + cycles, 0);
                self.waits[o].put(self.document, interval);
                at += cycles;
            }
            self.rates[o as usize].words += step.sent[o];
            if step.sent[o] > 0 {
                let interval = Interval::plain(network(o), from, to, step.sent[o]);
                self.streamers[o].put(self.document, interval);
            }
            self.buffer[o].put(self.document, from, step.buffer[o] as f64);
            self.queued[o].put(self.document, from, step.queued[o] as f64);
        }
        self.leaving.put(self.document, from, step.leaving as f64);
        self.rates[3].words += step.written;
        if step.written > 0 {
            let interval = Interval::plain("psum_out", from, to, step.written);
            self.results.put(self.document, interval);
        }
        if let Some(delivery) = self.delivery.as_mut().filter(|_| step.delivering) {
            delivery.put(self.document, Interval::plain("leaving", from, to, 0));
        }
        for (lane, row) in self.banks.iter_mut().zip(&step.rows) {
            if let Some(row) = row {
                let interval = Interval::plain(format!("row {row}"), from, to, 0);
                lane.put(self.document, interval);
            }
        }
        for (counters, values) in self.waiting.iter_mut().zip(&step.waiting) {
            for (counter, value) in counters.iter_mut().zip(values) {
                counter.put(self.document, from, *value as f64);
            }
        }
        if to.is_multiple_of(self.rate_cycles) {
            self.end_rates(to);
        }
    }

    /// Writes the rates of the cycles up to a time.
    fn end_rates(&mut self, to: u64) {
        let from = to.saturating_sub(1) / self.rate_cycles * self.rate_cycles;
        let from = from.max(self.view.from);
        for rate in &mut self.rates {
            let words = std::mem::take(&mut rate.words);
            if from < to {
                let value = words as f64 / (to - from) as f64;
                rate.counter.put(self.document, from, value);
            }
        }
    }

    fn transfer(&mut self, link: usize, words: u64, from: u64, to: u64) {
        let view = self.view;
        let Some((first, end)) = view.clip(from, to.max(from + 1)) else {
            return;
        };
        let density = words as f64 / (to - from).max(1) as f64;
        let length = self.rate_cycles;
        for index in first / length..=(end - 1) / length {
            let part = end.min((index + 1) * length) - first.max(index * length);
            *self.links[link].words.entry(index).or_default() += density * part as f64;
        }
    }
}

impl LinkCounter {
    fn finish(&mut self, document: &mut TraceDocument, length: u64, view: View) {
        let mut end = None;
        for (&index, &words) in &self.words {
            if end.is_some_and(|end| end < index) {
                self.counter.put(document, end.unwrap_or(0) * length, 0.0);
            }
            let at = (index * length).max(view.from);
            let cycles = ((index + 1) * length).min(view.to) - at;
            self.counter.put(document, at, words / cycles as f64);
            end = Some(index + 1);
        }
        if let Some(end) = end {
            self.counter.put(document, (end * length).min(view.to), 0.0);
        }
    }
}

impl Trace for Timeline<'_> {
    const SAMPLES: bool = true;

    fn event(&mut self, event: Event) {
        let (name, from, to, words) = match event {
            Event::Load {
                operand,
                words,
                holds,
                from,
                to,
            } => {
                self.held[operand].push_back(holds);
                if words == 0 {
                    return;
                }
                self.transfer(0, words, from, to);
                (operand.name(), from, to, words)
            }
            Event::Store { words, from, to } => {
                self.transfer(1, words, from, to);
                ("store", from, to, words)
            }
            Event::Pass { from, to, busy, .. } => ("pass", from, to, busy),
            // Sheets are of machines whose sequencer runs a dataflow.
            Event::Instruction { .. } => return,
        };
        let Some((from, to)) = self.view.clip(from, to) else {
            return;
        };
        let mut interval = Interval::plain(name, from, to, words);
        match event {
            Event::Load { operand, .. } => self.loads[operand].put(self.document, interval),
            Event::Store { .. } => self.store.put(self.document, interval),
            Event::Pass { index, tile, .. } => {
                interval.detail = vec![
                    ("index", Note::Number(index)),
                    ("tile", Note::Text(place(&tile))),
                ];
                self.passes.put(self.document, interval);
            }
            Event::Instruction { .. } => {}
        }
    }

    fn repeat(&mut self, _: &Repeat) {
        unreachable!("with samples, every event is told");
    }

    fn sample(&mut self, sample: &Sample) {
        for o in Operand::ALL {
            while self.left[o] < sample.freed[o] {
                self.held[o].pop_front();
                self.left[o] += 1;
            }
        }
        let Some((mut at, end)) = self.view.clip(sample.from, sample.to) else {
            return;
        };
        while at < end {
            let edge = (at / self.step + 1) * self.step;
            let to = edge.min(end);
            self.add(sample, at, to);
            if to == edge {
                self.close();
            }
            at = to;
        }
    }
}

/// Adds cycles to those of something that is alike.
fn gather<T: PartialEq>(all: &mut Vec<(T, u64)>, one: T, cycles: u64) {
    match all.iter_mut().find(|(other, _)| *other == one) {
        Some((_, n)) => *n += cycles,
        None => all.push((one, cycles)),
    }
}

/// What a pass covers.
fn place(tile: &PerDim<Span>) -> String {
    let spans = Dim::ALL
        .into_iter()
        .filter(|d| tile[*d].extent > 1 || tile[*d].start > 0);
    let spans = spans.map(|d| format!("{d}{}+{}", tile[d].start, tile[d].extent));
    spans.collect::<Vec<_>>().join(" ")
}
