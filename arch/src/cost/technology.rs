//! What arithmetic, registers and wires cost at a technology node.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::error::ArchError;
use crate::units::Nanometres;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Constants {
    arithmetic: Arithmetic,
    logic: Logic,
    wire: Wire,
    dram: Vec<DramEnergy>,
    scaling: Scaling,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Arithmetic {
    multiplier: Operation,
    adder: Operation,
    eyeriss_mac: Operation,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Operation {
    bits: f64,
    picojoules: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Logic {
    multiplier: Circuit,
    adder: Circuit,
    register: Register,
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
    picojoules: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    bits: f64,
    picojoules: f64,
    millimetres: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DramEnergy {
    name: String,
    picojoules_per_bit: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scaling {
    volts: f64,
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

/// Node of the logic table, in nm.
const LOGIC_NODE: f64 = 40.0;
/// Nodes of the two families of arithmetic, in nm.
const HOROWITZ_NODE: f64 = 45.0;
const EYERISS_NODE: f64 = 65.0;

fn constants() -> &'static Constants {
    static CONSTANTS: OnceLock<Constants> = OnceLock::new();
    CONSTANTS.get_or_init(|| {
        serde_yaml::from_str(include_str!("technology.yaml")).expect("a test reads the constants")
    })
}

/// Names and energies per bit (pJ) of the DRAM interfaces; the first is the default.
pub(super) fn drams() -> impl Iterator<Item = (&'static str, f64)> {
    constants()
        .dram
        .iter()
        .map(|dram| (dram.name.as_str(), dram.picojoules_per_bit))
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

    /// One multiply and add, in pJ.
    pub(super) fn mac(self, input: f64, weight: f64, sum: f64) -> f64 {
        let Arithmetic {
            multiplier,
            adder,
            eyeriss_mac,
        } = &constants().arithmetic;
        let horowitz = |input: f64, weight: f64, sum: f64| {
            multiplier.picojoules * input * weight / multiplier.bits.powi(2)
                + adder.picojoules * sum / adder.bits
        };
        let here = horowitz(input, weight, sum);
        let bits = eyeriss_mac.bits;
        let eyeriss = here * eyeriss_mac.picojoules / horowitz(bits, bits, bits);
        self.between(&[(EYERISS_NODE, eyeriss), (HOROWITZ_NODE, here)], energy)
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

    /// A write and read of a register, in pJ per bit.
    pub(super) fn register(self) -> f64 {
        let register = &constants().logic.register;
        self.logic_energy(register.picojoules / register.bits)
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

    /// Transport, in pJ per bit and millimetre.
    pub(super) fn wire(self) -> f64 {
        let Wire {
            bits,
            picojoules,
            millimetres,
        } = &constants().wire;
        self.between(&[(EYERISS_NODE, picojoules / bits / millimetres)], energy)
    }

    fn logic_energy(self, value: f64) -> f64 {
        self.between(&[(LOGIC_NODE, value)], energy)
    }

    fn logic_area(self, value: f64) -> f64 {
        self.between(&[(LOGIC_NODE, value)], area)
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
    let Scaling { volts, nodes } = &constants().scaling;
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
        check(at(40).register(), 0.009);
        check(at(40).mac_area(32.0, 32.0, 32.0), 6628.0);
        check(at(65).wire() * 16.0 * 1.5, 4.0);
    }

    #[test]
    fn scaling_meets_the_published_table() {
        // Area from 65 to 45 nm is 0.66 and from 45 to 32 nm 0.46 in Stillmaker and Baas; two digits.
        assert!((area(45.0) / area(65.0) - 0.66).abs() < 0.01);
        check(area(32.0) / area(45.0), 0.46);
        check(energy(45.0), 1.103 * 0.64 - 0.362 * 0.8 + 0.2767);
    }

    #[test]
    fn finer_nodes_cost_less() {
        for nm in 8..=130 {
            let (fine, coarse) = (at(nm - 1), at(nm));
            assert!(
                fine.mac(8.0, 8.0, 32.0) < coarse.mac(8.0, 8.0, 32.0),
                "{nm} nm"
            );
            assert!(
                fine.mac_area(8.0, 8.0, 32.0) < coarse.mac_area(8.0, 8.0, 32.0),
                "{nm} nm"
            );
            assert!(
                fine.wire() < coarse.wire() && fine.register() < coarse.register(),
                "{nm} nm"
            );
        }
    }

    #[test]
    fn nodes_beyond_the_tables_are_refused() {
        assert!(Technology::of(Nanometres(6)).is_err() && Technology::of(Nanometres(131)).is_err());
        assert!(Technology::of(Nanometres(7)).is_ok() && Technology::of(Nanometres(130)).is_ok());
    }
}
