//! The constants of the cost model: `cost/technology.yaml` with what an accelerator's file gives in
//! their place.
//!
//! ```yaml
//! cost:
//!   families: {eyeriss: {mac: {picojoules: 1.2, source: our library, typical corner}}}
//!   sram: {area: 0.9}
//!   dram: {my-memory: {picojoules_per_bit: 6, source: its data sheet, standards:
//!     [{family: hbm3, megabits_per_pin: 6400, device_bits: 32}]}}
//! ```

mod file;
mod given;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, OnceLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_yaml::Mapping;

use crate::collector::Collector;
pub(crate) use file::CostConfig;

/// The file of the constants.
pub(crate) const YAML: &str = include_str!("cost/technology.yaml");

/// The constants of the cost model (energies, areas and powers of parts, by technology), those that an
/// accelerator's file gives included.
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

    /// The technology nodes that they price, in nm.
    pub(crate) fn nodes(&self) -> RangeInclusive<u64> {
        let nodes = &self.0.all.scaling.nodes;
        let (coarsest, finest) = (nodes[0].nm, nodes[nodes.len() - 1].nm);
        finest.ceil() as u64..=coarsest as u64
    }

    pub(crate) fn all(&self) -> &All {
        &self.0.all
    }

    /// All constants with their sources and units, as YAML.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        serde_yaml::to_string(&self.0.all)
            .expect("a tree of numbers and strings always has a YAML form")
    }
}

impl Default for Constants {
    /// The constants of `cost/technology.yaml`.
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
    ($($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $field:ident: $kind:ty,)* })*) => { $(
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            $($(#[$doc])*
            pub(crate) $field: $kind,)*
        }
    )* };
}

constants! {
    /// The whole file.
    All {
        /// Energies by the work that published them; each node takes all of its energies from one
        /// family.
        families: BTreeMap<String, Family>,
        /// How the energy of arithmetic grows with the widths of its operands.
        growth: Growth,
        /// Area and leakage of arithmetic and registers.
        logic: Logic,
        /// Factors, without a unit, on the figures of the SRAM table.
        sram: SramFactors,
        /// Wires between the banks of a memory, by technology node.
        wires: Wires,
        /// Energies of DRAM with its interface, by name.
        dram: BTreeMap<String, DramEnergy>,
        /// How energy and area scale between technology nodes.
        scaling: Scaling,
    }
    /// Energies that were published together.
    Family {
        /// The technology node of the figures in nanometres.
        nm: f64,
        /// A multiplication and addition.
        mac: Operation,
        /// The way of a word across the array.
        transport: Transport,
        /// An access to a register or latch.
        register: Operation,
        /// Clock tree, clock pins and control of an area at work.
        clock: Clock,
    }
    /// An operation on a word of so many bits.
    Operation {
        /// Width of the word in bits.
        bits: f64,
        /// Energy of the operation in picojoules.
        picojoules: f64,
        /// Where the figures are from.
        source: String,
    }
    /// The way of a word.
    Transport {
        /// Width of the word in bits.
        bits: f64,
        /// Energy of the way in picojoules, with the FIFOs at both ends.
        picojoules: f64,
        /// Length of the way in millimetres.
        millimetres: f64,
        /// Where the figures are from.
        source: String,
    }
    /// A cycle of an area's clock.
    Clock {
        /// The area in square micrometres.
        square_microns: f64,
        /// Energy of a cycle in picojoules.
        picojoules: f64,
        /// Where the figures are from.
        source: String,
    }
    /// How arithmetic grows with its widths.
    Growth {
        /// A multiplier, whose energy grows with the product of its operands' widths.
        multiplier: Operation,
        /// An adder, whose energy grows with its width.
        adder: Operation,
    }
    /// Area and leakage of logic.
    Logic {
        /// The technology node of the figures in nanometres.
        nm: f64,
        /// A multiplier.
        multiplier: Circuit,
        /// An adder.
        adder: Circuit,
        /// A register.
        register: Register,
        /// Area over that of the cells alone.
        placement: Placement,
    }
    /// An arithmetic unit.
    Circuit {
        /// Width of its operands in bits.
        bits: f64,
        /// Area in square micrometres.
        square_microns: f64,
        /// Leakage in milliwatts.
        leakage_milliwatts: f64,
        /// Where the figures are from.
        source: String,
    }
    /// A register.
    Register {
        /// Its width in bits.
        bits: f64,
        /// Area in square micrometres.
        square_microns: f64,
        /// Where the figures are from.
        source: String,
    }
    /// Area over that of the cells.
    Placement {
        /// How many times the area of its cells logic takes with control, clock tree and routing.
        factor: f64,
        /// Where the figures are from.
        source: String,
    }
    /// What the SRAM table is multiplied by.
    SramFactors {
        /// Factor on the energy of reads.
        read: f64,
        /// Factor on the energy of writes.
        write: f64,
        /// Factor on leakage.
        leakage: f64,
        /// Factor on area.
        area: f64,
        /// Where the figures are from.
        source: String,
    }
    /// Wires between banks, coarsest node first.
    Wires {
        /// The nodes, coarsest first.
        nodes: Vec<Wire>,
        /// Where the figures are from.
        source: String,
    }
    /// At one node, per bit and mm.
    Wire {
        /// The technology node in nanometres.
        nm: f64,
        /// Energy in picojoules per bit and millimetre.
        picojoules: f64,
    }
    /// A DRAM interface, and the standards whose figure it is.
    DramEnergy {
        /// Energy of a bit read or written, in picojoules.
        picojoules_per_bit: f64,
        /// What the figure was published for. Standards of other families are priced by the nearest of
        /// all lines; a warning says so.
        standards: Vec<DramPart>,
        /// Where the figures are from.
        source: String,
    }
    /// A typical part of a family of DRAM.
    DramPart {
        /// The family, as a standard's file names it, such as ddr4.
        family: String,
        /// Data rate of a pin in megabits a second.
        megabits_per_pin: f64,
        /// Bits of a device's data bus.
        device_bits: f64,
    }
    /// Between nodes, coarsest first.
    Scaling {
        /// Supply in volts at which the polynomials of energy are taken.
        volts: f64,
        /// The finest node with planar transistors in nanometres; finer ones are FinFETs, and a
        /// warning says so.
        last_planar_nm: f64,
        /// The nodes, coarsest first.
        nodes: Vec<Node>,
        /// Where the figures are from.
        source: String,
    }
    /// At one node: area, and the polynomial of energy.
    Node {
        /// The technology node in nanometres.
        nm: f64,
        /// Relative area, without a unit.
        area: f64,
        /// Coefficient of the square of the supply in the relative energy, 1/V2.
        a: f64,
        /// Coefficient of the supply in the relative energy, 1/V.
        b: f64,
        /// Constant of the relative energy, without a unit.
        c: f64,
    }
}

impl Family {
    /// What a transport leaves for its wire, pJ per bit and mm: a FIFO's write and read at each end
    /// are taken off.
    pub(crate) fn wire(&self) -> f64 {
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
    pub(crate) fn energy(&self, volts: f64) -> f64 {
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
