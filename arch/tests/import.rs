//! Accelerator files of other tools.

use stationary_arch::import::Imported;
use stationary_arch::{DramKind, Operand};

const V4: &str = "\
architecture:
  version: 0.4
  nodes:
  - !Container {name: chip, attributes: {technology: 45nm}}
  - !Component {name: DRAM, class: DRAM, attributes: {width: 64, datawidth: 8, shared_bandwidth: 8}}
  - !Component
    name: shared
    class: smartbuffer_SRAM
    attributes: {depth: 8192, width: 64, datawidth: 8, read_bandwidth: 32, n_banks: 4}
  - !Container {name: PE, spatial: {meshX: 14, meshY: 12}}
  - !Parallel
    nodes:
    - !Component
      name: a
      class: regfile
      attributes: {depth: 12, width: 8, datawidth: 8}
      constraints: {dataspace: {keep: [Inputs]}}
    - !Component
      name: b
      class: regfile
      attributes: {depth: 200, width: 8, datawidth: 8}
      constraints: {dataspace: {keep: [Weights]}, temporal: {permutation: [C, K]}}
  - !Component {name: mac, class: intmac, attributes: {datawidth: 8}}
";

fn read(file: &str, text: &str) -> Imported {
    Imported::read(file, text, &[]).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn refuses(file: &str, text: &str, expected: &str) {
    let error = Imported::read(file, text, &[])
        .expect_err("it is wrong")
        .to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn timeloop_4_is_a_machine_with_notes_on_all_that_is_left_out() {
    let Imported {
        accelerator: a,
        notes,
    } = read("v4.yaml", V4);
    assert_eq!((a.array.rows, a.array.cols, a.technology.0), (12, 14, 45));
    assert_eq!(a.global_buffer.partitions[0].bytes, 65536);
    assert_eq!(a.networks.input.words_per_cycle, 32);
    assert_eq!(
        [Operand::Input, Operand::Weight, Operand::Output].map(|o| a.scratchpads[o].words),
        [12, 200, 1]
    );
    assert!(matches!(
        a.dram.kind,
        DramKind::Bandwidth {
            words_per_cycle: 8,
            latency: 0
        }
    ));
    let notes: Vec<String> = notes.iter().map(ToString::to_string).collect();
    for part in [
        "v4.yaml:9:",
        "n_banks: not used",
        "!Parallel",
        "constraints.temporal: not used",
    ] {
        assert!(
            notes.iter().any(|note| note.contains(part)),
            "{part}: {notes:#?}"
        );
    }
}

#[test]
fn timeloop_1_lists_storage_from_inside() {
    let text = "\
arch:
  arithmetic: {instances: 256, meshX: 16, word-bits: 8}
  storage:
  - {name: RF, entries: 4, instances: 256, meshX: 16, word-bits: 8}
  - {name: GLB, sizeKB: 64, instances: 1, word-bits: 8, block-size: 8}
  - {name: DRAM, technology: DRAM, instances: 1, word-bits: 8, block-size: 8}
";
    let a = read("v1.yaml", text).accelerator;
    assert_eq!((a.array.rows, a.array.cols), (16, 16));
    assert_eq!(a.global_buffer.partitions[0].bytes, 65536);
    assert_eq!(a.dram.kind, DramKind::Ideal);
}

#[test]
fn zigzag_memories_go_where_they_serve() {
    let port = |width: u32| {
        format!(
            "[{{name: p, type: read_write, bandwidth_min: 8, bandwidth_max: {width}, allocation: ['I1, tl']}}]"
        )
    };
    let text = format!(
        "\
name: small
operational_array: {{unit_energy: 0.04, unit_area: 1, dimensions: [D1, D2], sizes: [14, 12]}}
memories:
  rf_w: {{size: 512, r_cost: 1, operands: [I2], ports: {}, served_dimensions: []}}
  glb: {{size: 1048576, operands: [I1, O, I2], ports: {}, served_dimensions: [D1, D2]}}
  dram: {{size: 10000000000, operands: [I1, I2, O], ports: {}, served_dimensions: [D1, D2]}}
",
        port(8),
        port(256),
        port(64)
    );
    let a = read("zigzag.yaml", &text).accelerator;
    assert_eq!((a.array.rows, a.array.cols), (12, 14));
    assert_eq!(a.scratchpads[Operand::Weight].words, 64);
    assert_eq!(a.global_buffer.partitions[0].bytes, 131072);
    assert_eq!(a.networks.input.words_per_cycle, 32);
    assert!(matches!(
        a.dram.kind,
        DramKind::Bandwidth {
            words_per_cycle: 8,
            ..
        }
    ));
    refuses("z.yaml", &text.replace("[I2]", "[I3]"), "z.yaml:4:");
    refuses(
        "z.yaml",
        &text.replace("[I2]", "[I3]"),
        "unknown operand `I3`; allowed: I1, I2, O",
    );
}

const CFG: &str = "\
[general]
run_name = mine
[architecture_presets]
ArrayHeight :    8
ArrayWidth :     16
IfmapSramSzkB:   64
FilterSramSzkB:  32
OfmapSramSzkB:   16
IfmapOffset:    0
Dataflow : ws
Bandwidth : 10
[run_presets]
InterfaceBandwidth: USER
";

#[test]
fn scale_sim_configurations_are_systolic_arrays() {
    let Imported {
        accelerator: a,
        notes,
    } = read("mine.cfg", CFG);
    assert_eq!(
        (a.name.as_str(), a.array.rows, a.array.cols),
        ("mine", 8, 16)
    );
    assert_eq!(a.dataflows, ["ws"]);
    let kib: Vec<u64> = a
        .global_buffer
        .partitions
        .iter()
        .map(|p| p.bytes / 1024)
        .collect();
    assert_eq!(kib, [64, 32, 16]);
    assert!(matches!(
        a.dram.kind,
        DramKind::Bandwidth {
            words_per_cycle: 10,
            ..
        }
    ));
    assert!(a.array.im2col);
    assert!(
        notes[0]
            .to_string()
            .starts_with("mine.cfg:9:1: IfmapOffset: not used"),
        "{notes:?}"
    );
    let both = CFG.replace(":     16", ":  many").replace(": ws", ": wx");
    refuses("mine.cfg", &both, "mine.cfg:5:1: arraywidth: found `many`");
    refuses(
        "mine.cfg",
        &both,
        "mine.cfg:10:1: unknown Dataflow `wx`; allowed: os, ws, is",
    );
    refuses(
        "mine.cfg",
        &CFG.replace("ArrayHeight :    8\n", ""),
        "missing key `arrayheight`",
    );
    let narrow = Imported::read("mine.cfg", CFG, &[("array.cols", "4")]).expect("overrides hold");
    assert_eq!(narrow.accelerator.array.cols, 4);
}

#[test]
fn what_has_no_counterpart_is_refused_at_its_place() {
    refuses(
        "v4.yaml",
        &V4.replace("!Parallel", "!Pipeline"),
        "v4.yaml:11:5: architecture.nodes[4]: unknown tag `Pipeline`",
    );
    refuses(
        "v4.yaml",
        &V4.replace("class: DRAM", "class: flash"),
        "unknown class `flash`",
    );
    refuses(
        "v4.yaml",
        &V4.replace("depth: 8192", "depth: -1"),
        "v4.yaml:9:25: architecture.nodes[2].attributes.depth: found `-1`",
    );
    refuses(
        "v3.yaml",
        "architecture: {subtree: [{name: a}, {name: b}]}",
        "a second subtree",
    );
    refuses("v3.yaml", "architecture: {subtree: []}", "v3.yaml");
}
