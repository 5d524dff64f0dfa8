//! A simulation that is interrupted goes on from its file, to the result that it would have had.

use std::process::Command;

use serde_json::Value;

use crate::interrupt::{folder, start, wait_for};
use crate::text;

/// Minutes of work of every cycle, and a second of it otherwise.
const RUN: [&str; 10] = [
    "simulate",
    "--arch",
    "eyeriss",
    "--network",
    "alexnet",
    "--set",
    "dram.kind=ddr4-2400",
    "--format",
    "json",
    "--quiet",
];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    RUN.iter().chain(more).copied().collect()
}

#[test]
fn an_interrupted_simulation_goes_on_from_its_file() {
    let folder = folder("checkpoint");
    let file = folder.join("run.json");
    let slow = with(&[
        "--pace",
        "every-cycle",
        "--checkpoint",
        "run.json",
        "--checkpoint-interval",
        "1",
    ]);
    let mut child = start(&folder, &slow);
    wait_for(&mut child, &file, "\"machine\":");
    let signal = format!("kill -INT {}", child.id());
    let sent = Command::new("sh").args(["-c", &signal]).status();
    assert!(sent.expect("a shell").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    assert!(output.stdout.is_empty(), "there is no result yet");
    let said = text(&output.stderr);
    assert!(
        said.contains("run.json holds how far the run is ("),
        "{said}"
    );

    let kept: Value = serde_json::from_slice(&std::fs::read(&file).expect("it was kept"))
        .expect("a checkpoint is JSON");
    assert_eq!(kept["schema"], "stationary/checkpoint/1");
    let layers = kept["layers"].as_object().expect("layers by name");
    let begun = layers.values().any(|layer| {
        let state = &layer["machine"]["state"]["mapped"];
        state["now"].as_u64().is_some_and(|cycle| cycle > 0)
    });
    assert!(begun, "the machine was somewhere in a layer");

    // It goes on at another pace, to the figures of a run in one go.
    let rest = start(&folder, &with(&["--checkpoint", "run.json"]));
    let rest = rest.wait_with_output().expect("it ends");
    assert!(rest.status.success(), "{}", text(&rest.stderr));
    assert!(!file.exists(), "what is done needs no checkpoint");
    let whole = start(&folder, &RUN).wait_with_output().expect("it ends");
    assert_eq!(rest.stdout, whole.stdout);
}

#[test]
fn what_is_no_checkpoint_of_the_run_is_refused() {
    let folder = folder("other-checkpoint");
    let refused = |arguments: &[&str], expected: &str| {
        let output = start(&folder, arguments);
        let output = output.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(2));
        let said = text(&output.stderr);
        assert!(said.contains(expected), "{said}");
    };
    let file = folder.join("run.json");
    std::fs::write(&file, "layers: []").expect("the folder can be written");
    let run = with(&["--checkpoint", "run.json"]);
    refused(&run, "run.json: no checkpoint of a simulation");

    let slow = with(&[
        "--pace",
        "every-cycle",
        "--checkpoint",
        "run.json",
        "--checkpoint-interval",
        "1",
    ]);
    std::fs::remove_file(&file).expect("it is there");
    let mut child = start(&folder, &slow);
    wait_for(&mut child, &file, "\"machine\":");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    let kept = std::fs::read_to_string(&file).expect("it is there");
    refused(
        &[&run[..], &["--set", "array.rows=10"]].concat(),
        "run.json: a checkpoint on another accelerator",
    );
    refused(
        &[&run[..], &["--objective", "energy"]].concat(),
        "has another mapping here than now",
    );
    let changed = kept.replacen("\"now\":", "\"now\":1", 1);
    assert_ne!(changed, kept);
    std::fs::write(&file, changed).expect("the folder can be written");
    refused(&run, "run.json: a checkpoint that is not as it was written");
    let changed = kept.replacen(env!("CARGO_PKG_VERSION"), "99.0.0", 1);
    std::fs::write(&file, changed).expect("the folder can be written");
    refused(&run, "run.json: a checkpoint of version 99.0.0");
}
