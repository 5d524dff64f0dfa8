//! The checked DRAM standard.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde_json::Value;

use super::command::{CommandWindow, Constraint, Deadline};
use super::mapping::{AddressField, AddressMapping};
use super::protocol::{Level, Protocol};

/// A time in picoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Picoseconds(pub u32);

/// A DRAM standard: organisation, clock, table of timing constraints, and the controller's policy.
///
/// Only [`Standard::preset`], [`Standard::from_yaml`] and [`Standard::from_dramsim`] make one; they check it.
///
/// ```
/// use stationary_arch::dram::Standard;
///
/// let ddr4 = Standard::preset("ddr4-2400")?;
/// assert_eq!(ddr4.organization().banks(), 32);
/// assert_eq!(ddr4.organization().burst_bytes(), 64);
/// # Ok::<(), stationary_arch::ArchError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Standard {
    /// As its file has them, in the order of the file's format.
    pub(super) given: Given,
    pub(super) name: String,
    pub(super) family: Option<String>,
    pub(super) clock: Picoseconds,
    pub(super) organization: Organization,
    pub(super) latencies: Latencies,
    pub(super) protocol: Protocol,
    pub(super) constraints: Vec<Constraint>,
    pub(super) windows: Vec<CommandWindow>,
    pub(super) deadline: Option<Deadline>,
    pub(super) controller: Controller,
}

/// What a file says. What follows from it makes the standard, so that it makes no difference between two.
#[derive(Clone)]
pub(super) struct Given(pub(super) Arc<Value>);

impl PartialEq for Given {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Given {}

impl Hash for Given {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("_")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Latencies {
    pub(super) read: u32,
    pub(super) write: u32,
    pub(super) column_to_column: u32,
}

/// The organisation of a memory: how many parts of each kind there are. All numbers but those of bits and
/// clocks are powers of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Organization {
    /// The number of channels, each with its own buses and controller.
    pub channels: u32,
    /// The number of ranks in a channel.
    pub ranks: u32,
    /// The number of bank groups in a rank.
    pub bank_groups: u32,
    /// The number of banks in a bank group.
    pub banks_per_group: u32,
    /// The number of rows in a bank.
    pub rows: u32,
    /// The number of columns in a row, each as wide as the device.
    pub columns: u32,
    /// The width of a device's data bus in bits.
    pub device_bits: u32,
    /// The width of a channel's data bus in bits.
    pub bus_bits: u32,
    /// The number of transfers in a burst.
    pub burst_length: u32,
    /// The number of memory clocks in which a burst passes.
    pub burst_cycles: u32,
}

impl Organization {
    /// The number of banks in a rank.
    #[must_use]
    pub fn banks_per_rank(&self) -> u32 {
        self.bank_groups * self.banks_per_group
    }

    /// The number of banks in a channel.
    #[must_use]
    pub fn banks(&self) -> u32 {
        self.ranks * self.banks_per_rank()
    }

    /// The number of banks that a command of this level acts on.
    #[must_use]
    pub fn banks_of(&self, level: Level) -> u32 {
        match level {
            Level::Channel => self.banks(),
            Level::Rank => self.banks_per_rank(),
            Level::BankGroup => self.banks_per_group,
            Level::Bank => 1,
        }
    }

    /// Bytes that one burst moves, which are also those of a request.
    #[must_use]
    pub fn burst_bytes(&self) -> u64 {
        u64::from(self.bus_bits) / 8 * u64::from(self.burst_length)
    }

    /// The number of bursts in a row.
    #[must_use]
    pub fn bursts(&self) -> u32 {
        self.columns / self.burst_length
    }

    /// The number of values of an address field.
    #[must_use]
    pub fn extent(&self, field: AddressField) -> u32 {
        match field {
            AddressField::Channel => self.channels,
            AddressField::Rank => self.ranks,
            AddressField::BankGroup => self.bank_groups,
            AddressField::Bank => self.banks_per_group,
            AddressField::Row => self.rows,
            AddressField::Column => self.bursts(),
        }
    }

    /// The capacity of all channels in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        AddressField::ALL
            .iter()
            .fold(self.burst_bytes(), |bytes, &field| {
                bytes * u64::from(self.extent(field))
            })
    }
}

