//! Timeloop's architectures: expressions, what parts take from those around them, buffers side by side.

use stationary_arch::import::Imported;
use stationary_arch::{DramKind, Operand};

#[track_caller]
fn read(file: &str, text: &str) -> Imported {
    Imported::read(file, text, &[]).unwrap_or_else(|e| panic!("{file}: {e}"))
}

#[track_caller]
fn refuses(text: &str, expected: &str) {
    let error = Imported::read("v4.yaml", text, &[]).expect_err("it is wrong");
    assert!(error.to_string().contains(expected), "{error}");
}

#[track_caller]
fn has_note(read: &Imported, part: &str) {
    let notes: Vec<String> = read.notes.iter().map(ToString::to_string).collect();
    assert!(
        notes.iter().any(|note| note.contains(part)),
        "{part}: {notes:#?}"
    );
}

/// After `cheatsheets/2_arithmetic_parsing.yaml` and `3_architecture.yaml` of Timeloop's front end.
const EXPRESSIONS: &str = "\
variables:
  version: 0.4
  technology: \"40nm\"
  global_cycle_seconds: 2e-9
  BITS: 8
  COLS: max(3, 4) * 2
  LINES: 2 ** 12 if BITS == 8 else 1
architecture:
  version: 0.4
  nodes:
  - !Container {name: system, attributes: {datawidth: BITS, lines: LINES}}
  - !Component {name: DRAM, class: DRAM, attributes: {width: 64}}
  - !Component
    name: glb
    class: smartbuffer_SRAM
    attributes: {depth: lines * 2, width: 4 * datawidth, read_bandwidth: width // BITS}
  - !Container {name: column, spatial: {meshX: COLS}}
  - !Component
    name: spad
    class: regfile
    spatial: {meshY: rows}
    attributes:
      rows: glb.attributes[\"depth\"] // 2048
      depth: ceil(rows * 1.5)
      width: datawidth
  - !Component {name: extra, class: regfile, enabled: BITS > 8, attributes: {depth: 99, width: 8}}
  - !Component {name: mac, class: intmac}
";

#[test]
fn expressions_are_worked_out() {
    let read = read("v4.yaml", EXPRESSIONS);
    let a = &read.accelerator;
    assert_eq!((a.array.rows, a.array.cols), (4, 8));
    assert_eq!(a.global_buffer.partitions[0].bytes, 8192 * 4);
    assert_eq!(a.networks.input.words_per_cycle, 4);
    assert_eq!(a.scratchpads[Operand::Weight].words, 6);
    assert_eq!((a.technology.0, a.clock.0), (40, 500_000));
    // Word widths are the system's, where a part gives none.
    assert_eq!((a.precision.input.0, a.precision.partial_sum.0), (8, 8));
    // The spad stands for each operand; nothing is left of what is not enabled.
    has_note(&read, "`spad` is taken for each operand");
    assert!(!read.notes.iter().any(|note| note.message.contains("extra")));
    refuses(
        &EXPRESSIONS.replace("lines * 2", "linse * 2"),
        "attributes.depth: found `linse * 2`; no variable is named `linse`; did you mean `LINES`?",
    );
    refuses(
        &EXPRESSIONS.replace("meshX: COLS", "meshX: COLS / 3"),
        "v4.yaml:17:48: architecture.nodes[3].spatial.meshX: found `2.66",
    );
    refuses(
        &EXPRESSIONS.replace("COLS: max(3, 4) * 2", "COLS: COLS"),
        "refers to itself",
    );
}

/// Of `example_designs/eyeriss_like` and of an architecture with a buffer for each data space.
#[test]
fn buffers_stand_side_by_side() {
    let design = |buffers: &str| {
        format!(
            "architecture:\n  version: 0.4\n  nodes:\n  - !Component {{name: DRAM, class: DRAM, \
             attributes: {{width: 64, datawidth: 8, read_bandwidth: 12}}}}\n{buffers}  - !Container \
             {{name: pe, spatial: {{meshX: 4, meshY: 2}}}}\n  - !Component {{name: weights_spad, class: \
             regfile, attributes: {{depth: 512, width: 8, datawidth: 8}}, constraints: {{dataspace: \
             {{keep: [Weights]}}}}}}\n  - !Component {{name: mac, class: intmac, attributes: {{datawidth: 8}}}}\n"
        )
    };
    let buffer = |name: &str, depth: u32, constraints: &str| {
        format!(
            "  - !Component {{name: {name}, class: SRAM, attributes: {{depth: {depth}, width: 8, \
             datawidth: 8, read_bandwidth: 3}}{constraints}}}\n"
        )
    };
    let partitions = |read: &Imported| -> Vec<(Vec<Operand>, u64)> {
        let partitions = read.accelerator.global_buffer.partitions.iter();
        partitions.map(|p| (p.operands.clone(), p.bytes)).collect()
    };
    let (input, weight, output) = (Operand::Input, Operand::Weight, Operand::Output);
    // Weights pass the buffer by: they come from DRAM, and the array holds 8 x 512 of them.
    let kept = ", constraints: {dataspace: {keep: [Inputs, Outputs], bypass: [Weights]}}";
    let passed = read("v4.yaml", &design(&buffer("glb", 65536, kept)));
    assert_eq!(
        partitions(&passed),
        [(vec![input, output], 65536), (vec![weight], 2 * 8 * 512)]
    );
    let networks = &passed.accelerator.networks;
    assert_eq!(networks.input.words_per_cycle, 3);
    assert_eq!(networks.weight.words_per_cycle, 12);
    has_note(&passed, "no buffer holds the weight on its way from DRAM");
    // The same without the word for what is kept.
    let bypassed = ", constraints: {dataspace: {bypass: [Weights]}}";
    let other = read("v4.yaml", &design(&buffer("glb", 65536, bypassed)));
    assert_eq!(other.accelerator, passed.accelerator);
    // By their names.
    let three = [
        buffer("ifmap_glb", 4096, ""),
        buffer("weight_glb", 8192, ""),
        buffer("ofmap_glb", 2048, ""),
    ];
    let named = read("v4.yaml", &design(&three.concat()));
    let expected = [
        (vec![input], 4096),
        (vec![weight], 8192),
        (vec![output], 2048),
    ];
    assert_eq!(partitions(&named), expected);
    has_note(&named, "`ifmap_glb` is taken for the input, by its name");
    // Inside a shared one, a buffer of its own.
    let inner = [
        buffer("glb", 65536, ""),
        buffer("weight_input_buffer", 4096, ""),
    ];
    let nested = read("v4.yaml", &design(&inner.concat()));
    assert_eq!(
        partitions(&nested),
        [(vec![input, weight], 4096), (vec![output], 65536)]
    );
    // None at all.
    let bare = read("v4.yaml", &design(""));
    assert_eq!(partitions(&bare)[1], (vec![weight], 2 * 8 * 512));
    assert_eq!(partitions(&bare)[0], (vec![input], 1024));
}

/// After `configs/mapper/sample.yaml`: what storages keep stands beside the architecture.
#[test]
fn constraints_of_the_same_file_say_what_is_kept() {
    let text = "\
arch:
  arithmetic: {instances: 64, meshX: 8, word-bits: 8}
  storage:
  - {name: Registers, entries: 2, instances: 64, meshX: 8, word-bits: 8}
  - {name: GLB, sizeKB: 64, instances: 1, word-bits: 8, block-size: 8}
  - {name: DRAM, technology: DRAM, instances: 1, word-bits: 8, block-size: 8, bandwidth: 10.0}
mapspace:
  constraints: mine
  constraints_mine:
  - {target: GLB, type: datatype, keep: [Weights, Inputs], bypass: [Outputs]}
  - {target: Registers, type: temporal, factors: R1 S1}
problem: {shape: cnn-layer, R: 3}
";
    let read = read("sample.yaml", text);
    let partitions = read.accelerator.global_buffer.partitions.iter();
    let operands: Vec<_> = partitions.map(|p| p.operands.len()).collect();
    assert_eq!(operands, [2, 1]);
    has_note(&read, "mapspace: only what storages keep is used");
    has_note(&read, "no buffer holds the output on its way from DRAM");
    // Timeloop: half of the old `bandwidth` in each direction.
    assert!(matches!(
        read.accelerator.dram.kind,
        DramKind::Bandwidth {
            words_per_cycle: 5,
            ..
        }
    ));
}

/// Sizes that stand for no limit, scratchpads one inside the other, and data spaces of products.
#[test]
fn what_a_machine_cannot_have_is_noted() {
    let text = "\
architecture:
  version: 0.3
  subtree:
  - name: system
    local:
    - {name: DRAM, class: DRAM, attributes: {width: 64, word-bits: 16}}
    - {name: glb, class: SRAM, attributes: {sizeKB: 2147483648, word-bits: 16}}
    subtree:
    - name: PE[0..15]
      local:
      - {name: pe_spad, class: regfile, attributes: {depth: 192, width: 16}}
      - {name: weight_reg, class: regfile, attributes: {depth: 1, width: 16}}
      - {name: mac, class: intmac}
";
    let read = read("v3.yaml", text);
    assert_eq!(read.accelerator.scratchpads[Operand::Weight].words, 192);
    assert_eq!(read.accelerator.global_buffer.partitions[0].bytes, 1 << 40);
    has_note(
        &read,
        "`glb`, of 2199023255552 bytes, is taken to have 1099511627776",
    );
    has_note(&read, "`weight_reg` is left out for the weight");
    has_note(&read, "`pe_spad` is taken for each operand");
}
