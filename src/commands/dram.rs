//! `dram`: an address trace through a memory.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use flate2::bufread::MultiGzDecoder;
use serde_json::{Value, json};
use stationary::arch::dram::Standard;
use stationary::sim::dram::{Memory, Replay, Statistics, parse_trace, replay};

use crate::Answer;
use crate::cli::{Common, Dram, Format};
use crate::report::format::{percent, table, thousands};
use crate::{inputs, output};

/// Replays a trace.
pub fn dram(args: &Dram, common: &Common) -> Result<Answer> {
    let standard = inputs::standard(&args.dram)?;
    let name = args.trace.display();
    let text = read(&args.trace).with_context(|| format!("cannot read {name}"))?;
    let trace = parse_trace(&text).map_err(|error| anyhow!("{name}:{error}"))?;
    let bytes = standard.organization().bytes();
    let outside = trace.iter().filter(|request| request.address >= bytes);
    let outside = outside.count();
    if outside > 0 && !common.quiet {
        output::complain(&format!(
            "{name}: {outside} addresses lie beyond the {bytes} bytes of {}; their upper bits are \
             left out",
            standard.name()
        ));
    }
    let mut memory = Memory::new(&standard);
    let replay = replay(&mut memory, &trace, args.issue_per_clock);
    let rows = rows(&standard, &replay, &memory.statistics());
    output::print(&match common.format {
        Format::Json => serde_json::to_string_pretty(&Value::Object(rows.into_iter().collect()))?,
        Format::Csv => csv(&rows),
        Format::Table => people(&rows),
    })?;
    Ok(Answer::Yes)
}

/// A trace's text, unpacked if it starts as gzip does.
fn read(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    BufReader::new(File::open(path)?).read_to_end(&mut bytes)?;
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text)?;
    } else {
        text = String::from_utf8(bytes)?;
    }
    Ok(text)
}

fn rows(standard: &Standard, replay: &Replay, s: &Statistics) -> Vec<(String, Value)> {
    let burst = standard.organization().burst_bytes();
    let cycles = replay.cycles;
    let bytes_per_cycle = (replay.done * burst) as f64 / cycles.max(1) as f64;
    let nanoseconds = cycles as f64 * f64::from(standard.clock().0) / 1000.0;
    let rows = [
        ("schema", json!("stationary/dram/1")),
        ("dram", json!(standard.name())),
        ("requests", json!(replay.done)),
        ("reads", json!(s.reads)),
        ("writes", json!(s.writes)),
        ("cycles", json!(cycles)),
        ("last_issue_cycle", json!(replay.last_push)),
        ("nanoseconds", json!(nanoseconds)),
        ("mean_read_latency_cycles", json!(s.read_latency_mean())),
        ("max_read_latency_cycles", json!(s.read_latency_max)),
        ("bytes_per_request", json!(burst)),
        ("bytes_per_cycle", json!(bytes_per_cycle)),
        (
            "peak_share",
            json!(bytes_per_cycle / standard.peak_bytes_per_cycle()),
        ),
        ("row_hits", json!(s.row_hits)),
        ("row_misses", json!(s.row_misses)),
        ("row_conflicts", json!(s.row_conflicts)),
        ("forwarded", json!(s.forwarded)),
        ("merged", json!(s.merged)),
        ("activates", json!(s.activates)),
        ("precharges", json!(s.precharges)),
        ("refreshes", json!(s.refreshes)),
    ];
    rows.map(|(name, value)| (name.to_owned(), value)).into()
}

/// A number or a word without quotes.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn csv(rows: &[(String, Value)]) -> String {
    let names: Vec<_> = rows.iter().map(|(name, _)| name.as_str()).collect();
    let values: Vec<_> = rows.iter().map(|(_, value)| plain(value)).collect();
    format!("{}\n{}\n", names.join(","), values.join(","))
}

fn people(rows: &[(String, Value)]) -> String {
    let mut table = table(&["", ""], 1);
    for (name, value) in rows.iter().skip(1) {
        let text = match (name.as_str(), value.as_u64(), value.as_f64()) {
            ("peak_share", _, Some(share)) => percent(share),
            (_, Some(number), _) => thousands(number),
            (_, _, Some(number)) => format!("{number:.2}"),
            _ => plain(value),
        };
        table.add_row([name.replace('_', " "), text]);
    }
    table.to_string()
}
