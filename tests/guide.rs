//! The guide's commands, run; what they print is what the guide shows.
//!
//! ```text
//! for each page, in a folder of its own:
//!     ```yaml FILE / csv FILE      is written to FILE
//!     ```console                   lines after `$ ` are run, the rest is what they print
//! ```
//!
//! `...` on a line of its own stands for any lines. `STATIONARY_GUIDE=write` puts the real output in
//! the pages, which is then read in the diff before it is kept.

use std::path::{Path, PathBuf};
use std::process::Command;

const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/guide/src");

/// A fenced block: what stands behind the fence, its lines, and where it begins.
struct Block {
    info: String,
    lines: Vec<String>,
    at: usize,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (at, line) in text.lines().enumerate() {
        if let Some(info) = line.strip_prefix("```") {
            open = !open;
            if open {
                let (info, lines) = (info.to_owned(), Vec::new());
                blocks.push(Block {
                    info,
                    lines,
                    at: at + 1,
                });
            }
        } else if open {
            blocks
                .last_mut()
                .expect("one is open")
                .lines
                .push(line.to_owned());
        }
    }
    assert!(!open, "a fence is not closed");
    blocks
}

/// The words of a command: quotes keep blanks, a backslash at the end joins lines.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().expect("there is one").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What a command prints. Only what the guide needs of a shell: `stationary`, `cat`, `ls`, and `>` to a file.
fn output(folder: &Path, command: &str) -> String {
    let mut words = words(command);
    let file = words
        .iter()
        .position(|word| word == ">")
        .map(|at| words.split_off(at).pop().expect("a file"));
    let name = words.remove(0);
    let printed = match name.as_str() {
        "stationary" => {
            let output = Command::new(env!("CARGO_BIN_EXE_stationary"))
                .current_dir(folder)
                .env("COLUMNS", "100")
                .args(&words)
                .output()
                .expect("the binary runs");
            let all = [output.stdout, output.stderr].concat();
            String::from_utf8(all).expect("text")
        }
        "cat" => std::fs::read_to_string(folder.join(&words[0]))
            .unwrap_or_else(|e| panic!("{command}: {e}")),
        "ls" => {
            let entries = std::fs::read_dir(folder.join(&words[0]))
                .unwrap_or_else(|e| panic!("{command}: {e}"));
            let mut names: Vec<String> = entries
                .map(|entry| {
                    entry
                        .expect("an entry")
                        .file_name()
                        .to_string_lossy()
                        .into_owned()
                })
                .filter(|name| !name.starts_with('.'))
                .collect();
            names.sort();
            names.join("\n")
        }
        other => panic!("{command}: the guide's test knows no {other}"),
    };
    match file {
        None => printed,
        Some(file) => {
            std::fs::write(folder.join(file), printed).expect("the folder can be written");
            String::new()
        }
    }
}

/// Whether shown lines are the printed ones, `...` for any.
fn agrees(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line == "..." => {
            (0..=printed.len()).any(|n| agrees(rest, &printed[n..]))
        }
        Some((line, rest)) => printed
            .split_first()
            .is_some_and(|(p, others)| p.trim_end() == line.trim_end() && agrees(rest, others)),
    }
}

/// Wall-clock time is nobody's to promise, and on a busy machine much is told of what takes long.
fn timeless(text: &str) -> Vec<String> {
    let is_time = |line: &str| {
        line.starts_with("search ") && line.contains(" s, re-check ")
            || line.starts_with("note: ") && line.contains(" done after ")
    };
    let lines = text.lines().filter(|line| !is_time(line));
    lines.map(str::to_owned).collect()
}

/// Commands of a console block with the lines that follow each.
fn commands(block: &Block) -> Vec<(String, Vec<String>)> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    let mut goes_on = false;
    for line in &block.lines {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push((command.to_owned(), Vec::new()));
        } else {
            let (command, lines) = commands.last_mut().expect("a block begins with a command");
            if goes_on {
                command.push_str(line.strip_prefix("> ").unwrap_or(line));
            } else {
                lines.push(line.clone());
            }
        }
        let (command, _) = commands.last_mut().expect("there is one");
        goes_on = command.ends_with('\\');
        if goes_on {
            command.pop();
        }
    }
    commands
}

