//! Why the array stands still, on either kind of machine.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use stationary_arch::Operand;

/// The cause of a cycle in which the array does no work, or of a unit's wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stall {
    /// Words of this operand are on their way from (outputs: to) DRAM.
    Dram(Operand),
    /// Biases are on their way from DRAM.
    Bias,
    /// Operands of an addition are on their way from DRAM.
    Addend,
    /// Micro-ops are on their way from DRAM.
    MicroOps,
    /// The next instruction is not there yet.
    Fetch,
    /// Words of this operand are still crossing the network between buffer and array.
    Network(Operand),
    /// Words of this operand wait for a bank of the buffer that something else accesses.
    Bank(Operand),
    /// Partial sums wait for the network from the array to the buffer.
    PsumOut,
    /// Finished outputs wait for the output processor.
    Delivery,
    /// All words are sent; the first of them has not arrived yet.
    Fill,
    /// The last results are leaving the array.
    Drain,
    /// Accumulators are set to zero.
    Reset,
    /// The ALU is at work.
    Alu,
    /// An instruction begins, turns its loops or ends.
    Issue,
    /// Partial sums that are to be read have not been written yet; where instructions control the
    /// machine, the other unit waits as well, or is between two instructions.
    Dependency,
}

impl Stall {
    /// Every cause, in the order of reports.
    pub const ALL: [Stall; 21] = [
        Stall::Dram(Operand::Input),
        Stall::Dram(Operand::Weight),
        Stall::Bias,
        Stall::Addend,
        Stall::Dram(Operand::Output),
        Stall::MicroOps,
        Stall::Fetch,
        Stall::Network(Operand::Input),
        Stall::Network(Operand::Weight),
        Stall::Network(Operand::Output),
        Stall::Bank(Operand::Input),
        Stall::Bank(Operand::Weight),
        Stall::Bank(Operand::Output),
        Stall::PsumOut,
        Stall::Delivery,
        Stall::Fill,
        Stall::Drain,
        Stall::Reset,
        Stall::Alu,
        Stall::Issue,
        Stall::Dependency,
    ];

    /// The causes that a machine with a sequencer knows, in the order of reports.
    pub const OF_SEQUENCER: [Stall; 14] = [
        Stall::Dram(Operand::Input),
        Stall::Dram(Operand::Weight),
        Stall::Dram(Operand::Output),
        Stall::Network(Operand::Input),
        Stall::Network(Operand::Weight),
        Stall::Network(Operand::Output),
        Stall::Bank(Operand::Input),
        Stall::Bank(Operand::Weight),
        Stall::Bank(Operand::Output),
        Stall::PsumOut,
        Stall::Delivery,
        Stall::Fill,
        Stall::Drain,
        Stall::Dependency,
    ];

    /// The causes that a machine that instructions control knows, in the order of reports.
    pub const OF_INSTRUCTIONS: [Stall; 11] = [
        Stall::Dram(Operand::Input),
        Stall::Dram(Operand::Weight),
        Stall::Bias,
        Stall::Addend,
        Stall::Dram(Operand::Output),
        Stall::MicroOps,
        Stall::Fetch,
        Stall::Reset,
        Stall::Alu,
        Stall::Issue,
        Stall::Dependency,
    ];

