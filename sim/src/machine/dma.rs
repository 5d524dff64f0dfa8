//! Moves tiles between DRAM and the global buffer, in program order, ahead of the array.
//!
//! ```text
//! for each pass: for each operand whose tile changes: wait for a free slot; transfer the tile
//! ```
//!
//! One bus serves both directions; a finished output tile goes before the next load, since it
//! frees the buffer that the array waits for.

use std::collections::VecDeque;

use stationary_arch::{Accelerator, DramKind, Operand, PerOperand};
use stationary_workloads::PerDim;

use crate::mapping::{Mapping, is_double_buffered, is_first};
use crate::program::Cursor;
use crate::window::Span;

/// Time that transfers take, in cycles of the array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bus {
    ideal: bool,
    /// Bits in `per` cycles.
    bits: u128,
    per: u128,
    latency: u64,
}

impl Bus {
    pub(crate) fn new(accelerator: &Accelerator) -> Self {
        let (core, memory) = (accelerator.clock.0, accelerator.dram.clock.0);
        match accelerator.dram.kind {
            DramKind::Ideal => Self { ideal: true, bits: 1, per: 0, latency: 0 },
            DramKind::Bandwidth { words_per_cycle, latency } => {
                let bits = u128::from(words_per_cycle) * u128::from(accelerator.dram.word.0);
                Self {
                    ideal: false,
                    bits: bits * u128::from(memory),
                    per: u128::from(core),
                    latency: (u64::from(latency) * core).div_ceil(memory),
                }
            }
        }
    }

    /// Cycles that the bus is taken by a transfer.
    pub(crate) fn cycles(&self, words: u64, bits: u64) -> u64 {
        if self.ideal {
            return 1;
        }
        let amount = u128::from(words) * u128::from(bits) * self.per;
        u64::try_from(amount.div_ceil(self.bits)).unwrap_or(u64::MAX)
    }

    /// A lower bound on the bus time of transfers that move so many bits together.
    pub(crate) fn bound(&self, bits: u128) -> u64 {
        if self.ideal {
            return 0;
        }
        u64::try_from((bits * self.per).div_ceil(self.bits)).unwrap_or(u64::MAX)
    }

    /// Cycles from the end of a transfer's bus time to its last word's arrival.
    pub(crate) fn latency(&self) -> u64 {
        self.latency
    }
}

/// A transfer of one tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Transfer {
    pub(crate) operand: Operand,
    pub(crate) words: u64,
    pub(crate) started: u64,
    /// When it is complete.
    pub(crate) arrives: u64,
    pub(crate) tile: PerDim<Span>,
}

/// A finished output tile that waits for the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Store {
    pub(crate) words: u64,
    pub(crate) tile: PerDim<Span>,
    /// Whether the tile still lacks part of its reduction.
    pub(crate) is_partial: bool,
}

/// What the buffer holds: tiles that arrived and tiles that were released, by operand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Tiles {
    pub(crate) filled: PerOperand<u64>,
    pub(crate) freed: PerOperand<u64>,
}

/// The engine's state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Dma {
    cursor: Cursor,
    /// Operands of the cursor's pass whose tile is still to be fetched.
    pending: PerOperand<bool>,
    exhausted: bool,
    issued: PerOperand<u64>,
    slots: PerOperand<u64>,
    bus_free: u64,
    loads: VecDeque<Transfer>,
    stores: VecDeque<Transfer>,
    waiting: VecDeque<Store>,
}

/// What a step of the engine did.
pub(crate) enum Arrival {
    Load(Transfer),
    Store(Transfer),
}

impl Dma {
    pub(crate) fn new(mapping: &Mapping<'_>) -> Self {
        let double = |o| u64::from(is_double_buffered(mapping.accelerator, o));
        Self {
            cursor: Cursor::first(mapping),
            pending: PerOperand::from_fn(|_| true),
            exhausted: false,
            issued: PerOperand::default(),
            slots: PerOperand::from_fn(|o| 1 + double(o)),
            bus_free: 0,
            loads: VecDeque::new(),
            stores: VecDeque::new(),
            waiting: VecDeque::new(),
        }
    }

