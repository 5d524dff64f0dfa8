//! The load controller and the DMA's reader (`LoadController.scala`, `DMA.scala`,
//! `BeatMerger.scala`).
//!
//! ```text
//! commands begin in order, when a slot of the DMA is free and the one before is sent
//! requests go one a cycle, sixteen under way
//! the merger takes answers as they come, each for its beats or its local rows
//! ```

use std::collections::VecDeque;

use super::cache::{Access, Cache};
use super::chip::{Chip, LOAD_ENTRIES, LOAD_ISSUE, LOAD_TURN, REQUESTS};
use super::command::{Block, Load};
use super::port::Port;
use super::request::Request;
use super::station::Station;
use super::tile::Loads;

/// Commands whose merges are counted: more than are ever under way.
const COMMANDS: usize = 16;

/// A command whose requests are under way.
#[derive(Clone, Copy, Debug, Default)]
struct Command {
    /// Requests whose answers are not merged.
    left: u64,
    is_sent: bool,
    /// The last cycle of its merges so far.
    merged: u64,
    is_right: bool,
}

/// A request under way.
#[derive(Clone, Copy, Debug)]
struct UnderWay {
    /// The cycle of its answer's first beat.
    answer: u64,
    beats: u64,
    local_rows: u64,
    command: u64,
}

/// The command that is being sent.
#[derive(Clone, Copy, Debug)]
struct Sending {
    load: Load,
    sequence: u64,
    row: u64,
    /// Elements of the row that are asked for.
    asked: u64,
    /// The first cycle of the next request.
    time: u64,
}

/// Rows written into a scratchpad bank, one a cycle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writes {
    pub(super) start: u64,
    pub(super) end: u64,
    /// Into the bank of the right operand.
    pub(super) is_right: bool,
}

/// What is next with the loads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A request, no earlier than this cycle.
    At(u64),
    /// Something else has to come first.
    Blocked,
    /// All loads of the call have entered and are sent.
    Sent,
}

/// The unit.
#[derive(Clone, Debug)]
pub(super) struct LoadUnit {
    chip: Chip,
    loads: Option<Loads>,
    pending: Option<Load>,
    /// When the call's first load may enter, and the call's place in the unroller.
    opened: u64,
    place: usize,
    sending: Option<Sending>,
    commands: [Command; COMMANDS],
    entered: u64,
    issued: u64,
    /// The last request, and the last row of the last command.
    sent: u64,
    rows_sent: u64,
    under_way: VecDeque<UnderWay>,
    merger: u64,
    /// When the last sixteen requests left the tracker, and how many ever did.
    left_at: [u64; REQUESTS],
    left: u64,
    /// Requests sent, and bytes asked for.
    pub(super) requests: u64,
    pub(super) bytes: u64,
    /// Writes of a matmul's call into the scratchpad, in order.
    writes: Option<VecDeque<Writes>>,
}

impl LoadUnit {
    pub(super) fn new(chip: Chip, is_matmul: bool) -> Self {
        Self {
            chip,
            loads: None,
            pending: None,
            opened: 0,
            place: 1,
            sending: None,
            commands: [Command::default(); COMMANDS],
            entered: 0,
            issued: 0,
            sent: 0,
            rows_sent: 0,
            under_way: VecDeque::with_capacity(REQUESTS),
            merger: 0,
            left_at: [0; REQUESTS],
            left: 0,
            requests: 0,
            bytes: 0,
            writes: is_matmul.then(VecDeque::new),
        }
    }

    /// Begins with the loads of a call.
    pub(super) fn open(&mut self, loads: Loads, opened: u64, station: &mut Station) {
        self.opened = opened;
        self.place ^= 1;
        station.open_call(self.place);
        if let Some(writes) = &mut self.writes {
            writes.clear();
        }
        self.loads = Some(loads);
        self.pending = self.loads.as_mut().and_then(Iterator::next);
    }

    /// When the last load of the call entered the station, if it has.
    pub(super) fn all_entered(&self) -> Option<u64> {
        self.pending.is_none().then_some(self.entered)
    }

    /// Nothing is under way or to be sent.
    pub(super) fn is_idle(&self) -> bool {
        self.pending.is_none() && self.sending.is_none() && self.under_way.is_empty()
    }

    /// The last cycle at which anything was sent or merged.
    pub(super) fn last(&self) -> u64 {
        self.merger.max(self.rows_sent)
    }

    /// Cycles, beginning with `start`, in which a bank of a call is free for `rows` reads: its loads'
    /// writes go first. `None` if later writes may fall among them.
    pub(super) fn reads(
        &self,
        place: usize,
        start: u64,
        rows: u64,
        banks: [bool; 2],
    ) -> Option<u64> {
        let mut end = start + rows;
        let Some(writes) = self.writes.as_ref().filter(|_| place == self.place) else {
            return Some(rows);
        };
        for write in writes {
            if write.end > start && write.start < end && banks[usize::from(write.is_right)] {
                end += write.end - write.start.max(start);
            }
        }
        (self.is_idle() || self.merger >= end).then_some(end - start)
    }

    /// Forgets writes that end before a cycle.
    pub(super) fn forget_writes(&mut self, cycle: u64) {
        if let Some(writes) = &mut self.writes {
            while writes.front().is_some_and(|write| write.end <= cycle) {
                writes.pop_front();
            }
        }
    }

