//! The built command line: messages, exit codes, and what programs may rely on.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

fn stationary(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stationary"))
        .args(arguments)
        .output()
        .expect("the binary runs")
}

/// The command fails with this code, says each of these on standard error, and nothing on
/// standard output.
fn refuses(arguments: &[&str], code: i32, parts: &[&str]) {
    let output = stationary(arguments);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {message}");
    for part in parts {
        assert!(
            message.contains(part),
            "{arguments:?}: `{part}` is not in: {message}"
        );
    }
    assert!(output.stdout.is_empty(), "nothing goes to standard output");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(arguments: &[&str]) -> Value {
    let output = stationary(arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("standard output is one JSON document")
}

/// A file in a folder of this test's own.
fn file(name: &str, text: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cli");
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    let path = folder.join(name);
    std::fs::write(&path, text).expect("the target folder can be written");
    path.to_str()
        .expect("the target folder's path is text")
        .to_owned()
}

const ARCH: &str = "name: mine\ndataflows: [ws]\narray: {rows: 4, cols: 4}\n";

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
fn run_json_has_the_documented_fields_whatever_the_threads() {
    let run = |verb: &str, threads: &str| {
        let arguments = [
            verb,
            "--arch",
            "eyeriss",
            "--network",
            "alexnet",
            "--format",
            "json",
            "--threads",
            threads,
        ];
        let output = stationary(&arguments);
        assert!(output.status.success());
        assert!(
            output.stderr.is_empty(),
            "progress vanishes when it is not a terminal"
        );
        output.stdout
    };
    for (verb, reading) in [("estimate", "model"), ("simulate", "machine")] {
        let bytes = run(verb, "1");
        assert_eq!(bytes, run(verb, "2"), "{verb}: byte-identical");
        let answer: Value = serde_json::from_slice(&bytes).expect("JSON");
        assert_eq!(answer["schema"], "stationary/run/1");
        assert_eq!(answer["reading"], reading);
        let layers = answer["layers"].as_array().expect("a list of layers");
        assert_eq!(layers.len(), 8);
        for layer in layers {
            for field in [
                "name",
                "dims",
                "macs",
                "cycles",
                "compute_cycles",
                "lower_bound_cycles",
                "utilization",
                "active_pes",
                "stalls",
                "moved",
                "energy_pj",
                "mapping",
                "bound_by",
            ] {
                assert!(!layer[field].is_null(), "{field}");
            }
            let stalls: u64 = layer["stalls"]
                .as_object()
                .expect("a map")
                .values()
                .map(number)
                .sum();
            if verb == "simulate" {
                assert_eq!(
                    number(&layer["cycles"]),
                    number(&layer["busy_cycles"]) + stalls
                );
            }
            assert!(number(&layer["lower_bound_cycles"]) <= number(&layer["cycles"]));
            adds_up(&layer["energy_pj"], &layer["energy_parts_pj"]);
            let least = layer["energy_lower_bound_pj"].as_f64().expect("a number");
            assert!(
                least > 0.0 && least <= layer["energy_pj"]["total"].as_f64().expect("a number")
            );
        }
        let total = &answer["total"];
        adds_up(&total["energy_by_component_pj"], &total["energy_parts_pj"]);
        for field in [
            "energy_per_mac_pj",
            "edp_js",
            "tops",
            "tops_per_watt",
            "dram_bytes_per_mac",
            "average_power_mw",
            "peak_power_mw",
            "energy_lower_bound_pj",
        ] {
            assert!(
                total[field].as_f64().is_some_and(|value| value > 0.0),
                "{field}"
            );
        }
        let area: f64 = values(&total["area_parts_um2"]).iter().sum();
        close(area, total["area_um2"].as_f64().expect("a number"));
        let sum: u64 = layers.iter().map(|l| number(&l["cycles"])).sum();
        assert_eq!(number(&answer["total"]["cycles"]), sum);
    }
}

fn values(object: &Value) -> Vec<f64> {
    let object = object.as_object().expect("a map").values();
    object.filter_map(Value::as_f64).collect()
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-9 * a.abs().max(b.abs()), "{a} and {b}");
}

/// The components sum to the total, and each one's parts to it.
fn adds_up(components: &Value, parts: &Value) {
    let total = components["total"].as_f64().expect("a number");
    close(values(components).iter().sum::<f64>() - total, total);
    for (name, parts) in parts.as_object().expect("a map") {
        let component = components[name].as_f64().expect("a number");
        close(values(parts).iter().sum(), component);
    }
}

#[test]
fn constants_of_cost_are_shown_with_their_sources() {
    let constants = text(&stationary(&["show", "cost"]).stdout);
    for word in [
        "Horowitz",
        "Stillmaker",
        "CACTI",
        "Fitted to",
        "picojoules_per_bit",
    ] {
        assert!(constants.contains(word), "{word}");
    }
    let eyeriss = stationary(&["show", "cost", "eyeriss"]);
    assert!(text(&eyeriss.stdout).contains("mac: 2.0000"));
    let nameless = stationary(&["show", "arch"]);
    assert_eq!(nameless.status.code(), Some(2));
}

#[test]
fn extrapolated_technology_is_told_on_standard_error_alone() {
    let run = |node: &str| {
        let set = format!("technology_nm={node}");
        let arguments = [
            "estimate",
            "--arch",
            "eyeriss",
            "--network",
            "alexnet",
            "--layer",
            "conv3",
            "--format",
            "json",
            "--set",
            &set,
        ];
        stationary(&arguments)
    };
    let finfet = run("7");
    assert!(text(&finfet.stderr).contains("FinFET"));
    serde_json::from_slice::<Value>(&finfet.stdout).expect("JSON alone");
    assert!(run("65").stderr.is_empty());
}

#[test]
fn validate_runs_to_the_end_with_every_bound_kept() {
    for network in ["alexnet", "resnet18", "mobilenet_v2"] {
        let arguments = [
            "validate",
            "--arch",
            "eyeriss",
            "--network",
            network,
            "--dataflow",
            "all",
            "--format",
            "json",
        ];
        let answer = json(&arguments);
        let dataflow = &answer["dataflows"][0];
        assert_eq!(dataflow["dataflow"], "rs");
        assert_eq!(dataflow["bound_violations"], 0);
        assert_eq!(dataflow["count_mismatches"], 0);
        assert!(
            dataflow["mean_abs_error"]
                .as_f64()
                .is_some_and(|e| e < 0.12),
            "{network}"
        );
    }
}

#[test]
fn a_searched_mapping_can_be_run() {
    let path = file("best.yaml", "");
    let target = [
        "--arch",
        "gemmini",
        "--network",
        "resnet18",
        "--layer",
        "layer4.0.downsample",
    ];
    let search = json(
        &[
            &["search", "map"],
            &target[..],
            &["-o", &path, "--format", "json"],
        ]
        .concat(),
    );
    let run = json(
        &[
            &["simulate"],
            &target[..],
            &["--mapping", &path, "--format", "json"],
        ]
        .concat(),
    );
    assert_eq!(search["layers"][0]["machine"], run["layers"][0]["cycles"]);
}

#[test]
fn outputs_are_exact_on_a_real_layer() {
    let arguments = [
        "simulate",
        "--arch",
        "eyeriss",
        "--network",
        "mobilenet_v2",
        "--layer",
        "block5.1.depthwise",
        "--functional",
        "--format",
        "json",
    ];
    assert_eq!(json(&arguments)["equal"], true);
    let arguments = [
        "simulate",
        "--arch",
        "eyeriss",
        "--network",
        "vgg16",
        "--functional",
    ];
    refuses(&arguments, 2, &["--functional", "Pick smaller layers"]);
}

#[test]
fn lists_and_shows_what_there_is() {
    for what in ["archs", "networks", "dataflows", "drams", "optimizers"] {
        assert!(
            !json(&["list", what, "--format", "json"])
                .as_array()
                .expect("a list")
                .is_empty()
        );
    }
    let shown = stationary(&["show", "arch", "eyeriss"]);
    let path = file("shown.yaml", &String::from_utf8_lossy(&shown.stdout));
    assert!(
        stationary(&["estimate", "--arch", &path, "--network", "alexnet"])
            .status
            .success()
    );
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a whole number")
}

#[test]
fn dram_replays_a_trace() {
    let trace = file("two.trace", "0x0 R\n0x40 READ 0\n\n");
    let arguments = [
        "dram",
        "--dram",
        "ddr4-2400",
        "--trace",
        &trace,
        "--format",
        "json",
    ];
    let answer = json(&arguments);
    assert_eq!(answer["schema"], "stationary/dram/1");
    assert_eq!(
        [
            &answer["requests"],
            &answer["cycles"],
            &answer["max_read_latency_cycles"]
        ],
        [2, 46, 44]
    );
    assert_eq!(answer["mean_read_latency_cycles"], 41.5);
    assert_eq!([&answer["row_misses"], &answer["row_hits"]], [1, 1]);
    let packed = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/dram/seq_read_100.trace.gz"
    );
    let arguments = [
        "dram", "--dram", "hbm2", "--trace", packed, "--format", "json",
    ];
    assert_eq!(json(&arguments)["cycles"], 158);
}

