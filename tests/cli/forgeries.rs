//! Certificates that say what is not so, and what `verify` makes of them.
//!
//! ```text
//! for each certificate that holds, for each place in it:
//!     another number, another text, a field or an entry less, one more, entries exchanged: refused
//! ```

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use serde_json::{Value, json};

use crate::certify::{caught, certificate, verify};
use crate::{cases, file, number, stationary, text};

/// What was printed, wherever its lines break.
pub fn words(printed: &[u8]) -> String {
    let printed = text(printed);
    printed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Three layers, the last like the first.
pub const NETWORK: &str = "name: three\nsource: made up\nlayers:\n\
    \x20 - {name: a, matmul: {m: 4, k: 3, c: 5}}\n\
    \x20 - {name: b, matmul: {m: 3, k: 5, c: 2}}\n\
    \x20 - {name: c, matmul: {m: 4, k: 3, c: 5}}\n";

/// Certificates of every kind: with and without a proof, with budgets and with half-planes.
pub fn certificates() -> Vec<(&'static str, Value)> {
    // Made once: tests that run side by side would write the same files.
    static MADE: LazyLock<Vec<(&'static str, Value)>> = LazyLock::new(make);
    MADE.clone()
}

fn make() -> Vec<(&'static str, Value)> {
    let network = file("three.yaml", NETWORK);
    let assign = |more: &[&str], name| {
        let first = [
            "search",
            "assign",
            "--network",
            &network,
            "--dataflow",
            "eye",
            "--pes",
            "2,4",
            "--tiles",
            "1,2",
        ];
        certificate(&first, more, name)
    };
    let map = |more: &[&str], name| {
        let first = ["search", "map", "--arch", "systolic", "--network", &network];
        certificate(&first, more, name)
    };
    let cores = file(
        "forge.cores.yaml",
        "batch: [1, 2]\nblock_in: [8, 16]\nblock_out: [8]\n",
    );
    let chip = |more: &[&str], name: &str| {
        let path = file(name, "");
        let first = [
            "search",
            "codesign",
            "--network",
            &network,
            "--certificate",
            &path,
        ];
        // Where no core runs all layers, the answer is no.
        let output = stationary(&[&first[..], more].concat());
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "{}",
            words(&output.stderr)
        );
        let text = std::fs::read_to_string(&path).expect("a certificate");
        serde_json::from_str(&text).expect("a certificate is JSON")
    };
    let latency = ["--budget", "area=0.6"];
    let product = ["--budget", "area=0.6", "--objective", "edp"];
    // The winner alone consists of three entries.
    let cut = ["--budget", "area=0.6", "--simulations", "3"];
    vec![
        ("latency", assign(&latency, "forge.latency.json")),
        ("product", assign(&product, "forge.product.json")),
        ("cut", assign(&cut, "forge.cut.json")),
        ("map", map(&["--recheck", "1"], "forge.map.json")),
        (
            "open map",
            map(&["--recheck", "1", "--simulations", "1"], "forge.open.json"),
        ),
        (
            "chip",
            chip(
                &["--hardware", &cores, "--budget", "area=0.8"],
                "forge.chip.json",
            ),
        ),
        (
            "no chip",
            chip(&["--budget", "area=1um2", "--partial"], "forge.no.json"),
        ),
    ]
}

/// Every document that differs from this one in one place, and where.
fn changes(document: &Value) -> Vec<(String, Value)> {
    let mut pointers = vec![String::new()];
    let mut at = 0;
    while let Some(pointer) = pointers.get(at).cloned() {
        at += 1;
        match document.pointer(&pointer).expect("it was listed") {
            Value::Object(fields) => {
                pointers.extend(fields.keys().map(|name| format!("{pointer}/{name}")));
            }
            Value::Array(entries) => {
                // Entries of a long list are alike.
                let last = entries.len().saturating_sub(1);
                let some = (0..entries.len()).filter(|at| *at < 2 || *at == last);
                pointers.extend(some.map(|at| format!("{pointer}/{at}")));
            }
            _ => {}
        }
    }
    let mut changes = Vec::new();
    for pointer in pointers {
        let mut change = |what: &str, changed: Value| {
            let mut other = document.clone();
            *other.pointer_mut(&pointer).expect("it is there") = changed;
            if other != *document {
                changes.push((format!("{pointer}: {what}"), other));
            }
        };
        match document.pointer(&pointer).expect("it was listed") {
            Value::Null => change("not null", json!(1)),
            Value::Bool(b) => change("turned", json!(!b)),
            Value::Number(n) => match n.as_u64() {
                Some(n) => change("one more", json!(n + 1)),
                None => change("one more", json!(n.as_f64().expect("a number") + 1.0)),
            },
            Value::String(s) => change("another text", json!(format!("{s}x"))),
            Value::Object(fields) => {
                for name in fields.keys() {
                    let mut less = fields.clone();
                    less.remove(name);
                    change(&format!("without {name}"), Value::Object(less));
                }
                let mut more = fields.clone();
                more.insert("extra".to_owned(), Value::Null);
                change("one field more", Value::Object(more));
            }
            Value::Array(entries) => {
                for at in [0, entries.len().saturating_sub(1)] {
                    let mut less = entries.clone();
                    if at < less.len() {
                        less.remove(at);
                    }
                    change("one entry less", Value::Array(less));
                }
                let mut more = entries.clone();
                more.push(entries.last().cloned().unwrap_or(json!("x")));
                change("one entry more", Value::Array(more));
                let mut swapped = entries.clone();
                if swapped.len() > 1 {
                    swapped.swap(0, 1);
                }
                change("entries exchanged", Value::Array(swapped));
            }
        }
    }
    changes
}

/// Of how many changes one is tried; `STATIONARY_CASES=4` tries them all.
fn stride() -> usize {
    (4 / cases(1).clamp(1, 4)) as usize
}

#[test]
fn every_change_of_a_certificate_is_refused() {
    let count = AtomicUsize::new(0);
    let mut made = 0;
    for (kind, found) in certificates() {
        let (holds, broken) = verify(&found, &[], "forge.whole.json");
        assert!(holds, "{kind}: {broken}");
        let all = changes(&found);
        made += all.len();
        let accepted = all
            .into_par_iter()
            .step_by(stride())
            .filter_map(|(what, changed)| {
                let at = count.fetch_add(1, Ordering::Relaxed);
                let path = file(&format!("forge.{at}.json"), &changed.to_string());
                let output = stationary(&["verify", &path, "--quiet"]);
                let is_refused = matches!(output.status.code(), Some(1 | 2));
                (!is_refused).then_some(what)
            });
        let accepted: Vec<String> = accepted.collect();
        assert!(accepted.is_empty(), "{kind}: accepted: {accepted:#?}");
    }
    assert!(made > 400, "certificates have many fields");
}

/// A network of certificates whose claims are wrong though each agrees with the others.
#[test]
fn consistent_forgeries_are_refused() {
    let all = certificates();
    let of = |kind: &str| {
        &all.iter()
            .find(|(name, _)| *name == kind)
            .expect("it was made")
            .1
    };
    let latency = of("latency");
    let chosen = latency["best"]["choices"].as_array().expect("choices");
    let is_chosen = |entry: &Value| {
        let fields = ["pe", "tile"];
        (chosen.iter()).any(|choice| fields.iter().all(|field| choice[*field] == entry[*field]))
    };
    let slower = |c: &mut Value| {
        for entry in c["simulated"].as_array_mut().expect("entries") {
            if !is_chosen(entry) {
                entry["cycles"] = json!(1_000_000_000_000_u64);
            }
        }
    };
    caught(latency, "slow others", slower);
    // Whoever asks for it believes the runs, and is told so.
    let mut believed = latency.clone();
    slower(&mut believed);
    let path = file("forge.believed.json", &believed.to_string());
    let output = stationary(&["verify", &path, "--quick"]);
    let said = words(&output.stdout);
    let trust = "are as it says";
    assert!(
        output.status.code() == Some(1) || said.contains(trust),
        "{said}"
    );

    let map = of("map");
    let best = map["layers"][0]["place"].clone();
    let slower = |c: &mut Value| {
        for run in c["layers"][0]["simulated"]
            .as_array_mut()
            .expect("candidates")
        {
            if run[0] != best {
                run[1] = json!(1_000_000_000_000_u64);
            }
        }
    };
    assert!(number(&map["layers"][0]["simulations"]) > 1, "others ran");
    caught(map, "slow others", slower);
    let mut believed = map.clone();
    slower(&mut believed);
    let path = file("forge.believed.map.json", &believed.to_string());
    let output = stationary(&["verify", &path, "--quick"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        words(&output.stdout).contains(trust),
        "{}",
        text(&output.stdout)
    );

    let chip = of("chip");
    let low = |c: &mut Value| c["tasks"][0]["simulated"][0]["cycles"] = json!(1);
    caught(chip, "below its bound", low);
    let slower = |c: &mut Value| {
        let best = c["best"]["tasks"][0]["point"].clone();
        for run in c["tasks"][0]["simulated"]
            .as_array_mut()
            .expect("schedules")
        {
            if run["point"] != best {
                run["cycles"] = json!(1_000_000_000_000_u64);
            }
        }
    };
    caught(chip, "slow others", slower);
    caught(chip, "a better chip", |c| {
        c["best"]["cycles"] = json!(1);
        c["lower_bound"] = json!(1);
    });
    caught(chip, "names exchanged", |c| {
        c["tasks"][0]["layers"]
            .as_array_mut()
            .expect("names")
            .reverse()
    });
    // What no list of values has is no schedule.
    for place in [9, 1_000_000, usize::MAX] {
        caught(chip, "no such schedule", |c| {
            c["tasks"][0]["simulated"][0]["point"][0] = json!(place)
        });
        caught(chip, "no such tile", |c| {
            c["tasks"][1]["simulated"][0]["point"][5] = json!(place)
        });
    }

    caught(map, "names exchanged", |c| {
        let names = [0, 1].map(|at| c["layers"][at]["name"].clone());
        let [first, second] = names;
        c["layers"][0]["name"] = second;
        c["layers"][1]["name"] = first;
    });
    caught(map, "another reading", |c| c["of"] = json!("silicon"));
    caught(map, "another space", |c| {
        c["over"] = json!("every mapping ever")
    });
    caught(latency, "another reading", |c| c["of"] = json!("silicon"));
    caught(latency, "another space", |c| {
        c["over"] = json!("every mapping of every design ever")
    });
    caught(latency, "another kind", |c| {
        c["kind"] = json!("unconditional optimum")
    });
    caught(latency, "other entries", |c| {
        c["entries"] = json!(999_999_999)
    });
}

/// Texts of which readers make different things: each field of each object a second time, before and
/// behind the true one.
fn twice(document: &Value) -> Vec<(String, String)> {
    fn objects(value: &Value, pointer: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.push(pointer.to_owned());
                for (name, value) in fields {
                    objects(value, &format!("{pointer}/{name}"), found);
                }
            }
            // Entries of a list are alike.
            Value::Array(entries) => {
                if let Some(first) = entries.first() {
                    objects(first, &format!("{pointer}/0"), found);
                }
            }
            _ => {}
        }
    }
    let mut pointers = Vec::new();
    objects(document, "", &mut pointers);
    let mut texts = Vec::new();
    for pointer in pointers {
        let object = document.pointer(&pointer).expect("it was listed");
        let whole = object.to_string();
        let inside = &whole[1..whole.len() - 1];
        for name in object.as_object().expect("an object").keys() {
            for forged in [
                format!("{{{}:7,{inside}}}", json!(name)),
                format!("{{{inside},{}:7}}", json!(name)),
                format!("{{{inside},{}:{}}}", json!(name), object[name]),
            ] {
                let mut other = document.clone();
                *other.pointer_mut(&pointer).expect("it is there") = json!("FORGED");
                let text = other.to_string().replacen("\"FORGED\"", &forged, 1);
                texts.push((format!("{pointer}/{name}"), text));
            }
        }
    }
    texts
}

