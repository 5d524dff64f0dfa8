//! Traces through a memory.

use crate::{ARCH, file, json, refuses, stationary, text};

#[test]
fn dram_replays_a_trace() {
    let trace = file("two.trace", "0x0 R\n0x40 READ 0\n\n");
    let arguments = [
        "dram",
        "--dram",
        "ddr4-2400",
        "--trace",
        &trace,
        "--format",
        "json",
    ];
    let answer = json(&arguments);
    assert_eq!(answer["schema"], "stationary/dram/1");
    assert_eq!(
        [
            &answer["requests"],
            &answer["cycles"],
            &answer["max_read_latency_cycles"]
        ],
        [2, 46, 44]
    );
    assert_eq!(answer["mean_read_latency_cycles"], 41.5);
    assert_eq!([&answer["row_misses"], &answer["row_hits"]], [1, 1]);
    let packed = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/dram/seq_read_100.trace.gz"
    );
    let arguments = [
        "dram", "--dram", "hbm2", "--trace", packed, "--format", "json",
    ];
    assert_eq!(json(&arguments)["cycles"], 158);
}

#[test]
fn dram_refuses_what_it_cannot_read() {
    let trace = file("bad.trace", "0x0 R\n0x40 Q\n");
    let arguments = ["dram", "--dram", "ddr4-2400", "--trace", &trace];
    refuses(
        &arguments,
        2,
        &["bad.trace:2", "`Q`", "R, W, READ, WRITE, LD or ST"],
    );
    let arguments = ["dram", "--dram", "ddr4-2440", "--trace", &trace];
    refuses(&arguments, 2, &["ddr4-2440", "did you mean `ddr4-2400`?"]);
    let shown = stationary(&["show", "dram", "ddr4-2400"]);
    let text = String::from_utf8(shown.stdout).expect("YAML is text");
    let own = file("own.yaml", &text.replace("tRCD:", "tRDC:"));
    let arguments = ["dram", "--dram", &own, "--trace", &trace];
    refuses(
        &arguments,
        2,
        &["own.yaml:", "tRDC", "did you mean `tRCD`?"],
    );
    let own = file("own.yaml", &text.replace("rows: 65536", "rows: 65537"));
    let arguments = ["dram", "--dram", &own, "--trace", &trace];
    refuses(
        &arguments,
        2,
        &["organization.rows", "65537", "a power of two"],
    );
}

/// A year of nothing is passed at once, and what crossed no bus is no traffic.
#[test]
fn dram_replays_long_and_small_traces() {
    let answer = |text: &str| {
        let trace = file("times.trace", text);
        json(&[
            "dram",
            "--dram",
            "ddr4-2400",
            "--trace",
            &trace,
            "--format",
            "json",
        ])
    };
    let idle = answer("0x0 R 0\n0x40 R 4611686018427387903\n");
    assert_eq!(idle["requests"], 2);
    assert_eq!(idle["last_issue_cycle"], 4_611_686_018_427_387_904_u64);
    // One every 4680 clocks.
    assert_eq!(idle["refreshes"], 4_611_686_018_427_387_904_u64 / 4680);
    let raw = answer("0x1000 WRITE 0\n0x1000 READ 1\n");
    assert_eq!([&raw["bursts"], &raw["cycles"]], [0, 3]);
    assert_eq!([&raw["bytes_asked_for"], &raw["bytes_moved"]], [128, 0]);
    assert_eq!(raw["peak_share"], 0.0);
    let same: String = (0..100)
        .map(|cycle| format!("0x40 READ {cycle}\n"))
        .collect();
    let same = answer(&same);
    assert_eq!(same["requests"], 100);
    let share = same["peak_share"].as_f64().expect("a number");
    assert!(share > 0.3 && share <= 1.0, "{share}");
}

/// No request has no latency, and no trace has no figures.
#[test]
fn dram_says_what_it_has_no_figure_of() {
    let answer = |format: &str, text: &str| {
        let trace = file("writes.trace", text);
        stationary(&[
            "dram",
            "--dram",
            "ddr4-2400",
            "--trace",
            &trace,
            "--format",
            format,
        ])
    };
    let writes = answer("json", "0x0 W\n0x40 W\n");
    let writes: serde_json::Value = serde_json::from_slice(&writes.stdout).expect("JSON");
    assert!(writes["mean_read_latency_cycles"].is_null());
    assert!(writes["max_read_latency_cycles"].is_null());
    assert_eq!(writes["bytes_asked_for"], 128);
    let table = String::from_utf8(answer("table", "0x0 W\n").stdout).expect("text");
    let latency = table.lines().find(|line| line.starts_with("mean read"));
    assert!(latency.is_some_and(|line| line.trim_end().ends_with(" -")));
    for empty in ["", "\n# nothing\n"] {
        let trace = file("empty.trace", empty);
        let arguments = ["dram", "--dram", "ddr4-2400", "--trace", &trace];
        refuses(
            &arguments,
            2,
            &["empty.trace: found no request", "0x1f40 R"],
        );
    }
}

