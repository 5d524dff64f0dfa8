//! Optima proved on the machine, their certificates, and what `verify` says of damaged ones.

use serde_json::{Value, json};

use crate::{file, json as answer, number, refuses, stationary, text};

const ASSIGN: [&str; 14] = [
    "search",
    "assign",
    "--network",
    "alexnet",
    "--layer",
    "2",
    "--layer",
    "3",
    "--pes",
    "4,8,16",
    "--tiles",
    "1-3",
    "--budget",
    "area=iot",
];

const TINY: &str = "name: tiny\nsource: made up\nlayers:\n  - {name: conv, conv: {input: 10, channels: [6, 12], kernel: 3, pad: 1}}\n";

/// A small layer on Eyeriss, whose bounds are loose enough that there is something to prove.
fn map() -> [String; 6] {
    let tiny = file("tiny.yaml", TINY);
    ["search", "map", "--arch", "eyeriss", "--network", &tiny].map(str::to_owned)
}

fn words(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

fn with<'a>(first: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [first, more].concat()
}

/// A certificate of what these arguments ask for.
fn certificate(first: &[&str], more: &[&str], name: &str) -> Value {
    let path = file(name, "");
    let to = ["--certify", "--certificate", &path, "--format", "json"];
    answer(&with(&with(first, more), &to));
    let text = std::fs::read_to_string(&path).expect("a certificate");
    serde_json::from_str(&text).expect("a certificate is JSON")
}

/// Whether a certificate holds, and the checks that do not.
fn verify(certificate: &Value, all: bool, name: &str) -> (bool, String) {
    let path = file(name, &certificate.to_string());
    let mut arguments = vec!["verify", &path, "--format", "json"];
    if all {
        arguments.push("--all");
    }
    let output = stationary(&arguments);
    let code = output.status.code();
    assert!(
        code == Some(0) || code == Some(1),
        "{}",
        text(&output.stderr)
    );
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["holds"], code == Some(0));
    let checks = found["checks"].as_array().expect("checks");
    let broken = checks.iter().filter(|check| check["holds"] == false);
    let broken: Vec<String> = broken
        .map(|c| format!("{}: {}", c["check"], c["detail"]))
        .collect();
    assert_eq!(broken.is_empty(), code == Some(0));
    (code == Some(0), broken.join("\n"))
}

/// A certificate with one thing changed does not hold; the line says what.
fn caught(certificate: &Value, what: &str, all: bool, change: impl Fn(&mut Value)) {
    let mut changed = certificate.clone();
    change(&mut changed);
    assert_ne!(&changed, certificate, "{what}");
    let name = format!("tampered.{}.{}.json", certificate["claims"], what).replace([' ', '"'], "");
    let (holds, broken) = verify(&changed, all, &name);
    assert!(!holds, "{what} is not noticed");
    assert!(!broken.is_empty(), "{what}");
}

#[test]
fn a_certified_assignment_is_the_best_of_all_that_can_run() {
    for objective in ["latency", "energy", "edp", "throughput"] {
        for style in ["dla", "shi", "eye"] {
            let more = [
                "--dataflow",
                style,
                "--objective",
                objective,
                "--format",
                "json",
            ];
            let proved = answer(&with(&with(&ASSIGN, &more), &["--certify"]));
            let certificate = &proved["certificate"];
            assert_eq!(certificate["kind"], "proved", "{objective}, {style}");
            assert_eq!(certificate["of"], "machine");
            assert_eq!(certificate["gap"], 0.0);
            assert!(number(&certificate["simulations"]) <= number(&certificate["entries"]));
            // The model's choice ran on the machine as well, and is no better.
            let checked = proved["checked"][0]["machine"].as_f64().expect("a number");
            let best = proved["best"]["objective"].as_f64().expect("a number");
            assert!(best <= checked * (1.0 + 1e-9), "{objective}, {style}");
        }
    }
}

#[test]
fn deployments_and_budgets_on_power_are_proved_too() {
    let cases: [&[&str]; 3] = [
        &["--deployment", "sequential"],
        &["--deployment", "segmented=2"],
        &["--budget", "power=cloud"],
    ];
    for (at, more) in cases.into_iter().enumerate() {
        let found = certificate(&ASSIGN, more, &format!("deployed{at}.json"));
        assert_eq!(found["kind"], "proved", "{more:?}");
        let (holds, broken) = verify(&found, true, &format!("deployed{at}.again.json"));
        assert!(holds, "{more:?}: {broken}");
    }
}