#[test]
fn fields_that_stand_twice_are_refused() {
    for (kind, found) in certificates() {
        let all = twice(&found);
        assert!(all.len() > 100, "{kind}: {}", all.len());
        all.into_par_iter()
            .enumerate()
            .step_by(stride())
            .for_each(|(at, (place, text))| {
                let path = file(&format!("forge.twice.{at}.json"), &text);
                let output = stationary(&["verify", &path, "--quiet"]);
                let said = words(&output.stderr);
                assert_eq!(output.status.code(), Some(2), "{kind}: {place}: {said}");
                assert!(
                    said.contains("stands twice at line"),
                    "{kind}: {place}: {said}"
                );
            });
    }
}

/// What is no text of JSON ends with a message, and at once.
#[test]
fn what_is_no_certificate_is_refused() {
    let (_, found) = certificates().swap_remove(0);
    let whole = found.to_string();
    let texts = [
        ("deep", "[".repeat(100_000)),
        ("empty", String::new()),
        ("two", format!("{whole}{whole}")),
        (
            "number",
            whole.replacen("\"version\":", "\"version\":1e999,\"x\":", 1),
        ),
        (
            "not a number",
            whole.replacen("\"version\":", "\"version\":NaN,\"x\":", 1),
        ),
        ("cut", whole[..whole.len() / 2].to_owned()),
    ];
    for (what, text) in texts {
        let path = file("forge.text.json", &text);
        let output = stationary(&["verify", &path]);
        assert_eq!(output.status.code(), Some(2), "{what}");
        assert!(words(&output.stderr).contains("forge.text.json"), "{what}");
    }
}