fn page(name: &str) {
    let path = Path::new(PAGES).join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("guide")
        .join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("a folder of this test");
    }
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    copy(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("guide/files")
            .as_path(),
        &folder,
    );
    let is_writing = std::env::var("STATIONARY_GUIDE").is_ok_and(|v| v == "write");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut wrong = Vec::new();
    let mut run = 0;
    // From the first block to the last; lines are replaced from the end, so that places stay.
    let mut replaced = Vec::new();
    for block in blocks(&text) {
        if let Some((_, file)) = block.info.split_once(' ') {
            std::fs::write(folder.join(file), block.lines.join("\n") + "\n")
                .expect("the folder can be written");
            continue;
        }
        assert_ne!(
            block.info, "sh",
            "{name}:{}: commands that are not run",
            block.at
        );
        if block.info != "console" {
            continue;
        }
        let mut real = Vec::new();
        for (command, shown) in commands(&block) {
            run += 1;
            let printed = timeless(&output(&folder, &command));
            let agree = agrees(&shown, &printed);
            if !agree {
                wrong.push(format!(
                    "{name}:{}: $ {command}\n{}",
                    block.at,
                    printed.join("\n")
                ));
            }
            real.push((command, if agree { shown } else { printed }));
        }
        replaced.push((block, real));
    }
    if is_writing && !wrong.is_empty() {
        for (block, real) in replaced.into_iter().rev() {
            let mut new = Vec::new();
            let mut old = block
                .lines
                .iter()
                .filter(|line| line.starts_with("$ ") || line.starts_with("> "));
            for (_, printed) in real {
                // A command with its continuations, as it was written.
                let mut line = old.next();
                while let Some(text) = line {
                    new.push(text.clone());
                    line = if text.ends_with('\\') {
                        old.next()
                    } else {
                        None
                    };
                }
                new.extend(printed.into_iter().map(|line| line.trim_end().to_owned()));
            }
            lines.splice(block.at..block.at + block.lines.len(), new);
        }
        std::fs::write(&path, lines.join("\n") + "\n").expect("the guide can be written");
        return;
    }
    assert!(
        wrong.is_empty(),
        "the guide shows something else:\n{}",
        wrong.join("\n\n")
    );
    assert!(run > 0, "{name} runs nothing");
}

/// Files that come with the guide.
fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).into_iter().flatten() {
        let entry = entry.expect("an entry");
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("it can be copied");
    }
}

#[test]
fn every_page_is_in_the_summary_and_tested() {
    let summary = std::fs::read_to_string(Path::new(PAGES).join("SUMMARY.md")).expect("a summary");
    for entry in std::fs::read_dir(PAGES).expect("pages") {
        let name = entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned();
        assert!(
            name == "SUMMARY.md" || summary.contains(&format!("({name})")),
            "{name}"
        );
        let tested = ["SUMMARY.md", "introduction.md"].contains(&name.as_str())
            || TESTED.contains(&name.as_str());
        assert!(tested, "{name} is not tested");
    }
}

macro_rules! pages {
    ($($test:ident $name:literal)*) => {
        const TESTED: &[&str] = &[$($name),*];
        $(#[test] fn $test() { page($name); })*
    };
}

pages! {
    getting_started "getting-started.md"
    reading_the_tables "reading-the-tables.md"
    study_published_chip "study-published-chip.md"
    study_what_bounds "study-what-bounds.md"
    study_mappings "study-mappings.md"
    study_budget "study-budget.md"
    study_proof "study-proof.md"
    study_own_network "study-own-network.md"
    study_sweep "study-sweep.md"
    writing_networks "writing-networks.md"
    writing_dataflows "writing-dataflows.md"
    keeping_runs "keeping-runs.md"
}
