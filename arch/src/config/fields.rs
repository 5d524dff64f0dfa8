//! The sections of the accelerator file, each field with its unit and its default: the schema's
//! descriptions are these comments.

use serde::{Deserialize, Serialize};

use super::{Count, DramKindConfig, Number, Width};
use crate::accelerator::{
    Arbitration, Drain, LoadOrder, Padding, Passes, ResidentLoad, Skew, Strides, Topology,
};
use crate::banks::{Ports, Sharing};
use crate::operand::Operand;

/// Structs of optional fields, each with a description for the schema.
macro_rules! mirror {
    ($($name:ident { $($(#[$doc:meta])* $field:ident: $kind:ty,)* })*) => { $(
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub(crate) struct $name {
            $($(#[$doc])*
            #[serde(skip_serializing_if = "Option::is_none")]
            pub(crate) $field: Option<$kind>,)*
        }
    )* };
}

pub(super) use mirror;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArrayConfig {
    /// Rows of PEs. On a machine with `decoupled`, images of a block (BATCH).
    pub(super) rows: Count,
    /// Columns of PEs. On a machine with `decoupled`, output channels of a block (BLOCK_OUT).
    pub(super) cols: Count,
    /// MACs that a PE does in a cycle, over input channels; 1 by default.
    pub(super) lanes: Option<Count>,
    /// Stages of the MAC pipeline of a PE, in cycles; 1 by default.
    pub(super) mac_latency: Option<Count>,
    /// When a pass may follow another; `serial` by default.
    pub(super) passes: Option<Passes>,
    /// How a tile that stays for a pass gets into the PEs; `network` by default.
    pub(super) resident_load: Option<ResidentLoad>,
    /// Whether streams wait for the tile that stays; `parallel` by default.
    pub(super) load_order: Option<LoadOrder>,
    /// What of a systolic array a wave crosses before its last result is out; `flow` by default.
    pub(super) skew: Option<Skew>,
    /// Registers, in cycles, that a partial sum crosses in each PE of a systolic chain; 1 by
    /// default.
    pub(super) psum_hop: Option<Count>,
    /// How outputs that stayed for a pass leave the PEs; `network` by default.
    pub(super) drain: Option<Drain>,
    /// Cycles of control that each pass costs besides; 0 by default.
    pub(super) pass_overhead: Option<Count>,
    /// Cycles of control that a pass costs besides if it uses several rows and several columns; 0
    /// by default.
    pub(super) corner_overhead: Option<Count>,
    /// Whether convolutions run as matrix products of the unfolded input; false by default.
    pub(super) im2col: Option<bool>,
    /// Whether a PE rests on a zero input, which saves energy and no cycles; false by default.
    pub(super) zero_gating: Option<bool>,
}

mirror! {
    ScratchpadConfig {
        /// Words that a mapping may keep in a PE at a time; 1 by default.
        words: Count,
        /// Whether a second copy of so many words is filled while the first is in use; false by
        /// default.
        double_buffered: bool,
    }
    ScratchpadsConfig {
        /// Of inputs.
        input: ScratchpadConfig,
        /// Of weights.
        weight: ScratchpadConfig,
        /// Of outputs and partial sums.
        output: ScratchpadConfig,
    }
    NetworkConfig {
        /// Words of its operand that it moves in a cycle of the array: a number, or `rows`, `cols`
        /// or `all` (PEs). By default `rows` for inputs, `cols` for the others.
        words_per_cycle: Width,
        /// Cycles from the buffer to the edge of the array; 1 by default.
        latency: Count,
        /// How it reaches the PEs; `systolic` by default.
        topology: Topology,
        /// Words that wait in a queue before each PE; 1 by default.
        fifo_words: Count,
        /// Whether the words of a cycle share one row and column tag; false by default.
        tagged: bool,
    }
    NetworksConfig {
        /// Inputs, from buffer to array.
        input: NetworkConfig,
        /// Weights, from buffer to array.
        weight: NetworkConfig,
        /// Partial sums, from buffer to array.
        psum_in: NetworkConfig,
        /// Partial sums and results, from array to buffer.
        psum_out: NetworkConfig,
    }
    GlobalBufferConfig {
        /// Capacity in KiB of one buffer for all operands, both halves of a double buffer together;
        /// 512 by default. Not beside `partitions`.
        kib: Number,
        /// Whether a tile is filled while the one before is in use, so that each may take half;
        /// false by default.
        double_buffered: bool,
        /// The banks that it is made of; without, each stream of words has a port of its own.
        banks: BanksConfig,
        /// Parts with operands and a capacity of their own, in the place of one shared buffer; each
        /// operand belongs to exactly one.
        partitions: Vec<PartitionConfig>,
        /// Whether the zeros around an input are stored and moved; `skipped` by default.
        padding: Padding,
        /// Whether the rows and columns that a stride steps over are stored and moved; `skipped` by
        /// default.
        strides: Strides,
        /// Channels that feature maps are stored and moved in multiples of; 1 by default.
        channel_atom: Count,
        /// An output processor between accumulators and DRAM; without, outputs leave as fast as
        /// DRAM takes them.
        delivery: DeliveryConfig,
    }
    DramConfig {
        /// `ideal` (each transfer one cycle), `bandwidth` (width and latency as given below), or a
        /// standard or test bench by name (`stationary list drams`); `bandwidth` by default.
        kind: DramKindConfig,
        /// Words of `word_bits` in a DRAM clock, of the kind `bandwidth`; 4 by default.
        words_per_cycle: Count,
        /// DRAM clocks from a request to its first word, of the kind `bandwidth`; 32 by default.
        latency: Count,
        /// The DRAM clock in MHz, of the kind `bandwidth`; the array's by default.
        clock_mhz: Number,
        /// Bits of a word of `words_per_cycle`, of the kind `bandwidth`; those of an input by
        /// default.
        word_bits: Count,
        /// Run-length compression of inputs and outputs that have zeros (`zeros`); none by default.
        run_length: RunLengthConfig,
        /// Whether reads and writes have a channel each; false by default.
        duplex: bool,
        /// Which of the loads that wait goes first; `program` by default.
        arbitration: Arbitration,
    }
    DeliveryConfig {
        /// Words that its buffer holds; a pass that finishes outputs waits for room; 1 by default.
        words: Count,
        /// Words that it takes in a cycle of the array; 1 by default.
        words_per_cycle: Count,
        /// Cycles from a tile's last sum until its first word is taken; 1 by default.
        latency: Count,
    }
    RunLengthConfig {
        /// Bits of the length of a run of zeros; 5 by default.
        run_bits: Count,
        /// Pairs of a run and the value after it in a word; 3 by default.
        pairs: Count,
        /// Bits of a packed word; 64 by default.
        word_bits: Count,
    }
    PrecisionConfig {
        /// Bits of an input; 8 by default.
        input: Count,
        /// Bits of a weight; 8 by default.
        weight: Count,
        /// Bits of a finished output; 8 by default.
        output: Count,
        /// Bits of a partial sum in the array, the buffer and, where it is spilled, DRAM; 32 by
        /// default.
        partial_sum: Count,
    }
    ZerosConfig {
        /// Of inputs, between 0 and 1; 0 by default.
        input: Number,
        /// Of weights, between 0 and 1; 0 by default.
        weight: Number,
        /// Of outputs, between 0 and 1; 0 by default.
        output: Number,
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartitionConfig {
    /// The operands that it holds: input, weight, output.
    pub(super) operands: Vec<Operand>,
    /// Capacity in KiB, both halves of a double buffer together.
    pub(super) kib: Number,
    /// Whether a tile is filled while the one before is in use, so that each may take half; false
    /// by default.
    pub(super) double_buffered: Option<bool>,
    /// The banks that it is made of; without, each stream of words has a port of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) banks: Option<BanksConfig>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BanksConfig {
    /// How many banks there are.
    pub(super) count: Count,
    /// Bits of a row: what one access reads or writes; 64 by default.
    pub(super) bits: Option<Count>,
    /// What a bank does in a cycle; `one` access by default.
    pub(super) ports: Option<Ports>,
    /// How operands divide the banks; `interleaved` by default.
    pub(super) sharing: Option<Sharing>,
}
