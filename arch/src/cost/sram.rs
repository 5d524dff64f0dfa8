//! What an SRAM costs, by capacity, width, ports and node.
//!
//! ```text
//! inside the table      straight on logarithmic axes between its capacities, widths and nodes
//! below 32 lines        in proportion to the capacity
//! below 16 bits         in proportion to the width: words that share a line are used together
//! above 512 bits        as many lines of 512 bits (256 where reads and writes have ports of their own)
//! above 8 MiB           banks of 8 MiB
//! banks                 area and leakage in proportion, energy of one bank and the wires across the
//!                       others
//! beyond 256 MiB        an error
//! ```
//!
//! CACTI chooses an organisation for each row, and figures jump where it chooses another: up, and
//! also down, so that now and then a larger or wider memory takes less than a smaller one. Nobody
//! would build the smaller one then. So a figure is the middle of the greatest that a smaller memory
//! has and the least that a larger one has, which is monotone and as near to the rows as a monotone
//! table can be: the harmonic mean, off by the same share from both. Between two rows of different
//! organisations stands the smaller one's, as far as the larger one's figure.

use std::sync::OnceLock;

use super::technology::{NODES, Scale, Technology};
use crate::banks::{Banks, Ports};
/// Greatest bank.
const BANK_BYTES: f64 = (8u64 << 20) as f64;
/// Greatest capacity that is priced.
pub(super) const GREATEST_BYTES: u64 = 256 << 20;
/// The fewest words that CACTI organises.
const FEWEST_WORDS: f64 = 32.0;
/// What a memory grows at least with its capacity, as a power of it: no two capacities are equal.
const LEAST_GROWTH: f64 = 1e-3;

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
    /// The cost of so many bytes, more than none, read or written in lines of so many bits.
    pub(super) fn of(technology: Technology<'_>, bytes: f64, width: f64) -> Self {
        let banks = (bytes / BANK_BYTES).max(1.0);
        Self::scaled(technology, Ports::One, |grid| {
            grid.banks(banks, bytes / banks, width, technology.bank_wire())
        })
    }

    /// The cost of so many bytes in banks.
    pub(super) fn banked(technology: Technology<'_>, bytes: f64, banks: Banks) -> Self {
        let bank = bytes / f64::from(banks.count);
        let parts = (bank / BANK_BYTES).max(1.0);
        let count = f64::from(banks.count) * parts;
        Self::scaled(technology, banks.ports, |grid| {
            let width = f64::from(banks.width.0);
            grid.banks(count, bank / parts, width, technology.bank_wire())
        })
    }

    fn scaled(technology: Technology<'_>, ports: Ports, price: impl Fn(&Grid) -> Self) -> Self {
        let nodes = technology.neighbours(&NODES);
        let known: Vec<(f64, Self)> = nodes
            .map(|node| (NODES[node], price(&grids(ports)[node])))
            .collect();
        let at = |scale, field: fn(&Self) -> f64| {
            let known: Vec<_> = known.iter().map(|(nm, cost)| (*nm, field(cost))).collect();
            technology.between(&known, scale)
        };
        let factors = &technology.constants().sram;
        Self {
            read: factors.read * at(Scale::Energy, |cost| cost.read),
            write: factors.write * at(Scale::Energy, |cost| cost.write),
            leakage: factors.leakage * at(Scale::Energy, |cost| cost.leakage),
            area: factors.area * at(Scale::Area, |cost| cost.area),
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

    /// Between this (share 0) and another (share 1) on logarithmic axes, and beyond them.
    fn between(self, other: Self, share: f64) -> Self {
        self.map(other, |low, high| low * (high / low).powf(share))
    }

    fn times(self, factor: f64) -> Self {
        self.map(self, |figure, _| figure * factor)
    }
}

/// A line of the table; energies are those of a whole line of the memory.
#[derive(Clone, Copy, Debug)]
struct CactiRow {
    node: f64,
    ports: Ports,
    width: f64,
    bytes: f64,
    cost: Sram,
    organisation: &'static str,
}

fn rows() -> impl Iterator<Item = CactiRow> {
    read(include_str!("sram.csv"))
}

fn read(table: &'static str) -> impl Iterator<Item = CactiRow> {
    table
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
        .map(|line| row(line).expect("a test reads the table"))
}

fn row(line: &'static str) -> Option<CactiRow> {
    let mut fields = line.split(',');
    let number = |field: Option<&str>| field?.parse::<f64>().ok();
    Some(CactiRow {
        node: number(fields.next())?,
        ports: match fields.next()? {
            "1rw" => Ports::One,
            "1r1w" => Ports::ReadWrite,
            _ => return None,
        },
        width: number(fields.next())?,
        bytes: number(fields.next())?,
        cost: Sram {
            read: number(fields.next())?,
            write: number(fields.next())?,
            leakage: number(fields.next())?,
            area: number(fields.next())?,
        },
        organisation: fields.next()?,
    })
}

/// One grid a node.
fn grids(ports: Ports) -> &'static [Grid; 4] {
    static GRIDS: OnceLock<[[Grid; 4]; 2]> = OnceLock::new();
    let all = GRIDS.get_or_init(|| {
        [Ports::One, Ports::ReadWrite].map(|ports| {
            NODES.map(|node| Grid::of(rows().filter(|row| (row.node, row.ports) == (node, ports))))
        })
    });
    &all[usize::from(ports == Ports::ReadWrite)]
}

