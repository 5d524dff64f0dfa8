//! One channel: requests wait, move to the queues of their banks, and are done.
//!
//! Reads and writes wait apart. Reads go first, until so many writes wait that they are drained: all
//! that wait at that moment. A write is done for its sender when it is accepted; a read of an
//! address for which a write waits is answered from it.

use std::collections::VecDeque;
use std::ops::Range;

use stationary_arch::dram::{Command, CommandBuses, RowChange, Standard};

use super::address::Location;
use super::bloom_filter::CountingBloomFilter;
use super::bus::DataBus;
use super::device::Device;
use super::entry::QueueEntry;
use super::queue::Queues;
use super::ready_commands::ReadyCommand;
use super::refresh::Refresh;
use super::statistics::Statistics;
use super::timing::Timing;
use super::transaction_queue::TransactionQueue;
use crate::trace::DramChannel;

/// A request that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Done {
    /// The tag that the request was pushed with.
    pub tag: u64,
    /// Whether it was a write: its data is accepted, and need not be in the device yet.
    pub is_write: bool,
    /// The memory clock at which it was pushed.
    pub pushed: u64,
    /// The memory clock in whose tick it is done.
    pub at: u64,
}

impl Done {
    /// The latency from push to completion, in memory clocks.
    #[must_use]
    pub fn latency(&self) -> u64 {
        self.at - self.pushed
    }
}

/// The controller of one channel and its device.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct Controller {
    pub(super) device: Device,
    pub(super) queues: Queues,
    pub(super) refresh: Refresh,
    pub(super) reads: TransactionQueue,
    writes: TransactionQueue,
    /// Reads, and writes, that have not been issued.
    open_reads: CountingBloomFilter,
    open_writes: CountingBloomFilter,
    /// Reads of an address that an earlier read, still waiting, will bring.
    merged: Vec<QueueEntry>,
    /// Writes that the drain has still to move.
    draining: usize,
    /// A drain met a write that waits for a read, which must get its chance first.
    reads_first: bool,
    /// What is done one clock after its push, in order.
    pub(super) answered: VecDeque<Done>,
    /// Reads whose data is on its way, in order.
    pub(super) arriving: VecDeque<Done>,
    /// The second commands of pairs whose first has issued, by the clock at which they issue. Each waits
    /// equally long for its first, so that no two of them meet.
    seconds: VecDeque<(u64, usize)>,
    /// Banks whose rows were closed for the sake of another row.
    conflicts: Vec<bool>,
    /// The first cycle at which a command may be possible.
    pub(super) next_issue: u64,
    /// Whether a request may move to its bank: something has come or gone since the last attempt.
    pub(super) may_move: bool,
    pub(super) statistics: Statistics,
    /// What has crossed the bus, unless nobody asks.
    bus: Option<DataBus>,
    limits: Limits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
struct Limits {
    requests: usize,
    high_mark: usize,
    low_mark: usize,
    read_latency: u64,
    write_latency: u64,
    buses: CommandBuses,
}

impl Controller {
    pub(super) fn new(standard: &Standard, timing: &Timing) -> Self {
        let controller = standard.controller();
        let requests = controller.transaction_queue as usize;
        let open = requests + timing.banks() * controller.command_queue as usize;
        Self {
            device: Device::new(timing),
            queues: Queues::new(standard),
            refresh: Refresh::new(standard),
            reads: TransactionQueue::new(requests, timing.banks()),
            writes: TransactionQueue::new(requests, timing.banks()),
            open_reads: CountingBloomFilter::new(open),
            open_writes: CountingBloomFilter::new(open),
            merged: Vec::new(),
            draining: 0,
            reads_first: false,
            answered: VecDeque::with_capacity(requests),
            arriving: VecDeque::with_capacity(requests),
            seconds: VecDeque::new(),
            conflicts: vec![false; timing.banks()],
            next_issue: 0,
            may_move: false,
            statistics: Statistics::default(),
            bus: Some(DataBus::default()),
            limits: Limits {
                requests,
                high_mark: controller.write_high_mark as usize,
                low_mark: controller.write_low_mark as usize,
                read_latency: standard.read_latency().into(),
                write_latency: standard.write_latency().into(),
                buses: controller.command_buses,
            },
        }
    }