#[test]
fn a_budget_of_runs_ends_with_a_gap() {
    let cut = certificate(
        &ASSIGN,
        &["--dataflow", "eye", "--simulations", "3"],
        "cut.json",
    );
    assert!(number(&cut["simulations"]) <= 3);
    let (bound, best) = (&cut["lower_bound"], &cut["best"]["objective"]);
    assert!(bound.as_f64() <= best.as_f64());
    let (holds, broken) = verify(&cut, true, "cut.again.json");
    assert!(holds, "{broken}");
    let whole = certificate(&ASSIGN, &["--dataflow", "eye"], "whole.json");
    let proved = whole["best"]["objective"].as_f64();
    assert!(bound.as_f64() <= proved && proved <= best.as_f64());
}

#[test]
fn a_proof_goes_on_where_it_was_interrupted() {
    let map = map();
    for (first, name) in [(ASSIGN.to_vec(), "assign"), (words(&map), "map")] {
        let first = &first;
        let record = file(&format!("proof.{name}.jsonl"), "");
        std::fs::remove_file(&record).expect("the file is there");
        let [path, again] =
            ["whole", "half"].map(|which| file(&format!("{which}.{name}.json"), ""));
        let proof = [
            "--certify",
            "--simulations",
            "40",
            "--format",
            "json",
            "--threads",
        ];
        let run = |more: &[&str]| {
            let output = stationary(&with(&with(first, &proof), more));
            assert!(output.status.success(), "{}", text(&output.stderr));
            output.stdout
        };
        let whole = run(&["1", "--record", &record, "--certificate", &path]);
        let lines = std::fs::read_to_string(&record).expect("a record");
        let runs = lines
            .lines()
            .filter(|line| line.contains("\"cycles\""))
            .count();
        assert!(runs >= 2, "{name}: runs of the machine are recorded");
        let half = file(&format!("half.{name}.jsonl"), &lines[..lines.len() * 2 / 3]);
        let resumed = run(&[
            "2",
            "--resume",
            &half,
            "--record",
            &half,
            "--certificate",
            &again,
        ]);
        assert_eq!(resumed, whole, "{name}");
        let [a, b] = [path, again].map(|path| std::fs::read(path).expect("a certificate"));
        assert_eq!(a, b, "{name}");
    }
}

#[test]
fn a_damaged_certificate_of_an_assignment_is_caught() {
    let found = certificate(&ASSIGN, &["--dataflow", "eye"], "assign.json");
    assert_eq!(found["kind"], "proved");
    for all in [false, true] {
        let (holds, broken) = verify(&found, all, "assign.same.json");
        assert!(holds, "{broken}");
    }
    let chosen = &found["best"]["choices"][0];
    let ran = found["simulated"].as_array().expect("entries");
    let alike = |entry: &Value| {
        ["layer", "pe", "tile"]
            .into_iter()
            .all(|field| entry[field] == chosen[field])
    };
    let at = ran.iter().position(alike).expect("the chosen entry ran");
    let less = |value: &mut Value| *value = json!(number(value) - 1);
    caught(&found, "cycles", false, |c| {
        less(&mut c["simulated"][at]["cycles"])
    });
    let other = (0..ran.len())
        .find(|i| *i != at)
        .expect("another entry ran");
    caught(&found, "cycles of any", true, |c| {
        c["simulated"][other]["cycles"] = json!(number(&c["simulated"][other]["cycles"]) + 1);
    });
    caught(&found, "objective", false, |c| {
        c["best"]["objective"] = json!(c["best"]["objective"].as_f64().expect("a number") - 1.0);
    });
    caught(&found, "limit", false, |c| {
        c["budgets"][0]["limit"] = json!(1e12)
    });
    caught(&found, "budget", false, |c| {
        c["budgets"][0]["budget"] = json!("area=cloud")
    });
    for entry in [at, other] {
        // Each entry that ran is needed: without it a bound stands in its place.
        caught(&found, "omitted entry", false, |c| {
            c["simulated"]
                .as_array_mut()
                .expect("entries")
                .remove(entry);
        });
    }
    caught(&found, "other network", false, |c| {
        c["inputs"]["network"] = json!("vgg11")
    });
    caught(&found, "other levels", false, |c| {
        c["inputs"]["pes"] = json!("4,8,32")
    });
    caught(&found, "digest", false, |c| {
        c["hashes"]["model"] = json!("0")
    });
    caught(&found, "kind", false, |c| {
        c["best"] = Value::Null;
        c["lower_bound"] = Value::Null;
    });
    caught(&found, "choice", false, |c| {
        c["best"]["point"][0] = json!((number(&c["best"]["point"][0]) + 1) % 9);
    });
    caught(&found, "bound", false, |c| {
        c["lower_bound"] = json!(c["lower_bound"].as_f64().expect("a bound") * 1.01);
    });
}

