//! The constraint table, arranged for the device.
//!
//! The table says how long a command waits at the same bank, at other banks of the group, in other
//! groups and in other ranks. Nearly always the nearer waits the longer, so that a wait can be noted
//! once for the rank, once for the group and once for the bank, instead of at each bank.

use std::ops::Range;

use stationary_arch::dram::{Command, RefreshPolicy, RowPolicy, Scope, Standard, Window};

/// A standard's constraints by preceding command, and the shape of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Timing {
    pub(super) ranks: usize,
    pub(super) banks_per_rank: usize,
    pub(super) windows: Vec<Window>,
    waits: [Waits; Command::COUNT],
    /// By level, the binary logarithm of how many banks lie together, and as many ones.
    shifts: [u32; Level::ALL.len()],
    ones: [u64; Level::ALL.len()],
}

/// What a bank lies in, from the outermost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Level {
    Rank,
    Group,
    Bank,
}

impl Level {
    pub(super) const ALL: [Self; 3] = [Self::Rank, Self::Group, Self::Bank];
}

/// How long following commands wait, by level.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Waits {
    /// In all of the preceding command's rank or group, or at its bank.
    pub(super) own: [Vec<Wait>; Level::ALL.len()],
    /// In the other ranks, the other groups of its rank, or at the other banks of its group.
    pub(super) others: [Vec<Wait>; Level::ALL.len()],
}

/// How long a following command waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Wait {
    pub(super) following: Command,
    pub(super) cycles: u32,
}

/// Clocks by scope.
type Cycles = [u32; Scope::ALL.len()];

impl Timing {
    /// Arranges a standard's table.
    #[must_use]
    pub fn new(standard: &Standard) -> Self {
        Self::among(standard, |_| true)
    }

    /// Arranges what its controller's policies can use of a standard's table.
    #[must_use]
    pub fn of_controller(standard: &Standard) -> Self {
        let controller = standard.controller();
        let is_open_page = controller.row_policy == RowPolicy::OpenPage;
        Self::among(standard, |command| match command {
            Command::Activate | Command::Precharge => true,
            Command::Read | Command::Write => is_open_page,
            Command::ReadPrecharge | Command::WritePrecharge => !is_open_page,
            Command::Refresh => controller.refresh == RefreshPolicy::RankStaggered,
            Command::RefreshBank => controller.refresh == RefreshPolicy::BankStaggered,
        })
    }

    fn among(standard: &Standard, is_used: impl Fn(Command) -> bool) -> Self {
        let organization = standard.organization();
        let mut table = [[Cycles::default(); Command::COUNT]; Command::COUNT];
        for constraint in standard.constraints() {
            if is_used(constraint.preceding) && is_used(constraint.following) {
                let row = &mut table[constraint.preceding.index()];
                let cycles = &mut row[constraint.following.index()];
                cycles[constraint.scope.index()] = constraint.cycles;
            }
        }
        let together = [
            organization.banks_per_rank(),
            organization.banks_per_group,
            1,
        ];
        Self {
            ranks: organization.ranks as usize,
            banks_per_rank: organization.banks_per_rank() as usize,
            windows: standard.windows().to_vec(),
            waits: Command::ALL.map(|preceding| Waits::new(preceding, &table[preceding.index()])),
            shifts: together.map(u32::trailing_zeros),
            ones: together.map(|banks| u64::MAX >> (64 - banks.min(64))),
        }
    }

    /// Banks of a channel.
    #[must_use]
    pub fn banks(&self) -> usize {
        self.ranks * self.banks_per_rank
    }

    pub(super) fn waits(&self, preceding: Command) -> &Waits {
        &self.waits[preceding.index()]
    }

    /// The rank or group that a bank lies in, or the bank itself.
    pub(super) fn node(&self, level: Level, bank: usize) -> usize {
        bank >> self.shifts[level as usize]
    }

    /// How many ranks, groups or banks a channel has.
    pub(super) fn nodes(&self, level: Level) -> usize {
        self.node(level, self.banks())
    }

    /// The ranks of a bank's channel, the groups of its rank, or the banks of its group.
    pub(super) fn siblings(&self, level: Level, bank: usize) -> Range<usize> {
        let around = |level| {
            let shift = self.shifts[level as usize];
            let first = bank >> shift << shift;
            (first, first + (1 << shift))
        };
        let (start, end) = match level {
            Level::Rank => (0, self.banks()),
            Level::Group => around(Level::Rank),
            Level::Bank => around(Level::Group),
        };
        self.node(level, start)..self.node(level, end)
    }

    /// The banks that lie together with one, as bits of its word of 64.
    pub(super) fn together(&self, level: Level, bank: usize) -> u64 {
        let shift = self.shifts[level as usize];
        self.ones[level as usize] << ((bank >> shift << shift) % 64)
    }
}

impl Waits {
    /// What waits for a command. Where the waits of a rank's banks only grow towards the preceding
    /// command's bank, the rank waits as a whole, and what is nearer waits longer; else each waits by
    /// itself. So it is with groups.
    fn new(preceding: Command, row: &[Cycles; Command::COUNT]) -> Self {
        let mut waits = Self::default();
        for (following, &cycles) in Command::ALL.into_iter().zip(row) {
            let [bank, mut banks, mut groups, ranks] = cycles;
            if preceding == Command::Refresh {
                // It goes to all banks of the rank.
                (banks, groups) = (bank, bank);
            }
            let add = |waits: &mut [Vec<Wait>; 3], level: Level, cycles| {
                waits[level as usize].extend((cycles > 0).then_some(Wait { following, cycles }));
            };
            add(&mut waits.others, Level::Rank, ranks);
            if groups <= banks.min(bank) {
                add(&mut waits.own, Level::Rank, groups);
            } else {
                add(&mut waits.others, Level::Group, groups);
                groups = 0;
            }
            if banks > bank {
                add(&mut waits.others, Level::Bank, banks);
                banks = groups;
            } else if banks > groups {
                add(&mut waits.own, Level::Group, banks);
            }
            if bank > banks {
                add(&mut waits.own, Level::Bank, bank);
            }
        }
        waits
    }
}
