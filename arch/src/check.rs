//! What values a machine can have.
//!
//! The limits are far beyond any chip; they keep every product of counts that the simulator forms
//! inside 64 bits.

use std::fmt::Display;

use crate::accelerator::{Accelerator, Partition, RunLength};
use crate::config::Number;
use crate::declaration::{At, Node};
use crate::decoupled::Decoupled;
use crate::error::{ArchError, Problem};
use crate::operand::Operand;
use crate::units::Kilohertz;
use limits::Limits;

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
    pub(crate) const CACHE_BYTES: Limits = 0..=1 << 40;
    pub(crate) const BANKS: Limits = 1..=128;
    pub(crate) const BANK_BITS: Limits = 1..=1 << 16;
    pub(crate) const KILOHERTZ: Limits = 1..=100_000_000;
    pub(crate) const WORD_BITS: Limits = 1..=64;
    pub(crate) const DRAM_WORD_BITS: Limits = 1..=4096;
    pub(crate) const BUS_BITS: Limits = 8..=4096;
    /// Ten-thousandths.
    pub(crate) const SHARE: Limits = 0..=10_000;
    pub(crate) const RUN_BITS: Limits = 1..=16;
    pub(crate) const PAIRS: Limits = 1..=64;
    /// What our own tables of costs reach.
    pub(crate) const PRICED_NM: Limits = 7..=130;
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
        self.collect_dataflows(problems);
        <Self as Node>::check(self, &At::ROOT, problems);
        self.collect_macs(problems);
        if let Some((field, found, allowed)) = self.sequencer.problem() {
            problems.add(format!("sequencer.{field}"), format!("`{found}`"), allowed);
        }
        if let Some(decoupled) = &self.decoupled {
            self.collect_decoupled(decoupled, problems);
        }
        self.collect_packing(problems);
    }

    fn collect_packing(&self, problems: &mut Collector) {
        let Some(packing) = self.dram.run_length else {
            return;
        };
        let precision = &self.precision;
        let widest = precision
            .input
            .0
            .max(precision.weight.0)
            .max(precision.output.0);
        let needed = u64::from(packing.pairs) * u64::from(packing.run_bits.saturating_add(widest));
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

    fn collect_decoupled(&self, decoupled: &Decoupled, problems: &mut Collector) {
        if decoupled.epilogue.len() > limits::STEPS {
            problems.add(
                "decoupled.epilogue",
                format!("{} steps", decoupled.epilogue.len()),
                format!("at most {} steps", limits::STEPS),
            );
        }
        let bits = decoupled.memory.bus.0;
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

    fn collect_macs(&self, problems: &mut Collector) {
        let sides = [self.array.rows, self.array.cols, self.array.lanes].map(u64::from);
        if sides.iter().all(|side| limits::SIDE.contains(side)) {
            let macs = sides.iter().product();
            problems.within("array (rows x cols x lanes)", macs, &limits::MACS);
        }
    }
}

/// Gathers what is wrong; a value that cannot be kept is replaced so that the others are still
/// looked at, and the replacement is never seen because the result is an error.
#[derive(Default)]
pub(crate) struct Collector(Vec<Problem>);

impl Collector {
    pub(crate) fn add(
        &mut self,
        path: impl Display,
        found: impl Into<String>,
        allowed: impl AsRef<str>,
    ) {
        let problem = Problem {
            path: path.to_string(),
            found: found.into(),
            allowed: allowed.as_ref().to_owned(),
            sets: Vec::new(),
        };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn within(&mut self, path: impl Display, found: u64, limits: &Limits) {
        if !limits.contains(&found) {
            self.outside(path, found, limits);
        }
    }

    fn outside(&mut self, path: impl Display, found: impl Display, limits: &Limits) {
        self.add(
            path,
            found.to_string(),
            format!("{} to {}", limits.start(), limits.end()),
        );
    }

    /// The count as 32 bits.
    pub(crate) fn narrow(&mut self, path: impl Display, count: u64, limits: &Limits) -> u32 {
        u32::try_from(count).unwrap_or_else(|_| {
            self.outside(path, count, limits);
            u32::try_from((*limits.start()).max(1)).unwrap_or(1)
        })
    }

    /// A share in ten-thousandths.
    pub(crate) fn share(&mut self, path: impl Display, Number(share): Number) -> u16 {
        if (0.0..=1.0).contains(&share) {
            return (share * 1e4).round() as u16;
        }
        self.add(path, share.to_string(), "a share of words between 0 and 1");
        0
    }

    pub(crate) fn kilohertz(&mut self, path: impl Display, Number(megahertz): Number) -> Kilohertz {
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

    /// KiB in bytes.
    pub(crate) fn bytes(
        &mut self,
        path: impl Display,
        Number(kib): Number,
        limits: &Limits,
    ) -> u64 {
        let bytes = kib * 1024.0;
        if bytes.fract() == 0.0 && in_range(bytes, limits) {
            return bytes as u64;
        }
        let least = match limits.start() {
            0 => "not negative",
            _ => "more than 0",
        };
        self.add(
            path,
            kib.to_string(),
            format!(
                "a whole number of bytes, {least} and at most {} KiB",
                limits.end() / 1024
            ),
        );
        *limits.start()
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

fn in_range(value: f64, limits: &Limits) -> bool {
    (*limits.start() as f64..=*limits.end() as f64).contains(&value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::Constants;

    #[test]
    fn nodes_of_the_reference_are_those_that_are_priced() {
        assert_eq!(Constants::default().nodes(), limits::PRICED_NM);
    }
}
