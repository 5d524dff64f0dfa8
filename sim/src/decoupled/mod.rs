//! The decoupled access-execute machine: a load, a compute and a store unit that run one stream of
//! instructions each and wait for each other by tokens, as VTA does (Moreau et al., IEEE Micro
//! 39(5), 2019).
//!
//! ```text
//! Schedule --LoweredLayer::new--> LoweredLayer --+--> estimate: cycles, lower bound, counts in closed form
//!                                                |--> run: the machine
//!                                                `--> run_functional: the machine with values
//! ```
//!
//! A [`LoweredLayer`] is here what a [`Mapping`](crate::Mapping) is elsewhere: the one description that
//! everything reads. `lowered_layer.rs` decides its tiles and loops as TVM's template for VTA does,
//! `program.rs` the order of its instructions, and `machine.rs` when they run.
//!
//! [`map`] finds the best schedule of a layer, [`ScheduleSpace`] lists all of them, and [`LoweredLayer::new`]
//! checks one that is given.

mod addition;
mod divisors;
mod engine;
mod lowered_layer;
mod machine;
mod model;
mod port;
mod price;
mod program;
mod reach;
mod schedule;
mod space;
mod tally;
mod transfer;
mod values;

pub use addition::map_addition;
pub use lowered_layer::LoweredLayer;
pub use machine::run;
pub(crate) use machine::{MachineState as State, resume};
pub use model::{estimate, lower_bound};
pub use price::{dram_bytes, energy, least_energy};
pub(crate) use reach::reach;
pub use schedule::{Buffer, Demand, Schedule, ScheduleError};
pub use space::{ScheduleSpace, map, map_with};
pub use values::run_functional;
