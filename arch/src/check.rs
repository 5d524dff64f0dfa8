//! What values a machine can have.
//!
//! The limits are far beyond any chip; they keep every product of counts that the simulator forms
//! inside 64 bits.

use std::fmt::Display;
use std::ops::RangeInclusive;

use crate::accelerator::{Accelerator, DramKind, Partition, RunLength};
use crate::banks::Banks;
use crate::config::{Count, Number};
use crate::decoupled::Decoupled;
use crate::error::{ArchError, Problem};
use crate::operand::Operand;
use crate::units::Kilohertz;

/// The short names of the dataflows: weight-, output-, row- and input-stationary.
pub const DATAFLOWS: [&str; 4] = ["ws", "os", "rs", "is"];

pub(crate) mod limits {
    use std::ops::RangeInclusive;

    pub(crate) type Limits = RangeInclusive<u64>;
    pub(crate) const SIDE: Limits = 1..=65_536;
    pub(crate) const MACS: Limits = 1..=1 << 26;
    pub(crate) const MAC_LATENCY: Limits = 0..=1024;
    pub(crate) const SCRATCHPAD_WORDS: Limits = 1..=1 << 24;
    pub(crate) const WIDTH: Limits = 1..=1 << 20;
    pub(crate) const LATENCY: Limits = 0..=1 << 20;
    pub(crate) const FIFO: Limits = 1..=1 << 20;
    /// A PE without a FIFO takes a word where it is used.
    pub(crate) const FIFO_WORDS: Limits = 0..=1 << 20;
    pub(crate) const BUFFER_BYTES: Limits = 1..=1 << 40;
    pub(crate) const BANKS: Limits = 1..=128;
    pub(crate) const BANK_BITS: Limits = 1..=1 << 16;
    pub(crate) const KILOHERTZ: Limits = 1..=100_000_000;
    pub(crate) const WORD_BITS: Limits = 1..=64;
    pub(crate) const DRAM_WORD_BITS: Limits = 1..=4096;
    pub(crate) const RUN_BITS: Limits = 1..=16;
    pub(crate) const PAIRS: Limits = 1..=64;
    /// What any table could reach; other tools' files need no costs in every answer.
    pub(crate) const TECHNOLOGY_NM: Limits = 1..=1000;
    /// Steps of the ALU on each sum.
    pub(crate) const STEPS: usize = 12;
}

impl Accelerator {
    /// Checks a machine that was changed after it was read.
    ///
    /// # Errors
    /// Everything that is wrong, under the accelerator's name.
    ///
    /// ```
    /// use stationary_arch::Accelerator;
    ///
    /// let mut machine = Accelerator::preset("systolic", &[])?;
    /// machine.array.rows = 0;
    /// let message = machine.check().unwrap_err().to_string();
    /// assert_eq!(message, "systolic: array.rows: found 0; allowed: 1 to 65536");
    /// # Ok::<(), stationary_arch::ArchError>(())
    /// ```
    pub fn check(&self) -> Result<(), ArchError> {
        let mut problems = Collector::default();
        self.collect(&mut problems);
        problems.into_result(&self.name)
    }

