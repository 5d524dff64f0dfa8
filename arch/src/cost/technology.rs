//! What arithmetic, registers and wires cost at a technology node.
//!
//! ```text
//! energy at a node = figure of the nearest family x P(node) / P(family's node)
//! ```
//!
//! with Stillmaker and Baas' P. A family is a set of energies that were published together; a node
//! never mixes two, so the ratios of energies are the same at every node of a family. What they
//! give for nodes that no measurement backs is said in [`Technology::caveats`].

use std::ops::Range;

use crate::constants::{All, Family, Growth, Logic, Node, Operation};
use crate::error::ArchError;
use crate::units::Nanometres;

/// Nodes of the table in nm, coarsest first.
pub(super) const NODES: [f64; 4] = [65.0, 45.0, 32.0, 22.0];

/// A technology node within the scaling tables.
#[derive(Clone, Copy, Debug)]
pub(super) struct Technology<'a> {
    nm: f64,
    constants: &'a All,
    family: &'a Family,
}

/// How a figure goes from a node to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// As the energy of a circuit.
    Energy,
    /// As its area.
    Area,
    /// As its energy per area.
    Density,
    /// Not at all.
    Constant,
}

impl<'a> Technology<'a> {
    pub(super) fn of(node: Nanometres, constants: &'a All) -> Result<Self, ArchError> {
        let nm = f64::from(node.0);
        let nodes = &constants.scaling.nodes;
        let (coarsest, finest) = (nodes[0].nm, nodes[nodes.len() - 1].nm);
        if !(finest..=coarsest).contains(&nm) {
            return Err(ArchError::NoCost {
                path: "technology_nm".to_owned(),
                found: node.0.to_string(),
                allowed: format!("{finest} to {coarsest}"),
            });
        }
        // The nearest by ratio.
        let distance = |family: &&Family| (family.nm / nm).ln().abs();
        let families = constants.families.values();
        let family = families.min_by(|a, b| distance(a).total_cmp(&distance(b)));
        Ok(Self {
            nm,
            constants,
            family: family.expect("what a file gives adds to our families"),
        })
    }

