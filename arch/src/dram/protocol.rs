//! What commands do to banks, and what a request needs next.
//!
//! ```text
//! a request for a row of a bank needs
//!     step = steps[request][state of the bank]
//!     the step's command for the same row, if the bank holds that row or none, else that for another
//! until that is a command that does what the request is for.
//! ```

use serde::{Deserialize, Serialize};

use super::command::Command;

/// The protocol of a DRAM standard: the states of a bank, the commands, and which command a request needs in
/// each state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Protocol {
    pub(super) states: Vec<StateKind>,
    pub(super) commands: Vec<CommandKind>,
    /// By request, then by state.
    pub(super) steps: [Vec<RequestStep>; Request::ALL.len()],
}

/// A state of a bank, as its index in [`Protocol::states`]; index 0 is the state of all banks at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankState(pub(super) u8);

impl BankState {
    /// The index of the state among the standard's states.
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The properties of a state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StateKind {
    /// The name of the state in files.
    pub name: String,
    /// Whether the bank holds a row.
    pub holds_row: bool,
}

/// The properties of a command.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CommandKind {
    /// The name of the command in files.
    pub name: String,
    /// The part of a channel on all of whose banks the command acts.
    pub level: Level,
    /// For each state by its index, whether the command may issue to a bank in it.
    pub needs: Vec<bool>,
    /// The state in which the command leaves each bank; None if it changes no state.
    pub leaves: Option<BankState>,
    /// The data transfer or refresh that the command does; None if it only changes states.
    pub does: Option<Deed>,
    /// The change of the row that a bank holds.
    pub row: RowChange,
}

/// What a command acts on.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
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
pub enum Level {
    /// All banks of a channel.
    Channel,
    /// All banks of a rank.
    Rank,
    /// All banks of a bank group.
    BankGroup,
    /// One bank.
    #[default]
    Bank,
}

/// What a request waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// It reads a burst of the bank's row.
    Read,
    /// It writes a burst of the bank's row.
    Write,
    /// It refreshes.
    Refresh,
}

/// The change that a command makes to the row that a bank holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowChange {
    /// The bank holds the row that it held.
    Keeps,
    /// The bank holds the row of the request.
    Opens,
    /// The bank holds no row.
    Closes,
}

/// What the controller wants of a bank.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// To read a burst.
    Read,
    /// To write a burst.
    Write,
    /// To read a burst and close the row (`closed_page`).
    ReadOnce,
    /// To write a burst and close the row (`closed_page`).
    WriteOnce,
    /// To refresh what the refreshing command acts on (`rank_staggered`).
    Refresh,
    /// To refresh a bank (`bank_staggered`).
    RefreshBank,
}

impl Request {
    /// Every request, in the order of its index.
    pub const ALL: [Self; 6] = [
        Self::Read,
        Self::Write,
        Self::ReadOnce,
        Self::WriteOnce,
        Self::Refresh,
        Self::RefreshBank,
    ];

    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::ReadOnce => "read_once",
            Self::WriteOnce => "write_once",
            Self::Refresh => "refresh",
            Self::RefreshBank => "refresh_bank",
        }
    }

    /// The transfer or refresh that completes the request.
    #[must_use]
    pub const fn deed(self) -> Deed {
        match self {
            Self::Read | Self::ReadOnce => Deed::Read,
            Self::Write | Self::WriteOnce => Deed::Write,
            Self::Refresh | Self::RefreshBank => Deed::Refresh,
        }
    }
}

impl Level {
    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Rank => "rank",
            Self::BankGroup => "bank_group",
            Self::Bank => "bank",
        }
    }
}

impl Deed {
    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Refresh => "refresh",
        }
    }
}

/// The command that a request needs of a bank in a certain state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestStep {
    /// The command if the bank holds the request's row, or none.
    pub same_row: Command,
    /// The command if the bank holds another row.
    pub other_row: Command,
}

impl Protocol {
    /// The states of a bank by their index; the first is that of all banks at the start.
    #[must_use]
    pub fn states(&self) -> &[StateKind] {
        &self.states
    }

    /// The commands by their index: the shared ones of `commands.yaml` first.
    #[must_use]
    pub fn commands(&self) -> &[CommandKind] {
        &self.commands
    }

    /// Every command of the standard, in the order of its index.
    pub fn all(&self) -> impl ExactSizeIterator<Item = Command> + use<> {
        (0..self.commands.len()).map(|i| Command(i as u8))
    }

    /// The properties of a command.
    #[must_use]
    pub fn kind(&self, command: Command) -> &CommandKind {
        &self.commands[command.index()]
    }

    /// The command of this name; None if the standard has none.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Command> {
        self.all().find(|&command| self.kind(command).name == name)
    }

    /// The command that a request needs of a bank in a state.
    #[must_use]
    pub fn step(&self, request: Request, state: BankState) -> RequestStep {
        self.steps[request as usize][state.index()]
    }

    /// Every state of the standard, in the order of its index.
    pub fn each_state(&self) -> impl ExactSizeIterator<Item = BankState> + use<> {
        (0..self.states.len()).map(|i| BankState(i as u8))
    }

    /// The command that completes a request: its read, write or refresh.
    ///
    /// # Panics
    /// Never: a protocol whose requests have no end is not made.
    #[must_use]
    pub fn last(&self, request: Request) -> Command {
        let steps = self.steps[request as usize].iter();
        let mut commands = steps.map(|step| step.same_row);
        let last = commands.find(|&command| self.kind(command).does == Some(request.deed()));
        last.expect("a request has an end")
    }
}
