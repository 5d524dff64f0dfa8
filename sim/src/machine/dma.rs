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

use stationary_arch::{Operand, PerOperand};

use crate::bus::Bus;
use crate::dram::Statistics;
use crate::machine::link::{Job, Link};
use crate::machine::link_arbiter::LinkArbiter;
use crate::machine::ports::{BankAccess, Stream};
use crate::machine::state_descriptor::{FieldKind, Visitor};
use crate::machine::transfer::{Store, Tiles, Transfer};
use crate::mapping::Mapping;
use crate::mapping::bank_allocation::BankAllocation;
use crate::trace::DramChannel;

/// The engine's state.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Dma {
    link: Link,
    arbiter: LinkArbiter,
    waiting: VecDeque<Store>,
    stored: Option<Transfer>,
    /// Where output tiles lie in the buffer.
    output: Option<BankAllocation>,
    /// Stores begun.
    stores: u64,
}

/// What a step of the engine did.
pub(crate) enum Arrival {
    Load(Transfer),
    Store(Transfer),
}

/// What a trace sees of the link and the memory behind it.
pub(crate) struct Seen {
    pub(crate) loading: PerOperand<bool>,
    pub(crate) storing: bool,
    pub(crate) channels: Vec<DramChannel>,
}

impl Dma {
    pub(crate) fn new(mapping: &Mapping, places: PerOperand<Option<BankAllocation>>) -> Self {
        Self {
            link: Link::new(mapping),
            arbiter: LinkArbiter::new(mapping, places),
            waiting: VecDeque::new(),
            stored: None,
            output: places.output,
            stores: 0,
        }
    }

    /// Rows of the buffer that are accessed for what went by in the cycle just past.
    pub(crate) fn touched(&self) -> &[Option<BankAccess>] {
        &self.arbiter.touched
    }

    pub(crate) fn queue(&mut self, store: Store) {
        self.waiting.push_back(store);
    }

    pub(crate) fn has_stores(&self) -> bool {
        !self.waiting.is_empty() || self.arbiter.storing.is_some() || self.stored.is_some()
    }

    /// Output tiles that the buffer has places for.
    pub(crate) fn output_slots(&self) -> u64 {
        self.arbiter.prefetchers.output.slots
    }

    /// Words of the oldest unfinished store that have left the buffer.
    pub(crate) fn words_stored(&self) -> u64 {
        match (&self.stored, &self.arbiter.storing) {
            (Some(transfer), _) => transfer.words,
            (None, Some(job)) => job.words_gone(self.link.bus(), job.left),
            (None, None) => 0,
        }
    }

    /// What a trace sees.
    pub(crate) fn seen(&self) -> Seen {
        let channels = &self.arbiter.prefetchers;
        Seen {
            loading: PerOperand::from_fn(|o| channels[o].job.is_some()),
            storing: self.arbiter.storing.is_some() || self.stored.is_some(),
            channels: match &self.link {
                Link::Bus(_) => Vec::new(),
                Link::Device(device, _) => device.channels(),
            },
        }
    }

    /// Gives a DMA that was read from a checkpoint what the accelerator says.
    pub(crate) fn attach(&mut self, m: &Mapping) {
        self.link.attach(m);
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
            let in_flight = &mut self.arbiter.prefetchers[operand].in_flight;
            if in_flight.front().is_some_and(|t| t.arrives <= now) {
                return in_flight.pop_front().map(Arrival::Load);
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
        mapping: &Mapping,
        tiles: &Tiles,
        passes_done: u64,
        now: u64,
    ) -> bool {
        let mut moved = false;
        for operand in Operand::ALL {
            moved |= self.arbiter.prefetchers[operand].begin(mapping, &mut self.link, tiles, now);
        }
        if self.arbiter.storing.is_none()
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
            let place = (self.output, self.stores);
            let job = Job::new(&mut self.link, mapping, transfer, width, place);
            self.arbiter.storing = Some(job);
            self.stores += 1;
            moved = true;
        }
        self.arbiter.at_pass = passes_done;
        self.go_on(now) || moved
    }

    /// Lets the transfers that have begun go on for a cycle; whether one ended.
    pub(crate) fn go_on(&mut self, now: u64) -> bool {
        self.arbiter.touched = [None; 4];
        match &mut self.link {
            Link::Bus(bus) => self.arbiter.cross(bus, now, &mut self.stored),
            Link::Device(device, _) => {
                let moved = device.tick(&mut self.arbiter, now);
                if moved {
                    self.arbiter.retire(device, &mut self.stored);
                }
                moved
            }
        }
    }

    /// Whether a transfer begins as soon as it may.
    pub(crate) fn is_about_to_begin(&self, mapping: &Mapping, tiles: &Tiles) -> bool {
        let is_free = self.arbiter.storing.is_none() && self.stored.is_none();
        (is_free && !self.waiting.is_empty()) || self.arbiter.is_about_to_begin(mapping, tiles)
    }

