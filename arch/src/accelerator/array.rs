//! The array, and the scratchpads of its PEs.

use crate::choice::choice;
use crate::declaration::{Node, section};
use crate::limits;

section! {
    /// The PE array.
    #[derive(Copy, Eq, Hash)]
    pub struct Array, file ArrayConfig {
        /// Rows of PEs. On a machine with `decoupled`, images of a block (BATCH).
        rows: u32 = required, in limits::SIDE, unit "PEs";
        /// Columns of PEs. On a machine with `decoupled`, output channels of a block (BLOCK_OUT).
        cols: u32 = required, in limits::SIDE, unit "PEs";
        /// MACs that a PE does in a cycle, over input channels. On a machine with `decoupled`, input
        /// channels of a block (BLOCK_IN).
        lanes: u32 = 1, in limits::SIDE, unit "MACs a cycle";
        /// Stages of the MAC pipeline of a PE.
        mac_latency: u32 = 1, in limits::MAC_LATENCY, unit "cycles";
        /// From one MAC of a PE to the next. On a machine with `decoupled`, products come at least so far
        /// apart.
        mac_interval: u32 = 1, in 1..=1024, unit "cycles";
        /// When a pass may follow another.
        passes: Passes = default;
        /// How a tile that stays for a pass gets into the PEs.
        resident_load: ResidentLoad = default;
        /// Whether streams wait for the tile that stays.
        load_order: LoadOrder = default;
        /// What of the array a wave crosses before its last result is out, if its networks are
        /// systolic.
        skew: Skew = default;
        /// Registers that a partial sum crosses in each PE of a systolic chain.
        psum_hop: u32 = 1, in limits::MAC_LATENCY, unit "cycles";
        /// How outputs that stayed for a pass leave the PEs.
        drain: Drain = default;
        /// Cycles of control that each pass costs besides.
        pass_overhead: u32 = 0, in limits::LATENCY, unit "cycles";
        /// Cycles of control that a pass costs besides if it uses several rows and several columns.
        corner_overhead: u32 = 0, in limits::LATENCY, unit "cycles";
        /// Whether convolutions run as matrix products of the unfolded input.
        im2col: bool = false;
        /// Whether a PE rests on a zero input: it does not read the weight and the partial sum, nor
        /// work on them. Saves energy, no cycles.
        zero_gating: bool = false;
    }
}

impl Array {
    /// An array of so many rows and columns of PEs, all other fields as files have them by default.
    ///
    /// ```
    /// use stationary_arch::{Array, Passes};
    ///
    /// assert_eq!(Array::new(4, 8).passes, Passes::Serial);
    /// ```
    #[must_use]
    pub fn new(rows: u32, cols: u32) -> Self {
        Self {
            rows,
            cols,
            ..Self::base()
        }
    }

    /// The greatest number of multiply-accumulates that all PEs together do in a cycle.
    #[must_use]
    pub fn peak(&self) -> f64 {
        let macs = f64::from(self.rows) * f64::from(self.cols) * f64::from(self.lanes);
        macs / f64::from(self.mac_interval)
    }
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

section! {
    /// A PE's scratchpad for one operand.
    #[derive(Copy, Eq, Hash)]
    pub struct Scratchpad, file ScratchpadConfig {
        /// Words that a mapping may keep in a PE at a time.
        words: u64 = 1, in limits::SCRATCHPAD_WORDS, unit "words";
        /// Whether a second copy of so many words is filled while the first is in use.
        double_buffered: bool = false;
    }
}