    pub(crate) fn collect(&self, problems: &mut Collector) {
        if self.name.trim().is_empty() {
            problems.add("name", "an empty name", "a name");
        }
        let nanometres = u64::from(self.technology.0);
        if !limits::TECHNOLOGY_NM.contains(&nanometres) {
            problems.outside("technology_nm", nanometres, &self.cost.nodes());
        }
        problems.within("clock_mhz (in kHz)", self.clock.0, limits::KILOHERTZ);
        self.collect_dataflows(problems);
        self.collect_array(problems);
        self.collect_networks(problems);
        if let Some(stripe) = self.sequencer.stripe {
            problems.within("sequencer.stripe", stripe.into(), limits::SIDE);
        }
        if let Some((field, found, allowed)) = self.sequencer.problem() {
            problems.add(format!("sequencer.{field}"), format!("`{found}`"), allowed);
        }
        self.collect_buffer(problems);
        if let Some(decoupled) = &self.decoupled {
            self.collect_decoupled(decoupled, problems);
        }
        problems.within(
            "dram.clock_mhz (in kHz)",
            self.dram.clock.0,
            limits::KILOHERTZ,
        );
        problems.within(
            "dram.word_bits",
            self.dram.word.0.into(),
            limits::DRAM_WORD_BITS,
        );
        if let DramKind::Bandwidth {
            words_per_cycle,
            latency,
        } = self.dram.kind
        {
            problems.within(
                "dram.words_per_cycle",
                words_per_cycle.into(),
                limits::WIDTH,
            );
            problems.within("dram.latency", latency.into(), limits::LATENCY);
        }
        if let Some(packing) = self.dram.run_length {
            for (field, value, limits) in [
                ("run_bits", packing.run_bits, limits::RUN_BITS),
                ("pairs", packing.pairs, limits::PAIRS),
                ("word_bits", packing.word.0, limits::DRAM_WORD_BITS),
            ] {
                problems.within(&format!("dram.run_length.{field}"), value.into(), limits);
            }
            let precision = &self.precision;
            let widest = precision
                .input
                .0
                .max(precision.weight.0)
                .max(precision.output.0);
            let needed =
                u64::from(packing.pairs) * u64::from(packing.run_bits.saturating_add(widest));
            if needed > packing.word.0.into() {
                let RunLength {
                    run_bits,
                    pairs,
                    word,
                } = packing;
                problems.add(
                    "dram.run_length",
                    format!(
                        "{pairs} pairs of {run_bits} and {widest} bits in {}",
                        word.0
                    ),
                    "as many pairs of a run and a value as a word has room for",
                );
            }
        }
        self.collect_zeros(problems);
        for (field, bits) in [
            ("input", self.precision.input),
            ("weight", self.precision.weight),
            ("output", self.precision.output),
            ("partial_sum", self.precision.partial_sum),
        ] {
            problems.within(
                &format!("precision.{field}"),
                bits.0.into(),
                limits::WORD_BITS,
            );
        }
    }

    fn collect_decoupled(&self, decoupled: &Decoupled, problems: &mut Collector) {
        let (gemm, alu, memory) = (decoupled.gemm, decoupled.alu, decoupled.memory);
        for (field, value, limits) in [
            ("queue", decoupled.queue, limits::FIFO),
            ("sync", decoupled.sync, limits::FIFO),
            ("fetch", decoupled.fetch, limits::FIFO),
            ("gemm.interval", gemm.interval, limits::FIFO),
            ("gemm.latency", gemm.latency, limits::LATENCY),
            ("gemm.loop_overhead", gemm.loop_overhead, limits::LATENCY),
            ("alu.immediate", alu.immediate, limits::FIFO),
            ("alu.tensor", alu.tensor, limits::FIFO),
            ("alu.latency", alu.latency, limits::LATENCY),
            ("alu.loop_overhead", alu.loop_overhead, limits::LATENCY),
            ("memory.bus_bits", memory.bus.0, limits::DRAM_WORD_BITS),
            ("memory.burst_beats", memory.burst_beats, limits::FIFO),
            ("memory.outstanding", memory.outstanding, limits::FIFO),
            ("memory.request", memory.request, limits::LATENCY),
            ("memory.zero_cycles", memory.zero_cycles, limits::LATENCY),
            ("memory.store_gap", memory.store_gap, limits::LATENCY),
        ] {
            problems.within(&format!("decoupled.{field}"), value.into(), limits);
        }
        problems.within(
            "decoupled.micro_op_kib (in bytes)",
            decoupled.micro_op_bytes,
            limits::BUFFER_BYTES,
        );
        if decoupled.epilogue.len() > limits::STEPS {
            problems.add(
                "decoupled.epilogue",
                format!("{} steps", decoupled.epilogue.len()),
                format!("at most {} steps", limits::STEPS),
            );
        }
        let bits = memory.bus.0;
        if bits < 8 || !bits.is_power_of_two() {
            problems.add(
                "decoupled.memory.bus_bits",
                bits.to_string(),
                "a power of two, at least 8",
            );
        }
        for operand in Operand::ALL {
            let of = |partition: &&Partition| partition.operands.contains(&operand);
            let holder = self.global_buffer.partitions.iter().find(of);
            if holder.is_some_and(|holder| holder.operands.len() > 1) {
                problems.add(
                    "global_buffer.partitions",
                    format!("`{operand}` beside another operand"),
                    "a partition for each operand, since instructions control the machine",
                );
            }
        }
    }

