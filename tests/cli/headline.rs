//! The figure that a search puts first is the machine's, and a proof says whose it is.

use serde_json::Value;

use crate::{ASSIGN, file, json, stationary, text};

const TABLE: &str = "search/tests/data/mobilenet_v2_dla.csv";

const TINY: &str = "name: tiny\nsource: made up\nlayers:\n  - {name: conv, conv: {input: 6, channels: [3, 5], kernel: 3, pad: 1}}\n";

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&ASSIGN[..], more].concat()
}

fn document(arguments: &[&str]) -> Value {
    json(&[arguments, &["--format", "json"]].concat())
}

fn table(arguments: &[&str]) -> String {
    let output = stationary(arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn thousands(value: &Value) -> String {
    let digits = value.to_string().into_bytes();
    let groups: Vec<&[u8]> = digits.rchunks(3).rev().collect();
    text(&groups.join(&b","[..]))
}

fn f64(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[test]
fn an_assignment_is_headed_by_the_machine() {
    let arguments = with(&["--dataflow", "eye"]);
    let found = document(&arguments);
    let (headline, best) = (&found["headline"], &found["best"]);
    assert_eq!(headline["of"], "machine");
    assert_eq!(headline["value"], found["checked"][0]["machine"]);
    assert_eq!(
        headline["model"], best["objective"],
        "the search's own figure"
    );
    assert_eq!(best["machine"], headline["value"]);
    assert_eq!(best["of"], "model");
    let certificate = &found["certificate"];
    assert_eq!(
        (&certificate["of"], &certificate["kind"]),
        (&"model".into(), &"proved".into())
    );
    let choices = best["choices"].as_array().expect("choices");
    let sum = |field: &str| -> f64 { choices.iter().map(|c| f64(&c[field])).sum() };
    assert_eq!(sum("machine_cycles"), f64(&best["machine"]));
    assert_eq!(sum("cycles"), f64(&best["objective"]));
    for field in ["energy_pj", "machine_energy_pj"] {
        let whole = f64(&found[field]["total"]);
        let layers: f64 = choices.iter().map(|c| f64(&c[field]["total"])).sum();
        assert!(
            (layers / whole - 1.0).abs() < 1e-12,
            "{field}: {layers} {whole}"
        );
    }
    let shown = table(&arguments);
    let first = shown.lines().next().expect("a line");
    let [machine, model] = [&headline["value"], &headline["model"]].map(thousands);
    let expected =
        format!("best latency: {machine} cycles on the machine, {model} cycles by the model (");
    assert!(first.starts_with(&expected), "{first}");
    assert!(
        shown.contains(&format!(
            "proved of the model: no assignment within the budgets has less than {model}"
        )),
        "{shown}"
    );
    let csv = table(&[&arguments[..], &["--format", "csv"]].concat());
    assert!(
        csv.contains(",layer,name,pe,tile,stage,dataflow,latency_cycles,machine_cycles,"),
        "{csv}"
    );
}

/// Where the model is more than 3 % off, nobody may overlook it.
#[test]
fn a_model_far_off_is_warned_of() {
    let tiny = file("headline_tiny.yaml", TINY);
    let more = [
        "--network",
        &tiny,
        "--pes",
        "4,8",
        "--tiles",
        "1-3",
        "--dataflow",
        "eye",
    ];
    let assign = [&["search", "assign"][..], &more].concat();
    let map = ["search", "map", "--arch", "eyeriss", "--network", &tiny];
    for arguments in [&assign[..], &map] {
        let found = document(arguments);
        let error = f64(&found["headline"]["error"]);
        assert!(
            error < -0.03,
            "{error}: this test needs a case where the model is off"
        );
        let message = text(&stationary(arguments).stderr);
        let expected = format!(
            "warning: the model is {:.1} % below the machine",
            -100.0 * error
        );
        assert!(message.contains(&expected), "{message}");
    }
}

/// A run on the machine says where the model that chose its mappings is far off; given ones nobody chose.
#[test]
fn a_run_by_mappings_of_a_model_far_off_says_who_finds_better_ones() {
    let network = "name: one\nlayers:\n  - {name: a, matmul: {m: 62, n: 220, k: 5}}\n";
    let network = file("misjudged.yaml", network);
    let target = [
        "--arch",
        "eyeriss",
        "--network",
        &network,
        "--slack",
        "0",
        "-q",
    ];
    let simulate = [&["simulate"], &target[..]].concat();
    let run = document(&simulate);
    let notes = &run["notes"];
    let found = notes[0].as_str().expect("a note");
    let layer = &run["layers"][0];
    let error = f64(&layer["model_cycles"]) / f64(&layer["cycles"]) - 1.0;
    for part in [
        &format!("on layer a ({:+.1} %)", 100.0 * error),
        "100.0 % of the cycles",
    ] {
        assert!(found.contains(part), "{found}");
    }
    let said = text(&stationary(&simulate).stderr);
    assert!(said.contains(&format!("warning: {found}\n")), "{said}");
    let better = file("misjudged_better.yaml", "");
    let map = [
        &["search", "map", "--recheck", "5", "-o", &better],
        &target[..],
    ]
    .concat();
    let machine = f64(&document(&map)["headline"]["value"]);
    assert!(machine < 0.9 * f64(&layer["cycles"]), "{machine}");
    let given = [&simulate[..], &["--mapping", &better]].concat();
    assert_eq!(document(&given)["notes"].as_array().map(Vec::len), Some(0));
    let estimate = [&["estimate"], &target[..]].concat();
    assert_eq!(
        document(&estimate)["notes"].as_array().map(Vec::len),
        Some(0)
    );
}

#[test]
fn a_proof_on_the_machine_says_so() {
    let arguments = with(&["--dataflow", "eye", "--certify"]);
    let found = document(&arguments);
    assert_eq!(found["certificate"]["of"], "machine");
    assert_eq!(found["headline"]["value"], found["best"]["objective"]);
    assert_eq!(found["best"]["of"], "machine");
    let shown = table(&arguments);
    assert!(shown.starts_with("optimal latency: "), "{shown}");
    assert!(shown.contains("proved on the machine") && !shown.contains("proved of the model"));
}

#[test]
fn a_table_has_no_machine_and_says_so() {
    let arguments = ["search", "assign", "--table", TABLE, "--budget", "area=iot"];
    let found = document(&arguments);
    assert_eq!(found["headline"]["of"], "table");
    assert_eq!(found["headline"]["value"], found["best"]["objective"]);
    assert!(found["best"]["machine"].is_null());
    assert_eq!(found["certificate"]["costs"], "table");
    let shown = table(&arguments);
    let first = shown.lines().next().expect("a line");
    assert!(
        first.starts_with("optimal latency: ") && first.contains(" by the table"),
        "{first}"
    );
    assert!(
        shown.contains("proved of the table") && shown.contains("no machine behind it"),
        "{shown}"
    );
}

/// The exact optimiser proves one optimum; more are asked for, and get the next best beside it.
#[test]
fn of_those_rechecked_the_best_on_the_machine_wins() {
    for style in ["dla", "shi", "eye"] {
        let more = ["area=cloud", "--dataflow", style, "--recheck", "6"];
        let found = document(&[&ASSIGN[..13], &more].concat());
        let checked = found["checked"].as_array().expect("points");
        assert_eq!(checked.len(), 6, "{style}");
        let least = checked
            .iter()
            .map(|c| f64(&c["machine"]))
            .fold(f64::INFINITY, f64::min);
        assert_eq!(f64(&found["best"]["machine"]), least, "{style}");
        assert_eq!(found["best"]["objective"], checked[0]["model"], "{style}");
        let bound = f64(&found["certificate"]["lower_bound"]);
        let models: Vec<f64> = checked.iter().map(|c| f64(&c["model"])).collect();
        assert_eq!(
            models.iter().copied().fold(f64::INFINITY, f64::min),
            bound,
            "{style}"
        );
    }
}

#[test]
fn fewer_than_were_asked_for_say_why() {
    let few = [
        "search",
        "assign",
        "--network",
        "alexnet",
        "--layer",
        "2",
        "--pes",
        "4",
        "--tiles",
        "1,2",
        "--recheck",
        "3",
    ];
    let found = document(&few);
    assert_eq!(found["checked"].as_array().map(Vec::len), Some(2));
    let note = found["recheck"]["note"].as_str().expect("a note");
    assert!(
        note.starts_with("re-checked 2 of 3 asked for: exact proves one optimum"),
        "{note}"
    );
    assert!(table(&few).contains(note));
    let on_table = ["search", "assign", "--table", TABLE, "--recheck", "3"];
    assert!(table(&on_table).contains("a table has no machine behind it: nothing was re-checked"));
    let tiny = file("headline_tiny.yaml", TINY);
    let all = [
        "search",
        "map",
        "--arch",
        "eyeriss",
        "--network",
        &tiny,
        "--recheck",
        "1000000",
    ];
    let found = document(&all);
    let note = found["recheck"]["note"].as_str().expect("a note");
    assert!(
        note.contains("the mapper has no more distinct candidates: conv ("),
        "{note}"
    );
}

#[test]
fn mappings_and_chips_are_headed_by_the_machine() {
    let tiny = file("headline_tiny.yaml", TINY);
    let map = ["search", "map", "--arch", "eyeriss", "--network", &tiny];
    let found = document(&map);
    let (headline, total) = (&found["headline"], &found["total"]);
    assert_eq!(headline["of"], "machine");
    assert_eq!(
        (&headline["value"], &headline["model"]),
        (&total["machine"], &total["model"])
    );
    assert!(table(&map).contains(" on the machine, "));
    let codesign = [
        "search",
        "codesign",
        "--network",
        "resnet18",
        "--layer",
        "layer4.0.downsample",
    ];
    let found = document(&codesign);
    assert_eq!(found["headline"]["value"], found["best"]["objective"]);
    assert_eq!(found["headline"]["model"], found["checked"][0]["model"]);
    let shown = table(&codesign);
    assert!(
        shown.contains(" cycles on the machine, ")
            && shown.contains("proved on the machine, over all "),
        "{shown}"
    );
}

#[test]
fn a_comparison_says_whose_optimum_it_measures_from() {
    let compare = [
        "compare",
        "--network",
        "alexnet",
        "--layer",
        "2",
        "--layer",
        "3",
        "--pes",
        "4,8",
        "--tiles",
        "1,2",
        "--dataflow",
        "eye",
        "--optimizer",
        "genetic",
        "--seeds",
        "2",
        "--evaluations",
        "50",
    ];
    let found = document(&compare);
    let instance = &found["instances"][0];
    assert_eq!(instance["of"], "model");
    assert_eq!(instance["headline"]["of"], "machine");
    assert_eq!(instance["headline"]["model"], instance["optimum"]);
    assert!(f64(&instance["headline"]["value"]) > 0.0);
    let shown = table(&compare);
    assert!(
        shown.contains(" on the machine, ") && shown.contains("proved of the model"),
        "{shown}"
    );
    let on_table = document(&[
        "compare",
        "--table",
        TABLE,
        "--optimizer",
        "greedy",
        "--seeds",
        "1",
    ]);
    assert_eq!(on_table["instances"][0]["headline"]["of"], "table");
}
