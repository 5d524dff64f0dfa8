//! `simulate --trace`: every kind of file is read back, and has the run's totals.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::wire::{self, Field};
use crate::{json, number, refuses, stationary, text};

/// The first layer of a stage of ResNet-18, with waits for DRAM, networks and banks.
const LAYER: [&str; 7] = [
    "simulate",
    "--arch",
    "eyeriss",
    "--network",
    "resnet18",
    "--layer",
    "layer1.0.conv1",
];
/// A small one, whose every cycle is shown, on a DRAM standard.
const SMALL: [&str; 11] = [
    "simulate",
    "--arch",
    "systolic",
    "--network",
    "alexnet",
    "--layer",
    "fc8",
    "--set",
    "dram.kind=ddr4-2400",
    "--set",
    "array.rows=64",
];

/// Cycles by cause, with the array's work.
type Totals = BTreeMap<String, u64>;

/// A file in a folder of this test's own.
fn path(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("traces");
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    let path = folder.join(name);
    path.to_str()
        .expect("the target folder's path is text")
        .to_owned()
}

/// Runs with a trace; the answer as JSON, and what standard error says.
fn traced(target: &[&str], file: &str, more: &[&str]) -> (Value, String) {
    let rest = ["--trace", file, "--format", "json"];
    let output = stationary(&[target, &rest, more].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let answer = serde_json::from_slice(&output.stdout).expect("JSON");
    (answer, text(&output.stderr))
}

/// The run's own totals, over all layers.
fn totals(answer: &Value) -> Totals {
    let mut totals = Totals::new();
    for layer in answer["layers"].as_array().expect("layers") {
        *totals.entry("work".to_owned()).or_default() += number(&layer["busy_cycles"]);
        for (cause, cycles) in layer["stalls"].as_object().expect("a map") {
            *totals.entry(cause.clone()).or_default() += number(cycles);
        }
    }
    totals
}

/// A Perfetto trace as its tracks' slices and points.
#[derive(Debug, Default)]
struct Tracks {
    /// By track: name, from, to.
    slices: BTreeMap<String, Vec<(String, u64, u64)>>,
    /// By counter: time and value.
    points: BTreeMap<String, Vec<(u64, f64)>>,
}

impl Tracks {
    fn sums(&self, track: &str) -> Totals {
        let mut sums = Totals::new();
        for (name, from, to) in &self.slices[track] {
            *sums.entry(name.clone()).or_default() += to - from;
        }
        sums
    }

    /// Value times time of a counter.
    fn integral(&self, counter: &str) -> f64 {
        let points = &self.points[counter];
        let steps = points.windows(2).map(|p| p[0].1 * (p[1].0 - p[0].0) as f64);
        steps.sum()
    }

    /// Slices and points of a track follow each other.
    fn check(&self) {
        for (track, slices) in &self.slices {
            let mut end = 0;
            for (name, from, to) in slices {
                assert!(
                    end <= *from && from < to,
                    "{track}: {name} from {from} to {to}"
                );
                end = *to;
            }
        }
        for (counter, points) in &self.points {
            let in_order = points.is_sorted_by(|a, b| a.0 < b.0 && a.1 != b.1);
            assert!(in_order, "{counter}: {points:?}");
        }
    }
}

/// Reads Perfetto's protobuf by the numbers of its fields; times as cycles of so many nanoseconds.
fn perfetto(file: &str, period: u64) -> Tracks {
    let bytes = std::fs::read(file).expect("the trace is written");
    let (mut names, mut tracks) = (BTreeMap::new(), Tracks::default());
    let mut open = BTreeMap::new();
    let mut last = 0;
    for packet in wire::fields(&bytes).filter(|(n, _)| *n == 1) {
        let packet = packet.1.bytes();
        let packet: BTreeMap<u32, Field<'_>> = wire::fields(packet).collect();
        if let Some(descriptor) = packet.get(&60) {
            let of: BTreeMap<u32, Field<'_>> = wire::fields(descriptor.bytes()).collect();
            if let Some(name) = of.get(&2) {
                assert_eq!(of[&5].number(), 1, "every track belongs to the process");
                names.insert(of[&1].number(), name.text());
            } else {
                assert!(of.contains_key(&3), "the root is a process");
            }
            continue;
        }
        let at = packet[&8].number();
        assert!(
            at.is_multiple_of(period),
            "{at} ns is in the midst of a cycle"
        );
        let at = at / period;
        assert!(at >= last, "packets stand in the order of time");
        last = at;
        let event: BTreeMap<u32, Field<'_>> = wire::fields(packet[&11].bytes()).collect();
        let track = names[&event[&11].number()].clone();
        match event[&9].number() {
            1 => {
                let before = open.insert(track, (event[&23].text(), at));
                assert_eq!(before, None, "slices of a track do not overlap");
            }
            2 => {
                let (name, from) = open.remove(&track).expect("what ends has begun");
                tracks
                    .slices
                    .entry(track)
                    .or_default()
                    .push((name, from, at));
            }
            4 => tracks
                .points
                .entry(track)
                .or_default()
                .push((at, event[&44].double())),
            other => panic!("no event of kind {other} is written"),
        }
    }
    assert!(open.is_empty(), "what has begun ends");
    tracks.check();
    tracks
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * b.abs().max(1.0)
}

#[test]
fn a_perfetto_trace_has_the_runs_totals() {
    for (target, name, period) in [(&LAYER[..], "resnet18", 5), (&SMALL[..], "fc8", 1)] {
        let file = path(&format!("{name}.pftrace"));
        let (answer, _) = traced(target, &file, &[]);
        let tracks = perfetto(&file, period);
        assert_eq!(tracks.sums("array"), totals(&answer), "{name}");
        let layer = &answer["layers"][0];
        let cycles = number(&layer["cycles"]);
        let layers = &tracks.slices["layers"];
        let named = layer["name"].as_str().expect("a name").to_owned();
        assert_eq!(layers, &[(named, 0, cycles)]);
        let passes: u64 = tracks.sums("passes").values().sum();
        assert!(passes <= cycles, "passes follow each other");
        let moved = &layer["moved"];
        for (counter, words) in [
            ("input", &moved["global_buffer"]["input_read"]),
            ("weight", &moved["global_buffer"]["weight_read"]),
            ("psum_in", &moved["global_buffer"]["output_read"]),
            ("psum_out", &moved["global_buffer"]["output_write"]),
        ] {
            let words = number(words) as f64;
            let counted = tracks.integral(&format!("rate of network {counter}"));
            assert!(
                close(counted, words),
                "{name} {counter}: {counted} of {words}"
            );
        }
        let dram = &moved["dram"];
        let read: u64 = ["input_read", "weight_read", "output_read"]
            .iter()
            .map(|what| number(&dram[what]))
            .sum();
        let counted = tracks.integral("rate from DRAM");
        assert!(
            close(counted, read as f64),
            "{name}: {counted} of {read} words"
        );
        let stored = number(&dram["output_write"]) as f64;
        let counted = tracks.integral("rate to DRAM");
        assert!(
            close(counted, stored),
            "{name}: {counted} of {stored} words"
        );
    }
    let tracks = perfetto(&path("fc8.pftrace"), 1);
    let banks = tracks
        .slices
        .keys()
        .filter(|t| t.starts_with("DRAM 0 bank"));
    let banks = banks.count();
    assert!(banks >= 16, "{banks} banks open a row");
}

#[test]
fn coarse_steps_keep_the_totals() {
    let (fine, coarse) = (path("fine.pftrace"), path("coarse.pftrace"));
    let (answer, note) = traced(&SMALL, &fine, &["--trace-step", "1"]);
    assert!(!note.contains("note:"), "{note}");
    let (_, note) = traced(&SMALL, &coarse, &["--trace-step", "1000"]);
    assert!(note.contains("within 1000 cycles"), "{note}");
    let (fine, coarse) = (perfetto(&fine, 1), perfetto(&coarse, 1));
    assert_eq!(fine.sums("array"), totals(&answer));
    assert_eq!(coarse.sums("array"), fine.sums("array"));
    assert!(coarse.slices["passes"].len() < fine.slices["passes"].len());
}

#[test]
fn json_trace_events_have_the_runs_totals() {
    let file = path("alexnet.json");
    let target = [
        "simulate",
        "--arch",
        "tpu-v1",
        "--network",
        "alexnet",
        "--layer",
        "conv3",
        "--layer",
        "conv4",
        "--layer",
        "conv5",
    ];
    let (answer, _) = traced(
        &target,
        &file,
        &["--trace-layer", "conv3", "--trace-layer", "1"],
    );
    let written = std::fs::read_to_string(&file).expect("the trace is written");
    let trace: Value = serde_json::from_str(&written).expect("JSON");
    let events = trace["traceEvents"].as_array().expect("a list");
    let named = |event: &&Value| event["args"]["name"] == "array";
    let array = &events.iter().find(named).expect("the array's track")["tid"];
    let mut sums = Totals::new();
    // Microseconds of a clock of 700 MHz.
    let cycles = |value: &Value| (value.as_f64().expect("a number") * 700.0).round() as u64;
    for slice in events
        .iter()
        .filter(|e| e["ph"] == "X" && e["tid"] == *array)
    {
        let name = slice["name"].as_str().expect("a name");
        *sums.entry(name.to_owned()).or_default() += cycles(&slice["dur"]);
    }
    let two = serde_json::json!({"layers": [answer["layers"][0], answer["layers"][1]]});
    assert_eq!(sums, totals(&two), "the two layers that were picked");
}

#[test]
fn waveforms_have_the_runs_totals() {
    let mut read = Vec::new();
    for name in ["fc8.fst", "fc8.vcd"] {
        let file = path(name);
        let (answer, _) = traced(&SMALL, &file, &[]);
        let wave = signals(&file);
        let cycles = number(&answer["layers"][0]["cycles"]);
        assert_eq!(held(&wave, "array.running"), cycles, "{name}");
        for (cause, cycles) in totals(&answer) {
            let signal = match cause.as_str() {
                "work" => "array.work".to_owned(),
                cause => format!("stalls.{}", cause.replace(':', "_")),
            };
            assert_eq!(held(&wave, &signal), cycles, "{name}: {cause}");
        }
        let sent = &answer["layers"][0]["moved"]["global_buffer"]["weight_read"];
        assert_eq!(held(&wave, "networks.weight_words"), number(sent), "{name}");
        read.push(wave);
    }
    assert_eq!(read[0], read[1], "both files show the same");
}

/// By signal, its values: from when, and what.
type Signals = BTreeMap<String, Vec<(u64, u64)>>;

/// Value times time of a signal.
fn held(wave: &Signals, signal: &str) -> u64 {
    let values = &wave[signal];
    values.windows(2).map(|v| v[0].1 * (v[1].0 - v[0].0)).sum()
}

fn signals(file: &str) -> Signals {
    let mut wave = wellen::simple::read(file).expect("a waveform that others read");
    let found: Vec<_> = {
        let hierarchy = wave.hierarchy();
        let vars = hierarchy.all_vars();
        vars.map(|v| (hierarchy[v].full_name(hierarchy), hierarchy[v].signal_ref()))
            .collect()
    };
    wave.load_signals(&found.iter().map(|(_, signal)| *signal).collect::<Vec<_>>());
    let times = wave.time_table().to_vec();
    let mut signals = Signals::new();
    for (name, id) in found {
        let signal = wave.get_signal(id).expect("it was loaded");
        let value = |value: wellen::SignalValueRef<'_>| {
            let bits = value.to_bit_string().expect("a bit vector");
            u64::from_str_radix(&bits, 2).expect("no unknown bits")
        };
        let changes = signal
            .iter_changes()
            .map(|(at, v)| (times[at as usize], value(v)));
        let name = name
            .split_once('.')
            .expect("below the machine")
            .1
            .to_owned();
        let mut changes: Vec<_> = changes.collect();
        changes.dedup_by_key(|(_, value)| *value);
        signals.insert(name, changes);
    }
    signals
}

