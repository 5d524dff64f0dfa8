//! What the reader says of files that are wrong.

use stationary_arch::{Accelerator, DramKind, Passes, fields};

const TOY: &str = "\
name: toy
dataflows: [ws]
array:
  rows: 4
  cols: 8
networks:
  input: {topology: multicast}
global_buffer: {kib: 64}
";

/// Reads `TOY` with `old` replaced, and returns the message.
fn message(old: &str, new: &str) -> String {
    assert!(TOY.contains(old), "{old}");
    let error = Accelerator::from_yaml("toy.yaml", &TOY.replace(old, new));
    error.expect_err("the file is wrong").to_string()
}

#[track_caller]
fn check(old: &str, new: &str, expected: &str) {
    assert_eq!(message(old, new), expected);
}

#[test]
fn defaults_fill_what_is_left_out() {
    let toy = Accelerator::from_yaml("toy.yaml", TOY).expect("the file is right");
    assert_eq!(
        (toy.array.lanes, toy.array.mac_latency, toy.array.passes),
        (1, 1, Passes::Serial)
    );
    assert_eq!(toy.networks.input.words_per_cycle, 4, "as many as rows");
    assert_eq!(
        toy.networks.psum_out.words_per_cycle, 8,
        "as many as columns"
    );
    assert_eq!(
        toy.dram.kind,
        DramKind::Bandwidth {
            words_per_cycle: 4,
            latency: 32
        }
    );
    assert_eq!(toy.dram.clock, toy.clock);
    assert_eq!(toy.precision.partial_sum.0, 32);
}

#[test]
fn fractions_of_kibibytes_are_exact() {
    let text = TOY.replace("kib: 64", "kib: 100.5");
    let toy = Accelerator::from_yaml("toy.yaml", &text).expect("the file is right");
    assert_eq!(toy.global_buffer.partitions[0].bytes, 102_912);
    check(
        "kib: 64",
        "kib: 0.3",
        "toy.yaml: global_buffer.kib: found 0.3; allowed: a whole number of bytes, more than 0 \
         and at most 1073741824 KiB",
    );
}

#[test]
fn wrong_type() {
    check(
        "rows: 4",
        "rows: four",
        "toy.yaml:4:9: array.rows: invalid type: string \"four\", expected a whole number, not \
         negative",
    );
    check(
        "rows: 4",
        "rows: 4.5",
        "toy.yaml:4:9: array.rows: invalid type: floating point `4.5`, expected a whole number, \
         not negative",
    );
}

#[test]
fn negative_size() {
    check(
        "cols: 8",
        "cols: -8",
        "toy.yaml:5:9: array.cols: invalid value: integer `-8`, expected a whole number, not \
         negative",
    );
}

#[test]
fn unknown_field() {
    let fields = fields();
    let names = fields
        .iter()
        .filter_map(|field| field.path.strip_prefix("array."));
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    check(
        "cols: 8",
        "clos: 8",
        &format!(
            "toy.yaml:5:3: array: unknown field `clos`, expected one of {}; did you mean `cols`?",
            names.join(", ")
        ),
    );
}

#[test]
fn missing_field() {
    check(
        "  cols: 8\n",
        "",
        "toy.yaml:4:3: array: missing field `cols`",
    );
}

#[test]
fn unknown_topology() {
    check(
        "multicast",
        "multicats",
        "toy.yaml:7:21: networks.input.topology: unknown name `multicats`, expected one of \
         `multicast`, `systolic`, `tree`, `mesh`; did you mean `multicast`?",
    );
}

#[test]
fn zero_sized_array() {
    check(
        "rows: 4",
        "rows: 0",
        "toy.yaml: array.rows: found 0; allowed: 1 to 65536",
    );
}

#[test]
fn too_large_is_an_error_and_not_cut() {
    check(
        "cols: 8",
        "cols: 99999999999",
        "toy.yaml: array.cols: found 99999999999; allowed: 1 to 65536",
    );
    check(
        "rows: 4\n  cols: 8",
        "rows: 65536\n  cols: 65536",
        "toy.yaml: array (rows x cols x lanes): found 4294967296; allowed: 1 to 67108864",
    );
}

#[test]
fn partition_without_an_operand() {
    check(
        "{kib: 64}",
        "{partitions: [{operands: [input, output], kib: 64}]}",
        "toy.yaml: global_buffer.partitions: found `weight` 0 times; allowed: each of input, \
         weight and output in exactly one partition",
    );
}

#[test]
fn partitions_beside_a_size() {
    let text = message(
        "{kib: 64}",
        "{kib: 64, partitions: [{operands: [input, weight, output], kib: 64}]}",
    );
    assert!(
        text.starts_with("toy.yaml: global_buffer.kib: found it beside 1 partitions"),
        "{text}"
    );
}

#[test]
fn unknown_dataflow() {
    check(
        "[ws]",
        "[ws, wx, ws]",
        "toy.yaml: dataflows.1: found `wx`; allowed: ws, os, rs, is\n  \
        dataflows.2: found `ws` again; allowed: each dataflow once",
    );
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let text = "{name: '', dataflows: [], array: {rows: 0, cols: 1}, clock_mhz: 0, \
                networks: {weight: {words_per_cycle: 0, fifo_words: 1048577}}, \
                scratchpads: {output: {words: 0}}, precision: {weight: 65}, \
                dram: {kind: ideal, words_per_cycle: 0, word_bits: 0}}";
    let message = Accelerator::from_yaml("bad.yaml", text)
        .unwrap_err()
        .to_string();
    for path in [
        "name:",
        "dataflows:",
        "array.rows:",
        "clock_mhz:",
        "networks.weight.words_per_cycle:",
        "networks.weight.fifo_words:",
        "scratchpads.output.words:",
        "precision.weight:",
        "dram.words_per_cycle:",
        "dram.word_bits:",
    ] {
        assert!(message.contains(path), "{path} in\n{message}");
    }
}

#[test]
fn broken_yaml_has_a_place() {
    let message = Accelerator::from_yaml("bad.yaml", "name: [")
        .unwrap_err()
        .to_string();
    assert!(
        message.starts_with("bad.yaml:2:1: ") || message.starts_with("bad.yaml:1:"),
        "{message}"
    );
}

#[test]
fn every_wrong_type_and_unknown_field_is_named_at_its_place() {
    let text = TOY
        .replace("rows: 4", "rows: four")
        .replace("topology: multicast", "topologie: multicast");
    let error = Accelerator::from_yaml("toy.yaml", &text).expect_err("the file is wrong");
    let places: Vec<_> = error
        .diagnostics(&text)
        .iter()
        .map(|error| error.place.map(|place| (place.line, place.column)))
        .collect();
    assert_eq!(places, [Some((4, 9)), Some((7, 11))], "{error}");
    let text = TOY
        .replace("rows: 4", "rows: 0")
        .replace("kib: 64", "kib: 0.3");
    let error = Accelerator::from_yaml("toy.yaml", &text).expect_err("the file is wrong");
    let found: Vec<_> = error
        .diagnostics(&text)
        .iter()
        .map(|error| error.place.map(|place| (place.line, place.column)))
        .collect();
    assert_eq!(found.len(), 2, "{error}");
    assert!(
        found.contains(&Some((4, 9))) && found.contains(&Some((8, 22))),
        "{found:?}"
    );
}
