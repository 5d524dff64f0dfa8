//! Diagnostics, and files of other tools.

use std::path::PathBuf;

use crate::{file, json, refuses, stationary, text};

#[test]
fn errors_show_the_line_and_a_caret_for_each() {
    let text = "name: mine\ndataflows: [ws]\narray: {rows: four, cols: 4, colz: 3}\n";
    let path = file("carets.yaml", text);
    let parts = [
        "carets.yaml:3:15: array.rows",
        "  |\n3 | array: {rows: four, cols: 4, colz: 3}\n  |               ^^^^\n",
        "carets.yaml:3:30: array: unknown field `colz`",
        "^^^^ did you mean `cols`?",
    ];
    let arguments = ["estimate", "--arch", &path, "--network", "alexnet"];
    refuses(&arguments, 2, &parts);
    let text = "Layer, M, N, K,\nfc1, 1, 0, 3,\nfc2, 1, 2, x,\n";
    let path = file("carets.csv", text);
    let parts = [
        "carets.csv:2:1: N: found `0`",
        "3 | fc2, 1, 2, x,\n  | ^^^^",
    ];
    refuses(
        &["estimate", "--arch", "systolic", "--network", &path],
        2,
        &parts,
    );
}

/// A file of `tests/data`.
fn data(name: &str) -> String {
    format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn timeloops_files_are_counted_as_timeloop_counts_and_estimated_as_ours() {
    let of = |name: &str| data(&format!("timeloop/ws_r18_conv2/{name}.yaml"));
    let (arch, network, mapping) = (of("arch"), of("prob"), of("map"));
    let target = [
        "estimate",
        "--arch",
        &arch,
        "--network",
        &network,
        "--format",
        "json",
    ];
    let counted = json(
        &[
            &target[..],
            &["--mapping", &mapping, "--counting", "timeloop"],
        ]
        .concat(),
    );
    assert_eq!(counted["schema"], "stationary/timeloop/1");
    let counts = &counted["layers"][0]["counts"];
    assert_eq!(
        (&counts["cycles"], &counts["computes"]),
        (&451_584.into(), &115_605_504.into())
    );
    let estimated = json(&target);
    assert_eq!(estimated["total"]["macs"], 115_605_504);
    // A mapping for the one way of counting is refused in the other.
    let arguments = [&target[..], &["--mapping", &mapping]].concat();
    refuses(
        &arguments,
        2,
        &["map.yaml", "a Timeloop mapping", "--counting timeloop"],
    );
    let spoilt = std::fs::read_to_string(&mapping)
        .expect("a data file")
        .replace("K=16", "K=15");
    let spoilt = file("spoilt.yaml", &spoilt);
    let arguments = [
        &target[..],
        &["--mapping", &spoilt, "--counting", "timeloop"],
    ]
    .concat();
    refuses(
        &arguments,
        2,
        &["the factors of K multiply to 60; the problem's K is 64"],
    );
}

#[test]
fn mappings_are_exported_as_files_that_count_the_same() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cli/timeloop");
    let folder = folder.to_str().expect("text");
    let target = [
        "--arch",
        "nvdla-small",
        "--network",
        "alexnet",
        "--layer",
        "conv3",
    ];
    let output = stationary(&[&["export", "timeloop", "-o", folder][..], &target].concat());
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let of = |name: &str| format!("{folder}/conv3/{name}.yaml");
    let ours = json(
        &[
            &["estimate", "--counting", "timeloop", "--format", "json"][..],
            &target,
        ]
        .concat(),
    );
    let (arch, network, mapping) = (of("arch"), of("prob"), of("map"));
    let files = [
        "--arch",
        &arch,
        "--network",
        &network,
        "--mapping",
        &mapping,
    ];
    let theirs = json(
        &[
            &["estimate", "--counting", "timeloop", "--format", "json"][..],
            &files,
        ]
        .concat(),
    );
    assert_eq!(ours["layers"][0]["counts"], theirs["layers"][0]["counts"]);
}

#[test]
fn models_of_other_tools_run() {
    let text =
        "Network n { Layer a { Type: CONV Dimensions { K: 8, C: 3, R: 3, S: 3, Y: 16, X: 16 } } }";
    let network = file("n.m", text);
    let text = "[general]\nrun_name = mine\n[architecture_presets]\nArrayHeight: 8\nArrayWidth: 8\nIfmapSramSzkB: 64\n\
                FilterSramSzkB: 64\nOfmapSramSzkB: 64\nDataflow: os\nIfmapOffset: 0\n";
    let arch = file("mine.cfg", text);
    let run = json(&[
        "simulate",
        "--arch",
        &arch,
        "--network",
        &network,
        "--format",
        "json",
    ]);
    assert_eq!(
        (&run["arch"], &run["total"]["macs"]),
        (&"mine".into(), &(8 * 3 * 9 * 14 * 14).into())
    );
    let output = stationary(&["estimate", "--arch", &arch, "--network", &network]);
    let notes = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        notes.contains("mine.cfg:10:1: IfmapOffset: not used"),
        "{notes}"
    );
}

