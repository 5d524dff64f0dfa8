//! What an SRAM costs, by capacity, width and node.
//!
//! ```text
//! inside the table      straight on logarithmic axes between its capacities, widths and nodes
//! below 32 lines        in proportion to the capacity
//! below 16 bits         in proportion to the width: words that share a line are used together
//! above 512 bits        as many lines of 512 bits
//! above 8 MiB           banks of 8 MiB: area and leakage in proportion, energy of one bank and the
//!                       wires across the others
//! beyond 256 MiB        an error
//! ```
//!
//! CACTI chooses an organisation for each row, so that now and then a wider or larger memory comes
//! out cheaper than a smaller one. Nobody would build the smaller one then. Each figure is replaced
//! by the middle of the greatest that no larger memory has and the least that no smaller one has,
//! which is monotone and as near to the rows as a monotone table can be.

use std::sync::OnceLock;

use super::technology::{Scale, Technology};

/// Nodes of the table in nm, coarsest first.
const NODES: [u32; 4] = [65, 45, 32, 22];
/// Greatest bank.
const BANK_BYTES: f64 = (8u64 << 20) as f64;
/// Greatest capacity that is priced.
pub(super) const GREATEST_BYTES: u64 = 256 << 20;
/// Widths of the table.
const WIDTHS: [u32; 6] = [16, 32, 64, 128, 256, 512];
/// The fewest words that CACTI organises.
const FEWEST_WORDS: f64 = 32.0;

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

impl Sram {
    /// The cost of so many bytes, more than none, read and written in lines of so many bits.
    pub(super) fn of(technology: Technology<'_>, bytes: f64, width: f64) -> Self {
        let known = grids().each_ref().map(|(node, grid)| {
            let cost = grid.banks(bytes, width, technology.bank_wire());
            (f64::from(*node), cost)
        });
        let pick = |field: fn(&Sram) -> f64| known.map(|(node, cost)| (node, field(&cost)));
        Self {
            read: technology.between(&pick(|cost| cost.read), Scale::Energy),
            write: technology.between(&pick(|cost| cost.write), Scale::Energy),
            leakage: technology.between(&pick(|cost| cost.leakage), Scale::Energy),
            area: technology.between(&pick(|cost| cost.area), Scale::Area),
        }
    }

    pub(super) fn map(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self {
            read: f(self.read, other.read),
            write: f(self.write, other.write),
            leakage: f(self.leakage, other.leakage),
            area: f(self.area, other.area),
        }
    }

    fn between(self, other: Self, share: f64) -> Self {
        self.map(other, |low, high| low * (high / low).powf(share))
    }
}

/// A line of the table; energies are those of a whole line of the memory.
#[derive(Clone, Copy, Debug)]
struct Row {
    node: u32,
    width: u32,
    bytes: f64,
    cost: Sram,
}

fn rows() -> impl Iterator<Item = Row> {
    include_str!("sram.csv")
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
        .map(|line| row(line).expect("a test reads the table"))
}

fn row(line: &str) -> Option<Row> {
    let mut fields = line.split(',').map(|field| field.parse::<f64>().ok());
    let mut next = || fields.next().flatten();
    Some(Row {
        node: next()? as u32,
        width: next()? as u32,
        bytes: next()?,
        cost: Sram {
            read: next()?,
            write: next()?,
            leakage: next()?,
            area: next()?,
        },
    })
}

fn grids() -> &'static [(u32, Grid); 4] {
    static GRIDS: OnceLock<[(u32, Grid); 4]> = OnceLock::new();
    GRIDS.get_or_init(|| NODES.map(|node| (node, Grid::of(rows().filter(|r| r.node == node)))))
}

/// The rows of a node by width, each with its capacities in order.
struct Grid([Vec<(f64, Sram)>; 6]);

impl Grid {
    fn of(rows: impl Iterator<Item = Row>) -> Self {
        let rows: Vec<Row> = rows.collect();
        Self(WIDTHS.map(|width| {
            let column = rows.iter().filter(|row| row.width == width);
            let mut column: Vec<_> = column
                .map(|row| (row.bytes, monotone(row, &rows)))
                .collect();
            column.sort_by(|a, b| a.0.total_cmp(&b.0));
            column
        }))
    }

