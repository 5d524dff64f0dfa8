//! What an answer says of itself: whose it is, of which part of a network, and of which shapes.

use serde_json::{Value, json as literal};

use crate::{file, json, stationary, text};

const STRIDES: &str = "\
Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Stride Height, Stride Width,
a,9,9,3,3,4,8,1,2,
b,9,9,3,3,4,8,2,1,
";

/// A length-delimited field of protobuf.
fn message(number: u8, content: &[u8]) -> Vec<u8> {
    let mut length = content.len();
    let mut bytes = vec![number << 3 | 2];
    while length > 0x7f {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend(content);
    bytes
}

/// A number of protobuf, of less than 128.
fn small(number: u8, value: u8) -> Vec<u8> {
    vec![number << 3, value]
}

/// An ONNX model that multiplies 8 x 16 by 16 x 32, and then does what nobody knows.
fn half_known() -> Vec<u8> {
    let dimension = |size: u8| message(1, &small(1, size));
    let shape = [dimension(8), dimension(16)].concat();
    let tensor = [small(1, 1), message(2, &shape)].concat();
    let input = [message(1, b"x"), message(2, &message(1, &tensor))].concat();
    let weights = [
        vec![1 << 3, 16, 1 << 3, 32],
        small(2, 1),
        message(8, b"w"),
        message(9, &[0; 16 * 32 * 4]),
    ];
    let node = |operator: &[u8], inputs: &[&[u8]], output: &[u8]| {
        let inputs: Vec<u8> = inputs.iter().flat_map(|name| message(1, name)).collect();
        let names = [
            message(2, output),
            message(3, operator),
            message(4, operator),
        ];
        [inputs, names.concat()].concat()
    };
    let graph = [
        message(1, &node(b"MatMul", &[b"x", b"w"], b"y")),
        message(1, &node(b"Mystery", &[b"y"], b"z")),
        message(2, b"half"),
        message(5, &weights.concat()),
        message(11, &input),
        message(12, &message(1, b"z")),
    ];
    let set = small(2, 13);
    [small(1, 8), message(7, &graph.concat()), message(8, &set)].concat()
}

/// The file of a model of which half is known.
pub fn model(name: &str) -> String {
    let path = file(name, "");
    std::fs::write(&path, half_known()).expect("the target folder can be written");
    path
}

#[test]
fn what_is_left_out_is_part_of_every_answer() {
    let path = model("half.onnx");
    let target = ["--arch", "gemmini", "--network", &path];
    for verb in [
        &["estimate"][..],
        &["simulate"],
        &["validate"],
        &["search", "map"],
    ] {
        let run = |more: &[&str]| stationary(&[verb, &target, more].concat());
        let output = run(&["--format", "json"]);
        assert_eq!(output.status.code(), Some(1), "{verb:?}");
        let message = text(&output.stderr);
        assert!(message.contains("--partial accepts"), "{verb:?}: {message}");
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON all the same");
        let coverage = &answer["coverage"];
        assert_eq!(coverage["is_upper_bound"], true, "{verb:?}");
        assert_eq!(coverage["operators"]["simulated"], 1);
        assert_eq!(coverage["operators"]["left_out"], 1);
        assert_eq!(coverage["left_out"][0]["operator"], "Mystery");
        assert_eq!(coverage["left_out"][0]["count"], 1);
        assert_eq!(run(&["--partial"]).status.code(), Some(0), "{verb:?}");
        assert_eq!(run(&["--layer", "0"]).status.code(), Some(0), "{verb:?}");
        let table = text(&run(&["--partial"]).stdout);
        assert!(
            table.contains("coverage: an unknown share of the MACs"),
            "{verb:?}: {table}"
        );
        assert!(table.contains("left out: 1 Mystery"), "{verb:?}: {table}");
        let csv = text(&run(&["--partial", "--format", "csv"]).stdout);
        assert!(
            csv.lines()
                .next()
                .is_some_and(|l| l.ends_with("coverage_macs"))
        );
        let last = csv.lines().last().unwrap_or_default();
        assert!(last.ends_with(",true,1,1"), "{verb:?}: {last}");
    }
    let assign = ["search", "assign", "--network", &path, "--pes", "1,2"];
    let assign = [&assign[..], &["--tiles", "1"]].concat();
    assert_eq!(stationary(&assign).status.code(), Some(1));
    let partial = [&assign[..], &["--partial"]].concat();
    assert_eq!(stationary(&partial).status.code(), Some(0));
}

#[test]
fn layers_picked_are_named_as_a_part() {
    let target = ["estimate", "--arch", "gemmini", "--network", "alexnet"];
    let fully = ["--layer", "fc6", "--layer", "fc7", "--layer", "7"];
    let picked = [&target[..], &fully].concat();
    let table = text(&stationary(&picked).stdout);
    assert!(
        table.contains("3 of 8 layers (8.1 % of their MACs)"),
        "{table}"
    );
    let picked = json(&[&picked[..], &["--format", "json"]].concat());
    assert_eq!(picked["coverage"]["picked"]["layers"], 3);
    assert_eq!(picked["coverage"]["picked"]["of"], 8);
    let whole = json(&[&target[..], &["--format", "json"]].concat());
    assert_eq!(whole["coverage"]["macs"], 1.0);
    assert_eq!(whole["coverage"]["left_out"], literal!([]));
}

#[test]
fn both_strides_are_in_tables_documents_and_lines() {
    let path = file("strides.csv", STRIDES);
    let target = ["--arch", "systolic", "--network", &path];
    for verb in [&["estimate"][..], &["validate"], &["search", "map"]] {
        let run = |format: &str| {
            let output = stationary(&[verb, &target, &["--format", format]].concat());
            assert!(output.status.success(), "{}", text(&output.stderr));
            text(&output.stdout)
        };
        let table = run("table");
        assert!(table.contains("K8 C4 7x4 k3x3 /1x2"), "{verb:?}: {table}");
        assert!(table.contains("K8 C4 4x7 k3x3 /2x1"), "{verb:?}: {table}");
        let answer: Value = serde_json::from_str(&run("json")).expect("JSON");
        let layers = match &answer["layers"] {
            Value::Null => &answer["dataflows"][0]["layers"],
            layers => layers,
        };
        let dims = &layers[0]["dims"];
        assert_eq!(dims["stride"], literal!([1, 2]), "{verb:?}");
        assert_eq!(dims["dilation"], literal!([1, 1]), "{verb:?}");
        assert_eq!(dims["pad"], literal!([0, 0]), "{verb:?}");
        assert_eq!(dims["input"], literal!([9, 9]), "{verb:?}");
        let csv = run("csv");
        let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = lines.next().expect("a header");
        let at = |name: &str| header.iter().position(|n| *n == name).expect("a column");
        let first = lines.next().expect("a line");
        assert_eq!(
            [first[at("stride_rows")], first[at("stride_cols")]],
            ["1", "2"]
        );
    }
}

#[test]
fn lines_say_whose_they_are_and_end_with_a_total() {
    let target = ["--arch", "systolic", "--network", "alexnet", "--batch", "2"];
    let sets = ["--set", "array.rows=8", "--set", "dram.words_per_cycle=4"];
    let picked = ["--layer", "fc8", "--layer", "conv3", "--format", "csv"];
    for verb in [
        &["estimate"][..],
        &["simulate"],
        &["validate"],
        &["search", "map"],
    ] {
        let output = stationary(&[verb, &target, &sets, &picked].concat());
        let csv = text(&output.stdout);
        let lines: Vec<Vec<&str>> = csv.lines().map(|l| l.split(',').collect()).collect();
        assert_eq!(
            lines.len(),
            4,
            "{verb:?}: a header, two layers and a total: {csv}"
        );
        let at = |name: &str| lines[0].iter().position(|n| *n == name).expect("a column");
        assert_eq!(lines[0][..4], ["arch", "network", "batch", "settings"]);
        for line in &lines[1..] {
            let whose = [
                "systolic",
                "alexnet",
                "2",
                "array.rows=8;dram.words_per_cycle=4",
            ];
            assert_eq!(line[..4], whose, "{verb:?}");
        }
        let cycles = if lines[0].contains(&"machine") {
            "machine"
        } else {
            "cycles"
        };
        let number = |line: usize| lines[line][at(cycles)].parse::<u64>().expect("a number");
        assert_eq!(number(3), number(1) + number(2), "{verb:?}");
        assert_eq!(lines[3][at("layer")], "total");
    }
}

#[test]
fn overrides_that_change_nothing_are_told_of() {
    let target = ["estimate", "--network", "alexnet", "--layer", "fc8"];
    let told = |more: &[&str]| {
        let output = stationary(&[&target[..], more].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stderr)
    };
    let standard = ["--arch", "systolic", "--set", "dram.kind=ddr4-2400"];
    assert_eq!(told(&standard), "");
    let idle = told(&[&standard[..], &["--set", "dram.words_per_cycle=64"]].concat());
    assert!(
        idle.contains("warning: --set dram.words_per_cycle=64: it changes nothing, as dram.kind is `ddr4-2400`"),
        "{idle}"
    );
    let flow = ["--arch", "gemmini", "--set", "array.drain=shift_out"];
    assert!(told(&flow).contains("the dataflow (ws), leaves it without meaning"));
    let outputs = [&flow[..], &["--dataflow", "os"]].concat();
    assert_eq!(told(&outputs), "");
    let price = ["--arch", "systolic", "--set"];
    let price = [&price[..], &["cost.dram.hbm2.picojoules_per_bit=3"]].concat();
    assert!(told(&price).contains("it prices nothing that systolic has"));
    // It is read, and no layer here has so many instructions under way.
    let queue = ["--arch", "vta", "--set", "decoupled.queue=1024"];
    assert_eq!(
        told(&queue),
        "note: --set decoupled.queue=1024: no figure of this run depends on it\n"
    );
    let standing = ["--arch", "tpu-v1", "--set", "array.load_order=parallel"];
    assert_eq!(
        told(&standing),
        "note: --set array.load_order=parallel: tpu-v1 has this value without it\n"
    );
    // The first that is offered runs, where the command names none.
    let systolic = ["--arch", "systolic"];
    for offered in ["dataflows=[os]", "dataflows=[is, ws]"] {
        assert_eq!(told(&[&systolic[..], &["--set", offered]].concat()), "");
    }
    let named = ["--dataflow", "os", "--set", "dataflows=[os]"];
    assert_eq!(
        told(&[&systolic[..], &named].concat()),
        "note: --set dataflows=[os]: no figure of this run depends on it\n"
    );
    let simulate = ["simulate", "--arch", "vta", "--network", "resnet18"];
    let layer = ["--layer", "layer4.0.downsample", "--pace", "skip-periods"];
    let output = stationary(&[&simulate[..], &layer].concat());
    let note = text(&output.stderr);
    assert!(
        note.contains("--pace skip-periods: on a machine that instructions control"),
        "{note}"
    );
}

#[test]
fn a_page_names_what_is_left_out() {
    let path = model("page.onnx");
    let target = ["estimate", "--arch", "gemmini", "--network", &path];
    let run = stationary(&[&target[..], &["--format", "json"]].concat());
    let run = file("page.json", &text(&run.stdout));
    let page = file("page.html", "");
    assert!(stationary(&["report", &run, "-o", &page]).status.success());
    let page = std::fs::read_to_string(&page).expect("the page is written");
    for part in [
        "Not the whole network",
        "At most 100.0",
        "Mystery",
        "What is left out",
    ] {
        assert!(page.contains(part), "`{part}` is not on the page");
    }
}