#[test]
fn types_in_a_file_that_the_accelerator_has_not_are_named() {
    let path = format!(
        "{}/workloads/tests/data/onnx/int4_weights.onnx",
        env!("CARGO_MANIFEST_DIR")
    );
    let said = |sets: &[&str]| {
        let target = ["estimate", "--arch", "systolic", "--network", &path];
        let output = stationary(&[&target[..], sets].concat());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let all = said(&[]);
    for line in [
        "inputs are float16 in 1 of 1 layers of the file; systolic counts 8 bits each",
        "weights are int4 in 1 of 1 layers of the file; systolic counts 8 bits each",
        "--set precision.weight=4",
    ] {
        assert!(all.contains(line), "{all}");
    }
    let less = said(&["--set", "precision.weight=4"]);
    assert!(!less.contains("weights are"), "{less}");
}

#[test]
fn onnx_models_take_their_open_sizes_from_the_command_line() {
    let packed = std::fs::read(data("onnx/bert_base.onnx.gz")).expect("a data file");
    let mut model = Vec::new();
    std::io::Read::read_to_end(
        &mut flate2::read::GzDecoder::new(packed.as_slice()),
        &mut model,
    )
    .expect("gzip");
    let path = file("bert.onnx", "");
    std::fs::write(&path, model).expect("the target folder can be written");
    let target = [
        "estimate",
        "--arch",
        "gemmini",
        "--network",
        &path,
        "--layer",
        "0",
    ];
    refuses(
        &target,
        2,
        &[
            "bert.onnx: input `input_ids`: dimension 1",
            "--dim sequence=SIZE",
        ],
    );
    refuses(
        &[&target[..], &["--dim", "sequence"]].concat(),
        2,
        &["needed NAME=SIZE"],
    );
    let run = |batch: &str| {
        json(
            &[
                &target[..],
                &["--dim", "sequence=32", "--batch", batch, "--format", "json"],
            ]
            .concat(),
        )["total"]["macs"]
            .as_u64()
    };
    assert_eq!(run("1"), Some(32 * 768 * 768));
    assert_eq!(run("4"), Some(4 * 32 * 768 * 768));
    refuses(
        &[
            "estimate",
            "--arch",
            "gemmini",
            "--network",
            "alexnet",
            "--dim",
            "a=1",
        ],
        2,
        &["no ONNX model"],
    );
}

/// Timeloop's files are templates: what they include is found beside them or where they say.
#[test]
fn jinja_is_expanded_if_its_files_are_there() {
    file(
        "jinja/base.yaml",
        "base: &base\n  version: 0.4\n  shape: cnn-layer\n  instance: {C: 1, K: 1, R: 1, S: 1, P: 1, Q: 1, N: 1}\n",
    );
    let network = file(
        "jinja/layers/one.yaml",
        "{{include_text('../base.yaml')}}\nproblem:\n  <<<: *base\n  instance: {C: 8, K: 16, P: {{ rows | default(5) }}}\n",
    );
    file(
        "jinja/parts/outer.yaml",
        "nodes:\n- !Component {name: DRAM, class: DRAM, attributes: {width: 64, datawidth: 8}}\n- !Component {name: glb, class: SRAM, attributes: {depth: 4096, width: 64, datawidth: 8}}\n",
    );
    file(
        "jinja/parts/pe.yaml",
        "nodes:\n- !Container {name: PE, spatial: {meshX: 4, meshY: 4}}\n- !Component {name: mac, class: intmac, attributes: {datawidth: 8}}\n",
    );
    let top = "{{add_to_path(cwd() ~ '/..')}}\n{% set parts = 'parts/*.yaml' %}\n{% if path_exists('base.yaml') %}\n\
               architecture:\n  version: 0.4\n  nodes: {{include_all(parts, 'nodes')}}\n{% endif %}\n";
    let arch = file("jinja/top/arch.yaml.jinja2", top);
    let run = json(&[
        "estimate",
        "--arch",
        &arch,
        "--network",
        &network,
        "--format",
        "json",
    ]);
    assert_eq!(run["total"]["macs"], 8 * 16 * 5);
    let statement = file(
        "jinja/statement.yaml",
        "{% include 'base.yaml' %}\nproblem: {<<: *base}\n",
    );
    let run = json(&[
        "estimate",
        "--arch",
        &arch,
        "--network",
        &statement,
        "--format",
        "json",
    ]);
    assert_eq!(run["total"]["macs"], 1);
    for (text, part) in [
        (
            "{{include_text('none.yaml')}}\nproblem: {}\n",
            "wrong.yaml:1: Jinja that cannot be expanded: no file `none.yaml` in",
        ),
        (
            "problem: {instance: {C: {{ channels }}}}\n",
            "wrong.yaml:1: Jinja that cannot be expanded: undefined value",
        ),
        (
            "{{include_text('wrong.yaml')}}\n",
            "files included more than 16 deep",
        ),
        (
            "problem: {{include('base.yaml', 'bass')}}\n",
            "no field `bass`",
        ),
    ] {
        let wrong = file("jinja/wrong.yaml", text);
        refuses(
            &["estimate", "--arch", "systolic", "--network", &wrong],
            2,
            &[part],
        );
    }
}

/// What other tools' files repeat, spell otherwise or say too much of loads, with notes.
#[test]
fn files_of_other_tools_load_as_they_are() {
    let estimate = |path: &str| {
        let output = stationary(&[
            "estimate",
            "--arch",
            "systolic",
            "--network",
            path,
            "--format",
            "json",
        ]);
        let notes = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{notes}");
        let run: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (run["total"]["macs"].clone(), notes)
    };
    let repeated = file(
        "repeated.csv",
        "Layer, M, N, K,\nblock,16,16,16,\nblock,16,16,32,\n",
    );
    let (macs, notes) = estimate(&repeated);
    assert_eq!(macs, 16 * 16 * 48);
    assert!(notes.contains("`block#2` for a second `block`"), "{notes}");
    let grouped = file(
        "grouped.m",
        "Network n { Layer a { Type: NGCONV Dimensions { G: 8, K: 4, C: 4, R: 3, S: 3, Y: 6, X: 6 } } }",
    );
    assert_eq!(estimate(&grouped).0, 18_432);
    let spelled = file(
        "spelled.csv",
        "Layer name,Ifmap height,ifmap width,filter height,filter width,channels,num filters,strides,,note,\na,16,16,3,3,4,8,1,,7,\n",
    );
    let (macs, notes) = estimate(&spelled);
    assert_eq!(macs, 8 * 4 * 9 * 14 * 14);
    assert!(notes.contains("column `note`: not used"), "{notes}");
    let problem = file(
        "sizes.yaml",
        "problem: {instance: {C: 3, K: 32, R: 3, S: 3, N: 1, P: 112, Q: 112, H: 224, W: 224, Hpad: 1, Wpad: 1, Wstride: 2, Hstride: 2}}",
    );
    let (macs, notes) = estimate(&problem);
    assert_eq!(macs, 32 * 3 * 9 * 112 * 112);
    assert!(
        notes.contains("not used: `H`, `W`, `Hpad`, `Wpad`"),
        "{notes}"
    );
}

/// 400 KB of brackets end at once, at their place; so do bytes that are no text, and second documents.
#[test]
fn files_that_nobody_wrote_are_refused_at_their_place() {
    let deep = format!(
        "name: t\nsource: x\nlayers: {}{}\n",
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    for (text, part) in [
        (deep.as_str(), "nested deeper than 128 levels"),
        ("name: t\n---\nname: u\n", "odd.yaml:2:1: a second document"),
    ] {
        let odd = file("odd.yaml", text);
        refuses(
            &["estimate", "--arch", "systolic", "--network", &odd],
            2,
            &[part],
        );
        refuses(
            &["estimate", "--arch", &odd, "--network", "alexnet"],
            2,
            &[part],
        );
    }
    let odd = file("odd.csv", "");
    std::fs::write(&odd, b"Layer, M, N, K,\nf\xfcr,1,1,1,\n")
        .expect("the target folder can be written");
    refuses(
        &["estimate", "--arch", "systolic", "--network", &odd],
        2,
        &["odd.csv:2:2: byte 0xfc"],
    );
}

/// Quiet leaves trifles of a file unsaid; what alters the answer stays, and is part of the answer.
#[test]
fn what_alters_an_answer_is_said_to_whoever_wants_quiet() {
    let dims = "Dimensions { K: 4, C: 4, R: 3, S: 3, Y: 8, X: 8 }";
    let layers = format!(
        "Network n {{ Layer a {{ Type: TRCONV {dims} }} Layer b {{ Type: POOL {dims} }} }}"
    );
    let network = file("quiet.m", &layers);
    let arch = "[general]\nrun_name = mine\n[architecture_presets]\nArrayHeight: 8\nArrayWidth: 8\n\
                IfmapSramSzkB: 64\nFilterSramSzkB: 64\nOfmapSramSzkB: 64\nDataflow: os\nIfmapOffset: 0\n";
    let arch = file("quiet.cfg", arch);
    let run = |more: &[&str]| {
        let target = [
            "estimate",
            "--arch",
            &arch,
            "--network",
            &network,
            "--partial",
        ];
        let output = stationary(&[&target[..], &["--format", "json"], more].concat());
        let run: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (run["notes"].clone(), text(&output.stderr))
    };
    let (notes, said) = run(&["-q"]);
    let mut lines = said.lines();
    assert!(
        lines.any(|line| line.starts_with("warning: ") && line.contains("TRCONV")),
        "{said}"
    );
    assert!(notes.to_string().contains("TRCONV"), "{notes}");
    assert!(
        !said.contains("note: ") && !said.contains("IfmapOffset"),
        "{said}"
    );
    assert!(!notes.to_string().contains("IfmapOffset"), "{notes}");
    let (same, said) = run(&[]);
    assert_eq!(same, notes);
    assert!(said.contains("IfmapOffset: not used"), "{said}");
}
