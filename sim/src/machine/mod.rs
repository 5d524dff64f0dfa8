//! The cycle-level machine.
//!
//! ```text
//! each cycle: DMA arrivals; the banks' ports: DRAM's side; results -> buffer; array; DMA; streamers -> array
//! ```
//!
//! Components are ticked consumer before producer, and the DMA before the streamers that release its
//! tiles, so that a message takes at least a cycle. Every
//! cycle is counted once: the array works, or it stands still for one named cause.
//!
//! [`Pace::EveryCycle`] does just that and is the oracle of the others, which go on after a cycle to the next that
//! must be gone through (`skipping`).

mod action;
mod array;
mod dma;
mod link;
mod link_arbiter;
mod operand_streamer;
mod output_fifo;
mod ports;
mod results;
mod sample;
mod skipping;
mod stall_cause;
mod state;
mod state_descriptor;
mod transfer;
mod values;

use serde::{Deserialize, Serialize};
use stationary_arch::{Operand, PerOperand};
use stationary_workloads::PerDim;

use crate::counters::{Control, Counters};
use crate::mapping::Mapping;
use crate::mapping::bank_allocation::contended;
use crate::pace::{Pace, Stop};
use crate::payload::Payload;
use crate::run::Run;
use crate::stall::{Stall, Stalls};
use crate::timing::tags::TagWords;
use crate::trace::{Event, Told, Trace};
use crate::window::Span;

use action::Action;
use array::{Array, ShiftIn};
use dma::{Arrival, Dma};
use operand_streamer::{Credit, OperandStreamer};
use output_fifo::OutputFifo;
use ports::{AccessKind, BankPorts, Stream};
use sample::Mark;
use skipping::{CountingTrace, Skipping};
use transfer::Tiles;

pub(crate) use state::State;
pub use values::run_functional;

/// Runs a mapping on the cycle-level machine. `trace` receives what happens, in order; `&mut ()` receives
/// nothing.
pub fn run<T: Trace>(mapping: &Mapping, pace: Pace, trace: &mut T) -> Run {
    match go_on(Machine::new(mapping, ()), pace, Limits::NONE, trace) {
        Ok(run) => run,
        Err(_) => unreachable!("nothing stops it"),
    }
}

/// The run of a mapping in which the array waits for at most so many cycles; `None` once it has waited for longer.
pub(crate) fn run_waiting(mapping: &Mapping, pace: Pace, idle: u64) -> Option<Run> {
    let limits = Limits { stop: None, idle };
    go_on(Machine::new(mapping, ()), pace, limits, &mut ()).ok()
}

/// When a run ends before it is done.
#[derive(Clone, Copy)]
struct Limits<'s> {
    stop: Option<Stop<'s>>,
    /// Cycles in which the array may wait.
    idle: u64,
}

impl Limits<'_> {
    const NONE: Self = Self {
        stop: None,
        idle: u64::MAX,
    };
}

/// A run from a state on, until it is done, or else the state when `stop` holds of a cycle that is next.
pub(crate) fn resume<T: Trace>(
    mapping: &Mapping,
    from: Option<Box<State>>,
    pace: Pace,
    stop: Stop<'_>,
    trace: &mut T,
) -> Result<Run, Box<State>> {
    let machine = match from {
        Some(state) => state.machine(mapping),
        None => Machine::new(mapping, ()),
    };
    let limits = Limits {
        stop: Some(stop),
        ..Limits::NONE
    };
    go_on(machine, pace, limits, trace)
}

fn go_on<T: Trace>(
    mut machine: Machine<'_, ()>,
    pace: Pace,
    limits: Limits<'_>,
    trace: &mut T,
) -> Result<Run, Box<State>> {
    let run = match (T::LISTENS, T::SAMPLES) {
        (false, _) => run_untold(&mut machine, pace, limits),
        (true, false) => run_events(&mut machine, pace, limits, Told(trace)),
        (true, true) => run_samples(&mut machine, pace, limits, Told(trace)),
    };
    run.ok_or_else(|| Box::new(machine.into()))
}

fn run_untold(machine: &mut Machine<'_, ()>, pace: Pace, limits: Limits<'_>) -> Option<Run> {
    machine.run(pace, limits, &mut ())
}

fn run_events(
    machine: &mut Machine<'_, ()>,
    pace: Pace,
    limits: Limits<'_>,
    mut trace: Told<'_, false>,
) -> Option<Run> {
    machine.run(pace, limits, &mut trace)
}

fn run_samples(
    machine: &mut Machine<'_, ()>,
    pace: Pace,
    limits: Limits<'_>,
    mut trace: Told<'_, true>,
) -> Option<Run> {
    machine.run(pace, limits, &mut trace)
}

