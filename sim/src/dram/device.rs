//! The banks of a channel: what is open, and what may issue when.
//!
//! Asking and doing are apart: [`Device::allows`] and [`Device::ready_at`] change nothing, and
//! [`Device::issue`] decides nothing. Instead of the times of past commands it keeps, for each bank
//! and command, the cycle from which the constraints allow it:
//!
//! ```text
//! issue(preceding, bank, now):
//!     for each constraint of preceding, for each bank in its scope:
//!         earliest[following, bank] = max(earliest[following, bank], now + cycles)
//! ```
//!
//! What holds for all banks of a rank or group is kept once for it: a bank's cycle is the latest of
//! its rank's, its group's and its own.

use stationary_arch::dram::{Command, RowChange};

use super::timing::{Act, Level, Timing, Wait};

/// The banks of one channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Device {
    banks: Vec<Bank>,
    /// By level, then by rank, group or bank, then by command: the cycle from which it may issue.
    earliest: [Vec<u64>; Level::ALL.len()],
    /// How many commands there are.
    commands: usize,
    /// By window, then by rank.
    windows: Vec<Recent>,
}

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
struct Bank {
    /// Its place among the standard's states.
    state: u8,
    /// The row that it holds.
    open: Option<u32>,
    /// Column commands since the row was opened.
    hits: u32,
}

