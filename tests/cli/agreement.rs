//! One run in its four forms, for programs and for people: the same numbers.

use serde_json::Value;

use crate::{file, json, number, stationary, text};

const NETWORK: &str = "\
name: small
layers:
  - {name: strided, conv: {input: [20, 18], channels: [8, 24], kernel: 3, stride: [1, 2], pad: 1}}
  - {name: grouped, conv: {input: 12, channels: [16, 32], kernel: 3, groups: 4}}
  - {name: depthwise, depthwise: {input: 14, channels: 24, kernel: 3, pad: 1}}
  - {name: product, matmul: {m: 4, n: 100, k: 300}}
";

/// Multiply-accumulates of the layers, by hand: filters, taps, outputs.
const MACS: [u64; 4] = [
    24 * 8 * 9 * 20 * 9,
    32 * 4 * 9 * 10 * 10,
    24 * 9 * 14 * 14,
    4 * 100 * 300,
];

fn thousands(number: u64) -> String {
    match number {
        0..1000 => number.to_string(),
        _ => format!("{},{:03}", thousands(number / 1000), number % 1000),
    }
}

/// The texts of a page, each between two bars.
fn cells(page: &str) -> String {
    let mut shown = String::from("|");
    for part in page.split('<') {
        let inside = part
            .split_once('>')
            .map_or(part, |(_, inside)| inside)
            .trim();
        if !inside.is_empty() {
            shown.push_str(inside);
            shown.push('|');
        }
    }
    shown
}

/// An energy as tables write it, such as `6.075 uJ`, in picojoules.
fn picojoules(shown: &str) -> f64 {
    let (figure, unit) = shown.split_once(' ').expect("a figure and its unit");
    let scale = match unit {
        "pJ" => 1.0,
        "nJ" => 1e3,
        "uJ" => 1e6,
        "mJ" => 1e9,
        other => panic!("{other}"),
    };
    figure.parse::<f64>().expect("a figure") * scale
}

