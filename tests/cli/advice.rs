//! What `estimate` and `simulate` advise is tried: it helps on the run that it was given for.

use serde_json::Value;

use crate::{cases, file, json, number, stationary, text};

/// Layers of every sort: at least one is bound by MACs, one by weights, and one fills few PEs.
const NETWORKS: [[&str; 8]; 2] = [
    [
        "--network",
        "resnet18",
        "--layer",
        "2",
        "--layer",
        "layer4.0.downsample",
        "--layer",
        "fc",
    ],
    [
        "--network",
        "mobilenet_v2",
        "--layer",
        "3",
        "--layer",
        "50",
        "--layer",
        "52",
    ],
];

/// A run's answer for programs.
fn run(verb: &str, arguments: &[&str]) -> Value {
    json(&[&[verb, "--format", "json"], arguments].concat())
}

/// The arguments with a change: a flag that may stand only once takes the place of the one there.
fn changed<'a>(arguments: &[&'a str], flags: &[&'a str]) -> Vec<&'a str> {
    let mut changed = arguments.to_vec();
    let there = arguments
        .iter()
        .position(|a| *a == flags[0] && *a != "--set");
    if let Some(at) = there {
        changed.drain(at..at + 2);
    }
    changed.extend(flags);
    changed
}

/// Cycles and energy an image.
fn spent(answer: &Value, arguments: &[&str]) -> [f64; 2] {
    let batch = arguments.iter().position(|a| *a == "--batch");
    let images = batch.map_or(1.0, |at| arguments[at + 1].parse().expect("a batch"));
    let cycles = number(&answer["total"]["cycles"]) as f64;
    let energy = answer["total"]["energy_pj"].as_f64().expect("an energy");
    [cycles / images, energy / images]
}

/// Tries everything that is advised for few layers, and tells how much there was.
fn check(verb: &str, arguments: &[&str]) -> usize {
    let answer = run(verb, arguments);
    assert_eq!(
        answer["advised"]["share_of_cycles"], 1.0,
        "few layers are all tried"
    );
    check_within(1e-9, &answer, verb, arguments)
}

/// Tries everything that is advised: each figure is what becomes of the whole run, to a tolerance.
fn check_within(tolerance: f64, answer: &Value, verb: &str, arguments: &[&str]) -> usize {
    let before = spent(answer, arguments);
    let advised = &answer["advised"];
    let objective = answer["goal"]["objective"].as_str().unwrap_or("cycles");
    let changes = advised["changes"].as_array().expect("a list");
    let mut last = f64::NEG_INFINITY;
    for change in changes {
        let flags: Vec<&str> = (change["flags"].as_array().expect("flags").iter())
            .map(|flag| flag.as_str().expect("text"))
            .collect();
        let promised = change["change"].as_f64().expect("a share");
        assert!(
            promised <= -0.03,
            "{arguments:?} {change}: too little to advise"
        );
        assert!(promised >= last, "{arguments:?}: the best comes first");
        last = promised;
        let arguments = changed(arguments, &[&flags[..], &["-q"]].concat());
        let after = spent(&run(verb, &arguments), &arguments);
        let [cycles, energy] = [0, 1].map(|at| after[at] / before[at] - 1.0);
        let whole = match objective {
            "energy" => energy,
            "edp" => (1.0 + cycles) * (1.0 + energy) - 1.0,
            _ => cycles,
        };
        for (field, found) in [
            ("change", whole),
            ("cycles_change", cycles),
            ("energy_change", energy),
        ] {
            let promised = change[field].as_f64().expect("a share");
            assert!(
                (found - promised).abs() < tolerance,
                "{arguments:?}: {field} is {found} rather than {promised}"
            );
        }
        let advice = answer["advice"].as_str().expect("text");
        assert!(advice.contains(&flags.join(" ")), "{advice}");
    }
    if changes.is_empty() {
        let advice = answer["advice"].as_str().expect("text");
        assert!(advice.starts_with("no single change"), "{advice}");
    }
    changes.len()
}

#[test]
fn what_is_advised_helps_on_every_machine() {
    let (mut advised, mut tried) = (0, 0);
    // Each preset with one of the networks, or with both where STATIONARY_CASES says so.
    let both = cases(1) > 1;
    for (at, preset) in stationary::arch::presets::names().enumerate() {
        for (which, (network, verb)) in NETWORKS.iter().zip(["simulate", "estimate"]).enumerate() {
            if both || which == at % 2 {
                advised += check(verb, &[&["--arch", preset], &network[..]].concat());
                tried += 1;
            }
        }
    }
    assert!(
        advised > tried / 2,
        "{advised} changes were advised in {tried} runs"
    );
}

/// What mappings are chosen for is what advice lowers, and what it does to the others is shown.
#[test]
fn advice_lowers_what_was_asked_for() {
    let mut advised = 0;
    for (preset, objective) in [
        ("eyeriss", "energy"),
        ("nvdla-small", "edp"),
        ("shidiannao", "energy"),
        ("vta", "energy"),
    ] {
        let target = ["--arch", preset, "--objective", objective];
        advised += check("estimate", &[&target[..], &NETWORKS[0]].concat());
    }
    assert!(advised > 3, "{advised} changes were advised in all");
    let target = [
        "--arch",
        "eyeriss",
        "--network",
        "alexnet",
        "--layer",
        "conv3",
        "--slack",
        "0",
    ];
    let faster = run("simulate", &target)["advised"]["changes"].clone();
    let dear = faster.as_array().expect("a list").iter();
    let mut dear = dear.filter(|change| change["energy_change"].as_f64() > Some(0.1));
    assert!(
        dear.next().is_some(),
        "this test needs advice that takes energy: {faster}"
    );
    let shown = text(&stationary(&[&["simulate"], &target[..]].concat()).stdout);
    assert!(shown.contains(" % cycles, +"), "{shown}");
    let frugal = run(
        "simulate",
        &[&target[..], &["--objective", "energy"]].concat(),
    );
    for change in frugal["advised"]["changes"].as_array().expect("a list") {
        assert_eq!(change["metric"], "energy_per_image");
        assert!(change["energy_change"].as_f64() < Some(-0.03), "{change}");
    }
}

/// Networks of many kinds of layers are not all tried, and the figures are of the whole.
#[test]
fn figures_are_of_the_whole_network() {
    let mut advised = 0;
    let all = [("shidiannao", "energy"), ("eyeriss", "cycles")];
    let few = usize::try_from(cases(1)).unwrap_or(1).clamp(1, all.len());
    for (preset, objective) in all.into_iter().take(few) {
        let target = ["--arch", preset, "--network", "mobilenet_v2"];
        let arguments = [&target[..], &["--objective", objective]].concat();
        let answer = run("estimate", &arguments);
        let share = answer["advised"]["share_of_cycles"].as_f64();
        assert!(share >= Some(0.95), "{share:?}");
        advised += check_within(0.02, &answer, "estimate", &arguments);
    }
    assert!(advised >= few, "{advised} changes were advised in all");
}

/// Behind a DRAM standard, where what the model says and what the machine does differ most.
#[test]
fn what_is_advised_helps_behind_dram_standards_too() {
    let standards = ["ddr4-2400", "lpddr4-2400", "hbm2"].map(|name| format!("dram.kind={name}"));
    let (mut advised, mut tried) = (0, 0);
    // The machine takes its time behind them: every sixth chip, or as many times more as STATIONARY_CASES says.
    let every = 6 / usize::try_from(cases(1)).unwrap_or(1).clamp(1, 6);
    for (at, preset) in stationary::arch::presets::names().enumerate() {
        if at % every != 0 {
            continue;
        }
        let set = &standards[tried % standards.len()];
        let standard = ["--arch", preset, "--set", set];
        advised += check("simulate", &[&standard[..], &NETWORKS[tried % 2]].concat());
        advised += check(
            "estimate",
            &[&standard[..], &NETWORKS[1 - tried % 2]].concat(),
        );
        tried += 1;
    }
    assert!(advised > tried, "{advised} changes were advised in all");
}

/// By the model this saves 8 %; on the machine it costs more than 1 %.
#[test]
fn what_helps_by_the_model_alone_is_not_advised_for_the_machine() {
    let target = ["--arch", "nvdla-large", "--set", "dram.kind=ddr4-2400"];
    let arguments = [&target[..], &NETWORKS[1]].concat();
    let set = "global_buffer.delivery.words_per_cycle=32";
    assert!(check("simulate", &arguments) > 0);
    let answer = run("simulate", &arguments);
    assert!(answer["advised"]["tried"].to_string().contains(set));
    assert!(!answer["advised"]["changes"].to_string().contains(set));
    assert_eq!(answer["advised"]["changes"][0]["by"], "machine");
}

#[test]
fn a_batch_beside_a_batch_is_a_larger_one() {
    let more = [
        "--arch",
        "tpu-v1",
        "--network",
        "resnet18",
        "--layer",
        "fc",
        "--batch",
        "4",
    ];
    assert!(check("simulate", &more) > 0);
    let advice = run("simulate", &more)["advice"].to_string();
    assert!(advice.contains("--batch 16"), "{advice}");
    assert!(!advice.contains("--batch 4 "), "{advice}");
}

#[test]
fn on_a_dram_standard_a_faster_one_is_advised() {
    let eyeriss = [
        "--arch",
        "eyeriss",
        "--network",
        "alexnet",
        "--layer",
        "fc8",
    ];
    let arguments = [
        &eyeriss[..],
        &["--set", "dram.kind=lpddr5-6400", "--set", "clock_mhz=1000"],
    ];
    let arguments = arguments.concat();
    check("estimate", &arguments);
    let advice = run("estimate", &arguments)["advice"].to_string();
    assert!(!advice.contains("dram.words_per_cycle"), "{advice}");
}

#[test]
fn where_nothing_helps_it_is_said_and_quiet_says_nothing() {
    // Each channel has a filter of its own: one row or column of the array works, whatever its size.
    let arguments = [
        "--arch",
        "gemmini",
        "--network",
        "mobilenet_v2",
        "--layer",
        "1",
    ];
    assert_eq!(check("estimate", &arguments), 0);
    let output = stationary(&[&["estimate"], &arguments[..]].concat());
    let shown = text(&output.stdout);
    assert!(
        shown.contains("no single change that was tried saves 3 %"),
        "{shown}"
    );
    let output = stationary(&[&["estimate", "-q"], &arguments[..]].concat());
    assert!(!text(&output.stdout).contains("no single change"));
    assert!(run("estimate", &[&arguments[..], &["-q"]].concat())["advised"].is_null());
}

/// The machine skips what repeats itself, so that a long layer is over at once; a change of it may not be,
/// and neither may the run without an override. What the machine is expected to take decides who is asked.
#[test]
fn advice_on_a_long_run_is_the_models() {
    let by = |columns: u64, flags: &[&str]| {
        let layer = format!("conv: {{input: [3, {columns}], channels: [4, 4], kernel: 3}}");
        let network = format!("name: long\nlayers: [{{name: rows, {layer}}}]\n");
        let network = file(&format!("advice_long_{columns}.yaml"), &network);
        let target = ["--arch", "systolic", "--network", &network];
        let answer = run("simulate", &[&target[..], flags].concat());
        answer["advised"]["changes"][0]["by"].clone()
    };
    assert_eq!(by(1 << 24, &[]), "machine");
    assert_eq!(by(1 << 32, &[]), "model");
    assert_eq!(by(1 << 32, &["--set", "dram.latency=31"]), "model");
}