#[test]
fn dram_refuses_what_it_cannot_read() {
    let trace = file("bad.trace", "0x0 R\n0x40 Q\n");
    let arguments = ["dram", "--dram", "ddr4-2400", "--trace", &trace];
    refuses(
        &arguments,
        2,
        &["bad.trace:2", "`Q`", "R, W, READ or WRITE"],
    );
    let arguments = ["dram", "--dram", "ddr4-2440", "--trace", &trace];
    refuses(&arguments, 2, &["ddr4-2440", "did you mean `ddr4-2400`?"]);
    let shown = stationary(&["show", "dram", "ddr4-2400"]);
    let text = String::from_utf8(shown.stdout).expect("YAML is text");
    let own = file("own.yaml", &text.replace("tRCD:", "tRDC:"));
    let arguments = ["dram", "--dram", &own, "--trace", &trace];
    refuses(
        &arguments,
        2,
        &["own.yaml:", "tRDC", "did you mean `tRCD`?"],
    );
    let own = file("own.yaml", &text.replace("rows: 65536", "rows: 65537"));
    let arguments = ["dram", "--dram", &own, "--trace", &trace];
    refuses(
        &arguments,
        2,
        &["organization.rows", "65537", "a power of two"],
    );
}

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
    assert_eq!(json(&table)["best"], modelled["best"]);
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
            "200",
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
    assert_eq!(text.lines().count(), 2 * 3 * optimizers);
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
    refuses(&arguments, 2, &["bad.jsonl:1", "schema", "\"other\""]);
    let arguments = ["compare", "--table", COSTS, "--optimizer", "genetc"];
    refuses(&arguments, 2, &["genetc", "did you mean `genetic`?"]);
}

