//! Ctrl-C in a search: the best so far is shown, and the run goes on to the end that it would have had.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{file, text};

const COSTS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/search/tests/data/mobilenet_v2_dla.csv"
);

/// An empty folder of this test's own.
pub fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("interrupt")
        .join(name);
    if path.exists() {
        std::fs::remove_dir_all(&path).expect("a folder of this test");
    }
    std::fs::create_dir_all(&path).expect("the target folder can be written");
    path
}

pub fn start(folder: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_stationary"))
        .current_dir(folder)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs")
}

fn interrupt(child: &Child) {
    send(child, &["INT"]);
}

/// Sends signals one after the other.
fn send(child: &Child, signals: &[&str]) {
    let kill = |signal| format!("kill -{signal} {}", child.id());
    let kill = signals.iter().map(kill).collect::<Vec<_>>().join(" && ");
    let status = Command::new("sh").args(["-c", &kill]).status();
    assert!(status.expect("a shell").success(), "{kill}");
}

/// Waits until the journal has a line with this word.
pub fn wait_for(child: &mut Child, journal: &Path, word: &str) {
    let start = Instant::now();
    loop {
        let lines = std::fs::read_to_string(journal).unwrap_or_default();
        if lines.contains(word) {
            return;
        }
        if let Some(status) = child.try_wait().expect("a child") {
            panic!("it ended with {status} before `{word}` was recorded");
        }
        assert!(start.elapsed() < Duration::from_secs(120), "{word}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!(
            "{error}: {}\n{}",
            text(&output.stdout),
            text(&output.stderr)
        )
    })
}

/// Interrupts a search as soon as the journal has a line with `word`; what is shown is complete and
/// marked, and the command that it names comes to the end of a search that was left alone. Gives the
/// document of the interrupted one, and of the whole.
fn goes_on(name: &str, arguments: &[&str], word: &str) -> [Value; 2] {
    let folder = folder(name);
    let arguments = [arguments, &["--format", "json", "--run", "kept"]].concat();
    let place = |name: &str| {
        let place = folder.join(name);
        std::fs::create_dir_all(&place).expect("the target folder can be written");
        place
    };
    let ends = |place: &Path| {
        let output = start(place, &arguments).wait_with_output();
        let output = output.expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        output
    };
    let whole = ends(&place("whole"));
    let cut = place("cut");
    let mut child = start(&cut, &arguments);
    wait_for(&mut child, &cut.join("kept/evaluations.jsonl"), word);
    interrupt(&child);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    let found = document(&output);
    let go_on = format!("stationary {}", arguments.join(" "));
    assert_eq!(found["interrupted"]["go_on"], go_on);
    assert!(
        text(&output.stderr).contains(&go_on),
        "{}",
        text(&output.stderr)
    );
    let kept = std::fs::read(cut.join("kept/result.json")).expect("a result");
    let kept: Value = serde_json::from_slice(&kept).expect("JSON");
    assert_eq!(kept["interrupted"], found["interrupted"]);
    let again = ends(&cut);
    assert_eq!(text(&again.stdout), text(&whole.stdout), "{name}");
    for name in ["run.json", "result.json", "result.csv"] {
        let [a, b] =
            ["whole", "cut"].map(|of| std::fs::read(folder.join(of).join("kept").join(name)));
        assert_eq!(a.expect(name), b.expect(name), "{name}");
    }
    let whole = document(&whole);
    assert!(whole["interrupted"].is_null());
    [found, whole]
}

