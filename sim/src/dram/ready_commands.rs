//! The command that each bank has ready, first-ready first-come first-served, and which bank goes first.
//!
//! ```text
//! of a bank's queue, take the first entry whose next command may issue now, where
//!     a precharge issues for the oldest entry only, and only if no entry wants the open row
//!         or the row has had its share of hits;
//!     a write does not overtake a read of the same column.
//! ```
//!
//! Which entry that can be changes with the queue and the bank only, not with time: of the row
//! commands the oldest entry's, of the column commands the first read or the first write that
//! hits. So each bank keeps these three ([`BankReady`]), and for each command, a bitmask holds the banks that have it
//! ready. A clock asks the device for all banks of a command at once: most often the rank or the group is not
//! ready, and so none of them is.
//!
//! Which commands those are depends on the bank's state ([`Serves`]), as the standard says.

use std::ops::Range;

use stationary_arch::dram::{BankState, Command, Request, Standard};

use super::bank_mask::bits;
use super::device::Device;
use super::entry::QueueEntry;
use super::timing::{Timing, data};

/// A command that a bank's queue has ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReadyCommand {
    pub(super) command: Command,
    pub(super) bank: usize,
    pub(super) place: usize,
}

/// What a bank's queue can use next: a row command for its oldest entry, and the places of those
/// that a column command can serve.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
struct BankReady {
    /// Its place among the commands.
    row: Option<u8>,
    read: Option<u8>,
    write: Option<u8>,
}

/// More commands than serve the requests of any standard.
const MOST: usize = 8;

/// How a bank in a state serves reads and writes: by which of the row commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
enum Serves {
    /// It holds no row.
    Empty([u8; 2]),
    /// It holds a row: by column commands those that hit, unless a row command comes before.
    Holding {
        hits: [Option<u8>; 2],
        others: [u8; 2],
    },
    /// The second command of a pair is on its way, whatever is requested.
    Between,
}

/// The ready commands of one channel's banks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct ReadyCommands {
    by_bank: Vec<BankReady>,
    /// For each word of banks and each command, the bitmask of banks that have it ready.
    by_command: Vec<[u64; MOST]>,
    /// The commands that serve requests: those to rows, then to read and to write.
    commands: Vec<Command>,
    /// By state of a bank.
    serves: Vec<Serves>,
    /// By command, a cycle before which no bank can issue it: what has been asked stays true,
    /// since constraints only ever put commands off. Asked again when it has come.
    bounds: [u64; MOST],
    turn: usize,
    cap: u32,
}

impl ReadyCommands {
    pub(super) fn new(standard: &Standard) -> Self {
        let controller = standard.controller();
        let banks = standard.organization().banks() as usize;
        let requests = data(controller.row_policy);
        let commands = commands(standard, requests);
        let states = standard.protocol().each_state();
        let serves = states.map(|state| Serves::new(standard, requests, state, &commands));
        Self {
            by_bank: vec![BankReady::default(); banks],
            by_command: vec![[0; MOST]; banks.div_ceil(64)],
            serves: serves.collect(),
            commands,
            bounds: [u64::MAX; MOST],
            turn: 0,
            cap: controller.row_hit_cap,
        }
    }

    /// To be called when a bank's queue, open row or hits have changed.
    pub(super) fn renew(
        &mut self,
        bank: usize,
        entries: &[QueueEntry],
        timing: &Timing,
        device: &Device,
    ) {
        let bank_ready = self.bank_ready(bank, entries, device);
        self.change(bank, bank_ready, timing, device);
    }

    /// To be called when an entry has come to a bank's queue, its last.
    pub(super) fn extend(
        &mut self,
        bank: usize,
        entries: &[QueueEntry],
        timing: &Timing,
        device: &Device,
    ) {
        let bank_ready = match self.serves[device.state(bank)] {
            _ if entries.len() == 1 => self.bank_ready(bank, entries, device),
            Serves::Holding {
                hits: [None, None], ..
            } => self.by_bank[bank].with_last(bank, entries, device, self.cap),
            Serves::Holding { .. } => self.bank_ready(bank, entries, device),
            // The oldest entry decides.
            Serves::Empty(_) | Serves::Between => return,
        };
        self.change(bank, bank_ready, timing, device);
    }

    fn bank_ready(&self, bank: usize, entries: &[QueueEntry], device: &Device) -> BankReady {
        let serves = &self.serves[device.state(bank)];
        BankReady::new(serves, bank, entries, device, self.cap)
    }

    fn change(&mut self, bank: usize, bank_ready: BankReady, timing: &Timing, device: &Device) {
        if bank_ready == self.by_bank[bank] {
            return;
        }
        self.by_bank[bank] = bank_ready;
        let bit = 1 << (bank % 64);
        let by_command = &mut self.by_command[bank / 64];
        let columns = self.commands.len() - 2;
        for (i, (banks, &command)) in by_command.iter_mut().zip(&self.commands).enumerate() {
            if bank_ready.is_for(i, columns) {
                *banks |= bit;
                let wished_at = device.ready_at(timing, command, bank);
                self.bounds[i] = self.bounds[i].min(wished_at);
            } else {
                *banks &= !bit;
            }
        }
    }

