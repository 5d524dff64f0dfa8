//! `stationary/dram/1`: an address trace through a memory.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use crate::arch::dram::Standard;
use crate::sim::dram::{self, Statistics};

/// A replayed trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Replay {
    /// `stationary/dram/1`.
    pub schema: String,
    /// The standard's name.
    pub dram: String,
    /// Requests that were done.
    pub requests: u64,
    /// Of those, reads.
    pub reads: u64,
    /// Of those, writes.
    pub writes: u64,
    /// Clocks of the memory until the last request was done.
    pub cycles: u64,
    /// The clock at which the last request issued.
    pub last_issue_cycle: u64,
    /// The same time as `cycles`.
    pub nanoseconds: f64,
    /// Clocks from a read's issue to its data; null without reads.
    pub mean_read_latency_cycles: Option<f64>,
    /// Of the slowest read.
    pub max_read_latency_cycles: Option<u64>,
    /// Bytes of a burst.
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
    /// Bytes a clock that crossed the bus.
    pub bytes_per_cycle: f64,
    /// The same as a share of what the bus could move.
    pub peak_share: f64,
    /// Bursts whose row was open.
    pub row_hits: u64,
    /// Bursts whose bank had no open row.
    pub row_misses: u64,
    /// Bursts whose bank had another row open.
    pub row_conflicts: u64,
    /// Reads answered by a write that waited.
    pub forwarded: u64,
    /// Requests that became one with another of the same burst.
    pub merged: u64,
    /// Rows opened.
    pub activates: u64,
    /// Rows closed.
    pub precharges: u64,
    /// Refreshes.
    pub refreshes: u64,
}

impl Document for Replay {
    const NAME: &'static str = "stationary/dram/1";
    const TITLE: &'static str = "Address trace through a memory by stationary";
}

impl Replay {
    /// What a memory of a standard did with a trace.
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
