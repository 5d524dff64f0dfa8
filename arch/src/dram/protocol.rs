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

/// The states of a bank, the commands, and the steps of requests.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Protocol {
    pub(super) states: Vec<StateKind>,
    pub(super) commands: Vec<CommandKind>,
    /// By request, then by state.
    pub(super) steps: [Vec<RequestStep>; Request::ALL.len()],
}

/// A state of a bank, as its place in [`Protocol::states`]; the first is that of a memory without
/// history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankState(pub(super) u8);

impl BankState {
    /// Its place among the standard's states.
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a state means.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StateKind {
    /// Its name in files.
    pub name: String,
    /// Whether the bank holds a row.
    pub holds_row: bool,
}

/// What a command means.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CommandKind {
    /// Its name in files.
    pub name: String,
    /// What it acts on: each bank of it.
    pub level: Level,
    /// By state, whether a bank may be in it.
    pub needs: Vec<bool>,
    /// The state in which it leaves each bank; none if it changes no state.
    pub leaves: Option<BankState>,
    /// What it does besides.
    pub does: Option<Deed>,
    /// What becomes of the row.
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

/// What a command does to the row that a bank holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowChange {
    /// Nothing.
    Keeps,
    /// From then on the bank holds the row of the request.
    Opens,
    /// From then on it holds none.
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

    /// Its name in files.
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

    /// What ends it.
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
    /// Its name in files.
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
    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Refresh => "refresh",
        }
    }
}

/// The command that a request needs in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestStep {
    /// Where the bank holds the request's row, or none.
    pub same_row: Command,
    /// Where it holds another.
    pub other_row: Command,
}

impl Protocol {
    /// The states, the first of which is that of a memory without history.
    #[must_use]
    pub fn states(&self) -> &[StateKind] {
        &self.states
    }

    /// The commands in the order of their indices: the shared ones first.
    #[must_use]
    pub fn commands(&self) -> &[CommandKind] {
        &self.commands
    }

    /// Every command.
    pub fn all(&self) -> impl ExactSizeIterator<Item = Command> + use<> {
        (0..self.commands.len()).map(|i| Command(i as u8))
    }

    /// What a command means.
    #[must_use]
    pub fn kind(&self, command: Command) -> &CommandKind {
        &self.commands[command.index()]
    }

    /// The command of a name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Command> {
        self.all().find(|&command| self.kind(command).name == name)
    }

    /// What a request needs of a bank in a state.
    #[must_use]
    pub fn step(&self, request: Request, state: BankState) -> RequestStep {
        self.steps[request as usize][state.index()]
    }

    /// The states by their index.
    pub fn each_state(&self) -> impl ExactSizeIterator<Item = BankState> + use<> {
        (0..self.states.len()).map(|i| BankState(i as u8))
    }

    /// The command that ends a request.
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
