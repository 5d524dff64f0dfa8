//! Prices the counters of a run: the same for the model and for the machine.
//!
//! ```text
//! E = MACs e_mac + accesses e_scratchpad + words (e_send + e_receive) + words e_buffer
//!     + bits e_dram + cycles P_leak
//! ```

use serde::Serialize;
use stationary_arch::units::{Bits, Picojoules};
use stationary_arch::{CostModel, Operand};

use crate::counters::Counters;
use crate::dram_width::Width;
use crate::mapping::Mapping;

/// Energy of a layer by component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Energy {
    /// Multiply-accumulates.
    pub mac: Picojoules,
    /// Scratchpads: for each MAC an input and a weight are read, a partial sum read and written;
    /// words that arrive are written, words that leave are read.
    pub scratchpad: Picojoules,
    /// Networks between buffer and array, and between PEs.
    pub network: Picojoules,
    /// Global buffer.
    pub global_buffer: Picojoules,
    /// DRAM, its interface included.
    pub dram: Picojoules,
    /// Leakage of the chip for the time of the run.
    pub leakage: Picojoules,
}

impl Energy {
    /// Prices what moved in so many array cycles.
    #[must_use]
    pub fn of(mapping: &Mapping<'_>, cost: &CostModel, counters: &Counters, cycles: u64) -> Self {
        let c = counters;
        let times = |count: u64, each: Picojoules| each * count as f64;
        let mut energy = Self {
            mac: times(c.macs, cost.mac()),
            leakage: times(cycles, cost.leakage_per_cycle()),
            network: times(c.psum_hops, cost.psum_hop()),
            ..Self::default()
        };
        for operand in Operand::ALL {
            let arrivals = c.array_receive[operand];
            energy.scratchpad += times(c.macs, cost.scratchpad_read(operand));
            energy.scratchpad += times(arrivals, cost.scratchpad_write(operand));
            energy.network += times(c.buffer_read[operand], cost.network_send(operand));
            energy.network += times(arrivals, cost.network_receive(operand));
            let read = c.buffer_read[operand] + c.buffer_drain[operand];
            let written = c.buffer_fill[operand] + c.buffer_write[operand];
            energy.global_buffer += times(read, cost.buffer_read(operand));
            energy.global_buffer += times(written, cost.buffer_write(operand));
        }
        energy.scratchpad += times(c.macs, cost.scratchpad_write(Operand::Output));
        energy.scratchpad += times(c.array_send.output, cost.scratchpad_read(Operand::Output));
        energy.network += times(c.array_send.output, cost.network_send(Operand::Output));
        energy.dram = cost.dram(Bits(1)) * dram_bits(mapping, c);
        energy
    }

    /// The sum of all components.
    #[must_use]
    pub fn total(&self) -> Picojoules {
        self.mac + self.scratchpad + self.network + self.global_buffer + self.dram + self.leakage
    }
}

/// Bits that cross the DRAM interface, packed as they are there.
#[must_use]
pub fn dram_bits(mapping: &Mapping<'_>, counters: &Counters) -> f64 {
    let (c, widths) = (counters, &mapping.dram);
    let bits = |width: Width, words: u64| width.bits() * words as f64;
    Operand::ALL
        .into_iter()
        .map(|o| bits(widths.load(o), c.dram_read[o]))
        .sum::<f64>()
        + bits(widths.store(true), c.dram_spilled)
        + bits(widths.store(false), c.dram_write.output - c.dram_spilled)
}