#[track_caller]
fn check(verb: &str, arch: &str) {
    let network = file("agreement.yaml", NETWORK);
    let run = [verb, "--arch", arch, "--network", &network];
    let document = json(&[&run[..], &["--format", "json"]].concat());
    let layers = document["layers"].as_array().expect("a list");
    let of = |key: &str| layers.iter().map(|l| number(&l[key])).collect::<Vec<_>>();
    assert_eq!(of("macs"), MACS, "{arch}");
    let cycles = of("cycles");
    let total = &document["total"];
    assert_eq!(number(&total["cycles"]), cycles.iter().sum::<u64>());
    assert_eq!(number(&total["macs"]), MACS.iter().sum::<u64>());

    let output = stationary(&[&run[..], &["--format", "csv"]].concat());
    let lines = text(&output.stdout);
    let mut lines = lines.lines().map(|l| l.split(',').collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let at = |name: &str| header.iter().position(|n| *n == name).expect("a column");
    let output = stationary(&run);
    let table = text(&output.stdout);
    let kept = file(
        &format!("agreement-{verb}-{arch}.json"),
        &document.to_string(),
    );
    let page = file(&format!("agreement-{verb}-{arch}.html"), "");
    assert!(stationary(&["report", &kept, "-o", &page]).status.success());
    let page = cells(&std::fs::read_to_string(page).expect("the page was written"));

    let whole = [("total", total, "energy_pj")];
    let each = layers.iter().map(|layer| {
        let name = layer["name"].as_str().expect("a name");
        (name, layer, "/energy_pj/total")
    });
    for (name, figures, energy) in each.chain(whole) {
        let energy = match figures.pointer(energy) {
            Some(energy) => energy,
            None => &figures[energy],
        };
        let energy = energy.as_f64().expect("a number");
        let line = lines.next().expect("a line");
        assert_eq!(line[at("layer")], name);
        for key in ["macs", "cycles"] {
            assert_eq!(
                line[at(key)],
                figures[key].to_string(),
                "{arch} {name} {key}"
            );
        }
        let of_line: f64 = line[at("energy_pj")].parse().expect("a number");
        assert!((of_line / energy - 1.0).abs() < 1e-12, "{arch} {name}");

        let row = table.lines().find(|row| row.starts_with(name));
        let row = row.unwrap_or_else(|| panic!("{arch} {name}: {table}"));
        let written: Vec<&str> = row
            .split("  ")
            .map(str::trim)
            .filter(|c| !c.is_empty())
            .collect();
        let time = thousands(number(&figures["cycles"]));
        assert!(written.contains(&time.as_str()), "{arch} {name}: {row}");
        let last = picojoules(written.last().expect("a cell"));
        assert!((last / energy - 1.0).abs() < 1e-3, "{arch} {name}: {row}");
        let in_page = match name {
            "total" => format!("|{time} cycles"),
            _ => format!("|{name}|{time}|"),
        };
        assert!(
            page.contains(&in_page),
            "{arch}: {in_page} is not in {page}"
        );
        let spent = written.last().expect("a cell");
        assert!(
            page.contains(&format!("|{spent}|")),
            "{arch} {name}: {spent}"
        );
    }
    assert!(lines.next().is_none(), "the total is last");
}

#[test]
fn the_forms_of_a_run_say_the_same() {
    for arch in ["systolic", "eyeriss", "nvdla-small", "gemmini", "vta"] {
        check("estimate", arch);
        check("simulate", arch);
    }
}

#[test]
fn a_networks_file_is_shown_as_it_is_simulated() {
    let network = file("shown.yaml", NETWORK);
    let run = json(&[
        "estimate",
        "--arch",
        "systolic",
        "--network",
        &network,
        "--format",
        "json",
    ]);
    let shown = json(&["show", "network", &network, "--format", "json"]);
    let pairs = |document: &Value| {
        let layers = document["layers"].as_array().expect("a list");
        let pair = |l: &Value| (l["name"].clone(), l["dims"].clone(), l["macs"].clone());
        layers.iter().map(pair).collect::<Vec<_>>()
    };
    assert_eq!(pairs(&shown), pairs(&run));
    assert_eq!(shown["coverage"], run["coverage"]);
    // Rows and columns of inputs, and weights, by hand.
    let first = &shown["layers"][0];
    assert_eq!(number(&first["input_words"]), 8 * 20 * 18);
    assert_eq!(number(&first["weight_words"]), 24 * 8 * 9);
    assert_eq!(number(&first["output_words"]), 24 * 20 * 9);
    let table = text(&stationary(&["show", "network", &network]).stdout);
    for part in [
        "K24 C8 20x9 k3x3 /1x2 p1",
        "G4 K8 C4 10x10 k3x3",
        "M4 N100 K300",
    ] {
        assert!(table.contains(part), "{part}: {table}");
    }
    let lines = text(&stationary(&["show", "network", &network, "--format", "csv"]).stdout);
    let last = lines.lines().last().expect("a line");
    let total: u64 = MACS.iter().sum();
    assert!(
        last.starts_with("small,1,total,") && last.contains(&format!(",{total},")),
        "{last}"
    );
    // A preset's YAML is what it was; a part of it is shown like a file.
    let preset = text(&stationary(&["show", "network", "alexnet"]).stdout);
    assert!(preset.contains("layers:\n  - {name: conv1"), "{preset}");
    let part = json(&[
        "show", "network", "alexnet", "--layer", "conv2", "--format", "json",
    ]);
    assert_eq!(part["layers"].as_array().map(Vec::len), Some(1));
    // Picked twice, by name and by index, it is still one.
    let twice = ["--layer", "conv2", "--layer", "1", "--format", "json"];
    let twice = json(&[&["show", "network", "alexnet"][..], &twice].concat());
    assert_eq!(twice, part);
}
