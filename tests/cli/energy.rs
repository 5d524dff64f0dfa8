//! Energy in what each verb says, and the constants behind it.

use serde_json::Value;

use crate::{ARCH, file, json, refuses, stationary, text};

pub(crate) fn values(object: &Value) -> Vec<f64> {
    let object = object.as_object().expect("a map").values();
    object.filter_map(Value::as_f64).collect()
}

pub(crate) fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-9 * a.abs().max(b.abs()), "{a} and {b}");
}

/// The components sum to the total, and each one's parts to it.
pub(crate) fn adds_up(components: &Value, parts: &Value) {
    let total = components["total"].as_f64().expect("a number");
    close(values(components).iter().sum::<f64>() - total, total);
    for (name, parts) in parts.as_object().expect("a map") {
        let component = components[name].as_f64().expect("a number");
        close(values(parts).iter().sum(), component);
    }
}

fn f64(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[test]
fn validate_gives_the_energy_of_both_readings() {
    let answer = json(&[
        "validate",
        "--arch",
        "eyeriss",
        "--network",
        "alexnet",
        "--layer",
        "conv3",
        "--format",
        "json",
    ]);
    let dataflow = &answer["dataflows"][0];
    let mapping = &dataflow["layers"][0]["mappings"][0];
    let (model, machine) = (&mapping["model_energy_pj"], &mapping["machine_energy_pj"]);
    adds_up(machine, &mapping["machine_energy_parts_pj"]);
    close(
        f64(&mapping["energy_error"]),
        f64(&model["total"]) / f64(&machine["total"]) - 1.0,
    );
    close(
        f64(&dataflow["energy_max_abs_error"]),
        f64(&mapping["energy_error"]).abs(),
    );
    // What counts decide is equal; DRAM has no clock.
    assert_eq!(model["dram"], machine["dram"]);
}

#[test]
fn a_found_mapping_has_the_energy_that_running_it_takes() {
    let output = file("energy-mapping.yaml", "");
    let target = [
        "--arch",
        "eyeriss",
        "--network",
        "alexnet",
        "--layer",
        "conv3",
        "--format",
        "json",
    ];
    let found = json(&[&["search", "map", "-o", &output], &target[..]].concat());
    let layer = &found["layers"][0];
    adds_up(&layer["energy_pj"], &layer["energy_parts_pj"]);
    let run = json(&[&["simulate", "--mapping", &output], &target[..]].concat());
    assert_eq!(layer["energy_pj"], run["layers"][0]["energy_pj"]);
    assert_eq!(
        layer["energy_lower_bound_pj"],
        run["layers"][0]["energy_lower_bound_pj"]
    );
    assert_eq!(found["total"]["energy_pj"], layer["energy_pj"]);
}

#[test]
fn an_assignment_has_the_energy_of_its_designs_or_of_its_table() {
    let table = file("energy-table.csv", "");
    let assign = [
        "search",
        "assign",
        "--objective",
        "energy",
        "--format",
        "json",
    ];
    let model = json(
        &[
            &assign[..],
            &[
                "--network",
                "alexnet",
                "--layer",
                "conv3",
                "--dataflow",
                "dla",
                "--pes",
                "4,8",
            ],
            &["--tiles", "1,2", "--export", &table],
        ]
        .concat(),
    );
    adds_up(&model["energy_pj"], &model["energy_parts_pj"]);
    close(
        f64(&model["energy_pj"]["total"]),
        1e3 * f64(&model["best"]["objective"]),
    );
    let from_table = json(&[&assign[..], &["--table", &table]].concat());
    let energy = &from_table["energy_pj"];
    close(f64(&energy["total"]), f64(&model["energy_pj"]["total"]));
    assert!(energy["mac"].is_null(), "a table knows no components");
}

#[test]
fn constants_of_cost_are_shown_with_their_sources() {
    let constants = text(&stationary(&["show", "cost"]).stdout);
    for word in [
        "Horowitz",
        "Stillmaker",
        "CACTI",
        "fitted to",
        "picojoules_per_bit",
    ] {
        assert!(constants.contains(word), "{word}");
    }
    let eyeriss = stationary(&["show", "cost", "eyeriss"]);
    assert!(text(&eyeriss.stdout).contains("mac: 2.0000"));
    let nameless = stationary(&["show", "arch"]);
    assert_eq!(nameless.status.code(), Some(2));
}

/// A constant of the accelerator's file is what is in effect, and is shown with its source.
#[test]
fn constants_of_a_file_are_in_effect() {
    let cost = "cost: {dram: {system: {picojoules_per_bit: 5, source: our board}}}\n";
    let arch = file("energy-arch.yaml", &format!("{ARCH}{cost}"));
    let shown = text(&stationary(&["show", "cost", &arch]).stdout);
    assert!(shown.contains("dram_per_bit: 5.0000") && shown.contains("source: our board"));
    let dram = |arch: &str| {
        let run = json(&[
            "estimate",
            "--arch",
            arch,
            "--network",
            "alexnet",
            "--layer",
            "conv3",
            "--format",
            "json",
        ]);
        f64(&run["layers"][0]["energy_pj"]["dram"])
    };
    let plain = file("energy-plain.yaml", ARCH);
    close(dram(&arch) / dram(&plain), 5.0 / 28.75);
    let wrong = file(
        "energy-wrong.yaml",
        &format!("{ARCH}cost: {{dramm: {{}}}}\n"),
    );
    let place = format!("{wrong}:4:15: cost.dramm: found `dramm`");
    refuses(
        &["show", "cost", &wrong],
        2,
        &[&place, "did you mean `dram`?"],
    );
}

#[test]
fn extrapolated_technology_is_told_on_standard_error_alone() {
    let run = |node: &str| {
        let set = format!("technology_nm={node}");
        let arguments = [
            "estimate",
            "--arch",
            "eyeriss",
            "--network",
            "alexnet",
            "--layer",
            "conv3",
            "--format",
            "json",
            "--set",
            &set,
        ];
        stationary(&arguments)
    };
    let finfet = run("7");
    assert!(text(&finfet.stderr).contains("FinFET"));
    serde_json::from_slice::<Value>(&finfet.stdout).expect("JSON alone");
    assert!(run("45").stderr.is_empty());
}
