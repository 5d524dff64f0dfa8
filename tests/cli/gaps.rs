//! Proofs that end before all is run, and what they say of the rest.

use serde_json::Value;

use crate::certify::{certificate, map, verify, with, words};
use crate::{ASSIGN, file, json as answer, number, refuses, stationary, text};

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
    let (holds, broken) = verify(&cut, &[], "cut.again.json");
    assert!(holds, "{broken}");
    let whole = certificate(&ASSIGN, &["--dataflow", "eye"], "whole.json");
    let proved = whole["best"]["objective"].as_f64();
    assert!(bound.as_f64() <= proved && proved <= best.as_f64());
}

#[test]
fn a_gap_of_mappings_stands_under_its_own_words() {
    let network = file(
        "gap.yaml",
        "name: gap\nlayers:\n  - {name: d, matmul: {m: 8, n: 24, k: 40}}\n",
    );
    let cut = ["--certify", "--simulations", "3", "--recheck", "2"];
    let map = ["search", "map", "--arch", "eyeriss", "--network", &network];
    let asked = with(&map, &cut);
    let found = answer(&with(&asked, &["--format", "json"]));
    let certificate = &found["certificate"];
    assert_eq!(certificate["kind"], "none");
    let [bound, machine] = [&certificate["lower_bound"], &found["total"]["machine"]].map(number);
    assert!(bound < machine);
    let gap = (machine - bound) as f64 / machine as f64;
    assert_eq!(certificate["gap"], gap);
    let shown = text(&stationary(&asked).stdout);
    let words = format!(
        "the best candidate is at most {:.1} % below what was found, by the bounds of all",
        100.0 * gap
    );
    assert!(shown.contains(&words), "{words}: {shown}");
    // The bound of the mapping that was chosen is another, and has another name.
    let own = number(&found["layers"][0]["lower_bound"]);
    assert!(bound <= own && shown.contains("above own bound"), "{shown}");
}

#[test]
fn a_layer_that_is_good_enough_runs_no_more() {
    let network = file(
        "enough.yaml",
        "name: enough\nlayers:\n  - {name: p, conv: {input: 14, channels: [32, 32], kernel: 1}}\n",
    );
    let map = ["search", "map", "--arch", "gemmini", "--network", &network];
    let proof = with(&map, &["--certify", "--recheck", "1", "--format", "json"]);
    let (whole, loose) = (answer(&proof), answer(&with(&proof, &["--gap", "30%"])));
    let claim = |found: &Value| {
        let claim = &found["layers"][0]["certificate"];
        let machine = number(&found["layers"][0]["machine"]);
        let of_any = number(&claim["any_mapping_lower_bound"]);
        let gap = (machine - of_any) as f64 / machine as f64;
        assert_eq!(claim["any_mapping_gap"], gap);
        (machine, of_any, number(&claim["simulations"]))
    };
    let [whole, loose] = [claim(&whole), claim(&loose)];
    assert!(whole.0 <= loose.0 && whole.1 <= whole.0 && loose.1 <= whole.0);
    assert!(loose.2 < whole.2, "{loose:?} {whole:?}");
    assert!(loose.0 as f64 <= 1.3 * loose.1 as f64);
    let refused = stationary(&with(&map, &["--gap", "1"]));
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("--gap 1 %: it needs bounds"));
}

#[test]
fn a_time_that_is_over_ends_with_an_answer() {
    let network = file(
        "time.yaml",
        "name: time\nlayers:\n  - {name: c, conv: {input: 28, channels: [32, 64], kernel: 3}}\n  \
         - {name: p, matmul: {m: 16, n: 200, k: 64}}\n",
    );
    let map = ["search", "map", "--arch", "eyeriss", "--network", &network];
    let proof = with(&map, &["--certify"]);
    let asked = |time: &'static str| with(&proof, &["--time", time]);
    let found = answer(&with(&asked("1ms"), &["--format", "json"]));
    assert!(
        found.get("interrupted").is_none_or(Value::is_null),
        "{found}"
    );
    let layers = found["layers"].as_array().expect("layers");
    assert_eq!(layers.len(), 2);
    for layer in layers {
        let (claim, machine) = (&layer["certificate"], number(&layer["machine"]));
        assert_eq!(claim["kind"], "none", "{layer}");
        let [bound, of_any] = ["lower_bound", "any_mapping_lower_bound"].map(|k| number(&claim[k]));
        assert!(of_any <= machine && bound < machine, "{layer}");
        assert_eq!(claim["gap"], (machine - bound) as f64 / machine as f64);
        assert!(number(&claim["simulations"]) <= 2, "{layer}");
    }
    let notes = found["notes"].as_array().expect("notes");
    let is_told = |note: &Value| {
        note.as_str()
            .is_some_and(|note| note.contains("--time 1ms"))
    };
    assert!(notes.iter().any(is_told), "{notes:?}");
    let shown = stationary(&asked("1ms"));
    assert!(shown.status.success());
    assert!(
        text(&shown.stdout).contains("--time 1ms was over"),
        "{shown:?}"
    );
    // With time enough it is as without.
    let short = file(
        "short.yaml",
        "name: short\nlayers:\n  - {name: d, matmul: {m: 4, n: 8, k: 8}}\n",
    );
    let small = ["search", "map", "--arch", "gemmini", "--network", &short];
    let small = with(&small, &["--certify", "--format", "json"]);
    assert_eq!(answer(&small), answer(&with(&small, &["--time", "60m"])));
    refuses(&with(&map, &["--time", "1s"]), 2, &["--time 1s", "certify"]);
    for (time, allowed) in [("30", "30s or 2m"), ("0s", "1ms or more"), ("1h", "500ms")] {
        refuses(&with(&proof, &["--time", time]), 2, &[time, allowed]);
    }
}

#[test]
fn no_more_runs_than_allowed_whatever_the_recheck() {
    let map = map();
    let map = words(&map);
    let tight = ["--certify", "--simulations", "1", "--format", "json"];
    for recheck in ["5", "auto", "20"] {
        let found = answer(&with(&map, &with(&tight, &["--recheck", recheck])));
        assert_eq!(found["certificate"]["simulations"], 1, "{recheck}");
        let note = found["recheck"]["note"].as_str().unwrap_or_default();
        let is_named = note.contains("--simulations 1") && note.contains("--recheck");
        assert!(is_named || recheck == "auto", "{recheck}: {note}");
    }
    // The winner of two layers is two entries.
    refuses(
        &with(&ASSIGN, &tight),
        2,
        &["--simulations 1", "2 entries", "needed 2 or more"],
    );
    for most in [2, 3] {
        let most_text = most.to_string();
        let more = ["--certify", "--simulations", &most_text, "--recheck", "9"];
        let found = answer(&with(&ASSIGN, &with(&more, &["--format", "json"])));
        assert!(number(&found["certificate"]["simulations"]) <= most);
        let note = found["recheck"]["note"].as_str().expect("it says why");
        assert!(note.contains(&format!("--simulations {most}")), "{note}");
    }
    refuses(
        &with(&ASSIGN, &["--certify", "--simulations", "0"]),
        2,
        &["--simulations"],
    );
}
