//! Timeloop's architecture files: storage levels around multipliers.
//!
//! | version | root | shape |
//! |---|---|---|
//! | 0.1 | `arch` | `arithmetic` and `storage`, inner to outer |
//! | 0.2, 0.3 | `architecture` | `subtree`s with `local` components; `name[0..255]` counts instances |
//! | 0.4 | `architecture` | `nodes`, outer to inner, tagged `!Container`, `!Component`, `!Parallel` |
//!
//! Numbers may be expressions over `variables` and the attributes of the parts around.

mod attributes;
mod constraints;
mod flat;
mod machine;
mod nodes;
mod operands;
mod subtree;

use stationary_document::{Diagnostic, Fields, Node, Reader, Variables};

use self::attributes::{Attributes, MESH_X};

/// A Timeloop architecture: storage levels, and the multipliers inside of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    /// The name of the outermost part that has one.
    pub name: String,
    /// The technology node in nanometres; None if the file does not say.
    pub technology: Option<u32>,
    /// The period of the clock in seconds; None if the file does not say.
    pub cycle_seconds: Option<f64>,
    /// The storage levels, outer to inner.
    pub storages: Vec<Storage>,
    /// The multipliers inside of the innermost level.
    pub arithmetic: Arithmetic,
    /// Parts that fan out and store nothing (containers of version 0.4), each with the index of the storage
    /// level around it. Mappings may name them.
    pub containers: Vec<(String, usize)>,
}

/// A storage level of a Timeloop architecture.
#[derive(Clone, Debug, PartialEq)]
pub struct Storage {
    /// The name of the level.
    pub name: String,
    /// Whether the level is off-chip memory.
    pub is_dram: bool,
    /// The number of instances in the whole architecture.
    pub instances: u64,
    /// The number of these instances that lie side by side along X.
    pub mesh_x: u64,
    /// The width of a word in bits.
    pub word_bits: u64,
    /// The number of words that are read or written together.
    pub block_words: u64,
    /// The number of rows of `block_words` words each; `None` without a limit.
    pub rows: Option<u64>,
    /// The number of words that an instance holds, less what multiple buffering takes; `None` without a limit.
    pub words: Option<u64>,
    /// Words that an instance reads in a cycle; `None` if the file gives no such limit.
    pub read_bandwidth: Option<f64>,
    /// Words that an instance takes in a cycle; `None` if the file gives no such limit.
    pub write_bandwidth: Option<f64>,
    /// Words in a cycle in both directions together; `None` if the file gives no such limit.
    pub shared_bandwidth: Option<f64>,
    /// The names of the data spaces that the level must keep (version 0.4); None if the file does not say.
    pub keep: Option<Vec<String>>,
}

/// The multipliers of a Timeloop architecture.
#[derive(Clone, Debug, PartialEq)]
pub struct Arithmetic {
    /// The name of the part.
    pub name: String,
    /// The number of multipliers.
    pub instances: u64,
    /// The number of multipliers that lie side by side along X.
    pub mesh_x: u64,
    /// The width of the operands in bits.
    pub word_bits: u64,
}

/// Whether a file is one of Timeloop's architectures.
pub(super) fn is_architecture(root: &Node) -> bool {
    root.get("architecture").is_some() || root.get("arch").is_some()
}

impl Architecture {
    /// Reads the text of an architecture file, with notes on what is not used. `file` is the name that the
    /// notes carry.
    ///
    /// # Errors
    /// All faults, each with its place.
    pub fn read(file: &str, text: &str) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let root = Node::parse(file, text).map_err(|error| vec![error])?;
        let mut reader = Reader::new(file);
        let architecture = Self::of(&mut reader, &root);
        reader.finish(architecture)
    }

    fn of(reader: &mut Reader, root: &Node) -> Option<Self> {
        let mut architecture = Self::without_constraints(reader, root)?;
        constraints::apply(&mut architecture, reader, root);
        Some(architecture)
    }

    fn without_constraints(reader: &mut Reader, root: &Node) -> Option<Self> {
        let known = ["architecture", "arch", "variables"];
        let known: Vec<_> = known.into_iter().chain(constraints::FIELDS).collect();
        let fields = reader.noted_fields(root, "", &known)?;
        if let Some(flat) = fields.get("arch") {
            return flat::read(reader, flat);
        }
        let body = reader.required(fields, "", "architecture")?;
        let inside = reader.open_fields(body, "architecture")?;
        let mut variables = Variables::default();
        if let Some(scope) = fields.get("variables") {
            reader.open_fields(scope, "variables")?;
            variables.open(scope);
        }
        if inside.get("nodes").is_some() {
            nodes::read(reader, body, variables)
        } else {
            subtree::read(reader, body, variables)
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
