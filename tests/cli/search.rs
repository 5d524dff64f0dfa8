//! Assignments, fronts and comparisons.

use serde_json::Value;

use crate::{file, json, refuses, stationary, text};

const COSTS: &str = "search/tests/data/mobilenet_v2_dla.csv";

#[test]
fn layers_may_share_hardware() {
    let assign = |more: &[&str]| {
        let common = ["search", "assign", "--table", COSTS, "--format", "json"];
        json(&[&common[..], more].concat())
    };
    let sequential = assign(&["--deployment", "sequential", "--budget", "area=iot"]);
    let choices = sequential["best"]["choices"].as_array().expect("choices");
    assert_eq!(
        (choices.len(), sequential["certificate"]["kind"].as_str()),
        (52, Some("proved"))
    );
    assert!(
        choices
            .iter()
            .all(|c| c["stage"] == 0 && c["pe"] == choices[0]["pe"])
    );
    let arguments = [
        "--deployment",
        "segmented=3",
        "--objective",
        "throughput",
        "--budget",
        "area=iot",
    ];
    let segmented = assign(&arguments);
    let last = segmented["best"]["choices"][51]["stage"]
        .as_u64()
        .expect("a stage");
    assert!(last < 3);
    let arguments = [
        "search",
        "assign",
        "--table",
        COSTS,
        "--deployment",
        "sequental",
    ];
    refuses(&arguments, 2, &["sequental", "did you mean `sequential`?"]);
}

#[test]
fn a_front_falls_and_ends_at_the_optimum() {
    let arguments = [
        "search", "assign", "--table", COSTS, "--budget", "area=iot", "--front", "5", "--format",
        "json",
    ];
    let answer = json(&arguments);
    let front = answer["front"].as_array().expect("a front");
    let objectives: Vec<u64> = front
        .iter()
        .map(|v| v["objective"].as_u64().expect("cycles"))
        .collect();
    assert!(
        objectives.windows(2).all(|pair| pair[0] >= pair[1]),
        "{objectives:?}"
    );
    assert_eq!(
        objectives[4], 20_144_833,
        "the unlimited optimum of optima.csv"
    );
    assert!(front.iter().all(|v| v["kind"] == "proved"));
}

#[test]
fn an_exported_table_reads_back_to_the_same_answer() {
    let path = file("exported.csv", "");
    let network = file(
        "two_layers.csv",
        "K,C,Y,X,R,S,T\n8,3,8,8,3,3,1\n4,8,6,6,1,1,1\n",
    );
    let model = [
        "search",
        "assign",
        "--network",
        &network,
        "--dataflow",
        "mix",
        "--pes",
        "2,4",
        "--tiles",
        "1-2",
        "--budget",
        "area=cloud",
        "--format",
        "json",
        "--export",
        &path,
    ];
    let modelled = json(&model);
    let table = [
        "search",
        "assign",
        "--table",
        &path,
        "--budget",
        "area=cloud",
        "--format",
        "json",
    ];
    let (read, modelled_best) = (&json(&table)["best"], &modelled["best"]);
    for field in ["objective", "used", "binding"] {
        assert_eq!(read[field], modelled_best[field], "{field}");
    }
    for field in ["layer", "pe", "tile", "stage", "dataflow"] {
        let of = |best: &serde_json::Value| [0, 1].map(|i| best["choices"][i][field].clone());
        assert_eq!(of(read), of(modelled_best), "{field}");
    }
    let text = std::fs::read_to_string(&path).expect("the table was written");
    assert_eq!(
        text.lines().count(),
        1 + 2 * 3 * 2 * 2,
        "layers, styles, PEs, tiles"
    );
    assert!(text.starts_with("layer,dataflow,pe,tile,"), "{text}");
    assert!(modelled["best"]["choices"][0]["dataflow"].is_string());
    let areas = |tile: &str| -> f64 {
        let row = text
            .lines()
            .find(|line| line.starts_with(&format!("0,dla,2,{tile},")));
        let field = row.expect("an option").split(',').nth(6).map(str::parse);
        field.expect("an area").expect("a number")
    };
    assert!(areas("2") > areas("1"), "buffers count");
}