/// Whatever a certificate asks for, what differs in it is found before anything takes long.
#[test]
fn forged_questions_end_soon() {
    let all = certificates();
    let start = std::time::Instant::now();
    for (kind, found) in all {
        for (field, value) in [
            ("batch", json!(1_000_000_000_000_u64)),
            ("batch", json!(1_000_000_007)),
            ("network", json!("resnet50")),
            ("set", json!(["dram.kind=hbm3"])),
            ("pes", json!("1-3000")),
            ("tiles", json!("1-3000")),
            ("dataflow", json!("mix")),
            ("hardware", json!("all")),
        ] {
            let mut forged = found.clone();
            let Some(place) = forged["inputs"].get_mut(field) else {
                continue;
            };
            *place = value.clone();
            let path = file("forge.question.json", &forged.to_string());
            let output = stationary(&["verify", &path, "--quiet"]);
            assert!(
                matches!(output.status.code(), Some(1 | 2)),
                "{kind}: {field} {value}"
            );
        }
        // Lists as long as they like.
        for field in ["cuts", "multipliers"] {
            let mut forged = found.clone();
            let Some(place) = forged.get_mut(field) else {
                continue;
            };
            let entry = if field == "cuts" {
                json!([1e300, 1e300, 1.0])
            } else {
                json!(1.0)
            };
            *place = Value::Array(vec![entry; 100_000]);
            let path = file("forge.list.json", &forged.to_string());
            let output = stationary(&["verify", &path, "--quiet"]);
            assert_eq!(output.status.code(), Some(1), "{kind}: {field}");
        }
    }
    // Each takes a few milliseconds; what had to be priced or run before took minutes.
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
}

