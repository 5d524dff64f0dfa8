//! Events as lines of text, repeats folded.
//!
//! ```text
//! equal neighbours              one line with a count
//! equal groups of such lines    the group once, and how often it comes again
//! ```
//!
//! Equal means in all but times and tiles.

use std::collections::VecDeque;
use std::fmt::Write as _;

use stationary_workloads::Dim;

use super::instructions::{Instruction, Instructions};
use super::{Event, Repeat, Scope, Trace};
use crate::stall::Stalls;

/// The longest group of lines that is looked for.
const LONGEST: usize = 64;

/// A trace that writes events as lines of text. Lines that differ only in their times and tiles are folded into
/// one with a count, and groups of lines that come again are written once.
#[derive(Debug, Default)]
pub struct TextTrace {
    text: String,
    /// Events outside are left out.
    window: Option<(u64, u64)>,
    last: Option<(Event, u64)>,
    /// Lines that may yet begin a group.
    lines: VecDeque<Line>,
    group: Option<Group>,
    instructions: Instructions,
}

/// A line that is not yet written.
#[derive(Clone, Debug)]
struct Line {
    key: (LineKey, u64),
    text: String,
    to: u64,
}

/// The lines at the end of those not yet written come again and again.
#[derive(Debug)]
struct Group {
    length: usize,
    /// Times that it came again.
    times: u64,
    /// Where the last of these ended.
    to: u64,
    /// The lines of the next time.
    begun: Vec<Line>,
}

impl TextTrace {
    /// A trace of the events that overlap the cycles `from` to `to`, the latter excluded. The run must be of a
    /// pace that reports every event: [`Pace::EveryCycle`](crate::Pace::EveryCycle) or
    /// [`Pace::SkipIdle`](crate::Pace::SkipIdle).
    #[must_use]
    pub fn of_window(from: u64, to: u64) -> Self {
        Self {
            window: Some((from, to)),
            ..Self::default()
        }
    }

    /// The text of all events received.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.write_all();
        self.text + &self.instructions.finish()
    }

    fn write_all(&mut self) {
        self.end_line();
        self.end_group();
        for line in self.lines.drain(..) {
            self.text.push_str(&line.text);
        }
    }

    fn is_outside(&self, event: &Event) -> bool {
        let (Event::Load { from, to, .. }
        | Event::Store { from, to, .. }
        | Event::Pass { from, to, .. }
        | Event::Instruction { from, to, .. }) = event;
        self.window
            .is_some_and(|(first, end)| *to <= first || *from >= end)
    }

    fn end_line(&mut self) {
        let Some((event, times)) = self.last.take() else {
            return;
        };
        let line = line(&event, times);
        let Some(group) = &mut self.group else {
            self.add(line);
            return;
        };
        let first = self.lines.len() - group.length;
        if self.lines[first + group.begun.len()].key != line.key {
            self.end_group();
            self.add(line);
            return;
        }
        group.begun.push(line);
        if group.begun.len() == group.length {
            group.times += 1;
            group.to = group.begun[group.length - 1].to;
            group.begun.clear();
        }
    }

    /// Adds a line, which may complete a group that came twice.
    fn add(&mut self, line: Line) {
        self.lines.push_back(line);
        let count = self.lines.len();
        let comes_again = |length: &usize| {
            (0..*length)
                .all(|i| self.lines[count - 1 - i].key == self.lines[count - 1 - length - i].key)
        };
        if let Some(length) = (2..=LONGEST.min(count / 2)).find(comes_again) {
            let again = self.lines.split_off(count - length);
            self.group = Some(Group {
                length,
                times: 1,
                to: again[length - 1].to,
                begun: Vec::new(),
            });
        } else if count > 2 * LONGEST
            && let Some(first) = self.lines.pop_front()
        {
            self.text.push_str(&first.text);
        }
    }

    fn end_group(&mut self) {
        let Some(group) = self.group.take() else {
            return;
        };
        for line in self.lines.drain(..) {
            self.text.push_str(&line.text);
        }
        let (length, times, to) = (group.length, group.times, group.to);
        let _ = writeln!(
            self.text,
            "{:>9} {to:>9}  ...    these {length} lines again  x{times}",
            ""
        );
        for line in group.begun {
            self.add(line);
        }
    }
}

