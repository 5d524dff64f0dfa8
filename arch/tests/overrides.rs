//! `--set path=value`.

use stationary_arch::{Accelerator, DramKind, fields, presets};

fn preset(name: &str, sets: &[(&str, &str)]) -> Accelerator {
    Accelerator::preset(name, sets).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn check(name: &str, path: &str, value: &str, expected: &str) {
    let error = Accelerator::preset(name, &[(path, value)]).expect_err("the override is wrong");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn widths_follow_the_array() {
    let machine = preset("systolic", &[("array.rows", "32"), ("array.cols", "8")]);
    assert_eq!((machine.array.rows, machine.array.cols), (32, 8));
    assert_eq!(machine.networks.input.words_per_cycle, 32);
    assert_eq!(machine.networks.weight.words_per_cycle, 8);
    assert_eq!(machine.networks.psum_out.words_per_cycle, 8);
}

#[test]
fn the_dram_switches_kind_on_every_preset() {
    for name in presets::names() {
        let plain = preset(name, &[]);
        let ideal = preset(name, &[("dram.kind", "ideal")]);
        assert_eq!(ideal.dram.kind, DramKind::Ideal);
        let back = preset(name, &[("dram.kind", "ideal"), ("dram.kind", "bandwidth")]);
        assert_eq!(back, preset(name, &[("dram.kind", "bandwidth")]));
        // The memory of nvdla-small is a pipe with a name of its own.
        let is_pipe = ["nvdla-small", "vta-pipelined"].contains(&name);
        assert!(back == plain || plain == ideal || is_pipe, "{name}");
        // A file without the bandwidth fields gets the defaults.
        let filled =
            Accelerator::from_yaml_with("file", &ideal.to_yaml(), &[("dram.kind", "bandwidth")])
                .expect("the defaults fill in");
        assert_eq!(
            filled.dram.kind,
            DramKind::Bandwidth {
                words_per_cycle: 4,
                latency: 32
            }
        );
    }
    let narrow = preset("systolic", &[("dram.words_per_cycle", "2")]);
    assert!(matches!(
        narrow.dram.kind,
        DramKind::Bandwidth {
            words_per_cycle: 2,
            ..
        }
    ));
}

#[test]
fn buffers_by_size_and_by_place() {
    let machine = preset("systolic", &[("global_buffer.kib", "96.5")]);
    assert_eq!(machine.global_buffer.partitions[0].bytes, 98_816);
    let machine = preset("eyeriss", &[("global_buffer.partitions.0.kib", "50")]);
    assert_eq!(machine.global_buffer.partitions[0].bytes, 50 * 1024);
    assert_eq!(machine.global_buffer.partitions[1].bytes, 8 * 1024);
    let machine = preset("systolic", &[("global_buffer.kib", "1_024")]);
    assert_eq!(machine.global_buffer.partitions[0].bytes, 1 << 20);
    let error = Accelerator::preset("eyeriss", &[("global_buffer.kib", "50")]).unwrap_err();
    assert!(
        error.to_string().contains("global_buffer.partitions.0.kib"),
        "{error}"
    );
}

#[test]
fn every_field_can_be_set_on_a_file_that_leaves_all_out() {
    let bare = "{name: bare, dataflows: [ws], array: {rows: 4, cols: 4}}";
    for (path, value) in [
        ("name", "other"),
        ("technology_nm", "65"),
        ("clock_mhz", "66.667"),
        ("dataflows", "[os, is]"),
        ("dataflows.0", "rs"),
        ("array.lanes", "4"),
        ("array.mac_latency", "3"),
        ("array.passes", "exclusive"),
        ("scratchpads.weight.words", "64"),
        ("scratchpads.input.double_buffered", "true"),
        ("networks.psum_out.words_per_cycle", "rows"),
        ("networks.weight.topology", "tree"),
        ("networks.input.latency", "0"),
        ("networks.psum_in.fifo_words", "8"),
        ("networks.psum_in.tagged", "true"),
        ("global_buffer.kib", "1.5"),
        ("global_buffer.double_buffered", "true"),
        ("global_buffer.banks", "{count: 4}"),
        (
            "global_buffer.partitions",
            "[{operands: [input, weight, output], kib: 7}]",
        ),
        ("dram.kind", "ideal"),
        ("dram.words_per_cycle", "9"),
        ("dram.latency", "9"),
        ("dram.clock_mhz", "60"),
        ("dram.word_bits", "64"),
        ("dram.run_length", "{pairs: 4}"),
        ("global_buffer.padding", "stored"),
        ("global_buffer.strides", "stored"),
        ("global_buffer.channel_atom", "8"),
        ("global_buffer.delivery", "{words: 128}"),
        ("dram.duplex", "true"),
        ("dram.arbitration", "round_robin"),
        ("dram.kind", "nvdla-tb-8B"),
        ("array.resident_load", "shift_in"),
        ("array.im2col", "true"),
        ("sequencer.rows", "CR"),
        ("sequencer.stripe", "16"),
        ("sequencer.staging.input", "layer"),
        ("sequencer.order", "GKNPQCRS"),
        ("precision.partial_sum", "24"),
        ("precision", "{input: 4, weight: 4}"),
    ] {
        let plain = Accelerator::from_yaml("bare", bare).expect("the file is right");
        let set = Accelerator::from_yaml_with("bare", bare, &[(path, value)])
            .unwrap_or_else(|error| panic!("{error}"));
        // The widths default to the square array's side, so `rows` there changes nothing.
        assert_eq!(set == plain, value == "rows", "{path}={value}");
    }
}

#[test]
fn unknown_paths() {
    let fields = fields();
    let names = fields
        .iter()
        .filter_map(|field| field.path.strip_prefix("array."));
    let names: Vec<&str> = names.collect();
    check(
        "systolic",
        "array.rwos",
        "8",
        &format!(
            "--set array.rwos: `array` has no field `rwos`; it has {}; did you mean `rows`?",
            names.join(", ")
        ),
    );
    check(
        "systolic",
        "network.input.latency",
        "8",
        "--set network.input.latency: an accelerator has no field `network`; it has name, \
         technology_nm, clock_mhz, dataflows, array, sequencer, scratchpads, networks, global_buffer, dram, \
         precision, decoupled, zeros, cost; did you mean `networks`?",
    );
    check(
        "eyeriss",
        "global_buffer.partitions.2.kib",
        "8",
        "--set global_buffer.partitions.2.kib: `global_buffer.partitions` has no field `2`; it has \
         0, 1",
    );
    check(
        "eyeriss",
        "array.rows.x",
        "8",
        "--set array.rows.x: `array.rows` has no field `x`; it has none",
    );
    // A list that is empty among ours.
    check(
        "systolic",
        "cost.dram.system.standards.0",
        "ddr4-2400",
        "--set cost.dram.system.standards.0: `cost.dram.system.standards` has no field `0`; it has none",
    );
}

#[test]
fn wrong_values() {
    check(
        "systolic",
        "array.rows",
        "many",
        "--set array.rows=many: invalid type: string \"many\", expected a whole number, not \
         negative",
    );
    check(
        "systolic",
        "dram.kind",
        "idael",
        "--set dram.kind=idael: unknown name `idael`, expected one of `ideal`, `bandwidth`, \
         `nvdla-tb-4B`, `nvdla-tb-8B`, `vta-tsim-8B`, `vta-tsim-16B`, `vta-tsim-64B`, `ddr3-1600`, `ddr4-2400`, `ddr4-3200`, `ddr5-4800`, `gddr5`, `gddr6`, `gddr6-ramulator`, \
         `hbm1`, `hbm2`, `hbm2-ramulator`, `hbm3`, `lpddr4-2400`, `lpddr5-6400`; did you \
         mean `ideal`?",
    );
    check(
        "systolic",
        "array.rows",
        "",
        "--set array.rows=: found no value; give one after the `=`",
    );
    check(
        "systolic",
        "array.cols",
        "0",
        "preset systolic: --set array.cols=0: array.cols: found 0; allowed: 1 to 65536",
    );
}

/// A file whose text is of no help with what an override gives.
#[test]
fn what_an_override_brought_is_said_to_be_its_own() {
    let problems = |text: &str, sets: &[(&str, &str)]| {
        let error = Accelerator::from_yaml_with("toy.yaml", text, sets).unwrap_err();
        let diagnostics = error.diagnostics(text).into_iter();
        let placed = diagnostics.map(|d| (d.place.is_some(), d.message));
        placed.collect::<Vec<_>>()
    };
    let toy = "name: toy\ndataflows: [ws]\narray: {rows: 4, cols: 4}\n\
               networks: {psum_in: {words_per_cycle: cols}, weight: {words_per_cycle: all}}\n\
               dram: {latency: 32}\n";
    let own = |message: &str| vec![(false, message.to_owned())];
    assert_eq!(
        problems(toy, &[("dram.latency", "1000000000")]),
        own("--set dram.latency=1000000000: dram.latency: found 1000000000; allowed: 0 to 1048576")
    );
    // One fault, and not one more of each network that is as wide as the array.
    for (value, more) in [("100000000", &[][..]), ("0", &[("array.rows", "8")])] {
        let sets = [more, &[("array.cols", value)]].concat();
        let message =
            format!("--set array.cols={value}: array.cols: found {value}; allowed: 1 to 65536");
        assert_eq!(problems(toy, &sets), own(&message));
    }
    // What the file is wrong in by itself stays its own, with its place.
    let wrong = toy.replace("latency: 32", "latency: 2000000");
    let found = problems(&wrong, &[("array.rows", "0")]);
    assert_eq!(found.len(), 2);
    for (is_placed, message) in found {
        let start = match is_placed {
            true => "dram.latency: ",
            false => "--set array.rows=0: ",
        };
        assert!(message.starts_with(start), "{message}");
    }
    // Two that do not go together.
    let packed = [
        ("dram.run_length.pairs", "9"),
        ("array.rows", "8"),
        ("dram.run_length.word_bits", "16"),
    ];
    let found = problems(toy, &packed);
    assert!(
        (found[0].1).starts_with(
            "--set dram.run_length.pairs=9 --set dram.run_length.word_bits=16: dram.run_length: "
        ),
        "{found:?}"
    );
}

#[test]
fn what_a_field_takes_is_said_in_words_of_the_file() {
    let presets = [
        ("array.skew", "3", "needed one of used, flow, whole"),
        (
            "global_buffer.banks",
            "4",
            "it has count, bits, ports, sharing",
        ),
        (
            "dram.run_length",
            "true",
            "it has run_bits, pairs, word_bits",
        ),
        ("array", "{rows: 1, cols: 1, skew: [2]}", "expected a word"),
        ("dataflows", "3", "needed a list"),
    ];
    for (path, value, expected) in presets {
        let error = Accelerator::preset("systolic", &[(path, value)]).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(expected), "{message}");
        for word in ["struct", "enum", "Value::", "sequence", "unit value"] {
            assert!(!message.contains(word), "{message}");
        }
    }
}
