//! Run folders: what is in them, and what outlives a kill.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::Value;
use stationary_record::{digest, read};

use crate::{cases, file, text};

const COSTS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/search/tests/data/mobilenet_v2_dla.csv"
);

/// An empty folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("records")
        .join(name);
    if path.exists() {
        std::fs::remove_dir_all(&path).expect("a folder of this test");
    }
    std::fs::create_dir_all(&path).expect("the target folder can be written");
    path
}

/// A command that works in a folder, so that equal commands are equal to the letter.
fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stationary"));
    command.current_dir(folder).args(arguments);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = command(folder, arguments)
        .output()
        .expect("the binary runs");
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn a_run_folder_has_what_went_in_and_what_came_out() {
    let folder = folder("whole");
    let network = file(
        "run_layers.csv",
        "K,C,Y,X,R,S,T\n8,3,8,8,3,3,1\n4,8,6,6,1,1,1\n",
    );
    for (verb, more) in [
        (
            &["estimate", "--arch", "eyeriss"][..],
            &["accelerator.yaml"][..],
        ),
        (&["simulate", "--arch", "eyeriss"], &["accelerator.yaml"]),
        (&["validate", "--arch", "eyeriss"], &["accelerator.yaml"]),
        (
            &["search", "map", "--arch", "eyeriss"],
            &["accelerator.yaml", "mappings.yaml", "evaluations.jsonl"],
        ),
        (
            &[
                "search",
                "assign",
                "--pes",
                "1,2",
                "--tiles",
                "1,2",
                "--budget",
                "area=cloud",
            ],
            &["costs.csv", "certificate.json", "evaluations.jsonl"],
        ),
    ] {
        let name = verb.join("-");
        let common = [
            "--network",
            &network,
            "--seed",
            "3",
            "--format",
            "json",
            "--run",
            &name,
        ];
        let arguments = [verb, &common].concat();
        let (code, out, err) = run(&folder, &arguments);
        assert_eq!(code, Some(0), "{verb:?}: {err}");
        let kept = folder.join(&name);
        let result = std::fs::read_to_string(kept.join("result.json")).expect("a result");
        assert_eq!(result, out, "{verb:?}");
        let manifest = json(&kept.join("run.json"));
        assert_eq!(manifest["status"], "done");
        assert_eq!(manifest["answer"], "yes");
        assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(manifest["options"]["seed"][0], "3");
        let words: Vec<&str> = manifest["command"]
            .as_array()
            .expect("words")
            .iter()
            .map(|word| word.as_str().expect("a word"))
            .collect();
        assert_eq!(words[0], "stationary");
        assert_eq!(words[1..], arguments);
        let files = [&manifest["inputs"], &manifest["results"]];
        let files: Vec<&Value> = files
            .into_iter()
            .flat_map(|f| f.as_array().expect("files"))
            .collect();
        for kept_file in &files {
            let path = kept.join(kept_file["file"].as_str().expect("a path"));
            let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            assert_eq!(kept_file["sha256"], digest(&bytes), "{}", path.display());
        }
        let input = files
            .iter()
            .find(|f| f["name"] == network)
            .expect("the network");
        let copy = std::fs::read(kept.join(input["file"].as_str().expect("a path")));
        assert_eq!(
            copy.expect("a copy"),
            std::fs::read(&network).expect("the original")
        );
        for name in more.iter().chain(&["result.csv"]) {
            assert!(kept.join(name).is_file(), "{verb:?}: {name}");
        }
        // The same command finds the same.
        let before = std::fs::read(kept.join("run.json")).expect("a manifest");
        let (code, again, err) = run(&folder, &arguments);
        assert_eq!((code, again), (Some(0), out), "{verb:?}: {err}");
        assert_eq!(
            std::fs::read(kept.join("run.json")).expect("a manifest"),
            before
        );
    }
}

/// A template is kept as what it expands to: the copy needs none of the files that it includes.
#[test]
fn a_template_is_kept_as_what_it_stands_for() {
    let folder = folder("template");
    let base = folder.join("base.yaml");
    let instance = "{C: 1, K: 1, R: 1, S: 1, P: 1, Q: 1, N: 1}";
    let text = format!("base: &base\n  shape: cnn-layer\n  instance: {instance}\n");
    std::fs::write(&base, text).expect("a file of this test");
    let top =
        "{{include_text('base.yaml')}}\nproblem:\n  <<<: *base\n  instance: {C: 8, K: 16, P: 5}\n";
    std::fs::write(folder.join("one.yaml.jinja2"), top).expect("a file of this test");
    let estimate = [
        "estimate",
        "--arch",
        "systolic",
        "--format",
        "json",
        "--network",
    ];
    let kept = ["one.yaml.jinja2", "--run", "kept"];
    let (code, first, errors) = run(&folder, &[&estimate[..], &kept].concat());
    assert_eq!(code, Some(0), "{errors}");
    std::fs::remove_file(base).expect("a file of this test");
    let copy = "kept/inputs/network.one.yaml";
    let (code, again, errors) = run(&folder, &[&estimate[..], &[copy]].concat());
    assert_eq!(code, Some(0), "{errors}");
    let macs = |text: &str| {
        let run: Value = serde_json::from_str(text).expect("JSON");
        run["total"].clone()
    };
    assert_eq!(macs(&first), macs(&again));
}