    /// The name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Stall::Dram(Operand::Input) => "dram:input",
            Stall::Dram(Operand::Weight) => "dram:weight",
            Stall::Dram(Operand::Output) => "dram:output",
            Stall::Bias => "dram:bias",
            Stall::Addend => "dram:operand",
            Stall::MicroOps => "dram:micro_ops",
            Stall::Fetch => "dram:instructions",
            Stall::Network(Operand::Input) => "network:input",
            Stall::Network(Operand::Weight) => "network:weight",
            Stall::Network(Operand::Output) => "network:psum_in",
            Stall::Bank(Operand::Input) => "bank:input",
            Stall::Bank(Operand::Weight) => "bank:weight",
            Stall::Bank(Operand::Output) => "bank:output",
            Stall::PsumOut => "network:psum_out",
            Stall::Delivery => "delivery",
            Stall::Fill => "fill",
            Stall::Drain => "drain",
            Stall::Reset => "reset",
            Stall::Alu => "alu",
            Stall::Issue => "issue",
            Stall::Dependency => "dependency",
        }
    }

    /// The cause with this name; None if there is none.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.name() == name)
    }

    /// Whether memory is the cause.
    #[must_use]
    pub const fn is_memory(self) -> bool {
        matches!(
            self,
            Stall::Dram(_) | Stall::Bias | Stall::Addend | Stall::MicroOps | Stall::Fetch
        )
    }

    /// The place in [`Stall::ALL`].
    const fn index(self) -> usize {
        match self {
            Stall::Dram(Operand::Input) => 0,
            Stall::Dram(Operand::Weight) => 1,
            Stall::Bias => 2,
            Stall::Addend => 3,
            Stall::Dram(Operand::Output) => 4,
            Stall::MicroOps => 5,
            Stall::Fetch => 6,
            Stall::Network(operand) => 7 + operand as usize,
            Stall::Bank(operand) => 10 + operand as usize,
            Stall::PsumOut => 13,
            Stall::Delivery => 14,
            Stall::Fill => 15,
            Stall::Drain => 16,
            Stall::Reset => 17,
            Stall::Alu => 18,
            Stall::Issue => 19,
            Stall::Dependency => 20,
        }
    }
}

impl fmt::Display for Stall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Stall {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Stall {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::find(&name).ok_or_else(|| D::Error::custom(format!("`{name}` is no cause of stalls")))
    }
}

/// Cycles in which the array did no work, by cause. In files only the causes that lost any are written, by
/// name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(from = "BTreeMap<Stall, u64>")]
pub struct Stalls([u64; Stall::ALL.len()]);

impl Stalls {
    /// Cycles lost to one cause.
    #[must_use]
    pub fn of(&self, cause: Stall) -> u64 {
        self.0[cause.index()]
    }

    /// Cycles lost to all causes together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Cycles lost to memory, by [`Stall::is_memory`].
    #[must_use]
    pub fn memory(&self) -> u64 {
        let memory = self.iter().filter(|(cause, _)| cause.is_memory());
        memory.map(|(_, cycles)| cycles).sum()
    }

    /// The causes that lost any cycle with their cycles, in the order of [`Stall::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Stall, u64)> + '_ {
        Stall::ALL
            .into_iter()
            .map(|cause| (cause, self.of(cause)))
            .filter(|(_, n)| *n > 0)
    }

    /// The counts, to be moved on.
    pub(crate) fn counts(&mut self) -> impl Iterator<Item = &mut u64> {
        self.0.iter_mut()
    }

    pub(crate) fn add(&mut self, cause: Stall, cycles: u64) {
        self.0[cause.index()] += cycles;
    }

    pub(crate) fn since(&self, earlier: &Stalls) -> Stalls {
        Stalls(std::array::from_fn(|i| self.0[i] - earlier.0[i]))
    }
}

impl Serialize for Stalls {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl From<BTreeMap<Stall, u64>> for Stalls {
    fn from(cycles: BTreeMap<Stall, u64>) -> Self {
        let mut stalls = Self::default();
        for (cause, cycles) in cycles {
            stalls.add(cause, cycles);
        }
        stalls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_have_a_place_each_in_the_order_of_reports() {
        for (at, cause) in Stall::ALL.into_iter().enumerate() {
            assert_eq!(cause.index(), at);
            assert_eq!(Stall::find(cause.name()), Some(cause));
        }
        let is_in_order = |some: &[Stall]| some.is_sorted_by_key(|cause| cause.index());
        assert!(is_in_order(&Stall::OF_SEQUENCER));
        assert!(is_in_order(&Stall::OF_INSTRUCTIONS));
    }
}