    pub(crate) fn queue(&mut self, store: Store) {
        self.waiting.push_back(store);
    }

    pub(crate) fn has_stores(&self) -> bool {
        !(self.waiting.is_empty() && self.stores.is_empty())
    }

    /// The next transfer that is complete by now.
    pub(crate) fn arrival(&mut self, now: u64) -> Option<Arrival> {
        if self.loads.front().is_some_and(|t| t.arrives <= now) {
            return self.loads.pop_front().map(Arrival::Load);
        }
        if self.stores.front().is_some_and(|t| t.arrives <= now) {
            return self.stores.pop_front().map(Arrival::Store);
        }
        None
    }

    /// Gives the bus its next transfer; whether anything changed.
    pub(crate) fn issue(
        &mut self,
        mapping: &Mapping<'_>,
        bus: &Bus,
        tiles: &Tiles,
        now: u64,
    ) -> bool {
        if self.bus_free <= now && let Some(store) = self.waiting.pop_front() {
            let bits = store_bits(mapping, store.is_partial);
            self.bus_free = now + bus.cycles(store.words, bits);
            self.stores.push_back(Transfer {
                operand: Operand::Output,
                words: store.words,
                started: now,
                arrives: self.bus_free,
                tile: store.tile,
            });
            return true;
        }
        self.issue_load(mapping, bus, tiles, now)
    }

    fn issue_load(
        &mut self,
        mapping: &Mapping<'_>,
        bus: &Bus,
        tiles: &Tiles,
        now: u64,
    ) -> bool {
        let Some(operand) = self.next_operand(mapping) else { return false };
        if self.issued[operand] - tiles.freed[operand] >= self.slots[operand] {
            return false;
        }
        let tile = self.cursor.staged(mapping, operand);
        let is_fresh = operand == Operand::Output && is_first(&tile);
        let words = if is_fresh { 0 } else { mapping.words(operand, &tile) };
        if words > 0 && self.bus_free > now {
            return false;
        }
        let mut arrives = now + 1;
        if words > 0 {
            self.bus_free = now + bus.cycles(words, mapping.buffer_bits(operand));
            arrives = self.bus_free + bus.latency();
        }
        // Arrivals keep the order of issue, as one queue of the memory does.
        arrives = self.loads.back().map_or(arrives, |last| arrives.max(last.arrives));
        self.loads.push_back(Transfer { operand, words, started: now, arrives, tile });
        self.issued[operand] += 1;
        self.pending[operand] = false;
        true
    }

    fn next_operand(&mut self, mapping: &Mapping<'_>) -> Option<Operand> {
        loop {
            if let Some(operand) = Operand::ALL.into_iter().find(|o| self.pending[*o]) {
                return Some(operand);
            }
            if self.exhausted {
                return None;
            }
            match self.cursor.advance(mapping) {
                Some(changed) => {
                    self.pending = PerOperand::from_fn(|o| mapping.stages_anew(o, changed));
                }
                None => self.exhausted = true,
            }
        }
    }

    /// The next time after `now` at which the engine can change by itself.
    pub(crate) fn next_event(&self, now: u64) -> u64 {
        let ends = [self.loads.front(), self.stores.front()];
        let arrival = ends.into_iter().flatten().map(|t| t.arrives).min().unwrap_or(u64::MAX);
        if self.bus_free > now { arrival.min(self.bus_free) } else { arrival }
    }
}

/// Width of an output word on its way to DRAM.
pub(crate) fn store_bits(mapping: &Mapping<'_>, is_partial: bool) -> u64 {
    let precision = &mapping.accelerator.precision;
    u64::from(if is_partial { precision.partial_sum.0 } else { precision.output.0 })
}