#[test]
fn errors_show_the_line_and_a_caret_for_each() {
    let text = "name: mine\ndataflows: [ws]\narray: {rows: four, cols: 4, colz: 3}\n";
    let path = file("carets.yaml", text);
    let parts = [
        "carets.yaml:3:15: array.rows",
        "  |\n3 | array: {rows: four, cols: 4, colz: 3}\n  |               ^^^^\n",
        "carets.yaml:3:30: array: unknown field `colz`",
        "^^^^ did you mean `cols`?",
    ];
    let arguments = ["estimate", "--arch", &path, "--network", "alexnet"];
    refuses(&arguments, 2, &parts);
    let text = "Layer, M, N, K,\nfc1, 1, 0, 3,\nfc2, 1, 2, x,\n";
    let path = file("carets.csv", text);
    let parts = [
        "carets.csv:2:1: N: found `0`",
        "3 | fc2, 1, 2, x,\n  | ^^^^",
    ];
    refuses(
        &["estimate", "--arch", "systolic", "--network", &path],
        2,
        &parts,
    );
}

/// A file of `tests/data`.
fn data(name: &str) -> String {
    format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn timeloops_files_are_counted_as_timeloop_counts_and_estimated_as_ours() {
    let of = |name: &str| data(&format!("timeloop/ws_r18_conv2/{name}.yaml"));
    let (arch, network, mapping) = (of("arch"), of("prob"), of("map"));
    let target = [
        "estimate",
        "--arch",
        &arch,
        "--network",
        &network,
        "--format",
        "json",
    ];
    let counted = json(
        &[
            &target[..],
            &["--mapping", &mapping, "--counting", "timeloop"],
        ]
        .concat(),
    );
    assert_eq!(counted["schema"], "stationary/timeloop/1");
    let counts = &counted["layers"][0]["counts"];
    assert_eq!(
        (&counts["cycles"], &counts["computes"]),
        (&451_584.into(), &115_605_504.into())
    );
    let estimated = json(&target);
    assert_eq!(estimated["total"]["macs"], 115_605_504);
    // A mapping for the one way of counting is refused in the other.
    let arguments = [&target[..], &["--mapping", &mapping]].concat();
    refuses(
        &arguments,
        2,
        &["map.yaml", "a Timeloop mapping", "--counting timeloop"],
    );
    let spoilt = std::fs::read_to_string(&mapping)
        .expect("a data file")
        .replace("K=16", "K=15");
    let spoilt = file("spoilt.yaml", &spoilt);
    let arguments = [
        &target[..],
        &["--mapping", &spoilt, "--counting", "timeloop"],
    ]
    .concat();
    refuses(
        &arguments,
        2,
        &["the factors of K multiply to 60; the problem's K is 64"],
    );
}

#[test]
fn mappings_are_exported_as_files_that_count_the_same() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cli/timeloop");
    let folder = folder.to_str().expect("text");
    let target = [
        "--arch",
        "nvdla-small",
        "--network",
        "alexnet",
        "--layer",
        "conv3",
    ];
    let output = stationary(&[&["export", "timeloop", "-o", folder][..], &target].concat());
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let of = |name: &str| format!("{folder}/conv3/{name}.yaml");
    let ours = json(
        &[
            &["estimate", "--counting", "timeloop", "--format", "json"][..],
            &target,
        ]
        .concat(),
    );
    let (arch, network, mapping) = (of("arch"), of("prob"), of("map"));
    let files = [
        "--arch",
        &arch,
        "--network",
        &network,
        "--mapping",
        &mapping,
    ];
    let theirs = json(
        &[
            &["estimate", "--counting", "timeloop", "--format", "json"][..],
            &files,
        ]
        .concat(),
    );
    assert_eq!(ours["layers"][0]["counts"], theirs["layers"][0]["counts"]);
}