    /// Counts column commands instead of following what crosses the bus.
    pub(super) fn without_bus(self) -> Self {
        Self { bus: None, ..self }
    }

    /// What was done in the clocks before `now`.
    pub(super) fn statistics(&self, now: u64) -> Statistics {
        let s = &self.statistics;
        let bursts = match &self.bus {
            Some(bus) => bus.crossed(now),
            None => s.row_hits + s.row_misses + s.row_conflicts,
        };
        Statistics { bursts, ..*s }
    }

    /// What can be seen from outside.
    pub(super) fn look(&self) -> DramChannel {
        let rows = (0..self.conflicts.len()).map(|bank| self.device.open_row(bank));
        DramChannel {
            reads: self.reads.len() as u64,
            writes: self.writes.len() as u64,
            rows: rows.collect(),
        }
    }

    pub(super) fn accepts(&self, is_write: bool) -> bool {
        let waiting = if is_write { &self.writes } else { &self.reads };
        waiting.len() < self.limits.requests
    }

    /// The first cycle, from `now`, at which [`Controller::tick`] may change anything.
    pub(super) fn next_event(&self, now: u64) -> u64 {
        if self.may_move {
            return now;
        }
        let first = |done: &VecDeque<Done>| done.front().map_or(u64::MAX, |done| done.at);
        let done = first(&self.answered).min(first(&self.arriving));
        self.next_issue.min(done)
    }

    pub(super) fn push(&mut self, address: u64, at: Location, is_write: bool, tag: u64, now: u64) {
        assert!(
            self.accepts(is_write),
            "a request is pushed where it is accepted"
        );
        let bank = at.bank as usize;
        let entry = QueueEntry {
            address,
            tag,
            pushed: now,
            bank: at.bank,
            row: at.row,
            column: at.column,
            is_write,
        };
        let has_write = self.is_waiting(address, entry.bank, true);
        if is_write || has_write {
            self.answered.push_back(entry.done(now + 1));
        }
        if is_write && has_write {
            self.statistics.merged += 1;
        } else if is_write {
            self.open_writes.add(address);
            self.writes.push(entry);
        } else if has_write {
            self.statistics.forwarded += 1;
        } else if self.is_waiting(address, entry.bank, false) {
            self.statistics.merged += 1;
            self.merged.push(entry);
        } else {
            self.open_reads.add(address);
            self.reads.push(entry);
            // Behind a full queue it changes nothing.
            self.may_move |= !self.queues.full().contains(bank);
        }
        self.may_move |= is_write && self.can_schedule();
    }

    /// Whether a read or write of an address has not yet been issued.
    fn is_waiting(&self, address: u64, bank: u32, is_write: bool) -> bool {
        let (requests, open) = if is_write {
            (&self.writes, &self.open_writes)
        } else {
            (&self.reads, &self.open_reads)
        };
        if !open.may_have(address) {
            return false;
        }
        let commands = self.queues.at(bank as usize);
        let is_it = |entry: &QueueEntry| entry.address == address && entry.is_write == is_write;
        requests.contains(address) || commands.iter().any(is_it)
    }

    pub(super) fn tick(&mut self, timing: &Timing, now: u64, done: &mut VecDeque<Done>) {
        self.hand_over(now, done);
        if self.next_issue <= now {
            self.issue(timing, now);
            self.next_issue = self.issue_after(timing, now);
        }
        if self.may_move {
            self.may_move = self.schedule(now) && self.can_schedule();
        }
    }

    /// Hands over what is done by now.
    #[inline]
    pub(super) fn hand_over(&mut self, now: u64, done: &mut VecDeque<Done>) {
        if !self.answered.is_empty() || !self.arriving.is_empty() {
            self.hand_over_some(now, done);
        }
    }

    fn hand_over_some(&mut self, now: u64, done: &mut VecDeque<Done>) {
        for queue in [&mut self.answered, &mut self.arriving] {
            while let Some(&first) = queue.front()
                && first.at <= now
            {
                queue.pop_front();
                if first.is_write {
                    self.statistics.writes += 1;
                } else {
                    self.statistics.reads += 1;
                    self.statistics.read_latency_sum += first.latency();
                    let longest = &mut self.statistics.read_latency_max;
                    *longest = first.latency().max(*longest);
                }
                done.push_back(first);
            }
        }
    }