    /// The command of the next bank in turn that has one ready; banks in `closing` have none. The
    /// turn passes to that bank.
    pub(super) fn choose(
        &mut self,
        timing: &Timing,
        device: &Device,
        closing: &Range<usize>,
        now: u64,
    ) -> Option<ReadyCommand> {
        if let Some((i, bank)) = self.only_wish()
            && closing.is_empty()
        {
            let command = self.commands[i];
            if !device.is_ready(timing, command, bank, now) {
                return None;
            }
            self.turn = bank;
            let bank_ready = self.by_bank[bank];
            let place = usize::from(bank_ready.read.or(bank_ready.write).unwrap_or(0));
            return Some(ReadyCommand {
                command,
                bank,
                place,
            });
        }
        let turn = self.turn + 1;
        let turn = if turn == self.by_bank.len() { 0 } else { turn };
        let (first, words) = (turn / 64, self.by_command.len());
        // In the word of the turn the banks from the turn on come first, those before it last of all.
        let ahead = u64::MAX << (turn % 64);
        for place in first..=first + words {
            let word = if place < words { place } else { place - words };
            let among = match place {
                _ if place == first => ahead,
                _ if place == first + words => !ahead,
                _ => u64::MAX,
            };
            let among = among & !bits(closing, word);
            let ready = self.ready(timing, device, (word, among), now);
            let any = ready.into_iter().fold(0, |any, banks| any | banks);
            if any != 0 {
                return Some(self.take_turn(word, any.trailing_zeros(), ready));
            }
        }
        None
    }

    /// The command and the bank, if there is but one ready command, as in a row that is read on and on.
    fn only_wish(&self) -> Option<(usize, usize)> {
        let [by_command] = &self.by_command[..] else {
            return None;
        };
        let any = by_command.iter().fold(0, |any, banks| any | banks);
        if !any.is_power_of_two() {
            return None;
        }
        let mut wished = (0..MOST).filter(|&i| by_command[i] != 0);
        let command = wished.next()?;
        let is_only = wished.next().is_none();
        is_only.then(|| (command, any.trailing_zeros() as usize))
    }

    /// By command, of the banks from `64 * word` on, as bits, those that have it ready.
    fn ready(
        &self,
        timing: &Timing,
        device: &Device,
        (word, among): (usize, u64),
        now: u64,
    ) -> [u64; MOST] {
        let mut ready = [0; MOST];
        let each = self.by_command[word].iter().zip(&self.commands);
        for (i, (banks, &command)) in each.enumerate() {
            if self.bounds[i] <= now && banks & among != 0 {
                ready[i] = device.ready(timing, command, (word, banks & among), now);
            }
        }
        ready
    }

    /// Passes the turn to a bank that has commands ready: a row command, or of two column commands
    /// that of the older entry.
    fn take_turn(&mut self, word: usize, bit: u32, ready: [u64; MOST]) -> ReadyCommand {
        let bank = 64 * word + bit as usize;
        self.turn = bank;
        let bank_ready = self.by_bank[bank];
        let is_ready = |i: usize| ready[i] >> bit & 1 == 1;
        let read = self.commands.len() - 2;
        let older = |place: Option<u8>, i| place.filter(|_| is_ready(i)).unwrap_or(u8::MAX);
        let (first_read, first_write) = (
            older(bank_ready.read, read),
            older(bank_ready.write, read + 1),
        );
        let (command, place) = match bank_ready.row.map(usize::from) {
            Some(row) if is_ready(row) => (row, 0),
            _ if first_read <= first_write => (read, first_read),
            _ => (read + 1, first_write),
        };
        ReadyCommand {
            command: self.commands[command],
            bank,
            place: usize::from(place),
        }
    }

    /// A cycle before which [`ReadyCommands::choose`] finds no command, if nothing is issued until then.
    pub(super) fn bound(&self) -> u64 {
        self.bounds.into_iter().fold(u64::MAX, u64::min)
    }

    /// Such a cycle, with bounds that have come asked again. Banks in `closing` have no command.
    pub(super) fn next(
        &mut self,
        timing: &Timing,
        device: &Device,
        closing: &Range<usize>,
        now: u64,
    ) -> u64 {
        if let Some((i, bank)) = self.only_wish()
            && closing.is_empty()
        {
            self.bounds = [u64::MAX; MOST];
            self.bounds[i] = device.ready_at(timing, self.commands[i], bank);
            return self.bounds[i];
        }
        for i in 0..self.commands.len() {
            if self.bounds[i] <= now {
                self.bounds[i] = self.soonest(timing, device, i, |_| u64::MAX);
            }
        }
        if closing.is_empty() {
            return self.bound();
        }
        let open = |word| !bits(closing, word);
        let times = (0..self.commands.len()).map(|i| self.soonest(timing, device, i, open));
        times.fold(u64::MAX, u64::min)
    }

