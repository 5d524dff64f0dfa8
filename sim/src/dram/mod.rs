//! Cycle-level DRAM: channels of a standard behind their controllers, in memory clocks.
//!
//! ```text
//! each clock, for each channel:
//!     hand over what is done
//!     if a refresh is due: close its banks, refresh          (other banks go on)
//!     else: one command for the next bank in turn that has one ready
//!     move one waiting request into the queue of its bank
//! ```
//!
//! | part | does |
//! |---|---|
//! | [`Timing`] | the standard's constraint table, arranged by preceding command |
//! | [`Device`] | what is open, and what may issue when; it has no clock: time is passed in |
//! | `transaction_queue` | the requests that wait for room in the queue of their bank |
//! | `queue` | the requests that wait at each bank |
//! | `ready_commands` | which command each bank has ready, first-ready first-come first-served |
//! | `bank_mask`, `bloom_filter` | what makes that quick: bitmasks of banks; a counting Bloom filter of addresses |
//! | `refresh` | whose turn it is to be refreshed |
//! | `rest` | time in which only refreshes go on, in bulk |
//! | `bus` | what has crossed the data bus |
//! | `controller` | one channel: requests, drain of writes, forwarding, completion |
//! | `clocked` | the memory as the array's clock sees it, for both machines |
//! | [`Memory`] | all channels, addresses, the clock |
//! | [`replay`] | a trace of addresses through a memory |
//!
//! The controller follows DRAMsim3 (Li et al., CAL 2020) decision by decision, so that the cycles of a trace
//! can be compared one by one.
//!
//! Begin with [`Memory`] for single requests, or with [`parse_trace`] and [`replay`] for a trace of addresses.

mod address;
mod bank_mask;
mod bloom_filter;
mod bus;
pub(crate) mod clocked;
mod controller;
mod device;
mod entry;
mod memory;
mod queue;
mod ready_commands;
mod refresh;
mod replay;
mod rest;
mod statistics;
mod timing;
mod trace;
mod transaction_queue;

pub use address::{Location, Locator};
pub use controller::Done;
pub use device::Device;
pub use memory::Memory;
pub use replay::{Replay, replay, replay_stream};
pub use statistics::Statistics;
pub use timing::Timing;
pub use trace::{LAST_CYCLE, TraceError, TraceRequest, parse_line, parse_trace};
