//! The checked accelerator: what the simulator and the model read.
//!
//! ```text
//! DRAM -- global buffer (partitions) -- four networks -- rows x cols PEs, each with three scratchpads
//! ```
//!
//! Values of these types are made by [`crate::config`] alone, which checks them; the fields are
//! public for reading, and a value that was changed by hand is checked again by
//! [`Accelerator::check`].

use crate::choice::choice;
use std::sync::Arc;

use crate::banks::Banks;
use crate::cost::Constants;
use crate::decoupled::Decoupled;
use crate::dram::Standard;
use crate::operand::{Operand, PerOperand};
use crate::sequencer::Sequencer;
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
    /// is the default. None if instructions control the machine.
    pub dataflows: Vec<String>,
    /// The PE array.
    pub array: Array,
    /// Limits on its loops.
    pub sequencer: Sequencer,
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
    /// Control by instructions; without it, a sequencer runs the dataflows.
    pub decoupled: Option<Decoupled>,
    /// How many words of layers whose network does not say are zero, in ten-thousandths.
    pub zeros: PerOperand<u16>,
    /// What prices it.
    pub cost: Constants,
}

/// A copy, for a mapping that owns its accelerator.
impl From<&Accelerator> for Arc<Accelerator> {
    fn from(accelerator: &Accelerator) -> Self {
        Self::new(accelerator.clone())
    }
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
    /// When a pass may follow another.
    pub passes: Passes,
    /// How a tile that stays for a pass gets into the PEs.
    pub resident_load: ResidentLoad,
    /// Whether streams wait for the resident tile.
    pub load_order: LoadOrder,
    /// What of the array a wave crosses, if its networks are systolic.
    pub skew: Skew,
    /// Registers that a partial sum crosses in each PE of a systolic chain.
    pub psum_hop: u32,
    /// How outputs that stayed for a pass leave the PEs.
    pub drain: Drain,
    /// Cycles of control that each pass costs besides.
    pub pass_overhead: u32,
    /// One more such cost, of passes that use several rows and several columns.
    pub corner_overhead: u32,
    /// Whether convolutions run as matrix products of the unfolded input.
    pub im2col: bool,
    /// Whether a PE rests on a zero input: it does not read the weight and the partial sum, nor
    /// work on them. Saves energy, no cycles.
    pub zero_gating: bool,
}

choice! {
    /// When a pass may follow another.
    #[derive(Default)]
    pub enum Passes {
        /// A pass enters the array while the one before leaves it.
        Overlapped,
        /// A pass enters when the one before has left; its words already wait at the array's edge.
        #[default]
        Serial,
        /// The first word of a pass is sent when the last result of the one before is in the buffer.
        Exclusive,
    }
}

choice! {
    /// How a tile that stays for a pass gets into the PEs.
    #[derive(Default)]
    pub enum ResidentLoad {
        /// Over its network, beside whatever the array does.
        #[default]
        Network,
        /// From the edge through all rows, a row a cycle, while the array stands still.
        ShiftIn,
    }
}

choice! {
    /// Whether streams wait for the resident tile.
    #[derive(Default)]
    pub enum LoadOrder {
        /// All networks start a pass together.
        #[default]
        Parallel,
        /// Inputs or weights are streamed once the pass's resident tile is in the PEs.
        ResidentFirst,
    }
}

choice! {
    /// What of a systolic array a wave crosses before its last result is out.
    #[derive(Default)]
    pub enum Skew {
        /// The rows and columns that the pass uses.
        Used,
        /// All rows, since sums leave at the lower edge, and the columns in use; all of both if outputs
        /// stay, since they are taken out together.
        #[default]
        Flow,
        /// All rows and columns.
        Whole,
    }
}

choice! {
    /// How outputs that stayed for a pass leave the PEs.
    #[derive(Default)]
    pub enum Drain {
        /// Over the partial-sum network at its width.
        #[default]
        Network,
        /// Into a chain down the columns, a cycle, and out of it a row a cycle, all rows.
        ShiftOut,
    }
}

/// A PE's scratchpad for one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scratchpad {
    /// Words that a mapping may use at a time.
    pub words: u64,
    /// Whether there is a second copy to fill while the first is in use.
    pub double_buffered: bool,
}

