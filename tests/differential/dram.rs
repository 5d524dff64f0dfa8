//! The memory against DRAMsim3, trace by trace (`tests/data/dram/README.md`).

use std::io::Read;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use stationary::arch::dram::{Standard, presets};
use stationary::sim::dram::{Memory, parse_trace, replay};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/dram")
}

struct Expected {
    config: String,
    trace: String,
    per_clock: u32,
    reads: u64,
    writes: u64,
    last_issue: u64,
    last_completion: u64,
    mean_latency: f64,
    max_latency: u64,
}

fn expected() -> Vec<Expected> {
    let mut rows = csv::Reader::from_path(folder().join("results.csv")).expect("the file is here");
    let rows = rows.records().map(|row| {
        let row = row.expect("a row of the table");
        let number = |i: usize| row[i].parse::<u64>().expect("a number");
        Expected {
            config: row[0].to_owned(),
            trace: row[1].to_owned(),
            per_clock: row[2].parse().expect("a number"),
            reads: number(4),
            writes: number(5),
            last_issue: number(6),
            last_completion: number(7),
            mean_latency: row[8].parse().expect("a number"),
            max_latency: number(9),
        }
    });
    rows.collect()
}

fn trace(name: &str) -> String {
    let path = folder().join(format!("{name}.gz"));
    let file = std::fs::File::open(&path).expect("the trace is here");
    let mut text = String::new();
    let mut reader = GzDecoder::new(file);
    reader.read_to_string(&mut text).expect("the trace is gzip");
    text
}

fn preset(config: &str) -> &'static str {
    match config {
        "DDR4_8Gb_x8_2400.ini" => "ddr4-2400",
        "HBM2_8Gb_x128.ini" => "hbm2",
        other => panic!("no preset stands for {other}"),
    }
}

/// Replays one row of the table; true if it agrees to the clock.
#[expect(clippy::print_stdout, reason = "the report of a run with --nocapture")]
fn check(row: &Expected) -> bool {
    let standard = Standard::preset(preset(&row.config)).expect("a bundled preset");
    let requests = parse_trace(&trace(&row.trace)).expect("a trace");
    let mut memory = Memory::new(&standard);
    let per_clock = NonZeroU32::new(row.per_clock).expect("at least one");
    let ours = replay(&mut memory, &requests, per_clock);
    let statistics = memory.statistics();
    println!(
        "{:10} {:32} cycles {:6} {:6} {:+.4} %  mean read latency {:7.2} {:7.2}  max {:4} {:4}",
        standard.name(),
        row.trace,
        ours.cycles,
        row.last_completion,
        100.0 * (ours.cycles as f64 / row.last_completion as f64 - 1.0),
        statistics.read_latency_mean(),
        row.mean_latency,
        statistics.read_latency_max,
        row.max_latency
    );
    assert_eq!(
        (statistics.reads, statistics.writes),
        (row.reads, row.writes)
    );
    ours.cycles == row.last_completion
        && ours.last_push == row.last_issue
        && statistics.read_latency_max == row.max_latency
        && (statistics.read_latency_mean() - row.mean_latency).abs() < 0.006
}

/// The table's means are rounded to a hundredth of a clock; all else is equal.
#[test]
fn replays_agree_to_the_clock() {
    let rows = expected();
    assert_eq!(rows.len(), 34);
    let differ: Vec<_> = rows.iter().filter(|row| !check(row)).collect();
    let names: Vec<_> = differ.iter().map(|row| (&row.config, &row.trace)).collect();
    assert!(names.is_empty(), "these differ: {names:?}");
}

/// D19: a drain of a full queue meets first a write whose address an earlier read still waits to
/// read. DRAMsim3 tries that drain again in each clock and never goes on; ours lets the read pass.
#[test]
fn a_full_drain_lets_an_earlier_read_pass() {
    let standard = Standard::preset("ddr4-2400").expect("a bundled preset");
    let mut memory = Memory::new(&standard);
    let queue = u64::from(standard.controller().transaction_queue);
    let contested = 64 * queue;
    let reads = (1..queue).map(|i| 64 * i).chain([contested]);
    let writes = (0..queue).map(|i| contested + 64 * i);
    let reads = reads.map(|address| (address, false));
    let requests = reads.chain(writes.map(|address| (address, true)));
    for (tag, (address, is_write)) in (0..).zip(requests) {
        assert!(memory.accepts(address, is_write), "queues hold {tag}");
        memory.push(address, is_write, tag);
    }
    let mut done = 0;
    for _ in 0..10_000 {
        memory.tick();
        while memory.pop_done().is_some() {
            done += 1;
        }
    }
    assert_eq!(done, 2 * queue, "reads and writes that are done");
}

/// D21: the interval that DDR3-1600's data sheet and DRAMsim3's file give. DRAMsim3 does not know
/// the key by which its file calls it and runs at 7800 clocks, one refresh in five less.
#[test]
fn ddr3_is_refreshed_by_its_data_sheet() {
    let standard = Standard::preset("ddr3-1600").expect("a bundled preset");
    let ranks = standard.organization().ranks;
    assert_eq!(standard.controller().refresh_interval * ranks, 6240);
}

/// D20: after one bank's refresh DRAMsim3's table keeps the other banks of the rank closed for tRFC
/// and unrefreshed for tREFI; ours, as data sheets have it, goes on with them.
#[test]
fn single_bank_refresh_leaves_the_other_banks_alone() {
    const DRAMSIM3: &str = "
constraints:
  - {from: [refresh_bank], to: [activate], at: [other_banks, other_groups], cycles: tRFC}
  - {from: [refresh_bank], to: [refresh_bank], at: [other_banks, other_groups], cycles: tREFI}
  - {from: [activate], to: [refresh_bank], at: [other_banks, other_groups], cycles: tRC}
";
    let preset = presets::find("hbm2").expect("a bundled preset");
    let ours = preset.replace("controller:", "controller:\n  refresh: bank_staggered");
    let theirs = format!("{ours}{DRAMSIM3}");
    let requests = parse_trace(&trace("rand_read.trace")).expect("a trace");
    let [ours, theirs] = [ours, theirs].map(|text| {
        let standard = Standard::from_yaml("hbm2", &text).expect("a standard");
        replay(&mut Memory::new(&standard), &requests, NonZeroU32::MIN).cycles
    });
    let ratio = theirs as f64 / ours as f64;
    assert!(
        (1.23..1.27).contains(&ratio),
        "{theirs} clocks against {ours}"
    );
}