    fn collect_zeros(&self, problems: &mut Collector) {
        for operand in Operand::ALL {
            let share = f64::from(self.zeros[operand]) / 1e4;
            problems.share(&format!("zeros.{operand}"), Some(Number(share)));
        }
    }

    fn collect_dataflows(&self, problems: &mut Collector) {
        let allowed = DATAFLOWS.join(", ");
        if self.decoupled.is_some() && !self.dataflows.is_empty() {
            problems.add(
                "dataflows",
                self.dataflows.join(", "),
                "none, since instructions control the machine (`decoupled`)",
            );
        }
        if self.decoupled.is_none() && self.dataflows.is_empty() {
            problems.add(
                "dataflows",
                "an empty list",
                format!("at least one of {allowed}"),
            );
        }
        for (index, name) in self.dataflows.iter().enumerate() {
            let path = format!("dataflows.{index}");
            if !DATAFLOWS.contains(&name.as_str()) {
                problems.add(path, format!("`{name}`"), &allowed);
            } else if self.dataflows[..index].contains(name) {
                problems.add(path, format!("`{name}` again"), "each dataflow once");
            }
        }
    }

    fn collect_array(&self, problems: &mut Collector) {
        let array = self.array;
        let sides = [
            ("rows", array.rows),
            ("cols", array.cols),
            ("lanes", array.lanes),
        ];
        for (field, side) in sides {
            problems.within(&format!("array.{field}"), side.into(), limits::SIDE);
        }
        if sides
            .iter()
            .all(|&(_, side)| limits::SIDE.contains(&side.into()))
        {
            let macs = sides.iter().map(|&(_, side)| u64::from(side)).product();
            problems.within("array (rows x cols x lanes)", macs, limits::MACS);
        }
        for (field, value, limits) in [
            ("mac_latency", array.mac_latency, limits::MAC_LATENCY),
            ("psum_hop", array.psum_hop, limits::MAC_LATENCY),
            ("pass_overhead", array.pass_overhead, limits::LATENCY),
            ("corner_overhead", array.corner_overhead, limits::LATENCY),
        ] {
            problems.within(&format!("array.{field}"), value.into(), limits);
        }
        for operand in Operand::ALL {
            let path = format!("scratchpads.{operand}.words");
            problems.within(
                &path,
                self.scratchpads[operand].words,
                limits::SCRATCHPAD_WORDS,
            );
        }
    }

    fn collect_networks(&self, problems: &mut Collector) {
        for (name, network) in [
            ("input", self.networks.input),
            ("weight", self.networks.weight),
            ("psum_in", self.networks.psum_in),
            ("psum_out", self.networks.psum_out),
        ] {
            for (field, value, limits) in [
                ("words_per_cycle", network.words_per_cycle, limits::WIDTH),
                ("latency", network.latency, limits::LATENCY),
                ("fifo_words", network.fifo_words, limits::FIFO_WORDS),
            ] {
                problems.within(&format!("networks.{name}.{field}"), value.into(), limits);
            }
        }
    }

    fn collect_buffer(&self, problems: &mut Collector) {
        let atom = self.global_buffer.channel_atom;
        problems.within("global_buffer.channel_atom", atom.into(), limits::SIDE);
        if let Some(delivery) = self.global_buffer.delivery {
            let width = delivery.words_per_cycle;
            for (field, value, limits) in [
                ("words", delivery.words, limits::SCRATCHPAD_WORDS),
                ("words_per_cycle", width.into(), limits::WIDTH),
                ("latency", delivery.latency.into(), limits::LATENCY),
            ] {
                problems.within(&format!("global_buffer.delivery.{field}"), value, limits);
            }
        }
        let partitions = &self.global_buffer.partitions;
        for (index, partition) in partitions.iter().enumerate() {
            let path = format!("global_buffer.partitions.{index}");
            problems.within(
                &format!("{path}.kib (in bytes)"),
                partition.bytes,
                limits::BUFFER_BYTES,
            );
            if let Some(banks) = partition.banks {
                collect_banks(&path, partition.bytes, banks, problems);
            }
            if partition.operands.is_empty() {
                let path = format!("{path}.operands");
                problems.add(
                    path,
                    "an empty list",
                    "at least one of input, weight, output",
                );
            }
        }
        for operand in Operand::ALL {
            let holders = partitions
                .iter()
                .flat_map(|partition| &partition.operands)
                .filter(|&&held| held == operand)
                .count();
            if holders != 1 {
                problems.add(
                    "global_buffer.partitions",
                    format!("`{operand}` {holders} times"),
                    "each of input, weight and output in exactly one partition",
                );
            }
        }
    }
}

