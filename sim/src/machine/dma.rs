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

use stationary_arch::{DramKind, Operand, PerOperand};
use stationary_workloads::PerDim;

use crate::dram::Statistics;
use crate::dram_width::Width;
use crate::machine::bus::Bus;
use crate::machine::device::{Device, Requests};
use crate::machine::layout::{Bursts, Layout};
use crate::mapping::{Mapping, is_double_buffered, is_first};
use crate::program::Cursor;
use crate::window::Span;

/// A transfer of one tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Transfer {
    pub(crate) operand: Operand,
    pub(crate) words: u64,
    pub(crate) started: u64,
    /// When it is complete.
    pub(crate) arrives: u64,
    pub(crate) tile: PerDim<Span>,
    /// Its number at the device.
    number: u64,
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
    /// The bursts that a device is still to be asked for; `left` counts them.
    bursts: Option<Bursts>,
}

impl Job {
    fn new(link: &mut Link, m: &Mapping<'_>, transfer: Transfer, width: Width) -> Self {
        let (operand, words, tile) = (transfer.operand, transfer.words, transfer.tile);
        match link {
            Link::Bus(bus) => {
                let total = bus.cycles(words, width);
                Self {
                    transfer,
                    left: total,
                    total,
                    width,
                    bursts: None,
                }
            }
            Link::Device(device, layout) if words > 0 => {
                let bursts = layout.bursts(m, operand, &tile, width);
                let total = bursts.count();
                let number = device.open();
                Self {
                    transfer: Transfer { number, ..transfer },
                    left: total,
                    total,
                    width,
                    bursts: Some(bursts),
                }
            }
            Link::Device(..) => Self {
                transfer,
                left: 0,
                total: 0,
                width,
                bursts: None,
            },
        }
    }
}

/// What is at the other end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Link {
    Bus(Bus),
    Device(Box<Device>, Layout),
}

impl Link {
    fn new(m: &Mapping<'_>) -> Self {
        let accelerator = m.accelerator;
        match &accelerator.dram.kind {
            DramKind::Standard(standard) => Self::Device(
                Box::new(Device::new(standard, accelerator.clock)),
                Layout::new(m, standard.organization().burst_bytes()),
            ),
            _ => Self::Bus(Bus::new(accelerator)),
        }
    }
}

/// The engine's state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Dma {
    link: Link,
    lanes: Lanes,
    waiting: VecDeque<Store>,
    stored: Option<Transfer>,
}

/// The transfers that compete for the link.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Lanes {
    channels: PerOperand<Channel>,
    storing: Option<Job>,
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
            link: Link::new(mapping),
            lanes: Lanes {
                channels: PerOperand::from_fn(channel),
                storing: None,
                at_pass: 0,
            },
            waiting: VecDeque::new(),
            stored: None,
        }
    }

    pub(crate) fn queue(&mut self, store: Store) {
        self.waiting.push_back(store);
    }

    pub(crate) fn has_stores(&self) -> bool {
        !self.waiting.is_empty() || self.lanes.storing.is_some() || self.stored.is_some()
    }

    /// Output tiles that the buffer has places for.
    pub(crate) fn output_slots(&self) -> u64 {
        self.lanes.channels.output.slots
    }

    /// Words of the oldest unfinished store that have left the buffer.
    pub(crate) fn words_stored(&self) -> u64 {
        match (&self.stored, &self.lanes.storing) {
            (Some(transfer), _) => transfer.words,
            (None, Some(job)) => match &self.link {
                Link::Bus(bus) => {
                    bus.words_after(job.total - job.left, job.transfer.words, job.width)
                }
                Link::Device(..) => job.transfer.words * (job.total - job.left) / job.total.max(1),
            },
            (None, None) => 0,
        }
    }

    /// What the memory has done, if it is a standard.
    pub(crate) fn statistics(&self) -> Option<Statistics> {
        match &self.link {
            Link::Bus(_) => None,
            Link::Device(device, _) => Some(device.statistics()),
        }
    }

    /// The next transfer that is complete by now.
    pub(crate) fn arrival(&mut self, now: u64) -> Option<Arrival> {
        for operand in Operand::ALL {
            let flight = &mut self.lanes.channels[operand].flight;
            if flight.front().is_some_and(|t| t.arrives <= now) {
                return flight.pop_front().map(Arrival::Load);
            }
        }
        self.stored
            .take_if(|t| t.arrives <= now)
            .map(Arrival::Store)
    }

    /// Starts transfers, and gives this cycle of the link to those whose turn it is; whether
    /// anything began or ended.
    pub(crate) fn tick(
        &mut self,
        mapping: &Mapping<'_>,
        tiles: &Tiles,
        passes_done: u64,
        now: u64,
    ) -> bool {
        let mut moved = false;
        for operand in Operand::ALL {
            moved |= self.lanes.channels[operand].begin(mapping, &mut self.link, tiles, now);
        }
        if self.lanes.storing.is_none()
            && self.stored.is_none()
            && let Some(store) = self.waiting.pop_front()
        {
            let width = mapping.dram.store(store.is_partial);
            let transfer = Transfer {
                operand: Operand::Output,
                words: store.words,
                started: now,
                arrives: 0,
                tile: store.tile,
                number: 0,
            };
            self.lanes.storing = Some(Job::new(&mut self.link, mapping, transfer, width));
            moved = true;
        }
        self.lanes.at_pass = passes_done;
        moved |= match &mut self.link {
            Link::Bus(bus) => {
                let latency = bus.latency();
                self.lanes.cross(latency, now, &mut self.stored)
            }
            Link::Device(device, _) => {
                let moved = device.tick(&mut self.lanes, now);
                self.lanes.settle(device, now, &mut self.stored) || moved
            }
        };
        moved
    }

    /// The next time after `last` at which the engine can change by itself.
    pub(crate) fn next_event(&mut self, last: u64) -> u64 {
        let channels = &self.lanes.channels;
        let loads = Operand::ALL
            .into_iter()
            .filter_map(|o| channels[o].flight.front());
        let ends = loads.chain(&self.stored).map(|t| t.arrives);
        let arrival = ends.min().unwrap_or(u64::MAX);
        match &self.link {
            Link::Bus(_) => self
                .lanes
                .served()
                .map_or(arrival, |job| arrival.min(last + job.left)),
            Link::Device(device, _) => arrival.min(device.next_event(&self.lanes)),
        }
    }

    /// Lets the link work through the cycles up to `next`, in which nothing begins or ends.
    pub(crate) fn skip(&mut self, cycles: u64, next: u64) {
        match &mut self.link {
            Link::Bus(_) => {
                if let Some(job) = self.lanes.served() {
                    job.left -= cycles;
                }
            }
            Link::Device(device, _) => {
                let moved = next > 0 && device.tick(&mut self.lanes, next - 1);
                assert!(!moved, "nothing begins or ends before the next event");
            }
        }
    }
}

