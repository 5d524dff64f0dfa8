//! A hierarchy as a machine of ours.
//!
//! ```text
//! the outermost storage            -> dram, as wide as its bandwidth, without latency
//! storages of one instance         -> global buffer: for each operand the innermost that holds it
//! storages of several instances    -> the same, all together, where an operand has no other
//! no such storage                  -> room for it on the way: what the array holds, twice
//! storages at each multiplier      -> scratchpads, by the data space kept or by name
//! meshX x the rest of the multipliers -> columns x rows
//! ```

use std::fmt::Write as _;

use stationary_document::{Node, Reader};

use super::operands::{Known, held, listed};
use super::{Architecture, Storage};
use crate::import::{quoted, transit};
use crate::limits;
use crate::operand::{Operand, PerOperand};

/// The text of our format.
pub(super) fn text(a: &Architecture, reader: &mut Reader, root: &Node) -> Option<String> {
    let [dram, inner @ ..] = a.storages.as_slice() else {
        return None;
    };
    if !dram.is_dram {
        let message = format!("`{}`, outermost and no DRAM, is taken for it", dram.name);
        reader.note(root, "", message);
    }
    let pes = a.arithmetic.instances;
    let (buffers, inner) = split(inner, pes);
    let (pads, between): (Vec<_>, Vec<_>) = inner.into_iter().partition(|s| s.instances == pes);
    let pads = scratchpads(&pads, reader, root);
    let parts = partitions(a, [&buffers, &between], &pads, reader, root);
    let part = |operand| parts.iter().find(|part| part.operands.contains(&operand));
    let (cols, bits) = (a.arithmetic.mesh_x, a.arithmetic.word_bits);
    let mut text = format!("name: {}\n", quoted(&a.name));
    let mut line = |part: std::fmt::Arguments<'_>| {
        let _ = writeln!(text, "{part}");
    };
    if let Some(nanometres) = a.technology {
        line(format_args!("technology_nm: {nanometres}"));
    }
    if let Some(seconds) = a.cycle_seconds {
        // In whole kilohertz, as clocks are counted here.
        let kilohertz = (1e-3 / seconds).round();
        line(format_args!("clock_mhz: {}", kilohertz / 1e3));
    }
    line(format_args!("dataflows: [ws, os, is, rs]"));
    line(format_args!(
        "array: {{rows: {}, cols: {cols}}}",
        pes / cols
    ));
    line(format_args!("scratchpads:"));
    for operand in Operand::ALL {
        line(format_args!(
            "  {operand}: {{words: {}, double_buffered: true}}",
            pads[operand]
        ));
    }
    line(format_args!("networks:"));
    for (name, operand) in [
        ("input", Operand::Input),
        ("weight", Operand::Weight),
        ("psum_in", Operand::Output),
        ("psum_out", Operand::Output),
    ] {
        let source = part(operand)?;
        let bandwidth = if name == "psum_out" {
            source.write
        } else {
            source.read
        };
        let width = whole(bandwidth).map_or("all".to_owned(), |words| words.to_string());
        line(format_args!(
            "  {name}: {{words_per_cycle: {width}, topology: multicast}}"
        ));
    }
    match parts.as_slice() {
        [shared] => line(format_args!("global_buffer: {{kib: {}}}", shared.kib)),
        parts => {
            line(format_args!("global_buffer:\n  partitions:"));
            for part in parts {
                let names: Vec<_> = part.operands.iter().map(|o| o.name()).collect();
                line(format_args!(
                    "    - {{operands: [{}], kib: {}}}",
                    names.join(", "),
                    part.kib
                ));
            }
        }
    }
    match whole(dram.shared_bandwidth.or(dram.read_bandwidth)) {
        Some(words) => line(format_args!(
            "dram: {{kind: bandwidth, words_per_cycle: {words}, latency: 0, word_bits: {}}}",
            dram.word_bits
        )),
        None => line(format_args!("dram: {{kind: ideal}}")),
    }
    line(format_args!(
        "precision: {{input: {bits}, weight: {bits}, output: {bits}, partial_sum: {}}}",
        part(Operand::Output)?.word_bits.max(bits)
    ));
    let clock = match a.cycle_seconds {
        Some(_) => "",
        None => ", and 1 GHz, as the file gives no `global_cycle_seconds`",
    };
    let message = format!(
        "Timeloop has no network widths and dataflows: taken are the buffer's bandwidth for each \
         network, and every dataflow{clock}"
    );
    reader.note(root, "", message);
    Some(text)
}

/// The storages inside DRAM that are buffers of the whole array, and the others.
fn split(inner: &[Storage], pes: u64) -> (Vec<&Storage>, Vec<&Storage>) {
    let mut open = Operand::ALL.to_vec();
    inner.iter().partition(|storage| {
        // Around one multiplier every storage is of one instance: buffers are the outermost that
        // each operand has.
        let is_buffer = storage.instances == 1 && (pes > 1 || !open.is_empty());
        if is_buffer {
            let (operands, _) = held(storage);
            open.retain(|operand| !operands.contains(operand));
        }
        is_buffer
    })
}

/// A size, or the largest that a machine of ours can have where a file means that there is no limit.
fn capped(size: u128, most: u64, unit: &str, name: &str, reader: &mut Reader, root: &Node) -> u64 {
    match u64::try_from(size) {
        Ok(size) if size <= most => size,
        _ => {
            let message =
                format!("`{name}`, of {size} {unit}, is taken to have {most}, the most there are");
            reader.note(root, "", message);
            most
        }
    }
}

/// A partition of the global buffer, and how many words it gives and takes a cycle.
struct BufferPart {
    operands: Vec<Operand>,
    kib: f64,
    word_bits: u64,
    read: Option<f64>,
    write: Option<f64>,
}

