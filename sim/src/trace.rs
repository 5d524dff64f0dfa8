//! What the machine tells of a run: events when they are over, and samples of what can be seen of it.
//!
//! ```text
//! events     what took time: a load, a store, a pass, an instruction
//! samples    the cycles one after the other, those that look alike together
//! ```
//!
//! A run's samples cover each of its cycles once, so that whatever is drawn from them has the run's
//! totals. Both are the same under every pace, samples once equal neighbours are joined.

mod instructions;
mod text;

use stationary_arch::{Operand, PerOperand};
use stationary_workloads::{Dim, PerDim};

use crate::stall::{Stall, Stalls};
use crate::window::Span;

pub use text::TextTrace;

/// Something that took time, reported when it is over.
#[allow(
    clippy::large_enum_variant,
    reason = "passes are most of the events, and none is stored long"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A tile came from DRAM into the global buffer.
    Load {
        /// The operand of the tile.
        operand: Operand,
        /// Words that moved; 0 where new outputs only take their place, or a tile is all padding.
        words: u64,
        /// Words of the buffer that the tile takes.
        holds: u64,
        /// The cycle in which the bus took it.
        from: u64,
        /// The cycle from which it can be read.
        to: u64,
    },
    /// A tile of outputs went to DRAM.
    Store {
        /// Words of the tile.
        words: u64,
        /// The cycle in which the bus took it.
        from: u64,
        /// The cycle by which it was written.
        to: u64,
    },
    /// The array finished a pass.
    Pass {
        /// The pass, counted from 0 over the whole run.
        index: u64,
        /// The `to` of the pass before, from which the time of this one counts.
        from: u64,
        /// One past the cycle of its last MAC.
        to: u64,
        /// Cycles at work between the two.
        busy: u64,
        /// Cycles at a standstill between the two, by cause.
        stalls: Stalls,
        /// The indices of each loop dimension that the pass covered.
        tile: PerDim<Span>,
    },
    /// A unit of a machine that instructions control is done with one.
    Instruction {
        /// The unit that is done.
        unit: Unit,
        /// The kind of the instruction, such as `gemm`.
        what: &'static str,
        /// The cycle in which it began.
        from: u64,
        /// One past its last cycle.
        to: u64,
        /// Cycles in which the unit had waited for it, by cause.
        stalls: Stalls,
    },
}

/// A unit of a decoupled machine, with the queue of instructions before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Unit {
    /// The unit that loads inputs and weights.
    Load,
    /// The unit of GEMM and ALU, which also loads biases and micro-ops.
    Compute,
    /// The unit that stores results.
    Store,
}

impl Unit {
    /// All units, in the order of reports.
    pub const ALL: [Unit; 3] = [Unit::Load, Unit::Compute, Unit::Store];
}

/// A repetition: the last events occur again, a number of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// The number of events in the period, those of repeats within it counted singly.
    pub events: u64,
    /// The events that are repeated.
    pub scope: Scope,
    /// The number of times that the period occurs again.
    pub times: u64,
    /// The length of the period in cycles.
    pub cycles: u64,
    /// The number of passes in the period.
    pub passes: u64,
    /// The dimension along which tiles move from one period to the next, and by how many indices.
    pub along: (Dim, u64),
}

/// The events that a repetition is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All events are repeated.
    All,
    /// The array's events are repeated; loads and stores among them are reported one by one.
    Passes,
}

/// What the array does in a cycle: work, or wait for a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Activity {
    /// The array works.
    Work,
    /// The array stands still, for this cause.
    Stall(Stall),
}

impl Activity {
    /// The name of the activity in traces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Activity::Work => "work",
            Activity::Stall(cause) => cause.name(),
        }
    }
}

/// The state of the machine at the end of each cycle of a range in which nothing that it shows changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The first cycle of the range.
    pub from: u64,
    /// One past its last cycle.
    pub to: u64,
    /// The activity of the array.
    pub activity: Activity,
    /// For each operand, why the next beat does not start; None where the operand is there. The entry of
    /// outputs stands for partial sums, or else for the room for results.
    pub waits: PerOperand<Option<Stall>>,
    /// The pass that the array is at, from 0.
    pub pass: u64,
    /// For each operand, words that its streamer sent into the array in each of the cycles.
    pub sent: PerOperand<u64>,
    /// Words of results that were written into the buffer in each of the cycles.
    pub written: u64,
    /// For each operand, tiles that have come to the buffer since the beginning of the run.
    pub filled: PerOperand<u64>,
    /// For each operand, tiles that have left the buffer since the beginning of the run.
    pub freed: PerOperand<u64>,
    /// For each operand, packets that are at the array or on their way to it, and not used up.
    pub queued: PerOperand<u64>,
    /// Beats whose results are on their way from the array to the buffer.
    pub results: u64,
    /// Whether a tile of each operand is crossing the link to the buffer.
    pub loading: PerOperand<bool>,
    /// Whether a tile of outputs is crossing the link to DRAM, or waits for the memory.
    pub storing: bool,
    /// Finished tiles of outputs that wait for the output processor.
    pub delivering: u64,
    /// The state of each channel of a DRAM standard; empty for other memories.
    pub channels: Vec<DramChannel>,
}

