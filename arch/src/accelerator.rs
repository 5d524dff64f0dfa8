//! The checked accelerator: what the simulator and the model read.
//!
//! ```text
//! DRAM -- global buffer (partitions) -- four networks -- rows x cols PEs, each with three scratchpads
//! ```
//!
//! Values of these types are made by [`crate::config`], which checks them; the fields are public, and a
//! value that was changed by hand is checked again by [`Accelerator::check`].

mod array;
mod buffer;
mod memory;
mod network;

use std::sync::Arc;

use crate::constants::Constants;
use crate::declaration::{Share, section};
use crate::decoupled::Decoupled;
use crate::limits;
use crate::operand::PerOperand;
use crate::sequencer::Sequencer;
use crate::units::{Bits, Kilohertz, Nanometres};
pub use array::{Array, Drain, LoadOrder, Passes, ResidentLoad, Scratchpad, Skew};
pub use buffer::{GlobalBuffer, OutputProcessor, Padding, Partition, Strides};
pub use memory::{Arbitration, Dram, DramKind, RunLength};
pub(crate) use network::side;
pub use network::{Network, Networks, Topology};

section! {
    /// A spatial accelerator.
    #[derive()]
    pub struct Accelerator, file Config {
        /// The name of the machine, as tables and runs show it.
        name: String = required;
        /// Technology node, which energies and areas are scaled to.
        technology "technology_nm": Nanometres = (Nanometres(45)), in limits::PRICED_NM, unit "nm";
        /// Clock of the array, the networks and the buffer.
        clock "clock_mhz": Kilohertz = (Kilohertz(1_000_000)), in limits::KILOHERTZ, unit "MHz";
        /// The dataflows that its sequencer offers, by short name: ws, os, rs, is (the operand that stays
        /// in the array: weights, outputs, rows as on Eyeriss, inputs). The first is the default. None
        /// if instructions control the machine (`decoupled`), else at least one.
        dataflows: Vec<String> = default;
        /// The PE array.
        array: Array = required;
        /// Limits on the loops of a mapping beyond those of the dataflow.
        sequencer: Sequencer = default;
        /// The words that each PE keeps, by operand.
        scratchpads: PerOperand<Scratchpad> = default;
        /// The networks between global buffer and array.
        networks: Networks = default;
        /// The memory on the chip that tiles are exchanged with DRAM from.
        global_buffer: GlobalBuffer = default;
        /// The memory off the chip.
        dram: Dram = default;
        /// Widths of words.
        precision: Precision = default;
        /// A machine that instructions control, as VTA: queues, units and the way to memory. Without, a
        /// sequencer runs the dataflows.
        decoupled: Option<Decoupled> = default;
        /// Shares of words that are zero, in layers whose network does not say: `array.zero_gating` and
        /// `dram.run_length` make use of them.
        zeros: PerOperand<u16> as PerOperand<Share> = default, in limits::SHARE;
        /// Constants of energy and area in the place of those that `stationary show cost` prints, in
        /// the same form.
        cost: Constants = default;
        unread {
            /// Where the figures are from: for the reader of the file, and for nothing else.
            source: String
        }
    }
}

/// Copies the accelerator, for a mapping that owns its own.
impl From<&Accelerator> for Arc<Accelerator> {
    fn from(accelerator: &Accelerator) -> Self {
        Self::new(accelerator.clone())
    }
}

section! {
    /// Widths of the operands' words.
    #[derive(Copy, Eq, Hash)]
    pub struct Precision, file PrecisionConfig {
        /// Of an input.
        input: Bits = (Bits(8)), in limits::WORD_BITS, unit "bits";
        /// Of a weight.
        weight: Bits = (Bits(8)), in limits::WORD_BITS, unit "bits";
        /// Of a finished output.
        output: Bits = (Bits(8)), in limits::WORD_BITS, unit "bits";
        /// Of a partial sum, in the array, the global buffer and, where it is spilled, DRAM.
        partial_sum: Bits = (Bits(32)), in limits::WORD_BITS, unit "bits";
    }
}
