//! Prices the counters of a run: the same for the model and for the machine.
//!
//! ```text
//! E = MACs e_mac + accesses e_scratchpad + words (e_send + e_receive) + words e_buffer
//!     + bits e_dram                                  what counts decide
//!     + PEs at work x cycles x e_clock + cycles x e_leakage      what time decides
//! ```
//!
//! Where PEs rest on zero inputs ([`Array::zero_gating`](stationary_arch::Array)), a MAC with one
//! costs the read of that input alone: a share of the MACs, given by the layer or the accelerator,
//! does not read the weight and the partial sum, work, and write.

use std::ops::Add;

use serde::{Deserialize, Serialize};
use stationary_arch::units::{Bits, Picojoules};
use stationary_arch::{CostModel, Operand, PerOperand, PerPart};

use crate::counters::Counters;
use crate::dram_width::zeros;
use crate::mapping::Mapping;

/// Energy of a layer in picojoules, by component and operand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Energy {
    /// Energy of counted events (MACs and moved words): equal between the model and the machine.
    pub events: EventEnergy,
    /// Energy of clock and control in the PEs at work, over all cycles, by part.
    pub clock: PerPart<Picojoules>,
    /// Energy of the chip's leakage over all cycles, by part.
    pub leakage: PerPart<Picojoules>,
}

/// Energy of counted events, in picojoules, whatever time they take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EventEnergy {
    /// Energy of the multiply-accumulates.
    pub mac: Picojoules,
    /// Energy of the PEs' scratchpads: for each MAC an input and a weight are read, and a partial sum is read
    /// and written; words that arrive are written, words that leave are read.
    pub scratchpad: PerOperand<Picojoules>,
    /// Energy of the networks between buffer and array, and between PEs.
    pub network: PerOperand<Picojoules>,
    /// Energy of the global buffer's accesses.
    pub global_buffer: PerOperand<Picojoules>,
    /// Energy of DRAM and its interface.
    pub dram: PerOperand<Picojoules>,
}

impl Energy {
    /// The energy of the counted events and of so many cycles of the array's clock.
    #[must_use]
    pub fn of(mapping: &Mapping, cost: &CostModel, counters: &Counters, cycles: u64) -> Self {
        let pe_cycles = mapping.active_pes() as f64 * cycles as f64;
        Self {
            events: events(mapping, cost, counters),
            clock: cost.clock_per_pe().map(|each| each * pe_cycles),
            leakage: cost.leakage_by_part().map(|each| each * cycles as f64),
        }
    }

    /// A lower bound on the energy of every mapping of the layer on this machine: each word crosses DRAM,
    /// buffer and network once, no partial sum leaves its PE before it is done, and every PE works each
    /// cycle.
    #[must_use]
    pub fn least(mapping: &Mapping, cost: &CostModel) -> Self {
        let array = &mapping.accelerator().array;
        let lanes = u64::from(array.lanes);
        let peak = u64::from(array.rows) * u64::from(array.cols) * lanes;
        let counters = compulsory(mapping);
        let pe_cycles = counters.macs.div_ceil(lanes) as f64;
        let cycles = counters.macs.div_ceil(peak) as f64;
        Self {
            events: events(mapping, cost, &counters),
            clock: cost.clock_per_pe().map(|each| each * pe_cycles),
            leakage: cost.leakage_by_part().map(|each| each * cycles),
        }
    }

    /// Energy of the multiply-accumulates, with the clock of the PEs' logic.
    #[must_use]
    pub fn mac(&self) -> Picojoules {
        self.events.mac + self.clock.pes
    }

    /// Energy of the scratchpads, with their clock.
    #[must_use]
    pub fn scratchpad(&self) -> Picojoules {
        sum(&self.events.scratchpad) + self.clock.scratchpads
    }

    /// Energy of the networks, with the clock of their FIFOs.
    #[must_use]
    pub fn network(&self) -> Picojoules {
        sum(&self.events.network) + self.clock.networks
    }

    /// Energy of the global buffer.
    #[must_use]
    pub fn global_buffer(&self) -> Picojoules {
        sum(&self.events.global_buffer) + self.clock.global_buffer
    }

    /// Energy of DRAM and its interface.
    #[must_use]
    pub fn dram(&self) -> Picojoules {
        sum(&self.events.dram) + self.clock.dram_interface
    }

    /// Energy of the whole chip's leakage.
    #[must_use]
    pub fn leakage(&self) -> Picojoules {
        self.leakage.total()
    }

    /// Energy of the chip: all but DRAM.
    #[must_use]
    pub fn on_chip(&self) -> Picojoules {
        self.mac() + self.scratchpad() + self.network() + self.global_buffer() + self.leakage()
    }

