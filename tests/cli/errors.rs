//! What is wrong with an input, and where.

use serde_json::Value;

use crate::{ARCH, file, json, refuses, stationary, text};

#[test]
fn unknown_names_get_a_near_match() {
    let arguments = ["estimate", "--arch", "eyeriss", "--network", "resnet19"];
    refuses(&arguments, 2, &["resnet19", "did you mean `resnet18`"]);
    let arguments = ["estimate", "--arch", "eyris", "--network", "resnet18"];
    refuses(&arguments, 2, &["eyris", "eyeriss"]);
    let arguments = [
        "estimate",
        "--arch",
        "eyeriss",
        "--network",
        "resnet18",
        "--layer",
        "conv9",
    ];
    refuses(
        &arguments,
        2,
        &["conv9", "resnet18 has no such layer", "did you mean"],
    );
    let arguments = [
        "estimate",
        "--arch",
        "eyeriss",
        "--network",
        "alexnet",
        "--dataflow",
        "ws",
    ];
    refuses(&arguments, 2, &["eyeriss does not offer it; it offers: rs"]);
}

#[test]
fn what_is_no_network_is_named_as_what_it_is() {
    let check = |network: &str, more: &[&str], parts: &[&str]| {
        let first = ["estimate", "--arch", "systolic", "--network", network];
        refuses(&[&first[..], more].concat(), 2, parts);
    };
    check(".", &[], &["a folder"]);
    let packed = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/dram/seq_read_100.trace.gz"
    );
    check(packed, &[], &["packed by gzip", "gunzip"]);
    let picked = ["--layer", "conv9"];
    check("alexnet", &picked, &["it has 8, 0 to 7: conv1, ", "fc8"]);
    check(
        "alexnet",
        &["--slack", "-1"],
        &["-1", "a percentage from 0"],
    );
    check("alexnet", &["--batch", "-1"], &["-1", "--batch"]);
}

#[test]
fn a_kind_of_dram_without_banks_is_not_replayed() {
    let trace = file("kinds.trace", "0x0 R\n");
    for kind in ["ideal", "bandwidth"] {
        let arguments = ["dram", "--dram", kind, "--trace", &trace];
        refuses(&arguments, 2, &[kind, "needs a standard", "ddr4-2400"]);
    }
}

#[test]
fn bad_accelerator_files_name_the_place() {
    let check = |name: &str, text: &str, parts: &[&str]| {
        let path = file(name, text);
        let mut parts = parts.to_vec();
        parts.push(name);
        refuses(
            &["estimate", "--arch", &path, "--network", "alexnet"],
            2,
            &parts,
        );
    };
    check(
        "type.yaml",
        &ARCH.replace("rows: 4", "rows: four"),
        &["array.rows", "type.yaml:3:", "four"],
    );
    check(
        "field.yaml",
        &ARCH.replace("cols: 4", "colz: 4"),
        &["array", "colz", "did you mean `cols`"],
    );
    check(
        "negative.yaml",
        &ARCH.replace("rows: 4", "rows: -4"),
        &["array.rows", "-4"],
    );
    check(
        "zero.yaml",
        &ARCH.replace("rows: 4", "rows: 0"),
        &["array.rows", "0", "1"],
    );
    let set = [
        "estimate",
        "--arch",
        "systolic",
        "--network",
        "alexnet",
        "--set",
        "array.row=3",
    ];
    refuses(&set, 2, &["array.row", "did you mean `rows`"]);
    let set = [
        "estimate",
        "--arch",
        "systolic",
        "--network",
        "alexnet",
        "--set",
        "array.rows",
    ];
    refuses(&set, 2, &["needed PATH=VALUE"]);
}

#[test]
fn bad_networks_name_the_place() {
    let text = "name: n\nsource: made up\nlayers:\n- {name: big, conv: {input: 4, channels: [1, 1], kernel: 7}}\n";
    let path = file("kernel.yaml", text);
    let arguments = ["estimate", "--arch", "systolic", "--network", &path];
    refuses(&arguments, 2, &["kernel.yaml", "big", "kernel", "7", "4"]);
    let header = "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n";
    let path = file(
        "short.csv",
        &format!("{header}conv1, 224, 224, 7, 7, 3, 64, 2,\nconv2, 56, 56,\n"),
    );
    refuses(
        &["estimate", "--arch", "systolic", "--network", &path],
        2,
        &["short.csv", "3"],
    );
    let arguments = [
        "estimate",
        "--arch",
        "systolic",
        "--network",
        "missing.yaml",
    ];
    refuses(&arguments, 2, &["cannot read missing.yaml"]);
}

/// A bundled file of mappings names itself and what it is for, where it is given to something else.
#[test]
fn bundled_mappings_say_what_they_are_for() {
    let arguments = [
        "simulate",
        "--arch",
        "eyeriss",
        "--network",
        "alexnet",
        "--mapping",
        "eyeriss-alexnet",
    ];
    let parts = [
        "eyeriss-alexnet: layer `conv3`: row_stationary.n is 4",
        "eyeriss-alexnet is for alexnet of batch 4, and this is alexnet of batch 1",
    ];
    refuses(&arguments, 2, &parts);
}