#[test]
fn a_question_that_is_spelt_otherwise_is_refused() {
    let more = [
        "--layer",
        "conv4",
        "--set",
        "global_buffer.kib=200",
        "--budget",
        "area=iot",
    ];
    let assign = ["search", "assign", "--network", "alexnet"];
    let found = certificate(
        &assign,
        &[
            &["--layer", "2", "--pes", "1, 4,16", "--tiles", "1,2,3"],
            &more[..],
        ]
        .concat(),
        "spelt.json",
    );
    let inputs = &found["inputs"];
    assert_eq!(inputs["layer"], json!(["conv3", "conv4"]));
    assert_eq!(inputs["pes"], "1,4,16");
    assert_eq!(inputs["tiles"], "1-3");
    let (holds, broken) = verify(&found, &[], "spelt.again.json");
    assert!(holds, "{broken}");
    let changes: [(&str, Value); 7] = [
        ("/inputs/pes", json!("1,4,16 ")),
        ("/inputs/tiles", json!(" 1-3")),
        ("/inputs/tiles", json!("1,2,3")),
        ("/inputs/layer", json!(["conv4", "conv3"])),
        ("/inputs/layer", json!(["conv3", "conv4", "conv3"])),
        (
            "/inputs/set",
            json!(["global_buffer.kib=200", "global_buffer.kib=200"]),
        ),
        ("/budgets/0/budget", json!("area = iot")),
    ];
    for (at, (pointer, changed)) in changes.into_iter().enumerate() {
        caught(&found, &format!("spelling{at}"), |c| {
            *c.pointer_mut(pointer).expect("it is there") = changed.clone();
        });
    }
}

#[test]
fn a_network_under_another_name_is_another() {
    let text = |name: &str| {
        format!("name: {name}\nlayers:\n  - {{name: d, matmul: {{m: 8, n: 24, k: 40}}}}\n")
    };
    let network = file("renamed.yaml", &text("first"));
    let map = ["search", "map", "--arch", "systolic", "--network", &network];
    let found = certificate(&map, &[], "renamed.json");
    assert_eq!(
        found["names"],
        json!({"arch": "systolic", "network": "first"})
    );
    assert!(verify(&found, &[], "renamed.same.json").0);
    file("renamed.yaml", &text("other"));
    let (holds, broken) = verify(&found, &[], "renamed.other.json");
    assert!(!holds);
    assert!(broken.contains("names.network"), "{broken}");
}
