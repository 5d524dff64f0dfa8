//! Attributes of a part, by the names that Timeloop's versions have for them.

use std::borrow::Cow;

use stationary_document::{Fields, Node, NodeKind, Reader, Variables};

use super::Storage;

/// Spellings of the attributes that are read.
const DEPTH: [&str; 3] = ["depth", "memory_depth", "entries"];
const WIDTH: [&str; 2] = ["width", "memory_width"];
const WORD_BITS: [&str; 4] = ["word-bits", "word_bits", "datawidth", "data_width"];
const BLOCK: [&str; 3] = ["block-size", "block_size", "n_words"];
const CLUSTER: [&str; 2] = ["cluster-size", "cluster_size"];
const BUFFERING: [&str; 2] = ["multiple-buffering", "multiple_buffering"];
pub(super) const MESH_X: [&str; 2] = ["meshX", "mesh_x"];
/// What Accelergy's multipliers call the width of their operands.
const OPERAND_BITS: [&str; 1] = ["multiplier_width"];

/// Seconds of a clock, to Accelergy.
const CYCLE_SECONDS: &str = "global_cycle_seconds";

/// A technology node in nanometres, from `65nm` or `65`.
fn technology(node: &Node) -> Option<u32> {
    node.text()?.trim_end_matches("nm").trim().parse().ok()
}

/// The attributes of a part, those that are not used noted.
pub(super) struct Attributes<'n> {
    pub(super) fields: Option<Fields<'n>>,
    /// Attributes of the containers around, outer to inner, which hold where the part says nothing.
    around: Vec<&'n Node>,
    variables: Variables<'n>,
    path: String,
}

impl<'n> Attributes<'n> {
    /// The attributes at a node, whose expressions may use these names.
    pub(super) fn new(
        reader: &mut Reader,
        node: Option<&'n Node>,
        variables: &Variables<'n>,
        path: String,
        others: &[&str],
    ) -> Self {
        let known: Vec<&str> = [
            &DEPTH[..],
            &WIDTH,
            &WORD_BITS,
            &BLOCK,
            &CLUSTER,
            &BUFFERING,
            &MESH_X,
            &OPERAND_BITS,
        ]
        .concat()
        .into_iter()
        .chain([
            "read_bandwidth",
            "write_bandwidth",
            "shared_bandwidth",
            "bandwidth",
            "sizeKB",
            "size",
            "technology",
            CYCLE_SECONDS,
        ])
        .chain(others.iter().copied())
        .collect();
        let node = node.filter(|node| node.kind != NodeKind::Null);
        let fields = node.and_then(|node| reader.noted_fields(node, &path, &known));
        Self {
            fields,
            around: Vec::new(),
            variables: variables.inside(node),
            path,
        }
    }

    /// What the variables say of the whole design.
    pub(super) fn of_design(node: Option<&'n Node>, variables: &Variables<'n>) -> Self {
        Self {
            fields: None,
            around: node.into_iter().collect(),
            variables: variables.clone(),
            path: "variables".to_owned(),
        }
    }