    /// The banks that are being closed for a refresh, and so take no command of a request.
    fn closing(&self, timing: &Timing, now: u64) -> Range<usize> {
        if self.refresh.due() > now {
            return 0..0;
        }
        timing.reach(self.refresh.command(), self.refresh.bank())
    }

    fn issue(&mut self, timing: &Timing, now: u64) {
        let first = self.issue_second(timing, now);
        let first = first.or_else(|| self.issue_refresh(timing, now));
        let closing = self.closing(timing, now);
        let first = first.or_else(|| {
            let choice = self.choose(timing, &closing, now)?;
            self.carry_out(timing, choice, now);
            Some(choice.command)
        });
        let Some(first) = first else {
            return;
        };
        if self.limits.buses == CommandBuses::RowAndColumn {
            let second = self.choose(timing, &closing, now);
            let is_column = |command| timing.act(command).is_column;
            // Of two commands for the same bus the second has had its turn and waits.
            if let Some(second) = second
                && is_column(second.command) != is_column(first)
            {
                self.carry_out(timing, second, now);
            }
        }
    }

    fn choose(
        &mut self,
        timing: &Timing,
        closing: &Range<usize>,
        now: u64,
    ) -> Option<ReadyCommand> {
        let ready_commands = self.queues.ready_commands_mut();
        ready_commands.choose(timing, &self.device, closing, now)
    }

    /// The second command of a pair, where it is time for it.
    fn issue_second(&mut self, timing: &Timing, now: u64) -> Option<Command> {
        self.seconds.front().filter(|(at, _)| *at <= now)?;
        let (at, bank) = self.seconds.pop_front()?;
        assert_eq!(
            at, now,
            "the second command of a pair goes before all others"
        );
        let command = timing.deadline?.following;
        self.command(timing, command, bank, 0, now);
        Some(command)
    }

    /// The refresh that is due, or the command of the first bank that it needs in another state.
    fn issue_refresh(&mut self, timing: &Timing, now: u64) -> Option<Command> {
        let closing = self.closing(timing, now);
        let first = closing.start;
        let refresh = self.refresh.command();
        let mut are_closed = !closing.is_empty();
        for bank in closing {
            let command = self.refresh.step(self.device.state(bank));
            if command == refresh {
                continue;
            }
            are_closed = false;
            if self.step_at(timing, command, bank) <= now {
                self.command(timing, command, bank, 0, now);
                return Some(command);
            }
        }
        if are_closed && self.device.is_ready(timing, refresh, first, now) {
            self.command(timing, refresh, first, 0, now);
            self.refresh.advance();
            return Some(refresh);
        }
        None
    }

    /// When a command that leads to a refresh may issue, if nothing else does.
    fn step_at(&self, timing: &Timing, command: Command, bank: usize) -> u64 {
        let is_second = timing.deadline.is_some_and(|d| d.following == command);
        if is_second || !self.device.allows(timing, command, bank) {
            return u64::MAX;
        }
        self.device.ready_at(timing, command, bank)
    }

    fn carry_out(&mut self, timing: &Timing, choice: ReadyCommand, now: u64) {
        let ReadyCommand {
            command,
            bank,
            place,
        } = choice;
        let act = timing.act(command);
        if !act.is_column {
            let row = self.queues.at(bank)[place].row;
            self.conflicts[bank] |= act.row == RowChange::Closes;
            self.command(timing, command, bank, row, now);
            return;
        }
        let has_conflict = std::mem::take(&mut self.conflicts[bank]);
        match self.device.row_hits(bank) {
            0 if has_conflict => self.statistics.row_conflicts += 1,
            0 => self.statistics.row_misses += 1,
            _ => self.statistics.row_hits += 1,
        }
        let entry = self.queues.take(bank, place);
        self.may_move = true;
        if let Some(bus) = &mut self.bus {
            let latency = if entry.is_write {
                self.limits.write_latency
            } else {
                self.limits.read_latency
            };
            bus.add(now + latency, now);
        }
        if entry.is_write {
            self.open_writes.remove(entry.address);
        } else {
            self.open_reads.remove(entry.address);
            let at = now + self.limits.read_latency;
            self.arriving.push_back(entry.done(at));
            if !self.merged.is_empty() {
                let with = |other: &mut QueueEntry| other.address == entry.address;
                let merged = self.merged.extract_if(.., with);
                self.arriving.extend(merged.map(|other| other.done(at)));
            }
        }
        self.command(timing, command, bank, entry.row, now);
    }

