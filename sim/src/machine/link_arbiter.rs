//! The arbiter of the link to DRAM: the transfers that request it, and which one is granted.

use std::collections::VecDeque;

use stationary_arch::{Arbitration, Operand, PerOperand};

use crate::beat::Beat;
use crate::bus::Bus;
use crate::dram::clocked::{ClockedMemory, Requests, Wanted};
use crate::machine::link::{Job, Link};
use crate::machine::ports::{AccessKind, BankAccess, Stream};
use crate::machine::state_descriptor::{FieldKind, Visitor};
use crate::machine::transfer::{Tiles, Transfer};
use crate::mapping::bank_allocation::BankAllocation;
use crate::mapping::{Mapping, is_first, same_outputs};
use crate::program::Cursor;
use crate::window::Span;
use stationary_workloads::PerDim;

/// The transfers that request the link.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct LinkArbiter {
    pub(crate) prefetchers: PerOperand<Prefetcher>,
    pub(crate) storing: Option<Job>,
    /// The pass that the array is at.
    pub(crate) at_pass: u64,
    /// Rows of the buffer that the transfers accessed in the cycle just past: the loads', and the
    /// store's.
    pub(crate) touched: [Option<BankAccess>; 4],
    duplex: bool,
    arbitration: Arbitration,
    /// The load that went last.
    last: Operand,
}

/// The transfer that has the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    Load(Operand),
    Store,
}

/// The prefetcher of one operand.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Prefetcher {
    operand: Operand,
    place: Option<BankAllocation>,
    cursor: Cursor,
    /// The pass that the cursor is at.
    pass: u64,
    exhausted: bool,
    issued: u64,
    /// The tile that was issued last.
    last_tile: Option<PerDim<Span>>,
    pub(crate) slots: u64,
    pub(crate) job: Option<Job>,
    /// The pass that needs the job's tile.
    job_pass: u64,
    /// Transfers past the bus, on their way through the memory's latency.
    pub(crate) in_flight: VecDeque<Transfer>,
}

impl LinkArbiter {
    pub(crate) fn new(mapping: &Mapping, places: PerOperand<Option<BankAllocation>>) -> Self {
        Self {
            prefetchers: PerOperand::from_fn(|o| Prefetcher::new(mapping, o, places[o])),
            storing: None,
            at_pass: 0,
            touched: [None; 4],
            duplex: mapping.accelerator.dram.duplex,
            arbitration: mapping.accelerator.dram.arbitration,
            last: Operand::Output,
        }
    }

    /// The load that is granted.
    fn load(&self) -> Option<Operand> {
        match self.arbitration {
            Arbitration::Program => {
                let waiting = Operand::ALL.into_iter().filter(|o| self.is_loading(*o));
                waiting.min_by_key(|o| self.prefetchers[*o].job_pass)
            }
            Arbitration::RoundRobin => self.in_round_robin().next(),
        }
    }

    fn is_loading(&self, operand: Operand) -> bool {
        self.prefetchers[operand].job.is_some()
    }

    /// The loads that take turns, from the next on.
    fn in_round_robin(&self) -> impl Iterator<Item = Operand> + use<> {
        let last = self.last as usize;
        let loading = PerOperand::from_fn(|o| self.is_loading(o));
        (1..=3)
            .map(move |i| Operand::ALL[(last + i) % 3])
            .filter(move |o| loading[*o])
    }

    /// The grant on a link that carries one direction at a time: first what the array waits for,
    /// then a store, then a load.
    fn grant(&self) -> Option<Grant> {
        let is_urgent = || {
            let mut waiting = Operand::ALL.into_iter().filter(|o| self.is_loading(*o));
            waiting.any(|o| self.prefetchers[o].job_pass <= self.at_pass)
        };
        match (self.load(), &self.storing) {
            (Some(operand), None) => Some(Grant::Load(operand)),
            (Some(operand), Some(_)) if is_urgent() => Some(Grant::Load(operand)),
            (_, Some(_)) => Some(Grant::Store),
            (None, None) => None,
        }
    }

