//! What arithmetic, registers and wires cost at a technology node.
//!
//! ```text
//! energy at a node = figure of the nearest family x P(node) / P(family's node)
//! ```
//!
//! with Stillmaker and Baas' P. A family is a set of energies that were published together; a node
//! never mixes two, so the ratios of energies are the same at every node of a family. What they
//! give for nodes that no measurement backs is said in [`Technology::caveats`].

use std::sync::OnceLock;

use serde::Deserialize;

use crate::error::ArchError;
use crate::units::Nanometres;

/// The file of the constants.
pub(super) const YAML: &str = include_str!("technology.yaml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Constants {
    families: Vec<Family>,
    growth: Growth,
    logic: Logic,
    wires: Vec<Wire>,
    dram: Vec<DramEnergy>,
    scaling: Scaling,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    name: String,
    nm: f64,
    mac: Operation,
    transport: Option<Transport>,
    register: Option<Operation>,
    clock: Option<ClockTree>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Operation {
    bits: f64,
    picojoules: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Transport {
    bits: f64,
    picojoules: f64,
    millimetres: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockTree {
    square_microns: f64,
    picojoules: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Growth {
    multiplier: Operation,
    adder: Operation,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Logic {
    nm: f64,
    multiplier: Circuit,
    adder: Circuit,
    register: Register,
    placement: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Circuit {
    bits: f64,
    square_microns: f64,
    leakage_milliwatts: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Register {
    bits: f64,
    square_microns: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    nm: f64,
    picojoules: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DramEnergy {
    name: String,
    picojoules_per_bit: f64,
    standards: Vec<String>,
    nearest: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scaling {
    volts: f64,
    last_planar_nm: f64,
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Node {
    nm: f64,
    area: f64,
    a: f64,
    b: f64,
    c: f64,
}

fn constants() -> &'static Constants {
    static CONSTANTS: OnceLock<Constants> = OnceLock::new();
    CONSTANTS.get_or_init(|| serde_yaml::from_str(YAML).expect("a test reads the constants"))
}

/// Names and energies per bit (pJ) of the DRAM interfaces; the first is the default.
pub(super) fn drams() -> impl Iterator<Item = (&'static str, f64)> {
    constants()
        .dram
        .iter()
        .map(|dram| (dram.name.as_str(), dram.picojoules_per_bit))
}

/// The line of [`drams`] that prices a standard, and what to say if it is another generation's.
pub(super) fn dram_of(standard: &str) -> (&'static str, Option<String>) {
    let begins = |names: &[String]| names.iter().any(|name| standard.starts_with(name.as_str()));
    let lines = || constants().dram.iter();
    if let Some(line) = lines().find(|line| begins(&line.standards)) {
        return (&line.name, None);
    }
    let near = lines().find(|line| begins(&line.nearest));
    let line = near.unwrap_or(&constants().dram[0]);
    let caveat = format!(
        "no published energy for `{standard}`: priced as `{}`, {} pJ a bit",
        line.name, line.picojoules_per_bit
    );
    (&line.name, Some(caveat))
}

/// A technology node within the scaling tables.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Technology {
    nm: f64,
}

impl Technology {
    pub(super) fn of(node: Nanometres) -> Result<Self, ArchError> {
        let nm = f64::from(node.0);
        let nodes = &constants().scaling.nodes;
        let (coarsest, finest) = (nodes[0].nm, nodes[nodes.len() - 1].nm);
        if (finest..=coarsest).contains(&nm) {
            return Ok(Self { nm });
        }
        Err(ArchError::NoCost {
            path: "technology_nm".to_owned(),
            found: node.0.to_string(),
            allowed: format!("{finest} to {coarsest}"),
        })
    }

    /// Where the figures at this node rest on no measurement near it.
    pub(super) fn caveats(self) -> Vec<String> {
        let Constants { wires, scaling, .. } = constants();
        let (nm, planar) = (self.nm, scaling.last_planar_nm);
        let (coarsest, finest) = (wires[0].nm, wires[wires.len() - 1].nm);
        let mut caveats = Vec::new();
        if !(finest..=coarsest).contains(&nm) {
            caveats.push(format!(
                "technology_nm: {nm} is outside {finest} to {coarsest}, where SRAM and wires are \
                 tabulated; their figures are extrapolated by Stillmaker and Baas' scaling"
            ));
        }
        if nm < planar {
            caveats.push(format!(
                "technology_nm: {nm} is a FinFET node; every figure is scaled from planar \
                 transistors (family {}, {} nm)",
                self.family().name,
                self.family().nm
            ));
        }
        caveats
    }

    /// The family whose node is nearest, by ratio.
    fn family(self) -> &'static Family {
        let distance = |family: &Family| (family.nm / self.nm).ln().abs();
        let families = constants().families.iter();
        families
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))
            .expect("there are families")
    }

    /// The name of the family that prices this node.
    #[cfg(test)]
    fn family_name(self) -> &'static str {
        &self.family().name
    }

    /// A figure and its node: of this node's family, or of the first one where it has none.
    fn figure<T>(self, pick: impl Fn(&'static Family) -> Option<T>) -> (T, f64) {
        let families = [self.family(), &constants().families[0]];
        let mut found = families.into_iter().filter_map(|f| Some((pick(f)?, f.nm)));
        found.next().expect("the first family has every figure")
    }

    /// One multiply and add, in pJ.
    pub(super) fn mac(self, input: f64, weight: f64, sum: f64) -> f64 {
        let Growth { multiplier, adder } = &constants().growth;
        let grown = |input: f64, weight: f64, sum: f64| {
            multiplier.picojoules * input * weight / multiplier.bits.powi(2)
                + adder.picojoules * sum / adder.bits
        };
        let Operation { bits, picojoules } = self.family().mac;
        let relative = grown(input, weight, sum) / grown(bits, bits, bits);
        self.between(&[(self.family().nm, picojoules * relative)], energy)
    }

    /// Area of a multiplier and adder, in square microns.
    pub(super) fn mac_area(self, input: f64, weight: f64, sum: f64) -> f64 {
        let Logic {
            multiplier, adder, ..
        } = &constants().logic;
        let area = multiplier.square_microns * input * weight / multiplier.bits.powi(2)
            + adder.square_microns * sum / adder.bits;
        self.logic_area(area)
    }

    /// Leakage of a multiplier and adder, in mW.
    pub(super) fn mac_leakage(self, input: f64, weight: f64, sum: f64) -> f64 {
        let Logic {
            multiplier, adder, ..
        } = &constants().logic;
        let leakage = multiplier.leakage_milliwatts * input * weight / multiplier.bits.powi(2)
            + adder.leakage_milliwatts * sum / adder.bits;
        self.logic_energy(leakage)
    }

    /// A write or read of a register, in pJ per bit.
    pub(super) fn register(self) -> f64 {
        let (register, nm) = self.figure(|family| family.register);
        self.between(&[(nm, register.picojoules / register.bits)], energy)
    }

    /// The clock's and control's energy in a cycle, in pJ per square micron of placed logic.
    pub(super) fn clock(self) -> f64 {
        let (clock, nm) = self.figure(|family| family.clock.as_ref());
        let here = clock.picojoules / clock.square_microns;
        self.between(&[(nm, here)], |nm| energy(nm) / area(nm))
    }

    /// Area of a register, in square microns per bit.
    pub(super) fn register_area(self) -> f64 {
        let register = &constants().logic.register;
        self.logic_area(register.square_microns / register.bits)
    }

    /// Leakage of a register in mW per bit: as much per area as the multiplier's.
    pub(super) fn register_leakage(self) -> f64 {
        let Logic {
            multiplier,
            register,
            ..
        } = &constants().logic;
        let density = multiplier.leakage_milliwatts / multiplier.square_microns;
        self.logic_energy(density * register.square_microns / register.bits)
    }

    /// A wire of the array, in pJ per bit and millimetre: what the published transport leaves when
    /// a FIFO's write and read at each end are taken off.
    pub(super) fn wire(self) -> f64 {
        let (transport, nm) = self.figure(|family| family.transport.as_ref());
        let (register, _) = self.figure(|family| family.register);
        let fifos = 4.0 * register.picojoules / register.bits;
        let wire = (transport.picojoules / transport.bits - fifos) / transport.millimetres;
        wire * self.bank_wire() / Self { nm }.bank_wire()
    }

    /// A wire between the banks of a buffer, in pJ per bit and millimetre.
    pub(super) fn bank_wire(self) -> f64 {
        let wires = constants().wires.iter();
        let known: Vec<_> = wires.map(|wire| (wire.nm, wire.picojoules)).collect();
        // A millimetre of wire has the same capacitance at every node: beyond the table it stays.
        self.between(&known, |_| 1.0)
    }

    fn logic_energy(self, value: f64) -> f64 {
        self.between(&[(constants().logic.nm, value)], energy)
    }

    fn logic_area(self, value: f64) -> f64 {
        let Logic { nm, placement, .. } = constants().logic;
        self.between(&[(nm, placement * value)], area)
    }

    /// A value known at some nodes (coarsest first): geometric interpolation between them, scaling
    /// from the nearest beyond them.
    pub(super) fn between(self, known: &[(f64, f64)], scale: fn(f64) -> f64) -> f64 {
        let (coarsest, finest) = (known[0], known[known.len() - 1]);
        if self.nm >= coarsest.0 {
            return coarsest.1 * scale(self.nm) / scale(coarsest.0);
        }
        if self.nm <= finest.0 {
            return finest.1 * scale(self.nm) / scale(finest.0);
        }
        geometric(known, self.nm)
    }
}

/// Relative energy of a circuit at a node of `nm`.
pub(super) fn energy(nm: f64) -> f64 {
    let Scaling { volts, nodes, .. } = &constants().scaling;
    let at = |node: &Node| (node.nm, node.a * volts * volts + node.b * volts + node.c);
    geometric(&nodes.iter().map(at).collect::<Vec<_>>(), nm)
}

/// Relative area of a circuit at a node of `nm`.
pub(super) fn area(nm: f64) -> f64 {
    let nodes = &constants().scaling.nodes;
    geometric(
        &nodes
            .iter()
            .map(|node| (node.nm, node.area))
            .collect::<Vec<_>>(),
        nm,
    )
}

/// Interpolation that is straight on logarithmic axes; `points` has the greatest x first and spans
/// `x`.
fn geometric(points: &[(f64, f64)], x: f64) -> f64 {
    let after = points
        .iter()
        .position(|point| point.0 <= x)
        .unwrap_or(points.len() - 1);
    let (x1, y1) = points[after];
    let (x0, y0) = points[after.saturating_sub(1)];
    if x == x1 || x0 == x1 {
        return y1;
    }
    let share = (x0 / x).ln() / (x0 / x1).ln();
    y0 * (y1 / y0).powf(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nm: u32) -> Technology {
        Technology::of(Nanometres(nm)).expect("within the tables")
    }

    #[track_caller]
    fn check(found: f64, expected: f64) {
        assert!(
            (found / expected - 1.0).abs() < 1e-9,
            "{found} is not {expected}"
        );
    }

    #[test]
    fn anchors_are_met() {
        check(at(65).mac(16.0, 16.0, 16.0), 2.0);
        check(at(45).mac(32.0, 32.0, 32.0), 3.2);
        check(
            at(40).mac_area(32.0, 32.0, 32.0),
            6628.0 * constants().logic.placement,
        );
        check(16.0 * (1.5 * at(65).wire() + 4.0 * at(65).register()), 4.0);
    }

    #[test]
    fn scaling_meets_the_published_table() {
        // Area from 65 to 45 nm is 0.66 and from 45 to 32 nm 0.46 in Stillmaker and Baas; two digits.
        assert!((area(45.0) / area(65.0) - 0.66).abs() < 0.01);
        check(area(32.0) / area(45.0), 0.46);
        check(energy(45.0), 1.103 * 0.64 - 0.362 * 0.8 + 0.2767);
    }

    /// Published energies are compared only with those of their own family: the ratio of a MAC to a
    /// register is one at all nodes of a family, and another in the next one.
    #[test]
    fn a_node_takes_its_energies_from_one_family() {
        let ratio = |nm| at(nm).mac(16.0, 16.0, 16.0) / at(nm).register();
        for nm in 7..=130 {
            let anchor = if at(nm).family_name() == "eyeriss" {
                65
            } else {
                45
            };
            check(ratio(nm), ratio(anchor));
        }
        assert!(ratio(65) > 1.5 * ratio(45), "the two families differ");
        // The border lies at the geometric mean of 65 and 45 nm, 54.1.
        assert_eq!(
            [at(55), at(54)].map(Technology::family_name),
            ["eyeriss", "horowitz"]
        );
    }

    #[test]
    fn finer_nodes_cost_less() {
        for nm in 8..=130 {
            let (fine, coarse) = (at(nm - 1), at(nm));
            let grows = |what: fn(Technology) -> f64| what(fine) < what(coarse);
            assert!(grows(|node| node.mac(8.0, 8.0, 32.0)), "{nm} nm");
            assert!(grows(|node| node.mac_area(8.0, 8.0, 32.0)), "{nm} nm");
            assert!(grows(Technology::register), "{nm} nm");
            assert!(fine.wire() <= coarse.wire(), "{nm} nm");
        }
    }

    #[test]
    fn nodes_beyond_the_tables_are_refused() {
        assert!(Technology::of(Nanometres(6)).is_err() && Technology::of(Nanometres(131)).is_err());
        assert!(Technology::of(Nanometres(7)).is_ok() && Technology::of(Nanometres(130)).is_ok());
    }

    #[test]
    fn extrapolation_and_finfets_are_said() {
        let caveats = [66, 65, 22, 21, 20, 16].map(|nm| at(nm).caveats().len());
        assert_eq!(caveats, [1, 0, 0, 1, 1, 2]);
        assert!(at(16).caveats()[1].contains("FinFET"));
    }

    #[test]
    fn standards_are_priced_by_their_generation() {
        assert_eq!(dram_of("hbm2-ramulator"), ("hbm2", None));
        assert_eq!(dram_of("lpddr4-2400"), ("lpddr4", None));
        let (name, caveat) = dram_of("ddr4-2400");
        assert_eq!(name, "ddr3");
        assert!(caveat.is_some_and(|text| text.contains("`ddr4-2400`: priced as `ddr3`, 70 pJ")));
        assert_eq!(dram_of("my-memory").0, "system");
    }
}