fn f64(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[test]
fn an_interrupted_assignment_goes_on() {
    let arguments = [
        "search",
        "assign",
        "--table",
        COSTS,
        "--budget",
        "area=iotx",
        "--evaluations",
        "60000",
        "--optimizer",
        "annealing",
    ];
    let [cut, whole] = goes_on("assign", &arguments, "\"objective\"");
    assert_eq!(cut["stop"], "interrupted");
    assert_eq!(cut["best"]["feasible"], true);
    assert!(f64(&cut["best"]["objective"]) >= f64(&whole["best"]["objective"]));
    assert_eq!(cut["best"]["choices"].as_array().map(Vec::len), Some(52));
}

#[test]
fn an_interrupted_proof_of_an_assignment_goes_on() {
    let arguments = [
        "search",
        "assign",
        "--network",
        "alexnet",
        "--layer",
        "conv1",
        "--layer",
        "conv2",
        "--layer",
        "conv4",
        "--dataflow",
        "eye",
        "--pes",
        "2,4,8,16,32",
        "--tiles",
        "1-6",
        "--budget",
        "area=iot",
        "--certify",
    ];
    let [cut, whole] = goes_on("certify-assign", &arguments, "\"cycles\"");
    let [cut_bound, bound] = [&cut, &whole].map(|of| f64(&of["certificate"]["lower_bound"]));
    let [cut_best, best] = [&cut, &whole].map(|of| f64(&of["best"]["objective"]));
    assert_eq!(whole["certificate"]["kind"], "proved");
    assert_eq!(cut["certificate"]["kind"], "none");
    assert!(cut_bound <= bound && bound == best && best <= cut_best);
    assert_eq!(cut["headline"]["of"], "machine");
}

const LAYERS: &str = "name: several\nsource: made up\nlayers:\n  \
    - {name: one, conv: {input: 28, channels: [32, 48], kernel: 3, pad: 1}}\n  \
    - {name: two, conv: {input: 20, channels: [40, 72], kernel: 3, pad: 1}}\n  \
    - {name: three, conv: {input: 24, channels: [24, 96], kernel: 5, pad: 2}}\n  \
    - {name: four, conv: {input: 14, channels: [96, 80], kernel: 3, pad: 1}}\n";

#[test]
fn an_interrupted_search_for_mappings_goes_on() {
    let layers = file("interrupted_layers.yaml", LAYERS);
    for (name, more) in [
        ("map", &["--recheck", "30", "--slack", "0"][..]),
        ("certify-map", &["--certify", "--simulations", "60"]),
    ] {
        let first = ["search", "map", "--arch", "eyeriss", "--network", &layers];
        let [cut, whole] = goes_on(name, &[&first[..], more].concat(), "\"cycles\"");
        let found = cut["layers"].as_array().expect("layers");
        let left = cut["interrupted"]["not_reached"].as_array().expect("names");
        assert!(!found.is_empty());
        let names = |layers: &[Value]| -> Vec<Value> {
            layers.iter().map(|layer| layer["name"].clone()).collect()
        };
        let all = whole["layers"].as_array().expect("layers");
        let mut both = [names(found), left.clone()].concat();
        let mut expected = names(all);
        both.sort_by_key(Value::to_string);
        expected.sort_by_key(Value::to_string);
        assert_eq!(both, expected, "each layer once");
        for layer in found {
            let same = all.iter().find(|other| other["name"] == layer["name"]);
            let same = same.expect("a layer of the whole");
            assert!(layer["machine"].as_u64() >= same["machine"].as_u64());
            let bound = &layer["certificate"]["lower_bound"];
            assert!(bound.is_null() || bound.as_u64() <= same["machine"].as_u64());
        }
        assert_eq!(cut["certificate"]["kind"], "none");
    }
}

#[test]
fn an_interrupted_codesign_goes_on() {
    let layers = [
        "--layer",
        "layer1.0.conv1",
        "--layer",
        "layer2.0.conv2",
        "--layer",
        "layer3.0.conv2",
    ];
    let first = ["search", "codesign", "--network", "resnet18"];
    for (name, more) in [
        ("codesign", &["--hardware", "all"][..]),
        (
            "tuner",
            &["--optimizer", "genetic", "--measurements", "200"],
        ),
    ] {
        let arguments = [&first[..], &layers, more].concat();
        let [cut, whole] = goes_on(name, &arguments, "\"point\"");
        assert_eq!(cut["stop"], "interrupted");
        let [worse, best] = [&cut, &whole].map(|of| f64(&of["best"]["objective"]));
        assert!(worse >= best, "{name}");
        assert_eq!(cut["best"]["choices"].as_array().map(Vec::len), Some(3));
        if name == "tuner" {
            // What is said to be measured was measured.
            let tasks = cut["tasks"].as_array().expect("tasks").iter();
            let made: Vec<f64> = tasks.clone().map(|t| f64(&t["measurements"])).collect();
            assert_eq!(made.iter().sum::<f64>(), f64(&cut["evaluations"]["calls"]));
            let left = tasks.filter(|task| f64(&task["measurements"]) <= 1.0);
            let left: Vec<&Value> = left.map(|task| &task["layers"][0]).collect();
            let named = cut["interrupted"]["not_reached"].as_array().expect("names");
            assert_eq!(named.iter().collect::<Vec<_>>(), left);
            assert!(!named.is_empty(), "{made:?}");
        }
        if name == "codesign" {
            let certificate = &cut["certificate"];
            // The chip may be proved before what each layer alone would take.
            let is_late = certificate["kind"] == "proved";
            let each = &cut["each_layer_its_own_hardware"]["objective"];
            assert!(certificate["kind"] == "none" || (is_late && each.is_null()));
            assert!(f64(&certificate["lower_bound"]) <= best);
        }
    }
}

#[test]
fn an_interrupted_tuner_says_what_it_measured_and_what_it_did_not_reach() {
    let folder = folder("tuner-text");
    let arguments = [
        "search",
        "codesign",
        "--network",
        "resnet18",
        "--layer",
        "layer2.0.conv2",
        "--layer",
        "layer3.0.conv2",
        "--optimizer",
        "genetic",
        "--measurements",
        "20000",
        "--record",
        "kept.jsonl",
    ];
    let mut child = start(&folder, &arguments);
    wait_for(&mut child, &folder.join("kept.jsonl"), "\"point\"");
    interrupt(&child);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
    let shown = text(&output.stdout).replace("\n  ", " ");
    assert!(!shown.contains("20,000 measurements of each"), "{shown}");
    for part in [
        "where 20,000 of each were asked for",
        "not reached, and run once each, by the schedule with the least bound: layer3.0.conv2",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

#[test]
fn an_interrupted_comparison_goes_on() {
    let arguments = [
        "compare",
        "--table",
        COSTS,
        "--seeds",
        "6",
        "--evaluations",
        "4000",
        "--optimizer",
        "genetic",
        "--optimizer",
        "annealing",
    ];
    let [cut, whole] = goes_on("compare", &arguments, "\"curve\"");
    let runs = cut["interrupted"]["runs"].as_u64().expect("a number");
    assert!(0 < runs && runs < 18, "{runs}");
    let seeds = |of: &Value| -> u64 {
        let runs = of["runs"].as_array().expect("runs").iter();
        let seeds = runs.map(|run| run["expected_running_time"][0]["seeds"].as_u64());
        seeds.map(|n| n.expect("a number")).sum()
    };
    assert_eq!((seeds(&cut), seeds(&whole)), (runs, 18));
}

/// A run of a learned optimiser that takes a while, and shows nothing before its end.
const LONG: [&str; 11] = [
    "compare",
    "--table",
    COSTS,
    "--seeds",
    "1",
    "--optimizer",
    "reinforce",
    "--against",
    "reinforce",
    "--epochs",
    "100000",
];

#[test]
fn what_found_nothing_ends_at_once() {
    let folder = folder("nothing");
    let arguments = [&LONG[..], &["--evaluations", "100000000"]].concat();
    let recorded = [&arguments[..], &["--record", "runs.jsonl"]].concat();
    let mut child = start(&folder, &recorded);
    wait_for(&mut child, &folder.join("runs.jsonl"), "schema");
    interrupt(&child);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    let message = text(&output.stderr);
    assert!(
        message.contains("interrupted before anything was found; go on with"),
        "{message}"
    );
    let go_on = format!("stationary {} --resume runs.jsonl", recorded.join(" "));
    assert!(message.contains(&go_on), "{message}");
    assert!(output.stdout.is_empty());
}

#[test]
fn the_second_ctrl_c_ends_at_once() {
    let folder = folder("twice");
    let first = [
        "--optimizer",
        "greedy",
        "--evaluations",
        "100000000",
        "--run",
        "kept",
    ];
    let arguments = [&LONG[..], &first].concat();
    let mut child = start(&folder, &arguments);
    wait_for(&mut child, &folder.join("kept/evaluations.jsonl"), "curve");
    // The second comes before anything can be done about the first: a stopped process gets both at once. Two of
    // one kind would be one.
    send(&child, &["STOP", "INT", "TERM", "CONT"]);
    let output = child.wait_with_output().expect("it ends");
    let code = output.status.code();
    assert!([Some(130), Some(143)].contains(&code), "{code:?}");
    assert!(output.stdout.is_empty(), "{}", text(&output.stdout));
}
