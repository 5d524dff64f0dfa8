//! The checked accelerator description of `stationary`.

mod accelerator;
mod operand;
pub mod units;

pub use accelerator::{
    Accelerator, Array, Dram, DramKind, GlobalBuffer, Network, Networks, Partition, Precision,
    Scratchpad, Topology,
};
pub use operand::{Operand, PerOperand};
