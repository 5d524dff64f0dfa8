//! Whose turn it is to be refreshed.
//!
//! The k-th refresh of a channel is due in the clock that completes k intervals, and refreshes are
//! carried out in that order, so that one number says which are owed.

use stationary_arch::dram::{Command, RefreshPolicy, Standard};

/// The refreshes of one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Refresh {
    command: Command,
    interval: u64,
    due: u64,
    turn: usize,
    ranks: usize,
    groups: usize,
    banks_per_group: usize,
}

impl Refresh {
    pub(super) fn new(standard: &Standard) -> Self {
        let organization = standard.organization();
        let controller = standard.controller();
        let command = match controller.refresh {
            RefreshPolicy::BankStaggered => Command::RefreshBank,
            RefreshPolicy::RankStaggered | RefreshPolicy::None => Command::Refresh,
        };
        let interval = match controller.refresh {
            RefreshPolicy::None => u64::MAX,
            _ => controller.refresh_interval.into(),
        };
        Self {
            command,
            interval,
            // Cycles count from 0: the clock that completes an interval is one less.
            due: interval - 1,
            turn: 0,
            ranks: organization.ranks as usize,
            groups: organization.bank_groups as usize,
            banks_per_group: organization.banks_per_group as usize,
        }
    }

    /// When the next refresh is due, or since when it is.
    pub(super) fn due(&self) -> u64 {
        self.due
    }

    /// The command of the next refresh: to a rank or to a bank.
    pub(super) fn command(&self) -> Command {
        self.command
    }

    /// The first bank of the rank whose turn it is, or the bank. Bank groups take turns before
    /// banks, and banks before ranks, as DRAMsim3 has it.
    pub(super) fn bank(&self) -> usize {
        let per_rank = self.groups * self.banks_per_group;
        if self.command == Command::Refresh {
            return self.turn * per_rank;
        }
        let (rank, in_rank) = (self.turn / per_rank, self.turn % per_rank);
        let (bank, group) = (in_rank / self.groups, in_rank % self.groups);
        rank * per_rank + group * self.banks_per_group + bank
    }

    /// Whether the first rank or bank is next: a round is over.
    pub(super) fn is_first(&self) -> bool {
        self.turn == 0
    }

    /// So many refreshes, whole rounds of them, have been carried out.
    pub(super) fn repeat(&mut self, refreshes: u64) {
        let passed = self.interval.saturating_mul(refreshes);
        self.due = self.due.saturating_add(passed);
    }

    /// The refresh has been carried out.
    pub(super) fn advance(&mut self) {
        let turns = match self.command {
            Command::Refresh => self.ranks,
            _ => self.ranks * self.groups * self.banks_per_group,
        };
        self.turn = (self.turn + 1) % turns;
        self.due = self.due.saturating_add(self.interval);
    }
}
