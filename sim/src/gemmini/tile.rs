//! One call in the unroller, of either kind, and where its generators are.

use super::call::{Call, Kind};
use super::chip::Chip;
use super::command::{Load, Pair, Store};
use super::layout::{Halves, Layout};
use super::walk::Position;
use super::{convolution, matmul};

/// A call's sizes and addresses.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tile {
    Convolution(convolution::ConvolutionTile),
    Matmul(matmul::MatmulTile),
}

impl Tile {
    pub(super) fn new(
        call: &Call,
        chip: Chip,
        layout: Layout,
        halves: Halves,
        at: &Position,
    ) -> Self {
        match call.kind {
            Kind::Convolution { .. } => Self::Convolution(convolution::ConvolutionTile::new(
                call, chip, layout, halves, at,
            )),
            Kind::Matmul => Self::Matmul(matmul::MatmulTile::new(call, chip, layout, halves, at)),
        }
    }

    pub(super) fn loads(self) -> Loads {
        match self {
            Self::Convolution(tile) => {
                Loads::Convolution(tile, convolution::LoadCursor::new(&tile))
            }
            Self::Matmul(tile) => Loads::Matmul(tile, matmul::LoadCursor::new(&tile)),
        }
    }

    pub(super) fn pairs(self) -> Pairs {
        match self {
            Self::Convolution(tile) => Pairs::Convolution(tile, convolution::PairCursor::default()),
            Self::Matmul(tile) => Pairs::Matmul(tile, matmul::PairCursor::default()),
        }
    }

    pub(super) fn stores(self) -> Stores {
        match self {
            Self::Convolution(tile) => {
                Stores::Convolution(tile, convolution::StoreCursor::default())
            }
            Self::Matmul(tile) => Stores::Matmul(tile, matmul::StoreCursor::default()),
        }
    }
}

/// The loads of a call that are left, as an iterator.
#[derive(Clone, Copy, Debug)]
pub(super) enum Loads {
    Convolution(convolution::ConvolutionTile, convolution::LoadCursor),
    Matmul(matmul::MatmulTile, matmul::LoadCursor),
}

impl Iterator for Loads {
    type Item = Load;

    fn next(&mut self) -> Option<Load> {
        match self {
            Self::Convolution(tile, cursor) => cursor.next(tile),
            Self::Matmul(tile, cursor) => cursor.next(tile),
        }
    }
}

/// The pairs of a call that are left, as an iterator.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pairs {
    Convolution(convolution::ConvolutionTile, convolution::PairCursor),
    Matmul(matmul::MatmulTile, matmul::PairCursor),
}

impl Iterator for Pairs {
    type Item = Pair;

    fn next(&mut self) -> Option<Pair> {
        match self {
            Self::Convolution(tile, cursor) => cursor.next(tile),
            Self::Matmul(tile, cursor) => cursor.next(tile),
        }
    }
}

/// The stores of a call that are left, as an iterator.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stores {
    Convolution(convolution::ConvolutionTile, convolution::StoreCursor),
    Matmul(matmul::MatmulTile, matmul::StoreCursor),
}

impl Iterator for Stores {
    type Item = Store;

    fn next(&mut self) -> Option<Store> {
        match self {
            Self::Convolution(tile, cursor) => cursor.next(tile),
            Self::Matmul(tile, cursor) => cursor.next(tile),
        }
    }
}