/// The columns of a node, narrowest first.
struct Grid(Vec<Column>);

/// The rows of one width in order of their capacities.
struct Column {
    width: f64,
    rows: Vec<CapacityPoint>,
}

/// A capacity, and the bounds between which the figures lie that it may have.
struct CapacityPoint {
    bytes: f64,
    organisation: &'static str,
    own: Sram,
    /// The greatest of the smaller ones and its own.
    most: Sram,
    /// The least of the larger ones and its own.
    least: Sram,
}

impl Grid {
    fn of(rows: impl Iterator<Item = CactiRow>) -> Self {
        let rows: Vec<CactiRow> = rows.collect();
        let mut widths: Vec<f64> = rows.iter().map(|row| row.width).collect();
        widths.sort_by(f64::total_cmp);
        widths.dedup();
        let column = |width| Column::of(width, rows.iter().filter(|row| row.width == width));
        Self(widths.into_iter().map(column).collect())
    }

    /// So many banks of so many bytes, at most 8 MiB; energies per bit.
    fn banks(&self, count: f64, bytes: f64, width: f64, wire: f64) -> Sram {
        let line = width.clamp(self.0[0].width, self.0[self.0.len() - 1].width);
        let smallest = FEWEST_WORDS * line / 8.0;
        let bank = self.at(bytes.max(smallest), line);
        let bank = bank.times((bytes / smallest).min(1.0));
        let area = bank.area * count;
        let millimetres = (area.sqrt() - bank.area.sqrt()) / 1000.0;
        Sram {
            read: bank.read / line + wire * millimetres,
            write: bank.write / line + wire * millimetres,
            leakage: bank.leakage * count,
            area,
        }
    }

    /// One bank inside the table; energies per line.
    fn at(&self, bytes: f64, line: f64) -> Sram {
        let bounds: Vec<(Sram, Sram)> = self.0.iter().map(|column| column.at(bytes)).collect();
        let wider = self.0.partition_point(|column| column.width < line);
        let high = middle(&bounds, wider);
        if self.0[wider].width == line {
            return high;
        }
        let [low_width, high_width] = [wider - 1, wider].map(|place| self.0[place].width);
        let share = (line / low_width).ln() / (high_width / low_width).ln();
        middle(&bounds, wider - 1).between(high, share)
    }
}

