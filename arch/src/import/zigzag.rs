//! ZigZag's accelerator files.
//!
//! ```text
//! the memory that serves every dimension and is outermost -> dram
//! the outermost inside of it that serve every dimension    -> partitions of the global buffer
//! an operand that none of them holds, as in in-memory computing -> room for it on its way
//! memories that serve none (one a PE)                     -> scratchpads
//! dimensions D1 x D2 (x D3 x D4)                          -> columns x rows
//! ```
//!
//! A core of Stream has no DRAM: all its shared memories are on the chip. A memory is DRAM by its name, or
//! where it has 128 MiB or more. Older files call the array
//! `multipliers`, and give each memory one `r_bw` instead of a bandwidth for each port. Sizes and bandwidths are in bits. `I1` is the input, `I2` the weight, `O` the output, as in
//! ZigZag's own examples.

use std::fmt::Write as _;

use stationary_document::{Diagnostic, Node, NodeKind, Reader};

use super::{quoted, transit};
use crate::operand::Operand;

/// What files call the array.
const ARRAY: [&str; 2] = ["operational_array", "multipliers"];

/// Words of names that memory off the chip has.
const OFF_CHIP: [&str; 4] = ["dram", "ddr", "hbm", "offchip"];

/// Memory off the chip by its size alone, in bits.
const LEAST_OFF_CHIP: u64 = 1 << 30;

pub(super) fn is_accelerator(root: &Node) -> bool {
    let is_core =
        ARRAY.iter().any(|name| root.get(name).is_some()) && root.get("memories").is_some();
    is_core || is_system(root)
}

/// Whether a file is a system of Stream, cores in files of their own.
fn is_system(root: &Node) -> bool {
    root.get("cores").is_some() && root.get("memories").is_none() && root.get("array").is_none()
}

struct ZigZagMemory {
    name: String,
    bits: u64,
    operands: Vec<Operand>,
    /// How many array dimensions share one instance.
    serves: usize,
    bandwidth: u64,
}

impl ZigZagMemory {
    fn is_off_chip(&self) -> bool {
        let name = self.name.to_lowercase().replace(['_', '-'], "");
        OFF_CHIP.iter().any(|word| name.contains(word)) || self.bits >= LEAST_OFF_CHIP
    }
}

pub(super) fn read(file: &str, root: &Node) -> Result<(String, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut reader = Reader::new(file);
    let text = text(&mut reader, root);
    reader.finish(text)
}

