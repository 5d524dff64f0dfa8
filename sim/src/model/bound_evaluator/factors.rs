//! What one dimension's cut contributes to every product of the screen.

use stationary_workloads::Dim;

use crate::mapping::{Mapping, PAIRS};
use crate::model::dim_factors::DimFactors;
use crate::tiling::Tiling;

/// The tile sizes and unrolling along one dimension: its fields of a [`Tiling`](crate::Tiling).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DimTiling {
    /// Indices in a part, which runs as a layer of its own.
    pub part: u64,
    /// Indices in a block, the tile in the global buffer.
    pub block: u64,
    /// Indices that one PE covers in one pass.
    pub local: u64,
    /// How many ways the dimension is unrolled along the array's rows; 1: not unrolled.
    pub rows: u64,
    /// How many ways the dimension is unrolled along the array's columns; 1: not unrolled.
    pub cols: u64,
}

impl DimTiling {
    /// The fields of a tiling along a dimension.
    #[must_use]
    pub fn of(tiling: &Tiling, d: Dim) -> Self {
        Self {
            part: tiling.part[d],
            block: tiling.block[d],
            local: tiling.local[d],
            rows: tiling.rows[d],
            cols: tiling.cols[d],
        }
    }

    pub(super) fn place(&self, tiling: &mut Tiling, d: Dim) {
        tiling.part[d] = self.part;
        tiling.block[d] = self.block;
        tiling.local[d] = self.local;
        tiling.rows[d] = self.rows;
        tiling.cols[d] = self.cols;
    }
}

/// Extents and unrolling that decide what a dimension contributes together with another: of those
/// cuts that have them in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PairKey {
    pub(super) part: u64,
    pub(super) block: u64,
    pub(super) pass: u64,
    /// Indices that a PE holds at a time.
    pub(super) held: u64,
    /// Of a tap: whether no other PE works on it.
    pub(super) in_pe: bool,
}

/// The factors of a cut. Arrays over blocks, passes and parts are in the order of
/// [`Staging`](crate::Staging).
#[derive(Clone, Copy, Debug)]
pub(super) struct Factors {
    pub(super) by_dim: DimFactors,
    /// Indices that a PE holds at a time.
    pub(super) held: u64,
    /// Extents of block, pass and part.
    pub(super) extents: [u64; 3],
    pub(super) rows: u64,
    pub(super) cols: u64,
    /// Which loops iterate: over parts (1), blocks (2), passes (4).
    pub(super) iterates: u8,
    /// Edges of the array that it takes, two bits an operand.
    pub(super) edges: u8,
    /// The number of its stretch.
    pub(super) stretch: u32,
}

impl Factors {
    /// Of the cut that the mapping has along a dimension.
    pub(super) fn new(m: &Mapping, d: Dim, edges: u8, stretch: u32) -> Self {
        let t = &m.tiling;
        let (size, part, block, pass) = (m.layer.size(d), t.part[d], t.block[d], m.pass[d]);
        Self {
            by_dim: DimFactors::new(m, d),
            held: m.held_in_pe(d),
            extents: [block, pass, part],
            rows: t.rows[d],
            cols: t.cols[d],
            iterates: u8::from(size > part)
                | u8::from(part > block) << 1
                | u8::from(block > pass) << 2,
            edges,
            stretch,
        }
    }
}

impl PairKey {
    /// Of the cut that the mapping has along a dimension.
    pub(super) fn new(m: &Mapping, d: Dim) -> Self {
        let t = &m.tiling;
        let is_tap = PAIRS.iter().any(|(_, tap)| *tap == d);
        Self {
            part: t.part[d],
            block: t.block[d],
            pass: m.pass[d],
            held: m.held_in_pe(d),
            in_pe: !is_tap || (t.rows[d] == 1 && t.cols[d] == 1),
        }
    }

    /// Gives a mapping this stretch along a dimension.
    pub(super) fn place(&self, m: &mut Mapping, d: Dim) {
        m.tiling.part[d] = self.part;
        m.tiling.block[d] = self.block;
        m.tiling.local[d] = self.held;
        m.tiling.rows[d] = if self.in_pe { 1 } else { 2 };
        m.tiling.cols[d] = 1;
        m.pass[d] = self.pass;
    }
}
