//! The execute controller and the mesh (`ExecuteController.scala`, `MeshWithDelays.scala`).
//!
//! ```text
//! an operation streams the rows of one compute beside the weights of the next preload:
//!     max(4, rows) cycles, or the mesh's if the preload brings weights
//! if the next pair is not there when a compute begins, compute and preload go one by one
//! an operation waits for one of six tags; results leave two diagonals of the mesh later
//! ```

use super::chip::{Chip, LEAST_PAIR, MESH_TAGS, PAIR_ISSUE};
use super::command::Pair;
use super::load_unit::LoadUnit;
use super::station::Station;
use super::tile::Pairs;

/// The compute that has its weights in the mesh, and is next.
#[derive(Clone, Copy, Debug)]
struct Compute {
    rows: u64,
    place: usize,
    /// The cycle from which it may begin.
    ready: u64,
}

/// The unit.
#[derive(Clone, Debug)]
pub(super) struct ArrayUnit {
    chip: Chip,
    is_matmul: bool,
    pairs: Option<Pairs>,
    pending: Option<Pair>,
    /// When the call's first pair may enter, and the call's place in the unroller.
    opened: u64,
    place: usize,
    entered: u64,
    compute: Option<Compute>,
    /// Ends of the operations that hold tags, and how many there ever were.
    operations: [u64; MESH_TAGS],
    count: u64,
    /// By place, when the pairs of the last pass over a matmul's results entered.
    results: [Vec<u64>; 2],
}

impl ArrayUnit {
    pub(super) fn new(chip: Chip, is_matmul: bool) -> Self {
        Self {
            chip,
            is_matmul,
            pairs: None,
            pending: None,
            opened: 0,
            place: 1,
            entered: 0,
            compute: None,
            operations: [0; MESH_TAGS],
            count: 0,
            results: Default::default(),
        }
    }

    /// Begins with the pairs of a call.
    pub(super) fn open(&mut self, pairs: Pairs) {
        self.place ^= 1;
        self.results[self.place].clear();
        self.opened = self.entered + 1;
        self.pairs = Some(pairs);
        self.pending = self.pairs.as_mut().and_then(Iterator::next);
    }

    /// A convolution's pairs wait until all loads of the call have entered.
    pub(super) fn wait_for_loads(&mut self, entered: u64) {
        self.opened = self.opened.max(entered + 2);
    }

    /// When the last pair of the call entered the station, if it has.
    pub(super) fn all_entered(&self) -> Option<u64> {
        self.pending.is_none().then_some(self.entered)
    }

    /// When the pair with a matmul's results of this number entered, if it has.
    pub(super) fn result_entered(&self, place: usize, number: u32) -> Option<u64> {
        self.results[place].get(number as usize).copied()
    }

    /// The cycle in which the last results are written, if no pair follows.
    pub(super) fn last(&self) -> u64 {
        self.compute.map_or(0, |compute| {
            compute.ready + compute.rows.max(LEAST_PAIR) + self.chip.mesh_latency()
        })
    }

    /// Lets pairs enter and run as far as that is decided; whether any did.
    pub(super) fn run(&mut self, station: &mut Station, loads: &mut LoadUnit) -> bool {
        let mut has_run = false;
        while let Some(pair) = self.pending {
            if !self.run_pair(&pair, station, loads) {
                break;
            }
            has_run = true;
            self.pending = self.pairs.as_mut().and_then(Iterator::next);
        }
        has_run
    }

    /// False if something is not decided; then nothing has changed.
    fn run_pair(&mut self, pair: &Pair, station: &mut Station, loads: &mut LoadUnit) -> bool {
        let mut entered = self.opened.max(self.entered + 2).max(station.pair_entry());
        let loaded = if self.is_matmul {
            station
                .blocks_loaded(self.place, pair)
                .map(|(last, loaded)| {
                    entered = entered.max(last + 2);
                    loaded
                })
        } else {
            station.loaded(self.place, pair)
        };
        let (Some(loaded), Some(stored)) = (loaded, station.stores_released(pair.sums)) else {
            return false;
        };
        let ready = (entered + PAIR_ISSUE).max(loaded.max(stored) + 2);
        let brought = if pair.is_fresh() { self.chip.mesh } else { 0 };
        let mut ends = [0; 2];
        let operations = match self.compute {
            Some(compute) if ready <= compute.ready => {
                let cycles = compute.rows.max(LEAST_PAIR).max(brought);
                let start = self.tagged(0, compute.ready);
                let Some(cycles) = self.reads(loads, compute.place, start, cycles, pair.is_fresh())
                else {
                    return false;
                };
                ends[0] = start + cycles;
                1
            }
            Some(compute) => {
                let start = self.tagged(0, compute.ready);
                let alone = compute.rows.max(LEAST_PAIR);
                let Some(cycles) = loads.reads(compute.place, start, alone, [true, false]) else {
                    return false;
                };
                ends[0] = start + cycles;
                let start = self.tagged(1, ends[0].max(ready));
                ends[1] = start + brought.max(LEAST_PAIR);
                2
            }
            None => {
                ends[0] = ready + brought.max(LEAST_PAIR);
                1
            }
        };
        if self.compute.is_some() {
            let end = ends[0];
            station.finish_pair(0, end + 1, end + self.chip.mesh_latency());
        }
        for &end in &ends[..operations] {
            self.operations[self.count as usize % MESH_TAGS] = end;
            self.count += 1;
        }
        let head = ends[operations - 1];
        station.enter_pair(pair, entered);
        let end = head + pair.rows.max(LEAST_PAIR);
        station.finish_pair(0, end + 1, end + self.chip.mesh_latency());
        self.compute = Some(Compute {
            rows: pair.rows,
            place: self.place,
            ready: head,
        });
        self.entered = entered;
        if pair.is_last_pass {
            self.results[self.place].push(entered);
        }
        loads.forget_writes(head);
        true
    }

    /// The first cycle from `start` on at which the operation after `ahead` further ones has a tag:
    /// results of the operation five before it have left.
    fn tagged(&self, ahead: u64, start: u64) -> u64 {
        let before = (self.count + ahead).checked_sub(MESH_TAGS as u64 - 1);
        before.map_or(start, |before| {
            let end = self.operations[before as usize % MESH_TAGS];
            start.max(end + self.chip.mesh_latency())
        })
    }

    /// Cycles of an operation of a compute of one call beside a preload of the call that runs.
    fn reads(
        &self,
        loads: &LoadUnit,
        place: usize,
        start: u64,
        cycles: u64,
        is_fresh: bool,
    ) -> Option<u64> {
        if place == self.place {
            return loads.reads(place, start, cycles, [true, is_fresh]);
        }
        let inputs = loads.reads(place, start, cycles, [true, false])?;
        let weights = loads.reads(self.place, start, cycles, [false, is_fresh])?;
        Some(inputs.max(weights))
    }
}