    /// Who goes over a bus in this cycle: one, or one in each direction.
    fn grants(&self) -> impl Iterator<Item = Grant> + use<> {
        let grants = if self.duplex {
            [
                self.load().map(Grant::Load),
                self.storing.is_some().then_some(Grant::Store),
            ]
        } else {
            [self.grant(), None]
        };
        grants.into_iter().flatten()
    }

    fn job(&mut self, grant: Grant) -> Option<&mut Job> {
        match grant {
            Grant::Load(operand) => self.prefetchers[operand].job.as_mut(),
            Grant::Store => self.storing.as_mut(),
        }
    }

    /// Lets so much of a transfer go by: notes what its last part accesses in the buffer.
    fn pass_on(&mut self, grant: Grant, bus: Option<&Bus>, amount: u64) {
        let (access, lane) = match grant {
            Grant::Load(operand) => {
                self.last = operand;
                (AccessKind::Write, operand as usize)
            }
            Grant::Store => (AccessKind::Read, 3),
        };
        let Some(job) = self.job(grant) else {
            return;
        };
        job.left -= amount;
        let Some(place) = job.place else {
            return;
        };
        let rows = |left| place.rows(job.words_gone(bus, left));
        let (tile, from, to) = (job.tile, rows(job.left + 1), rows(job.left));
        let touched = &mut self.touched[lane];
        match touched {
            _ if from == to => {}
            Some(touched) if touched.to == from && touched.tile == tile => touched.to = to,
            _ => {
                *touched = Some(BankAccess {
                    place,
                    access,
                    tile,
                    from,
                    to,
                });
            }
        }
    }

    /// One cycle of a bus; whether a transfer is over it.
    pub(crate) fn cross(&mut self, bus: &Bus, now: u64, stored: &mut Option<Transfer>) -> bool {
        let mut moved = false;
        for grant in self.grants() {
            self.pass_on(grant, Some(bus), 1);
            if self.job(grant).is_none_or(|job| job.left > 0) {
                continue;
            }
            moved = true;
            match grant {
                Grant::Load(operand) => self.prefetchers[operand].finish(now + 1 + bus.latency()),
                Grant::Store => {
                    *stored = self.storing.take().map(|job| Transfer {
                        arrives: now + 1,
                        ..job.transfer
                    });
                }
            }
        }
        moved
    }

    /// Cycles until a transfer is over a bus, if none begins.
    pub(crate) fn next_over(&self) -> u64 {
        let over = self.grants().map(|grant| match grant {
            Grant::Load(_) if self.arbitration == Arbitration::RoundRobin => {
                let number = self.in_round_robin().count() as u64;
                let left = |o: Operand| self.prefetchers[o].job.as_ref().map_or(1, |job| job.left);
                let ends = (1..).zip(self.in_round_robin());
                let ends = ends.map(|(i, o)| (left(o) - 1) * number + i);
                ends.min().unwrap_or(u64::MAX)
            }
            Grant::Load(operand) => self.prefetchers[operand]
                .job
                .as_ref()
                .map_or(0, |job| job.left),
            Grant::Store => self.storing.as_ref().map_or(0, |job| job.left),
        });
        over.min().unwrap_or(u64::MAX)
    }

    /// Who goes over the bus as long as nothing begins or ends, and whether it is the store; `None` if
    /// loads take turns.
    pub(crate) fn steady(&self) -> Option<impl Iterator<Item = (&Job, bool)>> {
        let alternates =
            self.arbitration == Arbitration::RoundRobin && self.in_round_robin().count() > 1;
        let job = |grant| match grant {
            Grant::Load(operand) => self.prefetchers[operand]
                .job
                .as_ref()
                .map(|job| (job, false)),
            Grant::Store => self.storing.as_ref().map(|job| (job, true)),
        };
        (!alternates).then(|| self.grants().filter_map(job))
    }

    /// So many cycles of a bus in which nothing begins or ends.
    pub(crate) fn cross_many(&mut self, bus: &Bus, cycles: u64) {
        self.touched = [None; 4];
        for grant in self.grants() {
            match grant {
                Grant::Load(_) if self.arbitration == Arbitration::RoundRobin => {
                    self.share(bus, cycles);
                }
                _ => self.pass_on(grant, Some(bus), cycles),
            }
        }
    }

