//! `list` and `new`: what there is, and files to start from.

use serde_json::Value;

use crate::{file, json, refuses, stationary, text};

const LISTS: [&str; 7] = [
    "archs",
    "networks",
    "dataflows",
    "drams",
    "optimizers",
    "mappings",
    "budgets",
];

/// Rows of objects, by the column `name`.
fn row(what: &str, name: &str) -> Value {
    let rows = json(&["list", what, "--format", "json"]);
    let mut rows = rows.as_array().expect("a list").iter();
    let found = rows.find(|row| row["name"] == name);
    found
        .unwrap_or_else(|| panic!("{what} has no {name}"))
        .clone()
}

/// JSON, CSV and the table have the same rows and as many columns.
#[test]
fn every_format_has_the_same_columns() {
    for what in LISTS {
        let rows = json(&["list", what, "--format", "json"]);
        let rows = rows.as_array().expect("a list");
        let csv = text(&stationary(&["list", what, "--format", "csv"]).stdout);
        let mut lines = csv.lines();
        let keys: Vec<&str> = lines.next().expect("a header").split(',').collect();
        assert_eq!(lines.clone().count(), rows.len(), "{what}");
        let table = text(&stationary(&["list", what, "-q"]).stdout);
        // A header, and rules below it and below the last row.
        assert_eq!(table.lines().count(), rows.len() + 3, "{what}");
        for (row, line) in rows.iter().zip(lines) {
            let row = row.as_object().expect("an object");
            assert!(row.keys().eq(&keys), "{what}: {row:?}");
            let name = row["name"].as_str().expect("a name");
            assert!(line.starts_with(&format!("{name},")), "{what}: {line}");
            assert!(table.contains(name), "{what}: {name}");
        }
    }
}

#[test]
fn lists_say_what_is_worth_knowing() {
    let eyeriss = row("archs", "eyeriss");
    assert_eq!([&eyeriss["rows"], &eyeriss["cols"]], [12, 14]);
    assert_eq!(eyeriss["dataflows"], serde_json::json!(["rs"]));
    // 168 MACs, two operations each, at 200 MHz.
    assert_eq!(eyeriss["peak_tops"], 0.0672);
    // 64 lanes of 16 PEs.
    assert_eq!(row("archs", "vta")["macs_per_cycle"], 256);
    // A bus of 64 bits that moves 16 bits a clock and line at 1.2 GHz (2 x 1200 MT/s), 8 bytes.
    assert_eq!(row("drams", "ddr4-2400")["bus_bits"], 64);
    let peak = row("drams", "ddr4-2400")["peak_gb_per_second"].as_f64();
    assert!((peak.expect("a number") - 19.2).abs() < 0.1);
    assert_eq!(row("optimizers", "ppo")["learns"], true);
    assert_eq!(row("optimizers", "exact")["learns"], false);
    assert_eq!(row("mappings", "eyeriss-alexnet")["batch"], 4);
    let about = row("mappings", "eyeriss-vgg16")["about"].clone();
    assert_eq!(about, "reconstructed, not published");
    for (name, share) in [
        ("unlimited", 1.0),
        ("cloud", 0.5),
        ("iot", 0.1),
        ("iotx", 0.05),
    ] {
        assert_eq!(row("budgets", name)["share"], share, "{name}");
    }
    let budgets = text(&stationary(&["list", "budgets"]).stdout);
    assert!(budgets.contains("budget = least + share x (greatest - least)"));
}

/// A mapping preset runs on what its line says that it is for.
#[test]
fn listed_mappings_fit_their_line() {
    for mapping in json(&["list", "mappings", "--format", "json"])
        .as_array()
        .expect("a list")
    {
        let word = |key: &str| mapping[key].as_str().expect("a word").to_owned();
        let batch = mapping["batch"].to_string();
        let [arch, network, name] = ["arch", "network", "name"].map(word);
        let arguments = [
            "estimate",
            "--arch",
            &arch,
            "--network",
            &network,
            "--batch",
            &batch,
            "--mapping",
            &name,
            "--layer",
            "1",
            "--format",
            "json",
        ];
        assert!(
            json(&arguments)["total"]["cycles"].as_u64() > Some(0),
            "{name}"
        );
    }
}

