//! What machines there are: what hangs on several fields. The limits of single ones stand where they are
//! declared.

use std::borrow::Cow;

use stationary_document::visible;

use crate::accelerator::{Accelerator, Partition, RunLength};
use crate::collector::Collector;
use crate::declaration::{At, Node};
use crate::decoupled::Decoupled;
use crate::error::ArchError;
use crate::limits;
use crate::operand::Operand;

/// The short names of the bundled dataflows: weight-, output-, row- and input-stationary.
pub const DATAFLOWS: [&str; 4] = ["ws", "os", "rs", "is"];

impl Accelerator {
    /// Checks an accelerator that was made or changed in code, as its file would be checked.
    ///
    /// # Errors
    /// [`ArchError::Invalid`] with all faults, under the accelerator's name.
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
        if let Cow::Owned(shown) = visible(&self.name) {
            problems.add(
                "name",
                format!("`{shown}`"),
                "a name without hidden characters",
            );
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constants::Constants;

    #[test]
    fn nodes_of_the_reference_are_those_that_are_priced() {
        assert_eq!(Constants::default().nodes(), limits::PRICED_NM);
    }
}
