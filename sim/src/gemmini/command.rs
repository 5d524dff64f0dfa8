//! What the unrollers emit: loads, pairs of preload and compute, and stores, with the rows of local
//! memory by which the reservation station orders them.

/// Rows of local memory, from the first to behind the last. Scratchpad and accumulator share one
/// numbering: accumulator rows begin at [`ACCUMULATOR`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LocalRows {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// The first accumulator row, behind every scratchpad row.
pub(super) const ACCUMULATOR: u32 = 1 << 24;

impl LocalRows {
    /// No rows: the garbage address.
    pub(super) const NONE: Self = Self { start: 0, end: 0 };

    pub(super) fn new(start: u64, rows: u64) -> Self {
        Self {
            start: start as u32,
            end: (start + rows) as u32,
        }
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// What a load brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// Inputs, or a matmul's left operand.
    Left,
    /// Weights, or a matmul's right operand.
    Right,
    /// Zeros into accumulators.
    Clear,
}

/// `mvin`: rows of main memory into local memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Load {
    /// Zeros are written, nothing is read.
    pub(super) is_zero: bool,
    pub(super) rows: u64,
    /// Elements of a row: bytes of main memory, unless it is zero.
    pub(super) elements: u64,
    /// Of the first row in main memory, and bytes from one row to the next.
    pub(super) address: u64,
    pub(super) stride: u64,
    pub(super) local: LocalRows,
    pub(super) block: Block,
}

/// `preload` with the `compute` that follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// Rows of inputs that stream through the mesh.
    pub(super) rows: u64,
    /// Weights that the preload brings; none if it keeps the last ones.
    pub(super) weights: LocalRows,
    pub(super) inputs: LocalRows,
    pub(super) sums: LocalRows,
    /// Numbers among the loads of the left and of the right operand that it waits for; of matmuls
    /// only.
    pub(super) left: u32,
    pub(super) right: u32,
    /// It adds the last of a matmul's call to its sums.
    pub(super) is_last_pass: bool,
}

impl Pair {
    pub(super) fn is_fresh(&self) -> bool {
        self.weights != LocalRows::NONE
    }
}

/// `mvout`: accumulator rows, scaled to bytes, into main memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Store {
    pub(super) rows: u64,
    /// Accumulator rows side by side in a row of main memory.
    pub(super) blocks: u64,
    /// Bytes of a row of main memory.
    pub(super) bytes: u64,
    pub(super) address: u64,
    pub(super) stride: u64,
    pub(super) sums: LocalRows,
    /// Number of the last result among the blocks of a matmul's tile: columns of blocks, then rows.
    pub(super) last: u32,
}