    /// Energy of all components.
    #[must_use]
    pub fn total(&self) -> Picojoules {
        self.on_chip() + self.dram()
    }
}

impl Add for Energy {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let operands = |of: fn(&EventEnergy) -> &PerOperand<Picojoules>| {
            let (a, b) = (of(&self.events), of(&other.events));
            PerOperand::from_fn(|operand| a[operand] + b[operand])
        };
        Self {
            events: EventEnergy {
                mac: self.events.mac + other.events.mac,
                scratchpad: operands(|events| &events.scratchpad),
                network: operands(|events| &events.network),
                global_buffer: operands(|events| &events.global_buffer),
                dram: operands(|events| &events.dram),
            },
            clock: self.clock + other.clock,
            leakage: self.leakage + other.leakage,
        }
    }
}

fn sum(operands: &PerOperand<Picojoules>) -> Picojoules {
    Operand::ALL
        .into_iter()
        .map(|operand| operands[operand])
        .sum()
}

fn events(mapping: &Mapping, cost: &CostModel, c: &Counters) -> EventEnergy {
    event_energy(cost, c, working_share(mapping), &dram_bits_of(mapping, c))
}

/// Prices counts; `share` is that of the MACs on which a PE does not rest.
pub(crate) fn event_energy(
    cost: &CostModel,
    c: &Counters,
    share: f64,
    bits: &PerOperand<f64>,
) -> EventEnergy {
    let times = |count: u64, each: Picojoules| each * count as f64;
    let worked = c.macs as f64 * share;
    let sends = c.array_send.output;
    EventEnergy {
        mac: cost.mac() * worked,
        scratchpad: PerOperand::from_fn(|operand| {
            let (read, write) = (
                cost.scratchpad_read(operand),
                cost.scratchpad_write(operand),
            );
            let arrivals = times(c.array_receive[operand], write);
            match operand {
                Operand::Input => times(c.macs, read) + arrivals,
                Operand::Weight => read * worked + arrivals,
                Operand::Output => (read + write) * worked + arrivals + times(sends, read),
            }
        }),
        network: PerOperand::from_fn(|operand| {
            let (send, receive) = (cost.network_send(operand), cost.network_receive(operand));
            let inwards =
                times(c.buffer_read[operand], send) + times(c.array_receive[operand], receive);
            match operand {
                Operand::Input | Operand::Weight => inwards,
                Operand::Output => {
                    inwards + times(sends, send) + times(c.psum_hops, cost.psum_hop())
                }
            }
        }),
        global_buffer: PerOperand::from_fn(|operand| {
            let read = c.buffer_read[operand] + c.buffer_drain[operand];
            let written = c.buffer_fill[operand] + c.buffer_write[operand];
            times(read, cost.buffer_read(operand)) + times(written, cost.buffer_write(operand))
        }),
        dram: PerOperand::from_fn(|operand| cost.dram(Bits(1)) * bits[operand]),
    }
}

/// Share of the MACs on which a PE does not rest.
pub(crate) fn working_share(mapping: &Mapping) -> f64 {
    if mapping.accelerator().array.zero_gating {
        1.0 - zeros(mapping.layer(), mapping.accelerator()).input
    } else {
        1.0
    }
}

/// Each word once, and each MAC.
fn compulsory(mapping: &Mapping) -> Counters {
    let layer = mapping.layer();
    let inwards = PerOperand::from_fn(|operand| match operand {
        Operand::Input | Operand::Weight => mapping.touched_words(operand),
        Operand::Output => 0,
    });
    let macs = layer.sizes().0.iter().product();
    Counters::once(macs, inwards, layer.outputs())
}

/// Bits that cross the DRAM interface in both directions, each word at the width that it has in DRAM.
#[must_use]
pub fn dram_bits(mapping: &Mapping, counters: &Counters) -> f64 {
    let bits = dram_bits_of(mapping, counters);
    Operand::ALL.into_iter().map(|operand| bits[operand]).sum()
}

fn dram_bits_of(mapping: &Mapping, c: &Counters) -> PerOperand<f64> {
    let widths = &mapping.dram;
    PerOperand::from_fn(|operand| {
        let loaded = widths.load(operand).bits() * c.dram_read[operand] as f64;
        match operand {
            Operand::Input | Operand::Weight => loaded,
            Operand::Output => {
                let finished = c.dram_write.output - c.dram_spilled;
                loaded
                    + widths.store(true).bits() * c.dram_spilled as f64
                    + widths.store(false).bits() * finished as f64
            }
        }
    })
}