#[test]
fn a_window_keeps_its_cycles_only() {
    let file = path("window.pftrace");
    traced(&LAYER, &file, &["--trace-window", "5000..6000"]);
    let tracks = perfetto(&file, 5);
    let sums: u64 = tracks.sums("array").values().sum();
    assert_eq!(sums, 1000);
    assert_eq!(tracks.slices["layers"][0].1, 5000);
    for (track, slices) in &tracks.slices {
        for (name, from, to) in slices {
            assert!(5000 <= *from && *to <= 6000, "{track}: {name} {from} {to}");
        }
    }
    let file = path("window.vcd");
    traced(&LAYER, &file, &["--trace-window", "5000..6000"]);
    assert_eq!(held(&signals(&file), "array.running"), 5000, "nanoseconds");
    let file = path("window.txt");
    traced(&LAYER, &file, &["--trace-window", "0..1"]);
    let first = std::fs::read_to_string(&file).expect("the trace is written");
    assert!(first.lines().count() < 10, "{first}");
}

/// At 700 MHz a cycle takes 1428.57 ps: each time is rounded by itself, so that errors do not add up.
#[test]
fn a_period_of_no_whole_nanoseconds_is_in_picoseconds() {
    let target = ["simulate", "--arch", "tpu-v1", "--network", "alexnet"];
    let target = [&target[..], &["--layer", "fc8"]].concat();
    let mut read = Vec::new();
    for name in ["tpu.fst", "tpu.vcd"] {
        let file = path(name);
        let (answer, _) = traced(&target, &file, &[]);
        let wave = signals(&file);
        let cycles = number(&answer["layers"][0]["cycles"]) as f64;
        let picoseconds = (cycles * 1e6 / 700.0).round();
        assert_eq!(held(&wave, "array.running") as f64, picoseconds, "{name}");
        read.push(wave);
    }
    assert_eq!(read[0], read[1], "both files show the same");
    let vcd = std::fs::read_to_string(path("tpu.vcd")).expect("the trace is written");
    assert!(vcd.contains("$timescale 1 ps"), "{}", &vcd[..400]);
    assert!(vcd.contains("(700 MHz)"), "{}", &vcd[..400]);
}

