//! The transaction queue: requests of one kind that wait for room in the command queue of their bank.

use std::collections::VecDeque;

use super::bank_mask::BankMask;
use super::entry::QueueEntry;

/// Requests, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct TransactionQueue {
    entries: VecDeque<QueueEntry>,
    /// By bank, how many wait for it.
    counts: Vec<u16>,
    /// The banks for which some wait.
    banks: BankMask,
}

impl TransactionQueue {
    /// None, with room for so many.
    pub(super) fn new(requests: usize, banks: usize) -> Self {
        Self {
            entries: VecDeque::with_capacity(requests),
            counts: vec![0; banks],
            banks: BankMask::new(banks),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether one is for an address.
    pub(super) fn contains(&self, address: u64) -> bool {
        self.entries.iter().any(|entry| entry.address == address)
    }

    pub(super) fn push(&mut self, entry: QueueEntry) {
        let bank = entry.bank as usize;
        self.entries.push_back(entry);
        self.counts[bank] += 1;
        self.banks.insert(bank);
    }

    /// Whether one is for a bank that is not among the full ones.
    pub(super) fn have_room_beside(&self, full: &BankMask) -> bool {
        self.banks.exceeds(full)
    }

    /// The place of the oldest whose bank is not among the full ones.
    pub(super) fn first_beside(&self, full: &BankMask) -> Option<usize> {
        if !self.have_room_beside(full) {
            return None;
        }
        let has_room = |entry: &QueueEntry| !full.contains(entry.bank as usize);
        let (older, newer) = self.entries.as_slices();
        let place = older.iter().position(has_room);
        place.or_else(|| Some(older.len() + newer.iter().position(has_room)?))
    }

    pub(super) fn at(&self, place: usize) -> &QueueEntry {
        &self.entries[place]
    }

    /// Takes out the one at a place.
    pub(super) fn take(&mut self, place: usize) -> QueueEntry {
        let entry = self.entries[place];
        self.entries.remove(place);
        let bank = entry.bank as usize;
        self.counts[bank] -= 1;
        if self.counts[bank] == 0 {
            self.banks.remove(bank);
        }
        entry
    }
}