fn text(reader: &mut Reader, root: &Node) -> Option<String> {
    if is_system(root) {
        let cores = root.get("cores")?;
        let needed = "needed the file of one core, as a machine here has one array";
        let message = format!("found {}; {needed}", cores.describe());
        reader.problem(cores, "cores", message);
        return None;
    }
    let [current, older] = ARRAY;
    let fields = reader.noted_fields(root, "", &["name", "memories", current, older])?;
    let name = fields.get("name").and_then(Node::text).unwrap_or("zigzag");
    let (path, array) = fields.any(&ARRAY)?;
    let ([rows, cols], dimensions) = sides(reader, array, path)?;
    let node = reader.required(fields, "", "memories")?;
    let memories = memories(reader, node)?;
    let (shared, own): (Vec<_>, Vec<_>) = memories.iter().partition(|m| m.serves >= dimensions);
    let (pads, between): (Vec<_>, Vec<_>) = own.into_iter().partition(|m| m.serves == 0);
    for memory in between {
        let message = format!(
            "`{}`, shared along {} of {dimensions} dimensions of the array, is left out",
            memory.name, memory.serves
        );
        reader.note(root, "memories", message);
    }
    let outside = shared.split_last().map(|(last, inside)| {
        let is_dram = last.is_off_chip();
        if is_dram {
            (Some(*last), inside)
        } else {
            (None, shared.as_slice())
        }
    });
    let Some((dram, buffers)) = outside else {
        reader.problem(
            root,
            "memories",
            "found none that serves the whole array; needed DRAM and a buffer",
        );
        return None;
    };
    let buffer = |operand: Operand| {
        let holds = |m: &&&ZigZagMemory| m.operands.contains(&operand);
        buffers.iter().rfind(holds).copied()
    };
    let words = |operand: Operand| {
        let pad = pads.iter().rfind(|m| m.operands.contains(&operand));
        pad.map_or(1, |m| (m.bits / 8).max(1))
    };
    let mut text = format!("name: {}\ndataflows: [ws, os, is, rs]\n", quoted(name));
    let _ = writeln!(text, "array: {{rows: {rows}, cols: {cols}}}\nscratchpads:");
    for operand in Operand::ALL {
        let _ = writeln!(text, "  {operand}: {{words: {}}}", words(operand));
    }
    let _ = writeln!(text, "networks:");
    let width = |operand: Operand| {
        let source = buffer(operand).or(dram);
        source.map_or(1, |m| (m.bandwidth / 8).max(1))
    };
    for (network, operand) in [
        ("input", Operand::Input),
        ("weight", Operand::Weight),
        ("psum_in", Operand::Output),
        ("psum_out", Operand::Output),
    ] {
        let _ = writeln!(
            text,
            "  {network}: {{words_per_cycle: {}, topology: multicast}}",
            width(operand)
        );
    }
    let mut groups: Vec<(Option<&str>, f64, Vec<Operand>)> = Vec::new();
    for operand in Operand::ALL {
        let held = buffer(operand);
        let name = held.map(|memory| memory.name.as_str());
        let known = groups
            .iter_mut()
            .find(|(known, ..)| known.is_some() && *known == name);
        if let Some((.., operands)) = known {
            operands.push(operand);
            continue;
        }
        let kib = match held {
            Some(memory) => (memory.bits / 8) as f64 / 1024.0,
            None => {
                let pes = rows.saturating_mul(cols);
                let (kib, message) = transit(operand, pes.saturating_mul(words(operand)), 8);
                reader.note(root, "memories", message);
                kib
            }
        };
        groups.push((name, kib, vec![operand]));
    }
    let _ = writeln!(text, "global_buffer:\n  partitions:");
    for (_, kib, operands) in &groups {
        let names: Vec<_> = operands.iter().map(|o| o.name()).collect();
        let _ = writeln!(
            text,
            "    - {{operands: [{}], kib: {kib}}}",
            names.join(", ")
        );
    }
    if let Some(dram) = dram {
        let words = (dram.bandwidth / 8).max(1);
        let _ = writeln!(
            text,
            "dram: {{kind: bandwidth, words_per_cycle: {words}, latency: 0, word_bits: 8}}"
        );
    } else {
        let _ = writeln!(text, "dram: {{kind: ideal}}");
        let message = "no memory is DRAM, by its name or its size: those that serve the whole array are \
                       taken for its buffer; DRAM's bandwidth is not in the file";
        reader.note(root, "memories", message);
    }
    for buffer in buffers {
        if !groups.iter().any(|(name, ..)| *name == Some(&buffer.name)) {
            let message = format!("`{}`, a buffer inside another, is left out", buffer.name);
            reader.note(root, "memories", message);
        }
    }
    let open = "words are taken to be of 8 bits and partial sums of 32; costs, latencies, port \
                allocations and dataflows are left out: energy and area come from our own tables";
    reader.note(root, "", open);
    Some(text)
}

/// Rows and columns of the array, and how many dimensions they are of: the first is the columns, the
/// others together the rows.
fn sides(reader: &mut Reader, node: &Node, path: &str) -> Option<([u64; 2], usize)> {
    let fields = reader.noted_fields(node, path, &["dimensions", "sizes"])?;
    let sizes = reader.required(fields, path, "sizes")?;
    let at = format!("{path}.sizes");
    let list = reader.list(sizes, &at)?;
    let read: Vec<u64> = list
        .iter()
        .filter_map(|size| reader.size(size, &at))
        .collect();
    let [cols, others @ ..] = read.as_slice() else {
        reader.problem(
            sizes,
            &at,
            "found no dimensions; needed at least one, of at least 1",
        );
        return None;
    };
    let rows = others
        .iter()
        .try_fold(1_u64, |rows, size| rows.checked_mul(*size));
    let Some(rows) = rows.filter(|_| read.len() == list.len()) else {
        reader.problem(
            sizes,
            &at,
            "needed sizes of at least 1 that an array can have",
        );
        return None;
    };
    if others.len() > 1 {
        let message = format!(
            "{} dimensions are taken as {cols} columns and {rows} rows",
            read.len()
        );
        reader.note(sizes, &at, message);
    }
    Some(([rows, *cols], read.len()))
}