    /// Loads take turns for so many cycles.
    fn share(&mut self, bus: &Bus, cycles: u64) {
        let number = self.in_round_robin().count() as u64;
        let last = (cycles - 1) % number;
        let mut latest = None;
        for (i, operand) in (0..).zip(self.in_round_robin()) {
            let own = cycles / number + u64::from(i < cycles % number);
            if i == last {
                latest = Some((operand, own));
            } else if let Some(job) = &mut self.prefetchers[operand].job {
                job.left -= own;
            }
        }
        if let Some((operand, own)) = latest {
            self.pass_on(Grant::Load(operand), Some(bus), own);
        }
    }

    /// Whether transfers access, or loads are about to, banks that others may want; `is_alone` says of an
    /// operand that nothing else goes to its banks until its tile has arrived.
    pub(crate) fn touch_banks(
        &self,
        mapping: &Mapping,
        tiles: &Tiles,
        is_alone: impl Fn(Operand) -> bool,
    ) -> bool {
        // What went by in the cycle just past is in the way of the next.
        let went_by = |(lane, _): (usize, &BankAccess)| {
            let operand = Operand::ALL.get(lane);
            operand.is_none_or(|operand| !is_alone(*operand))
        };
        let touched = self.touched.iter().enumerate();
        if touched
            .filter_map(|(i, t)| Some((i, t.as_ref()?)))
            .any(went_by)
        {
            return true;
        }
        let mut prefetchers = Operand::ALL.into_iter().map(|o| &self.prefetchers[o]);
        prefetchers.any(|c| {
            let is_quiet = || c.job.is_none() && (c.exhausted || c.is_full(mapping, tiles));
            c.place.is_some() && !is_alone(c.operand) && !is_quiet()
        })
    }

    /// Whether a load begins as soon as it may.
    pub(crate) fn is_about_to_begin(&self, mapping: &Mapping, tiles: &Tiles) -> bool {
        let mut prefetchers = Operand::ALL.into_iter().map(|o| &self.prefetchers[o]);
        prefetchers.any(|c| !c.exhausted && c.job.is_none() && !c.is_full(mapping, tiles))
    }

    /// Shows the state to a visitor; of the streams the last is that of results.
    pub(crate) fn visit(
        &mut self,
        v: &mut impl Visitor,
        bus: Option<&Bus>,
        (tiles, streams): (&Tiles, [&Stream; 4]),
        passes: u64,
        now: u64,
    ) {
        let Self {
            prefetchers,
            storing,
            at_pass,
            touched,
            last,
            duplex: _,
            arbitration: _,
        } = self;
        v.same(*last as u64);
        v.same(u64::from(storing.is_some()));
        for (touched, stream) in touched.iter_mut().zip(streams) {
            v.same(u64::from(touched.is_some()));
            if let Some(touched) = touched {
                touched.visit(v, stream);
            }
        }
        if let Some(job) = storing {
            job.visit(v, bus, (tiles.closed, streams[3]), now);
        }
        for (operand, stream) in Operand::ALL.into_iter().zip(streams) {
            let at = (tiles.filled[operand], stream);
            prefetchers[operand].visit(v, bus, at, passes, now);
        }
        v.field(FieldKind::CountOrSame, at_pass, passes);
    }

    /// Notes when transfers are complete of which that is certain.
    pub(crate) fn retire(&mut self, device: &mut ClockedMemory, stored: &mut Option<Transfer>) {
        let mut complete = |transfer: &mut Transfer| {
            let is_open = transfer.number > 0 && transfer.arrives == u64::MAX;
            if is_open && let Some(done) = device.done_at(transfer.number) {
                device.close(transfer.number);
                transfer.arrives = done + 1;
            }
        };
        for operand in Operand::ALL {
            self.prefetchers[operand]
                .in_flight
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
    }
}

impl Requests for LinkArbiter {
    type Grant = Grant;

    fn peek(&self) -> Option<Wanted<Grant>> {
        let grant = self.grant()?;
        let (job, is_write) = match grant {
            Grant::Load(operand) => (self.prefetchers[operand].job.as_ref()?, false),
            Grant::Store => (self.storing.as_ref()?, true),
        };
        Some(Wanted {
            grant,
            address: job.bursts.as_ref()?.peek()?,
            is_write,
            number: job.transfer.number,
        })
    }