#[test]
fn text_folds_long_repeats() {
    let file = path("layer.txt");
    traced(&LAYER, &file, &[]);
    let folded = std::fs::read_to_string(&file).expect("the trace is written");
    assert!(folded.contains("lines again  x"), "{folded}");
    assert!(
        folded.lines().count() < 2000,
        "{} lines",
        folded.lines().count()
    );
}

#[test]
fn what_cannot_be_traced_is_refused() {
    let refuse = |more: &[&str], parts: &[&str]| refuses(&[&LAYER, more].concat(), 2, parts);
    refuse(&["--trace", "x.svg"], &["x.svg", ".perfetto-trace", ".fst"]);
    refuse(
        &["--trace", "x.vcd", "--trace-layer", "layer1.0.conv"],
        &[
            "--trace-layer layer1.0.conv",
            "did you mean `layer1.0.conv1`",
        ],
    );
    refuse(
        &["--trace", "x.vcd", "--trace-window", "9..9"],
        &["the first before the second"],
    );
    refuse(&["--trace-window", "1..9"], &["--trace"]);
    let whole = [
        "simulate",
        "--arch",
        "eyeriss",
        "--network",
        "resnet18",
        "--trace",
        "x.fst",
    ];
    refuses(&whole, 2, &["at most 4194304 cycles", "--trace-window"]);
}

