//! What sets the time.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use stationary_arch::Operand;

use crate::stall::{Stall, Stalls};

/// The resource that sets the time of a layer: the one that is busy longest, or whose lack stalls the array
/// most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// The MACs on the PEs in use.
    Compute,
    /// Loading, filling and draining the array around its passes; where instructions control the machine,
    /// what its core does besides MACs: ALU operations, resets and the issue of instructions.
    Ramp,
    /// The network of this operand into the array.
    Network(Operand),
    /// The banks of the global buffer.
    Buffer,
    /// The network that takes partial sums and results out.
    PsumOut,
    /// The output processor, and the buffer in front of it.
    Delivery,
    /// The off-chip memory.
    Dram,
}

impl Bound {
    /// Every bound, in the order of reports.
    pub const ALL: [Bound; 9] = [
        Bound::Compute,
        Bound::Dram,
        Bound::Buffer,
        Bound::Network(Operand::Input),
        Bound::Network(Operand::Weight),
        Bound::Network(Operand::Output),
        Bound::PsumOut,
        Bound::Delivery,
        Bound::Ramp,
    ];

    /// The bound with this name; None if there is none.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bound| bound.name() == name)
    }

    /// The name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Bound::Compute => "compute",
            Bound::Ramp => "ramp",
            Bound::Network(Operand::Input) => "network:input",
            Bound::Network(Operand::Weight) => "network:weight",
            Bound::Network(Operand::Output) => "network:psum_in",
            Bound::Buffer => "buffer",
            Bound::PsumOut => "network:psum_out",
            Bound::Delivery => "delivery",
            Bound::Dram => "dram",
        }
    }

    /// The bound of a run: its MACs, or the greatest group of its stalls if that takes more cycles.
    #[must_use]
    pub fn of_stalls(busy: u64, stalls: &Stalls) -> Self {
        let mut best = (busy, Bound::Compute);
        let dram = stalls.memory();
        let banks = Operand::ALL
            .iter()
            .map(|o| stalls.of(Stall::Bank(*o)))
            .sum();
        let ramp = [
            Stall::Fill,
            Stall::Drain,
            Stall::Reset,
            Stall::Alu,
            Stall::Issue,
            Stall::Dependency,
        ]
        .map(|s| stalls.of(s))
        .iter()
        .sum();
        for (cycles, bound) in [
            (dram, Bound::Dram),
            (banks, Bound::Buffer),
            (
                stalls.of(Stall::Network(Operand::Input)),
                Bound::Network(Operand::Input),
            ),
            (
                stalls.of(Stall::Network(Operand::Weight)),
                Bound::Network(Operand::Weight),
            ),
            (
                stalls.of(Stall::Network(Operand::Output)),
                Bound::Network(Operand::Output),
            ),
            (stalls.of(Stall::PsumOut), Bound::PsumOut),
            (stalls.of(Stall::Delivery), Bound::Delivery),
            (ramp, Bound::Ramp),
        ] {
            if cycles > best.0 {
                best = (cycles, bound);
            }
        }
        best.1
    }
}

impl Serialize for Bound {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Bound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::find(&name).ok_or_else(|| D::Error::custom(format!("`{name}` bounds no layer")))
    }
}
