//! Two runs side by side.

use std::path::PathBuf;

use serde_json::Value;

use crate::{file, json, refuses, stationary, text};

/// A run in a folder of this test's own.
fn kept(name: &str, arguments: &[&str]) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("diff")
        .join(name);
    if path.exists() {
        std::fs::remove_dir_all(&path).expect("a folder of this test");
    }
    let path = path.to_str().expect("text").to_owned();
    let output = stationary(&[arguments, &["--run", &path]].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    path
}

fn differences(arguments: &[&str]) -> (Option<i32>, Value) {
    let output = stationary(&[&["diff", "--format", "json"], arguments].concat());
    let document = serde_json::from_slice(&output.stdout);
    (
        output.status.code(),
        document.unwrap_or_else(|_| panic!("{}", text(&output.stderr))),
    )
}

const RUN: [&str; 9] = [
    "simulate",
    "--arch",
    "eyeriss",
    "--network",
    "alexnet",
    "--layer",
    "conv3",
    "--layer",
    "conv4",
];

#[test]
fn a_changed_field_is_found_where_it_went_in_and_where_it_came_out() {
    let a = kept("a", &RUN);
    let b = kept("b", &[&RUN[..], &["--set", "array.cols=12"]].concat());
    let (code, answer) = differences(&[&a, &b]);
    assert_eq!((code, &answer["equal"]), (Some(1), &Value::Bool(false)));
    let inputs = answer["inputs"].as_array().expect("inputs");
    let field = inputs
        .iter()
        .find(|leaf| leaf["path"] == "accelerator.array.cols");
    let field = field.expect("the field that was set");
    assert_eq!(
        (field["a"].as_u64(), field["b"].as_u64()),
        (Some(14), Some(12))
    );
    assert_eq!(inputs.len(), 2, "the option and the field: {inputs:#?}");
    // Each layer's cycles are those of the two runs, and changes add up.
    let run = |set: &[&str]| json(&[&RUN[..], &["--format", "json"], set].concat());
    let (first, second) = (run(&[]), run(&["--set", "array.cols=12"]));
    let layers = answer["layers"].as_array().expect("layers");
    for (at, layer) in layers.iter().enumerate() {
        assert_eq!(layer["cycles"]["a"], first["layers"][at]["cycles"]);
        assert_eq!(layer["cycles"]["b"], second["layers"][at]["cycles"]);
        let number = |value: &Value| value.as_i64().expect("a number");
        let busy = |run: &Value| number(&run["layers"][at]["busy_cycles"]);
        let stalls: i64 = layer["stalls"]
            .as_array()
            .expect("stalls")
            .iter()
            .map(|s| number(&s["b"]) - number(&s["a"]))
            .sum();
        let cycles = number(&layer["cycles"]["b"]) - number(&layer["cycles"]["a"]);
        assert_eq!(
            cycles,
            busy(&second) - busy(&first) + stalls,
            "busy + stalls = cycles"
        );
    }
    let total = answer["results"]
        .as_array()
        .expect("results")
        .iter()
        .find(|leaf| leaf["path"] == "total.cycles")
        .expect("a total");
    assert_eq!(
        (&total["a"], &total["b"]),
        (&first["total"]["cycles"], &second["total"]["cycles"])
    );
    let table = text(&stationary(&["diff", &a, &b]).stdout);
    for part in ["accelerator.array.cols", "conv3", "conv4", "total"] {
        assert!(table.contains(part), "`{part}` is not in:\n{table}");
    }
    let csv = text(&stationary(&["diff", &a, &b, "--format", "csv"]).stdout);
    assert!(csv.contains("input,accelerator.array.cols,14,12,"), "{csv}");
    assert_eq!(
        csv.lines().count(),
        1 + inputs.len() + answer["results"].as_array().expect("results").len()
    );
}

