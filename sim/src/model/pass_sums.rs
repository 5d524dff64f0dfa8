//! What a bound on the array's time asks of all passes together, without going through them.
//!
//! ```text
//! sum over passes of a product of one factor a dimension = product over dimensions of sums
//! ```
//!
//! Rounded quotients are no such products. Passes that are as long as the longest along every dimension are alike,
//! so that what one of them takes counts as often as there are of them; of the others the words are summed, and
//! rounded once.

use stationary_arch::{Operand, PerOperand};
use stationary_workloads::{Dim, PerDim};

use crate::counters::Counters;
use crate::dataflow::{UNRELATED, is_relevant};
use crate::mapping::PLAIN;
use crate::model::dim_factors::DimFactors;

/// Packets of words, one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Packets {
    pub(super) count: u64,
    pub(super) words: u64,
    /// How many of them are alike, and the words of each of these.
    pub(super) whole: u64,
    pub(super) each: u64,
}

/// Rows and columns of PEs that passes occupy, and the PEs that add up to the same outputs, summed over them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Occupied {
    pub(super) passes: u64,
    pub(super) rows: u64,
    pub(super) cols: u64,
    /// Passes with several rows and several columns.
    pub(super) corners: u64,
    pub(super) adders: u64,
    /// Passes that are alike, and the adders of each.
    pub(super) whole: u64,
    pub(super) whole_adders: u64,
}

/// What the first pass and the last ask for, and all that lies between.
#[derive(Clone, Copy, Debug)]
pub(super) struct PassSums {
    /// Cycles of MACs, of the busiest PE.
    pub(super) busy: u64,
    /// Words of the first beat of the first pass; of the operand that stays those of its tile.
    pub(super) first: PerOperand<u64>,
    /// Words that go to the same PEs, where networks have tags.
    pub(super) tags: PerOperand<u64>,
    pub(super) last: Occupied,
    /// Words of the last results.
    pub(super) last_results: u64,
    /// Where passes do not follow one another at once.
    pub(super) between: Option<BetweenPasses>,
}

/// Sums over passes.
#[derive(Clone, Copy, Debug)]
pub(super) struct BetweenPasses {
    pub(super) passes: u64,
    /// Tiles that stay in the array.
    pub(super) loads: u64,
    /// Cycles of a beat.
    pub(super) steps: u64,
    /// The first packets of all passes but the first; of the operand that stays its tiles but the first.
    pub(super) later: PerOperand<Packets>,
    /// Words sent in all.
    pub(super) read: PerOperand<u64>,
    /// The last results of each pass, or of each tile of outputs that stays; and words of all results.
    pub(super) results: Packets,
    pub(super) written: u64,
    /// Of all passes, and of those whose last results leave.
    pub(super) occupied: Occupied,
    pub(super) leaving: Occupied,
}

/// What is known of a tiling beside the sums along each dimension.
pub(super) struct TilingSums<'a> {
    pub(super) counters: &'a Counters,
    /// Cycles of MACs, of the busiest PE.
    pub(super) busy: u64,
    pub(super) resident: Operand,
    /// How often each tile that stays is visited.
    pub(super) repeats: u64,
    /// Elements of the input at the first beat of the first pass, and of all passes.
    pub(super) window: [u64; 2],
    pub(super) tags: PerOperand<u64>,
}

impl PassSums {
    /// Of a tiling with these sums along each dimension; `is_apart` if passes do not follow one another at once.
    #[inline]
    pub(super) fn new(f: &PerDim<&DimFactors>, tiling: &TilingSums<'_>, is_apart: bool) -> Self {
        let first = PerOperand::from_fn(|o| {
            let window = if o == Operand::Input {
                tiling.window[0]
            } else {
                1
            };
            over(f, PLAIN[o], |f| f.first.beat) * window
        });
        let [rows, cols] = [
            over(f, &Dim::ALL, |f| f.last.rows),
            over(f, &Dim::ALL, |f| f.last.cols),
        ];
        let last_adders = over(f, UNRELATED.output, |f| f.last.chunks);
        Self {
            busy: tiling.busy,
            first,
            tags: tiling.tags,
            last: Occupied::one(rows, cols, last_adders),
            last_results: over(f, PLAIN.output, |f| f.last.beat),
            between: is_apart.then(|| BetweenPasses::new(f, tiling, &first)),
        }
    }
}