#[test]
fn models_of_other_tools_run() {
    let text =
        "Network n { Layer a { Type: CONV Dimensions { K: 8, C: 3, R: 3, S: 3, Y: 16, X: 16 } } }";
    let network = file("n.m", text);
    let text = "[general]\nrun_name = mine\n[architecture_presets]\nArrayHeight: 8\nArrayWidth: 8\nIfmapSramSzkB: 64\n\
                FilterSramSzkB: 64\nOfmapSramSzkB: 64\nDataflow: os\nIfmapOffset: 0\n";
    let arch = file("mine.cfg", text);
    let run = json(&[
        "simulate",
        "--arch",
        &arch,
        "--network",
        &network,
        "--format",
        "json",
    ]);
    assert_eq!(
        (&run["arch"], &run["total"]["macs"]),
        (&"mine".into(), &(8 * 3 * 9 * 14 * 14).into())
    );
    let output = stationary(&["estimate", "--arch", &arch, "--network", &network]);
    let notes = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        notes.contains("mine.cfg:10:1: IfmapOffset: not used"),
        "{notes}"
    );
}

#[test]
fn onnx_models_take_their_open_sizes_from_the_command_line() {
    let packed = std::fs::read(data("onnx/bert_base.onnx.gz")).expect("a data file");
    let mut model = Vec::new();
    std::io::Read::read_to_end(
        &mut flate2::read::GzDecoder::new(packed.as_slice()),
        &mut model,
    )
    .expect("gzip");
    let path = file("bert.onnx", "");
    std::fs::write(&path, model).expect("the target folder can be written");
    let target = [
        "estimate",
        "--arch",
        "gemmini",
        "--network",
        &path,
        "--layer",
        "0",
    ];
    refuses(
        &target,
        2,
        &[
            "bert.onnx: input `input_ids`: dimension 1",
            "--dim sequence=SIZE",
        ],
    );
    refuses(
        &[&target[..], &["--dim", "sequence"]].concat(),
        2,
        &["needed NAME=SIZE"],
    );
    let run = |batch: &str| {
        json(
            &[
                &target[..],
                &["--dim", "sequence=32", "--batch", batch, "--format", "json"],
            ]
            .concat(),
        )["total"]["macs"]
            .as_u64()
    };
    assert_eq!(run("1"), Some(32 * 768 * 768));
    assert_eq!(run("4"), Some(4 * 32 * 768 * 768));
    refuses(
        &[
            "estimate",
            "--arch",
            "gemmini",
            "--network",
            "alexnet",
            "--dim",
            "a=1",
        ],
        2,
        &["no ONNX model"],
    );
}