#[test]
fn a_folder_of_another_request_is_left_alone() {
    let folder = folder("refused");
    let refuses = |arguments: &[&str], parts: &[&str]| {
        let (code, out, err) = run(&folder, arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        for part in parts {
            assert!(err.contains(part), "`{part}` is not in: {err}");
        }
    };
    let network = folder.join("n.csv");
    let network = network.to_str().expect("text");
    std::fs::write(network, "K,C,Y,X,R,S,T\n8,3,8,8,3,3,1\n").expect("a file of this test");
    let common = ["estimate", "--network", network, "--run", "kept", "--arch"];
    let with = |more: &[&'static str]| -> Vec<String> {
        common
            .iter()
            .chain(more)
            .map(|word| (*word).to_owned())
            .collect()
    };
    let words = |arguments: &[String]| -> Vec<String> { arguments.to_vec() };
    let call = |arguments: &[String]| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run(&folder, &arguments)
    };
    assert_eq!(call(&with(&["eyeriss"])).0, Some(0));
    let kept = || std::fs::read(folder.join("kept/run.json")).expect("a manifest");
    let before = kept();
    let other = words(&with(&["eyeriss", "--set", "array.rows=10"]));
    let other: Vec<&str> = other.iter().map(String::as_str).collect();
    refuses(
        &other,
        &["--run kept", "--set: nothing there, array.rows=10 here"],
    );
    // Another format, order or number of threads is the same request.
    assert_eq!(
        call(&with(&["eyeriss", "--format", "csv", "--threads", "1"])).0,
        Some(0)
    );
    std::fs::write(network, "K,C,Y,X,R,S,T\n9,3,8,8,3,3,1\n").expect("a file of this test");
    let same = words(&with(&["eyeriss"]));
    let same: Vec<&str> = same.iter().map(String::as_str).collect();
    refuses(&same, &["n.csv has changed since"]);
    let results =
        |bytes: Vec<u8>| serde_json::from_slice::<Value>(&bytes).expect("JSON")["results"].clone();
    assert_eq!(results(kept()), results(before), "nothing is touched");
    std::fs::create_dir(folder.join("full")).expect("a folder of this test");
    std::fs::write(folder.join("full/notes.txt"), "mine").expect("a file of this test");
    refuses(
        &[
            "estimate",
            "--arch",
            "eyeriss",
            "--network",
            "alexnet",
            "--run",
            "full",
        ],
        &["full", "notes.txt"],
    );
    // A run that failed before it found anything does not hold the place.
    refuses(
        &[
            "estimate",
            "--arch",
            "eyeriss",
            "--network",
            "alexnet",
            "--layer",
            "99",
            "--run",
            "late",
        ],
        &["--layer 99"],
    );
    let (code, _, err) = run(
        &folder,
        &[
            "estimate",
            "--arch",
            "eyeriss",
            "--network",
            "alexnet",
            "--layer",
            "0",
            "--run",
            "late",
        ],
    );
    assert_eq!(code, Some(0), "{err}");
    let lock = stationary_record::Lock::take(&folder.join("late/.lock")).expect("a lock");
    assert!(lock.is_some());
    refuses(
        &[
            "estimate",
            "--arch",
            "eyeriss",
            "--network",
            "alexnet",
            "--layer",
            "0",
            "--run",
            "late",
        ],
        &["another process"],
    );
}