impl Lanes {
    /// Whose turn it is: first what the array waits for, then a store, then the load that the
    /// program needs soonest.
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

    /// One cycle of a bus; whether a transfer is over it.
    fn cross(&mut self, latency: u64, now: u64, stored: &mut Option<Transfer>) -> bool {
        let Some(job) = self.served() else {
            return false;
        };
        job.left -= 1;
        if job.left > 0 {
            return false;
        }
        match self.turn() {
            Some(Turn::Load(operand)) => self.channels[operand].finish(now + 1 + latency),
            Some(Turn::Store) => {
                *stored = self.storing.take().map(|job| Transfer {
                    arrives: now + 1,
                    ..job.transfer
                });
            }
            None => {}
        }
        true
    }

    /// Notes the transfers of which the memory has answered every burst; whether there are any.
    fn settle(&mut self, device: &mut Device, now: u64, stored: &mut Option<Transfer>) -> bool {
        let mut moved = false;
        let mut complete = |transfer: &mut Transfer| {
            let is_open = transfer.number > 0 && transfer.arrives == u64::MAX;
            if is_open && device.pending(transfer.number) == 0 {
                device.close(transfer.number);
                transfer.arrives = now + 1;
                moved = true;
            }
        };
        for operand in Operand::ALL {
            self.channels[operand]
                .flight
                .iter_mut()
                .for_each(&mut complete);
        }
        if self.storing.as_ref().is_some_and(|job| job.left == 0) {
            *stored = self.storing.take().map(|job| Transfer {
                arrives: u64::MAX,
                ..job.transfer
            });
        }
        stored.iter_mut().for_each(complete);
        moved
    }
}

impl Requests for Lanes {
    fn peek(&self) -> Option<(u64, bool, u64)> {
        let (job, is_write) = match self.turn()? {
            Turn::Load(operand) => (self.channels[operand].job.as_ref()?, false),
            Turn::Store => (self.storing.as_ref()?, true),
        };
        let address = job.bursts.as_ref()?.peek()?;
        Some((address, is_write, job.transfer.number))
    }

    fn pushed(&mut self) {
        let turn = self.turn();
        let Some(job) = self.served() else {
            return;
        };
        if let Some(bursts) = &mut job.bursts {
            bursts.advance();
        }
        job.left -= 1;
        if let (0, Some(Turn::Load(operand))) = (job.left, turn) {
            // It arrives when the memory has answered.
            self.channels[operand].finish(u64::MAX);
        }
    }
}

impl Channel {
    /// Starts the next transfer if there is a slot for its tile.
    fn begin(&mut self, mapping: &Mapping<'_>, link: &mut Link, tiles: &Tiles, now: u64) -> bool {
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
            number: 0,
        };
        let width = mapping.dram.load(self.operand);
        self.job = Some(Job::new(link, mapping, transfer, width));
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
            // In order; behind one that the memory has not answered, it waits its turn all the same.
            let last = self.flight.back().map_or(0, |last| last.arrives);
            let arrives = if last == u64::MAX {
                arrives
            } else {
                arrives.max(last)
            };
            self.flight.push_back(Transfer {
                arrives,
                ..job.transfer
            });
        }
    }
}
