//! JSON Schemas against the files that come with the crate.

use std::process::Command;

use jsonschema::Validator;
use serde_json::Value;
use stationary::arch::{self, dram, presets};
use stationary::documents::{self, schema_of};
use stationary::mappings;
use stationary::workloads::{self, zoo};

fn validator(schema: &schemars::Schema) -> Validator {
    let schema = serde_json::to_value(schema).expect("a schema is JSON");
    jsonschema::validator_for(&schema).expect("it is a schema")
}

fn value(text: &str) -> Value {
    serde_yaml::from_str(text).expect("a bundled file is YAML")
}

fn accepts(validator: &Validator, name: &str, text: &str) {
    let value = value(text);
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
}

#[test]
fn bundled_files_fit_their_schemas() {
    let accelerators = validator(&arch::schema::accelerator());
    for name in presets::names() {
        accepts(
            &accelerators,
            name,
            presets::find(name).expect("a listed preset"),
        );
    }
    let drams = validator(&arch::schema::dram());
    for name in dram::presets::names() {
        accepts(
            &drams,
            name,
            dram::presets::find(name).expect("a listed preset"),
        );
    }
    let networks = validator(&workloads::schema());
    for name in zoo::names() {
        accepts(&networks, name, zoo::yaml(name).expect("a listed network"));
    }
    let mappings = validator(&mappings::schema());
    for name in mappings::names() {
        accepts(
            &mappings,
            name,
            mappings::find(name).expect("a listed mapping"),
        );
    }
}

#[test]
fn schemas_refuse_what_the_readers_refuse() {
    let accelerators = validator(&arch::schema::accelerator());
    let text = "{name: toy, dataflows: [ws], array: {rows: 4, cols: 4}}";
    assert!(accelerators.is_valid(&value(text)));
    for (from, to) in [
        ("cols", "colz"),
        ("cols: 4", "cols: four"),
        ("cols: 4", "cols: -4"),
        (", cols: 4", ""),
    ] {
        assert!(
            !accelerators.is_valid(&value(&text.replace(from, to))),
            "{to}"
        );
    }
}

/// The paths of properties of a schema that no description says anything of.
fn silent(path: &str, schema: &Value, found: &mut Vec<String>) {
    let says = |schema: &Value| schema["description"].as_str().is_some_and(|d| d.len() > 4);
    if let Some(properties) = schema["properties"].as_object() {
        for (name, property) in properties {
            if !says(property) {
                found.push(format!("{path}.{name}"));
            }
        }
    }
    match schema {
        Value::Object(fields) => {
            for (name, field) in fields {
                silent(&format!("{path}.{name}"), field, found);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|e| silent(path, e, found)),
        _ => {}
    }
}

#[test]
fn every_field_of_a_file_is_described() {
    for (what, schema) in [
        ("arch", arch::schema::accelerator()),
        ("dram", arch::schema::dram()),
        ("dataflow", stationary::sim::dataflow_schema()),
        ("network", workloads::schema()),
        ("mapping", mappings::schema()),
        ("run", schema_of::<documents::Run>()),
        ("validate", schema_of::<documents::Validate>()),
        ("search-map", schema_of::<documents::Map>()),
        ("functional", schema_of::<documents::Functional>()),
        (
            "certificate",
            schemars::schema_for!(stationary::proof::Certificate),
        ),
    ] {
        let schema = serde_json::to_value(schema).expect("a schema is JSON");
        let mut found = Vec::new();
        silent(what, &schema, &mut found);
        assert!(found.is_empty(), "without a description: {found:#?}");
    }
    let mut found = Vec::new();
    let schema =
        serde_json::json!({"properties": {"a": {"description": "It is described."}, "b": {}}});
    silent("", &schema, &mut found);
    assert_eq!(found, [".b"], "the walk finds what is missing");
}

fn run(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_stationary"))
        .args(arguments)
        .output()
        .expect("it runs");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("it prints text")
}

#[test]
fn the_command_line_describes_itself() {
    let files = ["arch", "network", "mapping", "dram", "dataflow"];
    let documents = ["run", "validate", "search-map", "functional"];
    for what in files.into_iter().chain(documents) {
        let schema: Value = serde_json::from_str(&run(&["schema", what])).expect("it is JSON");
        assert!(
            schema["$schema"].is_string() && schema["title"].is_string(),
            "{what}"
        );
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(run(&["completions", shell]).contains("simulate"), "{shell}");
    }
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("man");
    run(&["man", "-o", folder.to_str().expect("text")]);
    for page in [
        "stationary.1",
        "stationary-simulate.1",
        "stationary-search-map.1",
    ] {
        let text =
            std::fs::read_to_string(folder.join(page)).unwrap_or_else(|e| panic!("{page}: {e}"));
        assert!(text.contains(".SH NAME"), "{page}");
    }
}

#[test]
fn a_new_accelerator_runs_as_it_is_and_is_never_written_over_another() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("new.yaml");
    let _ = std::fs::remove_file(&path);
    let path = path.to_str().expect("text");
    run(&["new", "mine", "-o", path]);
    let text = std::fs::read_to_string(path).expect("it was written");
    accepts(&validator(&arch::schema::accelerator()), "new", &text);
    assert!(
        run(&[
            "estimate",
            "--arch",
            path,
            "--network",
            "alexnet",
            "--layer",
            "0"
        ])
        .contains("mine")
    );
    let again = Command::new(env!("CARGO_BIN_EXE_stationary"))
        .args(["new", "mine", "-o", path])
        .output();
    assert_eq!(again.expect("it runs").status.code(), Some(2));
    assert_eq!(run(&["new", "mine"]), text);
}