/// The middle of a column's bounds, together with those of the narrower and wider ones.
fn middle(bounds: &[(Sram, Sram)], column: usize) -> Sram {
    let (most, least) = bounds[column];
    let narrower = bounds[..column].iter().map(|(most, _)| *most);
    let wider = bounds[column + 1..].iter().map(|(_, least)| *least);
    let all = narrower.fold(most, |a, b| a.map(b, f64::max));
    let harmonic = |a: f64, b: f64| 2.0 * a * b / (a + b);
    Sram {
        // A wider memory of the same capacity has fewer lines, and may well leak less.
        leakage: harmonic(most.leakage, least.leakage),
        ..all.map(wider.fold(least, |a, b| a.map(b, f64::min)), harmonic)
    }
}

impl Column {
    fn of<'r>(width: f64, rows: impl Iterator<Item = &'r CactiRow>) -> Self {
        let point = |row: &CactiRow| CapacityPoint {
            bytes: row.bytes,
            organisation: row.organisation,
            own: row.cost,
            most: row.cost,
            least: row.cost,
        };
        let mut rows: Vec<CapacityPoint> = rows.map(point).collect();
        rows.sort_by(|a, b| a.bytes.total_cmp(&b.bytes));
        for here in 1..rows.len() {
            let growth = (rows[here].bytes / rows[here - 1].bytes).powf(LEAST_GROWTH);
            rows[here].most = (rows[here].most).map(rows[here - 1].most.times(growth), f64::max);
        }
        for here in (1..rows.len()).rev() {
            let growth = (rows[here].bytes / rows[here - 1].bytes).powf(LEAST_GROWTH);
            rows[here - 1].least =
                (rows[here - 1].least).map(rows[here].least.times(1.0 / growth), f64::min);
        }
        Self { width, rows }
    }

    /// Both bounds at a capacity; those of its ends beyond them.
    fn at(&self, bytes: f64) -> (Sram, Sram) {
        let after = self.rows.partition_point(|point| point.bytes < bytes);
        let here = &self.rows[after.min(self.rows.len() - 1)];
        if after == 0 || here.bytes <= bytes {
            return (here.most, here.least);
        }
        let below = &self.rows[after - 1];
        let along = |from: &CapacityPoint, to: &CapacityPoint| {
            let share = (bytes / from.bytes).ln() / (to.bytes / from.bytes).ln();
            from.own.between(to.own, share)
        };
        let before = after.checked_sub(2).map(|place| &self.rows[place]);
        // Where the organisation changes, the smaller one's goes on as it has come.
        let own = match before.filter(|before| before.organisation == below.organisation) {
            Some(before) if below.organisation != here.organisation => along(before, below),
            _ => along(below, here),
        };
        let grown = |point: &CapacityPoint, bound: Sram| {
            bound.times((bytes / point.bytes).powf(LEAST_GROWTH))
        };
        // Above all that is smaller, below all that is larger.
        let most = own.map(grown(here, here.most), f64::min);
        (
            most.map(grown(below, below.most), f64::max),
            own.map(grown(here, here.least), f64::min),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::banks::Sharing;
    use crate::units::Bits;

    fn at(nm: u32, width: f64, bytes: f64) -> Sram {
        Sram::of(Technology::at(nm), bytes, width)
    }

    type SramFigure = (&'static str, fn(&Sram) -> f64);
    const FIELDS: [SramFigure; 4] = [
        ("read", |sram| sram.read),
        ("write", |sram| sram.write),
        ("leakage", |sram| sram.leakage),
        ("area", |sram| sram.area),
    ];

    fn of_one_port() -> impl Iterator<Item = CactiRow> {
        rows().filter(|row| row.ports == Ports::One)
    }

    /// The row as a table gives it.
    fn found(grid: &Grid, row: CactiRow) -> Sram {
        grid.at(row.bytes, row.width)
    }

    /// Mean and greatest size of the relative errors of each quantity, in percent, may be no more
    /// than `limits`.
    #[expect(clippy::print_stdout, reason = "figures for the documentation")]
    fn check(pairs: &[(Sram, CactiRow)], limits: [(f64, f64); 4]) {
        for ((name, field), limits) in FIELDS.into_iter().zip(limits) {
            let error = |(found, row): &(Sram, CactiRow)| {
                let error = field(found) / field(&row.cost) - 1.0;
                (100.0 * error.abs(), row.node, row.width, row.bytes)
            };
            let mean = pairs.iter().map(|pair| error(pair).0).sum::<f64>() / pairs.len() as f64;
            let worst = pairs.iter().map(error).max_by(|a, b| a.0.total_cmp(&b.0));
            let worst = worst.expect("there are pairs");
            println!("{name}: mean {mean:.2} %, worst {worst:.2?}");
            assert!(
                mean <= limits.0 && worst.0 <= limits.1,
                "{name}: mean {mean:.2} %, worst {worst:.2?}, allowed {limits:?}"
            );
        }
    }

    fn grid(node: f64) -> &'static Grid {
        let place = NODES.iter().position(|known| *known == node);
        &grids(Ports::One)[place.expect("a node of the table")]
    }

    /// What monotony costs: the rows themselves, as they come out.
    #[test]
    fn rows_are_met_but_for_monotony() {
        let pairs: Vec<_> = of_one_port()
            .map(|row| (found(grid(row.node), row), row))
            .collect();
        check(&pairs, [(1.5, 13.0), (1.6, 16.6), (0.6, 16.5), (2.0, 12.5)]);
    }

    /// The recorded sweep's rows (powers of two), all of them held back at once but for the ends of
    /// each column: what the other rows give in their place.
    #[test]
    fn rows_of_the_sweep_held_back() {
        let is_of_the_sweep = |row: &CactiRow| row.bytes.log2().fract() == 0.0;
        let is_end = |row: &CactiRow| {
            let column = of_one_port().filter(|r| (r.node, r.width) == (row.node, row.width));
            let bytes: Vec<f64> = column.map(|row| row.bytes).collect();
            row.bytes == bytes[0] || row.bytes == bytes[bytes.len() - 1]
        };
        let (held, kept): (Vec<CactiRow>, Vec<CactiRow>) =
            of_one_port().partition(|row| is_of_the_sweep(row) && !is_end(row));
        assert_eq!(held.len(), 324);
        let grids = NODES.map(|node| Grid::of(kept.iter().copied().filter(|r| r.node == node)));
        let pairs = held.into_iter().map(|row| {
            let place = NODES.iter().position(|node| *node == row.node);
            (found(&grids[place.expect("a node of the table")], row), row)
        });
        check(&pairs.collect::<Vec<_>>(), [(4.0, 15.0); 4]);
    }

    /// What CACTI says of memories between those of the table; at widths between its own, where it
    /// chooses other organisations again, it is further off.
    #[test]
    fn memories_between_those_of_the_table() {
        let rows = read(include_str!("sram_between.csv"));
        let pairs = rows.map(|row| (found(grid(row.node), row), row));
        let (known, between): (Vec<_>, Vec<_>) =
            pairs.partition(|(_, row)| row.width.log2().fract() == 0.0);
        assert_eq!([known.len(), between.len()], [62, 58]);
        check(&known, [(4.0, 15.0); 4]);
        let limits = [(9.2, 22.0), (4.8, 13.0), (3.7, 19.5), (5.6, 15.5)];
        check(&between, limits);
    }

    /// Rows with a port to read and one to write are the recorded sweep's alone. Each that has
    /// neighbours of half and twice the capacity, from a table without it.
    #[test]
    fn rows_of_two_ports_held_back() {
        let all: Vec<CactiRow> = rows().filter(|row| row.ports == Ports::ReadWrite).collect();
        let is_row = |row: &CactiRow, bytes: f64| {
            let is_it = |r: &&CactiRow| (r.node, r.width, r.bytes) == (row.node, row.width, bytes);
            all.iter().any(|r| is_it(&r))
        };
        let held = all
            .iter()
            .filter(|r| is_row(r, r.bytes / 2.0) && is_row(r, r.bytes * 2.0));
        let pairs = held.map(|row| {
            let is_other = |r: &&CactiRow| (r.width, r.bytes) != (row.width, row.bytes);
            let others = all.iter().filter(|r| r.node == row.node).filter(is_other);
            (found(&Grid::of(others.copied()), *row), *row)
        });
        let limits = [(8.1, 28.5), (5.4, 18.0), (3.6, 29.0), (5.1, 24.5)];
        check(&pairs.collect::<Vec<_>>(), limits);
    }

    #[test]
    fn a_figure_of_the_sweep() {
        // CACTI: 65 nm, 16 KiB, 64 bits: 20.9833 pJ a read; larger ones leak more.
        let buffer = at(65, 64.0, 16_384.0);
        assert!(
            (buffer.read * 64.0 / 20.9833 - 1.0).abs() < 0.05,
            "{buffer:?}"
        );
    }

    #[test]
    fn larger_costs_more_at_every_node() {
        for nm in [7, 16, 22, 28, 32, 40, 45, 65, 90, 130] {
            for width in [8.0, 16.0, 24.0, 64.0, 100.0, 512.0, 700.0] {
                let mut before = at(nm, width, 1.0);
                // Sixteenths of an octave from 1 B to 256 MiB, across every seam of the table.
                for step in 1..=448 {
                    let now = at(nm, width, 2f64.powf(f64::from(step) / 16.0));
                    let place =
                        format!("{nm} nm, {width} bits, step {step}: {now:?} after {before:?}");
                    assert!(
                        now.area > before.area && now.leakage > before.leakage,
                        "{place}"
                    );
                    assert!(
                        now.read > before.read && now.write > before.write,
                        "{place}"
                    );
                    before = now;
                }
            }
        }
    }

    /// An access takes more energy in a wider memory, and a wider one is no smaller.
    #[test]
    fn wider_accesses_cost_no_less() {
        let access = |nm, width: f64, bytes| {
            let sram = at(nm, width, bytes);
            let line = width.min(512.0);
            [sram.read * line, sram.write * line, sram.area]
        };
        for nm in [7, 22, 28, 40, 65, 130] {
            for step in 0..=40 {
                // From 2 KiB, where there are 32 lines of the widest, to 8 MiB.
                let bytes = 2048.0 * 2f64.powf(f64::from(step) * 0.3);
                let mut before = access(nm, 16.0, bytes);
                for width in (17..=512).map(f64::from) {
                    let now = access(nm, width, bytes);
                    let is_no_less = before.iter().zip(now).all(|(a, b)| *a <= b * (1.0 + 1e-12));
                    assert!(
                        is_no_less,
                        "{nm} nm, {width} bits, {bytes} bytes: {now:?} {before:?}"
                    );
                    before = now;
                }
            }
        }
    }

    /// Banks share no line: a read goes to one of them, and the area is theirs together.
    #[test]
    fn banks_cost_what_they_are() {
        let banks = |count, width, ports| Banks {
            count,
            width: Bits(width),
            ports,
            sharing: Sharing::Interleaved,
        };
        let node = Technology::at(65);
        let (one, whole) = (
            Sram::of(node, 4096.0, 64.0),
            Sram::of(node, 102_400.0, 64.0),
        );
        let many = Sram::banked(node, 102_400.0, banks(25, 64, Ports::One));
        assert!((many.area / (25.0 * one.area) - 1.0).abs() < 1e-12);
        assert!((many.leakage / (25.0 * one.leakage) - 1.0).abs() < 1e-12);
        assert!(
            one.read < many.read && many.read < whole.read,
            "{one:?} {many:?} {whole:?}"
        );
        assert_eq!(Sram::banked(node, 4096.0, banks(1, 64, Ports::One)), one);
        let dual = Sram::banked(node, 102_400.0, banks(25, 64, Ports::ReadWrite));
        assert!(dual.area > many.area && dual.read > many.read && dual.write > many.write);
    }
}
