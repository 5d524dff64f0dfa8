//! The vocabulary of the constraint table.

use serde::Deserialize;

/// A command to a bank, or to all banks of a rank.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Opens a row.
    Activate,
    /// Closes the open row.
    Precharge,
    /// Reads a burst of the open row.
    Read,
    /// Reads a burst and closes the row.
    ReadPrecharge,
    /// Writes a burst of the open row.
    Write,
    /// Writes a burst and closes the row.
    WritePrecharge,
    /// Refreshes all banks of a rank, which must be closed.
    Refresh,
    /// Refreshes one bank, which must be closed.
    RefreshBank,
}

impl Command {
    /// How many there are.
    pub const COUNT: usize = 8;

    /// Every command, in the order of its index.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Activate,
        Self::Precharge,
        Self::Read,
        Self::ReadPrecharge,
        Self::Write,
        Self::WritePrecharge,
        Self::Refresh,
        Self::RefreshBank,
    ];

    /// Its place in [`Command::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether it moves data.
    #[must_use]
    pub const fn is_column(self) -> bool {
        self.is_read() || self.is_write()
    }

    /// Whether it reads.
    #[must_use]
    pub const fn is_read(self) -> bool {
        matches!(self, Self::Read | Self::ReadPrecharge)
    }

    /// Whether it writes.
    #[must_use]
    pub const fn is_write(self) -> bool {
        matches!(self, Self::Write | Self::WritePrecharge)
    }
}

/// Where the bank of the following command lies, seen from that of the preceding one. No two
/// overlap.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, schemars::JsonSchema,
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

    /// Its place in [`Scope::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// The following command waits for so many memory clocks after the preceding one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Constraint {
    /// The command that has issued. One to a rank counts as one to each of its banks: it has no
    /// [`Scope::OtherBanks`] or [`Scope::OtherGroups`].
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
pub struct Window {
    /// The command that is counted.
    pub command: Command,
    /// How many may issue.
    pub count: u32,
    /// Memory clocks, at least one.
    pub cycles: u32,
}