struct Machine<'m, P> {
    m: &'m Mapping,
    now: u64,
    tiles: Tiles,
    dma: Dma,
    streamers: PerOperand<OperandStreamer>,
    array: Array,
    ports: BankPorts,
    output_fifo: OutputFifo,
    /// Where results are written.
    results: Stream,
    written: u64,
    /// Words of results that come from one PE.
    tag_words: TagWords,
    /// New words written into the output tile that is open.
    open_words: u64,
    counters: Counters,
    busy: u64,
    stalls: Stalls,
    first_mac: Option<u64>,
    first_work: Option<u64>,
    last_result: u64,
    pass_mark: PassMark,
    /// What kept the array from working in the cycle just past, where a trace samples.
    waits: PerOperand<Option<Stall>>,
    payload: P,
}

/// Where the current pass began, for its trace record.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct PassMark {
    at: u64,
    busy: u64,
    stalls: Stalls,
}

impl<'m, P: Payload<Action>> Machine<'m, P> {
    fn new(m: &'m Mapping, payload: P) -> Self {
        let places = contended(m);
        let streamer = |o| OperandStreamer::new(m, o, &places);
        Self {
            m,
            now: 0,
            tiles: Tiles::default(),
            dma: Dma::new(m, places),
            streamers: PerOperand::from_fn(streamer),
            array: Array::new(m),
            ports: BankPorts::default(),
            output_fifo: OutputFifo::new(m.accelerator.global_buffer.delivery),
            results: Stream::new(places.output, AccessKind::Write),
            written: 0,
            counters: Counters::default(),
            busy: 0,
            stalls: Stalls::default(),
            first_mac: None,
            first_work: None,
            open_words: 0,
            tag_words: TagWords::new(m, Operand::Output, m.accelerator.networks.psum_out),
            last_result: 0,
            pass_mark: PassMark::default(),
            waits: PerOperand::default(),
            payload,
        }
    }

    /// Runs on until it is done; `None` if `stop` holds of the cycle that is next, or the array has waited for too long.
    fn run<T: Trace>(&mut self, pace: Pace, limits: Limits<'_>, trace: &mut T) -> Option<Run> {
        let trace = &mut CountingTrace::new(trace);
        let mut skipping = Skipping::new(pace);
        loop {
            let is_stopped = limits.stop.is_some_and(|stop| stop(self.now));
            if is_stopped || self.now - self.busy > limits.idle {
                return None;
            }
            let mark = T::SAMPLES.then(|| self.mark());
            let arrived = self.take_arrivals(self.now, trace);
            if self.is_done() {
                return Some(self.result());
            }
            let moved = self.tick(trace) | arrived;
            self.show(mark, trace);
            skipping.after_cycle(self, moved, trace);
        }
    }

    /// The rest of a cycle; whether anything moved.
    fn tick<T: Trace>(&mut self, trace: &mut T) -> bool {
        let mut moved = false;
        while let Some(store) = self.output_fifo.take(self.now) {
            self.dma.queue(store);
            moved = true;
        }
        self.ports.begin(self.dma.touched());
        moved |= self.write_results();
        moved |= self.tick_array(trace);
        let passes = self.array.passes_done;
        // A trace that samples wants to see what moves tiles, too.
        moved |= self.dma.tick(self.m, &self.tiles, passes, self.now) && T::SAMPLES;
        for operand in Operand::ALL {
            moved |= self.tick_streamer(operand);
        }
        self.now += 1;
        moved
    }

    fn result(&self) -> Run {
        assert_eq!(
            self.busy + self.stalls.total(),
            self.now,
            "every cycle is counted once"
        );
        Run {
            cycles: self.now,
            busy: self.busy,
            stalls: self.stalls,
            counters: self.counters,
            control: Control::default(),
            first_mac: self.first_mac.unwrap_or(0),
            first_work: self.first_work.unwrap_or(0),
            last_result: self.last_result,
            memory: self.dma.statistics(),
        }
    }

    /// Tells a trace that samples of the cycles since a mark.
    fn show(&self, mark: Option<Mark>, trace: &mut impl Trace) {
        if let Some(sample) = mark.and_then(|mark| self.sample(&mark)) {
            trace.sample(&sample);
        }
    }

    fn is_done(&self) -> bool {
        self.array.done
            && self.array.results.is_empty()
            && self.output_fifo.is_empty()
            && !self.dma.has_stores()
    }

