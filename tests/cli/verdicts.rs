//! What `verify` says: of what, over what, by which build, in which units.

use serde_json::{Value, json};

use crate::certify::certificate;
use crate::forgeries::{NETWORK, certificates, words};
use crate::{file, refuses, stationary, text};

/// A certificate that another build wrote is said to be one, before what differs.
#[test]
fn another_build_is_told_from_a_forgery() {
    let digest = "0".repeat(64);
    for (kind, found) in certificates() {
        let mut other = found.clone();
        for name in ["model", "space"] {
            other["hashes"][name] = json!(digest);
        }
        let path = file("forge.other.json", &other.to_string());
        let output = stationary(&["verify", &path]);
        assert_eq!(output.status.code(), Some(1), "{kind}");
        let said = words(&output.stdout);
        assert!(
            said.starts_with("written by another build: "),
            "{kind}: {said}"
        );
        assert!(said.contains("make it anew"), "{kind}: {said}");
        assert!(!said.contains(&digest), "{kind}: digests are cut: {said}");
        let output = stationary(&["verify", &path, "--format", "json"]);
        let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert!(document["origin"].is_string(), "{kind}");
        let path = file("forge.this.json", &found.to_string());
        let output = stationary(&["verify", &path, "--format", "json"]);
        let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert!(document["origin"].is_null(), "{kind}");
    }
}

/// What another version wrote in another form is told to be that, not only to be misspelt.
#[test]
fn another_version_is_named_where_its_form_differs() {
    for (kind, found) in certificates() {
        let mut other = found.clone();
        other["version"] = json!("0.0.1");
        other["of_old"] = json!(1);
        let path = file("forge.old.json", &other.to_string());
        let parts = [
            "forge.old.json: ",
            "written by version 0.0.1, and this is ",
            "of_old",
        ];
        refuses(&["verify", &path], 2, &parts);
        other["version"] = json!(env!("CARGO_PKG_VERSION"));
        let path = file("forge.odd.json", &other.to_string());
        let output = stationary(&["verify", &path]);
        let said = words(&output.stdout);
        // It claims what nobody defined: that is refused, and is no slip of the command line.
        assert_eq!(output.status.code(), Some(1), "{kind}: {said}");
        assert!(said.contains("unknown field `of_old`"), "{kind}: {said}");
        assert!(said.contains("does not hold"), "{kind}: {said}");
    }
}

/// What was checked is said: of what machine and network, for what, over what, and how many runs.
#[test]
fn the_verdict_names_what_was_checked() {
    for (kind, found) in certificates() {
        let path = file("forge.named.json", &found.to_string());
        let output = stationary(&["verify", &path]);
        let said = words(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{kind}: {said}");
        let parts = [
            "arch: ",
            "network: three",
            "objective: ",
            "over: every ",
            "of: the machine",
            "runs were made again",
            match kind {
                "cut" => "but a bound",
                "open map" => "but bounds",
                _ => ", proved; ",
            },
            ", of the file ",
        ];
        for part in parts {
            assert!(said.contains(part), "{kind}: `{part}` is not in: {said}");
        }
    }
}

/// A certificate of layers, of settings or of a batch says so: it proves nothing of the whole.
#[test]
fn the_verdict_names_every_setting() {
    let network = file("three.yaml", NETWORK);
    let certificate = file("forge.set.json", "");
    let more = [
        "--network",
        &network,
        "--layer",
        "b",
        "--batch",
        "3",
        "--certificate",
        &certificate,
    ];
    let width = ["--set", "dram.words_per_cycle=8"];
    let cases: [&[&str]; 3] = [
        &["search", "map", "--arch", "systolic", "--certify"],
        &[
            "search",
            "assign",
            "--budget",
            "area=0.6",
            "--pes",
            "2,4",
            "--tiles",
            "1",
            "--certify",
        ],
        &["search", "codesign"],
    ];
    for first in cases {
        let output = stationary(&[first, &more, &width].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let output = stationary(&["verify", &certificate]);
        let said = words(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{said}");
        for part in [
            "set: dram.words_per_cycle=8",
            "batch: 3",
            "network: three",
            "part: 1 of 3 layers",
        ] {
            assert!(said.contains(part), "{first:?}: `{part}` is not in: {said}");
        }
    }
}

#[test]
fn amounts_of_a_verdict_have_units_that_suit() {
    let assign = [
        "search",
        "assign",
        "--network",
        "alexnet",
        "--layer",
        "conv3",
    ];
    let more = ["--pes", "2,4", "--tiles", "1,2", "--budget", "area=iot"];
    let found = certificate(&assign, &more, "units.json");
    let path = file("units.verify.json", &found.to_string());
    let verdict = crate::json(&["verify", &path, "--format", "json"]);
    let checks = verdict["checks"].as_array().expect("checks");
    for (name, unit) in [
        ("limit on area", " mm2"),
        ("area", " mm2"),
        ("power", " mW"),
    ] {
        let check = checks.iter().find(|check| check["check"] == name);
        let detail = check.expect("a check")["detail"].as_str().expect("text");
        assert!(
            detail.ends_with(unit) && detail.len() < 14,
            "{name}: {detail}"
        );
    }
}

/// Certificates that a build wrote before the array had a `mac_interval`: a field with a default that comes
/// later leaves what they refer to as it was. Where candidates or bounds change they are to be made anew:
///
/// ```text
/// search map --arch nvdla-small --network alexnet --layer fc8 --certify --certificate mapping.json
/// search codesign --network resnet18 --layer layer4.0.downsample --hardware fixed --certificate chip.json
/// ```
#[test]
fn certificates_outlive_fields_with_defaults() {
    for name in ["mapping", "chip"] {
        let root = env!("CARGO_MANIFEST_DIR");
        let path = format!("{root}/tests/data/certificates/{name}.json");
        let output = stationary(&["verify", &path]);
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{name}: {said}");
        assert!(said.contains("the certificate holds"), "{name}: {said}");
    }
}