#[test]
fn a_mapping_over_capacity_says_by_how_much() {
    let path = file(
        "over.yaml",
        "layers: [{layer: conv3, dataflow: rs, local: {K: 24, C: 12, S: 3}}]\n",
    );
    let arguments = [
        "simulate",
        "--arch",
        "eyeriss",
        "--network",
        "alexnet",
        "--layer",
        "conv3",
        "--mapping",
        &path,
    ];
    refuses(
        &arguments,
        2,
        &[
            "over.yaml",
            "conv3",
            "input tile takes 36 words",
            "holds 12",
        ],
    );
}

#[test]
fn an_infeasible_budget_is_an_answer() {
    let path = "search/tests/data/mobilenet_v2_dla.csv";
    let arguments = [
        "search", "assign", "--table", path, "--budget", "area=1e3", "--format", "json",
    ];
    let output = stationary(&arguments);
    assert_eq!(output.status.code(), Some(1));
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(answer["best"]["feasible"], false);
    assert_eq!(answer["best"]["shortfalls"][0]["limit"], 1e3);
    let path = file(
        "short_table.csv",
        "layer,pe,tile,latency_cycles,energy_nj,area_um2,power_mw\n0,1,1,5\n",
    );
    refuses(
        &["search", "assign", "--table", &path],
        2,
        &["short_table.csv:2", "found"],
    );
    let arguments = [
        "search",
        "assign",
        "--network",
        "alexnet",
        "--optimizer",
        "exakt",
    ];
    refuses(&arguments, 2, &["exakt", "did you mean `exact`"]);
}

#[test]
fn an_illegal_mapping_is_explained_and_each_mend_mends_it() {
    let arch = file("explain.yaml", ARCH);
    let entry = |block: &str| {
        format!(
            "layers:\n  - layer: conv3\n    dataflow: ws\n    block: {{K: 384, C: 256, P: 13, Q: {block}}}\n    rows: {{C: 8}}\n"
        )
    };
    let mapping = file("explain_map.yaml", &entry("13"));
    let target = [
        "estimate",
        "--arch",
        &arch,
        "--network",
        "alexnet",
        "--layer",
        "conv3",
        "--mapping",
    ];
    refuses(
        &[&target[..], &[&mapping]].concat(),
        2,
        &["--explain says what would make it legal"],
    );
    let output = stationary(&[&target[..], &[&mapping, "--explain"]].concat());
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    let mends: Vec<&str> = message
        .lines()
        .filter_map(|line| line.strip_prefix("  "))
        .collect();
    assert!(!mends.is_empty(), "{message}");
    assert!(
        message.contains("legal as it is on a larger mine: array.rows 4 -> 8"),
        "{message}"
    );
    // The first mend, done: each `field from -> to` is set.
    let (changes, cycles) = mends[0].rsplit_once(": ").expect("cycles");
    let mut entry: serde_json::Value = serde_json::json!({
        "layer": "conv3", "dataflow": "ws", "block": {"K": 384, "C": 256, "P": 13, "Q": 13}, "rows": {"C": 8},
    });
    for change in changes.split(", ") {
        let (field, values) = change.split_once(' ').expect("a field");
        let (_, to) = values.split_once(" -> ").expect("a value");
        let (table, dim) = field.split_once('.').expect("a dimension");
        entry[table][dim] = to.parse::<u64>().map_or(to.into(), Into::into);
    }
    let mended = serde_json::json!({"layers": [entry]});
    let mended = file("explain_mended.yaml", &mended.to_string());
    let run = json(&[&target[..], &[&mended, "--format", "json"]].concat());
    let told: u64 = cycles.replace(',', "").parse().expect("a number");
    assert_eq!(
        run["layers"][0]["cycles"], told,
        "as many cycles as were told"
    );
}

#[test]
fn an_infeasible_budget_is_explained() {
    let costs = "search/tests/data/mobilenet_v2_dla.csv";
    let arguments = |budget: &'static str| {
        vec![
            "search",
            "assign",
            "--table",
            costs,
            "--budget",
            budget,
            "--explain",
            "--format",
            "json",
        ]
    };
    let output = stationary(&arguments("area=1e13"));
    assert_eq!(output.status.code(), Some(1));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let told = &answer["best"]["explanation"];
    let least = told["shortfalls"][0]["least"].as_f64().expect("the least");
    assert!(least > 1e13);
    let assign = |budget: String, deployment: &str| {
        let output = stationary(&[
            "search",
            "assign",
            "--table",
            costs,
            "--budget",
            &budget,
            "--deployment",
            deployment,
            "--format",
            "json",
        ]);
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (output.status.code(), answer["best"]["objective"].as_f64())
    };
    assert_eq!(
        assign(format!("area={}", least * 0.999_999), "pipelined").0,
        Some(1),
        "a bit less will not do"
    );
    let factor = told["relaxed"]["factor"].as_f64().expect("a factor");
    let relaxed = assign(format!("area={}", 1e13 * factor), "pipelined");
    assert_eq!(
        relaxed,
        (Some(0), told["relaxed"]["optimum"]["objective"].as_f64())
    );
    let shares = told["relaxed"]["heaviest"][0].as_array().expect("stages");
    assert!(
        shares
            .windows(2)
            .all(|w| w[0]["share"].as_f64() >= w[1]["share"].as_f64())
    );
    for other in told["deployments"].as_array().expect("deployments") {
        let found = assign(
            "area=1e13".to_owned(),
            other["deployment"].as_str().expect("a name"),
        );
        assert_eq!(found.1, other["optimum"]["objective"].as_f64(), "{other}");
    }
    let table = text(&stationary(&arguments("area=1e13")[..7]).stdout);
    assert!(table.contains("more is needed at the least"), "{table}");
}