/// When each of the last commands leaves its window; the oldest is next to be overwritten.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
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
        let commands = timing.commands();
        Self {
            banks: vec![Bank::default(); timing.banks()],
            earliest: Level::ALL.map(|level| vec![0; timing.nodes(level) * commands]),
            commands,
            windows: windows.collect(),
        }
    }

    /// The place of a bank's state among those of the standard.
    #[must_use]
    pub fn state(&self, bank: usize) -> usize {
        self.banks[bank].state.into()
    }

    /// The row that a bank holds.
    #[must_use]
    pub fn open_row(&self, bank: usize) -> Option<u32> {
        self.banks[bank].open
    }

    /// Column commands to a bank since its row was opened.
    #[must_use]
    pub fn row_hits(&self, bank: usize) -> u32 {
        self.banks[bank].hits
    }

    /// Whether the states of all banks that a command acts on allow it.
    #[must_use]
    pub fn allows(&self, timing: &Timing, command: Command, bank: usize) -> bool {
        let needs = timing.act(command).needs;
        let banks = &self.banks[timing.reach(command, bank)];
        banks.iter().all(|bank| needs >> bank.state & 1 == 1)
    }

    /// The cycle from which the constraints allow a command, at all banks that it acts on. Whether their
    /// states do is not asked here.
    #[must_use]
    pub fn ready_at(&self, timing: &Timing, command: Command, bank: usize) -> u64 {
        if timing.act(command).is_to_bank() {
            return self.earliest(timing, command, bank);
        }
        let times = timing
            .reach(command, bank)
            .map(|bank| self.earliest(timing, command, bank));
        times.max().unwrap_or(0)
    }

    /// Whether a command may issue to a bank now.
    #[must_use]
    pub fn is_ready(&self, timing: &Timing, command: Command, bank: usize, now: u64) -> bool {
        self.ready_at(timing, command, bank) <= now
    }

    /// Whether no row is open.
    #[must_use]
    pub(super) fn is_closed(&self) -> bool {
        self.banks.iter().all(|bank| bank.open.is_none())
    }

    /// The same device with its times counted from a clock on; all that has passed is then equal.
    pub(super) fn seen_from(&self, clock: u64) -> Self {
        let mut seen = self.clone();
        seen.each_time(|time| *time = time.saturating_sub(clock));
        seen
    }

    /// Lets so many clocks pass by putting off everything.
    pub(super) fn pass(&mut self, clocks: u64) {
        self.each_time(|time| *time = time.saturating_add(clocks));
    }

    fn each_time(&mut self, mut each: impl FnMut(&mut u64)) {
        let levels = self.earliest.iter_mut().flatten();
        let ends = self.windows.iter_mut().flat_map(|recent| &mut recent.ends);
        levels.chain(ends).for_each(&mut each);
    }

    /// Issues a command. `row` is read by those that open one.
    ///
    /// # Panics
    /// Where a bank is in no state for it: a row opened over an open one, a column command or precharge
    /// to a closed bank, a refresh of an open one.
    pub fn issue(&mut self, timing: &Timing, command: Command, bank: usize, row: u32, now: u64) {
        debug_assert!(
            self.is_ready(timing, command, bank, now),
            "{command:?} to bank {bank} at {now} breaks a constraint"
        );
        let act = *timing.act(command);
        if act.is_to_bank() {
            self.banks[bank].change(&act, row);
        } else {
            for place in &mut self.banks[timing.reach(command, bank)] {
                place.change(&act, row);
            }
        }
        self.put_off(timing, command, bank, now);
        self.count(timing, command, bank, now);
    }

    /// Of the banks from `64 * word` on, as bits, those to which a command may issue now.
    pub(super) fn ready(
        &self,
        timing: &Timing,
        command: Command,
        (word, mut banks): (usize, u64),
        now: u64,
    ) -> u64 {
        let [ranks, groups, own] = &self.earliest;
        let is_late = |level: &[u64], node| level[self.place(node, command)] > now;
        let mut ready = banks;
        while banks != 0 {
            let bank = 64 * word + banks.trailing_zeros() as usize;
            let late = if is_late(ranks, timing.node(Level::Rank, bank)) {
                timing.together(Level::Rank, bank)
            } else if is_late(groups, timing.node(Level::Group, bank)) {
                timing.together(Level::Group, bank)
            } else {
                let own = u64::from(is_late(own, bank));
                banks &= banks - 1;
                own << (bank % 64)
            };
            banks &= !late;
            ready &= !late;
        }
        ready
    }

    /// When a command may first issue to one of the banks from `64 * word` on, given as bits, or
    /// `soonest` if that is sooner.
    pub(super) fn soonest(
        &self,
        timing: &Timing,
        command: Command,
        (word, mut banks): (usize, u64),
        mut soonest: u64,
    ) -> u64 {
        let [ranks, groups, own] = &self.earliest;
        let at = |level: &[u64], node| level[self.place(node, command)];
        while banks != 0 {
            let bank = 64 * word + banks.trailing_zeros() as usize;
            let rank = at(ranks, timing.node(Level::Rank, bank));
            let group = at(groups, timing.node(Level::Group, bank)).max(rank);
            if rank >= soonest {
                banks &= !timing.together(Level::Rank, bank);
            } else if group >= soonest {
                banks &= !timing.together(Level::Group, bank);
            } else {
                soonest = at(own, bank).max(group).min(soonest);
                banks &= banks - 1;
            }
        }
        soonest
    }

    fn earliest(&self, timing: &Timing, command: Command, bank: usize) -> u64 {
        let [ranks, groups, own] = &self.earliest;
        let rank = ranks[self.place(timing.node(Level::Rank, bank), command)];
        let group = groups[self.place(timing.node(Level::Group, bank), command)];
        own[self.place(bank, command)].max(group).max(rank)
    }

    /// Where a command's cycle at a rank, group or bank stands.
    fn place(&self, node: usize, command: Command) -> usize {
        node * self.commands + command.index()
    }

    /// Puts off what waits for a command.
    fn put_off(&mut self, timing: &Timing, command: Command, bank: usize, now: u64) {
        let waits = timing.waits(command);
        let commands = self.commands;
        let each = self.earliest.iter_mut().zip(Level::ALL);
        for ((earliest, level), (own, others)) in each.zip(waits.own.iter().zip(&waits.others)) {
            let node = timing.node(level, bank);
            delay(&mut earliest[node * commands..][..commands], own, now);
            if others.is_empty() {
                continue;
            }
            for other in timing.siblings(level, bank).filter(|&other| other != node) {
                delay(&mut earliest[other * commands..][..commands], others, now);
            }
        }
    }

    fn count(&mut self, timing: &Timing, command: Command, bank: usize, now: u64) {
        let rank = timing.node(Level::Rank, bank);
        for (i, window) in timing.windows.iter().enumerate() {
            if window.command == command {
                let recent = &mut self.windows[i * timing.ranks + rank];
                recent.ends[recent.oldest] = now + u64::from(window.cycles);
                recent.oldest = (recent.oldest + 1) % recent.ends.len();
                let next = recent.ends[recent.oldest];
                let place = rank * self.commands + command.index();
                let earliest = &mut self.earliest[Level::Rank as usize][place];
                *earliest = next.max(*earliest);
            }
        }
    }
}

