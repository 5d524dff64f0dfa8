//! Whose turn it is to be refreshed.
//!
//! The k-th refresh of a channel is due in the clock that completes k intervals, and refreshes are
//! carried out in that order, so that one number says which are owed.

use stationary_arch::dram::{Command, RefreshPolicy, Request, Standard};

/// The refreshes of one channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct Refresh {
    command: Command,
    /// By state of a bank, the command that leads to the refresh, or that itself.
    steps: Vec<Command>,
    interval: u64,
    due: u64,
    turn: usize,
    /// How many turns a round has, and the banks of each.
    turns: usize,
    banks: usize,
    groups: usize,
    banks_per_group: usize,
}

impl Refresh {
    pub(super) fn new(standard: &Standard) -> Self {
        let organization = standard.organization();
        let controller = standard.controller();
        let request = match controller.refresh {
            RefreshPolicy::BankStaggered => Request::RefreshBank,
            RefreshPolicy::RankStaggered | RefreshPolicy::None => Request::Refresh,
        };
        let protocol = standard.protocol();
        let command = protocol.last(request);
        let steps = protocol.each_state();
        let steps = steps.map(|state| protocol.step(request, state).same_row);
        let banks = organization.banks_of(protocol.kind(command).level);
        let interval = match controller.refresh {
            RefreshPolicy::None => u64::MAX,
            _ => controller.refresh_interval.into(),
        };
        Self {
            command,
            steps: steps.collect(),
            interval,
            // Cycles count from 0: the clock that completes an interval is one less.
            due: interval - 1,
            turn: 0,
            turns: (organization.banks() / banks) as usize,
            banks: banks as usize,
            groups: organization.bank_groups as usize,
            banks_per_group: organization.banks_per_group as usize,
        }
    }

    /// When the next refresh is due, or since when it is.
    pub(super) fn due(&self) -> u64 {
        self.due
    }

    /// The command of the next refresh.
    pub(super) fn command(&self) -> Command {
        self.command
    }

    /// What a bank in a state needs so that it can be refreshed, or the refresh itself.
    pub(super) fn step(&self, state: usize) -> Command {
        self.steps[state]
    }

    /// The first bank of the rank whose turn it is, or the bank. Bank groups take turns before
    /// banks, and banks before ranks, as DRAMsim3 has it.
    pub(super) fn bank(&self) -> usize {
        if self.banks > 1 {
            return self.turn * self.banks;
        }
        let per_rank = self.groups * self.banks_per_group;
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
        self.turn = (self.turn + 1) % self.turns;
        self.due = self.due.saturating_add(self.interval);
    }
}
