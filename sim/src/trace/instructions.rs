//! Instructions as lines of text; of a unit's instructions that differ in their times only, one line with a
//! count.

use std::fmt::Write as _;

use super::Unit;
use crate::stall::Stalls;

/// An instruction that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Instruction {
    pub(super) unit: Unit,
    pub(super) what: &'static str,
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) stalls: Stalls,
}

/// The lines of the units, which run side by side.
#[derive(Debug, Default)]
pub(super) struct Instructions {
    /// Lines by the start of their first instruction.
    lines: Vec<(u64, Unit, String)>,
    /// The last instruction of each unit, and how often it came.
    last: [Option<(Instruction, u64)>; 3],
}

impl Instructions {
    pub(super) fn add(&mut self, next: Instruction) {
        let kind = |i: &Instruction| (i.what, i.to - i.from, i.stalls);
        if let Some((before, times)) = &mut self.last[next.unit as usize]
            && kind(before) == kind(&next)
        {
            *times += 1;
            return;
        }
        self.flush(next.unit);
        self.last[next.unit as usize] = Some((next, 1));
    }

    /// The text.
    pub(super) fn finish(mut self) -> String {
        for unit in Unit::ALL {
            self.flush(unit);
        }
        self.lines
            .sort_by_key(|(from, unit, _)| (*from, *unit as u8));
        self.lines.into_iter().map(|(_, _, line)| line).collect()
    }

    fn flush(&mut self, unit: Unit) {
        let Some((last, times)) = self.last[unit as usize].take() else {
            return;
        };
        let name = match unit {
            Unit::Load => "load",
            Unit::Compute => "compute",
            Unit::Store => "store",
        };
        let mut line = format!(
            "{:>9} {:>9}  {name:<7}  {:<9}",
            last.from, last.to, last.what
        );
        for (cause, cycles) in last.stalls.iter() {
            let _ = write!(line, "  after {cycles} of {}", cause.name());
        }
        if times > 1 {
            let _ = write!(line, "  x{times}");
        }
        let line = format!("{}\n", line.trim_end());
        self.lines.push((last.from, unit, line));
    }
}
