//! The vocabulary of the constraint table.

use serde::{Deserialize, Serialize};

/// A command of a standard, as its place in [`Protocol::commands`].
///
/// [`Protocol::commands`]: super::Protocol::commands
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Command(pub(super) u8);

impl Command {
    /// Its place among the standard's commands.
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where the bank of the following command lies, seen from that of the preceding one. No two
/// overlap.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The same bank.
    SameBank,
    /// Another bank of the same bank group.
    OtherBanks,
    /// A bank of another bank group of the same rank.
    OtherGroups,
    /// A bank of another rank of the same channel.
    OtherRanks,
}

impl Scope {
    /// Every scope, in the order of its index.
    pub const ALL: [Self; 4] = [
        Self::SameBank,
        Self::OtherBanks,
        Self::OtherGroups,
        Self::OtherRanks,
    ];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SameBank => "same_bank",
            Self::OtherBanks => "other_banks",
            Self::OtherGroups => "other_groups",
            Self::OtherRanks => "other_ranks",
        }
    }

    /// Its place in [`Scope::ALL`].
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// The following command waits for so many memory clocks after the preceding one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Constraint {
    /// The command that has issued. One to a rank counts as one to each of its banks: it has no
    /// [`Scope::OtherBanks`] or [`Scope::OtherGroups`]; so with groups and channels.
    pub preceding: Command,
    /// The command that waits.
    pub following: Command,
    /// At which banks it waits.
    pub scope: Scope,
    /// Memory clocks, at least one.
    pub cycles: u32,
}

/// At most `count` such commands issue to a rank within so many memory clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandWindow {
    /// The command that is counted.
    pub command: Command,
    /// How many may issue.
    pub count: u32,
    /// Memory clocks, at least one.
    pub cycles: u32,
}

/// A command that goes at most so long after another to its bank, such as ACT-2 after ACT-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Deadline {
    /// The command that has issued.
    pub preceding: Command,
    /// The command that follows; it waits for nothing else.
    pub following: Command,
    /// Memory clocks from which it may issue, at least one.
    pub least: u32,
    /// Memory clocks up to which it must have issued.
    pub most: u32,
}