/// Requests issue in the order of their lines, whatever their cycles say, and that is told.
#[test]
fn cycles_that_run_backwards_are_told_of() {
    let trace = file(
        "backwards.trace",
        "0x0 R 10\n0x40 R 5\n0x80 R 10\n0xc0 R 9\n",
    );
    let output = stationary(&["dram", "--dram", "ddr4-2400", "--trace", &trace]);
    let said = text(&output.stderr);
    assert!(
        said.contains("backwards.trace:2: the first of 2 requests"),
        "{said}"
    );
    let trace = file("forwards.trace", "0x0 R 5\n0x40 R 5\n0x80 R 10\n");
    let output = stationary(&["dram", "--dram", "ddr4-2400", "--trace", &trace]);
    assert_eq!(text(&output.stderr), "");
}

/// A trace is read as it is replayed, so that one which unpacks to much more than memory is no matter.
#[test]
fn dram_names_the_line_of_what_it_cannot_read() {
    let refused = |bytes: &[u8], part: &str| {
        let trace = file("bytes.trace", "");
        std::fs::write(&trace, bytes).expect("the target folder can be written");
        let arguments = ["dram", "--dram", "ddr4-2400", "--trace", &trace];
        refuses(&arguments, 2, &[part]);
    };
    refused(b"0x0 R\n0x\xff R\n", "bytes.trace:2: not UTF-8 text");
    refused(
        &[b'0'; 5000],
        "bytes.trace:1: a line of more than 4096 bytes",
    );
    refused(&[0x1f, 0x8b, 8, 0, 0], "bytes.trace:1: ");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &b"0x0 R\n".repeat(300_000)).expect("memory");
    std::io::Write::write_all(&mut packed, b"0x0 Q\n").expect("memory");
    let packed = packed.finish().expect("memory");
    refused(&packed, "bytes.trace:300001: found `Q`");
}

/// A standard that no preset is, and a small network.
fn own() -> [String; 3] {
    let shown = stationary(&["show", "dram", "ddr4-2400"]);
    let slow = text(&shown.stdout)
        .replace("name: ddr4-2400", "name: mine")
        .replace("tCCD_S: 4", "tCCD_S: 64")
        .replace("tCCD_L: 6", "tCCD_L: 64")
        + "commands:\n  precharge_own: {needs: [open], leaves: closed}\n\
           requests:\n  read: {open: {same_row: read, other_row: precharge_own}}\n\
           constraints:\n  - {from: [read], to: [precharge_own], at: [same_bank], cycles: tRTP + 2}\n";
    let net = "name: net\nlayers: [{name: a, conv: {input: 12, channels: [16, 32], kernel: 3, pad: 1}}]\n";
    [
        slow.clone(),
        file("mine.yaml", &slow),
        file("net.yaml", net),
    ]
}

#[test]
fn a_standard_of_ones_own_is_an_accelerators() {
    let [fields, mine, net] = own();
    let kind = format!("dram.kind={mine}");
    let run = |verb: &str, arch: &str, set: &[&str]| {
        let arguments = [verb, "--arch", arch, "--network", &net, "--format", "json"];
        json(&[&arguments, set].concat())["total"].clone()
    };
    for verb in ["estimate", "simulate"] {
        let own = run(verb, "systolic", &["--set", &kind]);
        let bundled = run(verb, "systolic", &["--set", "dram.kind=ddr4-2400"]);
        assert!(
            own["cycles"].as_u64() > bundled["cycles"].as_u64(),
            "{verb}"
        );
        // The accelerator's file gives the same fields by itself.
        let indented = fields.replace('\n', "\n    ");
        let inline = format!("{ARCH}dram:\n  kind:\n    {indented}\n");
        let inline = run(verb, &file("inline.yaml", &inline), &[]);
        let named = run(verb, &file("arch.yaml", ARCH), &["--set", &kind]);
        assert_eq!(inline, named, "{verb}");
        // What is shown holds them, and is read as the same.
        let show = |arch: &str, set: &[&str]| {
            text(&stationary(&[&["show", "arch", arch], set].concat()).stdout)
        };
        let shown = show("systolic", &["--set", &kind]);
        assert!(shown.contains("\n    name: mine\n"), "{shown}");
        let again = file("again.yaml", &shown);
        assert_eq!(show(&again, &[]), shown);
        assert_eq!(run(verb, &again, &[]), own, "{verb}");
    }
    // All fields of a preset are the preset.
    let same = text(&stationary(&["show", "dram", "ddr4-2400"]).stdout);
    let same = format!("dram.kind={}", file("same.yaml", &same));
    let shown = stationary(&["show", "arch", "systolic", "--set", &same]);
    assert!(text(&shown.stdout).contains("kind: ddr4-2400\n"));
}

