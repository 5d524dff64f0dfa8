//! DRAM standards: what a device is, and which command may follow which after how many cycles.
//!
//! ```text
//! a command may issue at `now` if
//!     for each constraint (scope, preceding, following, cycles) with following = the command:
//!         now >= time of the last `preceding` at a bank in that scope + cycles
//!     for each window (command, count, cycles):
//!         now >= time of the count-th last such command in the rank + cycles
//! ```
//!
//! A standard is this table, not code: adding one is a YAML file. The file gives the data sheet's
//! named parameters ([`Parameter`]), from which the list in `rules.yaml` makes the table, and may
//! add constraints of its own. So with states, commands and requests ([`Protocol`]), of which those
//! that all standards share stand in `commands.yaml`:
//!
//! ```yaml
//! name: toy                      # required
//! family: ddr3                   # default none: whose published energy prices it
//! clock_ns: 1.25                 # required: a memory clock
//! organization:                  # required
//!   channels: 1                  # default 1
//!   ranks: 1                     # default 1
//!   bank_groups: 4               # default 1
//!   banks_per_group: 4
//!   rows: 65536
//!   columns: 1024                # of the device's width, not of bursts
//!   device_bits: 8
//!   bus_bits: 64
//!   burst_length: 8              # transfers
//!   burst_cycles: 4              # memory clocks in which they pass
//! timing: {CL: 11, CWL: 8, tRCD: 11, tRP: 11, tRAS: 28, tCCD_S: 4, tRRD_S: 6, tWTR_S: 6, tWR: 12,
//!          tRTP: 6, tRTRS: 1, tFAW: 32, tRFC: 280, tREFI: 6240}
//! states:                        # default none besides `closed`, the first, and `open`
//!   activating: {row: true}      # whether the bank holds a row
//! commands:                      # default none besides the shared ones, whose place they may take
//!   activate: {needs: [closed], leaves: activating}
//!   activate_2: {needs: [activating], leaves: open}
//!   precharge_all: {level: rank, needs: [closed, open], leaves: closed} # channel, rank, bank_group; bank
//!   read_masked: {needs: [open], does: read} # or write, refresh
//! requests:                      # default none; the command for a bank in a state, or one for each row
//!   read: {activating: activate_2, open: {same_row: read_masked, other_row: precharge}}
//! constraints:                   # default none; `cycles`, 1 to 16383, is a number or a sum of parameters
//!   - {from: [read], to: [precharge], at: [same_bank], cycles: tRTP + 2}
//!   - {from: [activate], to: [activate_2], at: [same_bank], cycles: 1, within: 8} # no later
//! windows:                       # default none
//!   - {command: activate, count: 8, cycles: 64}
//! controller:
//!   address_mapping: rochrababgco  # required: the fields from the highest bits to the lowest
//!   transaction_queue: 32        # default 32 reads and 32 writes
//!   command_queue: 8             # default 8 for each bank
//!   row_policy: open_page        # default; or closed_page
//!   row_hit_cap: 4               # default 4
//!   write_high_mark: 32          # default: the transaction queue's size
//!   write_low_mark: 8            # default 8
//!   refresh: rank_staggered      # default; or bank_staggered, none
//!   command_buses: 1             # default 1; 2 as HBM has them, for rows and for columns
//! ```
//!
//! Of the parameters, `tRCDRD` and `tRCDWR` default to `tRCD`, the long forms (`_L`) to the short
//! ones (`_S`), `tRC` to `tRAS + tRP` and `AL` to 0. Rules that name `tRTW`, `tPPD`, `t32AW`,
//! `tRFCb` or `tRREFD` hold only where the file gives it. All others are needed.

mod command;
mod config;
mod dramsim;
mod expression;
mod mapping;
mod parameter;
mod pipe;
pub mod presets;
mod protocol;
mod rules;
mod standard;

pub use command::{Command, CommandWindow, Constraint, Deadline, Scope};
pub(crate) use config::{StandardConfig, schema};
pub use mapping::{AddressField, AddressMapping};
pub use parameter::Parameter;
pub use pipe::Pipe;
pub use protocol::{
    BankState, CommandKind, Deed, Level, Protocol, Request, RequestStep, RowChange, StateKind,
};
pub use standard::{
    CommandBuses, Controller, Organization, Picoseconds, RefreshPolicy, RowPolicy, Standard,
};
