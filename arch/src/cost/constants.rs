//! The constants of the cost model: `cost/technology.yaml` with what an accelerator's file gives in
//! their place.
//!
//! ```yaml
//! cost:
//!   families: {eyeriss: {mac: {picojoules: 1.2, source: our library, typical corner}}}
//!   sram: {area: 0.9}
//!   dram: {my-memory: {picojoules_per_bit: 6, standards: [my-], nearest: [], source: its data sheet}}
//! ```

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_yaml::Mapping;

use super::given;
use crate::check::Collector;
use crate::config::CostConfig;

/// The file of the constants.
pub(super) const YAML: &str = include_str!("technology.yaml");

/// The constants that price a machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Constants(Arc<Inner>);

#[derive(Debug, PartialEq)]
struct Inner {
    all: All,
    given: Mapping,
}

impl Constants {
    /// Those of `technology.yaml`, with what a file gives in their place.
    pub(crate) fn with(given: CostConfig, problems: &mut Collector) -> Self {
        if given.0.is_empty() {
            return Self::default();
        }
        let ours = tree();
        let all = given::merged(&ours, &given.0, problems)
            .map(|all| serde_yaml::from_value(all).expect("it has the shape of our own"));
        let Some(all) = all else {
            return Self::default();
        };
        check(&all, problems);
        Self(Arc::new(Inner {
            all,
            given: given.0,
        }))
    }

    /// The part of the file that gave some of them.
    pub(crate) fn given(&self) -> CostConfig {
        CostConfig(self.0.given.clone())
    }

    pub(super) fn all(&self) -> &All {
        &self.0.all
    }

    /// All of them with their sources, as YAML.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        serde_yaml::to_string(&self.0.all)
            .expect("a tree of numbers and strings always has a YAML form")
    }
}

impl Default for Constants {
    /// Those of `technology.yaml`.
    fn default() -> Self {
        static OURS: OnceLock<Constants> = OnceLock::new();
        let read = || {
            let all = serde_yaml::from_str(YAML).expect("a test reads the constants");
            let given = Mapping::new();
            Self(Arc::new(Inner { all, given }))
        };
        OURS.get_or_init(read).clone()
    }
}

/// Every constant there is, as a file gives them.
pub(crate) fn tree() -> Mapping {
    serde_yaml::from_str(YAML).expect("a test reads the constants")
}

macro_rules! constants {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty),* $(,)? })*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            $(pub(super) $field: $kind,)*
        }
    )* };
}

constants! {
    /// The whole file.
    All {
        families: BTreeMap<String, Family>, growth: Growth, logic: Logic, sram: SramFactors,
        wires: Wires, dram: BTreeMap<String, DramEnergy>, scaling: Scaling,
    }
    /// Energies that were published together.
    Family { nm: f64, mac: Operation, transport: Transport, register: Operation, clock: Clock }
    /// An operation on a word of so many bits.
    Operation { bits: f64, picojoules: f64, source: String }
    /// The way of a word.
    Transport { bits: f64, picojoules: f64, millimetres: f64, source: String }
    /// A cycle of an area's clock.
    Clock { square_microns: f64, picojoules: f64, source: String }
    /// How arithmetic grows with its widths.
    Growth { multiplier: Operation, adder: Operation }
    /// Area and leakage of logic.
    Logic {
        nm: f64, multiplier: Circuit, adder: Circuit, register: Register, placement: Placement,
    }
    /// An arithmetic unit.
    Circuit { bits: f64, square_microns: f64, leakage_milliwatts: f64, source: String }
    /// A register.
    Register { bits: f64, square_microns: f64, source: String }
    /// Area over that of the cells.
    Placement { factor: f64, source: String }
    /// What the SRAM table is multiplied by.
    SramFactors { read: f64, write: f64, leakage: f64, area: f64, source: String }
    /// Wires between banks, coarsest node first.
    Wires { nodes: Vec<Wire>, source: String }
    /// At one node, per bit and mm.
    Wire { nm: f64, picojoules: f64 }
    /// A DRAM interface, and the beginnings of the names of the standards that it prices.
    DramEnergy {
        picojoules_per_bit: f64, standards: Vec<String>, nearest: Vec<String>, source: String,
    }
    /// Between nodes, coarsest first.
    Scaling { volts: f64, last_planar_nm: f64, nodes: Vec<Node>, source: String }
    /// At one node: area, and the polynomial of energy.
    Node { nm: f64, area: f64, a: f64, b: f64, c: f64 }
}

