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
    /// The command's index among the standard's commands.
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
    /// The same bank as the preceding command's.
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

    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SameBank => "same_bank",
            Self::OtherBanks => "other_banks",
            Self::OtherGroups => "other_groups",
            Self::OtherRanks => "other_ranks",
        }
    }

    /// The index in [`Scope::ALL`].
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// A timing constraint: the following command waits for so many memory clocks after the preceding one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Constraint {
    /// The command that has issued. A command to a rank counts as one to each of the rank's banks, so that it
    /// has no [`Scope::OtherBanks`] or [`Scope::OtherGroups`]; commands to bank groups and channels do
    /// likewise.
    pub preceding: Command,
    /// The command that waits.
    pub following: Command,
    /// The banks at which it waits, as seen from the preceding command's.
    pub scope: Scope,
    /// Memory clocks, at least one.
    pub cycles: u32,
}

/// A limit on bursts of commands, such as tFAW: at most `count` of them issue to a rank within so many memory
/// clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandWindow {
    /// The command that is counted.
    pub command: Command,
    /// The number of commands that may issue in the window.
    pub count: u32,
    /// The window's length in memory clocks, at least one.
    pub cycles: u32,
}

/// A limit on how late a command follows another to its bank, as ACT-2 follows ACT-1 in LPDDR5.
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