    /// The same, with what the containers around say.
    pub(super) fn within(mut self, around: &[&'n Node]) -> Self {
        self.around = around.to_vec();
        self
    }

    pub(super) fn any(&self, names: &[&'static str]) -> Option<(String, &'n Node)> {
        let own = self.fields.and_then(|fields| fields.any(names));
        let of = |node: &'n Node, name: &'static str| {
            let value = node.get(name)?;
            (value.kind != NodeKind::Null).then_some((name, value))
        };
        let around = || {
            let mut around = self.around.iter().rev();
            around.find_map(|node| names.iter().find_map(|name| of(node, name)))
        };
        let (name, node) = own.or_else(around)?;
        Some((format!("{}.{name}", self.path), node))
    }

    /// The value of an attribute, its expression worked out.
    fn value(
        &self,
        reader: &mut Reader,
        names: &[&'static str],
    ) -> Option<(String, Cow<'n, Node>)> {
        let (path, node) = self.any(names)?;
        let node = self.variables.resolved(reader, node, &path)?;
        Some((path, node))
    }

    pub(super) fn size(&self, reader: &mut Reader, names: &[&'static str]) -> Option<u64> {
        let (path, node) = self.value(reader, names)?;
        reader.size(&node, &path)
    }

    /// A number of more than 0.
    fn positive(&self, reader: &mut Reader, names: &[&'static str]) -> Option<f64> {
        let (path, node) = self.value(reader, names)?;
        let number = reader.number(&node, &path)?;
        if number <= 0.0 {
            reader.problem(&node, &path, format!("found {number}; needed more than 0"));
            return None;
        }
        Some(number)
    }

    /// How many of them stand along X and Y, by a field `spatial`.
    pub(super) fn fanout(
        &self,
        reader: &mut Reader,
        spatial: Option<&Node>,
        path: &str,
    ) -> Option<[u64; 2]> {
        let mut fanout = [1; 2];
        let Some(node) = spatial else {
            return Some(fanout);
        };
        let axes = ["meshX", "meshY"];
        let fields = reader.noted_fields(node, path, &axes)?;
        for (size, name) in fanout.iter_mut().zip(axes) {
            if let Some(node) = fields.get(name) {
                let path = format!("{path}.{name}");
                let node = self.variables.resolved(reader, node, &path)?;
                *size = reader.size(&node, &path)?;
            }
        }
        Some(fanout)
    }

    /// Whether the part is there at all.
    pub(super) fn is_enabled(
        &self,
        reader: &mut Reader,
        enabled: Option<&Node>,
        path: &str,
    ) -> Option<bool> {
        let Some(node) = enabled else {
            return Some(true);
        };
        let path = format!("{path}.enabled");
        let node = self.variables.resolved(reader, node, &path)?;
        reader.flag(&node, &path)
    }

    /// Width of a multiplier's operands; 16 where the file does not say, as in Timeloop.
    pub(super) fn operand_bits(&self, reader: &mut Reader) -> u64 {
        let words = self.size(reader, &WORD_BITS);
        let bits = words.or_else(|| self.size(reader, &OPERAND_BITS));
        bits.unwrap_or(16)
    }

    /// Seconds of a clock, as Accelergy has them.
    pub(super) fn cycle_seconds(&self, reader: &mut Reader) -> Option<f64> {
        self.positive(reader, &[CYCLE_SECONDS])
    }

    /// The technology node, from `65nm` or `65`.
    pub(super) fn technology(&self, reader: &mut Reader) -> Option<u32> {
        let (path, node) = self.any(&["technology"])?;
        let nanometres = technology(node);
        if nanometres.is_none() {
            reader.note(node, &path, format!("found {}; not used", node.describe()));
        }
        nanometres
    }

    pub(super) fn storage(
        &self,
        reader: &mut Reader,
        node: &Node,
        name: &str,
        is_dram: bool,
        (instances, mesh_x): (u64, u64),
    ) -> Option<Storage> {
        let word_bits = self.size(reader, &WORD_BITS).unwrap_or(16);
        let width = self.size(reader, &WIDTH);
        let block = self.size(reader, &BLOCK);
        let cluster = self.size(reader, &CLUSTER).unwrap_or(1);
        let block_words = match (block, width) {
            (Some(block), Some(width))
                if block.checked_mul(cluster)?.checked_mul(word_bits) != Some(width) =>
            {
                let message = format!(
                    "a row of {width} bits holds no {block} x {cluster} words of {word_bits} bits; \
                     width must be block size x cluster size x word bits"
                );
                reader.problem(node, &self.path, message);
                return None;
            }
            (Some(block), _) => block.checked_mul(cluster)?,
            (None, Some(width)) => (width / word_bits).max(1),
            (None, None) => 1,
        };
        let buffering = self.positive(reader, &BUFFERING);
        let rows = self.size(reader, &DEPTH);
        let kilobytes = self.size(reader, &["sizeKB"]);
        let words = match (rows, kilobytes) {
            (Some(rows), _) => rows.checked_mul(block_words),
            (None, Some(kilobytes)) => kilobytes.checked_mul(8192).map(|bits| bits / word_bits),
            (None, None) => None,
        };
        if words.is_none() && !is_dram {
            let needed = "needed a depth (or `sizeKB`), small enough to count";
            reader.problem(
                node,
                &self.path,
                format!("a storage of unknown size; {needed}"),
            );
            return None;
        }
        // Timeloop's word for both directions, before they were told apart.
        let half = self
            .positive(reader, &["bandwidth"])
            .map(|words| words / 2.0);
        let shrunk = |words: u64| (words as f64 / buffering.unwrap_or(1.0).max(1.0)) as u64;
        Some(Storage {
            name: name.to_owned(),
            is_dram,
            instances,
            mesh_x,
            word_bits,
            block_words,
            rows: words.map(|words| words / block_words),
            words: if is_dram { None } else { words.map(shrunk) },
            read_bandwidth: self.positive(reader, &["read_bandwidth"]).or(half),
            write_bandwidth: self.positive(reader, &["write_bandwidth"]).or(half),
            shared_bandwidth: self.positive(reader, &["shared_bandwidth"]),
            keep: None,
        })
    }
}