impl Trace for TextTrace {
    fn event(&mut self, event: Event) {
        if matches!(event, Event::Load { words: 0, .. }) || self.is_outside(&event) {
            return;
        }
        if let Event::Instruction {
            unit,
            what,
            from,
            to,
            stalls,
        } = event
        {
            return self.instructions.add(Instruction {
                unit,
                what,
                from,
                to,
                stalls,
            });
        }
        if let Some((last, times)) = &mut self.last
            && kind(last) == kind(&event)
        {
            *times += 1;
            return;
        }
        self.end_line();
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
        self.write_all();
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
type LineKey = (u8, u64, u64, u64, Stalls);

fn kind(event: &Event) -> LineKey {
    match *event {
        Event::Load {
            operand,
            words,
            from,
            to,
            ..
        } => (operand as u8, words, to - from, 0, Stalls::default()),
        Event::Store { words, from, to } => (3, words, to - from, 0, Stalls::default()),
        Event::Pass {
            from,
            to,
            busy,
            stalls,
            ..
        } => (4, 0, to - from, busy, stalls),
        Event::Instruction {
            from, to, stalls, ..
        } => (5, 0, to - from, 0, stalls),
    }
}

fn line(event: &Event, times: u64) -> Line {
    let (what, from, to, mut detail) = match event {
        Event::Load {
            operand,
            words,
            from,
            to,
            ..
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
        Event::Instruction { what, from, to, .. } => (*what, *from, *to, String::new()),
    };
    if times > 1 {
        let _ = write!(detail, "  x{times}");
    }
    Line {
        key: (kind(event), times),
        text: format!("{from:>9} {to:>9}  {what}  {detail}\n"),
        to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stores(words: impl IntoIterator<Item = u64>) -> String {
        let mut trace = TextTrace::default();
        for (at, words) in (0..).zip(words) {
            trace.event(Event::Store {
                words,
                from: 10 * at,
                to: 10 * at + 10,
            });
        }
        trace.finish()
    }

    /// The words of each line, and of a fold how many lines come how often.
    fn check(words: &[u64], expected: &[&str]) {
        let text = stores(words.iter().copied());
        let lines: Vec<_> = text.lines().map(|l| l[20..].trim_start()).collect();
        assert_eq!(lines, expected, "{text}");
    }

    #[test]
    fn groups_of_lines_are_folded() {
        check(&[], &[]);
        check(&[1, 1, 1], &["store  output 1 words  x3"]);
        let (one, two) = ("store  output 1 words", "store  output 2 words");
        check(&[1, 2, 1], &[one, two, one]);
        check(
            &[3, 1, 2, 1, 2, 1, 2],
            &[
                "store  output 3 words",
                one,
                two,
                "...    these 2 lines again  x2",
            ],
        );
        // What is left of a group that breaks off stands after it.
        check(
            &[1, 2, 1, 2, 1, 3],
            &[
                one,
                two,
                "...    these 2 lines again  x1",
                one,
                "store  output 3 words",
            ],
        );
    }

    #[test]
    fn no_event_is_lost_in_folding() {
        // Every sequence of three sizes that is ten long, counted back from the folded text.
        for code in 0..3_u64.pow(10) {
            let words: Vec<_> = (0..10).map(|i| code / 3_u64.pow(i) % 3 + 1).collect();
            let text = stores(words.iter().copied());
            assert_eq!(unfold(&text), words, "{text}");
        }
    }

    fn unfold(text: &str) -> Vec<u64> {
        let mut lines: Vec<(u64, usize)> = Vec::new();
        for line in text.lines() {
            let last = |line: &str| line.rsplit(" x").next().and_then(|n| n.parse().ok());
            if let Some(rest) = line.split_once("these ") {
                let length: usize = rest
                    .1
                    .split(' ')
                    .next()
                    .unwrap_or("")
                    .parse()
                    .expect("lines");
                let group = lines[lines.len() - length..].to_vec();
                for _ in 0..last(line).expect("a count") {
                    lines.extend(&group);
                }
                continue;
            }
            let mut fields = line[20..].split_whitespace().skip(2);
            let words = fields.next().unwrap_or("").parse().expect("words");
            let times = if line.contains(" x") {
                last(line)
            } else {
                Some(1)
            };
            lines.push((words, times.expect("a count")));
        }
        let many = |(words, times)| std::iter::repeat_n(words, times);
        lines.into_iter().flat_map(many).collect()
    }

    #[test]
    fn a_window_keeps_what_overlaps_it() {
        let mut trace = TextTrace::of_window(10, 20);
        for (from, to) in [(0, 10), (0, 11), (19, 40), (20, 40)] {
            trace.event(Event::Store {
                words: to,
                from,
                to,
            });
        }
        let text = trace.finish();
        assert!(
            text.contains("output 11 words") && text.lines().count() == 2,
            "{text}"
        );
    }
}
