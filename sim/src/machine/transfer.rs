//! Tiles on their way between DRAM and the global buffer, and how many there are of each.

use stationary_arch::{Operand, PerOperand};
use stationary_workloads::PerDim;

use crate::machine::state_descriptor::{FieldKind, Visitor};
use crate::window::Span;

/// A transfer of one tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Transfer {
    pub(crate) operand: Operand,
    pub(crate) words: u64,
    pub(crate) started: u64,
    /// When it is complete.
    pub(crate) arrives: u64,
    pub(crate) tile: PerDim<Span>,
    /// Its number at the device.
    pub(crate) number: u64,
}

/// A finished output tile that waits for the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Store {
    pub(crate) words: u64,
    pub(crate) tile: PerDim<Span>,
    /// Whether the tile still lacks part of its reduction.
    pub(crate) is_partial: bool,
}

impl Transfer {
    /// Shows the state to a visitor.
    pub(crate) fn visit(&mut self, v: &mut impl Visitor, now: u64) {
        let Self {
            words,
            started,
            arrives,
            tile,
            // Its place says whose it is; a device repeats itself too rarely.
            operand: _,
            number: _,
        } = self;
        v.same(*words);
        v.field(FieldKind::Time, arrives, now);
        v.field(FieldKind::CountOrSame, started, now);
        v.tile(tile);
    }
}

impl Store {
    /// Shows the state to a visitor.
    pub(crate) fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            words,
            tile,
            is_partial,
        } = self;
        v.same(*words);
        v.same(u64::from(*is_partial));
        v.tile(tile);
    }
}

/// What the buffer holds: tiles that arrived and tiles that were released, by operand.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub(crate) struct Tiles {
    pub(crate) filled: PerOperand<u64>,
    pub(crate) freed: PerOperand<u64>,
    /// Output tiles that the array has done its last beat for.
    pub(crate) worked: u64,
    /// Output tiles that are complete; their words leave one by one.
    pub(crate) closed: u64,
}
