//! Timeloop's architecture files: storage levels around multipliers.
//!
//! | version | root | shape |
//! |---|---|---|
//! | 0.1 | `arch` | `arithmetic` and `storage`, inner to outer |
//! | 0.2, 0.3 | `architecture` | `subtree`s with `local` components; `name[0..255]` counts instances |
//! | 0.4 | `architecture` | `nodes`, outer to inner, tagged `!Container`, `!Component`, `!Parallel` |

mod flat;
mod machine;
mod nodes;
mod subtree;

use stationary_document::{Diagnostic, Fields, Kind, Node, Reader};

/// Timeloop's hierarchy: storage levels, and the multipliers inside of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    /// Name of the outermost part that has one.
    pub name: String,
    /// Technology node in nanometres, if the file says.
    pub technology: Option<u32>,
    /// Storage levels, outer to inner.
    pub storages: Vec<Storage>,
    /// The multipliers.
    pub arithmetic: Arithmetic,
    /// Parts that fan out and are no storage (containers of version 0.4), each with the index of the
    /// storage around it: a mapping may name them.
    pub containers: Vec<(String, usize)>,
}

/// A storage level.
#[derive(Clone, Debug, PartialEq)]
pub struct Storage {
    /// Its name.
    pub name: String,
    /// Whether it is off-chip memory.
    pub is_dram: bool,
    /// Instances in all.
    pub instances: u64,
    /// Of which so many stand side by side along X.
    pub mesh_x: u64,
    /// Width of a word.
    pub word_bits: u64,
    /// Words that are read or written together.
    pub block_words: u64,
    /// Rows of `block_words` each; `None` without a limit.
    pub rows: Option<u64>,
    /// Words that an instance holds, less what multiple buffering takes; `None` without a limit.
    pub words: Option<u64>,
    /// Words that an instance reads a cycle.
    pub read_bandwidth: Option<f64>,
    /// Words that it takes in a cycle.
    pub write_bandwidth: Option<f64>,
    /// Words a cycle in both directions together.
    pub shared_bandwidth: Option<f64>,
    /// Data spaces that it must keep, by name, if the file says (version 0.4).
    pub keep: Option<Vec<String>>,
}

/// The multipliers.
#[derive(Clone, Debug, PartialEq)]
pub struct Arithmetic {
    /// Name.
    pub name: String,
    /// How many there are.
    pub instances: u64,
    /// Of which so many stand side by side along X.
    pub mesh_x: u64,
    /// Width of the operands.
    pub word_bits: u64,
}

/// Whether a file is one of Timeloop's architectures.
pub(super) fn is_architecture(root: &Node) -> bool {
    root.get("architecture").is_some() || root.get("arch").is_some()
}

impl Architecture {
    /// Reads a file.
    ///
    /// # Errors
    /// Everything that is wrong; the notes of a success say what is not used.
    pub fn read(file: &str, text: &str) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let root = Node::parse(file, text).map_err(|error| vec![error])?;
        let mut reader = Reader::new(file);
        let architecture = Self::of(&mut reader, &root);
        reader.finish(architecture)
    }

    fn of(reader: &mut Reader, root: &Node) -> Option<Self> {
        let fields = reader.noted_fields(root, "", &["architecture", "arch"])?;
        if let Some(flat) = fields.get("arch") {
            return flat::read(reader, flat);
        }
        let body = reader.required(fields, "", "architecture")?;
        let inside = reader.open_fields(body, "architecture")?;
        if inside.get("nodes").is_some() {
            nodes::read(reader, body)
        } else {
            subtree::read(reader, body)
        }
    }

    /// Checks what every version must have.
    fn checked(self, reader: &mut Reader, root: &Node) -> Option<Self> {
        if self.storages.is_empty() {
            reader.problem(root, "", "found no storage; needed at least one level");
            return None;
        }
        let instances = self
            .storages
            .iter()
            .map(|s| (s.instances, s.mesh_x, &s.name));
        let arithmetic = &self.arithmetic;
        let last = (arithmetic.instances, arithmetic.mesh_x, &arithmetic.name);
        let all: Vec<_> = instances.chain([last]).collect();
        for pair in all.windows(2) {
            let [(outer, outer_x, outside), (inner, inner_x, inside)] = pair else {
                continue;
            };
            if inner % outer != 0 || inner_x % outer_x != 0 || inner % inner_x != 0 {
                let message = format!(
                    "{inner} instances of `{inside}` ({inner_x} along X) inside {outer} of \
                     `{outside}` ({outer_x} along X); needed whole multiples"
                );
                reader.problem(root, "", message);
                return None;
            }
        }
        Some(self)
    }
}

