//! Records of searches, and going on from them.

use std::process::{Command, Stdio};

use crate::{file, json, refuses, stationary, text};

const COSTS: &str = "search/tests/data/mobilenet_v2_dla.csv";
const LIMITS: [&str; 4] = ["--epochs", "3", "--evaluations", "150"];

fn arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let common = [
        "search", "assign", "--table", COSTS, "--budget", "area=iot", "--format", "json",
    ];
    [&common[..], more].concat()
}

fn optimizers() -> Vec<String> {
    let listed = stationary(&["list", "optimizers", "--format", "csv"]);
    let lines = text(&listed.stdout);
    let names = lines
        .lines()
        .map(|line| line.split(',').next().unwrap_or(line).to_owned());
    names
        .filter(|name| name != "name" && name != "optimizer")
        .collect()
}

fn run(more: &[&str]) -> Vec<u8> {
    let output = stationary(&arguments(more));
    assert!(
        output.status.success(),
        "{more:?}: {}",
        text(&output.stderr)
    );
    output.stdout
}

#[test]
fn every_optimiser_goes_on_to_the_same_end() {
    let names = optimizers();
    assert!(
        names.len() >= 6 && names.contains(&"exact".to_owned()),
        "{names:?}"
    );
    for name in names {
        let record = file(&format!("{name}.jsonl"), "");
        let own = [&["--optimizer", &name][..], &LIMITS].concat();
        let whole = run(&[&own[..], &["--threads", "1", "--record", &record]].concat());
        let lines = std::fs::read_to_string(&record).expect("a record");
        assert!(
            lines.lines().count() >= 2,
            "{name}: a head and an evaluation"
        );
        let half = file(&format!("{name}.half.jsonl"), &lines[..lines.len() / 2]);
        let resumed = ["--threads", "2", "--resume", &half, "--record", &half];
        assert_eq!(run(&[&own[..], &resumed].concat()), whole, "{name}");
        assert_eq!(
            std::fs::read_to_string(&half).expect("a record"),
            lines,
            "{name}"
        );
    }
}

#[test]
fn a_killed_run_goes_on() {
    let record = file("killed.jsonl", "");
    let own = ["--optimizer", "confuciux", "--epochs", "24", "--seed", "5"];
    let mut child = Command::new(env!("CARGO_BIN_EXE_stationary"))
        .args(arguments(&[&own[..], &["--record", &record]].concat()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    let lines = || {
        std::fs::read_to_string(&record)
            .unwrap_or_default()
            .lines()
            .count()
    };
    while lines() < 8 && child.try_wait().expect("the child can be asked").is_none() {
        std::thread::yield_now();
    }
    child.kill().expect("the child can be killed");
    child.wait().expect("the child ends");
    assert!(lines() >= 8, "batches are written as they are evaluated");
    let resumed = run(&[&own[..], &["--resume", &record]].concat());
    assert_eq!(resumed, run(&own));
}

#[test]
fn records_of_other_runs_are_refused() {
    let record = file("seed.jsonl", "");
    let own = ["--optimizer", "genetic", "--evaluations", "120"];
    run(&[&own[..], &["--record", &record]].concat());
    let other = arguments(&[&own[..], &["--seed", "9", "--resume", &record]].concat());
    refuses(&other, 2, &["seed.jsonl:1", "seed", "9"]);
    let lines = std::fs::read_to_string(&record).expect("a record");
    let mut swapped: Vec<&str> = lines.split_inclusive('\n').collect();
    swapped.swap(1, 2);
    let swapped = file("swapped.jsonl", &swapped.concat());
    let swapped = arguments(&[&own[..], &["--resume", &swapped]].concat());
    refuses(&swapped, 2, &["evaluation 1 ", "another point"]);
    let changed = file("changed.jsonl", &lines.replacen("[", "[1,", 1));
    let changed = arguments(&[&own[..], &["--resume", &changed]].concat());
    refuses(&changed, 2, &["changed.jsonl:2", "damaged"]);
    let garbage = file("garbage.jsonl", "nonsense\n");
    let garbage = arguments(&[&own[..], &["--resume", &garbage]].concat());
    refuses(&garbage, 2, &["garbage.jsonl:1", "no whole line"]);
}

#[test]
fn bad_tables_and_presets_are_refused() {
    let header = "layer,pe,tile,latency_cycles,energy_nj,area_um2,power_mw\n";
    for (name, rows, parts) in [
        (
            "gap.csv",
            "0,1,1,5,1,1,1\n2,1,1,5,1,1,1\n",
            ["gap.csv", "layer"],
        ),
        ("nan.csv", "0,1,1,5,NaN,1,1\n", ["nan.csv:2", "energy_nj"]),
        (
            "negative.csv",
            "0,1,1,5,1,-1,1\n",
            ["negative.csv:2", "area_um2"],
        ),
    ] {
        let path = file(name, &format!("{header}{rows}"));
        for optimizer in ["exact", "confuciux"] {
            let arguments = [
                "search",
                "assign",
                "--table",
                &path,
                "--optimizer",
                optimizer,
            ];
            refuses(&arguments, 2, &parts);
        }
    }
    let preset = arguments(&["--optimizer", "confuciux", "--preset", "tund"]);
    refuses(&preset, 2, &["tund", "did you mean `tuned`?"]);
    let short = arguments(&["--shapes", "alexnet"]);
    refuses(&short, 2, &["--shapes", "8 layers", "52"]);
}

#[test]
fn an_infeasible_budget_is_an_answer_of_every_optimiser() {
    for optimizer in optimizers() {
        let arguments = [
            "search",
            "assign",
            "--table",
            COSTS,
            "--budget",
            "area=1e12",
            "--optimizer",
            &optimizer,
            "--format",
            "json",
        ];
        let output = stationary(&arguments);
        assert_eq!(output.status.code(), Some(1), "{optimizer}");
        assert!(
            text(&output.stdout).contains("\"shortfalls\""),
            "{optimizer}"
        );
    }
}

#[test]
fn the_recheck_shows_how_the_ranking_changed() {
    let arguments = [
        "search",
        "assign",
        "--network",
        "alexnet",
        "--layer",
        "0",
        "--layer",
        "1",
        "--pes",
        "4,8,16",
        "--tiles",
        "1-4",
        "--budget",
        "area=cloud",
        "--optimizer",
        "random",
        "--evaluations",
        "40",
        "--recheck",
        "4",
        "--format",
        "json",
    ];
    let answer = json(&arguments);
    let ranks = answer["ranking"]["model_ranks"].as_array().expect("ranks");
    let mut sorted: Vec<u64> = ranks.iter().map(|r| r.as_u64().expect("a rank")).collect();
    let turned = (0..4).flat_map(|a| (a + 1..4).map(move |b| (a, b)));
    let turned = turned.filter(|&(a, b)| sorted[a] > sorted[b]).count();
    assert_eq!(answer["ranking"]["turned_pairs"], turned);
    sorted.sort_unstable();
    assert_eq!(sorted, [1, 2, 3, 4]);
    let machine: Vec<u64> = (answer["checked"].as_array().expect("checked").iter())
        .map(|c| c["machine"].as_u64().expect("cycles"))
        .collect();
    assert!(
        machine.windows(2).all(|pair| pair[0] <= pair[1]),
        "{machine:?}"
    );
}
