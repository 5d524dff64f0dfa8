//! The part of the hardware that a cycle is spent on, as something that a change of the machine could widen.

use crate::arch::Operand;
use crate::sim::{Bound, Stall};

/// A part of the hardware, or of its work, that cycles are spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bottleneck {
    /// Multiply-accumulates.
    Work,
    /// DRAM and the link to it.
    Dram,
    /// Conflicts at the banks of the global buffer.
    Banks,
    /// The network that brings this operand into the array.
    Network(Operand),
    /// The network that takes partial sums out of the array.
    PsumOut,
    /// The output processor.
    Delivery,
    /// Passes that load, fill and drain the array, or wait for their own sums.
    Ramp,
    /// The compute core of a machine that instructions control, where no finer cause is known.
    Core,
    /// The ALU of a machine that instructions control.
    Alu,
    /// The core's setting of its sums to zero.
    Reset,
    /// The core's instructions: their beginning, their loops, and their end.
    Issue,
    /// Fetching of instructions and micro-ops.
    Instructions,
}

impl Bottleneck {
    /// The bottleneck in words, to be read after "cycles go by".
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

    /// The bottleneck behind a stall cause.
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
