//! The built command line: messages, exit codes, and what programs may rely on.

mod advice;
mod agreement;
mod answers;
mod certify;
#[cfg(unix)]
mod checkpoint;
mod codesign;
mod dataflow;
mod diff;
mod documents;
mod dram;
mod energy;
mod errors;
mod forgeries;
mod formats;
mod gaps;
mod goals;
mod headline;
mod hostile;
#[cfg(unix)]
mod interrupt;
mod lists;
mod patience;
mod records;
mod report;
mod resume;
mod roofs;
mod run;
mod search;
#[cfg(unix)]
mod signals;
mod sweep;
mod terminal;
mod trace;
mod verdicts;
mod wire;

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

/// Two layers whose assignments are few.
const ASSIGN: [&str; 14] = [
    "search",
    "assign",
    "--network",
    "alexnet",
    "--layer",
    "2",
    "--layer",
    "3",
    "--pes",
    "4,8,16",
    "--tiles",
    "1-3",
    "--budget",
    "area=iot",
];

/// Cases to run: `default`, or as many times more as `STATIONARY_CASES` says.
fn cases(default: u64) -> u64 {
    let factor = std::env::var("STATIONARY_CASES").ok();
    let factor = factor.map_or(1.0, |n| {
        n.parse::<f64>().expect("STATIONARY_CASES is a number")
    });
    (default as f64 * factor).ceil() as u64
}

fn stationary(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stationary"))
        .args(arguments)
        // Sentences in one line each, and every column.
        .env("COLUMNS", "1000")
        .output()
        .expect("the binary runs")
}

/// The command fails with this code, says each of these on standard error, and nothing on
/// standard output.
fn refuses(arguments: &[&str], code: i32, parts: &[&str]) {
    let output = stationary(arguments);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {message}");
    for part in parts {
        assert!(
            message.contains(part),
            "{arguments:?}: `{part}` is not in: {message}"
        );
    }
    assert!(output.stdout.is_empty(), "nothing goes to standard output");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(arguments: &[&str]) -> Value {
    let output = stationary(arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("standard output is one JSON document")
}

/// A file in a folder of this test's own.
fn file(name: &str, text: &str) -> String {
    // A folder for each test: tests that run side by side never write what another reads.
    let current = std::thread::current();
    let test = current.name().unwrap_or("main").replace("::", ".");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("cli")
        .join(test);
    let path = folder.join(name);
    let parent = path.parent().expect("it is in a folder");
    std::fs::create_dir_all(parent).expect("the target folder can be written");
    std::fs::write(&path, text).expect("the target folder can be written");
    path.to_str()
        .expect("the target folder's path is text")
        .to_owned()
}

const ARCH: &str = "name: mine\ndataflows: [ws]\narray: {rows: 4, cols: 4}\n";

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a whole number")
}