/// The script reads a trace with Perfetto's own messages, then with its trace processor, and prints
/// what each found; what cannot be had is said.
const SCRIPT: &str = r#"
import collections, json, sys
from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace
data = open(sys.argv[1], "rb").read()
trace = Trace()
trace.ParseFromString(data)
# What no message knows is kept, and so makes a difference when it is left out.
before = trace.ByteSize()
trace.DiscardUnknownFields()
names, begun, sums = {}, {}, collections.Counter()
for packet in trace.packet:
    if packet.HasField("track_descriptor"):
        names[packet.track_descriptor.uuid] = packet.track_descriptor.name
    event = packet.track_event
    if event.type == event.TYPE_SLICE_BEGIN:
        begun[event.track_uuid] = (event.name, packet.timestamp)
    elif event.type == event.TYPE_SLICE_END:
        name, at = begun.pop(event.track_uuid)
        sums[names[event.track_uuid] + "/" + name] += packet.timestamp - at
print(json.dumps({"unknown": before - trace.ByteSize(), "sums": sums}))
try:
    from perfetto.trace_processor import TraceProcessor
    processor = TraceProcessor(trace=sys.argv[1])
except BaseException as error:
    print(json.dumps({"none": str(error)[:200]}))
    sys.exit()
rows = processor.query("""
    select track.name || '/' || slice.name as name, sum(slice.dur) as dur
    from slice join track on slice.track_id = track.id group by 1""")
