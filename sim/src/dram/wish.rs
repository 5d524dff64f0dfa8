//! What the queues of the banks can use next, and whose turn it is.
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
//! hits. So each bank keeps these three ([`Wish`]), and each command the banks that wish for it. A
//! clock asks the device for all banks of a command at once: most often the rank or the group is not
//! ready, and so none of them is.

use std::ops::Range;

use stationary_arch::dram::{Command, RowPolicy, Standard};

use super::banks::bits;
use super::device::Device;
use super::entry::Entry;
use super::timing::Timing;

/// A command that a bank's queue has ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) command: Command,
    pub(super) bank: usize,
    pub(super) place: usize,
}

/// What a bank's queue can use next: a row command for its oldest entry, and the places of those
/// that a column command can serve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Wish {
    row: Option<Command>,
    read: Option<u8>,
    write: Option<u8>,
}

/// The wishes of one channel's banks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Wishes {
    by_bank: Vec<Wish>,
    /// By word of banks, those that wish for each of the commands.
    by_command: Vec<[u64; 4]>,
    /// The commands that serve requests: to open and close a row, to read and to write.
    commands: [Command; 4],
    /// By command, a cycle before which no wish for it can come true: what has been asked stays true,
    /// since constraints only ever put commands off. Asked again when it has come.
    bounds: [u64; 4],
    turn: usize,
    cap: u32,
}

impl Wishes {
    pub(super) fn new(standard: &Standard) -> Self {
        let controller = standard.controller();
        let banks = standard.organization().banks() as usize;
        let (read, write) = match controller.row_policy {
            RowPolicy::OpenPage => (Command::Read, Command::Write),
            RowPolicy::ClosedPage => (Command::ReadPrecharge, Command::WritePrecharge),
        };
        let commands = [Command::Activate, Command::Precharge, read, write];
        Self {
            by_bank: vec![Wish::default(); banks],
            by_command: vec![[0; 4]; banks.div_ceil(64)],
            commands,
            bounds: [u64::MAX; 4],
            turn: 0,
            cap: controller.row_hit_cap,
        }
    }

    /// To be called when a bank's queue, open row or hits have changed.
    pub(super) fn renew(
        &mut self,
        bank: usize,
        entries: &[Entry],
        timing: &Timing,
        device: &Device,
    ) {
        let wish = Wish::new(bank, entries, device, self.cap);
        self.change(bank, wish, timing, device);
    }

    /// To be called when an entry has come to a bank's queue, its last.
    pub(super) fn extend(
        &mut self,
        bank: usize,
        entries: &[Entry],
        timing: &Timing,
        device: &Device,
    ) {
        let wish = if entries.len() == 1 {
            Wish::new(bank, entries, device, self.cap)
        } else {
            self.by_bank[bank].with_last(bank, entries, device, self.cap)
        };
        self.change(bank, wish, timing, device);
    }

