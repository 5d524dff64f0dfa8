//! The requests that wait at each bank for its commands.

use stationary_arch::dram::Standard;

use super::bank_mask::BankMask;
use super::device::Device;
use super::entry::QueueEntry;
use super::ready_commands::ReadyCommands;

/// The queues of one channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct Queues {
    /// By bank, each with a full queue's places.
    entries: Vec<QueueEntry>,
    lengths: Vec<u8>,
    full: BankMask,
    ready_commands: ReadyCommands,
    capacity: usize,
    waiting: usize,
}

impl Queues {
    pub(super) fn new(standard: &Standard) -> Self {
        let banks = standard.organization().banks() as usize;
        let capacity = standard.controller().command_queue as usize;
        Self {
            entries: vec![QueueEntry::default(); banks * capacity],
            lengths: vec![0; banks],
            full: BankMask::new(banks),
            ready_commands: ReadyCommands::new(standard),
            capacity,
            waiting: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// The banks whose queues take no more.
    pub(super) fn full(&self) -> &BankMask {
        &self.full
    }

    /// What waits at a bank, oldest first.
    pub(super) fn at(&self, bank: usize) -> &[QueueEntry] {
        let start = bank * self.capacity;
        &self.entries[start..start + usize::from(self.lengths[bank])]
    }

    /// Adds an entry to a queue that is not full.
    pub(super) fn push(&mut self, entry: QueueEntry, device: &Device) {
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
        self.ready_commands.extend(bank, entries, device);
    }

    /// Takes out an entry whose column command issues.
    pub(super) fn take(&mut self, bank: usize, place: usize) -> QueueEntry {
        let start = bank * self.capacity;
        let end = start + usize::from(self.lengths[bank]);
        let entry = self.entries[start + place];
        self.entries
            .copy_within(start + place + 1..end, start + place);
        // An empty place always looks the same, so that equal states are equal.
        self.entries[end - 1] = QueueEntry::default();
        self.lengths[bank] -= 1;
        self.waiting -= 1;
        self.full.remove(bank);
        entry
    }

    /// To be called when a bank's queue, open row or hits have changed.
    pub(super) fn renew_ready_commands(&mut self, bank: usize, device: &Device) {
        let start = bank * self.capacity;
        let entries = &self.entries[start..start + usize::from(self.lengths[bank])];
        self.ready_commands.renew(bank, entries, device);
    }

    /// What the banks can use next.
    pub(super) fn ready_commands(&self) -> &ReadyCommands {
        &self.ready_commands
    }

    pub(super) fn ready_commands_mut(&mut self) -> &mut ReadyCommands {
        &mut self.ready_commands
    }
}
