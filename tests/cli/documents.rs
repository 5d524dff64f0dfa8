//! Documents are read back as what they were written, to the last byte, and fit their schemas.

use serde_json::Value;
use stationary::documents::{Document, Functional, Map, Run, Validate, schema_of};

use crate::{stationary, text};

/// What the command writes is the document `D`, whole: reading and writing it gives the same text.
#[track_caller]
fn check<D: Document>(args: &[&str]) {
    let output = stationary(&[args, &["--format", "json"]].concat());
    let text = text(&output.stdout);
    let value: Value = serde_json::from_str(&text).expect("it is JSON");
    let document = D::read(&value).unwrap_or_else(|error| panic!("{args:?}: {error}"));
    let again = serde_json::to_string_pretty(&document).expect("a document is JSON");
    assert_eq!(again.trim_end(), text.trim_end(), "{args:?}");
    let schema = serde_json::to_value(schema_of::<D>()).expect("a schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let errors = validator.iter_errors(&value).map(|error| error.to_string());
    assert_eq!(errors.collect::<Vec<_>>(), [""; 0], "{args:?}");
}

#[test]
fn runs_are_read_back() {
    let layer = ["--network", "alexnet", "--layer", "fc8"];
    for (verb, arch, set) in [
        ("estimate", "tpu-v1", "array.rows=128"),
        ("simulate", "gemmini", "dram.kind=ddr4-2400"),
        ("simulate", "eyeriss", "dram.kind=ideal"),
        ("estimate", "vta", "clock_mhz=100"),
        ("simulate", "vta", "clock_mhz=100"),
    ] {
        check::<Run>(&[&[verb, "--arch", arch, "--set", set][..], &layer].concat());
    }
}

#[test]
fn validations_are_read_back() {
    let args = [
        "validate",
        "--arch",
        "systolic",
        "--network",
        "alexnet",
        "--layer",
        "conv5",
    ];
    check::<Validate>(&[&args[..], &["--dataflow", "all"]].concat());
    check::<Validate>(&[&args[..], &["--mappings", "12"]].concat());
}

#[test]
fn searches_for_mappings_are_read_back() {
    let args = [
        "search",
        "map",
        "--arch",
        "shidiannao",
        "--network",
        "alexnet",
        "--layer",
        "fc8",
    ];
    check::<Map>(&args);
    check::<Map>(&[&args[..], &["--certify", "--simulations", "3"]].concat());
}

#[test]
fn functional_runs_are_read_back() {
    check::<Functional>(&[
        "simulate",
        "--functional",
        "--arch",
        "systolic",
        "--network",
        "alexnet",
        "--layer",
        "fc8",
    ]);
}

#[test]
fn another_document_is_refused_and_so_is_a_part() {
    let error = Run::read(&serde_json::json!({"schema": "stationary/validate/1"}));
    assert_eq!(
        error.unwrap_err(),
        "found stationary/validate/1; needed stationary/run/1"
    );
    let error = Run::read(&serde_json::json!({"schema": "stationary/run/1", "reading": "model"}));
    assert_eq!(
        error.unwrap_err(),
        "it calls itself stationary/run/1 and is not as this version writes it: missing field `arch`"
    );
}
