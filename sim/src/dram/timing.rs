//! The constraint table, arranged for the device.

use stationary_arch::dram::{Command, RefreshPolicy, RowPolicy, Scope, Standard, Window};

/// A standard's constraints by preceding command, and the shape of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Timing {
    pub(super) ranks: usize,
    pub(super) banks_per_group: usize,
    pub(super) banks_per_rank: usize,
    pub(super) windows: Vec<Window>,
    waits: [Vec<Wait>; Command::COUNT],
}

/// How long a following command waits, by scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Wait {
    pub(super) following: Command,
    pub(super) cycles: [u32; Scope::ALL.len()],
}

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
        let mut waits: [Vec<Wait>; Command::COUNT] = Default::default();
        for constraint in standard.constraints() {
            if !is_used(constraint.preceding) || !is_used(constraint.following) {
                continue;
            }
            let waits = &mut waits[constraint.preceding.index()];
            let following = constraint.following;
            let known = waits.iter().position(|wait| wait.following == following);
            let place = known.unwrap_or_else(|| {
                let cycles = [0; Scope::ALL.len()];
                waits.push(Wait { following, cycles });
                waits.len() - 1
            });
            let cycles = &mut waits[place].cycles[constraint.scope.index()];
            *cycles = constraint.cycles.max(*cycles);
        }
        Self {
            ranks: organization.ranks as usize,
            banks_per_group: organization.banks_per_group as usize,
            banks_per_rank: organization.banks_per_rank() as usize,
            windows: standard.windows().to_vec(),
            waits,
        }
    }

    /// Banks of a channel.
    #[must_use]
    pub fn banks(&self) -> usize {
        self.ranks * self.banks_per_rank
    }

    pub(super) fn waits(&self, preceding: Command) -> &[Wait] {
        &self.waits[preceding.index()]
    }
}