    fn command(&mut self, timing: &Timing, command: Command, bank: usize, row: u32, now: u64) {
        self.device.issue(timing, command, bank, row, now);
        let act = timing.act(command);
        match act.row {
            RowChange::Opens => self.statistics.activates += 1,
            RowChange::Closes if !act.is_column => self.statistics.precharges += 1,
            _ => {}
        }
        self.statistics.refreshes += u64::from(command == self.refresh.command());
        if let Some(deadline) = timing.deadline
            && deadline.preceding == command
        {
            self.seconds
                .push_back((now + u64::from(deadline.least), bank));
        }
        let changed = match act.leaves {
            Some(_) => timing.reach(command, bank),
            None => bank..bank + 1,
        };
        for bank in changed {
            self.queues.renew_ready_commands(bank, &self.device);
        }
    }

    /// Whether the next attempt to move a request may do anything.
    fn can_schedule(&self) -> bool {
        self.reads_first || self.begins_drain() || {
            let requests = if self.draining > 0 {
                &self.writes
            } else {
                &self.reads
            };
            requests.have_room_beside(self.queues.full())
        }
    }

    /// Whether so many writes wait that all of them are drained now.
    fn begins_drain(&self) -> bool {
        let writes = self.writes.len();
        let is_full = writes >= self.limits.high_mark;
        let is_idle = writes > self.limits.low_mark && self.queues.is_empty();
        self.draining == 0 && (is_full || is_idle)
    }

    /// Moves the oldest request that finds room at its bank. False if another attempt changes
    /// nothing before something comes or goes.
    fn schedule(&mut self, now: u64) -> bool {
        let reads_first = std::mem::take(&mut self.reads_first);
        if !reads_first && self.begins_drain() {
            self.draining = self.writes.len();
        }
        let is_write = self.draining > 0;
        let requests = if is_write { &self.writes } else { &self.reads };
        let Some(place) = requests.first_beside(self.queues.full()) else {
            return false;
        };
        let entry = if is_write {
            let entry = requests.at(place);
            // The write must not overtake a read that came before it. If that read still waits, the
            // next clock is the reads'; DRAMsim3 would try the drain again for ever.
            if self.is_waiting(entry.address, entry.bank, false) {
                self.reads_first = self.reads.contains(entry.address);
                self.draining = 0;
                return self.reads_first;
            }
            self.draining -= 1;
            self.writes.take(place)
        } else {
            self.reads.take(place)
        };
        self.queues.push(entry, &self.device);
        let ready_commands = self.queues.ready_commands();
        let next = ready_commands.next_of(&self.device, entry.bank as usize);
        self.next_issue = self.next_issue.min(next.max(now + 1));
        true
    }

    /// The first cycle after `now` at which a command may be possible, if nothing else happens.
    fn issue_after(&self, timing: &Timing, now: u64) -> u64 {
        let closing = self.closing(timing, now + 1);
        let ready_commands = self.queues.ready_commands();
        let mut queued = ready_commands.next(&self.device, &closing);
        if let Some(&(second, _)) = self.seconds.front() {
            queued = queued.min(second);
        }
        if closing.is_empty() {
            return queued.min(self.refresh.due()).max(now + 1);
        }
        let last = self.refresh.command();
        let mut refresh = self.device.ready_at(timing, last, closing.start);
        let step = |bank| (self.refresh.step(self.device.state(bank)), bank);
        let steps = closing.map(step).filter(|&(command, _)| command != last);
        let steps = steps.map(|(command, bank)| self.step_at(timing, command, bank));
        if let Some(first) = steps.min() {
            refresh = first;
        }
        queued.min(refresh).max(now + 1)
    }
}

impl QueueEntry {
    fn done(&self, at: u64) -> Done {
        Done {
            tag: self.tag,
            is_write: self.is_write,
            pushed: self.pushed,
            at,
        }
    }
}
