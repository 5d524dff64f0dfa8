//! Ctrl-C and SIGTERM in every command that may take long: the exit code of a shell, and no file that is
//! half written.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::interrupt::{folder, start, wait_for};
use crate::{file, text};

fn signal(child: &Child, name: &str) {
    let kill = format!("kill -{name} {}", child.id());
    let status = Command::new("sh").args(["-c", &kill]).status();
    assert!(status.expect("a shell").success(), "{kill}");
}

/// Lets a command run for a while, and ends it.
fn ended_by(name: &str, folder: &Path, arguments: &[&str]) -> Output {
    let mut child = start(folder, arguments);
    // Signals are listened for before anything else is done.
    std::thread::sleep(Duration::from_millis(400));
    let status = child.try_wait().expect("a child");
    assert!(
        status.is_none(),
        "{arguments:?} ended with {status:?} by itself"
    );
    signal(&child, name);
    let sent = Instant::now();
    let output = child.wait_with_output().expect("it ends");
    assert!(sent.elapsed() < Duration::from_secs(20), "{arguments:?}");
    output
}

fn pipe(folder: &Path) -> String {
    let path = folder.join("pipe");
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.expect("a system with pipes").success());
    path.to_str().expect("text").to_owned()
}

/// Everything in a folder, by name.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder of this test");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// Layers that are all different, and large.
fn many() -> String {
    let mut network = "name: many\nsource: made up\nlayers:\n".to_owned();
    for at in 0..400 {
        let channels = 256 + at;
        network.push_str(&format!(
            "  - {{name: l{at}, conv: {{input: 56, channels: [{channels}, 512], kernel: 3, pad: 1}}}}\n"
        ));
    }
    file("many.yaml", &network)
}

#[test]
fn every_long_command_ends_as_a_shell_expects() {
    let many = many();
    let on = ["--arch", "eyeriss", "--network", &many, "--run", "kept"];
    let trace = ["--trace", "out.json"];
    let costs = [
        "search",
        "assign",
        "--network",
        &many,
        "--export",
        "out.csv",
    ];
    let endless = ["dram", "--dram", "ddr4-2400", "--trace"];
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let commands: [(&str, Vec<&str>); 6] = [
            ("estimate", [&["estimate"][..], &on].concat()),
            ("simulate", [&["simulate"][..], &on, &trace].concat()),
            ("validate", [&["validate"][..], &on].concat()),
            ("costs", costs.to_vec()),
            ("dram", endless.to_vec()),
            ("verify", vec!["verify"]),
        ];
        for (what, mut arguments) in commands {
            let folder = folder(&format!("{what}{name}"));
            // Nothing comes through it, but somebody might still write.
            let pipe = pipe(&folder);
            let mut writer = Command::new("sh")
                .args(["-c", "exec sleep 60 > \"$0\"", &pipe])
                .stdin(Stdio::null())
                .spawn()
                .expect("a shell");
            if ["dram", "verify"].contains(&what) {
                arguments.push(&pipe);
            }
            let output = ended_by(name, &folder, &arguments);
            writer.kill().expect("it was started here");
            writer.wait().expect("it ends");
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(code), "{what}: {said}");
            assert!(said.contains("interrupted before"), "{what}: {said}");
            assert!(output.stdout.is_empty(), "{what}");
            let left = names(&folder);
            let is_whole = |name: &String| ["kept", "pipe"].contains(&name.as_str());
            assert!(left.iter().all(is_whole), "{what}: {left:?}");
        }
    }
}

/// Whatever a search shows on Ctrl-C it shows on SIGTERM.
#[test]
fn a_search_that_is_to_end_shows_the_best_so_far() {
    let folder = folder("terminated");
    let arguments = [
        "search",
        "codesign",
        "--network",
        "resnet18",
        "--optimizer",
        "genetic",
        "--measurements",
        "4000",
        "--format",
        "json",
        "--run",
        "kept",
        "-o",
        "schedules.yaml",
    ];
    let mut child = start(&folder, &arguments);
    wait_for(
        &mut child,
        &folder.join("kept/evaluations.jsonl"),
        "\"point\"",
    );
    signal(&child, "TERM");
    let output = child.wait_with_output().expect("it ends");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(143), "{said}");
    assert!(said.contains("a second signal ends at once"), "{said}");
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["stop"], "interrupted");
    assert_eq!(found["best"]["feasible"], true);
    let schedules = std::fs::read_to_string(folder.join("schedules.yaml"));
    assert!(schedules.expect("it was written").ends_with('\n'));
    assert_eq!(names(&folder), ["kept", "schedules.yaml"]);
}

/// A link stays one, and what is no file is written to as it is.
#[test]
fn what_is_written_goes_where_it_is_meant_to() {
    let folder = folder("written");
    let place = |name: &str| -> PathBuf { folder.join(name) };
    std::fs::write(place("real.yaml"), "old").expect("a folder of this test");
    std::os::unix::fs::symlink("real.yaml", place("link.yaml")).expect("links");
    let layer = ["--network", "alexnet", "--layer", "conv5"];
    let first = ["search", "map", "--arch", "systolic"];
    for to in ["link.yaml", "/dev/null"] {
        let arguments = [&first[..], &layer, &["-o", to]].concat();
        let output = start(&folder, &arguments).wait_with_output();
        let output = output.expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
    assert!(place("link.yaml").is_symlink());
    let written = std::fs::read_to_string(place("real.yaml")).expect("it is there");
    assert!(written.contains("conv5"), "{written}");
    assert_eq!(names(&folder), ["link.yaml", "real.yaml"]);
}
