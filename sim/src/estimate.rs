//! What the closed form of either machine says.

use serde::{Deserialize, Serialize};

use crate::bound::Bound;
use crate::counters::{Control, Counters};

/// The model's figures of a mapping, or of a lowered layer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Words moved and MACs; equal to the machine's.
    pub counters: Counters,
    /// Instructions and micro-ops; equal to the machine's. All are 0 where a sequencer runs the loops.
    pub control: Control,
    /// Expected array cycles; no fewer than the lower bound.
    pub cycles: u64,
    /// Expected array cycles by the terms of the estimate alone, which is what the mapper compares: a bound that
    /// is near the machine for some mappings and far for others would turn it to those whose estimates are too low.
    pub expected: u64,
    /// Expected array cycles if DRAM never kept the array waiting.
    pub compute_cycles: u64,
    /// Array cycles that the machine does not go below with this mapping.
    pub lower_bound: u64,
    /// Cycles in which the busiest PE does MACs; equal to the machine's busy cycles.
    pub busy: u64,
    /// The resource that sets the time.
    pub bound_by: Bound,
}