    /// Whether transfers use the banks that a stream goes through, or did in the cycle just past.
    pub(crate) fn uses_banks_of(&self, stream: &Stream) -> bool {
        let arbiter = &self.arbiter;
        let touched = arbiter.touched.iter().flatten().map(|t| &t.place);
        if !self.is_bus() {
            // What has begun may end, and the next begin, while the stream flows.
            let places = self.places_in_use();
            let mut places = touched.chain(places.iter().flatten());
            return places.any(|place| stream.goes_to(place));
        }
        let loading = Operand::ALL
            .into_iter()
            .filter_map(|o| arbiter.prefetchers[o].job.as_ref());
        let jobs = loading.chain(&arbiter.storing);
        let mut places = touched.chain(jobs.filter_map(|job| job.place.as_ref()));
        places.any(|place| stream.goes_to(place))
    }

    /// The next time after `last` at which the engine can change by itself.
    pub(crate) fn next_event(&self, last: u64) -> u64 {
        let channels = &self.arbiter.prefetchers;
        let loads = Operand::ALL
            .into_iter()
            .filter_map(|o| channels[o].in_flight.front());
        let ends = loads.chain(&self.stored).map(|t| t.arrives);
        let arrival = ends.min().unwrap_or(u64::MAX);
        match &self.link {
            Link::Bus(_) => arrival.min(last.saturating_add(self.arbiter.next_over())),
            Link::Device(device, _) => arrival.min(device.next_event(&self.arbiter)),
        }
    }

    /// Shows the state to a visitor; a device repeats itself too rarely.
    pub(crate) fn visit(
        &mut self,
        v: &mut impl Visitor,
        (tiles, streams): (&Tiles, [&Stream; 4]),
        passes: u64,
        now: u64,
    ) {
        let Self {
            link,
            arbiter,
            waiting,
            stored,
            stores,
            output: _,
        } = self;
        v.same(waiting.len() as u64);
        v.same(u64::from(stored.is_some()));
        waiting.iter_mut().for_each(|store| store.visit(v));
        stored.iter_mut().for_each(|t| t.visit(v, now));
        v.field(FieldKind::Count, stores, tiles.closed);
        arbiter.visit(v, link.bus(), (tiles, streams), passes, now);
    }

    /// Whether a transfer is complete by a time.
    pub(crate) fn has_arrival(&self, now: u64) -> bool {
        let is_stored = self.stored.as_ref().is_some_and(|t| t.arrives <= now);
        is_stored || Operand::ALL.into_iter().any(|o| self.brings(o, now))
    }

    /// Whether another tile of an operand is complete by a time.
    pub(crate) fn brings(&self, operand: Operand, now: u64) -> bool {
        let in_flight = self.arbiter.prefetchers[operand].in_flight.front();
        in_flight.is_some_and(|t| t.arrives <= now)
    }

    /// Whether transfers take, or may soon take, ports of banks that others want: a tile that has just been stored
    /// makes room for the next, too. `is_alone` as for [`LinkArbiter::touch_banks`].
    pub(crate) fn touches_banks(
        &self,
        mapping: &Mapping,
        tiles: &Tiles,
        is_alone: impl Fn(Operand) -> bool,
    ) -> bool {
        (self.output.is_some() && self.has_stores())
            || self.arbiter.touch_banks(mapping, tiles, is_alone)
    }

    /// Where transfers may go to in the buffer before the array has gone on.
    pub(crate) fn places_in_use(&self) -> [Option<BankAllocation>; 4] {
        let channels = &self.arbiter.prefetchers;
        let store = self.output.filter(|_| self.has_stores());
        [
            channels.input.place_in_use(),
            channels.weight.place_in_use(),
            channels.output.place_in_use(),
            store,
        ]
    }

    /// Who goes over the bus as long as nothing begins or ends, and whether it is the store.
    pub(crate) fn steady(&self) -> Option<(&Bus, impl Iterator<Item = (&Job, bool)>)> {
        self.link.bus().zip(self.arbiter.steady())
    }

    /// Whether the memory is a bus.
    pub(crate) fn is_bus(&self) -> bool {
        self.link.bus().is_some()
    }

    /// Lets the link work through the cycles up to `next`, in which nothing begins or ends.
    pub(crate) fn skip(&mut self, cycles: u64, next: u64) {
        match &mut self.link {
            Link::Bus(bus) => {
                if cycles > 0 {
                    self.arbiter.cross_many(bus, cycles);
                }
            }
            Link::Device(device, _) => {
                let moved = next > 0 && device.tick(&mut self.arbiter, next - 1);
                assert!(!moved, "nothing begins or ends before the next event");
            }
        }
    }
}