#[test]
fn a_certified_mapping_is_the_best_of_the_candidates() {
    let map = map();
    let map = words(&map);
    let found = certificate(&map, &[], "map.json");
    let layer = &found["layers"][0];
    assert_eq!(layer["kind"], "proved");
    assert_eq!(layer["gap"], 0.0);
    for all in [false, true] {
        let (holds, broken) = verify(&found, all, "map.same.json");
        assert!(holds, "{broken}");
    }
    // By estimates as well, one by one until none that is left can win.
    let auto = answer(&with(&map, &["--recheck", "auto", "--format", "json"]));
    assert_eq!(auto["layers"][0]["machine"], layer["cycles"]);
    assert_eq!(auto["certificate"]["kind"], "proved");
    // All candidates: none is better.
    let whole = answer(&with(&map, &["--recheck", "1000000", "--format", "json"]));
    assert_eq!(whole["layers"][0]["machine"], layer["cycles"]);
    let all = number(&whole["certificate"]["simulations"]);
    assert!(number(&layer["simulations"]) <= all);
    let cut = answer(&with(
        &map,
        &["--certify", "--simulations", "6", "--format", "json"],
    ));
    assert!(number(&cut["certificate"]["simulations"]) <= 6);
    assert!(cut["certificate"]["lower_bound"].as_u64() <= layer["cycles"].as_u64());
}

#[test]
fn a_damaged_certificate_of_a_mapping_is_caught() {
    let map = map();
    let found = certificate(&words(&map), &[], "mapping.json");
    let ran = found["layers"][0]["simulated"]
        .as_array()
        .expect("candidates");
    let best = &found["layers"][0]["place"];
    let at = ran
        .iter()
        .position(|run| run[0] == *best)
        .expect("the best ran");
    let other = file("other.yaml", &TINY.replace("12", "13"));
    caught(&found, "cycles", false, |c| {
        let less = json!(number(&c["layers"][0]["cycles"]) - 1);
        c["layers"][0]["simulated"][at][1] = less.clone();
        c["layers"][0]["lower_bound"] = less.clone();
        c["layers"][0]["cycles"] = less;
    });
    caught(&found, "omitted", false, |c| {
        let ran = c["layers"][0]["simulated"]
            .as_array_mut()
            .expect("candidates");
        let other = (0..ran.len()).rfind(|i| *i != at).expect("another ran");
        ran.remove(other);
        let count = ran.len();
        c["layers"][0]["simulations"] = json!(count);
    });
    caught(&found, "other network", false, |c| {
        c["inputs"]["network"] = json!(other)
    });
    caught(&found, "other machine", false, |c| {
        c["inputs"]["set"] = json!(["array.rows=10"])
    });
    caught(&found, "mapping", false, |c| {
        c["layers"][0]["mapping"]["block_order"] = json!("KGNPQCRS")
    });
    caught(&found, "no layer", false, |c| c["layers"] = json!([]));
}

#[test]
fn what_cannot_be_proved_is_refused() {
    let table = [
        "search",
        "assign",
        "--table",
        "search/tests/data/mobilenet_v2_dla.csv",
        "--certify",
    ];
    refuses(&table, 2, &["--certify", "--table"]);
    let genetic = with(&ASSIGN, &["--certify", "--optimizer", "genetic"]);
    refuses(&genetic, 2, &["--optimizer genetic", "exact"]);
    refuses(&with(&ASSIGN, &["--simulations", "3"]), 2, &["--certify"]);
    refuses(
        &with(&words(&map()), &["--recheck", "often"]),
        2,
        &["expected a number from 1, auto, or auto=N"],
    );
    let broken = file("broken.json", "{");
    refuses(&["verify", &broken], 2, &["broken.json"]);
    let other = file("other.json", "{\"schema\": \"stationary/run/1\"}");
    refuses(&["verify", &other], 2, &["stationary/certificate/1"]);
    let bare = file(
        "bare.json",
        "{\"schema\": \"stationary/certificate/1\", \"claims\": \"assign\"}",
    );
    refuses(&["verify", &bare], 2, &["missing field"]);
}

/// Re-checks of other optimisers' best go on until none that is left can win.
#[test]
fn a_recheck_of_points_goes_on_while_one_can_win() {
    let random = [
        "--optimizer",
        "random",
        "--evaluations",
        "60",
        "--format",
        "json",
    ];
    let roomy = with(&ASSIGN[..13], &["area=cloud"]);
    let found = answer(&with(&with(&roomy, &random), &["--recheck", "auto"]));
    let all = answer(&with(&with(&roomy, &random), &["--recheck", "60"]));
    let count = |answer: &Value| answer["checked"].as_array().expect("points").len();
    assert_eq!(found["checked"][0]["machine"], all["checked"][0]["machine"]);
    assert!(
        count(&found) < count(&all),
        "{} of {}",
        count(&found),
        count(&all)
    );
}
