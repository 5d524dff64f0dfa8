//! `stationary/dram/1`: an address trace through a memory.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use crate::arch::dram::Standard;
use crate::sim::dram::{self, Statistics};

/// The result of replaying an address trace through a memory (`stationary dram replay`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Replay {
    /// The name of the schema: `stationary/dram/1`.
    pub schema: String,
    /// The name of the memory's standard.
    pub dram: String,
    /// The number of requests that were done.
    pub requests: u64,
    /// The number of reads among them.
    pub reads: u64,
    /// The number of writes among them.
    pub writes: u64,
    /// Clocks of the memory until the last request was done.
    pub cycles: u64,
    /// The clock at which the last request issued.
    pub last_issue_cycle: u64,
    /// The time of `cycles` in nanoseconds.
    pub nanoseconds: f64,
    /// The mean number of clocks from a read's issue to its data; null without reads.
    pub mean_read_latency_cycles: Option<f64>,
    /// The number of clocks of the slowest read; null without reads.
    pub max_read_latency_cycles: Option<u64>,
    /// The number of bytes of a burst.
    pub bytes_per_request: u64,
    /// A trace names no sizes: a request is for the burst that its address lies in.
    pub bytes_asked_for: u64,
    /// Bytes that crossed the bus: what was forwarded or merged did not, nor did a write that still waits.
    pub bytes_moved: u64,
    /// Bursts that crossed the bus.
    pub bursts: u64,
    /// Writes that were accepted and had not crossed the bus when the last request was done: the controller keeps
    /// them until enough wait.
    pub writes_waiting: u64,
    /// Bytes that crossed the bus in a clock, on average.
    pub bytes_per_cycle: f64,
    /// The share of what the bus could have moved, from 0 to 1.
    pub peak_share: f64,
    /// The number of bursts whose row was open (row hits).
    pub row_hits: u64,
    /// The number of bursts whose bank had no open row (row misses).
    pub row_misses: u64,
    /// The number of bursts whose bank had another row open (row conflicts).
    pub row_conflicts: u64,
    /// The number of reads answered by a write that waited (forwarded).
    pub forwarded: u64,
    /// The number of requests that became one with another of the same burst (merged).
    pub merged: u64,
    /// The number of rows opened (activates).
    pub activates: u64,
    /// The number of rows closed (precharges).
    pub precharges: u64,
    /// The number of refreshes.
    pub refreshes: u64,
}

impl Document for Replay {
    const NAME: &'static str = "stationary/dram/1";
    const TITLE: &'static str = "Address trace through a memory by stationary";
}

impl Replay {
    /// The document of what a memory of a standard did with a trace.
    #[must_use]
    pub fn of(standard: &Standard, replay: &dram::Replay, s: &Statistics) -> Self {
        let burst = standard.organization().burst_bytes();
        let cycles = replay.cycles;
        let moved = s.bursts * burst;
        let bytes_per_cycle = moved as f64 / cycles.max(1) as f64;
        let has_reads = s.reads > 0;
        Self {
            schema: Self::NAME.to_owned(),
            dram: standard.name().to_owned(),
            requests: replay.done,
            reads: s.reads,
            writes: s.writes,
            cycles,
            last_issue_cycle: replay.last_push,
            nanoseconds: cycles as f64 * f64::from(standard.clock().0) / 1000.0,
            mean_read_latency_cycles: has_reads.then(|| s.read_latency_mean()),
            max_read_latency_cycles: has_reads.then_some(s.read_latency_max),
            bytes_per_request: burst,
            bytes_asked_for: replay.done * burst,
            bytes_moved: moved,
            bursts: s.bursts,
            writes_waiting: replay.done - s.forwarded - s.merged - s.bursts,
            bytes_per_cycle,
            peak_share: bytes_per_cycle / standard.peak_bytes_per_cycle(),
            row_hits: s.row_hits,
            row_misses: s.row_misses,
            row_conflicts: s.row_conflicts,
            forwarded: s.forwarded,
            merged: s.merged,
            activates: s.activates,
            precharges: s.precharges,
            refreshes: s.refreshes,
        }
    }
}
