//! Progress of long work: a trait through which the library reports it, and asks whether to go on.
//!
//! The library draws no bars and prints nothing: whatever takes long is given a [`Progress`], and calls it
//! from any thread. `&()` ignores all reports.

use crate::error::Error;

/// Receives reports on how far work is. A run of the machine is reported when it begins and when it ends, as
/// a single one can take long.
pub trait Progress: Sync {
    /// One more unit of the whole (a layer, a run, an option) is done.
    fn done(&self) {}

    /// A run of the machine begins: its name, and about how many cycles it takes. Returns a number by which
    /// [`Progress::end`] names the run.
    fn begin(&self, name: &str, cycles: u64) -> u64 {
        let _ = (name, cycles);
        0
    }

    /// The run with this number has ended.
    fn end(&self, number: u64) {
        let _ = number;
    }

    /// Whether the work should stop. Asked between layers and between mappings; the work then ends with
    /// [`Error::Cancelled`].
    fn is_cancelled(&self) -> bool {
        false
    }
}

impl Progress for () {}

/// Passes on what is under way; what is done is a part of a whole that another counts.
pub(crate) struct UnderWay<'a>(pub &'a dyn Progress);

impl Progress for UnderWay<'_> {
    fn begin(&self, name: &str, cycles: u64) -> u64 {
        self.0.begin(name, cycles)
    }

    fn end(&self, number: u64) {
        self.0.end(number);
    }

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

impl dyn Progress + '_ {
    /// Does nothing unless the work is cancelled; written with `?` where work can stop.
    ///
    /// # Errors
    /// [`Error::Cancelled`] if [`Progress::is_cancelled`].
    pub fn check(&self) -> Result<(), Error> {
        match self.is_cancelled() {
            true => Err(Error::Cancelled),
            false => Ok(()),
        }
    }

    /// Calls `run` between a report of its beginning and one of its end; `cycles` is about what the machine
    /// takes.
    pub fn during<T>(&self, name: &str, cycles: u64, run: impl FnOnce() -> T) -> T {
        let number = self.begin(name, cycles);
        let result = run();
        self.end(number);
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Log(Mutex<Vec<String>>);

    impl Progress for Log {
        fn begin(&self, name: &str, cycles: u64) -> u64 {
            self.0
                .lock()
                .expect("nobody panics")
                .push(format!("{name} {cycles}"));
            7
        }

        fn end(&self, number: u64) {
            self.0
                .lock()
                .expect("nobody panics")
                .push(number.to_string());
        }
    }

    #[test]
    fn a_run_begins_and_ends() {
        let log = Log::default();
        let answer = (&log as &dyn Progress).during("a", 10, || 3);
        assert_eq!(answer, 3);
        assert_eq!(*log.0.lock().expect("nobody panics"), ["a 10", "7"]);
        assert_eq!((&() as &dyn Progress).during("b", 1, || 4), 4);
    }
}
