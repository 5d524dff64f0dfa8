//! Waveform files: FST, which is compressed, and VCD, which is text.

use fst_writer::{
    FstFileType, FstHeaderWriter, FstInfo, FstScopeType, FstSignalType, FstVarDirection, FstVarType,
};
use vcd::{TimescaleUnit, Value};

use crate::wave::{Change, Signal, Wave};

/// What the writers of formats refuse.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const VERSION: &str = concat!("stationary ", env!("CARGO_PKG_VERSION"));

/// As FST.
pub fn fst(wave: &Wave) -> Result<Vec<u8>> {
    let (start, initial, changes) = beginning(wave);
    let time = |cycle: u64| time(wave, cycle);
    let info = FstInfo {
        start_time: time(start),
        timescale_exponent: if wave.clock.is_whole() { -9 } else { -12 },
        version: VERSION.to_owned(),
        date: String::new(),
        file_type: FstFileType::Verilog,
    };
    let mut header = FstHeaderWriter::write_to_mem(&info)?;
    header.scope(identifier(&wave.title), "", FstScopeType::Module)?;
    let mut ids = Vec::new();
    for (scope, signals) in scopes(wave) {
        header.scope(scope, "", FstScopeType::Module)?;
        for signal in signals {
            let kind = FstSignalType::bit_vec(signal.width());
            let id = header.var(
                &signal.name,
                kind,
                FstVarType::Wire,
                FstVarDirection::Implicit,
                None,
            )?;
            ids.push((id, signal.width()));
        }
        header.up_scope()?;
    }
    header.up_scope()?;
    let mut body = header.finish()?;
    body.time_change(time(start))?;
    for ((id, width), value) in ids.iter().zip(initial) {
        body.signal_change(*id, &bits(value, *width))?;
    }
    let mut now = start;
    for Change { at, signal, value } in changes {
        if *at > now {
            body.time_change(time(*at))?;
            now = *at;
        }
        let (id, width) = ids[*signal];
        body.signal_change(id, &bits(*value, width))?;
    }
    Ok(body.finish()?.into_inner())
}

/// As VCD.
pub fn vcd(wave: &Wave) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut out = vcd::Writer::new(&mut text);
    out.version(VERSION)?;
    out.comment(&wave.clock.text())?;
    let is_whole = wave.clock.is_whole();
    let unit = if is_whole {
        TimescaleUnit::NS
    } else {
        TimescaleUnit::PS
    };
    out.timescale(1, unit)?;
    out.add_module(&identifier(&wave.title))?;
    let mut ids = Vec::new();
    for (scope, signals) in scopes(wave) {
        out.add_module(scope)?;
        for signal in signals {
            let id = out.add_wire(signal.width(), &signal.name)?;
            ids.push((id, signal.width()));
        }
        out.upscope()?;
    }
    out.upscope()?;
    out.enddefinitions()?;
    let (start, initial, changes) = beginning(wave);
    out.timestamp(time(wave, start))?;
    out.begin(vcd::SimulationCommand::Dumpvars)?;
    for ((id, width), value) in ids.iter().zip(initial) {
        set(&mut out, *id, value, *width)?;
    }
    out.end()?;
    let mut now = start;
    for Change { at, signal, value } in changes {
        if *at > now {
            out.timestamp(time(wave, *at))?;
            now = *at;
        }
        let (id, width) = ids[*signal];
        set(&mut out, id, *value, width)?;
    }
    out.flush()?;
    Ok(text)
}

/// The time of a cycle: in nanoseconds where all cycles begin at whole ones, else in picoseconds.
fn time(wave: &Wave, cycle: u64) -> u64 {
    if wave.clock.is_whole() {
        wave.clock.nanoseconds(cycle)
    } else {
        wave.clock.picoseconds(cycle)
    }
}

/// When the wave begins, the values of all signals then, and the changes after.
fn beginning(wave: &Wave) -> (u64, Vec<u64>, &[Change]) {
    let start = wave.changes.first().map_or(0, |change| change.at);
    let first = wave.changes.partition_point(|change| change.at == start);
    let (first, rest) = wave.changes.split_at(first);
    let mut values = vec![0; wave.signals.len()];
    for change in first {
        values[change.signal] = change.value;
    }
    (start, values, rest)
}

fn set(
    out: &mut vcd::Writer<&mut Vec<u8>>,
    id: vcd::IdCode,
    value: u64,
    width: u32,
) -> std::io::Result<()> {
    if width == 1 {
        return out.change_scalar(id, value == 1);
    }
    let bit = |i| Value::from(value >> i & 1 == 1);
    out.change_vector(id, (0..width).rev().map(bit))
}

/// The signals by component.
fn scopes(wave: &Wave) -> impl Iterator<Item = (&str, &[Signal])> {
    let groups = wave.signals.chunk_by(|a, b| a.scope == b.scope);
    groups.map(|signals| (signals[0].scope.as_str(), signals))
}

/// The bits of a value as characters, the highest first.
fn bits(value: u64, width: u32) -> Vec<u8> {
    let bit = |i| if value >> i & 1 == 1 { b'1' } else { b'0' };
    (0..width).rev().map(bit).collect()
}

/// A name without what viewers take for separators.
fn identifier(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    name.chars().map(plain).collect()
}
