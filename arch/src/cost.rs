//! What a machine costs: energy of each event, clock and leakage of each cycle, area of each part.
//!
//! ```text
//! energy = sum over events of count x energy of one
//!        + cycles x (PEs at work x clock of one + leakage)
//! area   = sum over parts of number x area of one
//! ```
//!
//! The constants and their sources are in `cost/technology.yaml` and `cost/sram.csv`; an accelerator's
//! file may give others in its section `cost`; `stationary show cost` prints them. The rules between
//! them:
//!
//! - A MAC is a multiplier of the operands' widths and an adder of the partial sum's.
//! - A scratchpad is a file of latches, above 64 words an SRAM. A buffer partition is its banks, or one
//!   SRAM with lines as wide as its networks move words a cycle; all words of a line are used.
//! - PEs are square; a word travels as many of their pitches as the topology says. A word's end is
//!   a FIFO at each PE that takes it.
//! - The clock of a PE that no part of a pass runs on is gated; that of PEs at work never is.
//! - Leakage per area of logic is the multiplier's, and scales between nodes as energy does.
//!
//! Logic takes more area than its cells by one factor, fitted to Eyeriss' core; pads, PLLs and the
//! analogue side of the DRAM interface are not priced.

mod dram;
mod parts;
mod scratchpad;
mod sram;
mod technology;

use std::iter::Sum;
use std::ops::Add;

use serde::{Deserialize, Serialize};

use crate::accelerator::{Accelerator, DramKind};
use crate::constants;
use crate::error::ArchError;
use crate::operand::{Operand, PerOperand};
use crate::units::{Bits, Cycles, Kilohertz, Milliwatts, Picojoules, SquareMicrons};
use parts::{Parts, bits, macs, pes};
use technology::Technology;

/// The constants of the cost model with their sources, as YAML; of the SRAM table only the source.
///
/// ```
/// assert!(stationary_arch::cost_constants().contains("picojoules_per_bit"));
/// ```
#[must_use]
pub fn cost_constants() -> String {
    let comments = include_str!("cost/sram.csv")
        .lines()
        .take_while(|line| line.starts_with('#'));
    let sram: Vec<&str> = comments.collect();
    format!("{}\n{}\n", constants::YAML, sram.join("\n"))
}

/// The cost model of one machine: the energy of each event, leakage, clock, and the area of each part.
#[derive(Clone, Debug, PartialEq)]
pub struct CostModel {
    mac: f64,
    scratchpads: PerOperand<AccessEnergy>,
    buffers: PerOperand<AccessEnergy>,
    sends: PerOperand<f64>,
    receives: PerOperand<f64>,
    psum_hop: f64,
    dram_per_bit: f64,
    clock_tree: PerPart<f64>,
    leakage_milliwatts: PerPart<f64>,
    clock: Kilohertz,
    area: Area,
    caveats: Vec<String>,
}

/// The area of a chip in square microns, by part.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Area {
    /// The area of arithmetic and pipeline registers of all PEs.
    pub pes: SquareMicrons,
    /// The area of the scratchpads of all PEs.
    pub scratchpads: SquareMicrons,
    /// The area of all partitions of the global buffer.
    pub global_buffer: SquareMicrons,
    /// The area of the networks' FIFOs and pipeline registers.
    pub networks: SquareMicrons,
    /// The area of the queues of the DRAM interface, without its pads.
    pub dram_interface: SquareMicrons,
    /// The area of the chip: the sum of the other fields.
    pub total: SquareMicrons,
}

impl Area {
    /// The areas as [`PerPart`], without their sum.
    #[must_use]
    pub fn by_part(&self) -> PerPart<SquareMicrons> {
        PerPart {
            pes: self.pes,
            scratchpads: self.scratchpads,
            networks: self.networks,
            global_buffer: self.global_buffer,
            dram_interface: self.dram_interface,
        }
    }
}

/// One figure for each part of a chip, such as an area or an energy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PerPart<T> {
    /// The figure of arithmetic and pipeline registers of all PEs.
    pub pes: T,
    /// The figure of the scratchpads of all PEs.
    pub scratchpads: T,
    /// The figure of the networks' FIFOs and pipeline registers.
    pub networks: T,
    /// The figure of the global buffer.
    pub global_buffer: T,
    /// The figure of the queues of the DRAM interface.
    pub dram_interface: T,
}

impl<T> PerPart<T> {
    /// Applies a function to the figure of each part.
    pub fn map<U>(self, f: impl Fn(T) -> U) -> PerPart<U> {
        PerPart {
            pes: f(self.pes),
            scratchpads: f(self.scratchpads),
            networks: f(self.networks),
            global_buffer: f(self.global_buffer),
            dram_interface: f(self.dram_interface),
        }
    }
}

impl<T: Add<Output = T>> Add for PerPart<T> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            pes: self.pes + other.pes,
            scratchpads: self.scratchpads + other.scratchpads,
            networks: self.networks + other.networks,
            global_buffer: self.global_buffer + other.global_buffer,
            dram_interface: self.dram_interface + other.dram_interface,
        }
    }
}

