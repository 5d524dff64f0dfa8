//! Counts of what a memory has done.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// Counts of a memory's requests and commands since the beginning.
///
/// Every request for data that reached a bank is one of `row_hits`, `row_misses` and
/// `row_conflicts`; requests that were `forwarded` or `merged` reached none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Statistics {
    /// Reads that are done.
    pub reads: u64,
    /// Writes that are accepted, though they may still wait for their bank: for the requester they are done.
    pub writes: u64,
    /// Reads answered from a waiting write.
    pub forwarded: u64,
    /// Reads and writes of an address for which another request of the same kind waited.
    pub merged: u64,
    /// Column commands to a row that an earlier one had used since it was opened.
    pub row_hits: u64,
    /// First column commands to a row whose bank was closed.
    pub row_misses: u64,
    /// First column commands to a row for which another had to be closed.
    pub row_conflicts: u64,
    /// Commands that open a row.
    pub activates: u64,
    /// Rows closed by a precharge command.
    pub precharges: u64,
    /// Bursts that have crossed the data bus; requests that were forwarded or merged need none, and writes
    /// that still wait have not had theirs.
    pub bursts: u64,
    /// Refreshes of a rank or bank.
    pub refreshes: u64,
    /// The sum of all reads' latencies, from request to completion, in memory clocks.
    pub read_latency_sum: u64,
    /// The longest latency of a read, in memory clocks.
    pub read_latency_max: u64,
}

impl Statistics {
    /// The mean latency of a read, from request to completion, in memory clocks; 0 without reads.
    #[must_use]
    pub fn read_latency_mean(&self) -> f64 {
        self.read_latency_sum as f64 / self.reads.max(1) as f64
    }
}

impl AddAssign for Statistics {
    fn add_assign(&mut self, other: Self) {
        self.reads += other.reads;
        self.writes += other.writes;
        self.forwarded += other.forwarded;
        self.merged += other.merged;
        self.row_hits += other.row_hits;
        self.row_misses += other.row_misses;
        self.row_conflicts += other.row_conflicts;
        self.activates += other.activates;
        self.precharges += other.precharges;
        self.bursts += other.bursts;
        self.refreshes += other.refreshes;
        self.read_latency_sum += other.read_latency_sum;
        self.read_latency_max = self.read_latency_max.max(other.read_latency_max);
    }
}
