//! The reservation station (`ReservationStation.scala`): what has entered, and when it is done.
//!
//! ```text
//! a command enters when its kind has an entry free, and issues behind its kind's last one when
//! every earlier command of another kind that shares rows of local memory with it is done
//! load     waits for pairs (their operands are read, their sums written) and stores
//! pair     waits for loads (operands, cleared sums) and stores (of its sums)
//! store    waits for pairs (sums)
//! ```

use super::chip::{LOAD_ENTRIES, PAIR_ENTRIES, STORE_ENTRIES};
use super::command::{Block, Load, LocalRows, Pair, Store};

/// A cycle that is not decided.
const OPEN: u64 = u64::MAX;
/// Entries that are remembered of each kind: those that are held and as many behind.
const LOADS: usize = 2 * LOAD_ENTRIES;
const PAIRS: usize = 2 * PAIR_ENTRIES;
const STORES: usize = 2 * STORE_ENTRIES;

#[derive(Clone, Copy, Debug)]
struct LoadEntry {
    local: LocalRows,
    done: u64,
}

#[derive(Clone, Copy, Debug)]
struct PairEntry {
    pair: Pair,
    entered: u64,
    /// When its inputs are read, and when its results are written.
    read: u64,
    written: u64,
}

#[derive(Clone, Copy, Debug)]
struct StoreEntry {
    sums: LocalRows,
    done: u64,
}

/// The loads of a call.
#[derive(Clone, Debug, Default)]
struct CallLoads {
    first: u64,
    count: u64,
    /// When the last one entered.
    last_entered: u64,
    /// Of a matmul: when each entered and was done, and which one brings each block.
    entered: Vec<u64>,
    done: Vec<u64>,
    left: Vec<u32>,
    right: Vec<u32>,
    clears: usize,
}

/// The three queues.
#[derive(Clone, Debug)]
pub(super) struct Station {
    loads: [LoadEntry; LOADS],
    pairs: [PairEntry; PAIRS],
    stores: [StoreEntry; STORES],
    load_count: u64,
    pair_count: u64,
    store_count: u64,
    /// By the call's place in the unroller.
    calls: [CallLoads; 2],
    is_matmul: bool,
}

impl Station {
    pub(super) fn new(is_matmul: bool) -> Self {
        let pair = Pair {
            rows: 0,
            weights: LocalRows::NONE,
            inputs: LocalRows::NONE,
            sums: LocalRows::NONE,
            left: 0,
            right: 0,
            is_last_pass: false,
        };
        Self {
            loads: [LoadEntry {
                local: LocalRows::NONE,
                done: 0,
            }; LOADS],
            pairs: [PairEntry {
                pair,
                entered: 0,
                read: 0,
                written: 0,
            }; PAIRS],
            stores: [StoreEntry {
                sums: LocalRows::NONE,
                done: 0,
            }; STORES],
            load_count: 0,
            pair_count: 0,
            store_count: 0,
            calls: Default::default(),
            is_matmul,
        }
    }

    /// Commands of each kind that have entered.
    pub(super) fn counts(&self) -> [u64; 3] {
        [self.load_count, self.pair_count, self.store_count]
    }

    /// A call's loads begin.
    pub(super) fn open_call(&mut self, place: usize) {
        let call = &mut self.calls[place];
        call.first = self.load_count;
        call.count = 0;
        call.clears = 0;
        for list in [&mut call.entered, &mut call.done] {
            list.clear();
        }
        for list in [&mut call.left, &mut call.right] {
            list.clear();
        }
    }

    /// A load enters; its number.
    pub(super) fn enter_load(&mut self, place: usize, load: &Load, cycle: u64) -> u64 {
        let sequence = self.load_count;
        self.loads[sequence as usize % LOADS] = LoadEntry {
            local: load.local,
            done: OPEN,
        };
        self.load_count += 1;
        let call = &mut self.calls[place];
        if self.is_matmul {
            let index = call.count as u32;
            call.entered.push(cycle);
            call.done.push(OPEN);
            match load.block {
                Block::Left => call.left.push(index),
                Block::Right => call.right.push(index),
                Block::Clear => call.clears += 1,
            }
        }
        call.count += 1;
        call.last_entered = cycle;
        sequence
    }

    /// When the last load of a call entered.
    pub(super) fn call_entered(&self, place: usize) -> u64 {
        self.calls[place].last_entered
    }

    /// A load is done.
    pub(super) fn finish_load(&mut self, sequence: u64, cycle: u64) {
        self.loads[sequence as usize % LOADS].done = cycle;
        if self.is_matmul {
            for call in &mut self.calls {
                let index = sequence.wrapping_sub(call.first);
                if let Some(done) = call.done.get_mut(index as usize) {
                    *done = cycle;
                }
            }
        }
    }

    /// When a load is done, if that is decided.
    pub(super) fn load_done(&self, sequence: u64) -> Option<u64> {
        decided(self.loads[sequence as usize % LOADS].done)
    }

