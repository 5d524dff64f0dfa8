//! The store controller and the DMA's writer (`StoreController.scala`, `Scratchpad.scala`,
//! `DMA.scala`).
//!
//! ```text
//! a row of results is read a cycle, scaled, and sent as requests with sixteen under way
//! a command is done when its rows are read; the fence waits for the answers
//! ```

use super::cache::{Access, Cache};
use super::chip::{Chip, REQUESTS, STORE_ISSUE, STORE_PIPE, STORE_ROWS};
use super::command::Store;
use super::port::Port;
use super::request::Request;
use super::station::Station;
use super::tile::Stores;

/// The row that is being sent.
#[derive(Clone, Copy, Debug)]
struct Sending {
    store: Store,
    sequence: u64,
    row: u64,
    sent: u64,
    /// The first cycle of the next request.
    time: u64,
}

/// The unit.
#[derive(Clone, Debug)]
pub(super) struct StoreUnit {
    chip: Chip,
    stores: Option<Stores>,
    pending: Option<Store>,
    entered: u64,
    sending: Option<Sending>,
    /// Behind the last accumulator row read, and behind the last beat sent.
    read: u64,
    sent: u64,
    /// When the last rows left for the DMA, and when the last requests were answered.
    rows: [u64; STORE_ROWS],
    row_count: u64,
    answers: [u64; REQUESTS],
    requests: u64,
    /// The last answer.
    last: u64,
}

impl StoreUnit {
    pub(super) fn new(chip: Chip) -> Self {
        Self {
            chip,
            stores: None,
            pending: None,
            entered: 0,
            sending: None,
            read: 0,
            sent: 0,
            rows: [0; STORE_ROWS],
            row_count: 0,
            answers: [0; REQUESTS],
            requests: 0,
            last: 0,
        }
    }

    /// Begins with the stores of a call.
    pub(super) fn open(&mut self, stores: Stores) {
        self.stores = Some(stores);
        self.pending = self.stores.as_mut().and_then(Iterator::next);
    }

    /// The store that is to enter next.
    pub(super) fn pending(&self) -> Option<&Store> {
        self.pending.as_ref()
    }

    /// When the last store of the call entered the station, if it has.
    pub(super) fn all_entered(&self) -> Option<u64> {
        self.pending.is_none().then_some(self.entered)
    }

    /// The last cycle at which anything was read or answered.
    pub(super) fn last(&self) -> u64 {
        self.last.max(self.read)
    }

    /// Whether a command is being sent.
    pub(super) fn is_sending(&self) -> bool {
        self.sending.is_some()
    }

    /// The cycle of the next request, if a command is being sent.
    pub(super) fn next(&self) -> Option<u64> {
        self.sending.map(|sending| sending.time)
    }

    /// Lets the pending store enter, no earlier than `opened`, and begins it.
    pub(super) fn begin(&mut self, opened: u64, station: &mut Station) {
        let Some(store) = self.pending else {
            return;
        };
        let entered = opened.max(self.entered + 1).max(station.store_entry());
        let written = station.pairs_written(store.sums);
        let sequence = station.enter_store(&store);
        let mut start = (entered + STORE_ISSUE).max(written + STORE_ISSUE);
        if let Some(before) = sequence.checked_sub(self.chip.under_way) {
            start = start.max(station.store_done(before));
        }
        self.read = self.read.max(start);
        self.entered = entered;
        self.pending = self.stores.as_mut().and_then(Iterator::next);
        self.read_row(
            Sending {
                store,
                sequence,
                row: 0,
                sent: 0,
                time: 0,
            },
            station,
        );
    }

    /// Reads the accumulator rows of a row of main memory.
    fn read_row(&mut self, mut sending: Sending, station: &mut Station) {
        for _ in 0..sending.store.blocks {
            let free = self.rows[self.row_count as usize % STORE_ROWS];
            self.read = self.read.max(free) + 1;
            self.rows[self.row_count as usize % STORE_ROWS] = self.read;
            self.row_count += 1;
        }
        if sending.row + 1 == sending.store.rows {
            station.finish_store(sending.sequence, self.read + 2);
        }
        sending.time = self.wait(self.read - 1 + STORE_PIPE);
        self.sending = Some(sending);
    }

    /// The first cycle from `time` on at which a request may go.
    fn wait(&self, time: u64) -> u64 {
        let answered = self.answers[self.requests as usize % REQUESTS];
        time.max(self.sent).max(answered)
    }

    /// Sends one request.
    pub(super) fn send(&mut self, station: &mut Station, cache: &mut Cache, port: &mut Port) {
        let Some(mut sending) = self.sending.take() else {
            return;
        };
        let store = sending.store;
        let address = store.address + sending.row * store.stride + sending.sent;
        let request = Request::new(address, store.bytes - sending.sent);
        let time = port.take(sending.time, request.beats);
        self.sent = time + request.beats;
        let answer = cache.answer(self.sent - 1, address, Access::Write);
        self.answers[self.requests as usize % REQUESTS] = answer;
        self.requests += 1;
        self.last = self.last.max(answer);
        sending.sent += request.useful;
        if sending.sent < store.bytes {
            sending.time = self.wait(self.sent);
            self.sending = Some(sending);
            return;
        }
        self.rows[(self.row_count - 1) as usize % STORE_ROWS] = self.sent;
        sending.row += 1;
        sending.sent = 0;
        if sending.row < store.rows {
            self.read_row(sending, station);
        }
    }
}
