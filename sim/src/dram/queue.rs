//! The commands that wait at each bank, first-ready first-come first-served.
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
//! hits. So each bank keeps these three ([`Wish`]), and a clock compares three times.

use std::ops::Range;

use stationary_arch::dram::{Command, RowPolicy, Standard};

use super::device::Device;
use super::timing::Timing;

/// A request on its way to a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Entry {
    pub(super) address: u64,
    pub(super) tag: u64,
    pub(super) pushed: u64,
    pub(super) bank: u32,
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) is_write: bool,
}

/// A command that a bank's queue has ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) command: Command,
    pub(super) bank: usize,
    pub(super) place: usize,
}

/// What a bank's queue can use next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Wish {
    row: Option<Command>,
    read: Option<u8>,
    write: Option<u8>,
}

/// The queues of one channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Queues {
    /// By bank, each with a full queue's places.
    entries: Vec<Entry>,
    lengths: Vec<u8>,
    wishes: Vec<Wish>,
    /// By bank, a cycle before which its wish cannot come true: what has been asked stays true,
    /// since constraints only ever put commands off. Asked again when it has come.
    bounds: Vec<u64>,
    capacity: usize,
    waiting: usize,
    turn: usize,
    cap: u32,
    read: Command,
    write: Command,
}

impl Queues {
    pub(super) fn new(standard: &Standard) -> Self {
        let controller = standard.controller();
        let banks = standard.organization().banks() as usize;
        let capacity = controller.command_queue as usize;
        let nothing = Entry {
            address: 0,
            tag: 0,
            pushed: 0,
            bank: 0,
            row: 0,
            column: 0,
            is_write: false,
        };
        let (read, write) = match controller.row_policy {
            RowPolicy::OpenPage => (Command::Read, Command::Write),
            RowPolicy::ClosedPage => (Command::ReadPrecharge, Command::WritePrecharge),
        };
        Self {
            entries: vec![nothing; banks * capacity],
            lengths: vec![0; banks],
            wishes: vec![Wish::default(); banks],
            bounds: vec![u64::MAX; banks],
            capacity,
            waiting: 0,
            turn: 0,
            cap: controller.row_hit_cap,
            read,
            write,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    pub(super) fn is_full(&self, bank: usize) -> bool {
        usize::from(self.lengths[bank]) == self.capacity
    }

    /// What waits at a bank, oldest first.
    pub(super) fn at(&self, bank: usize) -> &[Entry] {
        let start = bank * self.capacity;
        &self.entries[start..start + usize::from(self.lengths[bank])]
    }

    /// Adds an entry to a queue that is not full.
    pub(super) fn push(&mut self, entry: Entry, timing: &Timing, device: &Device) {
        let bank = entry.bank as usize;
        assert!(!self.is_full(bank), "only a queue with room takes an entry");
        let place = bank * self.capacity + usize::from(self.lengths[bank]);
        self.entries[place] = entry;
        self.lengths[bank] += 1;
        self.waiting += 1;
        self.refresh_wish(bank, timing, device);
    }

    /// Takes out an entry whose column command issues.
    pub(super) fn take(&mut self, bank: usize, place: usize) -> Entry {
        let start = bank * self.capacity;
        let end = start + usize::from(self.lengths[bank]);
        let entry = self.entries[start + place];
        self.entries
            .copy_within(start + place + 1..end, start + place);
        // An empty place always looks the same, so that equal states are equal.
        self.entries[end - 1] = Entry {
            address: 0,
            tag: 0,
            pushed: 0,
            bank: 0,
            row: 0,
            column: 0,
            is_write: false,
        };
        self.lengths[bank] -= 1;
        self.waiting -= 1;
        entry
    }

    /// To be called when a bank's queue, open row or hits have changed.
    pub(super) fn refresh_wish(&mut self, bank: usize, timing: &Timing, device: &Device) {
        self.wishes[bank] = self.wish(bank, device);
        self.bounds[bank] = self.wished_at(timing, device, bank);
    }

    fn wish(&self, bank: usize, device: &Device) -> Wish {
        let mut wish = Wish::default();
        let entries = self.at(bank);
        let Some(oldest) = entries.first() else {
            return wish;
        };
        let Some(open) = device.open_row(bank) else {
            wish.row = Some(Command::Activate);
            return wish;
        };
        let mut has_hits = false;
        for (place, entry) in (0u8..).zip(entries) {
            if entry.row != open {
                continue;
            }
            has_hits = true;
            if !entry.is_write {
                wish.read = wish.read.or(Some(place));
            } else if wish.write.is_none() {
                let earlier = &entries[..usize::from(place)];
                let is_free = !earlier.iter().any(|other| {
                    !other.is_write && (other.row, other.column) == (entry.row, entry.column)
                });
                wish.write = is_free.then_some(place);
            }
        }
        if oldest.row != open && (!has_hits || device.row_hits(bank) >= self.cap) {
            wish.row = Some(Command::Precharge);
        }
        wish
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
        let banks = self.bounds.len();
        let mut bank = self.turn;
        for _ in 0..banks {
            bank = if bank + 1 == banks { 0 } else { bank + 1 };
            if self.bounds[bank] > now || closing.contains(&bank) {
                continue;
            }
            if let Some(choice) = self.ready(timing, device, bank, now) {
                self.turn = bank;
                return Some(choice);
            }
            self.bounds[bank] = self.wished_at(timing, device, bank);
        }
        None
    }

    fn ready(&self, timing: &Timing, device: &Device, bank: usize, now: u64) -> Option<Choice> {
        let wish = self.wishes[bank];
        if let Some(command) = wish.row
            && device.is_ready(timing, command, bank, now)
        {
            let place = 0;
            return Some(Choice {
                command,
                bank,
                place,
            });
        }
        let column = |place: Option<u8>, command| {
            let place = usize::from(place?);
            let is_ready = device.is_ready(timing, command, bank, now);
            is_ready.then_some(Choice {
                command,
                bank,
                place,
            })
        };
        let read = column(wish.read, self.read);
        let write = column(wish.write, self.write);
        match (read, write) {
            (Some(read), Some(write)) if write.place < read.place => Some(write),
            (read, write) => read.or(write),
        }
    }

    /// When the wish of a bank comes true, as far as is known now.
    fn wished_at(&self, timing: &Timing, device: &Device, bank: usize) -> u64 {
        let wish = self.wishes[bank];
        let read = wish.read.map(|_| self.read);
        let write = wish.write.map(|_| self.write);
        let commands = [wish.row, read, write].into_iter().flatten();
        let times = commands.map(|command| device.ready_at(timing, command, bank));
        times.min().unwrap_or(u64::MAX)
    }

    /// A cycle before which [`Queues::choose`] finds no command, if nothing else happens.
    pub(super) fn next(&self, closing: &Range<usize>) -> u64 {
        let before = self.bounds[..closing.start].iter();
        let bounds = before.chain(&self.bounds[closing.end..]);
        bounds.copied().min().unwrap_or(u64::MAX)
    }
}
