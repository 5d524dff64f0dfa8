//! Ctrl-C in a search: the first asks it to end with the best so far, the second ends the process.
//!
//! Before a search has anything to show, the first ends the process too. Nothing is lost either way:
//! a journal's lines are with the system as soon as they are known, and a torn one is cut off.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use signal_hook::consts::SIGINT;
use signal_hook::flag;
use stationary::search::Cancellation;

use crate::Answer;
use crate::cli::Recording;
use crate::output;

/// As a shell counts a process that the signal ended.
pub const EXIT_CODE: u8 = 130;

/// How often the first Ctrl-C is looked for; the second needs nobody who looks.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// What a search does about Ctrl-C.
pub struct Interrupt {
    cancellation: Cancellation,
    has_result: Arc<AtomicBool>,
    /// The command that goes on, if anything was kept.
    go_on: Option<String>,
}

impl Interrupt {
    /// Listens from now on; once in a process.
    pub fn listen(recording: &Recording) -> Result<Self> {
        let words = std::env::args_os().skip(1);
        let words: Vec<String> = words.map(|w| w.to_string_lossy().into_owned()).collect();
        let interrupt = Self {
            cancellation: Cancellation::default(),
            has_result: Arc::default(),
            go_on: command(recording, &words),
        };
        let (cancellation, has_result) =
            (interrupt.cancellation.clone(), interrupt.has_result.clone());
        let next = interrupt.next();
        let pressed = Arc::new(AtomicBool::new(false));
        let shutdown = i32::from(EXIT_CODE);
        flag::register_conditional_shutdown(SIGINT, shutdown, pressed.clone())
            .and_then(|_| flag::register(SIGINT, pressed.clone()))
            .context("cannot listen for Ctrl-C")?;
        thread::spawn(move || {
            while !pressed.load(Ordering::SeqCst) {
                thread::sleep(BETWEEN_LOOKS);
            }
            if !has_result.load(Ordering::SeqCst) {
                output::complain(&format!("interrupted before anything was found; {next}"));
                process::exit(shutdown);
            }
            cancellation.cancel();
            output::complain(
                "interrupted: what is under way is finished and the best so far shown; Ctrl-C again \
                 ends at once",
            );
        });
        Ok(interrupt)
    }

    /// What searches ask.
    pub fn cancellation(&self) -> &Cancellation {
        &self.cancellation
    }

    /// Whether the search is to end.
    pub fn is_asked_for(&self) -> bool {
        self.cancellation.is_cancelled()
    }

    /// From now on there is something to show, and a search that shows it when asked to end.
    pub fn has_result(&self) {
        self.has_result.store(true, Ordering::SeqCst);
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
        output::complain(&format!(
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
    pub fn complain(&self) {
        output::complain(self.text().trim_end());
    }

    /// The mark of a document.
    pub fn json(&self) -> Value {
        json!({"go_on": self.go_on})
    }
}

/// The mark of a CSV: a last column, `interrupted`, which says so in every line.
pub fn marked(text: &str) -> Result<String> {
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).from_reader(text.as_bytes());
    let mut out = csv::Writer::from_writer(Vec::new());
    for (at, row) in reader.records().enumerate() {
        let mut row = row?;
        row.push_field(if at == 0 { "interrupted" } else { "true" });
        out.write_record(&row)?;
    }
    Ok(String::from_utf8(out.into_inner()?)?)
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

    #[test]
    fn a_csv_is_marked_in_every_line() {
        let found = marked("layer,cycles\n\"a, b\",1\nc,2\n").expect("a CSV");
        let expected = "layer,cycles,interrupted\n\"a, b\",1,true\nc,2,true\n";
        assert_eq!(found, expected);
    }
}
