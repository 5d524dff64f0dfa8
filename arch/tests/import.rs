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
    for part in ["not used: `n_banks`, `temporal`", "!Parallel"] {
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

/// Parts that Timeloop passes over, tags of other versions, and hierarchies of other depths.
#[test]
fn timeloop_parts_without_a_counterpart_are_noted() {
    let base = read("v4.yaml", V4).accelerator;
    let more = V4
        .replace(
            "- !Container {name: PE,",
            "- !Nothing {}\n  - !Component {name: noc, class: XY_NoC}\n  - !Container {name: PE,",
        )
        .replace(
            "!Component {name: mac, class: intmac, attributes: {datawidth: 8}}",
            "!Element {name: mac, class: intmac, attributes: {multiplier_width: 8}}",
        )
        .replace("version: 0.4\n", "version: 0.4\n  author: me\n")
        .replace(
            "class: regfile",
            "class: storage\n      subclass: smartbuffer_RF",
        );
    let Imported { accelerator, notes } = read("v4.yaml", &more);
    assert_eq!(accelerator, base);
    let notes: Vec<String> = notes.iter().map(ToString::to_string).collect();
    for part in ["class `XY_NoC` is neither", "`author`"] {
        assert!(
            notes.iter().any(|note| note.contains(part)),
            "{part}: {notes:#?}"
        );
    }
    // One multiplier: every storage is of one instance. An outer buffer is left out.
    let small = |levels: &str| {
        let text = format!(
            "architecture:\n  version: 0.4\n  nodes:\n{levels}  - !Component {{name: mac, class: intmac}}\n"
        );
        read("v4.yaml", &text)
    };
    let level = |name: &str, class: &str, depth: u32| {
        format!(
            "  - !Component {{name: {name}, class: {class}, attributes: {{depth: {depth}, width: 8, datawidth: 8}}}}\n"
        )
    };
    let [dram, l2, l1] = [
        level("m", "DRAM", 1),
        level("l2", "SRAM", 8192),
        level("l1", "SRAM", 1024),
    ];
    let Imported {
        accelerator: one, ..
    } = small(&[&*dram, &l2, &l1].concat());
    assert_eq!((one.array.rows, one.array.cols), (1, 1));
    assert_eq!(one.global_buffer.partitions[0].bytes, 8192);
    assert_eq!(one.scratchpads[Operand::Input].words, 1024);
    let mesh = "  - !Container {name: pe, spatial: {meshX: 4}}\n";
    let Imported {
        accelerator: two,
        notes,
    } = small(&[&*dram, &l2, &l1, mesh].concat());
    assert_eq!(two.global_buffer.partitions[0].bytes, 1024);
    assert!(
        notes
            .iter()
            .any(|note| note.message.contains("`l2`, a buffer outside `l1`"))
    );
    let bare = small(&[&*l2, &l1].concat());
    assert_eq!(bare.accelerator.dram.kind, DramKind::Ideal);
    assert!(
        bare.notes
            .iter()
            .any(|note| note.message.contains("`l2`, outermost and no DRAM"))
    );
}

/// Older files of ZigZag, and cores of Stream.
#[test]
fn zigzag_files_of_other_versions() {
    let text = "\
name: older
multipliers: {input_precision: [8, 8], multiplier_energy: 0.04, dimensions: [D1, D2, D3], sizes: [16, 8, 2]}
memories:
  rf: {size: 64, r_bw: 8, w_bw: 8, r_port: 1, w_port: 1, rw_port: 0, operands: [I2], ports: [{fh: w_port_1, tl: r_port_1}], served_dimensions: []}
  half: {size: 64, r_bw: 8, operands: [O], ports: [{fh: w_port_1}], served_dimensions: [D2]}
  glb: {size: 1048576, r_bw: 256, w_bw: 256, operands: [I1, I2, O], ports: [{fh: w_port_1}], served_dimensions: [D1, D2, D3]}
";
    let Imported {
        accelerator: a,
        notes,
    } = read("z.yaml", text);
    assert_eq!((a.array.rows, a.array.cols), (16, 16));
    assert_eq!(a.networks.input.words_per_cycle, 32);
    assert_eq!(a.global_buffer.partitions[0].bytes, 131072);
    assert_eq!(a.dram.kind, DramKind::Ideal);
    let notes: Vec<String> = notes.iter().map(ToString::to_string).collect();
    for part in [
        "3 dimensions are taken as 16 columns and 16 rows",
        "`half`, shared along 1 of 3",
        "taken for its buffer",
    ] {
        assert!(
            notes.iter().any(|note| note.contains(part)),
            "{part}: {notes:#?}"
        );
    }
    // Bandwidth stands first, then precision.
    assert!(notes[1].contains("input_precision"), "{notes:#?}");
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
    let unused = "mine.cfg:9:1: IfmapOffset: not used";
    assert!(
        notes.iter().any(|note| note.to_string() == unused),
        "{notes:?}"
    );
    let several = CFG.replace("Bandwidth : 10", "Bandwidth : 10,20,10");
    let Imported { accelerator, notes } = read("mine.cfg", &several);
    assert_eq!(accelerator, a);
    let first = "mine.cfg:11:1: bandwidth: of `10,20,10` the first is used, as by SCALE-Sim";
    assert_eq!(notes[0].to_string(), first);
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
    // The first version's names.
    let Imported { accelerator, .. } = read("mine.cfg", &CFG.replace("SramSzkB", "SramSz"));
    assert_eq!(accelerator, a);
    refuses(
        "mine.cfg",
        &CFG.replace("IfmapSramSzkB", "IfmapSramKB"),
        "mine.cfg:6:1: missing key `ifmapsramszkb`; the file has `IfmapSramKB`",
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
        &V4.replace("class: intmac", "class: adder"),
        "found no multiplier",
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

/// After ZigZag's `inputs/hardware/aimc.yaml`: cells hold weights, and no buffer does.
#[test]
fn zigzag_computes_in_memory() {
    let text = "\
name: aimc
memories:
  cells: {size: 8, r_bw: 8, operands: [I2], served_dimensions: []}
  sram: {size: 262144, r_bw: 512, operands: [I1, O], served_dimensions: [D1, D2]}
  dram: {size: 10000000000, r_bw: 64, operands: [I1, I2, O], served_dimensions: [D1, D2]}
operational_array: {is_imc: True, imc_type: analog, dimensions: [D1, D2], sizes: [64, 32]}
";
    let Imported {
        accelerator: a,
        notes,
    } = read("aimc.yaml", text);
    let partitions = a.global_buffer.partitions.iter();
    let partitions: Vec<_> = partitions.map(|p| (p.operands.clone(), p.bytes)).collect();
    let (inputs, weights) = (vec![Operand::Input, Operand::Output], vec![Operand::Weight]);
    assert_eq!(partitions, [(inputs, 32768), (weights, 2 * 64 * 32)]);
    assert_eq!(a.networks.weight.words_per_cycle, 8);
    assert_eq!(a.networks.input.words_per_cycle, 64);
    let expected = "no buffer holds the weight on its way from DRAM";
    assert!(notes.iter().any(|note| note.message.contains(expected)));
    // A core of Stream, whose outermost memory is on the chip.
    let core = text.replace("dram: {size: 10000000000", "l1: {size: 524288");
    let core = read("core.yaml", &core);
    assert_eq!(core.accelerator.dram.kind, DramKind::Ideal);
    assert_eq!(core.accelerator.global_buffer.partitions[0].bytes, 65536);
    let expected = "`sram`, a buffer inside another, is left out";
    assert!(
        core.notes
            .iter()
            .any(|note| note.message.contains(expected))
    );
    refuses(
        "soc.yaml",
        "name: soc\ncores: [./a.yaml, ./b.yaml]\ngraph: {type: bus}\n",
        "soc.yaml:2:8: cores: found a list of 2; needed the file of one core",
    );
}
