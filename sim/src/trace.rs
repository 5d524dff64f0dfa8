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

/// Receives the machine's events in order.
pub trait Trace {
    /// One event.
    fn event(&mut self, event: Event);
}

impl Trace for () {
    fn event(&mut self, _: Event) {}
}

impl Trace for Vec<Event> {
    fn event(&mut self, event: Event) {
        self.push(event);
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