    /// From when on a load may overwrite these rows: the pairs that have entered no later than a
    /// cycle have read or written them.
    pub(super) fn pairs_released(&self, local: LocalRows, cycle: u64) -> u64 {
        let mut released = 0;
        for entry in last::<PAIRS, _>(&self.pairs, self.pair_count, PAIR_ENTRIES) {
            if entry.entered > cycle {
                continue;
            }
            let pair = &entry.pair;
            if pair.sums.overlaps(local) || pair.weights.overlaps(local) {
                released = released.max(entry.written);
            } else if pair.inputs.overlaps(local) {
                released = released.max(entry.read);
            }
        }
        released
    }

    /// From when on these sums may be overwritten: the stores that have entered have read them;
    /// `None` if that is not decided.
    pub(super) fn stores_released(&self, local: LocalRows) -> Option<u64> {
        let mut released = 0;
        for entry in last::<STORES, _>(&self.stores, self.store_count, STORE_ENTRIES) {
            if entry.sums.overlaps(local) {
                released = released.max(decided(entry.done)?);
            }
        }
        Some(released)
    }

    /// When the rows that a pair of this call works on are loaded; `None` if that is not decided.
    pub(super) fn loaded(&self, place: usize, pair: &Pair) -> Option<u64> {
        let call = &self.calls[place];
        let end = call.first + call.count;
        let oldest = self.load_count.saturating_sub(LOADS as u64);
        let begin = end.saturating_sub(LOAD_ENTRIES as u64);
        let mut loaded = 0;
        for sequence in begin.max(call.first).max(oldest)..end {
            let entry = &self.loads[sequence as usize % LOADS];
            if [pair.weights, pair.inputs, pair.sums]
                .iter()
                .any(|rows| rows.overlaps(entry.local))
            {
                loaded = loaded.max(decided(entry.done)?);
            }
        }
        Some(loaded)
    }

    /// When the loads of a matmul's pair have entered, and when they are done; `None` if that is not
    /// decided.
    pub(super) fn blocks_loaded(&self, place: usize, pair: &Pair) -> Option<(u64, u64)> {
        let call = &self.calls[place];
        let left = *call.left.get(pair.left as usize)? as usize;
        let right = *call.right.get(pair.right as usize)? as usize;
        let (mut entered, mut loaded) = (0, 0);
        // Sums are cleared before the first operand is loaded.
        for index in [left, right, call.clears.saturating_sub(1)] {
            entered = entered.max(call.entered[index]);
            loaded = loaded.max(decided(call.done[index])?);
        }
        Some((entered, loaded))
    }

    /// The first cycle at which a pair finds an entry free.
    pub(super) fn pair_entry(&self) -> u64 {
        let entries = PAIR_ENTRIES as u64;
        let before = self.pair_count.checked_sub(entries);
        before.map_or(0, |before| self.pairs[before as usize % PAIRS].written + 1)
    }

    /// A pair enters.
    pub(super) fn enter_pair(&mut self, pair: &Pair, cycle: u64) {
        self.pairs[self.pair_count as usize % PAIRS] = PairEntry {
            pair: *pair,
            entered: cycle,
            read: OPEN,
            written: OPEN,
        };
        self.pair_count += 1;
    }

    /// The last pair but `back` has its inputs read and its results written at these cycles.
    pub(super) fn finish_pair(&mut self, back: u64, read: u64, written: u64) {
        let sequence = self.pair_count - 1 - back;
        let entry = &mut self.pairs[sequence as usize % PAIRS];
        (entry.read, entry.written) = (read, written);
    }

    /// When the pairs that have entered have written these sums.
    pub(super) fn pairs_written(&self, sums: LocalRows) -> u64 {
        last::<PAIRS, _>(&self.pairs, self.pair_count, PAIR_ENTRIES)
            .filter(|entry| entry.pair.sums.overlaps(sums))
            .map(|entry| entry.written)
            .max()
            .unwrap_or(0)
    }

    /// The first cycle at which a store finds an entry free.
    pub(super) fn store_entry(&self) -> u64 {
        let before = self.store_count.checked_sub(STORE_ENTRIES as u64);
        before.map_or(0, |before| self.store_done(before) + 2)
    }

    /// When a store has read its rows.
    pub(super) fn store_done(&self, sequence: u64) -> u64 {
        self.stores[sequence as usize % STORES].done
    }

    /// A store enters; its number.
    pub(super) fn enter_store(&mut self, store: &Store) -> u64 {
        let sequence = self.store_count;
        self.stores[sequence as usize % STORES] = StoreEntry {
            sums: store.sums,
            done: OPEN,
        };
        self.store_count += 1;
        sequence
    }

    /// A store has read its rows.
    pub(super) fn finish_store(&mut self, sequence: u64, cycle: u64) {
        self.stores[sequence as usize % STORES].done = cycle;
    }
}

fn decided(cycle: u64) -> Option<u64> {
    (cycle != OPEN).then_some(cycle)
}

/// The last entries of a ring of `N`, the oldest first.
fn last<const N: usize, T>(ring: &[T; N], count: u64, entries: usize) -> impl Iterator<Item = &T> {
    let first = count.saturating_sub(entries as u64);
    (first..count).map(|sequence| &ring[sequence as usize % N])
}