#[test]
fn infeasible_budgets_say_what_would_do() {
    let arguments = [
        "search",
        "assign",
        "--table",
        COSTS,
        "--budget",
        "area=1e13",
        "--budget",
        "power=1e6",
        "--format",
        "json",
    ];
    let output = stationary(&arguments);
    assert_eq!(output.status.code(), Some(1));
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let factor = answer["best"]["relaxation"]["factor"]
        .as_f64()
        .expect("a factor");
    let relaxed = [1e13 * factor, 1e6 * factor].map(|limit| format!("{}", limit * 1.000_001));
    let [area, power] = [
        format!("area={}", relaxed[0]),
        format!("power={}", relaxed[1]),
    ];
    let arguments = [
        "search", "assign", "--table", COSTS, "--budget", &area, "--budget", &power, "--format",
        "json",
    ];
    assert_eq!(json(&arguments)["best"]["feasible"], true);
}

#[test]
fn a_comparison_is_the_same_resumed_and_on_any_number_of_threads() {
    let record = file("record.jsonl", "");
    let compare = |more: &[&str]| {
        let common = [
            "compare",
            "--table",
            COSTS,
            "--budget",
            "area=iot",
            "--budget",
            "area=iotx+power=iotx",
            "--seeds",
            "3",
            "--evaluations",
            "100",
            "--optimizer",
            "exact",
            "--optimizer",
            "genetic",
            "--optimizer",
            "local-genetic",
            "--optimizer",
            "reinforce",
            "--format",
            "json",
        ];
        let output = stationary(&[&common[..], more].concat());
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    };
    let whole = compare(&["--threads", "1", "--record", &record]);
    assert_eq!(compare(&["--threads", "2"]), whole);
    let text = std::fs::read_to_string(&record).expect("a record");
    let answer: Value = serde_json::from_slice(&whole).expect("JSON");
    let optimizers = answer["optimizers"].as_array().expect("optimisers").len();
    assert_eq!(
        text.lines().count(),
        1 + 2 * 3 * optimizers,
        "a head and each run"
    );
    let half = file("half.jsonl", &text[..text.len() / 2]);
    assert_eq!(
        compare(&["--resume", &half, "--record", &half]),
        whole,
        "cut within a line"
    );
    let lines = |path: &str| {
        let text = std::fs::read_to_string(path).expect("a record");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(
        lines(&half),
        lines(&record),
        "the rest was run and recorded, nothing twice"
    );
    let bad = file("bad.jsonl", "{\"schema\":\"other\"}\n");
    let arguments = ["compare", "--table", COSTS, "--resume", &bad];
    refuses(&arguments, 2, &["bad.jsonl:1", "no whole line"]);
    let arguments = ["compare", "--table", COSTS, "--optimizer", "genetc"];
    refuses(&arguments, 2, &["genetc", "did you mean `genetic`?"]);
}

#[test]
fn a_table_with_shapes_has_the_names_of_its_layers() {
    let costs = file("named.csv", "");
    let levels = ["--pes", "2,4", "--tiles", "1,2", "--budget", "area=iot"];
    let network = [
        "--network",
        "alexnet",
        "--layer",
        "conv4",
        "--layer",
        "conv5",
    ];
    let made = ["search", "assign", "--export", &costs, "--format", "json"];
    json(&[&made[..], &network, &levels].concat());
    let picked = ["--layer", "conv4", "--layer", "conv5"];
    let table = [
        "search", "assign", "--table", &costs, "--budget", "area=iot",
    ];
    let named = [&table[..], &["--shapes", "alexnet"], &picked].concat();
    let shown = text(&stationary(&named).stdout);
    let answer = json(&[&named[..], &["--format", "json"]].concat());
    for (at, name) in ["conv4", "conv5"].into_iter().enumerate() {
        assert_eq!(answer["best"]["choices"][at]["name"], name);
        assert!(shown.contains(&format!("\n{name}  ")), "{shown}");
    }
    let plain = json(&[&table[..], &["--format", "json"]].concat());
    assert_eq!(plain["headline"], answer["headline"]);
    // Without names a difference is that of a layer, not of a place in a list.
    let mut other = plain.clone();
    other["best"]["choices"][1]["pe"] = 77.into();
    let [a, b] = [plain, other].map(|document| document.to_string());
    let [a, b] = [file("named.a.json", &a), file("named.b.json", &b)];
    let told = text(&stationary(&["diff", &a, &b]).stdout);
    assert!(told.contains("best.choices.layer 1.pe"), "{told}");
}
