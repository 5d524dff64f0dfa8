//! Spaces of candidates: one of some cuts for each dimension, and one of some orders.
//!
//! ```text
//! for each order: for r in cuts of R: for s in cuts of S: ...: the candidate (r, s, ...)
//! ```
//!
//! What no rows, columns or scratchpads have room for is left out as soon as it is seen, since each
//! further cut asks for as much or more.

use std::ops::ControlFlow;

use stationary_arch::{Accelerator, Operand, PerOperand};
use stationary_workloads::{Dim, Layer, PerDim};

use crate::dataflow::{Dataflow, is_relevant};
use crate::model::bound_evaluator::factors::DimTiling;
use crate::model::bound_evaluator::program::Orders;
use crate::model::bound_evaluator::{BoundEvaluator, MappingPoint};
use crate::tiling::Tiling;

/// A space of tilings: for each dimension the tile sizes and unrollings to choose from, and the loop orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TilingSpace {
    cuts: PerDim<Vec<DimTiling>>,
    orders: Vec<Orders>,
}

impl TilingSpace {
    /// The space that has one tiling only.
    #[must_use]
    pub fn of(tiling: &Tiling) -> Self {
        Self {
            cuts: PerDim(Dim::ALL.map(|d| vec![DimTiling::of(tiling, d)])),
            orders: vec![Orders::of(tiling)],
        }
    }

    /// The space with other choices along a dimension.
    #[must_use]
    pub fn with_cuts(mut self, d: Dim, cuts: Vec<DimTiling>) -> Self {
        self.cuts[d] = cuts;
        self
    }

    /// The space with the orders, staging and banks of one more tiling.
    #[must_use]
    pub fn with_orders(mut self, tiling: &Tiling) -> Self {
        self.orders.push(Orders::of(tiling));
        self
    }

    /// The space of tilings whose sizes are powers of two, with the orders of `tiling`: everything that
    /// dataflow and array allow to be unrolled, all that a PE may hold, every block that is at least a pass.
    /// Kernel dimensions stay whole.
    #[must_use]
    pub fn doubling(
        layer: &Layer,
        accelerator: &Accelerator,
        dataflow: &Dataflow,
        tiling: &Tiling,
    ) -> Self {
        let sequencer = &accelerator.sequencer;
        let sides = [
            (&dataflow.rows, &sequencer.rows, accelerator.array.rows),
            (&dataflow.cols, &sequencer.cols, accelerator.array.cols),
        ];
        Dim::ALL.into_iter().fold(Self::of(tiling), |space, d| {
            let size = layer.size(d);
            let is_kernel = matches!(d, Dim::R | Dim::S);
            let is_beat = dataflow.beats.contains(&d);
            let geometric_grid = |most: u64| match most {
                most if is_kernel => vec![most],
                most => doubling(1, most),
            };
            let [rows, cols] = sides.map(|(dims, allowed, pes)| {
                let allowed = allowed.as_ref().is_none_or(|a| a.contains(d.name()));
                if allowed && dims.contains(&d) {
                    geometric_grid(size.min(pes.into()))
                } else {
                    vec![1]
                }
            });
            let locals = match d {
                _ if is_beat => vec![size],
                _ if dataflow.local.contains(&d) => geometric_grid(size),
                _ => vec![1],
            };
            let mut cuts = Vec::new();
            for (rows, cols) in pairs(&rows, &cols) {
                for &local in locals.iter().filter(|l| **l * rows * cols < 2 * size) {
                    let pass = if is_beat {
                        1
                    } else {
                        (local * rows * cols).min(size)
                    };
                    let blocks = if is_kernel {
                        vec![size]
                    } else {
                        doubling(pass, size)
                    };
                    cuts.extend(blocks.into_iter().map(|block| DimTiling {
                        part: size,
                        block,
                        local,
                        rows,
                        cols,
                    }));
                }
            }
            space.with_cuts(d, cuts)
        })
    }
}

