//! One typed stream of events from the machine, and its text form.

use std::fmt::Write as _;

use stationary_arch::Operand;
use stationary_workloads::{Dim, PerDim};

use crate::machine::Stalls;
use crate::window::Span;

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
        /// Its words.
        words: u64,
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

/// Receives the machine's events in order. Where only the array's repeat themselves, loads and
/// stores of the same time come before them.
pub trait Trace {
    /// One event.
    fn event(&mut self, event: Event);
    /// Events that come again.
    fn repeat(&mut self, repeat: &Repeat);
}

impl Trace for () {
    fn event(&mut self, _: Event) {}
    fn repeat(&mut self, _: &Repeat) {}
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
            Event::Load { to, .. } | Event::Store { to, .. } => *to,
            Event::Pass { to, .. } => *to - 1,
        }
    }

    /// The same event when it comes again.
    fn again(mut self, repeat: &Repeat, time: u64) -> Self {
        let later = time * repeat.cycles;
        match &mut self {
            Event::Load { from, to, .. } | Event::Store { from, to, .. } => {
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

/// Writes events as lines of text; runs of lines that differ only in their times and tiles are
/// folded into one with a count.
#[derive(Debug, Default)]
pub struct TextTrace {
    text: String,
    last: Option<(Event, u64)>,
}

impl TextTrace {
    /// The text so far.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.flush();
        self.text
    }

    fn flush(&mut self) {
        let Some((event, times)) = self.last.take() else {
            return;
        };
        line(&mut self.text, &event, times);
    }
}

impl Trace for TextTrace {
    fn event(&mut self, event: Event) {
        if let Some((last, times)) = &mut self.last
            && kind(last) == kind(&event)
        {
            *times += 1;
            return;
        }
        self.flush();
        self.last = Some((event, 1));
    }

    fn repeat(&mut self, repeat: &Repeat) {
        // A period of one kind of event goes on as a line with a count.
        if repeat.events == 1
            && let Some((Event::Pass { .. }, times)) = &mut self.last
        {
            *times += repeat.times;
            return;
        }
        self.flush();
        let what = match repeat.scope {
            Scope::All => "events",
            Scope::Passes => "events' passes",
        };
        let (events, times, cycles) = (repeat.events, repeat.times, repeat.cycles);
        if events > 0 && (repeat.scope == Scope::All || repeat.passes > 0) {
            let _ = writeln!(
                self.text,
                "{:19}  again  the last {events} {what}, every {cycles} cycles  x{times}",
                ""
            );
        }
    }
}

/// What two events must share to be folded.
fn kind(event: &Event) -> (u8, u64, u64, u64, Stalls) {
    match *event {
        Event::Load {
            operand,
            words,
            from,
            to,
        } => (operand as u8, words, to - from, 0, Stalls::default()),
        Event::Store { words, from, to } => (3, words, to - from, 0, Stalls::default()),
        Event::Pass {
            from,
            to,
            busy,
            stalls,
            ..
        } => (4, 0, to - from, busy, stalls),
    }
}

fn line(text: &mut String, event: &Event, times: u64) {
    let (what, from, to, mut detail) = match event {
        Event::Load {
            operand,
            words,
            from,
            to,
        } => ("load ", *from, *to, format!("{operand} {words} words")),
        Event::Store { words, from, to } => ("store", *from, *to, format!("output {words} words")),
        Event::Pass {
            from,
            to,
            busy,
            stalls,
            tile,
            ..
        } => {
            let mut detail = format!("busy {busy}");
            for (cause, cycles) in stalls.iter() {
                let _ = write!(detail, ", {} {cycles}", cause.name());
            }
            detail.push_str("  at");
            for dim in Dim::ALL {
                let span = tile[dim];
                if span.start > 0 || span.extent > 1 {
                    let _ = write!(detail, " {dim}{}+{}", span.start, span.extent);
                }
            }
            ("pass ", *from, *to, detail)
        }
    };
    if times > 1 {
        let _ = write!(detail, "  x{times}");
    }
    let _ = writeln!(text, "{from:>9} {to:>9}  {what}  {detail}");
}
