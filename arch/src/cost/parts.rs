//! What the parts of a machine cost, from its fields and its technology node.

use super::scratchpad::scratchpad;
use super::sram::{GREATEST_BYTES, Sram};
use super::technology::Technology;
use super::{AccessEnergy, Area, PerPart};
use crate::accelerator::{Accelerator, DramKind, Network, Partition, Topology};
use crate::error::ArchError;
use crate::operand::{Operand, PerOperand};
use crate::units::SquareMicrons;

/// A machine at its technology node, while its cost is worked out.
pub(super) struct Parts<'a> {
    pub(super) accelerator: &'a Accelerator,
    pub(super) technology: Technology<'a>,
    pub(super) scratchpads: PerOperand<Sram>,
    pub(super) partitions: Vec<Sram>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(accelerator: &'a Accelerator) -> Result<Self, ArchError> {
        let technology = Technology::of(accelerator.technology, accelerator.cost.all())?;
        let scratchpads = PerOperand::from_fn(|operand| {
            let words = accelerator.scratchpads[operand].words as f64;
            scratchpad(technology, words, bits(accelerator, operand))
        });
        let partitions = accelerator.global_buffer.partitions.iter().enumerate();
        let partitions = partitions.map(|(index, partition)| {
            if partition.bytes > GREATEST_BYTES {
                return Err(ArchError::NoCost {
                    path: format!("global_buffer.partitions.{index}.kib"),
                    found: (partition.bytes as f64 / 1024.0).to_string(),
                    allowed: format!("up to {} KiB", GREATEST_BYTES >> 10),
                });
            }
            let bytes = partition.bytes as f64;
            Ok(match partition.banks {
                Some(banks) => Sram::banked(technology, bytes, banks),
                None => Sram::of(technology, bytes, line_bits(accelerator, partition)),
            })
        });
        let mut partitions = partitions.collect::<Result<Vec<_>, _>>()?;
        if let Some(decoupled) = &accelerator.decoupled {
            // The micro-op buffer reads one 32-bit micro-op a cycle.
            partitions.push(Sram::of(technology, decoupled.micro_op_bytes as f64, 32.0));
        }
        Ok(Self {
            accelerator,
            technology,
            scratchpads,
            partitions,
        })
    }

    fn bits(&self, operand: Operand) -> f64 {
        bits(self.accelerator, operand)
    }

    pub(super) fn mac(&self, of: fn(Technology<'a>, f64, f64, f64) -> f64) -> f64 {
        let [input, weight, sum] = Operand::ALL.map(|operand| self.bits(operand));
        of(self.technology, input, weight, sum)
    }

    /// A word's read and write in an SRAM that holds it.
    pub(super) fn access(&self, operand: Operand, sram: &Sram) -> AccessEnergy {
        let bits = self.bits(operand);
        AccessEnergy {
            read: bits * sram.read,
            write: bits * sram.write,
        }
    }

    /// The partition that holds an operand.
    pub(super) fn partition(&self, operand: Operand) -> &Sram {
        let partitions = &self.accelerator.global_buffer.partitions;
        let holder = partitions
            .iter()
            .position(|partition| partition.operands.contains(&operand))
            .expect("a checked accelerator has each operand in one partition");
        &self.partitions[holder]
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

    /// Registers of the digital side of the DRAM interface, in bits: a queue each way that covers
    /// the link's latency, or a burst of each bank.
    fn interface_bits(&self) -> f64 {
        let dram = &self.accelerator.dram;
        let one_way = match &dram.kind {
            DramKind::Ideal => f64::from(dram.word.0),
            DramKind::Bandwidth {
                words_per_cycle,
                latency,
            } => {
                let words = f64::from(*words_per_cycle) * (1.0 + f64::from(*latency));
                words * f64::from(dram.word.0)
            }
            DramKind::Standard(standard) => {
                let bursts = f64::from(standard.organization().banks());
                bursts * 8.0 * standard.organization().burst_bytes() as f64
            }
        };
        2.0 * one_way
    }

    /// Copies of a scratchpad in all PEs.
    fn copies(&self, operand: Operand) -> f64 {
        let is_double = self.accelerator.scratchpads[operand].double_buffered;
        pes(self.accelerator) * if is_double { 2.0 } else { 1.0 }
    }

    fn sum(&self, logic: f64, register: f64, of: fn(&Sram) -> f64) -> PerPart<f64> {
        let pads =
            Operand::ALL.map(|operand| self.copies(operand) * of(&self.scratchpads[operand]));
        PerPart {
            pes: macs(self.accelerator) * logic + self.pipeline_bits() * register,
            scratchpads: pads.iter().sum(),
            networks: self.all_network_bits() * register,
            global_buffer: self.partitions.iter().map(of).sum(),
            dram_interface: self.interface_bits() * register,
        }
    }

    pub(super) fn area(&self) -> Area {
        let logic = self.mac(Technology::mac_area);
        let register = self.technology.register_area();
        let parts = self.sum(logic, register, |sram| sram.area);
        Area {
            pes: SquareMicrons(parts.pes),
            scratchpads: SquareMicrons(parts.scratchpads),
            global_buffer: SquareMicrons(parts.global_buffer),
            networks: SquareMicrons(parts.networks),
            dram_interface: SquareMicrons(parts.dram_interface),
            total: SquareMicrons(parts.total()),
        }
    }

    /// In mW.
    pub(super) fn leakage(&self) -> PerPart<f64> {
        let logic = self.mac(Technology::mac_leakage);
        let register = self.technology.register_leakage();
        self.sum(logic, register, |sram| sram.leakage)
    }

    /// Of one PE in one cycle, in pJ: the array's placed area at the clock's energy. Buffer and
    /// interface are clocked with their accesses, whose energy holds it.
    pub(super) fn clock_tree(&self, area: &Area) -> PerPart<f64> {
        let clock = |area: SquareMicrons| self.technology.clock() * area.0 / pes(self.accelerator);
        PerPart {
            pes: clock(area.pes),
            scratchpads: clock(area.scratchpads),
            networks: clock(area.networks),
            global_buffer: 0.0,
            dram_interface: 0.0,
        }
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

    /// A FIFO's write and read of a word.
    fn fifo(&self, operand: Operand) -> f64 {
        2.0 * self.bits(operand) * self.technology.register()
    }

    /// A FIFO at the buffer's end, and the wires that all PEs share.
    pub(super) fn send(&self, operand: Operand, pitch: f64) -> f64 {
        let sides = f64::from(self.accelerator.array.rows) + f64::from(self.accelerator.array.cols);
        let pitches = match self.topology(operand) {
            // The bus along one side and the row's or column's bus along the other.
            Topology::Multicast => sides,
            // To a port in the middle of an edge, or the root of a tree in the middle of the array.
            Topology::Systolic | Topology::Tree | Topology::Mesh => sides / 4.0,
        };
        self.fifo(operand) + self.bits(operand) * self.technology.wire() * pitch * pitches
    }

    pub(super) fn receive(&self, operand: Operand, pitch: f64) -> f64 {
        match self.topology(operand) {
            Topology::Multicast => self.fifo(operand),
            Topology::Systolic | Topology::Tree | Topology::Mesh => self.hop(operand, pitch),
        }
    }

    /// To the neighbour's register.
    pub(super) fn hop(&self, operand: Operand, pitch: f64) -> f64 {
        self.fifo(operand) + self.bits(operand) * self.technology.wire() * pitch
    }
}

/// Bits that a partition without banks reads or writes at a time: the widest of its operands' networks, so that
/// one line a cycle feeds it, and banks lie side by side only for capacity.
fn line_bits(accelerator: &Accelerator, partition: &Partition) -> f64 {
    let networks = &accelerator.networks;
    let words = |operand| match operand {
        Operand::Input => networks.input.words_per_cycle,
        Operand::Weight => networks.weight.words_per_cycle,
        Operand::Output => {
            let (read, written) = (networks.psum_in, networks.psum_out);
            read.words_per_cycle.max(written.words_per_cycle)
        }
    };
    let operands = partition.operands.iter();
    operands
        .map(|&operand| f64::from(words(operand)) * bits(accelerator, operand))
        .fold(0.0, f64::max)
}

pub(super) fn bits(accelerator: &Accelerator, operand: Operand) -> f64 {
    let precision = &accelerator.precision;
    f64::from(match operand {
        Operand::Input => precision.input.0,
        Operand::Weight => precision.weight.0,
        Operand::Output => precision.partial_sum.0,
    })
}

pub(super) fn pes(accelerator: &Accelerator) -> f64 {
    f64::from(accelerator.array.rows) * f64::from(accelerator.array.cols)
}

pub(super) fn macs(accelerator: &Accelerator) -> f64 {
    pes(accelerator) * f64::from(accelerator.array.lanes)
}
