//! Long work says what it is at.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::file;

/// A layer that the machine is at for much longer than anyone waits.
#[test]
fn a_long_run_of_the_machine_says_what_it_is_at() {
    let network = "name: long\nlayers:\n  - {name: tall, matmul: {m: 4294967296, k: 1, c: 1}}\n";
    let network = file("patience.yaml", network);
    let mut child = Command::new(env!("CARGO_BIN_EXE_stationary"))
        .args(["simulate", "--arch", "vta", "--network", &network])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let said = BufReader::new(child.stderr.take().expect("it is piped"));
    let reader = thread::spawn(move || {
        let mut lines = said.lines().map_while(Result::ok);
        lines.find(|line| line.starts_with("note: ") && line.contains("`tall: "))
    });
    // Many times what it takes on an idle machine.
    for _ in 0..600 {
        if reader.is_finished() {
            break;
        }
        thread::sleep(Duration::from_millis(100));
    }
    child.kill().expect("it is still at work");
    child.wait().expect("it was killed");
    let note = reader.join().expect("reading does not fail");
    let note = note.expect("a note within a minute");
    assert!(note.contains(": not done after "), "{note}");
    assert!(note.contains(" MACs` (about "), "{note}");
    assert!(
        note.contains("cycles)") && note.contains("`estimate`"),
        "{note}"
    );
}
