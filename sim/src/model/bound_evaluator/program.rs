//! Loop orders and staging, so that exchange points come of a mask of the loops that iterate.
//!
//! ```text
//! bit i of a mask: the i-th loop of the program, outermost first (8 parts, 8 blocks, 8 passes)
//! depth of an operand = place of its innermost loop that iterates = highest bit of mask & its own
//! ```
//!
//! A loop that does not iterate makes no tiles of its own: whether it counts as outside an exchange
//! point does not matter, so that the depth alone decides which tiles are visited.

use stationary_arch::{Operand, PerOperand};
use stationary_workloads::{Dim, PerDim};

use crate::dataflow::is_relevant;
use crate::tiling::{Staging, Tiling};

/// What a tiling says of the program, its extents aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Orders {
    pub(super) block_order: [Dim; 8],
    pub(super) pass_order: [Dim; 8],
    pub(super) staging: PerOperand<Staging>,
    pub(super) banks: PerOperand<u32>,
}

impl Orders {
    pub(super) fn of(tiling: &Tiling) -> Self {
        Self {
            block_order: tiling.block_order,
            pass_order: tiling.pass_order,
            staging: tiling.staging,
            banks: tiling.banks,
        }
    }

    pub(super) fn place(&self, tiling: &mut Tiling) {
        tiling.block_order = self.block_order;
        tiling.pass_order = self.pass_order;
        tiling.staging = self.staging;
        tiling.banks = self.banks;
    }
}

/// Orders with what the screen reads of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoopProgram {
    pub(super) orders: Orders,
    /// Places of a dimension's loops, by which of them iterate.
    loops: PerDim<[u32; 8]>,
    /// Loops that exchange an operand's tile in the global buffer, and the one that stays in the array.
    staged: PerOperand<u32>,
    resident: u32,
    /// By depth: which tiles of each dimension the loops outside visit, the whole, parts, blocks or
    /// passes (0 to 3).
    levels: [PerDim<u8>; 25],
    /// The place of block, pass or part in [`Factors`](super::factors::Factors).
    pub(super) stages: PerOperand<usize>,
}

impl LoopProgram {
    pub(super) fn new(orders: Orders, resident: Operand) -> Self {
        let place = |order: &[Dim; 8], d: Dim| order.iter().position(|other| *other == d);
        let places = PerDim::from_fn(|d| {
            [
                (&orders.block_order, 0),
                (&orders.block_order, 8),
                (&orders.pass_order, 16),
            ]
            .map(|(order, first)| first + place(order, d).expect("an order has all dimensions"))
        });
        let relevant = |operand: Operand, levels: usize| {
            let dims = Dim::ALL.into_iter().filter(|d| is_relevant(operand, *d));
            dims.flat_map(|d| places[d][..levels].iter())
                .fold(0, |mask, place| mask | 1_u32 << place)
        };
        Self {
            orders,
            loops: PerDim::from_fn(|d| {
                std::array::from_fn(|iterate| {
                    let loops = (0..3).filter(|level| iterate >> level & 1 == 1);
                    loops.fold(0, |mask, level| mask | 1_u32 << places[d][level])
                })
            }),
            staged: PerOperand::from_fn(|o| {
                let levels = match orders.staging[o] {
                    Staging::Layer => 1,
                    Staging::Block => 2,
                    Staging::Pass => 3,
                };
                relevant(o, levels)
            }),
            resident: relevant(resident, 3),
            levels: std::array::from_fn(|depth| {
                PerDim::from_fn(|d| places[d].iter().filter(|place| **place < depth).count() as u8)
            }),
            stages: PerOperand::from_fn(|o| match orders.staging[o] {
                Staging::Block => 0,
                Staging::Pass => 1,
                Staging::Layer => 2,
            }),
        }
    }

    /// The place of a dimension's loops that iterate.
    #[inline]
    pub(super) fn loops(&self, d: Dim, iterate: u8) -> u32 {
        self.loops[d][usize::from(iterate & 7)]
    }

    /// How many of the outermost loops exchange an operand's tile in the global buffer, if these
    /// iterate.
    #[inline]
    pub(super) fn staging_depth(&self, operand: Operand, mask: u32) -> usize {
        depth(mask & self.staged[operand])
    }

    /// How many of the outermost loops exchange the tile that stays in the array.
    #[inline]
    pub(super) fn resident_depth(&self, mask: u32) -> usize {
        depth(mask & self.resident)
    }

    /// Which tiles of each dimension so many of the outermost loops visit.
    #[inline]
    pub(super) fn levels(&self, depth: usize) -> &PerDim<u8> {
        &self.levels[depth]
    }
}

#[inline]
fn depth(mask: u32) -> usize {
    // There are 24 loops.
    (mask & 0xff_ffff)
        .checked_ilog2()
        .map_or(0, |place| place as usize + 1)
}
