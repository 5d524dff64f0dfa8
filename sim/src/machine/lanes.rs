//! The transfers that compete for the link to DRAM, and who has it.

use std::collections::VecDeque;

use stationary_arch::{Operand, PerOperand};

use crate::machine::bus::Bus;
use crate::machine::device::{Device, Requests};
use crate::machine::dma::{Tiles, Transfer};
use crate::machine::link::{Job, Link};
use crate::machine::ports::{Access, Touched};
use crate::mapping::{Mapping, is_double_buffered, is_first};
use crate::placement::Place;
use crate::program::Cursor;

/// The transfers that compete for the link.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Lanes {
    pub(crate) channels: PerOperand<Channel>,
    pub(crate) storing: Option<Job>,
    /// The pass that the array is at.
    pub(crate) at_pass: u64,
    /// Rows of the buffer that the transfers accessed in the cycle just past: the loads', and the
    /// store's.
    pub(crate) touched: [Option<Touched>; 4],
}

/// Who has the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Load(Operand),
    Store,
}

/// The prefetcher of one operand.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Channel {
    operand: Operand,
    place: Option<Place>,
    cursor: Cursor,
    /// The pass that the cursor is at.
    pass: u64,
    exhausted: bool,
    issued: u64,
    pub(crate) slots: u64,
    pub(crate) job: Option<Job>,
    /// The pass that needs the job's tile.
    job_pass: u64,
    /// Transfers past the bus, on their way through the memory's latency.
    pub(crate) flight: VecDeque<Transfer>,
}

impl Lanes {
    pub(crate) fn new(mapping: &Mapping<'_>, places: PerOperand<Option<Place>>) -> Self {
        Self {
            channels: PerOperand::from_fn(|o| Channel::new(mapping, o, places[o])),
            storing: None,
            at_pass: 0,
            touched: [None; 4],
        }
    }

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

    pub(crate) fn served(&mut self) -> Option<&mut Job> {
        match self.turn()? {
            Turn::Load(operand) => self.channels[operand].job.as_mut(),
            Turn::Store => self.storing.as_mut(),
        }
    }

    /// Lets so much of what is served go by: notes what its last part accesses in the buffer.
    pub(crate) fn pass_on(&mut self, bus: Option<&Bus>, amount: u64) {
        let Some(turn) = self.turn() else {
            return;
        };
        let (job, access, lane) = match turn {
            Turn::Load(o) => (self.channels[o].job.as_mut(), Access::Write, o as usize),
            Turn::Store => (self.storing.as_mut(), Access::Read, 3),
        };
        let Some(job) = job else {
            return;
        };
        job.left -= amount;
        let Some(place) = job.place else {
            return;
        };
        let rows = |left| place.rows(job.words_gone(bus, left));
        let (from, to) = (rows(job.left + 1), rows(job.left));
        let touched = &mut self.touched[lane];
        match touched {
            _ if from == to => {}
            Some(touched) if touched.to == from && touched.tile == job.tile => touched.to = to,
            _ => {
                *touched = Some(Touched {
                    place,
                    access,
                    tile: job.tile,
                    from,
                    to,
                });
            }
        }
    }

    /// One cycle of a bus; whether a transfer is over it.
    pub(crate) fn cross(&mut self, bus: &Bus, now: u64, stored: &mut Option<Transfer>) -> bool {
        self.pass_on(Some(bus), 1);
        let Some(job) = self.served() else {
            return false;
        };
        if job.left > 0 {
            return false;
        }
        match self.turn() {
            Some(Turn::Load(operand)) => self.channels[operand].finish(now + 1 + bus.latency()),
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
    pub(crate) fn settle(
        &mut self,
        device: &mut Device,
        now: u64,
        stored: &mut Option<Transfer>,
    ) -> bool {
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
        self.pass_on(None, 1);
        let Some(job) = self.served() else {
            return;
        };
        if let Some(bursts) = &mut job.bursts {
            bursts.advance();
        }
        if let (0, Some(Turn::Load(operand))) = (job.left, turn) {
            // It arrives when the memory has answered.
            self.channels[operand].finish(u64::MAX);
        }
    }
}

impl Channel {
    fn new(mapping: &Mapping<'_>, operand: Operand, place: Option<Place>) -> Self {
        Self {
            operand,
            place,
            cursor: Cursor::first(mapping),
            pass: 0,
            exhausted: false,
            issued: 0,
            slots: 1 + u64::from(is_double_buffered(mapping.accelerator, operand)),
            job: None,
            job_pass: 0,
            flight: VecDeque::new(),
        }
    }

    /// Starts the next transfer if there is a slot for its tile.
    pub(crate) fn begin(
        &mut self,
        mapping: &Mapping<'_>,
        link: &mut Link,
        tiles: &Tiles,
        now: u64,
    ) -> bool {
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
        let place = (self.place, self.issued);
        self.job = Some(Job::new(link, mapping, transfer, width, place));
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