    /// Whole banks of at most 8 MiB; per bit.
    fn banks(&self, bytes: f64, width: f64, wire: f64) -> Sram {
        let line = width.clamp(f64::from(WIDTHS[0]), f64::from(WIDTHS[5]));
        let smallest = FEWEST_WORDS * line / 8.0;
        let bank = self.at(bytes.clamp(smallest, BANK_BYTES), line);
        let (mut read, mut write) = (bank.read / line, bank.write / line);
        let share = if bytes < smallest {
            read *= bytes / smallest;
            write *= bytes / smallest;
            bytes / smallest
        } else {
            (bytes / BANK_BYTES).max(1.0)
        };
        let area = bank.area * share;
        let millimetres = (area.sqrt() - bank.area.sqrt()).max(0.0) / 1000.0;
        Sram {
            read: read + wire * millimetres,
            write: write + wire * millimetres,
            leakage: bank.leakage * share,
            area,
        }
    }

    /// One bank inside the table; per line.
    fn at(&self, bytes: f64, line: f64) -> Sram {
        let octave = (line / f64::from(WIDTHS[0])).log2();
        let (narrow, share) = (octave.floor(), octave.fract());
        let low = along(&self.0[narrow as usize], bytes);
        if share == 0.0 {
            return low;
        }
        low.between(along(&self.0[narrow as usize + 1], bytes), share)
    }
}

/// The middle of the greatest figure below a row and the least above it, both inclusive.
fn monotone(row: &Row, rows: &[Row]) -> Sram {
    let ordered = |a: &Row, b: &Row| a.bytes <= b.bytes && a.width <= b.width;
    let fold = |is_in: &dyn Fn(&Row) -> bool, pick: fn(f64, f64) -> f64| {
        let figures = rows
            .iter()
            .filter(|other| is_in(other))
            .map(|other| other.cost);
        figures.fold(row.cost, |a, b| a.map(b, pick))
    };
    let below = fold(&|other| ordered(other, row), f64::max);
    let above = fold(&|other| ordered(row, other), f64::min);
    below.between(above, 0.5)
}