counters = processor.query("select distinct name from counter_track")
errors = processor.query("""
    select coalesce(sum(value), 0) as n from stats
    where severity in ('error', 'data_loss')""")
print(json.dumps({"sums": {row.name: row.dur for row in rows},
                  "counters": sorted(row.name for row in counters),
                  "errors": [row.n for row in errors][0]}))
"#;

#[test]
#[allow(clippy::print_stderr, reason = "what is skipped is said")]
fn perfetto_itself_opens_a_trace() {
    let Some(python) = python() else {
        eprintln!("skipped: Perfetto's Python package cannot be installed");
        return;
    };
    let file = path("perfetto.pftrace");
    let (answer, _) = traced(&LAYER, &file, &[]);
    let output = Command::new(python)
        .args(["-c", SCRIPT, &file])
        .output()
        .expect("Python runs");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let lines = text(&output.stdout);
    let mut lines = lines.lines().filter(|line| line.starts_with('{'));
    let mut found = || -> Value {
        let line = lines.next().expect("an answer of each reader");
        serde_json::from_str(line).expect("JSON")
    };
    let array = |found: &Value| -> Totals {
        let all = found["sums"].as_object().expect("a map");
        let array = all
            .iter()
            .filter_map(|(name, sum)| Some((name.strip_prefix("array/")?, sum)));
        array
            .map(|(name, sum)| (name.to_owned(), number(sum) / 5))
            .collect()
    };
    let messages = found();
    assert_eq!(messages["unknown"], 0, "every field is one of Perfetto's");
    assert_eq!(array(&messages), totals(&answer));
    let processor = found();
    if let Some(why) = processor.get("none") {
        eprintln!("skipped: Perfetto's trace processor cannot be had: {why}");
        return;
    }
    assert_eq!(array(&processor), totals(&answer));
    assert_eq!(processor["errors"], 0);
    let counters = processor["counters"].to_string();
    for counter in ["buffer input", "rate of network weight", "rate from DRAM"] {
        assert!(counters.contains(counter), "{counters}");
    }
}

/// A Python that has Perfetto's package: the one at hand, or one of this test's own.
fn python() -> Option<PathBuf> {
    let has_it = |python: &PathBuf| {
        let output = Command::new(python)
            .args(["-c", "import perfetto"])
            .output();
        output.is_ok_and(|output| output.status.success())
    };
    let at_hand = PathBuf::from("python3");
    if has_it(&at_hand) {
        return Some(at_hand);
    }
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("perfetto-python");
    let own = folder.join("bin/python");
    if !has_it(&own) {
        let run = |command: &mut Command| command.output().is_ok_and(|o| o.status.success());
        let _ = run(Command::new("python3").args(["-m", "venv"]).arg(&folder));
        let install = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--retries",
            "0",
            "--timeout",
            "10",
        ];
        run(Command::new(&own).args(install).args(["perfetto==0.59.1"]));
    }
    has_it(&own).then_some(own)
}

#[test]
fn traces_are_the_same_at_every_pace() {
    let target = [
        "simulate",
        "--arch",
        "systolic",
        "--network",
        "alexnet",
        "--layer",
        "7",
    ];
    let small = ["--set", "array.rows=64", "--set", "dram.kind=lpddr4-2400"];
    let target = [&target[..], &small].concat();
    for end in ["txt", "json", "vcd"] {
        let written = ["every-cycle", "skip-idle", "skip-periods"].map(|pace| {
            let file = path(&format!("{pace}.{end}"));
            json(
                &[
                    &target[..],
                    &["--trace", &file, "--pace", pace, "--format", "json"],
                ]
                .concat(),
            );
            std::fs::read_to_string(&file).expect("the trace is written")
        });
        assert_eq!(written[0], written[1], "{end}");
        assert_eq!(written[0], written[2], "{end}");
    }
}