fn memories(reader: &mut Reader, node: &Node) -> Option<Vec<ZigZagMemory>> {
    let NodeKind::Mapping(pairs) = &node.kind else {
        reader.problem(
            node,
            "memories",
            format!("found {}; needed memories by name", node.describe()),
        );
        return None;
    };
    let mut memories = Vec::new();
    for (key, node) in pairs {
        let name = key.text().unwrap_or("?").to_owned();
        let path = format!("memories.{name}");
        let costs = [
            "r_cost",
            "w_cost",
            "area",
            "latency",
            "min_r_granularity",
            "min_w_granularity",
        ];
        let automatic = [
            "r_port",
            "w_port",
            "rw_port",
            "auto_cost_extraction",
            "double_buffering_support",
            "mem_type",
        ];
        let used = [
            "size",
            "operands",
            "ports",
            "served_dimensions",
            "r_bw",
            "w_bw",
        ];
        let known: Vec<_> = used.into_iter().chain(costs).chain(automatic).collect();
        let fields = reader.noted_fields(node, &path, &known)?;
        let size = reader.required(fields, &path, "size")?;
        let bits = reader.size(size, &format!("{path}.size"))?;
        let list = reader.required(fields, &path, "operands")?;
        let mut operands = Vec::new();
        for item in reader.list(list, &format!("{path}.operands"))? {
            operands.push(match item.text() {
                Some("I1") => Operand::Input,
                Some("I2") => Operand::Weight,
                Some("O") => Operand::Output,
                found => {
                    let found = found.unwrap_or("no name").to_owned();
                    reader.unknown(item, &path, "unknown operand", &found, &["I1", "I2", "O"]);
                    return None;
                }
            });
        }
        let served = reader.required(fields, &path, "served_dimensions")?;
        let serves = reader
            .list(served, &format!("{path}.served_dimensions"))?
            .len();
        let bandwidth = match (fields.get("ports"), fields.get("r_bw")) {
            (_, Some(width)) => reader.size(width, &format!("{path}.r_bw"))?,
            (Some(ports), None) => widest(reader, ports, &format!("{path}.ports"))?,
            (None, None) => {
                reader.problem(node, &path, "missing field `ports`");
                return None;
            }
        };
        memories.push(ZigZagMemory {
            name,
            bits,
            operands,
            serves,
            bandwidth,
        });
    }
    Some(memories)
}

/// The bandwidth of the widest port that reads.
fn widest(reader: &mut Reader, node: &Node, path: &str) -> Option<u64> {
    let mut widest = 0;
    for (index, port) in reader.list(node, path)?.iter().enumerate() {
        let path = format!("{path}[{index}]");
        let used = [
            "name",
            "type",
            "bandwidth_min",
            "bandwidth_max",
            "allocation",
        ];
        let fields = reader.noted_fields(port, &path, &used)?;
        let kind = reader
            .required(fields, &path, "type")?
            .text()
            .unwrap_or_default();
        if !["read", "write", "read_write"].contains(&kind) {
            reader.unknown(
                port,
                &path,
                "unknown type",
                kind,
                &["read", "write", "read_write"],
            );
            return None;
        }
        let width = reader.required(fields, &path, "bandwidth_max")?;
        let width = reader.size(width, &format!("{path}.bandwidth_max"))?;
        if kind != "write" {
            widest = widest.max(width);
        }
    }
    Some(widest.max(1))
}
