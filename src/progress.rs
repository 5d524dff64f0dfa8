//! Who waits for long work, and is told how far it is.
//!
//! The library draws no bars and prints nothing: whatever takes long is given a [`Progress`], and calls it from
//! any thread. `&()` is nobody.

use crate::error::Error;

/// Is told how far work is. What begins and ends is one run of the machine, which can take long by itself.
pub trait Progress: Sync {
    /// One more of the whole (a layer, a run, an option) is done.
    fn done(&self) {}

    /// The machine begins a run of `name`, of about so many cycles; returns a number that is the run's.
    fn begin(&self, name: &str, cycles: u64) -> u64 {
        let _ = (name, cycles);
        0
    }

    /// The run of that number is over.
    fn end(&self, number: u64) {
        let _ = number;
    }

    /// Whether nobody waits any more. Asked between layers and between mappings, where work then ends with
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
    /// Goes on, if somebody waits.
    ///
    /// # Errors
    /// Nobody does.
    pub fn check(&self) -> Result<(), Error> {
        match self.is_cancelled() {
            true => Err(Error::Cancelled),
            false => Ok(()),
        }
    }

    /// Does a run in which the machine is expected to take so many cycles.
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