impl<T: Sum> PerPart<T> {
    /// The sum of the figures of all parts.
    pub fn total(self) -> T {
        [
            self.pes,
            self.scratchpads,
            self.networks,
            self.global_buffer,
            self.dram_interface,
        ]
        .into_iter()
        .sum()
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct AccessEnergy {
    read: f64,
    write: f64,
}

impl CostModel {
    /// The cost model of an accelerator, which is checked. DRAM takes the energy of its standard's family;
    /// where its kind is `ideal` or `bandwidth`, that of Eyeriss' DRAM system (28.75 pJ a bit).
    ///
    /// ```
    /// use stationary_arch::{Accelerator, CostModel, Operand};
    ///
    /// let eyeriss = CostModel::of(&Accelerator::preset("eyeriss", &[])?)?;
    /// assert!((eyeriss.mac().0 - 2.0).abs() < 1e-9);
    /// assert!(eyeriss.buffer_read(Operand::Input).0 > 4.0 * eyeriss.mac().0);
    /// # Ok::<(), stationary_arch::ArchError>(())
    /// ```
    ///
    /// # Errors
    /// [`ArchError::NoCost`] for a technology outside 7 to 130 nm or a partition of the buffer above 256 MiB,
    /// and the errors of [`Accelerator::check`].
    pub fn of(accelerator: &Accelerator) -> Result<Self, ArchError> {
        let parts = Parts::of(accelerator)?;
        accelerator.check()?;
        let technology = parts.technology;
        let mut caveats = technology.caveats();
        let interfaces = &technology.constants().dram;
        let (dram_per_bit, caveat) = dram::energy(interfaces, &accelerator.dram.kind);
        caveats.extend(caveat);
        let area = parts.area();
        let pitch = parts.pitch(&area);
        Ok(Self {
            mac: parts.mac(Technology::mac),
            scratchpads: PerOperand::from_fn(|operand| {
                parts.access(operand, &parts.scratchpads[operand])
            }),
            buffers: PerOperand::from_fn(|operand| parts.access(operand, parts.partition(operand))),
            sends: PerOperand::from_fn(|operand| parts.send(operand, pitch)),
            receives: PerOperand::from_fn(|operand| parts.receive(operand, pitch)),
            psum_hop: parts.hop(Operand::Output, pitch),
            dram_per_bit,
            clock_tree: parts.clock_tree(&area),
            leakage_milliwatts: parts.leakage(),
            clock: accelerator.clock,
            area,
            caveats,
        })
    }

    /// Warnings about figures that rest on no measurement near them: technology nodes that are extrapolated or
    /// cross from planar transistors to FinFETs, and DRAM standards without a published energy.
    #[must_use]
    pub fn caveats(&self) -> &[String] {
        &self.caveats
    }

    /// Energy of one multiply-accumulate.
    #[must_use]
    pub fn mac(&self) -> Picojoules {
        Picojoules(self.mac)
    }

    /// Energy of a read or write of a word in a scratchpad, where counters do not tell them apart: the mean of
    /// both.
    #[must_use]
    pub fn scratchpad(&self, operand: Operand) -> Picojoules {
        (self.scratchpad_read(operand) + self.scratchpad_write(operand)) * 0.5
    }

    /// Energy of a read of a word from a PE's scratchpad.
    #[must_use]
    pub fn scratchpad_read(&self, operand: Operand) -> Picojoules {
        Picojoules(self.scratchpads[operand].read)
    }

    /// Energy of a write of a word to a PE's scratchpad.
    #[must_use]
    pub fn scratchpad_write(&self, operand: Operand) -> Picojoules {
        Picojoules(self.scratchpads[operand].write)
    }

    /// Energy of a word on the shared wires between buffer and array, once for each word however many PEs take
    /// it. For outputs: of a partial sum or result, in either direction.
    #[must_use]
    pub fn network_send(&self, operand: Operand) -> Picojoules {
        Picojoules(self.sends[operand])
    }

    /// Energy of a word's arrival at one PE: of the FIFO, and of the hop from the neighbour or the last branch
    /// of the tree where the topology has one.
    #[must_use]
    pub fn network_receive(&self, operand: Operand) -> Picojoules {
        Picojoules(self.receives[operand])
    }

    /// Energy of a partial sum's hop from one PE to the next.
    #[must_use]
    pub fn psum_hop(&self) -> Picojoules {
        Picojoules(self.psum_hop)
    }

    /// Energy of a read of a word from the global buffer; for outputs, of a partial sum.
    #[must_use]
    pub fn buffer_read(&self, operand: Operand) -> Picojoules {
        Picojoules(self.buffers[operand].read)
    }

    /// Energy of a write of a word to the global buffer; for outputs, of a partial sum.
    #[must_use]
    pub fn buffer_write(&self, operand: Operand) -> Picojoules {
        Picojoules(self.buffers[operand].write)
    }

    /// Energy of a read or write of a word of this width in DRAM.
    #[must_use]
    pub fn dram(&self, word: Bits) -> Picojoules {
        Picojoules(self.dram_per_bit * f64::from(word.0))
    }

    /// Energy of clock tree, clock pins and control in one cycle of one PE at work, its share of scratchpads
    /// and networks included; zero for parts outside the array.
    #[must_use]
    pub fn clock_per_pe(&self) -> PerPart<Picojoules> {
        self.clock_tree.map(Picojoules)
    }

    /// Energy of the whole chip's leakage in one cycle of the array's clock.
    #[must_use]
    pub fn leakage_per_cycle(&self) -> Picojoules {
        self.leakage_by_part().total()
    }

    /// Energy of leakage in one cycle of the array's clock, by part.
    #[must_use]
    pub fn leakage_by_part(&self) -> PerPart<Picojoules> {
        // 1 mW for 1 ms is 1e6 pJ.
        let cycle = 1e6 / self.clock.0 as f64;
        self.leakage_milliwatts
            .map(|power| Picojoules(power * cycle))
    }

    /// The area of the chip, by part.
    #[must_use]
    pub fn area(&self) -> Area {
        self.area
    }

    /// The mean power if `energy` is spent in `time`, in cycles of the array's clock; zero if the time is zero.
    #[must_use]
    pub fn average_power(&self, energy: Picojoules, time: Cycles) -> Milliwatts {
        if time.0 == 0 {
            return Milliwatts(0.0);
        }
        Milliwatts(energy.0 / time.0 as f64 * self.clock.0 as f64 * 1e-6)
    }

    /// The power of the chip, without DRAM, when every PE works every cycle: each MAC reads one word
    /// of each scratchpad and writes a partial sum, each PE takes or gives as many words of each
    /// network as it has lanes and hands a partial sum on, and networks, partitions and the DRAM's
    /// link move as many words as they can. A link without a limit moves none.
    #[must_use]
    pub fn peak_power(&self, accelerator: &Accelerator) -> Milliwatts {
        let lanes = f64::from(accelerator.array.lanes);
        let (pes, macs) = (pes(accelerator), macs(accelerator));
        let pads = &self.scratchpads;
        let worked =
            self.mac + pads.input.read + pads.weight.read + pads.output.read + pads.output.write;
        let networks = &accelerator.networks;
        let arrival = |operand| self.receives[operand] + pads[operand].write;
        let moved: f64 = [
            (
                Operand::Input,
                networks.input,
                self.buffers.input.read,
                arrival(Operand::Input),
            ),
            (
                Operand::Weight,
                networks.weight,
                self.buffers.weight.read,
                arrival(Operand::Weight),
            ),
            (
                Operand::Output,
                networks.psum_in,
                self.buffers.output.read,
                arrival(Operand::Output),
            ),
            (
                Operand::Output,
                networks.psum_out,
                self.buffers.output.write,
                pads.output.read,
            ),
        ]
        .into_iter()
        .map(|(operand, network, buffer, at_a_pe)| {
            let words = f64::from(network.words_per_cycle);
            words * (buffer + self.sends[operand]) + pes * words.min(lanes) * at_a_pe
        })
        .sum();
        let cycle = macs * worked + moved + pes * (self.psum_hop + self.clock_tree.total());
        let on_chip = self.average_power(Picojoules(cycle) + self.leakage_per_cycle(), Cycles(1));
        let buffer = Operand::ALL.map(|operand| {
            let AccessEnergy { read, write } = self.buffers[operand];
            read.max(write) / bits(accelerator, operand)
        });
        let link = dram_bits_per_second(accelerator).unwrap_or(0.0)
            * buffer.into_iter().fold(0.0, f64::max);
        on_chip + Milliwatts(link * 1e-9)
    }

    /// The highest power that the DRAM can draw; None for an `ideal` one, whose traffic has no limit.
    #[must_use]
    pub fn peak_dram_power(&self, accelerator: &Accelerator) -> Option<Milliwatts> {
        let bits = dram_bits_per_second(accelerator)?;
        Some(Milliwatts(self.dram_per_bit * bits * 1e-9))
    }
}

/// The most that the DRAM's link moves; an ideal one has no limit.
fn dram_bits_per_second(accelerator: &Accelerator) -> Option<f64> {
    let dram = &accelerator.dram;
    match &dram.kind {
        DramKind::Ideal => None,
        DramKind::Bandwidth {
            words_per_cycle, ..
        } => {
            let channels = if dram.duplex { 2.0 } else { 1.0 };
            let cycle = channels * f64::from(*words_per_cycle) * f64::from(dram.word.0);
            Some(cycle * dram.clock.0 as f64 * 1e3)
        }
        DramKind::Standard(standard) => {
            let cycle = 8.0 * standard.peak_bytes_per_cycle();
            Some(cycle * 1e12 / f64::from(standard.clock().0))
        }
    }
}
