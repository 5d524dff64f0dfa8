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
        /// Whose.
        operand: Operand,
        /// Words that moved; 0 where new outputs only take their place, or a tile is all padding.
        words: u64,
        /// Words that the tile takes in the buffer.
        holds: u64,
        /// The cycle in which the bus took it.
        from: u64,
        /// The cycle from which it can be read.
        to: u64,
    },
    /// A tile of outputs went to DRAM.
    Store {
        /// Its words.
        words: u64,
        /// The cycle in which the bus took it.
        from: u64,
        /// The cycle by which it was written.
        to: u64,
    },
    /// The array finished a pass.
    Pass {
        /// Counted from 0.
        index: u64,
        /// The end of the pass before.
        from: u64,
        /// One past the cycle of its last MAC.
        to: u64,
        /// Cycles at work between the two.
        busy: u64,
        /// Cycles at a standstill between the two.
        stalls: Stalls,
        /// What it covered.
        tile: PerDim<Span>,
    },
    /// A unit of a machine that instructions control is done with one.
    Instruction {
        /// Which unit.
        unit: Unit,
        /// What it did, such as `gemm`.
        what: &'static str,
        /// The cycle in which it began.
        from: u64,
        /// One past its last cycle.
        to: u64,
        /// Cycles in which the unit had waited for it, by cause.
        stalls: Stalls,
    },
}

/// The units, and the queues before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Unit {
    /// Inputs and weights.
    Load,
    /// GEMM, ALU, biases and micro-ops.
    Compute,
    /// Results.
    Store,
}

impl Unit {
    /// All units.
    pub const ALL: [Unit; 3] = [Unit::Load, Unit::Compute, Unit::Store];
}

/// What came last comes again, a number of times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// How many of the events before make the period, those of repeats within it counted singly.
    pub events: u64,
    /// Which of them.
    pub scope: Scope,
    /// How often they come again.
    pub times: u64,
    /// Cycles of the period.
    pub cycles: u64,
    /// Passes of the period.
    pub passes: u64,
    /// The dimension along which its tiles move, and how far.
    pub along: (Dim, u64),
}

/// Which events repeat themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All.
    All,
    /// The array's; loads and stores among them are reported one by one.
    Passes,
}

/// What the array does in a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Activity {
    /// It works.
    Work,
    /// It stands still.
    Stall(Stall),
}

impl Activity {
    /// The name in traces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Activity::Work => "work",
            Activity::Stall(cause) => cause.name(),
        }
    }
}

/// What can be seen of the machine at the end of each of some cycles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The first of the cycles.
    pub from: u64,
    /// One past the last.
    pub to: u64,
    /// What the array did.
    pub activity: Activity,
    /// What kept the next beat from starting, by operand: all of it, while the stall has one cause. Of
    /// outputs, partial sums or else the room for results.
    pub waits: PerOperand<Option<Stall>>,
    /// The pass that the array is at, from 0.
    pub pass: u64,
    /// Words that each streamer sent into the array, in each cycle.
    pub sent: PerOperand<u64>,
    /// Words of results that were written into the buffer, in each cycle.
    pub written: u64,
    /// Tiles of each operand that have come to the buffer.
    pub filled: PerOperand<u64>,
    /// Tiles of each operand that have left it.
    pub freed: PerOperand<u64>,
    /// Parcels of each operand that are at the array or on their way to it, and not used up.
    pub queued: PerOperand<u64>,
    /// Results on their way out.
    pub results: u64,
    /// Whether a tile of each operand is crossing the link to the buffer.
    pub loading: PerOperand<bool>,
    /// Whether a tile of outputs is crossing the link to DRAM, or waits for the memory.
    pub storing: bool,
    /// Finished tiles that wait for the output processor.
    pub delivering: u64,
    /// The channels of a DRAM standard; none for other memories.
    pub channels: Vec<DramChannel>,
}

impl Sample {
    /// Whether the cycles of another sample look like these.
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

/// What can be seen of a memory channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DramChannel {
    /// Reads that wait for their bank.
    pub reads: u64,
    /// Writes that wait for theirs.
    pub writes: u64,
    /// The open row of each bank.
    pub rows: Vec<Option<u32>>,
}

/// Receives what the machine tells, in order. Where only the array's events repeat themselves, loads
/// and stores of the same time come before them.
pub trait Trace {
    /// Whether it listens at all.
    const LISTENS: bool = true;
    /// Whether it takes samples, and loads without words. That costs time, and nothing is told to
    /// repeat itself.
    const SAMPLES: bool = false;
    /// Something is over.
    fn event(&mut self, event: Event);
    /// Events that come again.
    fn repeat(&mut self, repeat: &Repeat);
    /// Some cycles went by; the next sample begins where this one ends.
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

/// Repeats are unfolded.
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
    /// The cycle in which it is reported.
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