/// Reads a file as a machine of ours: the text of our format.
pub(super) fn read(file: &str, root: &Node) -> Result<(String, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut reader = Reader::new(file);
    let text = Architecture::of(&mut reader, root)
        .and_then(|architecture| machine::text(&architecture, &mut reader, root));
    reader.finish(text)
}

/// Spellings of the attributes that are read.
const DEPTH: [&str; 3] = ["depth", "memory_depth", "entries"];
const WIDTH: [&str; 2] = ["width", "memory_width"];
const WORD_BITS: [&str; 4] = ["word-bits", "word_bits", "datawidth", "data_width"];
const BLOCK: [&str; 3] = ["block-size", "block_size", "n_words"];
const CLUSTER: [&str; 2] = ["cluster-size", "cluster_size"];
const BUFFERING: [&str; 2] = ["multiple-buffering", "multiple_buffering"];
const MESH_X: [&str; 2] = ["meshX", "mesh_x"];
/// What Accelergy's multipliers call the width of their operands.
const OPERAND_BITS: [&str; 1] = ["multiplier_width"];

/// The attributes of a part, those that are not used noted.
struct Attributes<'n> {
    fields: Option<Fields<'n>>,
    path: String,
}

impl<'n> Attributes<'n> {
    fn new(reader: &mut Reader, node: Option<&'n Node>, path: String, others: &[&str]) -> Self {
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
            "sizeKB",
            "size",
            "technology",
        ])
        .chain(others.iter().copied())
        .collect();
        let node = node.filter(|node| node.kind != Kind::Null);
        let fields = node.and_then(|node| reader.noted_fields(node, &path, &known));
        Self { fields, path }
    }

    fn any(&self, names: &[&'static str]) -> Option<(String, &'n Node)> {
        let (name, node) = self.fields?.any(names)?;
        Some((format!("{}.{name}", self.path), node))
    }

    fn size(&self, reader: &mut Reader, names: &[&'static str]) -> Option<u64> {
        let (path, node) = self.any(names)?;
        reader.size(node, &path)
    }

    /// Width of a multiplier's operands; 16 where the file does not say, as in Timeloop.
    fn operand_bits(&self, reader: &mut Reader) -> u64 {
        let words = self.size(reader, &WORD_BITS);
        let bits = words.or_else(|| self.size(reader, &OPERAND_BITS));
        bits.unwrap_or(16)
    }

    fn bandwidth(&self, reader: &mut Reader, name: &'static str) -> Option<f64> {
        let (path, node) = self.any(&[name])?;
        let number = reader.number(node, &path)?;
        if number <= 0.0 {
            reader.problem(node, &path, format!("found {number}; needed more than 0"));
            return None;
        }
        Some(number)
    }

    /// The technology node, from `65nm` or `65`.
    fn technology(&self, reader: &mut Reader) -> Option<u32> {
        let (path, node) = self.any(&["technology"])?;
        let nanometres = node.text()?.trim_end_matches("nm").trim().parse().ok();
        if nanometres.is_none() {
            reader.note(node, &path, format!("found {}; not used", node.describe()));
        }
        nanometres
    }

    fn storage(
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
        let buffering = self
            .any(&BUFFERING)
            .and_then(|(path, node)| reader.number(node, &path));
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
            read_bandwidth: self.bandwidth(reader, "read_bandwidth"),
            write_bandwidth: self.bandwidth(reader, "write_bandwidth"),
            shared_bandwidth: self.bandwidth(reader, "shared_bandwidth"),
            keep: None,
        })
    }
}

/// Whether a class is memory off the chip, memory on it, or a multiplier.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Dram,
    Storage,
    Arithmetic,
}

/// The class of a part; of one that is neither memory nor multiplier, nothing and a note, as Timeloop
/// passes over it.
fn class(
    reader: &mut Reader,
    fields: Fields<'_>,
    node: &Node,
    path: &str,
) -> Option<Option<Class>> {
    let value = reader.required(fields, path, "class")?;
    let name = reader.text(value, &format!("{path}.class"))?;
    // Version 0.4 calls each storage `storage`, and says in `subclass` what it is made of.
    let made_of = fields.get("subclass").and_then(Node::text).unwrap_or(name);
    let lower = format!("{name} {made_of}").to_lowercase();
    if lower.contains("dram") {
        return Some(Some(Class::Dram));
    }
    if lower.contains("mac") || lower.starts_with("compute") {
        return Some(Some(Class::Arithmetic));
    }
    let storages = ["sram", "reg", "storage", "buffer", "rf", "memory"];
    if storages.iter().any(|known| lower.contains(known)) {
        return Some(Some(Class::Storage));
    }
    let message = format!(
        "class `{name}` is neither memory (DRAM, SRAM, regfile, storage) nor multiplier (intmac, \
         fpmac, compute); the part is left out"
    );
    reader.note(node, path, message);
    Some(None)
}
