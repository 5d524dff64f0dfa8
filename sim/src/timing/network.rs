//! How long words are on a network's wires, and how far its queues let them run ahead.

use stationary_arch::{Network, Operand};

use crate::mapping::Mapping;

/// Cycles from a word's sending to its arrival.
pub(crate) fn way(network: Network) -> u64 {
    u64::from(network.latency).max(1)
}

impl Mapping {
    /// Packets of a streamed operand that may be on their way to the PEs, or wait in their queues.
    pub(crate) fn packets_ahead(&self, operand: Operand) -> u64 {
        let network = self.feed_network(operand);
        way(network) + self.packets_queued(operand, network)
    }

    /// Packets of an operand, or results of as many words, that a network's queues hold.
    pub(super) fn packets_queued(&self, operand: Operand, network: Network) -> u64 {
        u64::from(network.fifo_words) / self.beat_words_per_pe(operand)
    }
}
