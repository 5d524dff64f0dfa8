//! Dataflows of one's own: run on every verb, written into mappings and certificates, refused with reasons.

use serde_json::Value;

use crate::certify::{certificate, verify};
use crate::{file, json, refuses, stationary, text};

const TINY: &str = "name: tiny\nsource: made up\nlayers:\n  - {name: conv, conv: {input: 10, channels: [6, 12], kernel: 3, pad: 1}}\n";
/// Rows of the kernel on rows of the array, and what no bundled dataflow has: outputs in columns of PEs.
const MINE: &str =
    "name: mine\ntitle: filters stream\nrows: [R, C]\ncols: [P]\nbeats: [K]\nlocal: [S, Q]\n";

fn mine() -> String {
    file("mine.yaml", MINE)
}

fn run<'a>(verb: &[&'a str], network: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let inputs = ["--arch", "eyeriss", "--network", network];
    [verb, &inputs, more].concat()
}

#[test]
fn it_runs_on_every_verb() {
    let (mine, tiny) = (mine(), file("tiny.yaml", TINY));
    let own = ["--dataflow", &mine, "--format", "json"];
    let estimate = json(&run(&["estimate"], &tiny, &own));
    assert_eq!(estimate["dataflow"], "mine");
    let simulate = json(&run(&["simulate"], &tiny, &own));
    assert_eq!(simulate["total"]["macs"], estimate["total"]["macs"]);
    let functional = json(&run(&["simulate", "--functional"], &tiny, &own));
    assert_eq!(functional["dataflow"], "mine");
    assert_eq!(functional["layers"][0]["wrong"], 0);
    let validate = json(&run(&["validate"], &tiny, &own));
    assert_eq!(validate["dataflows"][0]["dataflow"], "mine");
    // The same loops under another name are the same machine at work.
    let ws = stationary(&["show", "dataflow", "ws"]);
    let copy = file(
        "copy.yaml",
        &text(&ws.stdout).replace("name: ws", "name: copy"),
    );
    let on = |dataflow: &str| -> Value {
        let arguments = ["simulate", "--arch", "tpu-v1", "--network", &tiny];
        json(
            &[
                &arguments[..],
                &["--dataflow", dataflow, "--format", "json"],
            ]
            .concat(),
        )
    };
    assert_eq!(on("ws")["total"], on(&copy)["total"]);
}

#[test]
fn mappings_and_certificates_carry_it() {
    let (mine, tiny) = (mine(), file("tiny.yaml", TINY));
    let shown = stationary(&[
        "show",
        "mapping",
        "eyeriss",
        "--network",
        &tiny,
        "--dataflow",
        &mine,
    ]);
    let mapping = file("mine-mapping.yaml", &text(&shown.stdout));
    let given = json(&run(
        &["simulate"],
        &tiny,
        &["--mapping", &mapping, "--format", "json"],
    ));
    let chosen = json(&run(
        &["simulate"],
        &tiny,
        &["--dataflow", &mine, "--format", "json"],
    ));
    assert_eq!(given["total"], chosen["total"]);
    assert_eq!(given["dataflow"], "mine");
    let search = ["search", "map", "--arch", "eyeriss", "--network", &tiny];
    let proved = certificate(&search, &["--dataflow", &mine], "mine.json");
    assert_eq!(proved["inputs"]["dataflow"]["beats"][0], "K");
    assert_eq!(
        verify(&proved, &[], "mine-again.json"),
        (true, String::new())
    );
    let mut forged = proved;
    forged["inputs"]["dataflow"]["local"] = Value::from(vec!["S"]);
    let (holds, broken) = verify(&forged, &[], "mine-forged.json");
    assert!(!holds, "another dataflow has other candidates: {broken}");
}

#[test]
fn what_is_shown_is_read_back() {
    for name in ["ws", "os", "rs", "is"] {
        let shown = stationary(&["show", "dataflow", name]);
        let path = file(&format!("{name}.yaml"), &text(&shown.stdout));
        assert_eq!(
            stationary(&["show", "dataflow", &path]).stdout,
            shown.stdout
        );
    }
    let schema = json(&["schema", "dataflow"]);
    assert_eq!(schema["title"], "Dataflow of stationary");
}

#[test]
fn what_cannot_run_is_told() {
    let tiny = file("tiny.yaml", TINY);
    let wrong = file("wrong.yaml", &MINE.replace("beats: [K]", "beats: [K, P]"));
    refuses(
        &run(&["estimate"], &tiny, &["--dataflow", &wrong]),
        2,
        &[
            "wrong.yaml:4:8: cols: found P, which advances with beats; allowed: dimensions that do not",
        ],
    );
    let wrong = file("wrong.yaml", &MINE.replace("beats: [K]", "beats: [K, N]"));
    refuses(
        &run(&["estimate"], &tiny, &["--dataflow", &wrong]),
        2,
        &[
            "wrong.yaml:5:8: beats: found [K, N], with which every operand moves; allowed: some of N, P, Q",
            "5 | beats: [K, N]",
        ],
    );
    let wrong = file("wrong.yaml", &MINE.replace("local", "locale"));
    refuses(
        &run(&["estimate"], &tiny, &["--dataflow", &wrong]),
        2,
        &[
            "wrong.yaml:6:1: unknown field `locale`",
            "did you mean `local`?",
        ],
    );
    refuses(
        &[
            "estimate",
            "--arch",
            "vta",
            "--network",
            &tiny,
            "--dataflow",
            &mine(),
        ],
        2,
        &["vta", "instructions control it"],
    );
    refuses(
        &run(&["estimate"], &tiny, &["--dataflow", "wz"]),
        2,
        &["--dataflow wz: ", "allowed: ws, os, rs, is, or a YAML file"],
    );
}

/// A folder keeps the file, and refuses to go on with another.
#[test]
fn a_run_keeps_it() {
    let (mine, tiny) = (mine(), file("tiny.yaml", TINY));
    let folder = mine.replace("mine.yaml", "own-dataflow-run");
    if std::path::Path::new(&folder).exists() {
        std::fs::remove_dir_all(&folder).expect("a folder of this test");
    }
    let arguments = run(
        &["estimate"],
        &tiny,
        &["--dataflow", &mine, "--run", &folder],
    );
    assert!(stationary(&arguments).status.success());
    let kept = std::fs::read_to_string(format!("{folder}/inputs/dataflow.mine.yaml"));
    assert_eq!(kept.expect("its copy"), MINE);
}

#[test]
fn a_new_dataflow_runs_as_it_is_and_says_how_it_is_written() {
    let written = text(&stationary(&["new", "flow", "--dataflow"]).stdout);
    let comments = written.lines().filter(|line| line.contains('#')).count();
    assert!(
        written.contains("name: 'flow'") && comments > 8,
        "{written}"
    );
    let (flow, tiny) = (file("flow.yaml", &written), file("tiny.yaml", TINY));
    for arch in ["eyeriss", "shidiannao", "nvdla-small"] {
        let inputs = ["--arch", arch, "--network", &tiny, "--dataflow", &flow];
        let simulated = json(&[&["simulate"], &inputs[..], &["--format", "json"]].concat());
        assert_eq!(simulated["dataflow"], "flow", "{arch}");
        assert!(simulated["total"]["cycles"].as_u64() > Some(0), "{arch}");
    }
    refuses(
        &["new", "ws", "--dataflow"],
        2,
        &["found `ws`", "a name of its own"],
    );
    refuses(
        &["new", "two words", "--dataflow"],
        2,
        &["allowed: letters, digits, `-` and `_`"],
    );
}
