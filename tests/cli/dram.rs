//! Traces through a memory.

use crate::{file, json, refuses, stationary, text};

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