fn collect_banks(path: &str, bytes: u64, banks: Banks, problems: &mut Collector) {
    let (count, width) = (u64::from(banks.count), u64::from(banks.width.0));
    problems.within(&format!("{path}.banks.count"), count, limits::BANKS);
    problems.within(&format!("{path}.banks.bits"), width, limits::BANK_BITS);
    let row = count * width;
    let is_whole =
        row > 0 && bytes <= *limits::BUFFER_BYTES.end() && (8 * bytes).is_multiple_of(row);
    if row > 0 && !is_whole {
        problems.add(
            format!("{path}.banks"),
            format!("{count} banks of {width} bits in {bytes} bytes"),
            "as many whole rows in each bank",
        );
    }
}

/// Gathers what is wrong; a value that cannot be kept is replaced so that the others are still
/// looked at, and the replacement is never seen because the result is an error.
#[derive(Default)]
pub(crate) struct Collector(Vec<Problem>);

impl Collector {
    pub(crate) fn add(
        &mut self,
        path: impl Into<String>,
        found: impl Into<String>,
        allowed: impl AsRef<str>,
    ) {
        let problem = Problem {
            path: path.into(),
            found: found.into(),
            allowed: allowed.as_ref().to_owned(),
            sets: Vec::new(),
        };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    pub(crate) fn within(&mut self, path: &str, found: u64, limits: RangeInclusive<u64>) {
        if !limits.contains(&found) {
            self.outside(path, found, &limits);
        }
    }

    fn outside(&mut self, path: &str, found: impl Display, limits: &RangeInclusive<u64>) {
        self.add(
            path,
            found.to_string(),
            format!("{} to {}", limits.start(), limits.end()),
        );
    }

    /// The count as 32 bits, or `default` where there is none.
    pub(crate) fn narrow(
        &mut self,
        path: &str,
        count: Option<Count>,
        default: u32,
        limits: RangeInclusive<u64>,
    ) -> u32 {
        let Some(Count(value)) = count else {
            return default;
        };
        u32::try_from(value).unwrap_or_else(|_| {
            self.outside(path, value, &limits);
            u32::try_from((*limits.start()).max(1)).unwrap_or(1)
        })
    }

    /// A share in ten-thousandths; none is nothing.
    pub(crate) fn share(&mut self, path: &str, share: Option<Number>) -> u16 {
        let share = share.map_or(0.0, |Number(share)| share);
        if (0.0..=1.0).contains(&share) {
            return (share * 1e4).round() as u16;
        }
        self.add(path, share.to_string(), "a share of words between 0 and 1");
        0
    }

    pub(crate) fn kilohertz(&mut self, path: &str, Number(megahertz): Number) -> Kilohertz {
        let limits = limits::KILOHERTZ;
        let kilohertz = megahertz * 1000.0;
        // A decimal fraction of a megahertz is inexact in binary; a millionth is its rounding.
        let whole = kilohertz.round();
        if (kilohertz - whole).abs() < 1e-6 * whole.max(1.0) && in_range(whole, &limits) {
            return Kilohertz(whole as u64);
        }
        self.add(
            path,
            megahertz.to_string(),
            format!(
                "a whole number of kHz, {} to {} MHz",
                *limits.start() as f64 / 1000.0,
                limits.end() / 1000
            ),
        );
        Kilohertz(1)
    }

    pub(crate) fn bytes(&mut self, path: &str, Number(kib): Number) -> u64 {
        let limits = limits::BUFFER_BYTES;
        let bytes = kib * 1024.0;
        if bytes.fract() == 0.0 && in_range(bytes, &limits) {
            return bytes as u64;
        }
        self.add(
            path,
            kib.to_string(),
            format!(
                "a whole number of bytes, more than 0 and at most {} KiB",
                limits.end() / 1024
            ),
        );
        1
    }

    pub(crate) fn into_result(self, file: &str) -> Result<(), ArchError> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(ArchError::Invalid {
            file: file.to_owned(),
            problems: self.0,
        })
    }
}

fn in_range(value: f64, limits: &RangeInclusive<u64>) -> bool {
    (*limits.start() as f64..=*limits.end() as f64).contains(&value)
}
