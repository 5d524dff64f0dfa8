//! Moves tiles between DRAM and the global buffer, ahead of the array.
//!
//! ```text
//! for each operand: for each pass that needs a new tile: wait for a free slot; transfer the tile
//! ```
//!
//! Each operand has a prefetcher of its own with one transfer at a time; all share one bus in both
//! directions, whose bursts interleave: each cycle goes to a finished output tile, since it frees
//! the buffer that the array waits for, or else to the tile that the program needs first.

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
            DramKind::Ideal => Self {
                ideal: true,
                bits: 1,
                per: 0,
                latency: 0,
            },
            DramKind::Bandwidth {
                words_per_cycle,
                latency,
            } => {
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

/// A transfer that the bus has not finished.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Job {
    transfer: Transfer,
    /// Bus cycles left.
    left: u64,
}

/// The engine's state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Dma {
    channels: PerOperand<Channel>,
    waiting: VecDeque<Store>,
    storing: Option<Job>,
    stored: Option<Transfer>,
}

/// The prefetcher of one operand.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Channel {
    operand: Operand,
    cursor: Cursor,
    /// The pass that the cursor is at.
    pass: u64,
    exhausted: bool,
    issued: u64,
    slots: u64,
    job: Option<Job>,
    /// The pass that needs the job's tile.
    job_pass: u64,
    /// Transfers past the bus, on their way through the memory's latency.
    flight: VecDeque<Transfer>,
}

/// What a step of the engine did.
pub(crate) enum Arrival {
    Load(Transfer),
    Store(Transfer),
}

impl Dma {
    pub(crate) fn new(mapping: &Mapping<'_>) -> Self {
        let channel = |operand| Channel {
            operand,
            cursor: Cursor::first(mapping),
            pass: 0,
            exhausted: false,
            issued: 0,
            slots: 1 + u64::from(is_double_buffered(mapping.accelerator, operand)),
            job: None,
            job_pass: 0,
            flight: VecDeque::new(),
        };
        Self {
            channels: PerOperand::from_fn(channel),
            waiting: VecDeque::new(),
            storing: None,
            stored: None,
        }
    }

    pub(crate) fn queue(&mut self, store: Store) {
        self.waiting.push_back(store);
    }

    pub(crate) fn has_stores(&self) -> bool {
        !self.waiting.is_empty() || self.storing.is_some() || self.stored.is_some()
    }

    /// The next transfer that is complete by now.
    pub(crate) fn arrival(&mut self, now: u64) -> Option<Arrival> {
        for operand in Operand::ALL {
            let flight = &mut self.channels[operand].flight;
            if flight.front().is_some_and(|t| t.arrives <= now) {
                return flight.pop_front().map(Arrival::Load);
            }
        }
        self.stored
            .take_if(|t| t.arrives <= now)
            .map(Arrival::Store)
    }

    /// Starts transfers and gives one of them this cycle of the bus; whether anything began or
    /// ended.
    pub(crate) fn tick(
        &mut self,
        mapping: &Mapping<'_>,
        bus: &Bus,
        tiles: &Tiles,
        now: u64,
    ) -> bool {
        let mut moved = false;
        for operand in Operand::ALL {
            moved |= self.channels[operand].begin(mapping, bus, tiles, now);
        }
        if self.storing.is_none()
            && self.stored.is_none()
            && let Some(store) = self.waiting.pop_front()
        {
            let left = bus.cycles(store.words, store_bits(mapping, store.is_partial));
            let transfer = Transfer {
                operand: Operand::Output,
                words: store.words,
                started: now,
                arrives: 0,
                tile: store.tile,
            };
            self.storing = Some(Job { transfer, left });
            moved = true;
        }
        let Some(job) = self.served() else {
            return moved;
        };
        job.left -= 1;
        if job.left > 0 {
            return moved;
        }
        self.finish(bus, now);
        true
    }

    /// The transfer whose turn it is on the bus.
    fn served(&mut self) -> Option<&mut Job> {
        if self.storing.is_some() {
            return self.storing.as_mut();
        }
        let operand = self.next_load()?;
        self.channels[operand].job.as_mut()
    }

    fn next_load(&self) -> Option<Operand> {
        let busy = Operand::ALL
            .into_iter()
            .filter(|o| self.channels[*o].job.is_some());
        busy.min_by_key(|o| self.channels[*o].job_pass)
    }

    fn finish(&mut self, bus: &Bus, now: u64) {
        if let Some(job) = self.storing.take() {
            self.stored = Some(Transfer {
                arrives: now + 1,
                ..job.transfer
            });
        } else if let Some(operand) = self.next_load() {
            self.channels[operand].finish(now + 1 + bus.latency());
        }
    }

    /// The next time after `last` at which the engine can change by itself.
    pub(crate) fn next_event(&mut self, last: u64) -> u64 {
        let loads = Operand::ALL
            .into_iter()
            .filter_map(|o| self.channels[o].flight.front());
        let ends = loads.chain(&self.stored).map(|t| t.arrives);
        let arrival = ends.min().unwrap_or(u64::MAX);
        self.served()
            .map_or(arrival, |job| arrival.min(last + job.left))
    }

    /// Lets the bus work through cycles in which nothing begins or ends.
    pub(crate) fn skip(&mut self, cycles: u64) {
        if let Some(job) = self.served() {
            job.left -= cycles;
        }
    }
}

impl Channel {
    /// Starts the next transfer if there is a slot for its tile.
    fn begin(&mut self, mapping: &Mapping<'_>, bus: &Bus, tiles: &Tiles, now: u64) -> bool {
        let in_use = self.issued - tiles.freed[self.operand];
        if self.exhausted || self.job.is_some() || in_use >= self.slots {
            return false;
        }
        let tile = self.cursor.staged(mapping, self.operand);
        let is_fresh = self.operand == Operand::Output && is_first(&tile);
        let words = if is_fresh {
            0
        } else {
            mapping.words(self.operand, &tile)
        };
        let transfer = Transfer {
            operand: self.operand,
            words,
            started: now,
            arrives: 0,
            tile,
        };
        let left = bus.cycles(words, mapping.buffer_bits(self.operand));
        self.job = Some(Job { transfer, left });
        self.job_pass = self.pass;
        self.issued += 1;
        if words == 0 {
            // Room for fresh outputs, or a tile that is all padding: nothing to transfer.
            self.finish(now + 1);
        }
        loop {
            let Some(changed) = self.cursor.advance(mapping) else {
                self.exhausted = true;
                return true;
            };
            self.pass += 1;
            if mapping.stages_anew(self.operand, changed) {
                return true;
            }
        }
    }

    fn finish(&mut self, arrives: u64) {
        if let Some(job) = self.job.take() {
            let arrives = self
                .flight
                .back()
                .map_or(arrives, |last| arrives.max(last.arrives));
            self.flight.push_back(Transfer {
                arrives,
                ..job.transfer
            });
        }
    }
}

/// Width of an output word on its way to DRAM.
pub(crate) fn store_bits(mapping: &Mapping<'_>, is_partial: bool) -> u64 {
    let precision = &mapping.accelerator.precision;
    u64::from(if is_partial {
        precision.partial_sum.0
    } else {
        precision.output.0
    })
}