    /// Merges everything that is under way.
    pub(super) fn drain(&mut self, station: &mut Station) {
        while !self.under_way.is_empty() {
            self.merge(station);
        }
    }

    fn merge(&mut self, station: &mut Station) {
        let request = self.under_way.pop_front().expect("a request is under way");
        let start = request.answer.max(self.merger);
        self.merger = start + request.beats.max(request.local_rows);
        self.left_at[self.left as usize % REQUESTS] = start + request.beats;
        self.left += 1;
        let command = &mut self.commands[request.command as usize % COMMANDS];
        command.left -= 1;
        command.merged = self.merger;
        if command.left == 0 && command.is_sent {
            station.finish_load(request.command, self.merger + LOAD_TURN);
        }
        if let Some(writes) = &mut self.writes {
            writes.push_back(Writes {
                start,
                end: start + request.local_rows,
                is_right: command.is_right,
            });
        }
    }

    /// Readies the next command, as far as that is decided, and says what is next.
    pub(super) fn next(&mut self, station: &mut Station) -> Next {
        if self.sending.is_none() {
            self.begin(station);
        }
        match (&self.sending, &self.pending) {
            (Some(sending), _) => Next::At(sending.time.max(self.sent + 1)),
            (None, Some(_)) => Next::Blocked,
            (None, None) => Next::Sent,
        }
    }

    /// Lets pending loads enter, issue and begin, up to the first that reads memory.
    fn begin(&mut self, station: &mut Station) {
        while let Some(load) = self.pending {
            let sequence = station.counts()[0];
            let mut entered = self.opened.max(self.entered + 1);
            if let Some(before) = sequence.checked_sub(LOAD_ENTRIES as u64) {
                entered = entered.max(self.finish(before, station));
            }
            let Some(stored) = station.stores_released(load.local) else {
                return;
            };
            let released = station.pairs_released(load.local, entered).max(stored);
            let issued = entered.max(released).max(self.issued) + 1;
            let mut start = (issued + LOAD_ISSUE - 1).max(self.rows_sent + 1);
            if let Some(before) = sequence.checked_sub(self.chip.under_way) {
                start = start.max(self.finish(before, station) - 1);
            }
            station.enter_load(self.place, &load, entered);
            self.entered = entered;
            self.issued = issued;
            self.pending = self.loads.as_mut().and_then(Iterator::next);
            self.commands[sequence as usize % COMMANDS] = Command {
                is_right: load.block == Block::Right,
                ..Command::default()
            };
            if load.is_zero {
                let cycles = load.rows * load.elements.div_ceil(self.chip.mesh);
                self.rows_sent = start + cycles - 1;
                station.finish_load(sequence, start + cycles + LOAD_TURN);
            } else {
                self.bytes += load.rows * load.elements;
                self.sending = Some(Sending {
                    load,
                    sequence,
                    row: 0,
                    asked: 0,
                    time: start,
                });
                return;
            }
        }
    }

    /// Merges answers until a command is done, and says when its slot is free.
    fn finish(&mut self, sequence: u64, station: &mut Station) -> u64 {
        loop {
            if let Some(done) = station.load_done(sequence) {
                return done;
            }
            self.merge(station);
        }
    }

    /// Sends requests of the command that has begun, none behind the cycle `limit`.
    pub(super) fn send(
        &mut self,
        limit: u64,
        station: &mut Station,
        cache: &mut Cache,
        port: &mut Port,
    ) {
        let Some(mut sending) = self.sending.take() else {
            return;
        };
        let load = sending.load;
        loop {
            let mut time = sending.time.max(self.sent + 1);
            if time > limit {
                self.sending = Some(sending);
                return;
            }
            if let Some(before) = self.requests.checked_sub(REQUESTS as u64) {
                while self.left <= before {
                    self.merge(station);
                }
                time = time.max(self.left_at[before as usize % REQUESTS] + 1);
            }
            while self
                .under_way
                .front()
                .is_some_and(|request| request.answer <= time)
            {
                self.merge(station);
            }
            let address = load.address + sending.row * load.stride + sending.asked;
            let request = Request::new(address, load.elements - sending.asked);
            time = port.take(time, 1);
            self.sent = time;
            let mesh = self.chip.mesh;
            let local_rows = (sending.asked + request.useful - 1) / mesh - sending.asked / mesh + 1;
            self.add(UnderWay {
                answer: cache.answer(time, address, Access::Read),
                beats: request.beats,
                local_rows,
                command: sending.sequence,
            });
            sending.time = time + 1;
            sending.asked += request.useful;
            if sending.asked == load.elements {
                sending.asked = 0;
                sending.row += 1;
            }
            if sending.row == load.rows {
                self.commands[sending.sequence as usize % COMMANDS].is_sent = true;
                self.rows_sent = time;
                return;
            }
        }
    }

    /// Queues a request by its answer.
    fn add(&mut self, request: UnderWay) {
        self.requests += 1;
        self.commands[request.command as usize % COMMANDS].left += 1;
        let later = self.under_way.iter().rev();
        let later = later.take_while(|other| other.answer > request.answer);
        let behind = later.count();
        self.under_way
            .insert(self.under_way.len() - behind, request);
    }
}
