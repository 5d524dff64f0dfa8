//! Ctrl-C and SIGTERM: the first asks a search to end with the best so far, the second ends the process.
//!
//! Before a search has anything to show, and in all other commands, the first ends the process too.
//! Nothing is lost either way: a file that is being written is finished first, a journal's lines are with
//! the system as soon as they are known, and a torn one is cut off.

use std::process;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use stationary::Progress;
use stationary::documents::Interrupted;
use stationary::hooks::Hooks;
use stationary::journal::Files;
use stationary::search::Cancellation;

use crate::Answer;
use crate::cli::Recording;
use crate::output;

/// What a shell adds to the number of the signal that ended a process.
const OF_A_SIGNAL: i32 = 128;

/// How often the first signal is looked for; the second needs nobody who looks.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// What is listened to.
const SIGNALS: [i32; 2] = [SIGINT, SIGTERM];

/// What is known in the whole process: signals are its own.
#[derive(Default)]
struct Watch {
    /// The signal that came; 0 before.
    signal: Arc<AtomicUsize>,
    /// Which of [`SIGNALS`] have come.
    came: [Arc<AtomicBool>; 2],
    cancellation: Cancellation,
    has_result: AtomicBool,
    /// How a search would go on.
    next: OnceLock<String>,
    /// What becomes of what is under way, other than in a search.
    ending: OnceLock<&'static str>,
    /// Held while a file is put in its place.
    writing: Mutex<()>,
}

static WATCH: LazyLock<Watch> = LazyLock::new(Watch::default);

impl Watch {
    /// The code of a process that the signal ended, as a shell counts it.
    fn exit_code(&self) -> Option<i32> {
        match self.signal.load(Ordering::SeqCst) {
            0 => None,
            signal => Some(OF_A_SIGNAL + i32::try_from(signal).unwrap_or(SIGINT)),
        }
    }
}

/// The exit code of a command that was interrupted.
pub fn exit_code() -> u8 {
    let code = WATCH.exit_code().unwrap_or(OF_A_SIGNAL + SIGINT);
    u8::try_from(code).unwrap_or(u8::MAX)
}

/// While it is held, the first signal waits: a file is whole, or not there.
pub fn shielded() -> MutexGuard<'static, ()> {
    WATCH.writing.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Listens for signals from now on; once in a process.
pub fn watch() -> Result<()> {
    let has_come = Arc::new(AtomicBool::new(false));
    for (signal, came) in SIGNALS.into_iter().zip(&WATCH.came) {
        let number = usize::try_from(signal)?;
        // In this order: only a second signal finds that one has come.
        flag::register_conditional_shutdown(signal, OF_A_SIGNAL + signal, has_come.clone())
            .and_then(|_| flag::register(signal, has_come.clone()))
            .and_then(|_| flag::register(signal, came.clone()))
            .and_then(|_| flag::register_usize(signal, WATCH.signal.clone(), number))
            .context("cannot listen for Ctrl-C")?;
    }
    thread::spawn(|| {
        let code = loop {
            if let Some(code) = WATCH.exit_code() {
                break code;
            }
            thread::sleep(BETWEEN_LOOKS);
        };
        if !WATCH.has_result.load(Ordering::SeqCst) {
            let _whole = shielded();
            output::report_diagnostic(&match WATCH.next.get() {
                Some(next) => format!("interrupted before anything was found; {next}"),
                None => "interrupted before there was an answer".to_owned(),
            });
            process::exit(code);
        }
        WATCH.cancellation.cancel();
        let again = match code == OF_A_SIGNAL + SIGINT {
            true => "Ctrl-C again",
            false => "a second signal",
        };
        let ending = WATCH.ending.get();
        let ending = ending.unwrap_or(&"what is under way is finished and the best so far shown");
        output::report_diagnostic(&format!("interrupted: {ending}; {again} ends at once"));
        // Two threads that take a signal each at the same moment both find that none has come before.
        while !WATCH.came.iter().all(|came| came.load(Ordering::SeqCst)) {
            thread::sleep(BETWEEN_LOOKS);
        }
        process::exit(code);
    });
    Ok(())
}