    fn change(&mut self, bank: usize, wish: Wish, timing: &Timing, device: &Device) {
        if wish == self.by_bank[bank] {
            return;
        }
        self.by_bank[bank] = wish;
        let bit = 1 << (bank % 64);
        let by_command = &mut self.by_command[bank / 64];
        for (i, banks) in by_command.iter_mut().enumerate() {
            let command = self.commands[i];
            if wish.is_for(command) {
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
    ) -> Option<Choice> {
        if let Some((i, bank)) = self.only_wish()
            && closing.is_empty()
        {
            let command = self.commands[i];
            let is_ready = device.is_ready(timing, command, bank, now);
            return is_ready.then(|| {
                let mut ready = [0; 4];
                ready[i] = 1 << bank;
                self.take_turn(0, bank as u32, ready)
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
            let [activate, precharge, read, write] = ready;
            let any = activate | precharge | read | write;
            if any != 0 {
                return Some(self.take_turn(word, any.trailing_zeros(), ready));
            }
        }
        None
    }

    /// The command and the bank, if there is but one wish, as in a row that is read on and on.
    fn only_wish(&self) -> Option<(usize, usize)> {
        let [[activate, precharge, read, write]] = self.by_command[..] else {
            return None;
        };
        let any = activate | precharge | read | write;
        let command = match (activate | precharge, read, write) {
            _ if !any.is_power_of_two() => return None,
            (0, _, 0) => 2,
            (0, 0, _) => 3,
            (_, 0, 0) if precharge == 0 => 0,
            (_, 0, 0) if activate == 0 => 1,
            _ => return None,
        };
        Some((command, any.trailing_zeros() as usize))
    }

    /// By command, of the banks from `64 * word` on, as bits, those that have it ready.
    fn ready(
        &self,
        timing: &Timing,
        device: &Device,
        (word, among): (usize, u64),
        now: u64,
    ) -> [u64; 4] {
        let mut ready = [0; 4];
        for (i, banks) in self.by_command[word].iter().enumerate() {
            if self.bounds[i] <= now && banks & among != 0 {
                ready[i] = device.ready(timing, self.commands[i], (word, banks & among), now);
            }
        }
        ready
    }

    /// Passes the turn to a bank that has commands ready: a row command, or of two column commands
    /// that of the older entry.
    fn take_turn(&mut self, word: usize, bit: u32, ready: [u64; 4]) -> Choice {
        let bank = 64 * word + bit as usize;
        self.turn = bank;
        let wish = self.by_bank[bank];
        let [activate, precharge, read, write] = ready.map(|banks| banks >> bit & 1 == 1);
        let older = |place: Option<u8>, is_ready| place.filter(|_| is_ready).unwrap_or(u8::MAX);
        let (read, write) = (older(wish.read, read), older(wish.write, write));
        let (command, place) = match (activate, precharge) {
            (true, _) => (0, 0),
            (_, true) => (1, 0),
            _ if read <= write => (2, read),
            _ => (3, write),
        };
        Choice {
            command: self.commands[command],
            bank,
            place: usize::from(place),
        }
    }

    /// A cycle before which [`Wishes::choose`] finds no command, if nothing is issued until then.
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
            self.bounds = [u64::MAX; 4];
            self.bounds[i] = device.ready_at(timing, self.commands[i], bank);
            return self.bounds[i];
        }
        for i in 0..4 {
            if self.bounds[i] <= now {
                self.bounds[i] = self.soonest(timing, device, i, |_| u64::MAX);
            }
        }
        if closing.is_empty() {
            return self.bound();
        }
        let open = |word| !bits(closing, word);
        let times = (0..4).map(|i| self.soonest(timing, device, i, open));
        times.fold(u64::MAX, u64::min)
    }

    /// When the first wish for a command comes true, among some banks of each word.
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

impl Wish {
    fn new(bank: usize, entries: &[Entry], device: &Device, cap: u32) -> Self {
        let Some(oldest) = entries.first() else {
            return Self::default();
        };
        let Some(open) = device.open_row(bank) else {
            return Self {
                row: Some(Command::Activate),
                ..Self::default()
            };
        };
        let hits = |entry: &Entry, is_write| entry.row == open && entry.is_write == is_write;
        let read = entries.iter().position(|entry| hits(entry, false));
        let is_free = |(place, entry): (usize, &Entry)| {
            hits(entry, true) && !entry.is_behind_read(&entries[..place])
        };
        let write = entries.iter().enumerate().position(is_free);
        // A write that is not free has a hit before it, a read.
        let has_hits = read.is_some() || write.is_some();
        let is_over = oldest.row != open && (!has_hits || device.row_hits(bank) >= cap);
        Self {
            row: is_over.then_some(Command::Precharge),
            read: read.map(|place| place as u8),
            write: write.map(|place| place as u8),
        }
    }

    /// The wish of a queue that had one before its last entry came.
    fn with_last(mut self, bank: usize, entries: &[Entry], device: &Device, cap: u32) -> Self {
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

    fn is_for(&self, command: Command) -> bool {
        match command {
            Command::Read | Command::ReadPrecharge => self.read.is_some(),
            Command::Write | Command::WritePrecharge => self.write.is_some(),
            _ => self.row == Some(command),
        }
    }
}

impl Entry {
    /// Whether a read of the same column came before.
    fn is_behind_read(&self, before: &[Entry]) -> bool {
        let is_it =
            |other: &Entry| !other.is_write && (other.row, other.column) == (self.row, self.column);
        before.iter().any(is_it)
    }
}