    /// The constants that price this node.
    pub(super) fn constants(self) -> &'a All {
        self.constants
    }

    /// Where the figures at this node rest on no measurement near it.
    pub(super) fn caveats(self) -> Vec<String> {
        let (nm, planar) = (self.nm, self.constants.scaling.last_planar_nm);
        let (coarsest, finest) = (NODES[0], NODES[NODES.len() - 1]);
        let mut caveats = Vec::new();
        if !(finest..=coarsest).contains(&nm) {
            caveats.push(format!(
                "technology_nm: {nm} is outside {finest} to {coarsest}, where SRAM is \
                 tabulated; its figures are extrapolated by Stillmaker and Baas' scaling"
            ));
        }
        if nm < planar && self.family.nm >= planar {
            caveats.push(format!(
                "technology_nm: {nm} is a FinFET node; every figure is scaled from planar \
                 transistors ({} nm)",
                self.family.nm
            ));
        }
        caveats
    }

    /// One multiply and add, in pJ.
    pub(super) fn mac(self, input: f64, weight: f64, sum: f64) -> f64 {
        let Growth { multiplier, adder } = &self.constants.growth;
        let grown = |input: f64, weight: f64, sum: f64| {
            multiplier.picojoules * input * weight / multiplier.bits.powi(2)
                + adder.picojoules * sum / adder.bits
        };
        let Operation {
            bits, picojoules, ..
        } = self.family.mac;
        let relative = grown(input, weight, sum) / grown(bits, bits, bits);
        self.scaled(picojoules * relative)
    }

    /// Area of a multiplier and adder, in square microns.
    pub(super) fn mac_area(self, input: f64, weight: f64, sum: f64) -> f64 {
        let Logic {
            multiplier, adder, ..
        } = &self.constants.logic;
        let area = multiplier.square_microns * input * weight / multiplier.bits.powi(2)
            + adder.square_microns * sum / adder.bits;
        self.logic_area(area)
    }

    /// Leakage of a multiplier and adder, in mW.
    pub(super) fn mac_leakage(self, input: f64, weight: f64, sum: f64) -> f64 {
        let Logic {
            multiplier, adder, ..
        } = &self.constants.logic;
        let leakage = multiplier.leakage_milliwatts * input * weight / multiplier.bits.powi(2)
            + adder.leakage_milliwatts * sum / adder.bits;
        self.logic_energy(leakage)
    }

    /// A write or read of a register, in pJ per bit.
    pub(super) fn register(self) -> f64 {
        let register = &self.family.register;
        self.scaled(register.picojoules / register.bits)
    }

    /// The clock's and control's energy in a cycle, in pJ per square micron of placed logic.
    pub(super) fn clock(self) -> f64 {
        let clock = &self.family.clock;
        let here = clock.picojoules / clock.square_microns;
        self.between(&[(self.family.nm, here)], Scale::Density)
    }

    /// Area of a register, in square microns per bit.
    pub(super) fn register_area(self) -> f64 {
        let register = &self.constants.logic.register;
        self.logic_area(register.square_microns / register.bits)
    }

    /// Leakage of a register in mW per bit: as much per area as the multiplier's.
    pub(super) fn register_leakage(self) -> f64 {
        let Logic {
            multiplier,
            register,
            ..
        } = &self.constants.logic;
        let density = multiplier.leakage_milliwatts / multiplier.square_microns;
        self.logic_energy(density * register.square_microns / register.bits)
    }

    /// A wire of the array, in pJ per bit and millimetre.
    pub(super) fn wire(self) -> f64 {
        let measured = Self {
            nm: self.family.nm,
            ..self
        };
        self.family.wire() * self.bank_wire() / measured.bank_wire()
    }

    /// A wire between the banks of a buffer, in pJ per bit and millimetre.
    pub(super) fn bank_wire(self) -> f64 {
        let wires = self.constants.wires.nodes.iter();
        let known: Vec<_> = wires.map(|wire| (wire.nm, wire.picojoules)).collect();
        // A millimetre of wire has the same capacitance at every node: beyond the table it stays.
        self.between(&known, Scale::Constant)
    }

    /// An energy of the family.
    fn scaled(self, value: f64) -> f64 {
        self.between(&[(self.family.nm, value)], Scale::Energy)
    }

    fn logic_energy(self, value: f64) -> f64 {
        self.between(&[(self.constants.logic.nm, value)], Scale::Energy)
    }

    fn logic_area(self, value: f64) -> f64 {
        let Logic { nm, placement, .. } = &self.constants.logic;
        self.between(&[(*nm, placement.factor * value)], Scale::Area)
    }

    /// Which of some nodes (coarsest first) decide a figure at this one.
    pub(super) fn neighbours(self, nodes: &[f64]) -> Range<usize> {
        let coarser = nodes.partition_point(|node| *node > self.nm);
        let is_known = nodes.get(coarser) == Some(&self.nm);
        let first = if is_known || coarser == 0 {
            coarser
        } else {
            coarser - 1
        };
        first..(coarser + 1).min(nodes.len())
    }

    /// A value known at some nodes (coarsest first): geometric interpolation between them, scaling
    /// from the nearest beyond them.
    pub(super) fn between(self, known: &[(f64, f64)], scale: Scale) -> f64 {
        let (coarsest, finest) = (known[0], known[known.len() - 1]);
        if self.nm >= coarsest.0 {
            return coarsest.1 * self.size(self.nm, scale) / self.size(coarsest.0, scale);
        }
        if self.nm <= finest.0 {
            return finest.1 * self.size(self.nm, scale) / self.size(finest.0, scale);
        }
        geometric(known, self.nm)
    }

    /// Relative size of something at a node of `nm`.
    fn size(self, nm: f64, scale: Scale) -> f64 {
        let scaling = &self.constants.scaling;
        let along = |of: &dyn Fn(&Node) -> f64| {
            let nodes = scaling.nodes.iter();
            geometric(
                &nodes.map(|node| (node.nm, of(node))).collect::<Vec<_>>(),
                nm,
            )
        };
        let energy = || along(&|node| node.energy(scaling.volts));
        let area = || along(&|node| node.area);
        match scale {
            Scale::Energy => energy(),
            Scale::Area => area(),
            Scale::Density => energy() / area(),
            Scale::Constant => 1.0,
        }
    }
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
impl Technology<'static> {
    /// A node with our own constants.
    pub(super) fn at(nm: u32) -> Self {
        use crate::constants::Constants;
        static OURS: std::sync::LazyLock<Constants> = std::sync::LazyLock::new(Constants::default);
        Self::of(Nanometres(nm), OURS.all()).expect("within the tables")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constants::Constants;

    fn at(nm: u32) -> Technology<'static> {
        Technology::at(nm)
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
        check(
            at(40).mac_area(32.0, 32.0, 32.0),
            6628.0 * at(40).constants.logic.placement.factor,
        );
        check(16.0 * (1.5 * at(65).wire() + 4.0 * at(65).register()), 4.0);
    }

    #[test]
    fn scaling_meets_the_published_table() {
        let area = |nm| at(65).size(nm, Scale::Area);
        // Area from 65 to 45 nm is 0.66 and from 45 to 32 nm 0.46 in Stillmaker and Baas; two digits.
        assert!((area(45.0) / area(65.0) - 0.66).abs() < 0.01);
        check(area(32.0) / area(45.0), 0.46);
        let energy = at(65).size(45.0, Scale::Energy);
        check(energy, 1.103 * 0.64 - 0.362 * 0.8 + 0.2767);
    }

    /// Published energies are compared only with those of their own family: at each node, the ratios
    /// between a MAC, a register and an area's clock are those of one family.
    #[test]
    fn a_node_takes_its_energies_from_one_family() {
        for nm in 7..=130 {
            let node = at(nm);
            let Family {
                nm: measured,
                mac,
                register,
                clock,
                ..
            } = node.family;
            let found = node.mac(mac.bits, mac.bits, mac.bits);
            let ratio = mac.picojoules / (register.picojoules / register.bits);
            check(found / node.register(), ratio);
            let area = node.size(node.nm, Scale::Area) / node.size(*measured, Scale::Area);
            let ratio = mac.picojoules / (clock.picojoules / clock.square_microns);
            check(found / (area * node.clock()), ratio);
        }
    }

    #[test]
    fn a_node_lies_between_its_neighbours() {
        let nodes = [65.0, 45.0, 22.0];
        let found = [90, 65, 60, 45, 28, 22, 7].map(|nm| at(nm).neighbours(&nodes));
        assert_eq!(found, [0..1, 0..1, 0..2, 1..2, 1..3, 2..3, 2..3]);
    }

    #[test]
    fn finer_nodes_cost_less() {
        for nm in 8..=130 {
            let (fine, coarse) = (at(nm - 1), at(nm));
            let grows = |what: fn(Technology<'static>) -> f64| what(fine) < what(coarse);
            assert!(grows(|node| node.mac(8.0, 8.0, 32.0)), "{nm} nm");
            assert!(grows(|node| node.mac_area(8.0, 8.0, 32.0)), "{nm} nm");
            assert!(grows(Technology::register), "{nm} nm");
            assert!(fine.wire() <= coarse.wire(), "{nm} nm");
        }
    }

    #[test]
    fn nodes_beyond_the_tables_are_refused() {
        let constants = Constants::default();
        let is_priced = |nm| Technology::of(Nanometres(nm), constants.all()).is_ok();
        assert_eq!([6, 7, 130, 131].map(is_priced), [false, true, true, false]);
    }

    #[test]
    fn extrapolation_and_finfets_are_said() {
        let caveats = [66, 65, 22, 21, 20, 19, 16].map(|nm| at(nm).caveats().len());
        assert_eq!(caveats, [1, 0, 0, 1, 1, 2, 2]);
        assert!(at(16).caveats()[1].contains("FinFET"));
    }
}
