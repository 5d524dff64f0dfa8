//! Estimates, runs, what they cost, and mappings that are found and run.

use serde_json::Value;

use crate::energy::{adds_up, close, values};
use crate::{file, json, number, refuses, stationary, text};

#[test]
fn run_json_has_the_documented_fields_whatever_the_threads() {
    let run = |verb: &str, threads: &str| {
        let arguments = [
            verb,
            "--arch",
            "eyeriss",
            "--network",
            "alexnet",
            "--layer",
            "conv3",
            "--layer",
            "conv4",
            "--layer",
            "fc8",
            "--partial",
            "--format",
            "json",
            "--threads",
            threads,
        ];
        let output = stationary(&arguments);
        assert!(output.status.success());
        let said = text(&output.stderr);
        assert!(
            // What takes long is told of, on a busy machine this run too.
            said.lines()
                .all(|line| line.starts_with("warning: ") || line.starts_with("note: ")),
            "progress vanishes when it is not a terminal: {said}"
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
        assert_eq!(layers.len(), 3);
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
fn dataflows_that_the_hardware_lacks_are_no_error() {
    let arguments = [
        "validate",
        "--arch",
        "systolic",
        "--network",
        "alexnet",
        "--layer",
        "7",
        "--dataflow",
        "all",
        "--format",
        "json",
    ];
    let output = stationary(&arguments);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        text(&output.stderr),
        "note: --dataflow all: all that systolic offers, ws, os, is; its hardware has no rs\n"
    );
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(answer["dataflows"].as_array().map(Vec::len), Some(3));
    let reason = "the hardware of systolic has none";
    assert_eq!(
        answer["left_out"],
        serde_json::json!([{"dataflow": "rs", "reason": reason}])
    );
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
    refuses(&arguments, 2, &["functional: layer", "Pick smaller layers"]);
}

#[test]
fn what_is_shown_is_read() {
    let shown = stationary(&["show", "arch", "eyeriss"]);
    let path = file("shown.yaml", &String::from_utf8_lossy(&shown.stdout));
    assert!(
        stationary(&["estimate", "--arch", &path, "--network", "alexnet"])
            .status
            .success()
    );
}

/// What is shown of the mapper's choice is what `--mapping` takes, on either kind of machine.
#[test]
fn mappings_shown_are_mappings_read() {
    let layer = ["--network", "resnet18", "--layer", "layer2.0.conv1"];
    let target = [&layer[..], &["--batch", "2"]].concat();
    for arch in ["systolic-rtl", "vta"] {
        let shown = stationary(&[&["show", "mapping", arch][..], &target].concat());
        let path = file(&format!("{arch}.yaml"), &text(&shown.stdout));
        let estimate = [
            &["estimate", "--arch", arch, "--format", "json"][..],
            &target,
        ]
        .concat();
        let read = [&estimate[..], &["--mapping", &path]].concat();
        assert_eq!(json(&estimate)["total"], json(&read)["total"], "{arch}");
    }
}
