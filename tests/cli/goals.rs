//! What mappings are chosen for: `--objective` and `--slack`.

use serde_json::Value;

use crate::{file, json, number, refuses, stationary, text};

/// A product whose fastest tiles read their inputs again and again, and a small convolution.
const LAYERS: &str = "name: two\nsource: made up\nlayers:\n  \
    - {name: product, matmul: {m: 64, k: 128, c: 256}}\n  \
    - {name: conv, conv: {input: 14, channels: [16, 32], kernel: 3, pad: 1}}\n";

fn f64(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

/// Cycles and energy of all layers.
fn spent(verb: &[&str], arch: &str, network: &str, more: &[&str]) -> (f64, f64, Value) {
    let target = ["--arch", arch, "--network", network, "--format", "json"];
    let run = json(&[verb, &target, more].concat());
    let total = &run["total"];
    let goal = run["goal"].clone();
    (f64(&total["cycles"]), f64(&total["energy_pj"]), goal)
}

/// Convolutions by mappings that were published; those of the other layers are the mapper's.
const PUBLISHED: [&str; 8] = [
    "--arch",
    "eyeriss",
    "--network",
    "alexnet",
    "--batch",
    "4",
    "--mapping",
    "eyeriss-alexnet",
];

#[test]
fn a_goal_decides_on_every_kind_of_machine() {
    let layers = file("goal_layers.yaml", LAYERS);
    for (arch, network) in [("systolic", layers.as_str()), ("vta", &layers)] {
        let estimate = |more: &[&str]| spent(&["estimate"], arch, network, more);
        let fewest = estimate(&["--objective", "cycles", "--slack", "0"]);
        let default = estimate(&[]);
        let energy = estimate(&["--objective", "energy"]);
        let edp = estimate(&["--objective", "edp"]);
        let all = [&fewest, &default, &energy, &edp];
        for other in all {
            assert!(fewest.0 <= other.0, "{arch}: {all:?}");
            assert!(energy.1 <= other.1 * (1.0 + 1e-9), "{arch}: {all:?}");
        }
        assert!(default.0 <= 1.02 * fewest.0, "{arch}: {all:?}");
        assert!(default.1 <= fewest.1 * (1.0 + 1e-9), "{arch}: {all:?}");
        assert_eq!(default.2["objective"], "cycles");
        assert_eq!(default.2["slack_percent"], 2.0);
        assert_eq!(edp.2["objective"], "edp");
        assert_eq!(edp.2["slack_percent"], 0.0);
    }
    let estimate = |more: &[&str]| spent(&["estimate"], "systolic", &layers, more);
    let [fewest, energy] =
        ["cycles", "energy"].map(|of| estimate(&["--objective", of, "--slack", "0"]));
    assert!(
        fewest.1 > energy.1 && fewest.0 < energy.0,
        "a case where it matters"
    );
}

/// On the machine that `new` writes, from 64 KiB to 4 MiB: a product of which every word crosses DRAM once.
#[test]
fn a_larger_buffer_moves_no_more_and_takes_no_longer() {
    let arch = text(&stationary(&["new", "sweep"]).stdout);
    let arch = file("goal_sweep_arch.yaml", &arch);
    let layers =
        "name: one\nsource: made up\nlayers:\n  - {name: p, matmul: {m: 128, k: 768, c: 256}}\n";
    let layers = file("goal_sweep.yaml", layers);
    let mut before = (u64::MAX, u64::MAX);
    for kib in [16, 32, 64, 128, 256, 512, 1024, 2048, 4096] {
        let set = format!("global_buffer.kib={kib}");
        let run = json(&[
            "estimate",
            "--arch",
            &arch,
            "--network",
            &layers,
            "--set",
            &set,
            "--format",
            "json",
        ]);
        let layer = &run["layers"][0];
        let u64 = |value: &Value| value.as_u64().expect("a count");
        let dram = layer["moved"]["dram"].as_object().expect("counts");
        let now = (u64(&layer["cycles"]), dram.values().map(u64).sum());
        assert!(
            now.0 <= before.0 && now.1 <= before.1,
            "{kib} KiB: {now:?} after {before:?}"
        );
        if kib >= 64 {
            let [m, k, c] = [128, 768, 256];
            assert_eq!(now.1, m * c + c * k + m * k, "{kib} KiB");
        }
        before = now;
    }
}

#[test]
fn every_verb_that_maps_says_what_for() {
    let tiny = file(
        "goal_tiny.yaml",
        "name: tiny\nsource: made up\nlayers:\n  - {name: p, matmul: {m: 16, k: 24, c: 32}}\n",
    );
    let goal = ["--objective", "energy", "--slack", "2.5"];
    for verb in [
        &["estimate"][..],
        &["simulate"],
        &["validate"],
        &["search", "map"],
    ] {
        let target = ["--arch", "systolic", "--network", &tiny];
        let arguments = [verb, &target, &goal].concat();
        let found = json(&[&arguments[..], &["--format", "json"]].concat());
        assert_eq!(found["goal"]["objective"], "energy", "{verb:?}");
        assert_eq!(found["goal"]["slack_percent"], 2.5, "{verb:?}");
        let shown = text(&stationary(&arguments).stdout);
        assert!(
            shown.contains("mappings chosen for energy, slack 2.5 %"),
            "{shown}"
        );
    }
    let show = ["show", "mapping", "systolic", "--network", &tiny];
    assert!(stationary(&[&show[..], &goal].concat()).status.success());
}

/// The winner is chosen among what ran on the machine, by the machine's figures.
#[test]
fn a_search_for_mappings_goes_by_the_goal() {
    let layers = file("goal_search.yaml", LAYERS);
    let map = |more: &[&str]| {
        let first = [
            "search",
            "map",
            "--arch",
            "systolic",
            "--network",
            &layers,
            "--format",
            "json",
        ];
        let found = json(&[&first[..], more].concat());
        let total = &found["total"];
        let energy = total["energy_pj"]["total"].as_f64();
        (f64(&total["machine"]), energy.expect("a total"))
    };
    let fewest = map(&["--slack", "0"]);
    let default = map(&[]);
    let least = map(&["--objective", "energy", "--slack", "0"]);
    assert!(
        fewest.0 < least.0 && default.0 <= 1.02 * fewest.0,
        "{fewest:?} {default:?} {least:?}"
    );
    assert!(
        least.1 <= default.1 && default.1 < fewest.1,
        "{fewest:?} {default:?} {least:?}"
    );
}

#[test]
fn goals_that_cannot_be_are_refused() {
    let map = [
        "search",
        "map",
        "--arch",
        "systolic",
        "--network",
        "alexnet",
        "--layer",
        "0",
    ];
    let with = |more: &[&'static str]| [&map[..], more].concat();
    refuses(
        &with(&["--certify", "--objective", "energy"]),
        2,
        &["--objective energy: certify", "cycles"],
    );
    refuses(
        &with(&["--recheck", "auto", "--slack", "3"]),
        2,
        &["--slack 3 %: recheck auto"],
    );
    refuses(
        &with(&["--objective", "cycels"]),
        2,
        &["cycels", "cycles, energy, edp"],
    );
    refuses(&with(&["--slack=-1"]), 2, &["--slack"]);
    let given = [
        &["estimate"],
        &PUBLISHED[..],
        &["--layer", "conv3", "--format", "json"],
    ]
    .concat();
    let output = stationary(&[&given[..], &["--objective", "energy"]].concat());
    let message = text(&output.stderr);
    assert!(
        message.contains("warning: objective and slack"),
        "{message}"
    );
    let run: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(run["goal"].is_null(), "the mapper chose nothing");
}

#[test]
fn what_was_chosen_is_told_layer_by_layer() {
    let layers = ["conv5", "fc7", "fc8"].map(|layer| ["--layer", layer]);
    let simulate = [
        &["estimate", "-q", "--partial"],
        &layers.concat()[..],
        &PUBLISHED,
    ]
    .concat();
    let shown = text(&stationary(&simulate).stdout);
    let line = "mappings of fc7, fc8 chosen for cycles, slack 2 %; the others are the file's";
    assert!(shown.contains(line), "{shown}");
    let answer = json(&[&simulate[..], &["--format", "json"]].concat());
    let layers = answer["goal"]["layers"].as_array().expect("layers");
    assert_eq!(layers.len(), 2);
    let all = json(&[&simulate[..simulate.len() - 2], &["--format", "json"]].concat());
    assert_eq!(
        all["goal"]["slack_percent"],
        answer["goal"]["slack_percent"]
    );
    assert!(all["goal"]["layers"].is_null());
}

/// Where tiles divide their loops, a prime extent is told of, and what it is told to do helps.
#[test]
fn an_extent_with_few_divisors_is_told_of() {
    let run = |rows: u64| {
        let layer = format!("{{name: a, matmul: {{m: {rows}, n: 1024, k: 1024}}}}");
        let name = format!("goals.rows{rows}.yaml");
        let network = file(&name, &format!("name: net\nlayers: [{layer}]\n"));
        let output = stationary(&[
            "simulate",
            "--arch",
            "vta",
            "--network",
            &network,
            "--format",
            "json",
        ]);
        let run: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let notes = run["notes"].as_array().cloned().unwrap_or_default();
        let note = notes.iter().filter_map(Value::as_str);
        let note = note
            .filter(|note| note.contains("few divisors"))
            .map(str::to_owned);
        (number(&run["total"]["cycles"]), note.collect::<Vec<_>>())
    };
    let (prime, notes) = run(1009);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].contains("padded to 1016 rows"), "{notes:?}");
    let (padded, notes) = run(1016);
    assert!(notes.is_empty(), "{notes:?}");
    assert!(prime > 2 * padded, "{prime} against {padded}");
}
