//! The only place that writes: results to standard output, all else to standard error.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use stationary::Error;
use stationary_document::visible_lines;
use terminal_size::{Width, terminal_size_of};

use crate::cli::Common;

/// Writes a result.
pub fn print(text: &str) -> io::Result<()> {
    // A terminal obeys what no program that reads the text would.
    let text = match io::stdout().is_terminal() {
        true => visible_lines(text),
        false => text.into(),
    };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Writes a warning or an error.
pub fn report_diagnostic(text: &str) {
    // Nobody is left to hear of a standard error that is closed.
    let _ = writeln!(io::stderr().lock(), "{}", visible_lines(text));
}

/// An error and its causes as the command line spells them: with the flag that gives what an error is about, and the
/// one that tells more.
pub fn spelt(error: &anyhow::Error) -> String {
    let causes = error.chain().map(|cause| match cause.downcast_ref() {
        Some(Error::Option { .. } | Error::Trace(_)) => format!("--{cause}"),
        Some(Error::NoMapping { why, more, .. }) if more.is_empty() && !why.is_of_accelerator() => {
            format!("{cause}; --explain says what would make it legal")
        }
        _ => cause.to_string(),
    });
    causes.collect::<Vec<_>>().join(": ")
}

/// Whether notes are left unsaid.
static IS_QUIET: AtomicBool = AtomicBool::new(false);

/// Leaves notes unsaid from now on; warnings and errors stay.
pub fn be_quiet() {
    IS_QUIET.store(true, Ordering::Relaxed);
}

/// Writes what is good to know and changes no answer.
pub fn note(text: &str) {
    if !IS_QUIET.load(Ordering::Relaxed) {
        report_diagnostic(&format!("note: {text}"));
    }
}

/// Whether the reader of our output has gone, which is no failure of ours.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// What progress is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Layers, runs, options.
    Parts,
    /// Of a file.
    Bytes,
}

/// A progress bar on standard error, invisible if that is no terminal or with `--quiet`.
pub fn progress(common: &Common, what: &'static str, length: u64, unit: Unit) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if common.quiet || !io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
        return bar;
    }
    let template = match unit {
        Unit::Parts if length == 0 => "{msg} {spinner} {pos}",
        Unit::Parts => "{msg} {bar:30} {pos}/{len} {eta}",
        Unit::Bytes => "{msg} {bar:30} {bytes}/{total_bytes} {eta}",
    };
    let style = ProgressStyle::with_template(template);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Columns that tables are fitted to: those that `COLUMNS` says, those of the terminal, or 120 where
/// the output is no terminal.
pub fn width() -> usize {
    let told = std::env::var("COLUMNS").ok();
    let told = told.and_then(|columns| columns.parse::<usize>().ok());
    let seen = || terminal_size_of(io::stdout()).map(|(Width(columns), _)| columns.into());
    let width = told.filter(|columns| *columns > 0).or_else(seen);
    width.unwrap_or(120)
}
