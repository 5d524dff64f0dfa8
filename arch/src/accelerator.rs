//! The checked accelerator: what the simulator and the model read.
//!
//! ```text
//! DRAM -- global buffer (partitions) -- four networks -- rows x cols PEs, each with three scratchpads
//! ```
//!
//! Values of these types are made by [`crate::config`] alone, which checks them; the fields are
//! public for reading, and a value that was changed by hand is checked again by
//! [`Accelerator::check`].

use crate::operand::{Operand, PerOperand};
use crate::units::{Bits, Kilohertz, Nanometres};

/// A spatial accelerator.
#[derive(Clone, Debug, PartialEq)]
pub struct Accelerator {
    /// Name of the preset or the file's `name`.
    pub name: String,
    /// Technology node.
    pub technology: Nanometres,
    /// Clock of the array, the networks and the buffer.
    pub clock: Kilohertz,
    /// The dataflows that its sequencer offers, by short name (`ws`, `os`, `rs`, `is`); the first
    /// is the default.
    pub dataflows: Vec<String>,
    /// The PE array.
    pub array: Array,
    /// Scratchpads of one PE.
    pub scratchpads: PerOperand<Scratchpad>,
    /// Networks between global buffer and array.
    pub networks: Networks,
    /// The global buffer.
    pub global_buffer: GlobalBuffer,
    /// Off-chip memory.
    pub dram: Dram,
    /// Widths of the words.
    pub precision: Precision,
}

/// The PE array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Array {
    /// Rows of PEs.
    pub rows: u32,
    /// Columns of PEs.
    pub cols: u32,
    /// MACs that a PE does each cycle, over input channels.
    pub lanes: u32,
    /// Stages of a PE's MAC pipeline, in cycles.
    pub mac_latency: u32,
    /// Whether a pass may start before the previous one has left the array.
    pub overlap_passes: bool,
}

/// A PE's scratchpad for one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scratchpad {
    /// Words that a mapping may use at a time.
    pub words: u64,
    /// Whether there is a second copy to fill while the first is in use.
    pub double_buffered: bool,
}

/// How a network reaches the PEs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topology {
    /// Buses with row and column tags: a word reaches every PE that wants it in one transfer.
    Multicast,
    /// Words enter at the array's edge and hop from PE to PE, one a cycle; each edge port has a
    /// stream of its own. As a partial-sum network: a chain along the rows.
    Systolic,
    /// A broadcast tree; as a partial-sum network, an adder tree over the rows.
    Tree,
    /// Multicast, and PEs hand inputs to their neighbours (ShiDianNao): a word is sent once as
    /// long as any PE of the array still needs it.
    Mesh,
}

/// A network between the global buffer and the array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    /// Words of its operand that it moves each cycle.
    pub words_per_cycle: u32,
    /// Cycles from the buffer to the array's edge.
    pub latency: u32,
    /// How it reaches the PEs.
    pub topology: Topology,
    /// Words that each PE's end of the network queues ahead of the scratchpad.
    pub fifo_words: u32,
}

/// The four networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Networks {
    /// Inputs, buffer to array.
    pub input: Network,
    /// Weights, buffer to array.
    pub weight: Network,
    /// Partial sums, buffer to array.
    pub psum_in: Network,
    /// Partial sums and results, array to buffer.
    pub psum_out: Network,
}

/// The global buffer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GlobalBuffer {
    /// Its partitions; each operand belongs to exactly one.
    pub partitions: Vec<Partition>,
}

/// A part of the global buffer that its operands share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Partition {
    /// The operands held.
    pub operands: Vec<Operand>,
    /// Capacity in bytes, both halves of a double buffer together.
    pub bytes: u64,
    /// Whether a tile is filled while the previous one is in use; a tile may then use half.
    pub double_buffered: bool,
}

/// Off-chip memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dram {
    /// Kind and timing.
    pub kind: DramKind,
    /// Its clock.
    pub clock: Kilohertz,
    /// Width of one word of `words_per_cycle`.
    pub word: Bits,
}

/// The kinds of off-chip memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DramKind {
    /// Every transfer takes one cycle, whatever its size.
    Ideal,
    /// A pipe of fixed width and latency.
    Bandwidth {
        /// Words a DRAM clock, in both directions together.
        words_per_cycle: u32,
        /// DRAM clocks from request to the first word.
        latency: u32,
    },
}

/// Widths of the operands' words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Precision {
    /// Of inputs.
    pub input: Bits,
    /// Of weights.
    pub weight: Bits,
    /// Of finished outputs.
    pub output: Bits,
    /// Of partial sums, in the array, the global buffer and (when spilled) DRAM.
    pub partial_sum: Bits,
}