    /// When the first bank may issue a command that it has ready, among some banks of each word.
    fn soonest(
        &self,
        timing: &Timing,
        device: &Device,
        i: usize,
        among: impl Fn(usize) -> u64,
    ) -> u64 {
        let mut soonest = u64::MAX;
        for (word, banks) in self.by_command.iter().enumerate() {
            let banks = banks[i] & among(word);
            soonest = device.soonest(timing, self.commands[i], (word, banks), soonest);
        }
        soonest
    }
}

/// The commands that serve requests: those to rows, then to read and to write.
fn commands(standard: &Standard, requests: [Request; 2]) -> Vec<Command> {
    let protocol = standard.protocol();
    let columns = requests.map(|request| protocol.last(request));
    let second = standard.deadline().map(|deadline| deadline.following);
    let mut commands = Vec::new();
    for request in requests {
        for state in protocol.each_state() {
            let step = protocol.step(request, state);
            for command in [step.same_row, step.other_row] {
                let is_known = commands.contains(&command);
                if !is_known && !columns.contains(&command) && second != Some(command) {
                    commands.push(command);
                }
            }
        }
    }
    commands.extend(columns);
    assert!(
        commands.len() <= MOST,
        "a standard has no more row commands"
    );
    commands
}

impl Serves {
    fn new(
        standard: &Standard,
        requests: [Request; 2],
        state: BankState,
        commands: &[Command],
    ) -> Self {
        let protocol = standard.protocol();
        let steps = requests.map(|request| protocol.step(request, state));
        let second = standard.deadline().map(|deadline| deadline.following);
        if second == Some(steps[0].same_row) {
            return Self::Between;
        }
        let place = |command| commands.iter().position(|&c| c == command);
        let place = |command| place(command).expect("all that serve are listed") as u8;
        if !protocol.states()[state.index()].holds_row {
            return Self::Empty(steps.map(|step| place(step.same_row)));
        }
        let columns = commands.len() as u8 - 2;
        Self::Holding {
            hits: steps.map(|step| Some(place(step.same_row)).filter(|&i| i < columns)),
            others: steps.map(|step| place(step.other_row)),
        }
    }
}

impl BankReady {
    fn new(
        serves: &Serves,
        bank: usize,
        entries: &[QueueEntry],
        device: &Device,
        cap: u32,
    ) -> Self {
        let Some(oldest) = entries.first() else {
            return Self::default();
        };
        let of = usize::from(oldest.is_write);
        let (hits, others) = match serves {
            Serves::Between => return Self::default(),
            Serves::Empty(commands) => {
                return Self {
                    row: Some(commands[of]),
                    ..Self::default()
                };
            }
            Serves::Holding { hits, others } => (hits, others),
        };
        let open = device.open_row(bank).expect("the bank holds a row");
        let is_hit = |entry: &QueueEntry, is_write| entry.row == open && entry.is_write == is_write;
        let read = entries.iter().position(|entry| is_hit(entry, false));
        let is_free = |(place, entry): (usize, &QueueEntry)| {
            is_hit(entry, true) && !entry.is_behind_read(&entries[..place])
        };
        let write = entries.iter().enumerate().position(is_free);
        // A write that is not free has a hit before it, a read.
        let has_hits = read.is_some() || write.is_some();
        let is_over = oldest.row != open && (!has_hits || device.row_hits(bank) >= cap);
        let row = if is_over {
            Some(others[of])
        } else {
            // A write that is free stands behind no read that it waits for.
            let of = read.is_none_or(|read| write.is_some_and(|write| write < read));
            hits[usize::from(of)]
        };
        let column = |place: Option<usize>, of: usize| {
            let place = place.filter(|_| hits[of].is_none());
            place.map(|place| place as u8)
        };
        Self {
            row,
            read: column(read, 0),
            write: column(write, 1),
        }
    }

    /// The ready command of a queue that had one before its last entry came.
    fn with_last(mut self, bank: usize, entries: &[QueueEntry], device: &Device, cap: u32) -> Self {
        let Some((last, before)) = entries.split_last() else {
            return self;
        };
        if device.open_row(bank) != Some(last.row) {
            return self;
        }
        let place = Some(before.len() as u8);
        if !last.is_write {
            self.read = self.read.or(place);
        } else if self.write.is_none() && !last.is_behind_read(before) {
            self.write = place;
        }
        if device.row_hits(bank) < cap {
            // The row is wanted again.
            self.row = None;
        }
        self
    }

    /// Whether it is for a command, of which the last two are the column commands.
    fn is_for(&self, command: usize, columns: usize) -> bool {
        match command.checked_sub(columns) {
            None => self.row.map(usize::from) == Some(command),
            Some(0) => self.read.is_some(),
            Some(_) => self.write.is_some(),
        }
    }
}

impl QueueEntry {
    /// Whether a read of the same column came before.
    fn is_behind_read(&self, before: &[QueueEntry]) -> bool {
        let is_it = |other: &QueueEntry| {
            !other.is_write && (other.row, other.column) == (self.row, self.column)
        };
        before.iter().any(is_it)
    }
}
