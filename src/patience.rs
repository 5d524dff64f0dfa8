//! What is said of work that takes long: how much of it is done, what is under way, and what would
//! take less.
//!
//! How long the machine takes for a layer cannot be known before: what repeats itself it skips, the rest it
//! goes through step by step. So it is said what is under way and how many cycles the model expects.

use std::io::{self, IsTerminal, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{DecimalBytes, ProgressBar};
use stationary::Progress;

use crate::cli::Common;
use crate::output::{self, Unit};

/// After so long there is a first note, and again whenever the time has grown by [`GROWTH`].
const FIRST: Duration = Duration::from_secs(5);
const GROWTH: u32 = 6;
/// So many layers under way are named.
const NAMED: usize = 3;

/// A part of the work.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    number: u64,
    name: String,
    /// Cycles that the model expects of the machine.
    cycles: u64,
}

#[derive(Default)]
struct State {
    has_ended: bool,
    begun: u64,
    under_way: Vec<Part>,
}

/// Work beside a progress bar, of which a note is made on standard error when it takes long. The bar ends
/// with it.
pub struct Patience {
    bar: ProgressBar,
    shared: Arc<(Mutex<State>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Patience {
    /// Begins so many parts, or an unknown number if it is 0. `less` says what would take less time.
    pub fn new(common: &Common, what: &'static str, length: u64, less: &'static str) -> Self {
        Self::counted(common, what, (length, Unit::Parts), less)
    }

    /// Begins to read a file of so many bytes, or of an unknown number if it is 0.
    pub fn of_bytes(common: &Common, what: &'static str, bytes: u64, less: &'static str) -> Self {
        Self::counted(common, what, (bytes, Unit::Bytes), less)
    }

    fn counted(
        common: &Common,
        what: &'static str,
        (length, unit): (u64, Unit),
        less: &'static str,
    ) -> Self {
        let bar = output::progress(common, what, length, unit);
        let shared: Arc<(Mutex<State>, Condvar)> = Arc::default();
        let thread = (!common.quiet).then(|| {
            let (bar, shared) = (bar.clone(), shared.clone());
            thread::spawn(move || notes(&bar, &shared, (what, unit), less))
        });
        Self {
            bar,
            shared,
            thread,
        }
    }

    /// A file of which the bytes that are read count.
    pub fn reading<R: Read>(&self, file: R) -> impl Read + use<R> {
        self.bar.wrap_read(file)
    }

    /// One more of the whole is done.
    pub fn done(&self) {
        self.bar.inc(1);
    }
}

impl Progress for Patience {
    fn done(&self) {
        self.done();
    }

    fn begin(&self, name: &str, cycles: u64) -> u64 {
        let mut state = lock(&self.shared.0);
        state.begun += 1;
        let number = state.begun;
        let name = name.to_owned();
        state.under_way.push(Part {
            number,
            name,
            cycles,
        });
        number
    }

    fn end(&self, number: u64) {
        let mut state = lock(&self.shared.0);
        state.under_way.retain(|part| part.number != number);
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        lock(&self.shared.0).has_ended = true;
        self.shared.1.notify_all();
        if let Some(thread) = self.thread.take() {
            // A note that could not be made is no loss to the work.
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn notes(
    bar: &ProgressBar,
    shared: &(Mutex<State>, Condvar),
    (what, unit): (&str, Unit),
    less: &str,
) {
    let start = Instant::now();
    let mut next = FIRST;
    let mut state = lock(&shared.0);
    loop {
        let left = next.saturating_sub(start.elapsed());
        let waited = shared
            .1
            .wait_timeout_while(state, left, |state| !state.has_ended);
        state = waited.unwrap_or_else(PoisonError::into_inner).0;
        if state.has_ended {
            return;
        }
        let done = progress(bar.position(), bar.length().unwrap_or(0), unit);
        let text = note(what, &done, start.elapsed(), &state.under_way, less);
        match io::stderr().is_terminal() {
            true => bar.suspend(|| output::report_diagnostic(&text)),
            false => output::report_diagnostic(&text),
        }
        next *= GROWTH;
    }
}

/// How much of the whole is done.
fn progress(done: u64, all: u64, unit: Unit) -> String {
    match (unit, all) {
        // Of how much of one part is done nothing is known before it is.
        (Unit::Parts, 1) if done == 0 => "not done".to_owned(),
        (Unit::Parts, 0) => format!("{done} done"),
        (Unit::Parts, _) => format!("{done} of {all} done"),
        (Unit::Bytes, 0) => format!("{} read", DecimalBytes(done)),
        (Unit::Bytes, _) => format!("{} of {} read", DecimalBytes(done), DecimalBytes(all)),
    }
}

fn note(what: &str, done: &str, spent: Duration, parts: &[Part], less: &str) -> String {
    let mut parts: Vec<&Part> = parts.iter().collect();
    parts.sort_by(|a, b| b.cycles.cmp(&a.cycles).then(a.number.cmp(&b.number)));
    let more = parts.len().saturating_sub(NAMED);
    let mut named: Vec<String> = (parts.iter().take(NAMED))
        .map(|part| format!("`{}` (about {:.1e} cycles)", part.name, part.cycles as f64))
        .collect();
    if more > 0 {
        named.push(format!("{more} more"));
    }
    let under_way = match named.is_empty() {
        true => String::new(),
        false => format!("; the machine is at {}", named.join(", ")),
    };
    format!(
        "note: {what}: {done} after {} s{under_way}; {less}",
        spent.as_secs()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_names_the_longest_first() {
        let part = |number, name: &str, cycles| Part {
            number,
            name: name.to_owned(),
            cycles,
        };
        let parts = [
            part(1, "a", 10),
            part(2, "b", 2_000_000),
            part(3, "c", 10),
            part(4, "d", 5),
        ];
        assert_eq!(
            note("machine", "3 of 9 done", FIRST, &parts, "wait"),
            "note: machine: 3 of 9 done after 5 s; the machine is at `b` (about 2.0e6 cycles), \
             `a` (about 1.0e1 cycles), `c` (about 1.0e1 cycles), 1 more; wait"
        );
        assert_eq!(
            note("cost table", "3 of 9 done", FIRST, &[], "wait"),
            "note: cost table: 3 of 9 done after 5 s; wait"
        );
    }

    #[test]
    fn progress_is_of_a_whole_where_that_is_known() {
        assert_eq!(progress(3, 9, Unit::Parts), "3 of 9 done");
        assert_eq!(progress(3, 0, Unit::Parts), "3 done");
        assert_eq!(progress(0, 1, Unit::Parts), "not done");
        assert_eq!(
            progress(1500, 2_000_000, Unit::Bytes),
            "1.50 kB of 2.00 MB read"
        );
        assert_eq!(progress(1500, 0, Unit::Bytes), "1.50 kB read");
    }

    #[test]
    fn what_is_done_is_no_longer_under_way() {
        let patience = Patience {
            bar: ProgressBar::hidden(),
            shared: Arc::default(),
            thread: None,
        };
        let during = &patience as &dyn Progress;
        let seen = during.during("a", 1, || lock(&patience.shared.0).under_way.len());
        assert_eq!((seen, lock(&patience.shared.0).under_way.len()), (1, 0));
    }
}