/// A run begins that keeps how far it is when it is asked to end: what asks it.
pub fn keeps() -> Cancellation {
    // It is the first and only one.
    let _ = WATCH.ending.set("how far the run is goes to its file");
    WATCH.has_result.store(true, Ordering::SeqCst);
    WATCH.cancellation.clone()
}

/// The run is done: from now on the first signal ends the process.
pub fn has_kept() {
    WATCH.has_result.store(false, Ordering::SeqCst);
}

/// What a search does about a signal.
pub struct Interrupt {
    cancellation: Cancellation,
    /// The command that goes on, if anything was kept.
    go_on: Option<String>,
}

impl Interrupt {
    /// A search begins; once in a process.
    pub fn listen(recording: &Recording) -> Self {
        let words = std::env::args_os().skip(1);
        let words: Vec<String> = words.map(|w| w.to_string_lossy().into_owned()).collect();
        let interrupt = Self {
            cancellation: WATCH.cancellation.clone(),
            go_on: command(recording, &words),
        };
        // It is the first and only one.
        let _ = WATCH.next.set(interrupt.next());
        interrupt
    }

    /// What a search is given: where it keeps what it finds, what ends it early, and who waits for it.
    pub fn hooks<'a>(&self, files: Files, progress: &'a dyn Progress) -> Hooks<'a> {
        Hooks {
            files,
            cancellation: self.cancellation.clone(),
            // From then on there is something to show, and a search that shows it when asked to end.
            has_result: &|| WATCH.has_result.store(true, Ordering::SeqCst),
            progress,
        }
    }

    /// How to go on.
    fn next(&self) -> String {
        match &self.go_on {
            Some(command) => format!("go on with\n  {command}"),
            None => {
                "nothing was kept: with --run FOLDER the same command keeps each evaluation, and \
                     goes on where it was interrupted"
                    .to_owned()
            }
        }
    }

    /// The answer where nothing was found before the end was asked for.
    pub fn nothing_found(&self) -> Answer {
        output::report_diagnostic(&format!(
            "interrupted before anything was found; {}",
            self.next()
        ));
        Answer::Interrupted
    }

    /// What stands below a table.
    pub fn text(&self) -> String {
        format!("interrupted: this is the best so far; {}\n", self.next())
    }

    /// The same beside a document for programs, which is about the search alone.
    pub fn report_diagnostic(&self) {
        output::report_diagnostic(self.text().trim_end());
    }

    /// The mark of a document.
    pub fn document(&self) -> Interrupted {
        Interrupted {
            go_on: self.go_on.clone(),
            not_reached: None,
        }
    }
}

/// The command line that goes on from what was kept; none where nothing was.
fn command(recording: &Recording, words: &[String]) -> Option<String> {
    let mut kept = vec!["stationary".to_owned()];
    if recording.run.is_some() {
        kept.extend_from_slice(words);
    } else {
        let record = recording.record.as_ref()?.to_string_lossy().into_owned();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word == "--resume" {
                words.next();
            } else if !word.starts_with("--resume=") {
                kept.push(word.clone());
            }
        }
        kept.extend(["--resume".to_owned(), record]);
    }
    let kept: Vec<String> = kept.iter().map(|word| quoted(word)).collect();
    Some(kept.join(" "))
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn check(flags: [Option<&str>; 3], words: &str, expected: Option<&str>) {
        let [run, record, resume] = flags.map(|flag| flag.map(PathBuf::from));
        let recording = Recording {
            run,
            record,
            resume,
        };
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        assert_eq!(command(&recording, &words).as_deref(), expected);
    }

    #[test]
    fn the_command_goes_on_from_what_was_kept() {
        check(
            [Some("kept"), None, None],
            "search map --set a=b --run kept",
            Some("stationary search map --set a=b --run kept"),
        );
        check(
            [None, Some("r"), None],
            "compare --record r",
            Some("stationary compare --record r --resume r"),
        );
        check(
            [None, Some("r"), Some("old")],
            "compare --resume old --record r --resume=old",
            Some("stationary compare --record r --resume r"),
        );
        check([None, None, Some("old")], "compare --resume old", None);
        check([None, None, None], "compare", None);
        assert_eq!(quoted("it's mine"), "'it'\\''s mine'");
    }
}