    fn take_arrivals<T: Trace>(&mut self, now: u64, trace: &mut T) -> bool {
        let mut moved = false;
        while let Some(arrival) = self.dma.arrival(now) {
            moved = true;
            let c = &mut self.counters;
            match arrival {
                Arrival::Load(t) => {
                    self.tiles.filled[t.operand] += 1;
                    c.dram_read[t.operand] += t.words;
                    c.buffer_fill[t.operand] += t.words;
                    self.payload.done(&Action::Fill(t.operand, t.tile));
                    if t.words > 0 || T::SAMPLES {
                        trace.event(Event::Load {
                            operand: t.operand,
                            words: t.words,
                            holds: self.m.words(t.operand, &t.tile),
                            from: t.started,
                            to: t.arrives,
                        });
                    }
                }
                Arrival::Store(t) => {
                    self.tiles.freed.output += 1;
                    c.dram_write.output += t.words;
                    self.payload.done(&Action::Store(t.tile));
                    trace.event(Event::Store {
                        words: t.words,
                        from: t.started,
                        to: t.arrives,
                    });
                }
            }
        }
        moved
    }

    fn tick_array<T: Trace>(&mut self, trace: &mut T) -> bool {
        let mut moved = false;
        if self.array.remaining == 0 {
            moved |= self.shift_in();
            if let Some(cause) = self.stall_cause() {
                self.stalls.add(cause, 1);
                if T::SAMPLES {
                    self.waits = self.waits();
                }
                return moved;
            }
            self.first_mac.get_or_insert(self.now);
            self.first_work.get_or_insert(self.now);
            let finished = self.finished_words();
            self.output_fifo.reserve(self.array.output_tiles, finished);
            self.array.start();
            moved = true;
        }
        self.busy += 1;
        self.array.remaining -= 1;
        if self.array.remaining > 0 {
            return moved;
        }
        let a = &self.array;
        let action = Action::Compute(a.cursor.pass, a.beat);
        self.payload.done(&action);
        let pass = a.is_at_end().then_some(a.cursor.pass);
        let retired = self.array.retired;
        let finished = self.array.finish(self.m, self.now);
        self.counters.macs += finished.macs;
        self.counters.psum_hops += finished.hops;
        if finished.emitted {
            self.payload.done(&Action::Emit);
        }
        if self.array.retired > retired {
            self.payload.done(&Action::Retire);
        }
        self.tiles.worked += u64::from(finished.closes);
        if let Some(pass) = pass {
            self.end_pass(trace, &pass);
        }
        true
    }

    /// Begins to shift in a resident tile that has reached the edge of a free array.
    fn shift_in(&mut self) -> bool {
        let a = &self.array;
        let is_due = a.shift_in == ShiftIn::Due && !a.done && self.now >= a.free_at;
        if !is_due || self.streamers[self.m.resident].state.arrived < a.residents {
            return false;
        }
        self.array.begin_shift(self.m, self.now);
        self.first_work.get_or_insert(self.now);
        true
    }

    fn end_pass(&mut self, trace: &mut impl Trace, pass: &PerDim<Span>) {
        let (mark, to) = (self.pass_mark, self.now + 1);
        self.tell_pass(trace, mark, to, pass);
        self.pass_mark = PassMark {
            at: to,
            busy: self.busy,
            stalls: self.stalls,
        };
    }

    /// Tells a trace of the pass that has been done since a mark.
    fn tell_pass(&self, trace: &mut impl Trace, mark: PassMark, to: u64, pass: &PerDim<Span>) {
        trace.event(Event::Pass {
            index: self.array.passes_done - 1,
            from: mark.at,
            to,
            busy: self.busy - mark.busy,
            stalls: self.stalls.since(&mark.stalls),
            tile: *pass,
        });
    }

    fn credit(&self, operand: Operand) -> Credit {
        let a = &self.array;
        let used = if operand != self.m.resident {
            a.beats_started
        } else if operand == Operand::Output {
            self.written
        } else {
            a.retired
        };
        Credit {
            used,
            passes_left: a.passes_left(),
            residents: self.streamers[self.m.resident].state.arrived,
            written: self.written,
        }
    }

    fn tick_streamer(&mut self, operand: Operand) -> bool {
        let credit = self.credit(operand);
        let streamer = &mut self.streamers[operand];
        let sent = streamer.tick(
            self.m,
            &self.tiles,
            credit,
            self.now,
            &mut self.ports,
            &mut self.payload,
        );
        self.counters.buffer_read[operand] += sent.words;
        self.counters.array_receive[operand] += sent.received;
        if operand != Operand::Output {
            self.tiles.freed[operand] += sent.freed;
            for _ in 0..sent.freed {
                self.payload.done(&Action::Free(operand));
            }
        }
        sent.moved
    }
}
