//! Moves tiles between DRAM and the global buffer, ahead of the array.
//!
//! ```text
//! for each operand: for each pass that needs a new tile: wait for a free slot; transfer the tile
//! ```
//!
//! Each operand has a prefetcher of its own with one transfer at a time; all share one bus in both
//! directions, whose bursts interleave: each cycle goes first to what the array waits for, then to a
//! finished output tile, since new results take its place, then to what the program needs soonest.

use std::collections::VecDeque;

use stationary_arch::{Accelerator, DramKind, Operand, PerOperand};
use stationary_workloads::PerDim;

use crate::dram_width::Width;
use crate::mapping::{Mapping, is_double_buffered, is_first};
use crate::program::Cursor;
use crate::window::Span;

/// Time that transfers take, in cycles of the array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bus {
    ideal: bool,
    /// Parts of a bit in `per` cycles.
    parts: u128,
    per: u128,
    latency: u64,
}

impl Bus {
    pub(crate) fn new(accelerator: &Accelerator) -> Self {
        let (core, memory) = (accelerator.clock.0, accelerator.dram.clock.0);
        match accelerator.dram.kind {
            DramKind::Ideal => Self {
                ideal: true,
                parts: 1,
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
                    parts: bits * u128::from(memory) * u128::from(Width::PARTS),
                    per: u128::from(core),
                    latency: (u64::from(latency) * core).div_ceil(memory),
                }
            }
        }
    }

    /// Cycles that the bus is taken by a transfer.
    pub(crate) fn cycles(&self, words: u64, width: Width) -> u64 {
        if self.ideal {
            return 1;
        }
        self.bound(width.parts(words))
    }

    /// Words of a transfer that have gone by after so many of its cycles on the bus.
    pub(crate) fn words_after(&self, cycles: u64, words: u64, width: Width) -> u64 {
        if self.ideal {
            return words;
        }
        let parts = u128::from(cycles) * self.parts / self.per;
        let gone = parts / width.parts(1).max(1);
        u64::try_from(gone).unwrap_or(u64::MAX).min(words)
    }

    /// A lower bound on the bus time of transfers that move so many parts of a bit together.
    pub(crate) fn bound(&self, parts: u128) -> u64 {
        if self.ideal {
            return 0;
        }
        u64::try_from((parts * self.per).div_ceil(self.parts)).unwrap_or(u64::MAX)
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
    /// Output tiles that the array has done its last beat for.
    pub(crate) worked: u64,
    /// Output tiles that are complete; their words leave one by one.
    pub(crate) closed: u64,
}

/// A transfer that the bus has not finished.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Job {
    transfer: Transfer,
    /// Bus cycles left, of how many.
    left: u64,
    total: u64,
    width: Width,
}

/// The engine's state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Dma {
    channels: PerOperand<Channel>,
    waiting: VecDeque<Store>,
    storing: Option<Job>,
    stored: Option<Transfer>,
    /// The pass that the array is at.
    at_pass: u64,
}

/// Who has the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Load(Operand),
    Store,
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
            at_pass: 0,
        }
    }

    pub(crate) fn queue(&mut self, store: Store) {
        self.waiting.push_back(store);
    }

    pub(crate) fn has_stores(&self) -> bool {
        !self.waiting.is_empty() || self.storing.is_some() || self.stored.is_some()
    }

    /// Output tiles that the buffer has places for.
    pub(crate) fn output_slots(&self) -> u64 {
        self.channels.output.slots
    }

    /// Words of the oldest unfinished store that have left the buffer.
    pub(crate) fn words_stored(&self, bus: &Bus) -> u64 {
        match (&self.stored, &self.storing) {
            (Some(transfer), _) => transfer.words,
            (None, Some(job)) => {
                bus.words_after(job.total - job.left, job.transfer.words, job.width)
            }
            (None, None) => 0,
        }
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
        passes_done: u64,
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
            let width = mapping.dram.store(store.is_partial);
            let total = bus.cycles(store.words, width);
            let transfer = Transfer {
                operand: Operand::Output,
                words: store.words,
                started: now,
                arrives: 0,
                tile: store.tile,
            };
            self.storing = Some(Job {
                transfer,
                left: total,
                total,
                width,
            });
            moved = true;
        }
        self.at_pass = passes_done;
        let Some(job) = self.served() else {
            return moved;
        };
        job.left -= 1;
        if job.left > 0 {
            return moved;
        }
        match self.turn() {
            Some(Turn::Load(operand)) => {
                self.channels[operand].finish(now + 1 + bus.latency());
            }
            Some(Turn::Store) => {
                self.stored = self.storing.take().map(|job| Transfer {
                    arrives: now + 1,
                    ..job.transfer
                });
            }
            None => {}
        }
        true
    }

    /// Whose turn it is on the bus: first what the array waits for, then a store, then the load that
    /// the program needs soonest.
    fn turn(&self) -> Option<Turn> {
        let loads = Operand::ALL
            .into_iter()
            .filter(|o| self.channels[*o].job.is_some());
        let load = loads.min_by_key(|o| self.channels[*o].job_pass);
        let is_urgent = |o: &Operand| self.channels[*o].job_pass <= self.at_pass;
        match (load, &self.storing) {
            (Some(operand), None) => Some(Turn::Load(operand)),
            (Some(operand), Some(_)) if is_urgent(&operand) => Some(Turn::Load(operand)),
            (_, Some(_)) => Some(Turn::Store),
            (None, None) => None,
        }
    }

    fn served(&mut self) -> Option<&mut Job> {
        match self.turn()? {
            Turn::Load(operand) => self.channels[operand].job.as_mut(),
            Turn::Store => self.storing.as_mut(),
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
        if self.exhausted || self.job.is_some() {
            return false;
        }
        let tile = self.cursor.staged(mapping, self.operand);
        let is_fresh = self.operand == Operand::Output && is_first(&tile);
        // New outputs move in word by word behind those that leave, which their results wait for
        // (`words_stored`); the array may begin them when it has done those before.
        let is_full = if is_fresh {
            self.issued > tiles.worked + self.slots
        } else {
            self.issued >= tiles.freed[self.operand] + self.slots
        };
        if is_full {
            return false;
        }
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
        let width = mapping.dram.load(self.operand);
        let total = bus.cycles(words, width);
        self.job = Some(Job {
            transfer,
            left: total,
            total,
            width,
        });
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
