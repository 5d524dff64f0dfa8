//! Sweeps: plans and what is wrong in them, points, records that go on, shards.

use std::collections::HashSet;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::answers::model;
use crate::{file, json, refuses, stationary, text};

const TINY: &str = "name: tiny
layers:
  - {name: a, conv: {input: 8, channels: [4, 8], kernel: 3, pad: 1}}
  - {name: b, conv: {input: 8, channels: [8, 16], kernel: 1}}
  - {name: c, conv: {input: 8, channels: [4, 8], kernel: 3, pad: 1}}
";

/// A plan of a tiny network with these lines besides.
fn plan_of(name: &str, more: &str) -> String {
    let network = file("tiny.yaml", TINY);
    file(name, &format!("arch: systolic\nnetwork: {network}\n{more}"))
}

const GRID: &str = "set: {array.cols: 4, dram.kind: bandwidth}
axes:
  array.rows: {from: 2, to: 8, times: 2}
  global_buffer.kib: [1, 2]
  clock_mhz: {from: 100, to: 200, step: 50}
objectives: [seconds, energy, area]
";

fn sweep(plan: &str, more: &[&str]) -> Value {
    json(&[&["sweep", plan, "-q", "--format", "json"], more].concat())
}

fn numbers(values: &Value) -> Vec<u64> {
    let values = values.as_array().expect("a list");
    values
        .iter()
        .map(|value| value.as_u64().expect("a number"))
        .collect()
}

#[test]
fn a_grid_has_the_figures_of_estimate() {
    let plan = plan_of("plan.yaml", GRID);
    let found = sweep(&plan, &[]);
    assert_eq!(found["schema"], "stationary/sweep/1");
    let points = found["points"].as_array().expect("points");
    assert_eq!(points.len(), 3 * 2 * 3);
    let network = file("tiny.yaml", TINY);
    for at in [0, 7, 17] {
        let values = points[at]["values"].as_array().expect("values");
        let names = ["array.rows", "global_buffer.kib", "clock_mhz"];
        let mut sets = vec!["array.cols=4".to_owned(), "dram.kind=bandwidth".to_owned()];
        sets.extend(
            names
                .iter()
                .zip(values)
                .map(|(name, value)| format!("{name}={value}")),
        );
        let mut arguments = vec!["estimate", "--arch", "systolic", "--network", &network];
        for set in &sets {
            arguments.extend(["--set", set]);
        }
        arguments.extend(["--format", "json", "-q"]);
        let total = &json(&arguments)["total"];
        let figures = points[at]["figures"].as_object().expect("figures");
        for field in [
            "cycles",
            "seconds",
            "energy_pj",
            "edp_js",
            "area_um2",
            "average_power_mw",
        ] {
            assert_eq!(figures[field], total[field], "{sets:?}: {field}");
        }
    }
    // The best of each objective is on the front.
    let front = numbers(&found["front"]);
    let best = found["best"].as_object().expect("the best");
    assert_eq!(best.len(), 3);
    for (objective, number) in best {
        assert!(
            front.contains(&number.as_u64().expect("a number")),
            "{objective}"
        );
    }
}

#[test]
fn machine_and_dataflows_and_networks_vary_too() {
    let other = TINY.replace("tiny", "other").replace("8, 16", "8, 4");
    let other = file("other.yaml", &other);
    let network = file("tiny.yaml", TINY);
    let plan = file(
        "plan.yaml",
        &format!(
            "verb: simulate\nset: {{array.rows: 4, array.cols: 4}}\naxes:\n  arch: [systolic, systolic-rtl]\n  \
             network: [{network}, {other}]\n  dataflow: [ws, os]\n  batch: [1, 2]\n"
        ),
    );
    let found = sweep(&plan, &[]);
    let points = found["points"].as_array().expect("points");
    assert_eq!(points.len(), 16);
    let cycles = |at: usize| points[at]["figures"]["cycles"].as_u64().expect("it ran");
    let simulated = json(&[
        "simulate",
        "--arch",
        "systolic",
        "--network",
        &network,
        "--dataflow",
        "os",
        "--batch",
        "2",
        "--set",
        "array.rows=4",
        "--set",
        "array.cols=4",
        "--format",
        "json",
        "-q",
    ]);
    assert_eq!(
        cycles(3),
        simulated["total"]["cycles"].as_u64().expect("it ran")
    );
    assert!(cycles(1) > cycles(0), "two images take longer than one");
}