/// The policy of the controller on closing rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowPolicy {
    /// A row stays open until another row of the bank is needed.
    OpenPage,
    /// A row is closed after each burst.
    ClosedPage,
}

/// The policy of the controller on refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefreshPolicy {
    /// One rank after the other is refreshed, each every tREFI.
    RankStaggered,
    /// One bank after the other is refreshed, one every tREFIb.
    BankStaggered,
    /// Nothing is refreshed: no real device, but a way to see what refresh costs.
    None,
}

/// The number of commands that may issue to a channel in a memory clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum CommandBuses {
    /// One command a clock.
    Shared,
    /// One command to rows and one to columns a clock, as in HBM.
    RowAndColumn,
}

/// The sizes and policies of the memory controller of each channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Controller {
    /// The address mapping, from an address to channel, bank, row and column.
    pub address_mapping: AddressMapping,
    /// The number of reads, and of writes, that wait for a place in a bank's queue.
    pub transaction_queue: u32,
    /// The number of requests that wait at a bank.
    pub command_queue: u32,
    /// The policy on closing rows.
    pub row_policy: RowPolicy,
    /// The number of row hits after which another row may close a row for which more requests wait.
    pub row_hit_cap: u32,
    /// The number of waiting writes at which they are drained.
    pub write_high_mark: u32,
    /// The number of waiting writes above which they are drained when no command waits.
    pub write_low_mark: u32,
    /// The policy on refresh.
    pub refresh: RefreshPolicy,
    /// Memory clocks from one refresh of the channel to the next; 0 if nothing is refreshed.
    pub refresh_interval: u32,
    /// The number of commands that may issue in a memory clock.
    pub command_buses: CommandBuses,
}

impl Standard {
    /// The name of the standard, as its file has it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The family, such as `ddr4`, which gives the energy; None if the file names none.
    #[must_use]
    pub fn family(&self) -> Option<&str> {
        self.family.as_deref()
    }

    /// The data rate of a pin, in megabits a second, while a burst passes.
    #[must_use]
    pub fn megabits_per_pin(&self) -> f64 {
        let organization = &self.organization;
        let clocks = f64::from(organization.burst_cycles) * f64::from(self.clock.0);
        f64::from(organization.burst_length) / clocks * 1e6
    }

    /// The period of the memory clock.
    #[must_use]
    pub fn clock(&self) -> Picoseconds {
        self.clock
    }

    /// The numbers and widths of channels, ranks, banks, rows and columns.
    #[must_use]
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// Memory clocks from a read command to its last data: AL + CL + burst.
    #[must_use]
    pub fn read_latency(&self) -> u32 {
        self.latencies.read
    }

    /// Memory clocks from a write command to its last data: AL + CWL + burst.
    #[must_use]
    pub fn write_latency(&self) -> u32 {
        self.latencies.write
    }

    /// The states of banks, the commands, and what requests need.
    #[must_use]
    pub fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    /// The timing constraints, sorted; at most one for each pair of commands and scope.
    #[must_use]
    pub fn constraints(&self) -> &[Constraint] {
        &self.constraints
    }

    /// The limits on bursts of commands, such as tFAW.
    #[must_use]
    pub fn windows(&self) -> &[CommandWindow] {
        &self.windows
    }

    /// The limit on how late a command follows another; None if the standard has none.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        self.deadline
    }

    /// The sizes and policies of the controllers.
    #[must_use]
    pub fn controller(&self) -> &Controller {
        &self.controller
    }

    /// The least memory clocks from one burst of a channel to the next: max(burst, tCCD_S).
    #[must_use]
    pub fn burst_interval(&self) -> u32 {
        self.latencies.column_to_column
    }

    /// The most bytes that all channels together can move in a memory clock: one burst every
    /// max(burst, tCCD_S) clocks.
    #[must_use]
    pub fn peak_bytes_per_cycle(&self) -> f64 {
        let organization = &self.organization;
        let burst = organization.burst_bytes() as f64;
        // Commands to different ranks wait for the bus alone.
        let clocks = match organization.ranks {
            1 => self.latencies.column_to_column,
            _ => organization.burst_cycles,
        };
        f64::from(organization.channels) * burst / f64::from(clocks)
    }
}