fn pairs(a: &[u64], b: &[u64]) -> impl Iterator<Item = (u64, u64)> {
    a.iter().flat_map(|a| b.iter().map(|b| (*a, *b)))
}

/// Extents from one to another, each twice the one before.
fn doubling(least: u64, most: u64) -> Vec<u64> {
    let extents = std::iter::successors(Some(least), |e| Some(2 * e));
    extents.take_while(|e| *e < most).chain([most]).collect()
}

/// Dimensions, outermost first: kernels, which have few cuts, and then so that a pair is known early.
const OUTER_TO_INNER: [Dim; 8] = [
    Dim::R,
    Dim::S,
    Dim::N,
    Dim::G,
    Dim::P,
    Dim::C,
    Dim::K,
    Dim::Q,
];

/// The table of the pair that is known as soon as a dimension is.
fn table(d: Dim) -> Option<usize> {
    match d {
        Dim::P => Some(0),
        Dim::Q => Some(1),
        Dim::C => Some(2),
        Dim::K => Some(3),
        Dim::N | Dim::G | Dim::R | Dim::S => None,
    }
}

/// What the cuts chosen so far take of the array.
#[derive(Clone, Copy)]
struct PartialUse {
    rows: u64,
    cols: u64,
    /// Words of a PE, the sliding window aside.
    words: PerOperand<u64>,
}

impl BoundEvaluator {
    /// Calls `visit` with the candidates of a space, in a fixed order, until it breaks; returns whether it did.
    /// Some of those that the array has no room for are left out.
    pub fn for_each(
        &mut self,
        space: &TilingSpace,
        visit: &mut impl FnMut(&Self, &MappingPoint) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let numbers = PerDim(Dim::ALL.map(|d| {
            let cuts = space.cuts[d].iter();
            cuts.filter_map(|cut| self.cut(d, *cut)).collect::<Vec<_>>()
        }));
        for orders in &space.orders {
            let Some(program) = self.program(*orders) else {
                continue;
            };
            let mut candidate = MappingPoint {
                cuts: PerDim::splat(0),
                pairs: [0; 4],
                program,
            };
            let taken = PartialUse {
                rows: 1,
                cols: 1,
                words: PerOperand::from_fn(|_| 1),
            };
            self.descend(&numbers, &OUTER_TO_INNER, taken, &mut candidate, visit)?;
        }
        ControlFlow::Continue(())
    }

    fn descend(
        &mut self,
        numbers: &PerDim<Vec<u32>>,
        dims: &[Dim],
        taken: PartialUse,
        candidate: &mut MappingPoint,
        visit: &mut impl FnMut(&Self, &MappingPoint) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Some((&d, inner)) = dims.split_first() else {
            return visit(self, candidate);
        };
        for &number in &numbers[d] {
            let Some(taken) = self.take(taken, d, number) else {
                continue;
            };
            candidate.cuts[d] = number;
            if let Some(table) = table(d) {
                candidate.pairs[table] = self.pair(table, &candidate.cuts);
            }
            self.descend(numbers, inner, taken, candidate, visit)?;
        }
        ControlFlow::Continue(())
    }

    /// Takes a cut as well, if the array has room.
    #[inline]
    fn take(&self, mut taken: PartialUse, d: Dim, number: u32) -> Option<PartialUse> {
        let (f, machine) = (&self.factors[d][number as usize], &self.machine);
        taken.rows *= f.rows;
        taken.cols *= f.cols;
        taken.words = PerOperand::from_fn(|o| {
            // Outputs and taps share elements of the input, so that these are no product.
            let is_window = o == Operand::Input && matches!(d, Dim::P | Dim::Q | Dim::R | Dim::S);
            let held = if is_relevant(o, d) && !is_window {
                f.held
            } else {
                1
            };
            taken.words[o] * held
        });
        let has_room = |o| taken.words[o] <= machine.scratchpads[o];
        let fits = taken.rows <= machine.rows
            && taken.cols <= machine.cols
            && Operand::ALL.into_iter().all(has_room);
        fits.then_some(taken)
    }
}