#[test]
fn proofs_and_records_hold_a_standard_of_ones_own() {
    let [fields, mine, _] = own();
    let net = file(
        "tiny.yaml",
        "name: tiny\nlayers: [{name: a, matmul: {m: 3, n: 5, k: 4}}]\n",
    );
    let arch = file("arch.yaml", ARCH);
    let kind = format!("dram.kind={mine}");
    let proof = file("proof.json", "");
    let inputs: [&str; 6] = ["--arch", &arch, "--set", &kind, "--network", &net];
    let found = stationary(
        &[
            &["search", "map"],
            &inputs[..],
            &["--certify", "--certificate", &proof],
        ]
        .concat(),
    );
    assert!(found.status.success(), "{}", text(&found.stderr));
    let verified = stationary(&["verify", &proof]);
    assert!(verified.status.success(), "{}", text(&verified.stdout));
    let slower = fields.replace("tRCD: 17", "tRCD: 18");
    file("mine.yaml", &slower);
    let verified = stationary(&["verify", &proof]);
    assert_eq!(verified.status.code(), Some(1));
    let told = text(&verified.stdout) + &text(&verified.stderr);
    assert!(
        told.contains("files that it is about were changed"),
        "{told}"
    );
    let folder = file("run/run.json", "").replace("/run.json", "");
    std::fs::remove_dir_all(&folder).expect("it is there");
    let searched = stationary(&[&["search", "map"], &inputs[..], &["--run", &folder]].concat());
    assert!(searched.status.success(), "{}", text(&searched.stderr));
    let kept = std::fs::read_to_string(format!("{folder}/inputs/set.mine.yaml"));
    assert_eq!(kept.expect("the file is kept"), slower);
}

#[test]
fn a_standard_of_ones_own_is_refused_with_its_place() {
    let [fields, _, net] = own();
    let check = |old: &str, new: &str, parts: &[&str]| {
        let fields = fields.replace(old, new);
        let kind = format!("dram.kind={}", file("wrong.yaml", &fields));
        let run = ["estimate", "--network", &net, "--arch"];
        let told = [&["wrong.yaml:"], parts].concat();
        refuses(
            &[&run[..], &["systolic", "--set", &kind]].concat(),
            2,
            &told,
        );
        let indented = fields.replace('\n', "\n    ");
        let inline = file(
            "inline.yaml",
            &format!("{ARCH}dram:\n  kind:\n    {indented}\n"),
        );
        let told = [&["inline.yaml:", "dram.kind"], parts].concat();
        refuses(&[&run[..], &[&inline]].concat(), 2, &told);
    };
    check("tRCD:", "tRDC:", &["tRDC", "did you mean `tRCD`?"]);
    check(
        "rows: 65536",
        "rows: 65537",
        &["organization.rows", "65537", "a power of two"],
    );
    check(
        "other_row: precharge_own",
        "other_row: own",
        &["requests.read.open", "`own`"],
    );
    let run = ["estimate", "--arch", "systolic", "--network", &net, "--set"];
    let set = |kind: &'static str| [&run[..], &[kind]].concat();
    refuses(&set("dram.kind=none.yaml"), 2, &["none.yaml"]);
    refuses(
        &set("dram.kind=5"),
        2,
        &["needed one of ideal", "or a file's name or fields"],
    );
    refuses(
        &set("dram.kind=ddr4-2440"),
        2,
        &["did you mean `ddr4-2400`?"],
    );
}
