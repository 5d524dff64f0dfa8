//! What the parts of a machine cost, from its fields and its technology node.

use super::sram::{GREATEST_BYTES, Sram, Width};
use super::technology::Technology;
use super::{Access, Area};
use crate::accelerator::{Accelerator, Network, Scratchpad, Topology};
use crate::error::ArchError;
use crate::operand::{Operand, PerOperand};
use crate::units::SquareMicrons;

/// A machine at its technology node, while its cost is worked out.
pub(super) struct Parts<'a> {
    pub(super) accelerator: &'a Accelerator,
    pub(super) technology: Technology,
}

impl Parts<'_> {
    fn bits(&self, operand: Operand) -> f64 {
        let precision = &self.accelerator.precision;
        f64::from(match operand {
            Operand::Input => precision.input.0,
            Operand::Weight => precision.weight.0,
            Operand::Output => precision.partial_sum.0,
        })
    }

    pub(super) fn mac(&self, of: fn(Technology, f64, f64, f64) -> f64) -> f64 {
        let [input, weight, sum] = Operand::ALL.map(|operand| self.bits(operand));
        of(self.technology, input, weight, sum)
    }

    /// One copy of a PE's scratchpad, without its output register.
    pub(super) fn scratchpad(&self, operand: Operand) -> Sram {
        let words = self.accelerator.scratchpads[operand].words as f64;
        Sram::of(
            self.technology,
            Width::Word,
            words * self.bits(operand) / 8.0,
        )
    }

    pub(super) fn partitions(&self) -> Result<Vec<Sram>, ArchError> {
        let partitions = self.accelerator.global_buffer.partitions.iter().enumerate();
        partitions
            .map(|(index, partition)| {
                if partition.bytes > GREATEST_BYTES {
                    return Err(ArchError::NoCost {
                        path: format!("global_buffer.partitions.{index}.kib"),
                        found: (partition.bytes as f64 / 1024.0).to_string(),
                        allowed: format!("up to {} KiB", GREATEST_BYTES >> 10),
                    });
                }
                Ok(Sram::of(
                    self.technology,
                    Width::Line,
                    partition.bytes as f64,
                ))
            })
            .collect()
    }

    pub(super) fn access(&self, operand: Operand, sram: &Sram, register: f64) -> Access {
        let bits = self.bits(operand);
        Access {
            read: bits * (sram.read + register),
            write: bits * (sram.write + register),
        }
    }

    /// Registers that a network needs, in bits.
    fn network_bits(&self, operand: Operand, network: Network) -> f64 {
        let port = f64::from(network.words_per_cycle) * (1.0 + f64::from(network.latency));
        (pes(self.accelerator) * f64::from(network.fifo_words) + port) * self.bits(operand)
    }

    fn all_network_bits(&self) -> f64 {
        let networks = &self.accelerator.networks;
        self.network_bits(Operand::Input, networks.input)
            + self.network_bits(Operand::Weight, networks.weight)
            + self.network_bits(Operand::Output, networks.psum_in)
            + self.network_bits(Operand::Output, networks.psum_out)
    }

    /// Pipeline registers of all PEs, in bits: a partial sum a stage and lane.
    fn pipeline_bits(&self) -> f64 {
        macs(self.accelerator)
            * f64::from(self.accelerator.array.mac_latency)
            * self.bits(Operand::Output)
    }

    /// A scratchpad's copies in all PEs, and its output registers in bits.
    fn copies(&self, operand: Operand) -> (f64, f64) {
        let Scratchpad {
            double_buffered, ..
        } = self.accelerator.scratchpads[operand];
        let pes = pes(self.accelerator);
        (
            pes * if double_buffered { 2.0 } else { 1.0 },
            pes * self.bits(operand),
        )
    }

    pub(super) fn area(&self, scratchpads: &PerOperand<Sram>, partitions: &[Sram]) -> Area {
        let register = self.technology.register_area();
        let pes = macs(self.accelerator) * self.mac(Technology::mac_area)
            + self.pipeline_bits() * register;
        let scratchpad = |operand| {
            let (copies, bits) = self.copies(operand);
            copies * scratchpads[operand].area + bits * register
        };
        let scratchpads: f64 = Operand::ALL.into_iter().map(scratchpad).sum();
        let global_buffer: f64 = partitions.iter().map(|partition| partition.area).sum();
        let networks = self.all_network_bits() * register;
        Area {
            pes: SquareMicrons(pes),
            scratchpads: SquareMicrons(scratchpads),
            global_buffer: SquareMicrons(global_buffer),
            networks: SquareMicrons(networks),
            total: SquareMicrons(pes + scratchpads + global_buffer + networks),
        }
    }

    pub(super) fn leakage(&self, scratchpads: &PerOperand<Sram>, partitions: &[Sram]) -> f64 {
        let mut register_bits = self.pipeline_bits() + self.all_network_bits();
        let mut leakage = macs(self.accelerator) * self.mac(Technology::mac_leakage);
        for operand in Operand::ALL {
            let (copies, bits) = self.copies(operand);
            leakage += copies * scratchpads[operand].leakage;
            register_bits += bits;
        }
        leakage += partitions
            .iter()
            .map(|partition| partition.leakage)
            .sum::<f64>();
        leakage + register_bits * self.technology.register_leakage()
    }

    /// The side of a PE with its share of the networks, in millimetres.
    pub(super) fn pitch(&self, area: &Area) -> f64 {
        let array = area.pes + area.scratchpads + area.networks;
        (array.0 / pes(self.accelerator)).sqrt() / 1000.0
    }

    fn topology(&self, operand: Operand) -> Topology {
        let networks = &self.accelerator.networks;
        match operand {
            Operand::Input => networks.input.topology,
            Operand::Weight => networks.weight.topology,
            Operand::Output => networks.psum_out.topology,
        }
    }

    pub(super) fn send(&self, operand: Operand, pitch: f64) -> f64 {
        let sides = f64::from(self.accelerator.array.rows) + f64::from(self.accelerator.array.cols);
        let pitches = match self.topology(operand) {
            // The bus along one side and the row's or column's bus along the other.
            Topology::Multicast => sides,
            // To a port in the middle of an edge, or the root of a tree in the middle of the array.
            Topology::Systolic | Topology::Tree | Topology::Mesh => sides / 4.0,
        };
        self.bits(operand) * self.technology.wire() * pitch * pitches
    }

    pub(super) fn receive(&self, operand: Operand, pitch: f64) -> f64 {
        match self.topology(operand) {
            Topology::Multicast => self.bits(operand) * self.technology.register(),
            Topology::Systolic | Topology::Tree | Topology::Mesh => self.hop(operand, pitch),
        }
    }

    pub(super) fn hop(&self, operand: Operand, pitch: f64) -> f64 {
        self.bits(operand) * (self.technology.register() + self.technology.wire() * pitch)
    }
}

fn pes(accelerator: &Accelerator) -> f64 {
    f64::from(accelerator.array.rows) * f64::from(accelerator.array.cols)
}

pub(super) fn macs(accelerator: &Accelerator) -> f64 {
    pes(accelerator) * f64::from(accelerator.array.lanes)
}
