//! Optima proved on the machine, their certificates, and what `verify` says of damaged ones.

use std::path::Path;

use serde_json::{Value, json};
use stationary_record::Log;

use crate::{ASSIGN, file, json as answer, number, refuses, stationary, text};

const TINY: &str = "name: tiny\nsource: made up\nlayers:\n  - {name: conv, conv: {input: 8, channels: [4, 8], kernel: 3, pad: 1}}\n";

/// A small layer on Eyeriss, whose bounds are loose enough that there is something to prove.
pub fn map() -> [String; 6] {
    let tiny = file("tiny.yaml", TINY);
    ["search", "map", "--arch", "eyeriss", "--network", &tiny].map(str::to_owned)
}

pub fn words(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

pub fn with<'a>(first: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [first, more].concat()
}

/// A certificate of what these arguments ask for.
pub fn certificate(first: &[&str], more: &[&str], name: &str) -> Value {
    let path = file(name, "");
    let to = ["--certify", "--certificate", &path, "--format", "json"];
    answer(&with(&with(first, more), &to));
    let text = std::fs::read_to_string(&path).expect("a certificate");
    serde_json::from_str(&text).expect("a certificate is JSON")
}

/// Whether a certificate holds, and the checks that do not.
pub fn verify(certificate: &Value, more: &[&str], name: &str) -> (bool, String) {
    let path = file(name, &certificate.to_string());
    let arguments = with(&["verify", &path, "--format", "json"], more);
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
pub fn caught(certificate: &Value, what: &str, change: impl Fn(&mut Value)) {
    let mut changed = certificate.clone();
    change(&mut changed);
    assert_ne!(&changed, certificate, "{what}");
    let name = format!("tampered.{}.{}.json", certificate["claims"], what).replace([' ', '"'], "");
    let (holds, broken) = verify(&changed, &[], &name);
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
        let (holds, broken) = verify(&found, &[], &format!("deployed{at}.again.json"));
        assert!(holds, "{more:?}: {broken}");
    }
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
    for more in [&[][..], &["--all"], &["--quick"]] {
        let (holds, broken) = verify(&found, more, "assign.same.json");
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
    caught(&found, "cycles", |c| {
        less(&mut c["simulated"][at]["cycles"])
    });
    let other = (0..ran.len())
        .find(|i| *i != at)
        .expect("another entry ran");
    caught(&found, "cycles of any", |c| {
        c["simulated"][other]["cycles"] = json!(number(&c["simulated"][other]["cycles"]) + 1);
    });
    caught(&found, "objective", |c| {
        c["best"]["objective"] = json!(c["best"]["objective"].as_f64().expect("a number") - 1.0);
    });
    caught(&found, "limit", |c| c["budgets"][0]["limit"] = json!(1e12));
    caught(&found, "budget", |c| {
        c["budgets"][0]["budget"] = json!("area=cloud")
    });
    for entry in [at, other] {
        // Each entry that ran is needed: without it a bound stands in its place.
        caught(&found, "omitted entry", |c| {
            c["simulated"]
                .as_array_mut()
                .expect("entries")
                .remove(entry);
        });
    }
    // Another network has no layers of these names.
    let mut other = found.clone();
    other["inputs"]["network"] = json!("vgg11");
    let path = file("tampered.network.json", &other.to_string());
    refuses(&["verify", &path], 2, &["vgg11 has no such layer"]);
    caught(&found, "other levels", |c| {
        c["inputs"]["pes"] = json!("4,8,32")
    });
    caught(&found, "digest", |c| c["hashes"]["model"] = json!("0"));
    caught(&found, "kind", |c| {
        c["best"] = Value::Null;
        c["lower_bound"] = Value::Null;
    });
    caught(&found, "choice", |c| {
        c["best"]["point"][0] = json!((number(&c["best"]["point"][0]) + 1) % 9);
    });
    caught(&found, "bound", |c| {
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
    for more in [&[][..], &["--all"], &["--quick"]] {
        let (holds, broken) = verify(&found, more, "map.same.json");
        assert!(holds, "{broken}");
    }
    // By estimates as well, one by one until none that is left can win.
    let auto = answer(&with(
        &map,
        &["--recheck", "auto=100000", "--format", "json"],
    ));
    assert_eq!(auto["layers"][0]["machine"], layer["cycles"]);
    assert_eq!(auto["certificate"]["kind"], "proved");
    // All candidates: none is better.
    let whole = answer(&with(
        &map,
        &["--recheck", "1000000", "--slack", "0", "--format", "json"],
    ));
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
    let other = file("other.yaml", &TINY.replace("8]", "9]"));
    caught(&found, "cycles", |c| {
        let less = json!(number(&c["layers"][0]["cycles"]) - 1);
        c["layers"][0]["simulated"][at][1] = less.clone();
        c["layers"][0]["lower_bound"] = less.clone();
        c["layers"][0]["cycles"] = less;
    });
    caught(&found, "omitted", |c| {
        let ran = c["layers"][0]["simulated"]
            .as_array_mut()
            .expect("candidates");
        let other = (0..ran.len()).rfind(|i| *i != at).expect("another ran");
        ran.remove(other);
        let count = ran.len();
        c["layers"][0]["simulations"] = json!(count);
    });
    caught(&found, "other network", |c| {
        c["inputs"]["network"] = json!(other)
    });
    caught(&found, "other machine", |c| {
        c["inputs"]["set"] = json!(["array.rows=10"])
    });
    caught(&found, "mapping", |c| {
        c["layers"][0]["mapping"]["block_order"] = json!("KGNPQCRS")
    });
    caught(&found, "no layer", |c| c["layers"] = json!([]));
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
    let output = stationary(&["verify", &bare]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("missing field"));
    refuses(&["verify", &bare, "--quick", "--all"], 2, &["--quick"]);
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

/// What is written of a run does not depend on which thread was first.
#[test]
fn runs_are_kept_in_one_order() {
    let network = file(
        "order.yaml",
        "name: order\nsource: made up\nlayers:\n\
         \x20 - {name: b, conv: {input: 10, channels: [6, 12], kernel: 3, pad: 1}}\n\
         \x20 - {name: a, conv: {input: 8, channels: [5, 7], kernel: 3}}\n",
    );
    let map = ["search", "map", "--arch", "eyeriss", "--network", &network];
    for (kind, first) in [("map", &map[..]), ("assign", &ASSIGN[..])] {
        let kept = ["1", "2", "7"].map(|threads| {
            let record = file(&format!("order.{kind}.{threads}.jsonl"), "");
            std::fs::remove_file(&record).expect("the file is there");
            let more = ["--certify", "--simulations", "30", "--threads", threads];
            answer(&with(
                &with(first, &more),
                &["--record", &record, "--format", "json"],
            ));
            std::fs::read_to_string(&record).expect("a record")
        });
        assert!(kept[0].lines().count() > 3, "{kind}: runs are kept");
        assert_eq!(kept[0], kept[1], "{kind}");
        assert_eq!(kept[0], kept[2], "{kind}");
    }
}

/// Tiny layers for which mappings are known that are better than the best of the candidates: found by
/// drawing legal mappings of all kinds. What is proved is about the candidates, and says so.
#[test]
fn a_proof_names_its_space() {
    const BETTER: [(&str, &str, &str); 2] = [
        (
            "eyeriss",
            "matmul: {m: 4, k: 3, c: 6}",
            "dataflow: rs, block: {P: 4, K: 3, C: 6}, local: {K: 2, C: 2}, rows: {K: 2, C: 6}, cols: {P: 4}, \
             block_order: GNQRSPKC, pass_order: GNQRSPKC",
        ),
        (
            "shidiannao",
            "matmul: {m: 20, k: 24, c: 40}",
            "dataflow: os, block: {P: 8, K: 16, C: 40}, rows: {P: 8}, cols: {K: 8}, block_order: GNQRSPKC, \
             pass_order: GNQRSPKC, staging: {input: layer, weight: layer}",
        ),
    ];
    for (at, (arch, layer, mapping)) in BETTER.into_iter().enumerate() {
        let network = format!("name: t\nsource: made up\nlayers:\n  - {{name: l, {layer}}}\n");
        let network = file(&format!("space.{at}.yaml"), &network);
        let mapping = file(
            &format!("space.map.{at}.yaml"),
            &format!("layers:\n- {{layer: l, {mapping}}}\n"),
        );
        let target = ["--arch", arch, "--network", &network];
        let certify = with(&["search", "map", "--certify"], &target);
        let proved = answer(&with(&certify, &["--format", "json"]));
        let certificate = &proved["layers"][0]["certificate"];
        assert_eq!(certificate["kind"], "proved");
        assert_eq!(certificate["of"], "machine");
        let candidates = number(&certificate["candidates"]);
        assert_eq!(candidates, number(&proved["layers"][0]["candidates"]));
        let run = with(
            &["simulate", "--mapping", &mapping, "--format", "json"],
            &target,
        );
        let better = number(&answer(&run)["layers"][0]["cycles"]);
        let best = number(&proved["layers"][0]["machine"]);
        let left_out = certificate["left_out"].as_array().expect("choices");
        assert!(
            best <= better || !left_out.is_empty(),
            "{arch}: {best}, {better}"
        );
        assert!(left_out.contains(&json!("blocks")), "{left_out:?}");
        // What is said of all mappings holds for those that are no candidates, too.
        let of_any = number(&certificate["any_mapping_lower_bound"]);
        assert!(of_any <= better.min(best), "{arch}: {of_any}, {better}");
        let said = text(&stationary(&certify).stdout);
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [
            "proved on the machine, over the mapper's",
            "over all mappings, candidates or not",
            "blocks",
        ] {
            assert!(said.contains(part), "`{part}` is not in: {said}");
        }
    }
}

/// What a record says of the machine is held against the bounds like the machine itself.
#[test]
fn a_record_below_its_bounds_proves_nothing() {
    let arguments = map();
    let map = words(&arguments);
    let codesign = [
        "search",
        "codesign",
        "--network",
        "resnet18",
        "--layer",
        "layer3.0.conv2",
    ];
    for (what, first) in [
        ("map", &map[..]),
        ("codesign", &codesign),
        ("assign", &ASSIGN),
    ] {
        let certify: &[&str] = if what == "codesign" {
            &[]
        } else {
            &["--certify"]
        };
        let first = with(first, certify);
        let record = file(&format!("low.{what}.jsonl"), "");
        answer(&with(&first, &["--record", &record, "--format", "json"]));
        let lines = stationary_record::read(Path::new(&record)).expect("a record");
        let low = lines.into_iter().map(|mut line| {
            if line["cycles"].is_u64() {
                line["cycles"] = json!(1);
            }
            line
        });
        let low: Vec<Value> = low.collect();
        let forged = file(&format!("forged.{what}.jsonl"), "");
        let mut log = Log::create(Path::new(&forged), &low).expect("it can be written");
        log.sync().expect("it can be written");
        let again = with(&first, &["--resume", &forged]);
        refuses(&again, 2, &["below its bound", "nothing is proved"]);
    }
}

/// The number of candidates stands beside the word, and fewer than ten are warned of, in tables and documents.
#[test]
fn proofs_over_hardly_a_choice_are_warned_of() {
    let network = file(
        "certify.few.yaml",
        "name: few\nlayers: [{name: a, matmul: {m: 1, n: 1, k: 1}}, {name: b, matmul: {m: 2, n: 3, k: 5}}]\n",
    );
    let arguments = [
        "search",
        "map",
        "--arch",
        "systolic",
        "--network",
        &network,
        "--certify",
    ];
    let said = text(&stationary(&arguments).stdout);
    assert!(said.contains("over the mapper's 9 to "), "{said}");
    assert!(said.contains("layer a has 9 candidates only"), "{said}");
    assert!(!said.contains("layer b has"), "{said}");
    let found = answer(&[&arguments[..], &["--format", "json"]].concat());
    let notes = found["notes"].to_string();
    assert!(notes.contains("layer a has 9 candidates only"), "{notes}");
}

/// Runs that were stopped, as they took more than the best, are part of the proof.
#[test]
fn what_was_beaten_is_held_against_the_best() {
    let layer = ["--network", "resnet18", "--layer", "layer1.0.conv1"];
    let search = [&["search", "map", "--arch", "tpu-v1"][..], &layer].concat();
    let proved = certificate(&search, &[], "beaten.json");
    let of = |it: &Value| it["layers"][0]["beaten"].as_array().map_or(0, Vec::len);
    assert!(of(&proved) > 10, "{proved}");
    assert_eq!(
        verify(&proved, &[], "beaten-again.json"),
        (true, String::new())
    );
    let mut dropped = proved.clone();
    let list = dropped["layers"][0]["beaten"].as_array_mut();
    list.expect("a list").remove(0);
    let (holds, broken) = verify(&dropped, &[], "beaten-dropped.json");
    assert!(!holds && broken.contains("did not run"), "{broken}");
    // The best is said to be beaten, and the next the best.
    let mut moved = proved;
    let layer = &mut moved["layers"][0];
    let best = layer["place"].clone();
    let ran = layer["simulated"].as_array_mut().expect("a list");
    ran.retain(|pair| pair[0] != best);
    let next = ran.iter().min_by_key(|pair| pair[1].as_u64()).cloned();
    let next = next.expect("another ran");
    (layer["place"], layer["cycles"]) = (next[0].clone(), next[1].clone());
    let beaten = layer["beaten"].as_array_mut().expect("a list");
    beaten.push(best);
    beaten.sort_by_key(Value::as_u64);
    let (holds, broken) = verify(&moved, &[], "beaten-moved.json");
    assert!(
        !holds && broken.contains("says more than the best"),
        "{broken}"
    );
}