impl Sample {
    /// Whether a sample of other cycles equals this one in everything but time.
    #[must_use]
    pub fn is_alike(&self, other: &Sample) -> bool {
        let (from, to) = (self.from, self.to);
        let there = Sample {
            from,
            to,
            ..other.clone()
        };
        *self == there
    }
}

/// The state of a memory channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DramChannel {
    /// The number of reads that wait for their bank.
    pub reads: u64,
    /// The number of writes that wait for their bank.
    pub writes: u64,
    /// For each bank of the channel, the index of its open row; None if it is closed.
    pub rows: Vec<Option<u32>>,
}

/// A listener to a run: it receives what the machine reports, in order. Where only the array's events repeat
/// themselves, loads and stores of the same time come before them.
///
/// `()` listens to nothing, a `Vec` of [`Event`]s keeps every event with repeats unfolded, and [`TextTrace`]
/// writes text.
pub trait Trace {
    /// Whether the listener wants events at all; if not, the machine saves the work.
    const LISTENS: bool = true;
    /// Whether the listener wants samples, and loads without words. They cost time, and nothing is reported as
    /// a repeat.
    const SAMPLES: bool = false;
    /// Receives an event when it is over.
    fn event(&mut self, event: Event);
    /// Receives a repetition: the last events occur again.
    fn repeat(&mut self, repeat: &Repeat);
    /// Receives the state of the machine over some cycles; the next sample begins where this one ends.
    fn sample(&mut self, _: &Sample) {}
}

impl Trace for () {
    const LISTENS: bool = false;
    fn event(&mut self, _: Event) {}
    fn repeat(&mut self, _: &Repeat) {}
}

/// What a [`Trace`] does, without its constants.
pub(crate) trait Listener {
    fn event(&mut self, event: Event);
    fn repeat(&mut self, repeat: &Repeat);
    fn sample(&mut self, sample: &Sample);
}

impl<T: Trace> Listener for T {
    fn event(&mut self, event: Event) {
        Trace::event(self, event);
    }

    fn repeat(&mut self, repeat: &Repeat) {
        Trace::repeat(self, repeat);
    }

    fn sample(&mut self, sample: &Sample) {
        Trace::sample(self, sample);
    }
}

/// Any trace that takes samples, or any that takes none: the machine is large, and compiled for these
/// two instead of for each trace of each crate.
pub(crate) struct Told<'t, const SAMPLES: bool>(pub(crate) &'t mut dyn Listener);

impl<const SAMPLES: bool> Trace for Told<'_, SAMPLES> {
    const SAMPLES: bool = SAMPLES;

    fn event(&mut self, event: Event) {
        self.0.event(event);
    }

    fn repeat(&mut self, repeat: &Repeat) {
        self.0.repeat(repeat);
    }

    fn sample(&mut self, sample: &Sample) {
        self.0.sample(sample);
    }
}

/// Keeps every event; repeats are unfolded.
impl Trace for Vec<Event> {
    fn event(&mut self, event: Event) {
        self.push(event);
    }

    fn repeat(&mut self, repeat: &Repeat) {
        let period = self.len() - repeat.events as usize..self.len();
        for time in 1..=repeat.times {
            for i in period.clone() {
                if repeat.scope == Scope::All || matches!(self[i], Event::Pass { .. }) {
                    self.push(self[i].again(repeat, time));
                }
            }
        }
    }
}

impl Event {
    /// The cycle in which the event is reported: the last of a pass, else the one in which it is over.
    #[must_use]
    pub fn at(&self) -> u64 {
        match self {
            Event::Load { to, .. } | Event::Store { to, .. } | Event::Instruction { to, .. } => *to,
            Event::Pass { to, .. } => *to - 1,
        }
    }

    /// The same event when it comes again.
    fn again(mut self, repeat: &Repeat, time: u64) -> Self {
        let later = time * repeat.cycles;
        match &mut self {
            Event::Load { from, to, .. }
            | Event::Store { from, to, .. }
            | Event::Instruction { from, to, .. } => {
                *from += later;
                *to += later;
            }
            Event::Pass {
                index,
                from,
                to,
                tile,
                ..
            } => {
                *index += time * repeat.passes;
                *from += later;
                *to += later;
                let (dim, distance) = repeat.along;
                tile[dim].start += time * distance;
            }
        }
        self
    }
}
