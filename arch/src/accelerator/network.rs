//! The networks between global buffer and array.

use super::Array;
use crate::choice::choice;
use crate::declaration::{Node, Words, section};
use crate::limits;

choice! {
    /// How a network reaches the PEs.
    #[derive(Default)]
    pub enum Topology {
        /// Buses with row and column tags: a word reaches every PE that wants it in one transfer.
        Multicast,
        /// Words enter at the array's edge and hop from PE to PE, one a cycle; each edge port has a
        /// stream of its own. As a partial-sum network: a chain along the rows.
        #[default]
        Systolic,
        /// A broadcast tree; as a partial-sum network, an adder tree over the rows.
        Tree,
        /// Multicast, and PEs hand inputs to their neighbours (ShiDianNao): a word is sent once as
        /// long as any PE of the array still needs it.
        Mesh,
    }
}

section! {
    /// A network between the global buffer and the array.
    #[derive(Copy, Eq, Hash)]
    pub struct Network, file NetworkConfig {
        /// Words of its operand that it moves in a cycle of the array.
        words_per_cycle: u32 as Words = 1
            "rows for inputs, cols for the others; of the GEMM core's blocks with `decoupled`",
            in limits::WIDTH, unit "words a cycle";
        /// From the buffer to the edge of the array.
        latency: u32 = 1, in limits::LATENCY, unit "cycles";
        /// How it reaches the PEs.
        topology: Topology = default;
        /// Words that wait in a queue before each PE; without, it takes a word where it is used.
        fifo_words: u32 = 1, in limits::FIFO_WORDS, unit "words";
        /// Whether the words of a cycle go to (or come from) one row and column tag.
        tagged: bool = false;
    }
}

section! {
    /// The four networks.
    #[derive(Copy, Eq, Hash)]
    pub struct Networks, file NetworksConfig {
        /// Inputs, from buffer to array.
        input: Network = default;
        /// Weights, from buffer to array.
        weight: Network = default;
        /// Partial sums, from buffer to array.
        psum_in: Network = default;
        /// Partial sums and results, from array to buffer.
        psum_out: Network = default;
    }
}

impl Networks {
    /// As files have them by default: as wide as the sides of an array, or as the blocks of a GEMM core,
    /// which it takes in a cycle.
    pub(crate) fn of(array: Array, is_decoupled: bool) -> Self {
        let [rows, cols, lanes] = [array.rows, array.cols, array.lanes].map(side);
        let widths = if is_decoupled {
            [rows * lanes, cols * lanes, rows * cols]
        } else {
            [rows, cols, cols]
        };
        let [input, weight, psum] = widths.map(|words| Network {
            words_per_cycle: u32::try_from(words).unwrap_or(u32::MAX),
            ..Network::base()
        });
        Self {
            input,
            weight,
            psum_in: psum,
            psum_out: psum,
        }
    }
}

/// A side of the array as networks take it. One that no array has is one problem of the array, not one more
/// of each network.
pub(crate) fn side(side: u32) -> u64 {
    match u64::from(side) {
        side if limits::SIDE.contains(&side) => side,
        _ => 1,
    }
}
