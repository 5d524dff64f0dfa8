//! The banks of a channel: what is open, and what may issue when.
//!
//! Asking and doing are apart: [`Device::allows`] and [`Device::ready_at`] change nothing, and
//! [`Device::issue`] decides nothing. Instead of the times of past commands it keeps, for each command
//! and bank, the cycle from which the constraints allow it:
//!
//! ```text
//! issue(preceding, bank, now):
//!     for each constraint of preceding, for each bank in its scope:
//!         earliest[following, bank] = max(earliest[following, bank], now + cycles)
//! ```
//!
//! These lie bank beside bank in few bits each, so that all banks are put off, and asked, in a few steps.

use stationary_arch::dram::{Command, RowChange};

use super::timing::{Act, LANES, Masks, Timing};

/// The banks of one DRAM channel: their states and open rows, and when each command may issue next. It has no
/// clock: the time, in memory clocks, is passed in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Device {
    banks: Vec<Bank>,
    /// By vector of banks, then by command: the cycle from which it may issue, counted from `epoch`; 0 if before.
    earliest: Vec<[i16; LANES]>,
    epoch: u64,
    /// How many commands there are.
    commands: usize,
    /// By window, then by rank.
    windows: Vec<Recent>,
}

/// Cycles after which times are counted from a later one: constraints are shorter by far.
const EPOCH: u64 = 1 << 14;

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
    /// A device with all banks closed and no timing constraint pending.
    #[must_use]
    pub fn new(timing: &Timing) -> Self {
        let windows = timing.windows.iter().flat_map(|window| {
            let recent = Recent {
                ends: vec![0; window.count as usize],
                oldest: 0,
            };
            std::iter::repeat_n(recent, timing.ranks)
        });
        let vectors = timing.commands() * timing.banks().div_ceil(LANES);
        Self {
            banks: vec![Bank::default(); timing.banks()],
            earliest: vec![[0; LANES]; vectors],
            epoch: 0,
            commands: timing.commands(),
            windows: windows.collect(),
        }
    }

    /// The state of a bank, as an index into the standard's states.
    #[must_use]
    pub fn state(&self, bank: usize) -> usize {
        self.banks[bank].state.into()
    }

    /// The index of the row that a bank holds open; None if it is closed.
    #[must_use]
    pub fn open_row(&self, bank: usize) -> Option<u32> {
        self.banks[bank].open
    }

    /// The number of column commands to a bank since its row was opened.
    #[must_use]
    pub fn row_hits(&self, bank: usize) -> u32 {
        self.banks[bank].hits
    }

    /// Whether the states of all banks that a command acts on allow it, timing aside.
    #[must_use]
    pub fn allows(&self, timing: &Timing, command: Command, bank: usize) -> bool {
        let needs = timing.act(command).needs;
        let banks = &self.banks[timing.reach(command, bank)];
        banks.iter().all(|bank| needs >> bank.state & 1 == 1)
    }

    /// The memory clock from which the timing constraints allow a command at all banks that it acts on,
    /// whatever their states.
    #[must_use]
    pub fn ready_at(&self, timing: &Timing, command: Command, bank: usize) -> u64 {
        if timing.act(command).is_to_bank() {
            return self.earliest(command, bank);
        }
        let times = timing
            .reach(command, bank)
            .map(|bank| self.earliest(command, bank));
        times.max().unwrap_or(0)
    }

    /// Whether a command may issue to a bank now, by state and by timing.
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
        seen.count_from(clock);
        seen.epoch = 0;
        let ends = seen.windows.iter_mut().flat_map(|recent| &mut recent.ends);
        ends.for_each(|end| *end = end.saturating_sub(clock));
        seen
    }

    /// Lets so many clocks pass by putting off everything.
    pub(super) fn pass(&mut self, clocks: u64) {
        self.epoch = self.epoch.saturating_add(clocks);
        let ends = self.windows.iter_mut().flat_map(|recent| &mut recent.ends);
        ends.for_each(|end| *end = end.saturating_add(clocks));
    }

    /// Counts times from another cycle, not before the one so far.
    fn count_from(&mut self, cycle: u64) {
        let passed = i16::try_from(cycle - self.epoch).unwrap_or(i16::MAX);
        for time in self.earliest.iter_mut().flatten() {
            *time = time.saturating_sub(passed).max(0);
        }
        self.epoch = cycle;
    }

    /// Issues a command. Only commands that open a row read `row`.
    ///
    /// # Panics
    /// If a bank's state does not allow the command: a row opened over an open one, a column command or
    /// precharge to a closed bank, a refresh of an open one.
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

    /// By command, the times at the banks of a vector, counted from [`Device::offset`]'s 0.
    pub(super) fn times(&self, vector: usize) -> &[[i16; LANES]] {
        &self.earliest[self.commands * vector..][..self.commands]
    }

    /// A cycle as times are counted here, but never as late as a bank that is not asked.
    pub(super) fn offset(&self, cycle: u64) -> i16 {
        let passed = i16::try_from(cycle.saturating_sub(self.epoch));
        passed.unwrap_or(i16::MAX).min(i16::MAX - 1)
    }

    /// And back.
    pub(super) fn cycle(&self, time: i16) -> u64 {
        match time {
            i16::MAX => u64::MAX,
            time => self.epoch + time as u64,
        }
    }

    /// The cycle from which the constraints allow a command at a bank.
    #[inline]
    pub(super) fn earliest(&self, command: Command, bank: usize) -> u64 {
        self.epoch + self.times(bank / LANES)[command.index()][bank % LANES] as u64
    }

    /// Puts off what waits for a command.
    fn put_off(&mut self, timing: &Timing, command: Command, bank: usize, now: u64) {
        if now - self.epoch >= EPOCH {
            self.count_from(now);
        }
        let now = self.offset(now);
        let waits = timing.waits(command);
        let own = &mut self.earliest[self.commands * (bank / LANES)..];
        for &(following, cycles) in &waits.at_bank {
            let time = &mut own[following.index()][bank % LANES];
            *time = (now + cycles as i16).max(*time);
        }
        for (following, cycles) in &waits.around {
            let until = cycles.map(|cycles| if cycles > 0 { now + cycles as i16 } else { 0 });
            self.put_off_all(timing, *following, bank, until);
        }
    }

    /// Puts off a command at all banks, by the scope that each is in, seen from one.
    fn put_off_all(&mut self, timing: &Timing, command: Command, bank: usize, until: [i16; 4]) {
        let mut place = command.index();
        for masks in timing.scopes(bank) {
            let times = &mut self.earliest[place];
            *times = later(*times, masks, until);
            place += self.commands;
        }
    }

    fn count(&mut self, timing: &Timing, command: Command, bank: usize, now: u64) {
        let rank = timing.rank(bank);
        for (i, window) in timing.windows.iter().enumerate() {
            if window.command != command {
                continue;
            }
            let recent = &mut self.windows[i * timing.ranks + rank];
            recent.ends[recent.oldest] = now + u64::from(window.cycles);
            recent.oldest = (recent.oldest + 1) % recent.ends.len();
            let next = recent.ends[recent.oldest];
            let next = self.offset(next);
            self.put_off_all(timing, command, bank, [next, next, next, 0]);
        }
    }
}

/// Times put off until others, by the scope that a bank is in.
#[inline(always)]
fn later(times: [i16; LANES], masks: &Masks, until: [i16; 4]) -> [i16; LANES] {
    let [bank, banks, groups, ranks] = *masks;
    std::array::from_fn(|lane| {
        let near = bank[lane] & until[0] | banks[lane] & until[1];
        let far = groups[lane] & until[2] | ranks[lane] & until[3];
        times[lane].max(near | far)
    })
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