impl Family {
    /// What a transport leaves for its wire, pJ per bit and mm: a FIFO's write and read at each end
    /// are taken off.
    pub(super) fn wire(&self) -> f64 {
        let Transport {
            bits,
            picojoules,
            millimetres,
            ..
        } = &self.transport;
        let fifos = 4.0 * self.register.picojoules / self.register.bits;
        (picojoules / bits - fifos) / millimetres
    }
}

impl Node {
    /// Relative energy of a circuit.
    pub(super) fn energy(&self, volts: f64) -> f64 {
        self.a * volts * volts + self.b * volts + self.c
    }
}

/// What numbers of the right kinds can still have wrong.
fn check(all: &All, problems: &mut Collector) {
    for (name, family) in &all.families {
        if family.wire() <= 0.0 {
            let path = format!("cost.families.{name}.transport.picojoules");
            let bits = family.transport.bits;
            let fifos = 4.0 * family.register.picojoules / family.register.bits * bits;
            let found = family.transport.picojoules.to_string();
            problems.add(
                path,
                found,
                format!("more than {fifos}, which its FIFOs take"),
            );
        }
    }
    let named = all.families.iter();
    let mut nodes: Vec<_> = named
        .map(|(name, family)| (format!("families.{name}"), family.nm))
        .collect();
    nodes.push(("logic".to_owned(), all.logic.nm));
    let range = all.scaling.nodes.iter().map(|node| node.nm);
    let (finest, coarsest) = (
        range.clone().fold(f64::INFINITY, f64::min),
        range.fold(0.0, f64::max),
    );
    for (path, nm) in nodes {
        if !(finest..=coarsest).contains(&nm) {
            let allowed = format!("{finest} to {coarsest}, the nodes of cost.scaling");
            problems.add(format!("cost.{path}.nm"), nm.to_string(), allowed);
        }
    }
    let wires: Vec<f64> = all.wires.nodes.iter().map(|wire| wire.nm).collect();
    let scaling: Vec<f64> = all.scaling.nodes.iter().map(|node| node.nm).collect();
    for (path, nodes) in [("cost.wires.nodes", wires), ("cost.scaling.nodes", scaling)] {
        if nodes.is_empty() || !nodes.is_sorted_by(|a, b| a > b) {
            problems.add(path, format!("{nodes:?}"), "nodes in nm, coarsest first");
        }
    }
    for (index, node) in all.scaling.nodes.iter().enumerate() {
        let energy = node.energy(all.scaling.volts);
        if energy <= 0.0 {
            let path = format!("cost.scaling.nodes.{index}");
            let found = format!("an energy of {energy} at {} V", all.scaling.volts);
            problems.add(path, found, "more than 0");
        }
    }
}

/// The schema of what a file may give: the whole of them, of which nothing is required.
pub(crate) fn schema() -> schemars::Schema {
    let settings = schemars::generate::SchemaSettings::default();
    let generator = settings
        .with(|s| s.inline_subschemas = true)
        .into_generator();
    let mut schema = generator.into_root_schema_for::<All>();
    schemars::transform::transform_subschemas(&mut optional, &mut schema);
    optional(&mut schema);
    schema.remove("$schema");
    schema
}

fn optional(schema: &mut schemars::Schema) {
    schema.remove("required");
    schemars::transform::transform_subschemas(&mut optional, schema);
}

#[cfg(test)]
mod tests {
    use serde_yaml::Value;

    use super::*;

    /// A constant without a source is none.
    #[test]
    fn every_constant_has_a_source() {
        fn walk(path: &str, tree: &Value) {
            let Value::Mapping(fields) = tree else { return };
            let has_numbers = fields
                .iter()
                .any(|(name, value)| value.is_number() && name != "nm" && name != "last_planar_nm");
            let source = fields.get("source").and_then(Value::as_str);
            assert!(
                !has_numbers || source.is_some_and(|text| text.len() > 10),
                "{path}"
            );
            for (name, value) in fields {
                walk(
                    &format!("{path}.{}", name.as_str().unwrap_or_default()),
                    value,
                );
            }
        }
        walk("cost", &Value::Mapping(tree()));
    }
}
