//! The constraint table, arranged for the device.
//!
//! The table says how long a command waits at the same bank, at other banks of the group, in other
//! groups and in other ranks. Most waits are at the same bank only; the others are noted at all banks at once,
//! for which masks say where each bank lies.

use std::ops::Range;

use stationary_arch::dram::{
    self, Command, CommandWindow, Deadline, Protocol, RefreshPolicy, Request, RowChange, RowPolicy,
    Scope, Standard,
};

/// The timing constraints of a DRAM standard, arranged by the preceding command, and the organisation of a
/// channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timing {
    pub(super) ranks: usize,
    pub(super) banks_per_rank: usize,
    pub(super) windows: Vec<CommandWindow>,
    pub(super) deadline: Option<Deadline>,
    acts: Vec<Act>,
    waits: Vec<Waits>,
    /// By bank of a preceding command, then by vector of banks: for each scope, all ones at the banks in it.
    scopes: Vec<Masks>,
}

/// Banks whose times lie together, in a vector.
pub(super) const LANES: usize = 8;

/// By scope, the banks of a vector that are in it.
pub(super) type Masks = [[i16; LANES]; Scope::ALL.len()];

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

/// How long following commands wait for a preceding one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Waits {
    /// At the preceding command's bank only.
    pub(super) at_bank: Vec<(Command, u32)>,
    /// By scope; 0 where they do not wait.
    pub(super) around: Vec<(Command, Cycles)>,
}

/// Clocks by scope.
pub(super) type Cycles = [u32; Scope::ALL.len()];

impl Timing {
    /// Arranges all constraints of a standard.
    #[must_use]
    pub fn new(standard: &Standard) -> Self {
        Self::among(standard, |_| true)
    }

    /// Arranges the constraints of the commands that the policies of the standard's controller can use.
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
            scopes: scopes(organization),
        }
    }

    /// The number of banks in a channel.
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

    /// The rank that a bank lies in.
    pub(super) fn rank(&self, bank: usize) -> usize {
        bank >> self.banks_per_rank.trailing_zeros()
    }

    /// By vector of banks, where each lies, seen from a bank.
    pub(super) fn scopes(&self, bank: usize) -> &[Masks] {
        let vectors = self.banks().div_ceil(LANES);
        &self.scopes[bank * vectors..][..vectors]
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
            match [bank, banks, groups, ranks] {
                [0, 0, 0, 0] => {}
                [bank, 0, 0, 0] => waits.at_bank.push((following, bank)),
                cycles => waits.around.push((following, cycles)),
            }
        }
        waits
    }
}

/// Where the banks of a channel lie, seen from each: ranks, groups and banks counted through.
fn scopes(organization: &dram::Organization) -> Vec<Masks> {
    let (per_rank, per_group) = (
        organization.banks_per_rank() as usize,
        organization.banks_per_group as usize,
    );
    let banks = organization.banks() as usize;
    let mut scopes = Vec::with_capacity(banks * banks.div_ceil(LANES));
    for bank in 0..banks {
        for vector in 0..banks.div_ceil(LANES) {
            let mut masks = Masks::default();
            for (lane, other) in (LANES * vector..).take(LANES).enumerate() {
                let scope = match () {
                    () if other == bank => Scope::SameBank,
                    () if other / per_group == bank / per_group => Scope::OtherBanks,
                    () if other / per_rank == bank / per_rank => Scope::OtherGroups,
                    () => Scope::OtherRanks,
                };
                masks[scope.index()][lane] = -1;
            }
            scopes.push(masks);
        }
    }
    scopes
}
