//! Long work on a thread of its own, while the caller's attends to signals and tells of progress.
//!
//! ```text
//! caller   waits without the GIL ... looks for Ctrl-C, calls `progress` ... waits ... takes the result
//! thread   works ..................... ends early if it was cancelled ......... gives the result
//! ```

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use stationary::search::Cancellation;
use stationary::{Error, Progress};

use crate::error::{interrupted, raised, refused};

/// Between two looks for signals.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);
/// How long a search may take to show what it has when it is asked to end.
const GRACE: Duration = Duration::from_secs(10);
/// Of the thread, as large as that of a program's first.
const STACK: usize = 8 << 20;

/// How far work is, and whether anybody waits for it.
#[derive(Default)]
pub struct Watch {
    pub cancellation: Cancellation,
    done: AtomicU64,
    total: AtomicU64,
    begun: AtomicU64,
    under_way: Mutex<BTreeMap<u64, String>>,
    has_result: AtomicBool,
}

impl Watch {
    /// Says how much the whole is.
    pub fn expect(&self, total: usize) {
        self.total.store(total as u64, Ordering::Relaxed);
    }

    /// From now on there is something to show.
    pub fn note_result(&self) {
        self.has_result.store(true, Ordering::Relaxed);
    }

    /// Goes on, if somebody waits.
    ///
    /// # Errors
    /// Nobody does.
    pub fn check(&self) -> Result<(), Error> {
        (self as &dyn Progress).check()
    }

    fn names(&self) -> MutexGuard<'_, BTreeMap<u64, String>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What is done, of how much, and what has been under way for longest.
    fn state(&self) -> (u64, u64, String) {
        let longest = self.names().values().next().cloned();
        let [done, total] = [&self.done, &self.total].map(|count| count.load(Ordering::Relaxed));
        (done, total.max(done), longest.unwrap_or_default())
    }
}

impl Progress for Watch {
    fn done(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    fn begin(&self, name: &str, _cycles: u64) -> u64 {
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        self.names().insert(number, name.to_owned());
        number
    }

    fn end(&self, number: u64) {
        self.names().remove(&number);
    }

    fn is_cancelled(&self) -> bool {
        self.cancellation.is_cancelled()
    }
}

/// How the caller waits.
#[derive(Default, FromPyObject)]
#[pyo3(from_item_all)]
pub struct Waiting {
    /// Is called with what is done, of how much, and what is under way.
    progress: Option<Py<PyAny>>,
    /// Threads that work; all processors if left out.
    threads: Option<usize>,
}

/// What an exception holds of a result.
pub type Show<T> = fn(Python<'_>, T) -> PyResult<Py<PyAny>>;

/// Works, and waits. A search that is interrupted has something to show: what it returns goes through `show`
/// into the exception.
///
/// # Errors
/// The library's; what a signal's handler or `progress` raised.
pub fn run<T: Send + 'static>(
    py: Python<'_>,
    waiting: Waiting,
    show: Option<Show<T>>,
    work: impl FnOnce(&Watch) -> Result<T, Error> + Send + 'static,
) -> PyResult<T> {
    let Waiting { progress, threads } = waiting;
    let pool = threads.map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.map_err(|error| refused(py, &format!("threads={threads}: {error}")))
    });
    let pool = pool.transpose()?;
    let watch = Arc::new(Watch::default());
    let (send, mut receive) = mpsc::sync_channel(1);
    let of_thread = Arc::clone(&watch);
    let thread = thread::Builder::new().stack_size(STACK).spawn(move || {
        let work = || work(&of_thread);
        let result = match pool {
            Some(pool) => pool.install(work),
            None => work(),
        };
        // Nobody waits any more if the caller was interrupted.
        let _ = send.send(result);
    })?;
    let mut told = None;
    let mut until: Option<(Instant, PyErr)> = None;
    loop {
        let (result, back) = py.detach(move || (receive.recv_timeout(BETWEEN_LOOKS), receive));
        receive = back;
        match (result, &until) {
            (Ok(Ok(found)), Some(_)) => {
                let shown = show.map(|show| show(py, found)).transpose()?;
                return Err(interrupted(py, shown));
            }
            (_, Some((end, error))) if Instant::now() >= *end => return Err(error.clone_ref(py)),
            (Ok(Err(_)), Some((_, error))) => return Err(error.clone_ref(py)),
            (Ok(result), None) => {
                tell(py, progress.as_ref(), &watch, &mut told)?;
                return result.map_err(|error| raised(py, &error));
            }
            (Err(RecvTimeoutError::Disconnected), _) => {
                let text = match thread.join() {
                    Err(panic) => panic.downcast_ref::<String>().cloned(),
                    Ok(()) => None,
                };
                let text = text.unwrap_or_else(|| "the work ended without a result".to_owned());
                return Err(PyRuntimeError::new_err(format!(
                    "a fault of stationary: {text}"
                )));
            }
            (Err(RecvTimeoutError::Timeout), _) => {}
        }
        if let Err(error) = py.check_signals() {
            watch.cancellation.cancel();
            // Work that has nothing to show is left to end by itself; a second signal ends the wait.
            let shows = show.is_some() && watch.has_result.load(Ordering::Relaxed);
            if !shows || until.is_some() {
                return Err(error);
            }
            until = Some((Instant::now() + GRACE, error));
        }
        if until.is_none() {
            tell(py, progress.as_ref(), &watch, &mut told)
                .inspect_err(|_| watch.cancellation.cancel())?;
        }
    }
}

fn tell(
    py: Python<'_>,
    progress: Option<&Py<PyAny>>,
    watch: &Watch,
    told: &mut Option<(u64, u64, String)>,
) -> PyResult<()> {
    let Some(progress) = progress else {
        return Ok(());
    };
    let state = watch.state();
    if told.as_ref() != Some(&state) {
        progress.call1(py, state.clone())?;
        *told = Some(state);
    }
    Ok(())
}
