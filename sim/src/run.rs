//! What a run of either machine found.

use serde::{Deserialize, Serialize};

use crate::counters::{Control, Counters};
use crate::dram::Statistics;
use crate::stall::Stalls;

/// The figures of a run of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Array cycles from the first request to DRAM until the last output is stored.
    pub cycles: u64,
    /// Cycles in which the array worked.
    pub busy: u64,
    /// The other cycles, by cause.
    pub stalls: Stalls,
    /// Words moved and MACs.
    pub counters: Counters,
    /// Instructions and micro-ops; all are 0 where a sequencer runs the loops.
    pub control: Control,
    /// The cycle in which the first MACs started.
    pub first_mac: u64,
    /// The cycle in which the array first did anything: shifted a tile in, reset sums, or started MACs.
    pub first_work: u64,
    /// The cycle by which the last result had left the array.
    pub last_result: u64,
    /// Statistics of the DRAM; None unless the memory is a DRAM standard.
    pub memory: Option<Statistics>,
}

impl Run {
    /// The array's share of the time: cycles less those in which it waited for DRAM.
    #[must_use]
    pub fn processing_cycles(&self) -> u64 {
        self.cycles - self.stalls.memory()
    }
}

/// The figures of a run whose words carry values, with the output values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionalRun {
    /// The figures of the run, the same as without values.
    pub run: Run,
    /// Output values as `[N][G][K][P][Q]`; where instructions control the machine, after the epilogue and cut
    /// to the width of outputs.
    pub output: Vec<i64>,
    /// Whether each MAC was done exactly once; None where the machine does not follow them one by one.
    pub each_mac_once: Option<bool>,
}
