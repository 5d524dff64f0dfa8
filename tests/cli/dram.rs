//! Traces through a memory.

use crate::{file, json, refuses, stationary};

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
        &["bad.trace:2", "`Q`", "R, W, READ or WRITE"],
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