/// A column at a capacity; its end beyond it.
fn along(column: &[(f64, Sram)], bytes: f64) -> Sram {
    let after = column.partition_point(|(known, _)| *known < bytes);
    if after == 0 {
        return column[0].1;
    }
    let Some(&(high, above)) = column.get(after) else {
        return column[column.len() - 1].1;
    };
    let (low, below) = column[after - 1];
    below.between(above, (bytes / low).ln() / (high / low).ln())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nm: u32, width: f64, bytes: f64) -> Sram {
        let node = Technology::at(nm);
        Sram::of(node, bytes, width)
    }

    type Field = (&'static str, fn(&Sram) -> f64);
    const FIELDS: [Field; 4] = [
        ("read", |sram| sram.read),
        ("write", |sram| sram.write),
        ("leakage", |sram| sram.leakage),
        ("area", |sram| sram.area),
    ];

    /// Mean and greatest size of relative errors, in percent.
    fn errors(found: impl Iterator<Item = f64>) -> (f64, f64) {
        let sizes: Vec<f64> = found.map(|error| 100.0 * error.abs()).collect();
        let mean = sizes.iter().sum::<f64>() / sizes.len() as f64;
        (mean, sizes.into_iter().fold(0.0, f64::max))
    }

    fn check(what: &str, (mean, worst): (f64, f64), limits: (f64, f64)) {
        assert!(
            mean <= limits.0 && worst <= limits.1,
            "{what}: mean {mean:.2} %, worst {worst:.2} %, allowed {limits:?}"
        );
    }

    /// What monotony costs: the rows themselves, as they come out.
    #[test]
    fn rows_are_met_but_for_monotony() {
        assert_eq!(rows().count(), 372);
        let limits = [(0.25, 11.0), (0.01, 0.01), (4.3, 34.0), (1.8, 13.0)];
        for ((name, field), limits) in FIELDS.into_iter().zip(limits) {
            let error = |row: Row| {
                let grid = &grids()
                    .iter()
                    .find(|grid| grid.0 == row.node)
                    .expect("a node")
                    .1;
                field(&grid.at(row.bytes, f64::from(row.width))) / field(&row.cost) - 1.0
            };
            check(name, errors(rows().map(error)), limits);
        }
    }

    #[test]
    fn a_figure_of_the_sweep() {
        // CACTI: 65 nm, 128 KiB, 64 bits: 59.3358 pJ a read and 49.595 a write.
        let buffer = at(65, 64.0, 131_072.0);
        assert!((buffer.read * 64.0 - 59.3358).abs() < 1e-6);
        assert!((buffer.write * 64.0 - 49.595).abs() < 1e-6);
    }

    #[test]
    fn larger_costs_more_at_every_node() {
        for nm in [7, 16, 22, 28, 32, 40, 45, 65, 90, 130] {
            for width in [8.0, 16.0, 24.0, 64.0, 100.0, 512.0, 700.0] {
                let mut before = at(nm, width, 1.0);
                // Quarters of an octave from 1 B to 256 MiB, across every seam of the table.
                for step in 1..=112 {
                    let now = at(nm, width, 2f64.powf(f64::from(step) / 4.0));
                    let place = format!("{nm} nm, {width} bits, step {step}");
                    assert!(now.area > before.area, "{place}: {now:?} after {before:?}");
                    assert!(
                        now.leakage > before.leakage,
                        "{place}: {now:?} after {before:?}"
                    );
                    before = now;
                }
            }
        }
    }

    /// An access takes more energy in a wider or larger memory, and a wider one is no smaller.
    #[test]
    fn wider_and_larger_accesses_cost_no_less() {
        let access = |nm, width: f64, bytes| {
            let sram = at(nm, width, bytes);
            let line = width.min(512.0);
            [sram.read * line, sram.write * line, sram.area, sram.leakage]
        };
        let no_less =
            |a: [f64; 4], b: [f64; 4]| a.iter().zip(b).all(|(a, b)| *a <= b * (1.0 + 1e-12));
        for nm in [7, 22, 28, 40, 65, 130] {
            for step in 0..=40 {
                // From 2 KiB, where there are 32 lines of the widest, to 8 MiB.
                let bytes = 2048.0 * 2f64.powf(f64::from(step) * 0.3);
                for width in (16..=511).step_by(9).map(f64::from) {
                    let here = access(nm, width, bytes);
                    let place = format!("{nm} nm, {width} bits, {bytes} bytes");
                    assert!(
                        no_less(here, access(nm, width + 1.0, bytes)),
                        "{place}: wider"
                    );
                    assert!(
                        no_less(here, access(nm, width, bytes * 1.1)),
                        "{place}: larger"
                    );
                }
            }
        }
    }

    /// Each row that has neighbours of half and twice the capacity, from a table without it: the
    /// distance to the next row is then twice what it ever is in use.
    #[test]
    fn rows_held_back() {
        for ((name, field), limits) in
            FIELDS
                .into_iter()
                .zip([(8.3, 34.0), (5.8, 19.0), (4.8, 38.0), (5.1, 26.0)])
        {
            let held = rows().filter(|row| {
                let beside = |factor: f64| {
                    let is_it = |r: &Row| {
                        (r.node, r.width, r.bytes) == (row.node, row.width, row.bytes * factor)
                    };
                    rows().any(|r| is_it(&r))
                };
                beside(0.5) && beside(2.0)
            });
            let error = |row: Row| {
                let others = rows()
                    .filter(|r| r.node == row.node && (r.width, r.bytes) != (row.width, row.bytes));
                let found = Grid::of(others).at(row.bytes, f64::from(row.width));
                field(&found) / field(&row.cost) - 1.0
            };
            check(name, errors(held.map(error)), limits);
        }
    }
}
