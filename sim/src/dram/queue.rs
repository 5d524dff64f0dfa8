//! The requests that wait at each bank for its commands.

use stationary_arch::dram::Standard;

use super::banks::Banks;
use super::device::Device;
use super::entry::Entry;
use super::timing::Timing;
use super::wish::Wishes;

/// The queues of one channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Queues {
    /// By bank, each with a full queue's places.
    entries: Vec<Entry>,
    lengths: Vec<u8>,
    full: Banks,
    wishes: Wishes,
    capacity: usize,
    waiting: usize,
}

impl Queues {
    pub(super) fn new(standard: &Standard) -> Self {
        let banks = standard.organization().banks() as usize;
        let capacity = standard.controller().command_queue as usize;
        Self {
            entries: vec![Entry::default(); banks * capacity],
            lengths: vec![0; banks],
            full: Banks::new(banks),
            wishes: Wishes::new(standard),
            capacity,
            waiting: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// The banks whose queues take no more.
    pub(super) fn full(&self) -> &Banks {
        &self.full
    }

    /// What waits at a bank, oldest first.
    pub(super) fn at(&self, bank: usize) -> &[Entry] {
        let start = bank * self.capacity;
        &self.entries[start..start + usize::from(self.lengths[bank])]
    }

    /// Adds an entry to a queue that is not full.
    pub(super) fn push(&mut self, entry: Entry, timing: &Timing, device: &Device) {
        let bank = entry.bank as usize;
        let length = usize::from(self.lengths[bank]);
        assert!(
            length < self.capacity,
            "only a queue with room takes an entry"
        );
        self.entries[bank * self.capacity + length] = entry;
        self.lengths[bank] += 1;
        self.waiting += 1;
        if length + 1 == self.capacity {
            self.full.insert(bank);
        }
        let start = bank * self.capacity;
        let entries = &self.entries[start..=start + length];
        self.wishes.extend(bank, entries, timing, device);
    }

    /// Takes out an entry whose column command issues.
    pub(super) fn take(&mut self, bank: usize, place: usize) -> Entry {
        let start = bank * self.capacity;
        let end = start + usize::from(self.lengths[bank]);
        let entry = self.entries[start + place];
        self.entries
            .copy_within(start + place + 1..end, start + place);
        // An empty place always looks the same, so that equal states are equal.
        self.entries[end - 1] = Entry::default();
        self.lengths[bank] -= 1;
        self.waiting -= 1;
        self.full.remove(bank);
        entry
    }

    /// To be called when a bank's queue, open row or hits have changed.
    pub(super) fn refresh_wish(&mut self, bank: usize, timing: &Timing, device: &Device) {
        let start = bank * self.capacity;
        let entries = &self.entries[start..start + usize::from(self.lengths[bank])];
        self.wishes.renew(bank, entries, timing, device);
    }

    /// What the banks can use next.
    pub(super) fn wishes(&self) -> &Wishes {
        &self.wishes
    }

    pub(super) fn wishes_mut(&mut self) -> &mut Wishes {
        &mut self.wishes
    }
}