impl BetweenPasses {
    fn new(f: &PerDim<&DimFactors>, tiling: &TilingSums<'_>, first: &PerOperand<u64>) -> Self {
        let (resident, c) = (tiling.resident, tiling.counters);
        let passes = over(f, &Dim::ALL, |f| f.tiles[3]);
        let whole = over(f, &Dim::ALL, |f| f.whole);
        let of_tile = |of: fn(&DimFactors) -> u64| -> u64 {
            let relevant = Dim::ALL.into_iter().filter(|d| is_relevant(resident, *d));
            relevant.map(|d| of(f[d])).product()
        };
        let loads = of_tile(|f| f.tiles[3]) * tiling.repeats;
        let whole_loads = of_tile(|f| f.whole) * tiling.repeats;
        // First beats of all passes.
        let begun = |o: Operand| over(f, UNRELATED[o], |f| f.tiles[3]);
        let words = |o: Operand| over(f, PLAIN[o], |f| f.first_beats);
        let stream = |o: Operand| match o {
            Operand::Input => Packets {
                count: passes - 1,
                words: (words(o) * begun(o) * tiling.window[1]).saturating_sub(first[o]),
                ..Packets::default()
            },
            Operand::Weight => Packets {
                count: passes - 1,
                words: words(o) * begun(o) - first[o],
                whole: whole - 1,
                each: first[o],
            },
            // The first pass of each sum reads none.
            Operand::Output => Packets {
                count: passes - 1,
                words: words(o) * (begun(o) - 1),
                whole: over(f, PLAIN[o], |f| f.whole) * (over(f, UNRELATED[o], |f| f.whole) - 1),
                each: first[o],
            },
        };
        let tile = |o: Operand| match o {
            Operand::Output => Packets {
                count: loads - 1,
                words: c.buffer_read.output,
                ..Packets::default()
            },
            // What meets padding has fewer words.
            Operand::Input => Packets {
                count: loads - 1,
                words: c.buffer_read.input.saturating_sub(first.input),
                ..Packets::default()
            },
            Operand::Weight => Packets {
                count: loads - 1,
                words: c.buffer_read.weight - first.weight,
                whole: whole_loads - 1,
                each: first.weight,
            },
        };
        let occupied = Occupied::all(f, passes, whole);
        let is_output = resident == Operand::Output;
        let results = match is_output {
            true => Packets {
                count: loads,
                words: c.buffer_write.output,
                whole: whole_loads,
                each: first.output,
            },
            false => Packets {
                count: passes,
                words: words(Operand::Output) * begun(Operand::Output),
                whole,
                each: first.output,
            },
        };
        let leaving = match is_output {
            // Along the dimensions of outputs; of the others as if no more than one PE took part.
            true => Occupied {
                passes: loads,
                rows: of_tile(|f| f.used.rows) * tiling.repeats,
                cols: of_tile(|f| f.used.cols) * tiling.repeats,
                adders: loads,
                ..Occupied::default()
            },
            false => occupied,
        };
        Self {
            passes,
            loads,
            steps: over(f, &Dim::ALL, |f| f.steps),
            later: PerOperand::from_fn(|o| if o == resident { tile(o) } else { stream(o) }),
            read: c.buffer_read,
            results,
            written: c.buffer_write.output,
            occupied,
            leaving,
        }
    }
}

impl Occupied {
    /// One pass.
    pub(super) fn one(rows: u64, cols: u64, adders: u64) -> Self {
        Self {
            passes: 1,
            rows,
            cols,
            corners: u64::from(rows > 1 && cols > 1),
            adders,
            whole: 1,
            whole_adders: adders,
        }
    }

    /// All passes.
    fn all(f: &PerDim<&DimFactors>, passes: u64, whole: u64) -> Self {
        let all = &Dim::ALL;
        let singles = over(f, all, |f| f.used.single_row) + over(f, all, |f| f.used.single_col);
        let others = PLAIN.output;
        Self {
            passes,
            rows: over(f, all, |f| f.used.rows),
            cols: over(f, all, |f| f.used.cols),
            corners: passes + over(f, all, |f| f.used.single_pe) - singles,
            adders: over(f, UNRELATED.output, |f| f.chunks[3]) * over(f, others, |f| f.tiles[3]),
            whole,
            whole_adders: over(f, UNRELATED.output, |f| f.first.chunks),
        }
    }
}

/// A product over some dimensions.
#[inline]
fn over(f: &PerDim<&DimFactors>, dims: &[Dim], of: impl Fn(&DimFactors) -> u64) -> u64 {
    dims.iter().map(|d| of(f[*d])).product()
}