#[test]
fn constraints_and_draws_choose_points() {
    let axes =
        "axes:\n  array.rows: {from: 1, to: 8, step: 1}\n  array.cols: {from: 1, to: 8, step: 1}\n";
    let held = |point: &Value| {
        let values = numbers(&point["values"]);
        values[0] * values[1] <= 16 && values[0] >= values[1]
    };
    let constraint = "where: [array.rows * array.cols <= 16, array.rows >= array.cols]\n";
    for (points, count) in [
        ("", 1 + 2 + 3 + 4 + 3 + 2 + 2 + 2),
        ("points: {random: 7, seed: 3}\n", 7),
        ("points: {sobol: 7, seed: 3}\n", 7),
    ] {
        let plan = plan_of("plan.yaml", &format!("{axes}{constraint}{points}"));
        let found = sweep(&plan, &[]);
        let points = found["points"].as_array().expect("points");
        assert_eq!(points.len(), count);
        assert!(points.iter().all(held));
        let distinct: HashSet<String> = points.iter().map(|p| p["values"].to_string()).collect();
        assert_eq!(distinct.len(), count);
    }
}

#[test]
fn a_point_that_cannot_run_is_a_record() {
    let plan = plan_of(
        "plan.yaml",
        "axes:\n  array.rows: [0, 4]\n  dataflow: [ws, rs]\n",
    );
    let found = sweep(&plan, &[]);
    let points = found["points"].as_array().expect("points");
    assert_eq!(points.len(), 4);
    let errors: Vec<&str> = points
        .iter()
        .map(|p| p["error"].as_str().unwrap_or(""))
        .collect();
    assert!(errors[0].contains("array.rows: found 0"), "{errors:?}");
    assert_eq!(errors[2], "");
    assert!(errors[3].contains("does not offer it"), "{errors:?}");
    let failed = found["failed"].as_array().expect("failures");
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert_eq!(failed[0]["points"], 2);
    // Not one that runs: the answer is no.
    let none = plan_of("none.yaml", "axes: {array.rows: [0]}\n");
    let output = stationary(&["sweep", &none, "-q"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("1 point cannot run, such as point 0"));
}

#[test]
fn what_is_wrong_in_a_plan_has_its_place() {
    let refused =
        |more: &str, parts: &[&str]| refuses(&["sweep", &plan_of("bad.yaml", more)], 2, parts);
    refused(
        "axes: {array.rowz: [1]}\n",
        &["bad.yaml:3:", "no field `rowz`", "did you mean `rows`?"],
    );
    refused(
        "axes:\n  array.rows: [4, x]\n",
        &["bad.yaml:4:19", "axes.array.rows.1", "whole number"],
    );
    refused(
        "axes: {batch: [1]}\nbatch: 2\n",
        &["axes.batch", "fixed and an axis"],
    );
    refused("axes: {batch: [1, 1]}\n", &["axes.batch", "value 1 twice"]);
    refused(
        "axes: {dataflow: [xx]}\n",
        &["unknown dataflow `xx`; allowed: ws, os, rs, is"],
    );
    refused(
        "axes: {batch: [1]}\nset: {array.rox: 2}\n",
        &["set.array.rox", "no field `rox`"],
    );
    refused(
        "axes: {array.rows: [1]}\nwhere:\n  - array.row < 3\n",
        &[
            "bad.yaml:5:5",
            "where.0",
            "`array.row` is neither an axis nor set",
        ],
    );
    refused(
        "axes: {array.rows: [4]}\nwhere: [array.rows < 3]\n",
        &["no combination of the axes keeps"],
    );
    refused(
        "axes: {batch: [1]}\npoints: {randm: 3}\n",
        &["bad.yaml:4:", "points: ", "{random: POINTS"],
    );
    refused(
        "axes: {batch: [1]}\nobjectives: [cycels]\n",
        &["cycels", "did you mean `cycles`?"],
    );
    refused(
        "axs: {batch: [1]}\n",
        &["unknown field `axs`", "did you mean `axes`?"],
    );
    refused("{}", &["bad.yaml"]);
    refused("batch: 1\n", &["nothing varies"]);
    let missing = file("missing.yaml", "axes: {batch: [1]}\n");
    refuses(
        &["sweep", &missing],
        2,
        &["arch: missing", "network: missing"],
    );
    refuses(&["sweep"], 2, &["<PLAN>"]);
    let good = plan_of("plan.yaml", "axes: {batch: [1]}\n");
    for shard in ["0/2", "3/2", "1", "1/0"] {
        refuses(&["sweep", &good, "--shard", shard], 2, &["such as 3/16"]);
    }
}

#[test]
fn threads_and_kills_change_no_byte() {
    let plan = plan_of("plan.yaml", GRID);
    let whole = |more: &[&str]| {
        let output = stationary(&[&["sweep", &plan, "-q", "--format", "json"], more].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        output.stdout
    };
    let record = file("whole.jsonl", "");
    std::fs::remove_file(&record).expect("it was just written");
    let expected = whole(&["--threads", "1", "--record", &record]);
    assert_eq!(whole(&["--threads", "3"]), expected);
    let lines = std::fs::read(&record).expect("a record");
    // At any byte: in the head, between lines, within one.
    for at in (0..lines.len())
        .step_by(lines.len() / 9)
        .chain([1, lines.len() - 1])
    {
        let cut = file("cut.jsonl", "");
        std::fs::write(&cut, &lines[..at]).expect("the folder can be written");
        let resumed = whole(&["--threads", "2", "--resume", &cut, "--record", &cut]);
        assert_eq!(resumed, expected, "cut at {at}");
        assert_eq!(std::fs::read(&cut).expect("a record"), lines, "cut at {at}");
    }
    let other = plan_of("other.yaml", &GRID.replace("[1, 2]", "[1, 4]"));
    let wrong = ["sweep", &other, "--resume", &record];
    refuses(
        &wrong,
        2,
        &["found plan", "the record is of another search"],
    );
}

#[test]
fn a_killed_sweep_goes_on_in_its_folder() {
    let plan = plan_of("plan.yaml", GRID);
    let folder = file("kept/x", "").replace("/x", "");
    std::fs::remove_dir_all(&folder).expect("it was just made");
    let arguments = ["sweep", &plan, "-q", "--format", "json", "--run", &folder];
    let mut child = Command::new(env!("CARGO_BIN_EXE_stationary"))
        .args(arguments)
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary runs");
    let journal = format!("{folder}/evaluations.jsonl");
    let lines = || {
        std::fs::read_to_string(&journal)
            .unwrap_or_default()
            .lines()
            .count()
    };
    while lines() < 3 && child.try_wait().expect("the child can be asked").is_none() {
        std::thread::yield_now();
    }
    child.kill().expect("the child can be killed");
    child.wait().expect("the child ends");
    let expected = stationary(&arguments[..5]).stdout;
    assert_eq!(stationary(&arguments).stdout, expected);
    let kept = std::fs::read(format!("{folder}/result.json")).expect("the result");
    assert_eq!(kept, expected);
}

#[test]
fn shards_merge_to_the_whole() {
    let plan = plan_of("plan.yaml", GRID);
    let whole = sweep(&plan, &[]);
    let mut parts = Vec::new();
    for index in 1..=4 {
        let part = file(&format!("part{index}.json"), "");
        let found = sweep(&plan, &["--shard", &format!("{index}/4"), "-o", &part]);
        let first = found["points"][0]["point"].as_u64();
        assert_eq!(first, Some(index - 1));
        parts.push(part);
    }
    parts.reverse();
    let merge = |parts: &[String]| -> Vec<String> {
        let words = ["sweep", "merge"].map(str::to_owned);
        words.into_iter().chain(parts.iter().cloned()).collect()
    };
    let run = |parts: &[String]| -> Value {
        let words = merge(parts);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        json(&[&words[..], &["--format", "json"]].concat())
    };
    assert_eq!(run(&parts).to_string(), whole.to_string());
    let refused = |parts: &[String], said: &[&str]| {
        let words = merge(parts);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        refuses(&words, 2, said);
    };
    refused(&parts[..3], &["missing shards: 1/4"]);
    refused(
        &[&parts[..], &parts[..1]].concat(),
        &["shard 4 of 4, which", "is too"],
    );
    let other = plan_of("other.yaml", &GRID.replace("[1, 2]", "[1, 4]"));
    let strange = file("strange.json", "");
    sweep(&other, &["--shard", "1/4", "-o", &strange]);
    refused(
        &[&parts[..3], &[strange]].concat(),
        &["a shard of another plan"],
    );
    let all = file("whole.json", "");
    sweep(&plan, &["-o", &all]);
    refused(&[all], &["the whole of a sweep; needed shards"]);
}

/// Figures for a part of a network say which, in each form; for too little of one the exit code is 1.
#[test]
fn a_part_of_a_network_is_named() {
    let plan = plan_of("part.yaml", "layers: [b]\naxes: {array.rows: [4, 8]}\n");
    let found = sweep(&plan, &[]);
    let picked = &found["networks"][0]["coverage"]["picked"];
    assert_eq!((&picked["layers"], &picked["of"]), (&1.into(), &3.into()));
    let shown = text(&stationary(&["sweep", &plan]).stdout);
    assert!(shown.contains(", 1 of 3 layers ("), "{shown}");

    let half = model("sweep.half.onnx");
    let of_half = |more: &str| {
        let text =
            format!("arch: gemmini\nnetwork: {half}\n{more}axes: {{clock_mhz: [500, 1000]}}\n");
        stationary(&["sweep", &file("half.yaml", &text)])
    };
    let output = of_half("");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("since 1 operator left out"));
    let shown = text(&output.stdout);
    assert!(
        shown.contains("of the MACs; operators left out: 1"),
        "{shown}"
    );
    let output = of_half("partial: true\n");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn a_sweep_has_lines_and_a_page() {
    let plan = plan_of("plan.yaml", GRID);
    let csv = text(&stationary(&["sweep", &plan, "-q", "--format", "csv"]).stdout);
    let mut lines = csv.lines();
    let header = lines.next().expect("a header");
    assert!(
        header.starts_with("point,arch,network,") && header.ends_with(",coverage_macs"),
        "{header}"
    );
    assert_eq!(lines.count(), 18);
    let document = file("sweep.json", "");
    sweep(&plan, &["-o", &document]);
    let page = file("sweep.html", "");
    let output = stationary(&["report", &document, "-o", &page]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let page = std::fs::read_to_string(&page).expect("a page");
    for said in [
        "Pareto front",
        "Parallel coordinates",
        "Two axes",
        "Least energy",
    ] {
        assert!(page.contains(said), "{said}");
    }
    // Of nothing but failures there is a page as well.
    let none = plan_of("none.yaml", "axes: {array.rows: [0]}\n");
    let failed = stationary(&["sweep", &none, "-q", "-o", &document]);
    assert_eq!(failed.status.code(), Some(1));
    let output = stationary(&["report", &document, "-o", &file("none.html", "")]);
    assert!(output.status.success(), "{}", text(&output.stderr));
}
