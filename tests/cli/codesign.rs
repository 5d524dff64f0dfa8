//! Hardware and schedules together.

use serde_json::Value;

use crate::{file, json, number, refuses, stationary, text};

const LAYERS: [&str; 8] = [
    "search",
    "codesign",
    "--network",
    "resnet18",
    "--layer",
    "layer4.0.downsample",
    "--layer",
    "layer3.0.downsample",
];

fn arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&LAYERS[..], more].concat()
}

fn shapes() -> String {
    file(
        "shapes.yaml",
        "batch: [1]\nblock_in: [8, 16]\nblock_out: [8, 16]\n",
    )
}

/// The machine takes the chip and the schedules, and needs the cycles that were promised.
fn holds(answer: &Value, chip: &str, schedules: &str) {
    let run = json(&[
        "simulate",
        "--format",
        "json",
        "--network",
        "resnet18",
        "--layer",
        "layer4.0.downsample",
        "--layer",
        "layer3.0.downsample",
        "--arch",
        chip,
        "--mapping",
        schedules,
    ]);
    assert_eq!(run["total"]["cycles"], answer["best"]["objective"]);
    for field in ["energy_pj", "energy_by_component_pj"] {
        assert_eq!(run["total"][field], answer["best"][field], "{field}");
    }
    let choices = answer["best"]["choices"].as_array().expect("choices");
    let sum: u64 = choices.iter().map(|c| number(&c["machine"])).sum();
    assert_eq!(sum, number(&answer["best"]["objective"]));
    for choice in choices {
        assert!(number(&choice["lower_bound"]) <= number(&choice["machine"]));
    }
}

#[test]
fn the_proved_chip_is_the_best_of_all() {
    let (shapes, chip, schedules) = (shapes(), file("chip.yaml", ""), file("schedules.yaml", ""));
    let more = ["--hardware", &shapes, "--format", "json"];
    let outputs = ["--chip", &chip, "-o", &schedules];
    let answer = json(&arguments(&[&more[..], &outputs].concat()));
    assert_eq!(answer["certificate"]["kind"], "proved");
    holds(&answer, &chip, &schedules);
    let every = json(&arguments(&[&more[..], &["--every"]].concat()));
    assert_eq!(every["best"], answer["best"]);
    let machines = every["machines"].as_array().expect("machines");
    let cycles: Vec<u64> = machines.iter().map(|m| number(&m["cycles"])).collect();
    assert_eq!(cycles.len(), 4);
    assert_eq!(
        cycles.iter().min(),
        answer["best"]["objective"].as_u64().as_ref()
    );
    // A chip for each layer is no worse, and says that it cannot be built.
    let own = &answer["each_layer_its_own_hardware"];
    assert_eq!(own["buildable"], false);
    assert!(number(&own["objective"]) <= number(&answer["best"]["objective"]));
    // With fewer MACs the best is another, and no better.
    let small = json(&arguments(&[&more[..], &["--macs", "128"]].concat()));
    assert!(number(&small["best"]["used"]["macs"]) <= 128);
    assert!(number(&small["best"]["objective"]) >= number(&answer["best"]["objective"]));
}

#[test]
fn a_tuned_chip_goes_on_to_the_same_end() {
    let shapes = shapes();
    for name in ["arco", "genetic+confidence"] {
        let (chip, schedules) = (file("tuned.yaml", ""), file("tuned.schedules.yaml", ""));
        let own = [
            "--optimizer",
            name,
            "--measurements",
            "40",
            "--seed",
            "3",
            "--hardware",
            &shapes,
            "--format",
            "json",
            "--chip",
            &chip,
            "-o",
            &schedules,
        ];
        let run = |more: &[&str]| -> Vec<u8> {
            let output = stationary(&arguments(&[&own[..], more].concat()));
            assert!(output.status.success(), "{name}: {}", text(&output.stderr));
            output.stdout
        };
        let record = file("codesign.jsonl", "");
        let whole = run(&["--threads", "1", "--record", &record]);
        let answer: Value = serde_json::from_slice(&whole).expect("JSON");
        holds(&answer, &chip, &schedules);
        let calls = number(&answer["evaluations"]["calls"]);
        assert_eq!(calls, 80, "two tasks, half free, half on the chip");
        let lines = std::fs::read_to_string(&record).expect("a record");
        let half = file("codesign.half.jsonl", &lines[..lines.len() / 2]);
        let resumed = run(&["--threads", "2", "--resume", &half, "--record", &half]);
        assert_eq!(text(&resumed), text(&whole), "{name}");
        assert_eq!(std::fs::read_to_string(&half).expect("a record"), lines);
    }
}

#[test]
fn what_is_wrong_is_said() {
    refuses(
        &arguments(&["--optimizer", "arcoo"]),
        2,
        &["arcoo", "did you mean `arco`?", "exact", "+confidence"],
    );
    refuses(
        &arguments(&["--hardware", "some"]),
        2,
        &["some", "fixed", "all", "block_in"],
    );
    refuses(&arguments(&["--arch", "eyeriss"]), 2, &["eyeriss", "vta"]);
    refuses(&arguments(&["--budget", "power=3"]), 2, &["area=VALUE"]);
    let falling = file(
        "falling.yaml",
        "batch: [2, 1]\nblock_in: [8]\nblock_out: [8]\n",
    );
    refuses(
        &arguments(&["--hardware", &falling]),
        2,
        &["batch", "greater"],
    );
    let none = stationary(&arguments(&[
        "--hardware",
        "all",
        "--budget",
        "area=0.1mm2",
    ]));
    assert_eq!(none.status.code(), Some(1));
    assert!(
        text(&none.stdout).contains("0 of 64 shapes"),
        "{}",
        text(&none.stdout)
    );
}

/// A proof says over what it is one, and its certificate is checked again; a tuner has none.
#[test]
fn a_chip_has_a_certificate() {
    // Its own file: other tests write theirs again while this one is verified.
    let shapes = file(
        "proof.shapes.yaml",
        "batch: [1]\nblock_in: [8, 16]\nblock_out: [8, 16]\n",
    );
    let certificate = file("chip.proof.json", "");
    let more = ["--hardware", &shapes, "--certificate", &certificate];
    let output = stationary(&arguments(&more));
    let shown = text(&output.stdout);
    for part in [
        "proved on the machine, over all ",
        " schedules of all 4 cores",
        "not proved over tiles",
    ] {
        assert!(shown.contains(part), "{shown}");
    }
    for (how, runs) in [
        (&[][..], "were made again"),
        (&["--quick"], "are as it says"),
    ] {
        let output = stationary(&[&["verify", &certificate][..], how].concat());
        let shown = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{shown}");
        for part in [", 4 of 4 cores", "over: every core of the hardware", runs] {
            assert!(shown.contains(part), "{shown}");
        }
    }
    let tuner = ["--optimizer", "random", "--certificate", &certificate];
    refuses(
        &arguments(&tuner),
        2,
        &["--certificate", "random proves nothing", "exact"],
    );
    let many: Vec<String> = (1..=100).map(|n| n.to_string()).collect();
    let list = many.join(", ");
    let many = format!("batch: [{list}]\nblock_in: [{list}]\nblock_out: [{list}]\n");
    let many = file("many.cores.yaml", &many);
    refuses(
        &arguments(&["--hardware", &many]),
        2,
        &["100 x 100 x 100 cores", "at most 4096"],
    );
}