impl BufferPart {
    /// All instances of a storage together.
    fn of(storage: &Storage, operand: Operand, reader: &mut Reader, root: &Node) -> Self {
        let words = u128::from(storage.words.unwrap_or(1)) * u128::from(storage.instances);
        let bytes = words * u128::from(storage.word_bits) / 8;
        let most = *limits::BUFFER_BYTES.end();
        let bytes = capped(bytes, most, "bytes", &storage.name, reader, root);
        let instances = storage.instances as f64;
        let all = |words: Option<f64>| words.map(|words| words * instances);
        Self {
            operands: vec![operand],
            kib: bytes as f64 / 1024.0,
            word_bits: storage.word_bits,
            read: all(storage.read_bandwidth.or(storage.shared_bandwidth)),
            write: all(storage.write_bandwidth.or(storage.shared_bandwidth)),
        }
    }
}

/// Of storages of several instances, the largest that holds an operand.
fn largest<'s>(between: &[&'s Storage], operand: Operand) -> Option<&'s Storage> {
    let holders = between.iter().filter(|s| held(s).0.contains(&operand));
    let words = |s: &&&Storage| u128::from(s.words.unwrap_or(1)) * u128::from(s.instances);
    holders.max_by_key(words).copied()
}

/// For each operand the innermost buffer that holds it; where none of one instance does, those that
/// stand side by side together, or room on its way.
fn partitions(
    a: &Architecture,
    [buffers, between]: [&[&Storage]; 2],
    pads: &PerOperand<u64>,
    reader: &mut Reader,
    root: &Node,
) -> Vec<BufferPart> {
    let mut together = Vec::new();
    let mut parts: Vec<(Option<usize>, BufferPart)> = Vec::new();
    for operand in Operand::ALL {
        let holder = buffers.iter().rposition(|s| held(s).0.contains(&operand));
        if let Some((_, part)) = parts
            .iter_mut()
            .find(|(known, _)| known.is_some() && *known == holder)
        {
            part.operands.push(operand);
            continue;
        }
        let part = match (holder, largest(between, operand)) {
            (Some(at), _) => BufferPart::of(buffers[at], operand, reader, root),
            (None, Some(storage)) => {
                together.push(&*storage.name);
                BufferPart::of(storage, operand, reader, root)
            }
            (None, None) => {
                let dram = &a.storages[0];
                let bits = a.arithmetic.word_bits;
                let words = a.arithmetic.instances.saturating_mul(pads[operand]);
                let (kib, message) = transit(operand, words, bits);
                reader.note(root, "", message);
                let bandwidth = dram.shared_bandwidth.or(dram.read_bandwidth);
                BufferPart {
                    operands: vec![operand],
                    kib,
                    word_bits: bits,
                    read: bandwidth,
                    write: dram.shared_bandwidth.or(dram.write_bandwidth),
                }
            }
        };
        parts.push((holder, part));
    }
    for storage in between {
        let (count, pes) = (storage.instances, a.arithmetic.instances);
        let taken = match together.contains(&&*storage.name) {
            true => "are taken together, as one buffer",
            false => "are left out",
        };
        let message = format!(
            "`{}`: {count} instances between the buffer and {pes} multipliers {taken}",
            storage.name
        );
        reader.note(root, "", message);
    }
    for (at, buffer) in buffers.iter().enumerate() {
        let is_used = parts.iter().any(|(holder, _)| *holder == Some(at));
        let (operands, known) = held(buffer);
        if is_used && known == Known::Named {
            let message = format!(
                "`{}` is taken for the {}, by its name",
                buffer.name,
                listed(&operands)
            );
            reader.note(root, "", message);
        }
        if !is_used {
            let inside = buffers[at + 1..].iter().map(|s| format!("`{}`", s.name));
            let inside: Vec<_> = inside.collect();
            let message = format!(
                "`{}`, a buffer outside {}, is left out",
                buffer.name,
                inside.join(", ")
            );
            reader.note(root, "", message);
        }
    }
    parts.into_iter().map(|(_, part)| part).collect()
}

fn whole(words: Option<f64>) -> Option<u64> {
    words.map(|words| (words as u64).max(1))
}

/// Words of each operand's scratchpad: those of the largest storage at a multiplier that holds it.
fn scratchpads(pads: &[&Storage], reader: &mut Reader, root: &Node) -> PerOperand<u64> {
    let mut words = PerOperand {
        input: 1,
        weight: 1,
        output: 1,
    };
    let mut holders: PerOperand<Option<&str>> = PerOperand::from_fn(|_| None);
    for pad in pads {
        let (operands, known) = held(pad);
        let message = match known {
            Known::Kept => None,
            Known::Named => Some(format!("for the {}, by its name", listed(&operands))),
            Known::Open => Some("for each operand, not shared between them".to_owned()),
        };
        if let Some(taken) = message {
            reader.note(root, "", format!("`{}` is taken {taken}", pad.name));
        }
        for operand in operands {
            let most = *limits::SCRATCHPAD_WORDS.end();
            let here = u128::from(pad.words.unwrap_or(1));
            let here = capped(here, most, "words", &pad.name, reader, root);
            if let Some(other) = holders[operand] {
                let (left, taken) = match here > words[operand] {
                    true => (other, &*pad.name),
                    false => (&*pad.name, other),
                };
                let message = format!(
                    "`{left}` is left out for the {operand}: a scratchpad is one level, as large as `{taken}`"
                );
                reader.note(root, "", message);
            }
            if holders[operand].is_none() || here > words[operand] {
                (words[operand], holders[operand]) = (here, Some(&*pad.name));
            }
        }
    }
    words
}
