//! The machine: host, unroller, station, units and memory, advanced from event to event.
//!
//! ```text
//! a call takes one of two places when the host has issued it and the call two before has left
//! its loads enter; its pairs enter behind them, its stores behind these
//! of the next request of the loads and of the stores, the earlier one goes
//! ```
//!
//! Times follow from earlier ones of the same unit and from what commands wait for, so that no
//! cycle is stepped through. Pairs use no memory but the local one: they run ahead as far as what
//! they wait for is decided.

use super::array_unit::ArrayUnit;
use super::cache::Cache;
use super::call::{Call, Kind};
use super::chip::{
    CONVOLUTION_CALL, CONVOLUTION_REFILL, Chip, FENCE, MATMUL_CALL, MATMUL_REFILL, PROLOGUE, Times,
};
use super::layout::{Halves, Layout};
use super::load_unit::{LoadUnit, Next};
use super::port::Port;
use super::station::Station;
use super::store_unit::StoreUnit;
use super::tile::Tile;
use super::walk::Walk;

/// The figures of a run: cycles, and what was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Cycles from the first command to the end of the fence.
    pub cycles: u64,
    /// The number of calls of the unroller.
    pub calls: u64,
    /// The numbers of load commands, of pairs of preload and compute, and of store commands.
    pub commands: [u64; 3],
    /// Bytes that loads ask for.
    pub loaded: u64,
    /// The number of read requests of the DMA.
    pub requests: u64,
    /// The number of requests that missed in the second-level cache.
    pub misses: u64,
}

/// A call that has a place in the unroller.
#[derive(Clone, Copy, Debug)]
struct Placed {
    tile: Tile,
    has_stores: bool,
    pairs_entered: Option<u64>,
}

/// Calls that are remembered by number: those with a place and those that left last.
const CALLS: usize = 4;

/// Runs the layer of a call on the machine and returns its cycles and counts.
pub fn run(call: &Call, times: Times) -> Run {
    let mut machine = Machine::new(call, times);
    while machine.step() {}
    machine.finish()
}

struct Machine<'a> {
    call: &'a Call,
    chip: Chip,
    layout: Layout,
    walk: Walk<'a>,
    is_matmul: bool,
    cache: Cache,
    port: Port,
    station: Station,
    loads: LoadUnit,
    array: ArrayUnit,
    stores: StoreUnit,
    host: u64,
    calls: [Option<Placed>; CALLS],
    left: [u64; CALLS],
    /// Calls that have been placed; calls whose pairs, and whose stores, are done entering.
    placed: u64,
    computed: u64,
    stored: u64,
    sums: u64,
    is_walked: bool,
    has_opened_array: bool,
    has_opened_stores: bool,
}

impl<'a> Machine<'a> {
    fn new(call: &'a Call, times: Times) -> Self {
        let chip = Chip::new(call.mesh);
        let layout = Layout::new(call);
        let is_matmul = call.kind == Kind::Matmul;
        let mut cache = Cache::new(times);
        cache.warm(layout.inputs..layout.end);
        Self {
            call,
            chip,
            layout,
            walk: Walk::new(call),
            is_matmul,
            cache,
            port: Port::default(),
            station: Station::new(is_matmul),
            loads: LoadUnit::new(chip, is_matmul),
            array: ArrayUnit::new(chip, is_matmul),
            stores: StoreUnit::new(chip),
            host: PROLOGUE,
            calls: [None; CALLS],
            left: [0; CALLS],
            placed: 0,
            computed: 0,
            stored: 0,
            sums: 0,
            is_walked: false,
            has_opened_array: false,
            has_opened_stores: false,
        }
    }

    /// One event; false when nothing is left.
    fn step(&mut self) -> bool {
        self.run_array();
        self.open_stores();
        let load = self.loads.next(&mut self.station);
        let store = self.stores.next();
        match (load, store) {
            (Next::At(cycle), Some(stored)) if stored <= cycle => self.send_store(),
            (Next::At(_), stored) => {
                let limit = stored.unwrap_or(u64::MAX);
                self.loads
                    .send(limit, &mut self.station, &mut self.cache, &mut self.port);
            }
            (Next::Sent, _) if self.place() => {}
            (_, Some(_)) => self.send_store(),
            (_, None) => {
                let was_idle = self.loads.is_idle();
                self.loads.drain(&mut self.station);
                if was_idle && !self.run_array() {
                    return false;
                }
            }
        }
        true
    }

