//! The banks of a channel: what is open, and what may issue when.
//!
//! Asking and doing are apart: [`Device::needed`] and [`Device::ready_at`] change nothing, and
//! [`Device::issue`] decides nothing. Instead of the times of past commands it keeps, for each bank
//! and command, the cycle from which the constraints allow it:
//!
//! ```text
//! issue(preceding, bank, now):
//!     for each constraint of preceding, for each bank in its scope:
//!         earliest[following, bank] = max(earliest[following, bank], now + cycles)
//! ```

use std::ops::Range;

use stationary_arch::dram::{Command, Scope};

use super::timing::{Timing, Wait};

/// The banks of one channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Device {
    banks: Vec<Bank>,
    /// By command, then by bank.
    earliest: Vec<u64>,
    /// By window, then by rank.
    windows: Vec<Recent>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Bank {
    open: Option<u32>,
    /// Column commands since the row was opened.
    hits: u32,
}

/// When each of the last commands leaves its window; the oldest is next to be overwritten.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Recent {
    ends: Vec<u64>,
    oldest: usize,
}

impl Device {
    /// All banks closed, and nothing to wait for.
    #[must_use]
    pub fn new(timing: &Timing) -> Self {
        let windows = timing.windows.iter().flat_map(|window| {
            let recent = Recent {
                ends: vec![0; window.count as usize],
                oldest: 0,
            };
            std::iter::repeat_n(recent, timing.ranks)
        });
        Self {
            banks: vec![Bank::default(); timing.banks()],
            earliest: vec![0; timing.banks() * Command::COUNT],
            windows: windows.collect(),
        }
    }

    /// The open row of a bank.
    #[must_use]
    pub fn open_row(&self, bank: usize) -> Option<u32> {
        self.banks[bank].open
    }

    /// Column commands to a bank since its row was opened.
    #[must_use]
    pub fn row_hits(&self, bank: usize) -> u32 {
        self.banks[bank].hits
    }

    /// The command that a request for a row of a bank needs next: at last `column` itself.
    #[must_use]
    pub fn needed(&self, column: Command, bank: usize, row: u32) -> Command {
        match self.banks[bank].open {
            None => Command::Activate,
            Some(open) if open == row => column,
            Some(_) => Command::Precharge,
        }
    }

    /// The cycle from which the constraints allow a command to a bank. For [`Command::Refresh`] all
    /// banks of the rank count. Whether the bank is open is not asked here.
    #[must_use]
    pub fn ready_at(&self, timing: &Timing, command: Command, bank: usize) -> u64 {
        let start = command.index() * self.banks.len();
        if command == Command::Refresh {
            let rank = Self::rank(timing, bank);
            let earliest = &self.earliest[start + rank.start..start + rank.end];
            return earliest.iter().copied().max().unwrap_or(0);
        }
        self.earliest[start + bank]
    }

    /// Whether a command may issue to a bank now.
    #[must_use]
    pub fn is_ready(&self, timing: &Timing, command: Command, bank: usize, now: u64) -> bool {
        self.ready_at(timing, command, bank) <= now
    }

    /// Issues a command. `row` is read by [`Command::Activate`] only.
    ///
    /// # Panics
    /// Where the bank is in no state for it: a row opened over an open one, a column command or
    /// precharge to a closed bank, a refresh of an open one.
    pub fn issue(&mut self, timing: &Timing, command: Command, bank: usize, row: u32, now: u64) {
        debug_assert!(
            self.is_ready(timing, command, bank, now),
            "{command:?} to bank {bank} at {now} breaks a constraint"
        );
        let place = &mut self.banks[bank];
        match command {
            Command::Activate => {
                assert!(place.open.is_none(), "only a closed bank opens a row");
                *place = Bank {
                    open: Some(row),
                    hits: 0,
                };
            }
            Command::Precharge | Command::ReadPrecharge | Command::WritePrecharge => {
                assert!(place.open.is_some(), "only an open row can be closed");
                *place = Bank::default();
            }
            Command::Read | Command::Write => {
                assert!(place.open.is_some(), "data moves to and from an open row");
                place.hits += 1;
            }
            Command::RefreshBank => {
                assert!(
                    place.open.is_none(),
                    "a bank is refreshed when it is closed"
                );
            }
            Command::Refresh => {
                let banks = &self.banks[Self::rank(timing, bank)];
                let is_closed = banks.iter().all(|bank| bank.open.is_none());
                assert!(is_closed, "a rank is refreshed when its banks are closed");
            }
        }
        for wait in timing.waits(command) {
            if command == Command::Refresh {
                self.wait_rank(timing, wait, bank, now);
            } else {
                self.wait(timing, wait, bank, now);
            }
        }
        self.count(timing, command, bank, now);
    }

    fn rank(timing: &Timing, bank: usize) -> Range<usize> {
        let start = bank - bank % timing.banks_per_rank;
        start..start + timing.banks_per_rank
    }

    fn wait(&mut self, timing: &Timing, wait: &Wait, bank: usize, now: u64) {
        let cycles = |scope: Scope| wait.cycles[scope.index()];
        let all = self.banks.len();
        let earliest = &mut self.earliest[wait.following.index() * all..][..all];
        let rank = Self::rank(timing, bank);
        let start = bank - bank % timing.banks_per_group;
        let group = start..start + timing.banks_per_group;
        delay(&mut earliest[..rank.start], cycles(Scope::OtherRanks), now);
        delay(&mut earliest[rank.end..], cycles(Scope::OtherRanks), now);
        let groups = cycles(Scope::OtherGroups);
        delay(&mut earliest[rank.start..group.start], groups, now);
        delay(&mut earliest[group.end..rank.end], groups, now);
        let banks = cycles(Scope::OtherBanks);
        delay(&mut earliest[group.start..bank], banks, now);
        delay(&mut earliest[bank + 1..group.end], banks, now);
        delay(&mut earliest[bank..=bank], cycles(Scope::SameBank), now);
    }

    fn wait_rank(&mut self, timing: &Timing, wait: &Wait, bank: usize, now: u64) {
        let all = self.banks.len();
        let earliest = &mut self.earliest[wait.following.index() * all..][..all];
        let rank = Self::rank(timing, bank);
        let others = wait.cycles[Scope::OtherRanks.index()];
        delay(&mut earliest[..rank.start], others, now);
        delay(&mut earliest[rank.end..], others, now);
        delay(
            &mut earliest[rank],
            wait.cycles[Scope::SameBank.index()],
            now,
        );
    }

    fn count(&mut self, timing: &Timing, command: Command, bank: usize, now: u64) {
        let ranks = self.windows.chunks_exact_mut(timing.ranks);
        for (window, ranks) in timing.windows.iter().zip(ranks) {
            if window.command == command {
                let recent = &mut ranks[bank / timing.banks_per_rank];
                recent.ends[recent.oldest] = now + u64::from(window.cycles);
                recent.oldest = (recent.oldest + 1) % recent.ends.len();
                let next = recent.ends[recent.oldest];
                let start = command.index() * self.banks.len();
                let rank = Self::rank(timing, bank);
                for time in &mut self.earliest[start + rank.start..start + rank.end] {
                    *time = next.max(*time);
                }
            }
        }
    }
}

fn delay(earliest: &mut [u64], cycles: u32, now: u64) {
    if cycles > 0 {
        for time in earliest {
            *time = (*time).max(now + u64::from(cycles));
        }
    }
}
