//! The tour of README.md, run line by line in a fresh folder.
//!
//! ```text
//! for each line of the block under "## A tour" that begins with `stationary`:
//!     what stands before `#` is run; `> FILE` takes its output
//!     it exits with 0, or with 1 where the comment says so
//! ```
//!
//! A later line finds the files of the earlier ones, and what the repository holds under the paths that
//! the tour names.

use std::path::{Path, PathBuf};
use std::process::Command;

const README: &str = include_str!("../README.md");

/// The lines of the first block under a heading.
fn block(heading: &str) -> Vec<&'static str> {
    let (_, rest) = README.split_once(heading).expect("the heading is there");
    let (_, rest) = rest.split_once("```sh\n").expect("a block follows");
    let (block, _) = rest.split_once("```").expect("it is closed");
    block.lines().collect()
}

/// The words that name a file of the repository.
fn copy_inputs(command: &str, folder: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for word in command.split_whitespace().filter(|word| word.contains('/')) {
        let (from, to) = (root.join(word), folder.join(word));
        if from.is_file() && !to.exists() {
            std::fs::create_dir_all(to.parent().expect("it lies in a folder")).expect("a folder");
            std::fs::copy(&from, &to).expect("it can be copied");
        }
    }
}

/// Runs a line; says what was wrong.
fn run(line: &str, folder: &Path) -> Result<(), String> {
    let (command, comment) = line.split_once('#').unwrap_or((line, ""));
    let (command, file) = match command.split_once(" > ") {
        Some((command, file)) => (command, Some(file.trim())),
        None => (command, None),
    };
    copy_inputs(command, folder);
    let output = Command::new(env!("CARGO_BIN_EXE_stationary"))
        .current_dir(folder)
        .args(command.split_whitespace().skip(1))
        .output()
        .expect("the binary runs");
    let expected = i32::from(comment.contains("exits with 1"));
    if output.status.code() != Some(expected) {
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!(
            "{line}\nexits with {:?}: {message}",
            output.status.code()
        ));
    }
    if let Some(file) = file {
        std::fs::write(folder.join(file), output.stdout).expect("the folder can be written");
    }
    Ok(())
}

fn fresh(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("a folder of this test");
    }
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

#[test]
fn the_tour_runs_as_typed() {
    let folder = fresh("tour");
    let lines = block("## A tour");
    let (ours, others): (Vec<&str>, _) = lines
        .iter()
        .partition(|line| line.starts_with("stationary "));
    assert_eq!(others.len(), 1, "only the first line installs: {others:?}");
    assert!(ours.len() > 30, "the tour is found");
    let wrong: Vec<String> = ours
        .iter()
        .filter_map(|line| run(line, &folder).err())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
