//! What an SRAM costs, by capacity and node.
//!
//! ```text
//! inside the table      straight on logarithmic axes between its capacities and nodes
//! below the smallest    in proportion to the capacity
//! above the largest     full banks of the largest: area and leakage in proportion, energy of one
//!                       bank and the wire across the others
//! beyond 256 MiB        an error
//! ```

use std::sync::OnceLock;

use super::technology::{Technology, area, energy};

/// Nodes of the table in nm, coarsest first.
const NODES: [u32; 4] = [65, 45, 32, 22];
/// Greatest capacity that is priced.
pub(super) const GREATEST_BYTES: u64 = 256 << 20;

/// The width of an access, which decides how a macro is organised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    /// 16 bits: scratchpads.
    Word = 16,
    /// 64 bits: buffers, whose neighbouring words are used together.
    Line = 64,
}

/// An SRAM's cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sram {
    /// pJ per bit read.
    pub(super) read: f64,
    /// pJ per bit written.
    pub(super) write: f64,
    /// mW.
    pub(super) leakage: f64,
    /// Square microns.
    pub(super) area: f64,
}

struct Row {
    node: u32,
    width: u32,
    bytes: f64,
    cost: Sram,
}

fn table() -> &'static [Row] {
    static TABLE: OnceLock<Vec<Row>> = OnceLock::new();
    TABLE.get_or_init(|| {
        include_str!("sram.csv")
            .lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
            .map(|line| row(line).expect("a test reads the table"))
            .collect()
    })
}

fn row(line: &str) -> Option<Row> {
    let mut fields = line.split(',').map(|field| field.parse::<f64>().ok());
    let mut next = || fields.next().flatten();
    let (node, width, bytes) = (next()? as u32, next()?, next()?);
    let cost = Sram {
        read: next()? / width,
        write: next()? / width,
        leakage: next()?,
        area: next()?,
    };
    Some(Row {
        node,
        width: width as u32,
        bytes,
        cost,
    })
}

impl Sram {
    /// The cost of `bytes` of SRAM, more than none.
    pub(super) fn of(technology: Technology, width: Width, bytes: f64) -> Self {
        let known = NODES.map(|node| (f64::from(node), at_node(technology, node, width, bytes)));
        let pick = |field: fn(&Sram) -> f64| known.map(|(node, cost)| (node, field(&cost)));
        Self {
            read: technology.between(&pick(|cost| cost.read), energy),
            write: technology.between(&pick(|cost| cost.write), energy),
            leakage: technology.between(&pick(|cost| cost.leakage), energy),
            area: technology.between(&pick(|cost| cost.area), area),
        }
    }

    fn each(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self {
            read: f(self.read, other.read),
            write: f(self.write, other.write),
            leakage: f(self.leakage, other.leakage),
            area: f(self.area, other.area),
        }
    }
}

fn at_node(technology: Technology, node: u32, width: Width, bytes: f64) -> Sram {
    let rows = || {
        table()
            .iter()
            .filter(|row| row.node == node && row.width == width as u32)
    };
    let below = rows().take_while(|row| row.bytes <= bytes).last();
    let above = rows().find(|row| row.bytes > bytes);
    match (below, above) {
        (Some(low), Some(high)) => {
            let share = (bytes / low.bytes).ln() / (high.bytes / low.bytes).ln();
            low.cost
                .each(high.cost, |low, high| low * (high / low).powf(share))
        }
        (None, Some(least)) => least
            .cost
            .each(least.cost, |value, _| value * bytes / least.bytes),
        (Some(bank), None) => {
            let banks = bytes / bank.bytes;
            let (leakage, area) = (bank.cost.leakage * banks, bank.cost.area * banks);
            let millimetres = (area.sqrt() - bank.cost.area.sqrt()) / 1000.0;
            let wire = technology.wire() * millimetres;
            Sram {
                read: bank.cost.read + wire,
                write: bank.cost.write + wire,
                leakage,
                area,
            }
        }
        (None, None) => unreachable!("every node and width has rows in the embedded table"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanometres;

    fn at(nm: u32, width: Width, bytes: f64) -> Sram {
        Sram::of(
            Technology::of(Nanometres(nm)).expect("within the tables"),
            width,
            bytes,
        )
    }

    #[test]
    fn every_row_is_read_and_met() {
        assert_eq!(table().len(), 136);
        for row in table() {
            let width = if row.width == 16 {
                Width::Word
            } else {
                Width::Line
            };
            let found = at(row.node, width, row.bytes);
            let worst = found.each(row.cost, |a, b| (a / b - 1.0).abs());
            assert!(
                worst
                    .read
                    .max(worst.area)
                    .max(worst.write)
                    .max(worst.leakage)
                    < 1e-9
            );
        }
    }

    #[test]
    fn a_figure_of_the_sweep() {
        // CACTI: 65 nm, 128 KiB, 64 bits: 59.3358 pJ a read, 0.89643689 mm^2.
        let buffer = at(65, Width::Line, 131_072.0);
        assert!((buffer.read * 64.0 - 59.3358).abs() < 1e-6);
        assert!((buffer.area - 896_436.9).abs() < 1e-3);
    }

    #[test]
    fn larger_costs_more_at_every_node() {
        for nm in [7, 16, 22, 28, 32, 40, 45, 65, 90, 130] {
            for width in [Width::Word, Width::Line] {
                let mut before = at(nm, width, 1.0);
                // Quarters of an octave from 1 B to 256 MiB, across every seam of the table.
                for step in 1..=112 {
                    let now = at(nm, width, 2f64.powf(f64::from(step) / 4.0));
                    assert!(
                        now.read > before.read
                            && now.write > before.write
                            && now.leakage > before.leakage
                            && now.area > before.area,
                        "{nm} nm, {width:?}, step {step}: {now:?} after {before:?}"
                    );
                    before = now;
                }
            }
        }
    }
}
