//! A hierarchy as a machine of ours.
//!
//! ```text
//! the outermost storage            -> dram, as wide as its bandwidth, without latency
//! the storage of one instance      -> global buffer; of several, one inside the other, the innermost
//! storages at each multiplier      -> scratchpads, by the data space kept or by name
//! meshX x the rest of the multipliers -> columns x rows
//! ```

use std::fmt::Write as _;

use stationary_document::{Node, Reader};

use super::{Architecture, Storage};
use crate::import::quoted;
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
    // Around one multiplier every storage is of one instance: the outermost is the buffer.
    let is_buffer = |(at, s): &(usize, &Storage)| s.instances == 1 && (pes > 1 || *at == 0);
    let (buffers, inner): (Vec<_>, Vec<_>) = inner.iter().enumerate().partition(is_buffer);
    let [buffers, inner] =
        [buffers, inner].map(|all| all.into_iter().map(|(_, s)| s).collect::<Vec<_>>());
    let (pads, between): (Vec<_>, Vec<_>) = inner.into_iter().partition(|s| s.instances == pes);
    for storage in between {
        let count = storage.instances;
        let message = format!(
            "`{}`, with {count} instances between the buffer and {pes} multipliers, is left out",
            storage.name
        );
        reader.note(root, "", message);
    }
    let Some((buffer, outside)) = buffers.split_last() else {
        let message =
            "found no storage of one instance inside DRAM; a machine has one global buffer";
        reader.problem(root, "", message);
        return None;
    };
    for storage in outside {
        let message = format!(
            "`{}`, a buffer outside `{}`, is left out",
            storage.name, buffer.name
        );
        reader.note(root, "", message);
    }
    let pads = scratchpads(&pads, reader, root)?;
    let (cols, bits) = (a.arithmetic.mesh_x, a.arithmetic.word_bits);
    let bytes = buffer.words? as u128 * u128::from(buffer.word_bits) / 8;
    let mut text = format!("name: {}\n", quoted(&a.name));
    let mut line = |part: std::fmt::Arguments<'_>| {
        let _ = writeln!(text, "{part}");
    };
    if let Some(nanometres) = a.technology {
        line(format_args!("technology_nm: {nanometres}"));
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
    let out = whole(buffer.read_bandwidth.or(buffer.shared_bandwidth));
    let back = whole(buffer.write_bandwidth.or(buffer.shared_bandwidth));
    for (name, width) in [
        ("input", out),
        ("weight", out),
        ("psum_in", out),
        ("psum_out", back),
    ] {
        let width = width.map_or("all".to_owned(), |words| words.to_string());
        line(format_args!(
            "  {name}: {{words_per_cycle: {width}, topology: multicast}}"
        ));
    }
    line(format_args!(
        "global_buffer: {{kib: {}}}",
        bytes as f64 / 1024.0
    ));
    match whole(dram.shared_bandwidth.or(dram.read_bandwidth)) {
        Some(words) => line(format_args!(
            "dram: {{kind: bandwidth, words_per_cycle: {words}, latency: 0, word_bits: {}}}",
            dram.word_bits
        )),
        None => line(format_args!("dram: {{kind: ideal}}")),
    }
    line(format_args!(
        "precision: {{input: {bits}, weight: {bits}, output: {bits}, partial_sum: {}}}",
        buffer.word_bits
    ));
    reader.note(
        root,
        "",
        "Timeloop has no network widths, dataflows or clock: taken are the buffer's bandwidth for \
         each network, every dataflow, and 1 GHz",
    );
    Some(text)
}

fn whole(words: Option<f64>) -> Option<u64> {
    words.map(|words| (words as u64).max(1))
}

/// Words of each operand's scratchpad.
fn scratchpads(pads: &[&Storage], reader: &mut Reader, root: &Node) -> Option<PerOperand<u64>> {
    if let [shared] = pads
        && shared.keep.is_none()
    {
        let message = format!(
            "`{}` is taken for each operand, not shared between them",
            shared.name
        );
        reader.note(root, "", message);
        return Some(PerOperand::from_fn(|_| shared.words.unwrap_or(1)));
    }
    let mut words = PerOperand {
        input: 1,
        weight: 1,
        output: 1,
    };
    for pad in pads {
        let kept = pad.keep.clone().unwrap_or_else(|| vec![pad.name.clone()]);
        for name in kept {
            let Some(operand) = operand(&name) else {
                let message = format!(
                    "`{}` holds `{name}`, which is no operand; needed a name with input, ifmap or \
                     act, weight or filter, output, ofmap or psum in it",
                    pad.name
                );
                reader.problem(root, "", message);
                return None;
            };
            if pad.keep.is_none() {
                reader.note(
                    root,
                    "",
                    format!("`{}` is taken for the {operand}, by its name", pad.name),
                );
            }
            words[operand] = pad.words.unwrap_or(1);
        }
    }
    Some(words)
}

/// The operand that a name most plainly speaks of.
pub(crate) fn operand(name: &str) -> Option<Operand> {
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["psum", "output", "ofmap", "accum"]) {
        Some(Operand::Output)
    } else if has(&["weight", "filter", "wght"]) {
        Some(Operand::Weight)
    } else if has(&["input", "ifmap", "iact", "act"]) {
        Some(Operand::Input)
    } else {
        None
    }
}
