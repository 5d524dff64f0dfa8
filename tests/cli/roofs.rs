//! What a run could do at most, beside what it did.

use serde_json::Value;

use crate::{json, stationary, text};

fn number(value: &Value, path: &str) -> Option<f64> {
    let found = path
        .split('.')
        .try_fold(value, |value, name| value.get(name));
    found.and_then(Value::as_f64)
}

/// No layer moves more in a cycle than its memory does, in a direction or in both: the roofline is a roof.
/// Where memory takes nearly all the time of a layer, it is no higher than it must be.
#[test]
fn no_layer_stands_above_the_roof() {
    let layers = [
        "--layer", "conv2", "--layer", "fc8", "--format", "json", "-q",
    ];
    for (arch, set, nearest) in [
        ("systolic", "dram.duplex=false", 0.9),
        ("systolic", "dram.duplex=true", 0.9),
        ("gemmini", "dram.kind=ddr4-2400", 0.6),
        ("nvdla-small", "dram.duplex=true", 0.9),
        ("vta", "dram.duplex=true", 0.85),
        ("vta", "dram.kind=ddr4-2400", 0.9),
        ("vta-pipelined", "dram.kind=ideal", 0.9),
    ] {
        let target = [
            "simulate",
            "--arch",
            arch,
            "--network",
            "alexnet",
            "--set",
            set,
        ];
        let run = json(&[&target[..], &layers].concat());
        let limit = |name: &str| number(&run, &format!("accelerator.{name}"));
        let direction = limit("dram_bytes_per_cycle").expect("a limit");
        let both = limit("dram_bytes_per_cycle_both_ways").expect("a limit");
        assert!(direction <= both && both <= 2.0 * direction);
        let cached = limit("cache_bytes_per_cycle").unwrap_or(direction);
        let mut most: f64 = 0.0;
        for layer in run["layers"].as_array().expect("layers") {
            let bytes = number(layer, "moved.dram_bytes").expect("a number");
            let written = number(layer, "moved.dram_written_bytes").expect("a number");
            assert!((0.0..bytes).contains(&written));
            let cycles = number(layer, "cycles").expect("a number");
            for (moved, limit) in [
                (bytes, both * cached / direction),
                (written, cached),
                (bytes - written, cached),
            ] {
                let share = moved / limit / cycles;
                assert!(share <= 1.0, "{arch} {set} {}: {share}", layer["name"]);
            }
            most = most.max((bytes - written) / direction / cycles);
        }
        assert!(most > nearest, "{arch} {set}: {most}");
    }
}

/// Lanes without a channel are no use, and the run says why.
#[test]
fn idle_lanes_are_told_of() {
    let target = [
        "estimate",
        "--arch",
        "gemmini",
        "--network",
        "alexnet",
        "--layer",
        "conv3",
    ];
    let told = |more: &[&str]| text(&stationary(&[&target[..], more].concat()).stdout);
    let lanes = ["--set", "array.lanes=2"];
    assert!(!told(&[]).contains("lanes idle"));
    assert!(told(&lanes).contains(
        "50.0 % of the lanes idle (1.0 of 2 in a PE at work): lanes take input channels that a PE holds \
         side by side, and its scratchpads hold 1 and 1 words of inputs and weights"
    ));
    let words = [
        "--set",
        "scratchpads.weight.words=2",
        "--set",
        "scratchpads.input.words=2",
    ];
    let fed = [&lanes[..], &words, &["--format", "json"]].concat();
    let run = json(&[&target[..], &fed].concat());
    assert_eq!(run["layers"][0]["active_lanes"], 2);
    assert_eq!(run["notes"].as_array().map(Vec::len), Some(0));
}

/// What a figure rests on stays with it, however quiet the run.
#[test]
fn caveats_are_part_of_a_result() {
    let target = [
        "estimate",
        "--arch",
        "systolic",
        "--network",
        "alexnet",
        "--layer",
        "conv3",
    ];
    let extrapolated = ["--set", "technology_nm=7", "--quiet", "--format", "json"];
    let run = json(&[&target[..], &extrapolated].concat());
    let caveats = run["caveats"].to_string();
    assert!(
        caveats.contains("extrapolated") && caveats.contains("FinFET"),
        "{caveats}"
    );
    let searched = [
        "search",
        "map",
        "--arch",
        "systolic",
        "--network",
        "alexnet",
        "--layer",
        "fc8",
    ];
    let validated = [
        "validate",
        "--arch",
        "systolic",
        "--network",
        "alexnet",
        "--layer",
        "fc8",
    ];
    for verb in [searched.as_slice(), validated.as_slice()] {
        let output = stationary(&[verb, &extrapolated[..]].concat());
        assert!(
            text(&output.stderr).contains("warning: technology_nm: 7"),
            "{verb:?}"
        );
        let run: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(run["caveats"].as_array().map(Vec::len), Some(2), "{verb:?}");
    }
    let tabulated = json(&[&target[..], &["--format", "json"]].concat());
    assert_eq!(tabulated["caveats"].as_array().map(Vec::len), Some(0));
}
