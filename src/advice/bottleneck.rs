//! What a cycle goes by, as something that a change of the machine could widen.

use crate::arch::Operand;
use crate::sim::{Bound, Stall};

/// What a cycle goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bottleneck {
    /// MACs at work.
    Work,
    /// DRAM, and the way to it.
    Dram,
    /// Banks of the global buffer.
    Banks,
    /// A network into the array.
    Network(Operand),
    /// The network out of the array.
    PsumOut,
    /// The output processor.
    Delivery,
    /// Passes that load, fill and drain the array, or wait for their own sums.
    Ramp,
    /// What the core of a machine that instructions control does besides: all of what follows.
    Core,
    /// The ALU of a machine that instructions control.
    Alu,
    /// Its sums, set to zero.
    Reset,
    /// Its instructions, which begin, turn loops and end.
    Issue,
    /// Its instructions and micro-ops, on their way.
    Instructions,
}

impl Bottleneck {
    /// In words, after "cycles go by".
    pub const fn words(self) -> &'static str {
        match self {
            Bottleneck::Work => "MACs",
            Bottleneck::Dram => "DRAM",
            Bottleneck::Banks => "buffer banks",
            Bottleneck::Network(Operand::Input) => "the input network",
            Bottleneck::Network(Operand::Weight) => "the weight network",
            Bottleneck::Network(Operand::Output) => "sums into the array",
            Bottleneck::PsumOut => "sums out of the array",
            Bottleneck::Delivery => "delivery of outputs",
            Bottleneck::Ramp => "filling and draining",
            Bottleneck::Core => "other work of the core",
            Bottleneck::Alu => "the ALU",
            Bottleneck::Reset => "reset of sums",
            Bottleneck::Issue => "issue of instructions",
            Bottleneck::Instructions => "fetch of instructions",
        }
    }

    /// Of a cause of cycles without MACs.
    pub const fn of_stall(stall: Stall) -> Self {
        match stall {
            Stall::Dram(_) | Stall::Bias | Stall::Addend => Bottleneck::Dram,
            Stall::MicroOps | Stall::Fetch => Bottleneck::Instructions,
            Stall::Bank(_) => Bottleneck::Banks,
            Stall::Network(operand) => Bottleneck::Network(operand),
            Stall::PsumOut => Bottleneck::PsumOut,
            Stall::Delivery => Bottleneck::Delivery,
            Stall::Fill | Stall::Drain | Stall::Dependency => Bottleneck::Ramp,
            Stall::Reset => Bottleneck::Reset,
            Stall::Alu => Bottleneck::Alu,
            Stall::Issue => Bottleneck::Issue,
        }
    }

    /// What the model says of cycles without work: it knows what bounds a layer, and no causes. Where
    /// MACs do, the others begin and end passes.
    pub const fn of_bound(bound: Bound) -> Self {
        match bound {
            Bound::Dram => Bottleneck::Dram,
            Bound::Buffer => Bottleneck::Banks,
            Bound::Network(operand) => Bottleneck::Network(operand),
            Bound::PsumOut => Bottleneck::PsumOut,
            Bound::Delivery => Bottleneck::Delivery,
            Bound::Compute | Bound::Ramp => Bottleneck::Ramp,
        }
    }
}
