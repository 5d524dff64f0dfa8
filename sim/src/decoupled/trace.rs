//! What the units do, one event an instruction.

use std::fmt::Write as _;

use super::program::Unit;
use super::wait::Waits;

/// An instruction that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Of which unit.
    pub unit: Unit,
    /// What it did, such as `gemm`.
    pub what: &'static str,
    /// The cycle in which it began.
    pub from: u64,
    /// One past its last cycle.
    pub to: u64,
    /// Cycles in which the unit had waited for it, by cause.
    pub waits: Waits,
}

/// Receives the events in the order of their ends.
pub trait Trace {
    /// Whether it listens at all.
    const LISTENS: bool = true;
    /// One event.
    fn event(&mut self, event: Event);
}

impl Trace for () {
    const LISTENS: bool = false;
    fn event(&mut self, _: Event) {}
}

/// Any trace: the machine is compiled for it once.
pub(super) struct Told<'t>(pub(super) &'t mut dyn FnMut(Event));

impl Trace for Told<'_> {
    fn event(&mut self, event: Event) {
        (self.0)(event);
    }
}

impl Trace for Vec<Event> {
    fn event(&mut self, event: Event) {
        self.push(event);
    }
}

/// Events as lines of text; of a unit's instructions that differ in their times only, one line with a
/// count.
#[derive(Debug, Default)]
pub struct TextTrace {
    /// Lines by the start of their first event.
    lines: Vec<(u64, Unit, String)>,
    /// The last event of each unit, and how often it came.
    last: [Option<(Event, u64)>; 3],
}

impl TextTrace {
    /// The text.
    #[must_use]
    pub fn finish(mut self) -> String {
        for unit in Unit::ALL {
            self.flush(unit);
        }
        self.lines
            .sort_by_key(|(from, unit, _)| (*from, *unit as u8));
        self.lines.into_iter().map(|(_, _, line)| line).collect()
    }

    fn flush(&mut self, unit: Unit) {
        let Some((event, times)) = self.last[unit as usize].take() else {
            return;
        };
        let name = match unit {
            Unit::Load => "load",
            Unit::Compute => "compute",
            Unit::Store => "store",
        };
        let mut line = format!(
            "{:>9} {:>9}  {name:<7}  {:<9}",
            event.from, event.to, event.what
        );
        for (wait, cycles) in event.waits.iter() {
            let _ = write!(line, "  after {cycles} of {}", wait.name());
        }
        if times > 1 {
            let _ = write!(line, "  x{times}");
        }
        let line = format!("{}\n", line.trim_end());
        self.lines.push((event.from, event.unit, line));
    }
}

impl Trace for TextTrace {
    fn event(&mut self, event: Event) {
        let last = &mut self.last[event.unit as usize];
        let kind = |e: &Event| (e.what, e.to - e.from, e.waits);
        if let Some((before, times)) = last
            && kind(before) == kind(&event)
        {
            *times += 1;
            return;
        }
        self.flush(event.unit);
        self.last[event.unit as usize] = Some((event, 1));
    }
}