    fn send_store(&mut self) {
        self.stores
            .send(&mut self.station, &mut self.cache, &mut self.port);
    }

    /// Places the next call, if it is decided when its place is free.
    fn place(&mut self) -> bool {
        let number = self.placed;
        // The stores of a call enter before it leaves.
        let decided = |back: u64| number < back || self.stored > number - back;
        if self.is_walked || !decided(2) || (self.is_matmul && !decided(3)) {
            return false;
        }
        let left = |back: u64| match number.checked_sub(back) {
            Some(number) => self.left[number as usize % CALLS],
            None => 0,
        };
        let configured = if self.is_matmul {
            self.host = (self.host + MATMUL_CALL).max(left(3) + 2);
            (self.host + 2).max(left(2) + MATMUL_REFILL)
        } else {
            self.host = (self.host + CONVOLUTION_CALL).max(left(2) + CONVOLUTION_REFILL);
            self.host + 2
        };
        let Some(at) = self.walk.next() else {
            self.is_walked = true;
            return false;
        };
        let halves = Halves::new(self.chip.mesh, number % 2, self.sums);
        let tile = Tile::new(self.call, self.chip, self.layout, halves, &at);
        let has_stores = at.ends_sums();
        self.sums ^= u64::from(has_stores);
        self.calls[number as usize % CALLS] = Some(Placed {
            tile,
            has_stores,
            pairs_entered: None,
        });
        self.placed += 1;
        self.loads
            .open(tile.loads(), configured + 3, &mut self.station);
        true
    }

    /// Runs the array as far as it goes; whether it did anything.
    fn run_array(&mut self) -> bool {
        let mut has_run = false;
        while self.computed < self.placed {
            let index = self.computed as usize % CALLS;
            let Some(placed) = self.calls[index] else {
                break;
            };
            if !self.has_opened_array {
                // The loads are those of this call or of a later one.
                let is_later = self.placed > self.computed + 1;
                if !self.is_matmul {
                    let Some(entered) = self.loads_entered(is_later) else {
                        break;
                    };
                    self.array.open(placed.tile.pairs());
                    self.array.wait_for_loads(entered);
                } else {
                    self.array.open(placed.tile.pairs());
                }
                self.has_opened_array = true;
            }
            has_run |= self.array.run(&mut self.station, &mut self.loads);
            let Some(entered) = self.array.all_entered() else {
                break;
            };
            if let Some(call) = &mut self.calls[index] {
                call.pairs_entered = Some(entered + 2);
            }
            self.computed += 1;
            self.has_opened_array = false;
        }
        has_run
    }

    /// When the loads of the call that the array is at have entered.
    fn loads_entered(&self, is_later: bool) -> Option<u64> {
        if is_later {
            // They entered before the next call was placed.
            Some(self.station.call_entered((self.computed % 2) as usize))
        } else {
            self.loads.all_entered()
        }
    }

    /// Begins the next store, and lets calls leave whose commands have all entered.
    fn open_stores(&mut self) {
        while self.stored < self.placed {
            let index = self.stored as usize % CALLS;
            let Some(placed) = self.calls[index] else {
                return;
            };
            if placed.has_stores {
                if !self.has_opened_stores {
                    if !self.is_matmul && placed.pairs_entered.is_none() {
                        return;
                    }
                    self.stores.open(placed.tile.stores());
                    self.has_opened_stores = true;
                }
                if self.stores.is_sending() {
                    return;
                }
                if let Some(store) = self.stores.pending() {
                    let place = (self.stored % 2) as usize;
                    let entered = if self.is_matmul {
                        self.array.result_entered(place, store.last)
                    } else {
                        placed.pairs_entered
                    };
                    if let Some(entered) = entered {
                        self.stores.begin(entered + 2, &mut self.station);
                    }
                    return;
                }
            }
            let Some(pairs) = placed.pairs_entered else {
                return;
            };
            let stores = if placed.has_stores {
                self.stores.all_entered().unwrap_or(0) + 2
            } else {
                0
            };
            self.left[index] = pairs.max(stores) + 2;
            self.stored += 1;
            self.has_opened_stores = false;
        }
    }

    fn finish(self) -> Run {
        let last = self
            .loads
            .last()
            .max(self.array.last())
            .max(self.stores.last())
            .max(self.host);
        Run {
            cycles: last + FENCE,
            calls: self.placed,
            commands: self.station.counts(),
            loaded: self.loads.bytes,
            requests: self.loads.requests,
            misses: self.cache.misses,
        }
    }
}
