//! The constraint table, arranged for the device.
//!
//! The table says how long a command waits at the same bank, at other banks of the group, in other
//! groups and in other ranks. Nearly always the nearer waits the longer, so that a wait can be noted
//! once for the rank, once for the group and once for the bank, instead of at each bank.

use std::ops::Range;

use stationary_arch::dram::{
    self, Command, CommandWindow, Deadline, Protocol, RefreshPolicy, Request, RowChange, RowPolicy,
    Scope, Standard,
};

/// A standard's constraints by preceding command, and the shape of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timing {
    pub(super) ranks: usize,
    pub(super) banks_per_rank: usize,
    pub(super) windows: Vec<CommandWindow>,
    pub(super) deadline: Option<Deadline>,
    acts: Vec<Act>,
    waits: Vec<Waits>,
    /// By level, the binary logarithm of how many banks lie together, and as many ones.
    shifts: [u32; Level::ALL.len()],
    ones: [u64; Level::ALL.len()],
}

/// What a command does to banks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Act {
    /// As bits, the states that allow it.
    pub(super) needs: u8,
    /// The state in which it leaves a bank, unless it is the one before.
    pub(super) leaves: Option<u8>,
    pub(super) row: RowChange,
    /// Whether it moves a burst.
    pub(super) is_column: bool,
    /// Binary logarithm of the banks it acts on.
    shift: u32,
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
        let protocol = standard.protocol();
        let requests = requests(standard);
        let steps = requests.iter().flat_map(|&request| {
            let each = protocol.each_state();
            each.map(move |state| protocol.step(request, state))
        });
        let mut is_used = vec![false; protocol.commands().len()];
        for step in steps {
            is_used[step.same_row.index()] = true;
            is_used[step.other_row.index()] = true;
        }
        Self::among(standard, |command| is_used[command.index()])
    }

    fn among(standard: &Standard, is_used: impl Fn(Command) -> bool) -> Self {
        let organization = standard.organization();
        let protocol = standard.protocol();
        let commands = protocol.commands().len();
        let mut table = vec![vec![Cycles::default(); commands]; commands];
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
        let act = |command| Act::new(protocol, command, organization);
        let waits = |command: Command| {
            let level = protocol.kind(command).level;
            Waits::new(level, protocol.all().zip(&table[command.index()]))
        };
        Self {
            ranks: organization.ranks as usize,
            banks_per_rank: organization.banks_per_rank() as usize,
            windows: standard.windows().to_vec(),
            deadline: standard.deadline(),
            acts: protocol.all().map(act).collect(),
            waits: protocol.all().map(waits).collect(),
            shifts: together.map(u32::trailing_zeros),
            ones: together.map(|banks| u64::MAX >> (64 - banks.min(64))),
        }
    }

    /// Banks of a channel.
    #[must_use]
    pub fn banks(&self) -> usize {
        self.ranks * self.banks_per_rank
    }

    /// How many commands there are.
    pub(super) fn commands(&self) -> usize {
        self.acts.len()
    }

    pub(super) fn act(&self, command: Command) -> &Act {
        &self.acts[command.index()]
    }

    /// The banks that a command acts on, given one of them.
    pub(super) fn reach(&self, command: Command, bank: usize) -> Range<usize> {
        let shift = self.act(command).shift;
        let first = bank >> shift << shift;
        first..first + (1 << shift)
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

/// What a controller's policies make of reads, of writes and of refreshes.
pub(super) fn requests(standard: &Standard) -> Vec<Request> {
    let controller = standard.controller();
    let [read, write] = data(controller.row_policy);
    let refresh = match controller.refresh {
        RefreshPolicy::RankStaggered => Some(Request::Refresh),
        RefreshPolicy::BankStaggered => Some(Request::RefreshBank),
        RefreshPolicy::None => None,
    };
    [read, write].into_iter().chain(refresh).collect()
}

/// What a policy makes of reads and of writes.
pub(super) fn data(policy: RowPolicy) -> [Request; 2] {
    match policy {
        RowPolicy::OpenPage => [Request::Read, Request::Write],
        RowPolicy::ClosedPage => [Request::ReadOnce, Request::WriteOnce],
    }
}

impl Act {
    fn new(protocol: &Protocol, command: Command, organization: &dram::Organization) -> Self {
        let kind = protocol.kind(command);
        let needs = kind.needs.iter().enumerate();
        Self {
            needs: needs.fold(0, |bits, (i, &needs)| bits | u8::from(needs) << i),
            leaves: kind.leaves.map(|state| state.index() as u8),
            row: kind.row,
            is_column: matches!(kind.does, Some(dram::Deed::Read | dram::Deed::Write)),
            shift: organization.banks_of(kind.level).trailing_zeros(),
        }
    }

    /// Whether it acts on one bank.
    pub(super) fn is_to_bank(&self) -> bool {
        self.shift == 0
    }
}

impl Waits {
    /// What waits for a command. Where the waits of a rank's banks only grow towards the preceding
    /// command's bank, the rank waits as a whole, and what is nearer waits longer; else each waits by
    /// itself. So it is with groups.
    fn new<'c>(of: dram::Level, row: impl Iterator<Item = (Command, &'c Cycles)>) -> Self {
        let mut waits = Self::default();
        for (following, &cycles) in row {
            let [bank, mut banks, mut groups, mut ranks] = cycles;
            // A command to many banks counts as one to each.
            match of {
                dram::Level::Channel => (banks, groups, ranks) = (bank, bank, bank),
                dram::Level::Rank => (banks, groups) = (bank, bank),
                dram::Level::BankGroup => banks = bank,
                dram::Level::Bank => {}
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