    fn pushed(&mut self, grant: Grant) {
        self.pass_on(grant, None, 1);
        let Some(job) = self.job(grant) else {
            return;
        };
        if let Some(bursts) = &mut job.bursts {
            bursts.advance();
        }
        if let (0, Grant::Load(operand)) = (job.left, grant) {
            // It arrives when the memory has answered.
            self.prefetchers[operand].finish(u64::MAX);
        }
    }
}

impl Prefetcher {
    fn new(mapping: &Mapping, operand: Operand, place: Option<BankAllocation>) -> Self {
        Self {
            operand,
            place,
            cursor: Cursor::first(mapping),
            pass: 0,
            exhausted: false,
            issued: 0,
            last_tile: None,
            slots: mapping.slots[operand],
            job: None,
            job_pass: 0,
            in_flight: VecDeque::new(),
        }
    }

    /// Starts the next transfer if there is a slot for its tile.
    pub(crate) fn begin(
        &mut self,
        mapping: &Mapping,
        link: &mut Link,
        tiles: &Tiles,
        now: u64,
    ) -> bool {
        if self.exhausted || self.job.is_some() {
            return false;
        }
        if self.is_full(mapping, tiles) {
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
            number: 0,
        };
        let width = mapping.dram.load(self.operand);
        self.last_tile = Some(tile);
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

    /// Where its tiles go to, if more of them may.
    pub(crate) fn place_in_use(&self) -> Option<BankAllocation> {
        let is_done = self.exhausted && self.job.is_none();
        self.place.filter(|_| !is_done)
    }

    /// Whether there is no slot for the next tile.
    fn is_full(&self, mapping: &Mapping, tiles: &Tiles) -> bool {
        if self.operand != Operand::Output {
            return self.issued >= tiles.freed[self.operand] + self.slots;
        }
        if self.issued > tiles.worked + self.slots {
            // The most that any of the cases below allows.
            return true;
        }
        let tile = self.cursor.staged(mapping, self.operand);
        if is_first(&tile) {
            // New outputs move in word by word behind those that leave, which their results wait for
            // (`words_stored`); the array may begin them when it has done those before.
            self.issued > tiles.worked + self.slots
        } else if self.follows_itself(&tile) {
            // At the ragged end of a part a block may follow itself; its sums are stored first.
            self.issued > tiles.freed.output
        } else {
            self.issued >= tiles.freed.output + self.slots
        }
    }

    /// Whether the tile that was issued last holds the same outputs.
    fn follows_itself(&self, tile: &PerDim<Span>) -> bool {
        self.last_tile.is_some_and(|last| same_outputs(&last, tile))
    }

    fn visit(
        &mut self,
        v: &mut impl Visitor,
        bus: Option<&Bus>,
        (filled, stream): (u64, &Stream),
        passes: u64,
        now: u64,
    ) {
        let Self {
            cursor,
            pass,
            exhausted,
            issued,
            last_tile,
            job,
            job_pass,
            in_flight,
            operand: _,
            place: _,
            slots: _,
        } = self;
        v.same(u64::from(*exhausted));
        v.same(in_flight.len() as u64);
        v.same(u64::from(job.is_some()));
        v.field(FieldKind::Count, issued, filled);
        if let Some(job) = job {
            job.visit(v, bus, (filled, stream), now);
        }
        in_flight.iter_mut().for_each(|t| t.visit(v, now));
        v.field(FieldKind::CountOrSame, pass, passes);
        v.field(FieldKind::CountOrSame, job_pass, passes);
        v.optional_tile(last_tile);
        v.cursor(cursor, &mut Beat::default());
    }

    fn finish(&mut self, arrives: u64) {
        if let Some(job) = self.job.take() {
            // In order; behind one that the memory has not answered, it waits its turn all the same.
            let last = self.in_flight.back().map_or(0, |last| last.arrives);
            let arrives = if last == u64::MAX {
                arrives
            } else {
                arrives.max(last)
            };
            self.in_flight.push_back(Transfer {
                arrives,
                ..job.transfer
            });
        }
    }
}
