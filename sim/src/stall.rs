//! Why the array stands still.

use serde::Serialize;
use stationary_arch::Operand;

/// The cause of a cycle in which the array does no work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Stall {
    /// A tile of this operand is on its way from (outputs: to) DRAM.
    Dram(Operand),
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
    /// Partial sums that are to be read have not been written yet.
    Dependency,
}

impl Stall {
    /// Every cause, in the order of reports.
    pub const ALL: [Stall; 14] = [
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

    /// The name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Stall::Dram(Operand::Input) => "dram:input",
            Stall::Dram(Operand::Weight) => "dram:weight",
            Stall::Dram(Operand::Output) => "dram:output",
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
            Stall::Dependency => "dependency",
        }
    }

    const fn index(self) -> usize {
        match self {
            Stall::Dram(operand) => operand as usize,
            Stall::Network(operand) => 3 + operand as usize,
            Stall::Bank(operand) => 6 + operand as usize,
            Stall::PsumOut => 9,
            Stall::Delivery => 10,
            Stall::Fill => 11,
            Stall::Drain => 12,
            Stall::Dependency => 13,
        }
    }
}

/// Cycles lost to each cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Stalls([u64; 14]);

impl Stalls {
    /// Cycles lost to one cause.
    #[must_use]
    pub fn of(&self, cause: Stall) -> u64 {
        self.0[cause.index()]
    }

    /// All cycles lost.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The causes that lost any cycle, in the order of [`Stall::ALL`].
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