#[test]
fn a_record_goes_on_and_is_checked() {
    let folder = folder("flags");
    let assign = |more: &[&str]| {
        let common = [
            "search",
            "assign",
            "--table",
            COSTS,
            "--budget",
            "area=iot",
            "--optimizer",
            "genetic",
            "--evaluations",
            "300",
            "--format",
            "json",
        ];
        run(&folder, &[&common[..], more].concat())
    };
    let (code, whole, err) = assign(&["--record", "r.jsonl"]);
    assert_eq!(code, Some(0), "{err}");
    let record = std::fs::read(folder.join("r.jsonl")).expect("a record");
    assert_eq!(
        record.iter().filter(|b| **b == b'\n').count(),
        301,
        "a head and each evaluation"
    );
    std::fs::write(folder.join("half.jsonl"), &record[..record.len() / 2]).expect("a file");
    let (code, again, err) = assign(&["--resume", "half.jsonl", "--record", "half.jsonl"]);
    assert_eq!((code, &again), (Some(0), &whole), "{err}");
    assert_eq!(
        std::fs::read(folder.join("half.jsonl")).expect("a record"),
        record
    );
    let (code, again, err) = assign(&["--resume", "half.jsonl", "--record", "copy.jsonl"]);
    assert_eq!((code, &again), (Some(0), &whole), "{err}");
    assert_eq!(
        std::fs::read(folder.join("copy.jsonl")).expect("a record"),
        record
    );
    let (code, _, err) = assign(&["--resume", "r.jsonl", "--seed", "4"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("r.jsonl:1: found seed 0; expected 4"), "{err}");
    std::fs::write(folder.join("notes.txt"), "my notes\n").expect("a file of this test");
    let (code, _, err) = assign(&["--resume", "notes.txt", "--record", "notes.txt"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("notes.txt:1: found no whole line"), "{err}");
    assert_eq!(
        std::fs::read(folder.join("notes.txt")).expect("it is there"),
        b"my notes\n"
    );
}

/// Kills a search at random moments, again and again, until it has died `kills` times; each time it
/// comes to its end all must be as if nothing had happened.
fn survives(name: &str, arguments: &[&str], kills: u64, in_order: bool) {
    let folder = folder(name);
    let arguments = [arguments, &["--format", "json", "--run", "kept"]].concat();
    let place = |n: u64| {
        let place = folder.join(n.to_string());
        std::fs::create_dir_all(&place).expect("the target folder can be written");
        place
    };
    let start = Instant::now();
    let (code, whole, err) = run(&place(0), &arguments);
    let taken = start.elapsed();
    assert_eq!(code, Some(0), "{err}");
    let log = |place: &Path| {
        let path = place.join("kept/evaluations.jsonl");
        let lines = path.exists().then(|| read(&path).expect("a log"));
        let mut lines: Vec<String> = lines.into_iter().flatten().map(|l| l.to_string()).collect();
        if !in_order {
            lines.sort();
        }
        lines
    };
    let all = log(&place(0));
    let bytes =
        |place: &Path, name: &str| std::fs::read(place.join("kept").join(name)).expect(name);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let (mut killed, mut ended, mut found) = (0, 0, 0);
    while killed < kills || ended == 0 {
        let place = place(ended + 1);
        let mut child = command(&place, &arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        if killed < kills {
            std::thread::sleep(taken.mul_f64(rng.random_range(0.0..1.0)));
            child.kill().expect("it can be killed");
        }
        let output = child.wait_with_output().expect("it ends");
        let known = log(&place);
        assert!(
            known.len() >= found,
            "{found} evaluations were known, and now {}",
            known.len()
        );
        found = known.len();
        if in_order {
            assert_eq!(known, all[..found], "the log is a beginning of the whole");
        } else {
            let mut rest = all.iter();
            assert!(
                known.iter().all(|line| rest.any(|other| other == line)),
                "each line once"
            );
        }
        if output.status.code().is_none() {
            killed += 1;
            continue;
        }
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_eq!(text(&output.stdout), whole);
        assert_eq!(known, all, "nothing is lost or doubled");
        for name in ["run.json", "result.json", "result.csv"] {
            assert_eq!(
                bytes(&place, name),
                bytes(&folder.join("0"), name),
                "{name}"
            );
        }
        (ended, found) = (ended + 1, 0);
    }
    assert!(taken < Duration::from_secs(60), "one search took {taken:?}");
}

#[test]
fn a_killed_assignment_ends_as_if_nothing_had_happened() {
    for optimizer in ["genetic", "annealing"] {
        let arguments = [
            "search",
            "assign",
            "--table",
            COSTS,
            "--budget",
            "area=iotx",
            "--evaluations",
            "20000",
            "--seed",
            "5",
            "--optimizer",
            optimizer,
        ];
        survives(optimizer, &arguments, cases(5), true);
    }
}

#[test]
fn a_killed_search_for_mappings_ends_as_if_nothing_had_happened() {
    let network = "K,C,Y,X,R,S,T\n32,16,16,16,3,3,1\n48,24,14,14,1,1,1\n16,16,20,20,3,3,1\n";
    let network = file("kill_layers.csv", network);
    let arguments = [
        "search",
        "map",
        "--arch",
        "eyeriss",
        "--network",
        &network,
        "--recheck",
        "20",
    ];
    survives("map", &arguments, cases(5), false);
}

#[test]
fn a_killed_comparison_ends_as_if_nothing_had_happened() {
    let arguments = [
        "compare",
        "--table",
        COSTS,
        "--seeds",
        "4",
        "--evaluations",
        "1000",
        "--optimizer",
        "genetic",
        "--optimizer",
        "annealing",
    ];
    survives("compare", &arguments, cases(3), false);
}