#[test]
fn equal_runs_are_equal_and_a_tolerance_counts_small_changes_as_equal() {
    let a = kept("same_a", &RUN);
    let b = kept("same_b", &[&RUN[..], &["--threads", "1"]].concat());
    let (code, answer) = differences(&[&a, &b]);
    assert_eq!((code, &answer["equal"]), (Some(0), &Value::Bool(true)));
    assert_eq!(answer["inputs"], Value::Array(Vec::new()));
    let result =
        |folder: &str| std::fs::read_to_string(format!("{folder}/result.json")).expect("a result");
    let plain = file("plain.json", &result(&a));
    assert_eq!(differences(&[&a, &plain]).0, Some(0), "a folder and a file");
    let mut document: Value = serde_json::from_str(&result(&a)).expect("JSON");
    let cycles = document["layers"][0]["cycles"].as_u64().expect("a number");
    document["layers"][0]["cycles"] = (cycles + cycles / 200).into();
    let near = file("near.json", &document.to_string());
    assert_eq!(differences(&[&a, &near]).0, Some(1));
    assert_eq!(differences(&[&a, &near, "--tolerance", "0.01"]).0, Some(0));
    assert_eq!(differences(&[&a, &near, "--tolerance", "0.001"]).0, Some(1));
}

#[test]
fn layers_that_come_and_go_are_named() {
    let a = kept("layers_a", &RUN);
    let b = kept("layers_b", &[&RUN[..7], &["--layer", "conv5"]].concat());
    let (code, answer) = differences(&[&a, &b]);
    assert_eq!(code, Some(1));
    assert_eq!(answer["layers_removed"][0], "conv4");
    assert_eq!(answer["layers_added"][0], "conv5");
    assert!(
        answer["layers"].as_array().expect("layers").is_empty(),
        "conv3 is the same"
    );
}

#[test]
fn other_results_are_compared_place_by_place_and_kinds_are_not_mixed() {
    let validate = [
        "validate",
        "--arch",
        "eyeriss",
        "--network",
        "alexnet",
        "--layer",
        "conv3",
    ];
    let a = kept("validate_a", &validate);
    let b = kept(
        "validate_b",
        &[&validate[..], &["--set", "array.cols=12"]].concat(),
    );
    let (code, answer) = differences(&[&a, &b]);
    assert_eq!(code, Some(1));
    assert!(!answer["results"].as_array().expect("results").is_empty());
    assert_eq!(stationary(&["diff", &a, &b]).status.code(), Some(1));
    let run = kept("kind", &RUN);
    refuses(&["diff", &a, &run], 2, &["only runs of one kind"]);
    refuses(&["diff", &a, "nowhere.json"], 2, &["nowhere.json"]);
}

/// Two files without anything to compare are not the same result.
#[test]
fn what_is_no_result_is_not_equal() {
    for text in ["{}", "[]", "{\"schema\": \"stationary/run/1\"}"] {
        let path = file("nothing.json", text);
        refuses(&["diff", &path, &path], 2, &["nothing.json"]);
    }
}

/// What an estimate does not tell is not taken for nothing.
#[test]
fn an_estimate_tells_no_stalls() {
    let estimate: Vec<&str> = RUN
        .iter()
        .map(|word| {
            if *word == "simulate" {
                "estimate"
            } else {
                word
            }
        })
        .collect();
    let [model, machine] = [kept("model", &estimate), kept("machine", &RUN)];
    let (_, answer) = differences(&[&model, &machine]);
    for layer in answer["layers"].as_array().expect("layers") {
        assert_eq!(layer["stalls"].as_array().map(Vec::len), Some(0), "{layer}");
    }
}

#[test]
fn a_result_that_was_changed_or_is_none_is_refused() {
    let folder = kept("changed", &RUN);
    let result = PathBuf::from(&folder).join("result.json");
    let text = std::fs::read_to_string(&result).expect("a result");
    std::fs::write(&result, text.replacen("\"cycles\": ", "\"cycles\": 1", 1)).expect("a file");
    refuses(
        &["diff", &folder, &folder],
        2,
        &["it was changed since the run"],
    );
    refuses(
        &["report", &folder, "-o", "page.html"],
        2,
        &["it was changed since the run"],
    );
    let other = file("pizza.json", &text.replace("stationary/run/1", "pizza"));
    refuses(&["diff", &other, &other], 2, &["found the schema `pizza`"]);
}