choice! {
    /// How a network reaches the PEs.
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
    /// Whether the words of a cycle go to (or come from) one row and column tag.
    pub tagged: bool,
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
    /// Whether padding is laid out in memory and moved like any other word.
    pub padding: Padding,
    /// Whether what a stride steps over is laid out and moved with the rest.
    pub strides: Strides,
    /// Channels that feature maps are stored and moved in multiples of, in buffer and DRAM.
    pub channel_atom: u32,
    /// How finished outputs leave; without, a tile leaves as fast as DRAM takes it.
    pub delivery: Option<Delivery>,
}

/// The way of finished outputs from the accumulators to DRAM: a buffer behind them, and an output
/// processor (bias, scaling, activation) that takes words from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Delivery {
    /// Words that the buffer holds. A pass that finishes outputs starts when it has room for them.
    pub words: u64,
    /// Words that are taken each cycle.
    pub words_per_cycle: u32,
    /// Cycles from a tile's last sum until its first word is taken.
    pub latency: u32,
}

choice! {
    /// What becomes of the zeros around an input.
    #[derive(Default)]
    pub enum Padding {
        /// They are made in the PEs: nothing stores or moves them.
        #[default]
        Skipped,
        /// They are stored and moved like the words beside them.
        Stored,
    }
}

choice! {
    /// What becomes of the rows and columns of an input that a stride steps over.
    #[derive(Default)]
    pub enum Strides {
        /// Nothing moves them.
        #[default]
        Skipped,
        /// A tile is all that lies between its first element and the next tile's.
        Stored,
    }
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
    /// The banks that it is made of; without, each of its streams has a port of its own.
    pub banks: Option<Banks>,
}

/// Off-chip memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Dram {
    /// Kind and timing.
    pub kind: DramKind,
    /// The clock of the kind `bandwidth`; standards have their own.
    pub clock: Kilohertz,
    /// Width of one word of `words_per_cycle`.
    pub word: Bits,
    /// How operands are packed of which some words are zero. Partial sums are not.
    pub run_length: Option<RunLength>,
    /// Whether reads and writes have a channel each.
    pub duplex: bool,
    /// Which load the next word is of.
    pub arbitration: Arbitration,
}

choice! {
    /// How loads that wait share the way from DRAM.
    #[derive(Default)]
    pub enum Arbitration {
        /// The tile that the program needs soonest goes first.
        #[default]
        Program,
        /// They take turns, cycle by cycle.
        RoundRobin,
    }
}

/// Run-length compression: words of `pairs` pairs of a run of zeros and the value after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RunLength {
    /// Bits of a run's length.
    pub run_bits: u32,
    /// Pairs in a word.
    pub pairs: u32,
    /// Width of a word.
    pub word: Bits,
}

impl RunLength {
    /// Bits that a value takes on average, if this share of them is zero: never more than the `raw`
    /// bits of an uncompressed one, since what would grow is sent as it is.
    ///
    /// ```text
    /// bits = word / pairs x (1 - zeros) / (1 - zeros ^ 2^run_bits)
    /// ```
    ///
    /// Zeros are taken to lie anywhere: a pair then covers `k` zeros and the value after them with
    /// probability `zeros ^ k`, up to the longest run; one longer than that takes a pair more, whose
    /// value is a zero. Where zeros lie side by side in longer runs than that, such pairs are more.
    ///
    /// ```
    /// use stationary_arch::{RunLength, units::Bits};
    ///
    /// let eyeriss = RunLength { run_bits: 5, pairs: 3, word: Bits(64) };
    /// assert_eq!(eyeriss.bits_per_value(16.0, 0.0), 16.0);
    /// assert!((eyeriss.bits_per_value(16.0, 0.5) - 64.0 / 6.0).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn bits_per_value(&self, raw: f64, zeros: f64) -> f64 {
        let longest = f64::from(1u32 << self.run_bits.min(31)) - 1.0;
        // A pair covers a run of up to `longest` zeros and the value after it.
        let values_per_pair = if zeros >= 1.0 {
            longest + 1.0
        } else {
            (1.0 - zeros.powf(longest + 1.0)) / (1.0 - zeros)
        };
        let bits = f64::from(self.word.0) / (f64::from(self.pairs) * values_per_pair);
        bits.min(raw)
    }
}

/// The kinds of off-chip memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    /// Banks, rows, timing constraints, refresh and a controller; in its own clock.
    Standard(Arc<Standard>),
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