#[test]
fn a_new_network_runs_as_it_is_and_says_how_it_is_written() {
    let layers = |kind: &[&str]| {
        let written = stationary(&[&["new", "mine", "--network"][..], kind].concat());
        assert!(written.status.success(), "{}", text(&written.stderr));
        let yaml = text(&written.stdout);
        assert!(yaml.contains("name: 'mine'") && !yaml.contains("\nsource:"));
        assert!(
            yaml.lines()
                .filter(|l| l.trim_start().starts_with('#'))
                .count()
                > 8
        );
        let path = file("new-network.yaml", &yaml);
        let run = json(&[
            "estimate",
            "--arch",
            "systolic",
            "--network",
            &path,
            "--format",
            "json",
        ]);
        assert_eq!(run["network"], "mine");
        let run = run["layers"].as_array().expect("layers").clone();
        run.iter()
            .map(|l| l["name"].as_str().expect("a name").to_owned())
            .collect::<Vec<_>>()
    };
    let [both, cnn, transformer] = [&["both"][..], &["cnn"], &["transformer"]].map(layers);
    assert_eq!(layers(&[]), both);
    assert!(
        cnn.contains(&"stage2.depthwise".to_owned()) && !cnn.contains(&"block0.scores".to_owned())
    );
    assert!(transformer.contains(&"block0.scores".to_owned()));
    assert_eq!(
        both.len() + 1,
        cnn.len() + transformer.len(),
        "they share the classes"
    );
    // The name may stand on either side of the flag.
    let behind = text(&stationary(&["new", "--network", "mine"]).stdout);
    assert_eq!(
        behind,
        text(&stationary(&["new", "mine", "--network"]).stdout)
    );
    refuses(
        &["new", "mine", "--network", "cmn"],
        2,
        &["allowed: both, cnn, transformer", "`cnn`"],
    );
    refuses(&["new"], 2, &["needed a name"]);
}

/// `source` is for those who want it: a user's file goes without, or has one anywhere.
#[test]
fn a_source_may_be_left_out_or_stand_beside_anything() {
    let layer = "name: a, matmul: {m: 4, k: 8, c: 16}";
    let networks = [
        format!("name: n\nlayers:\n  - {{{layer}}}\n"),
        format!("name: n\nsource: a paper\nlayers:\n  - {{{layer}, source: its table 2}}\n"),
    ];
    let machine = "name: m\ndataflows: [ws]\narray: {rows: 4, cols: 4}\n";
    let machines = [machine.to_owned(), format!("source: our own\n{machine}")];
    let mut totals = Vec::new();
    for (network, machine) in networks.iter().zip(&machines) {
        let network = file("source-network.yaml", network);
        let machine = file("source-machine.yaml", machine);
        let arguments = [
            "estimate",
            "--arch",
            &machine,
            "--network",
            &network,
            "--format",
            "json",
        ];
        totals.push(json(&arguments)["total"].clone());
    }
    assert_eq!(totals[0], totals[1]);
}

/// The reference has the sections of a file and what is in them, in every format.
#[test]
fn fields_are_shown_by_section() {
    let all = json(&["show", "fields", "--format", "json"]);
    let all = all.as_array().expect("a list");
    let part = json(&["show", "fields", "array", "--format", "json"]);
    let part = part.as_array().expect("a list");
    assert!(part.len() < all.len() && part.iter().all(|field| all.contains(field)));
    assert_eq!(part[1]["path"], "array.rows");
    assert_eq!(
        (&part[1]["least"], &part[1]["greatest"]),
        (&1.into(), &65_536.into())
    );
    let csv = text(&stationary(&["show", "fields", "array", "--format", "csv"]).stdout);
    assert_eq!(csv.lines().count(), part.len() + 1);
    let table = text(&stationary(&["show", "fields", "array"]).stdout);
    assert!(table.contains("array.mac_latency"), "{table}");
    let needed = "needed the path of a field, or of a section: array";
    refuses(&["show", "fields", "arrya"], 2, &[needed]);
}
