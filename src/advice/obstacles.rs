//! What a run's cycles go by, as things that a change of the machine could mend.

use std::collections::BTreeMap;

use crate::arch::Operand;
use crate::sim::{Bound, LayerPlan, Stall};

use crate::evaluate::LayerResult;

/// What a cycle goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
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

impl Obstacle {
    /// In words, after "cycles go by".
    pub const fn words(self) -> &'static str {
        match self {
            Obstacle::Work => "MACs",
            Obstacle::Dram => "DRAM",
            Obstacle::Banks => "buffer banks",
            Obstacle::Network(Operand::Input) => "the input network",
            Obstacle::Network(Operand::Weight) => "the weight network",
            Obstacle::Network(Operand::Output) => "sums into the array",
            Obstacle::PsumOut => "sums out of the array",
            Obstacle::Delivery => "delivery of outputs",
            Obstacle::Ramp => "filling and draining",
            Obstacle::Core => "other work of the core",
            Obstacle::Alu => "the ALU",
            Obstacle::Reset => "reset of sums",
            Obstacle::Issue => "issue of instructions",
            Obstacle::Instructions => "fetch of instructions",
        }
    }

    /// Of a cause of cycles without MACs.
    pub const fn of_stall(stall: Stall) -> Self {
        match stall {
            Stall::Dram(_) | Stall::Bias | Stall::Addend => Obstacle::Dram,
            Stall::MicroOps | Stall::Fetch => Obstacle::Instructions,
            Stall::Bank(_) => Obstacle::Banks,
            Stall::Network(operand) => Obstacle::Network(operand),
            Stall::PsumOut => Obstacle::PsumOut,
            Stall::Delivery => Obstacle::Delivery,
            Stall::Fill | Stall::Drain | Stall::Dependency => Obstacle::Ramp,
            Stall::Reset => Obstacle::Reset,
            Stall::Alu => Obstacle::Alu,
            Stall::Issue => Obstacle::Issue,
        }
    }

    /// What the model says of cycles without work: it knows what bounds a layer, and no causes. Where
    /// MACs do, the others begin and end passes.
    const fn of_bound(bound: Bound) -> Self {
        match bound {
            Bound::Dram => Obstacle::Dram,
            Bound::Buffer => Obstacle::Banks,
            Bound::Network(operand) => Obstacle::Network(operand),
            Bound::PsumOut => Obstacle::PsumOut,
            Bound::Delivery => Obstacle::Delivery,
            Bound::Compute | Bound::Ramp => Obstacle::Ramp,
        }
    }
}

/// Shares of a run's cycles, the greatest first; they sum to 1.
pub fn obstacles(layers: &[LayerResult]) -> Vec<(Obstacle, f64)> {
    let mut cycles = BTreeMap::<Obstacle, u64>::new();
    for layer in layers {
        *cycles.entry(Obstacle::Work).or_default() += layer.busy;
        let mut rest = layer.cycles.saturating_sub(layer.busy);
        for (cause, lost) in layer.stalls.iter() {
            *cycles.entry(Obstacle::of_stall(cause)).or_default() += lost;
            rest = rest.saturating_sub(lost);
        }
        let obstacle = match (Obstacle::of_bound(layer.bound_by), &layer.mapping) {
            (Obstacle::Ramp, LayerPlan::Schedule(_)) => Obstacle::Core,
            (obstacle, _) => obstacle,
        };
        *cycles.entry(obstacle).or_default() += rest;
    }
    let total: u64 = cycles.values().sum();
    let shares = cycles.into_iter().filter(|(_, cycles)| *cycles > 0);
    let shares = shares.map(|(obstacle, cycles)| (obstacle, cycles as f64 / total as f64));
    let mut shares: Vec<(Obstacle, f64)> = shares.collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shares
}
