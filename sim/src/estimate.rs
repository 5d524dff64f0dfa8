//! What the closed form of either machine says.

use serde::{Deserialize, Serialize};

use crate::bound::Bound;
use crate::counters::{Control, Counters};

/// What the model says of a mapping, or of a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Words moved; equal to the machine's.
    pub counters: Counters,
    /// Instructions and micro-ops; equal to the machine's. None where a sequencer runs the loops.
    pub control: Control,
    /// Expected array cycles; no fewer than the lower bound.
    pub cycles: u64,
    /// Expected array cycles by the terms of the estimate alone, which is what the mapper compares: a bound that
    /// is near the machine for some mappings and far for others would turn it to those whose estimates are too low.
    pub expected: u64,
    /// Expected cycles if DRAM were never in the way.
    pub compute_cycles: u64,
    /// No schedule of the machine takes fewer cycles.
    pub lower_bound: u64,
    /// Cycles of MACs, of the busiest PE; equal to the machine's busy cycles.
    pub busy: u64,
    /// What limits the design.
    pub bound_by: Bound,
}
