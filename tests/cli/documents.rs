//! Documents are read back as what they were written, to the last byte, and fit their schemas.

use serde_json::Value;
use stationary::documents::{
    BestCore, Codesign, Compare, Diff, Document, Functional, Map, Network, NoCore, Replay, Run,
    Search, Sweep, Timeloop, Validate, Verified, schema_of,
};

use crate::forgeries::certificates;
use crate::{file, json, refuses, stationary, text};

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
fn sweeps_are_read_back() {
    let fixed = "arch: systolic, network: alexnet, layers: [fc8], set: {dram.kind: ideal}";
    let axes = "axes: {array.rows: [0, 4, 8], clock_mhz: [100, 150.5]}, where: [clock_mhz < 200]";
    let plan = file("documents.sweep.yaml", &format!("{{{fixed}, {axes}}}"));
    check::<Sweep>(&["sweep", &plan]);
    check::<Sweep>(&["sweep", &plan, "--shard", "2/2"]);
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

/// Feasible, not feasible, proved on either, by a front, of a table, and by an optimiser that proves nothing.
#[test]
fn assignments_are_read_back() {
    let layers = [
        "--network",
        "alexnet",
        "--layer",
        "conv3",
        "--layer",
        "fc8",
        "--pes",
        "2,4",
        "--tiles",
        "1,2",
    ];
    let search = ["search", "assign", "--arch", "eyeriss"];
    for more in [
        &[
            "--optimizer",
            "exact",
            "--budget",
            "area=0.5",
            "--front",
            "3",
        ][..],
        &[
            "--optimizer",
            "exact",
            "--budget",
            "area=0.0001",
            "--explain",
        ],
        &["--optimizer", "exact", "--certify", "--budget", "power=0.8"],
        &[
            "--optimizer",
            "random",
            "--evaluations",
            "20",
            "--recheck",
            "3",
            "--dataflow",
            "mix",
        ],
    ] {
        check::<Search>(&[&search[..], &layers, more].concat());
    }
}

#[test]
fn chips_are_read_back() {
    let search = [
        "search",
        "codesign",
        "--arch",
        "vta",
        "--network",
        "alexnet",
        "--layer",
        "fc8",
    ];
    let few = ["--hardware", "fixed"];
    check::<Codesign>(&[&search[..], &few, &["--optimizer", "exact"]].concat());
    check::<Codesign>(
        &[
            &search[..],
            &few,
            &["--optimizer", "random", "--measurements", "4"],
        ]
        .concat(),
    );
}

#[test]
fn comparisons_are_read_back() {
    let compare = [
        "compare",
        "--arch",
        "eyeriss",
        "--network",
        "alexnet",
        "--layer",
        "fc8",
        "--pes",
        "2,4",
        "--tiles",
        "1,2",
    ];
    let how = [
        "--optimizer",
        "random",
        "--optimizer",
        "genetic",
        "--against",
        "random",
        "--seeds",
        "2",
        "--evaluations",
        "20",
    ];
    check::<Compare>(&[&compare[..], &how].concat());
}

#[test]
fn replays_differences_verdicts_and_networks_are_read_back() {
    let trace = file("documents.trace", "0x0 R\n0x40 W\n0x80 R 40\n");
    check::<Replay>(&["dram", "--dram", "ddr4-2400", "--trace", &trace]);
    let run = |name: &str, set: &str| {
        let layer = [
            "--network",
            "alexnet",
            "--layer",
            "fc8",
            "--set",
            set,
            "--format",
            "json",
        ];
        let output = stationary(&[&["simulate", "--arch", "systolic"][..], &layer].concat());
        file(name, &text(&output.stdout))
    };
    let (a, b) = (
        run("documents.a.json", "array.rows=16"),
        run("documents.b.json", "array.rows=8"),
    );
    check::<Diff>(&["diff", &a, &b]);
    check::<Diff>(&["diff", &a, &a]);
    let schema = schemars::schema_for!(stationary::proof::Certificate);
    let schema = serde_json::to_value(schema).expect("a schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    for (kind, certificate) in certificates() {
        assert!(validator.is_valid(&certificate), "{kind}: {certificate}");
        let mut other = certificate.clone();
        other["of_old"] = serde_json::json!(1);
        assert!(!validator.is_valid(&other), "{kind}: an unknown field");
        let path = file("documents.certificate.json", &certificate.to_string());
        check::<Verified>(&["verify", &path]);
    }
    check::<Network>(&["show", "network", "resnet18"]);
    let layer = [
        "--arch",
        "eyeriss",
        "--network",
        "alexnet",
        "--layer",
        "conv3",
    ];
    check::<Timeloop>(&[&["estimate", "--counting", "timeloop"][..], &layer].concat());
}

#[test]
fn a_field_that_is_wrong_is_named_by_its_path() {
    let args = ["--network", "alexnet", "--layer", "fc8", "--format", "json"];
    let mut value = json(&[&["estimate", "--arch", "systolic"][..], &args].concat());
    value["layers"][0]["cycles"] = "many".into();
    let error = Run::read(&value).unwrap_err().to_string();
    let place = "layers[0].cycles: invalid type: string \"many\", expected u64";
    assert!(error.ends_with(place), "{error}");
    let wrong = file("wrong-run.json", &value.to_string());
    refuses(&["report", &wrong, "-o", "none.html"], 2, &[place]);
    refuses(&["diff", &wrong, &wrong], 2, &[place]);
}

#[test]
fn another_document_is_refused_and_so_is_a_part() {
    let error = Run::read(&serde_json::json!({"schema": "stationary/validate/1"}));
    assert_eq!(
        error.unwrap_err().to_string(),
        "found stationary/validate/1; needed stationary/run/1"
    );
    let error = Run::read(&serde_json::json!({"schema": "stationary/run/1", "reading": "model"}));
    assert_eq!(
        error.unwrap_err().to_string(),
        "it calls itself stationary/run/1 and is not as this version writes it: missing field `arch`"
    );
}

#[test]
fn a_best_of_which_a_part_is_missing_is_not_taken_for_none() {
    let read = |best| serde_json::from_value::<BestCore>(best).map_err(|error| error.to_string());
    let none = read(serde_json::json!({"feasible": false}));
    assert_eq!(none, Ok(BestCore::Nothing(NoCore { feasible: false })));
    let part = serde_json::json!({"feasible": true, "objective": 7, "of": "machine"});
    assert_eq!(read(part), Err("missing field `machine`".to_owned()));
}

/// Each line of what searches keep fits the schema of its kind, and a damaged one does not.
#[test]
fn lines_of_records_fit_their_schemas() {
    const COSTS: &str = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/search/tests/data/mobilenet_v2_dla.csv"
    );
    let tiny = "name: tiny\nlayers: [{name: conv, conv: {input: 6, channels: [3, 5], kernel: 3, pad: 1}}]\n";
    let tiny = file("documents.records.yaml", tiny);
    let plan = format!("{{arch: systolic, network: {tiny}, axes: {{array.rows: [0, 4]}}}}");
    let plan = file("documents.plan.yaml", &plan);
    for (kind, arguments) in [
        (
            "evaluations",
            format!("search assign --network {tiny} --pes 4 --tiles 1,2 --recheck 2"),
        ),
        (
            "evaluations",
            format!("search assign --table {COSTS} --optimizer random --evaluations 20 --budget area=iot"),
        ),
        (
            "machine-runs",
            format!("search map --arch eyeriss --network {tiny} --recheck 3"),
        ),
        (
            "measurements",
            "search codesign --network resnet18 --layer layer4.1.conv2 --optimizer random --measurements 8"
                .to_owned(),
        ),
        (
            "sweep-points",
            format!("sweep {plan}"),
        ),
        (
            "compare-runs",
            format!("compare --table {COSTS} --optimizer genetic --seeds 2 --evaluations 20"),
        ),
    ] {
        let record = file("documents.record.jsonl", "");
        std::fs::remove_file(&record).expect("it was just written");
        let arguments = format!("{arguments} --record {record} -q");
        let output = stationary(&arguments.split(' ').collect::<Vec<_>>());
        assert!(output.status.success(), "{arguments}: {}", text(&output.stderr));
        let schema = stationary(&["schema", kind]);
        let schema = serde_json::from_slice(&schema.stdout).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("it is a schema");
        let lines = std::fs::read_to_string(&record).expect("a record");
        let lines: Vec<Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line of JSON"))
            .collect();
        assert!(lines.len() > 1, "{arguments}: {} lines", lines.len());
        for line in &lines {
            let errors = validator.iter_errors(line).map(|error| error.to_string());
            let errors: Vec<String> = errors.collect();
            assert!(errors.is_empty(), "{kind}: {line}: {errors:?}");
            let mut damaged = line.clone();
            damaged["surprise"] = 1.into();
            let is_head = line.get("schema").is_some();
            assert_eq!(validator.is_valid(&damaged), is_head, "{kind}: {damaged}");
        }
        assert!(!validator.is_valid(&serde_json::json!({"schema": "stationary/run/1", "version": ""})));
    }
}