impl Bank {
    /// What a command makes of it.
    fn change(&mut self, act: &Act, row: u32) {
        assert!(
            act.needs >> self.state & 1 == 1,
            "a command goes to banks whose states allow it"
        );
        self.state = act.leaves.unwrap_or(self.state);
        match act.row {
            RowChange::Keeps => self.hits += u32::from(act.is_column),
            RowChange::Opens => (self.open, self.hits) = (Some(row), 0),
            RowChange::Closes => (self.open, self.hits) = (None, 0),
        }
    }
}

fn delay(earliest: &mut [u64], waits: &[Wait], now: u64) {
    for wait in waits {
        let earliest = &mut earliest[wait.following.index()];
        *earliest = (now + u64::from(wait.cycles)).max(*earliest);
    }
}

#[cfg(test)]
mod tests {
    use stationary_arch::dram::{Standard, presets};

    use super::super::bank_mask::bits;
    use super::*;

    /// Asking for many banks at once is asking for each, in one word of banks and in several.
    #[test]
    fn many_banks_are_asked_as_one_by_one() {
        let preset = presets::find("ddr4-2400").expect("a bundled preset");
        for (groups, banks) in [(1, 1), (4, 4), (2, 64), (32, 8)] {
            let text = preset
                .replace("bank_groups: 4", &format!("bank_groups: {groups}"))
                .replace("banks_per_group: 4", &format!("banks_per_group: {banks}"));
            let standard = Standard::from_yaml("test", &text).expect("a standard");
            let timing = Timing::new(&standard);
            let names = ["activate", "precharge", "read"];
            let [activate, precharge, read] =
                names.map(|name| standard.protocol().find(name).expect("a command"));
            let mut device = Device::new(&timing);
            let mut now = 0;
            for i in 0..200 {
                let bank = i * 37 % timing.banks();
                let row = i as u32 % 2;
                let command = match device.open_row(bank) {
                    None => activate,
                    Some(open) if open == row => read,
                    Some(_) => precharge,
                };
                now = device.ready_at(&timing, command, bank).max(now + 1);
                device.issue(&timing, command, bank, row, now);
                for command in [activate, precharge, read] {
                    check(&timing, &device, command, now + i as u64 % 20);
                }
            }
        }
    }

    fn check(timing: &Timing, device: &Device, command: Command, now: u64) {
        for word in 0..timing.banks().div_ceil(64) {
            let asked = 0x9249_2492_4924_9249 >> (now % 3);
            let asked = asked & bits(&(0..timing.banks()), word);
            let inside = |bit: &usize| asked >> bit & 1 == 1;
            let banks = (0..64).filter(inside).map(|bit| 64 * word + bit);
            let (mut ready, mut soonest) = (0, now + 30);
            for bank in banks {
                let time = device.ready_at(timing, command, bank);
                ready |= u64::from(time <= now) << (bank % 64);
                soonest = soonest.min(time);
            }
            let many = (word, asked);
            assert_eq!(device.ready(timing, command, many, now), ready);
            assert_eq!(device.soonest(timing, command, many, now + 30), soonest);
        }
    }
}
