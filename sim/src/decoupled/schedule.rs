//! The seven knobs of a schedule, and what is wrong with one.

use serde::{Deserialize, Serialize};
use stationary_arch::ArchError;
use thiserror::Error;

use crate::reach::OutOfReach;

/// A schedule of a convolution on a decoupled machine: the knobs of TVM's template `conv2d_packed.vta`.
///
/// Tiles are inner factors and divide their loops. Images and channels count in blocks of the GEMM core (BATCH,
/// BLOCK_IN, BLOCK_OUT). Threads are virtual: their tiles take turns in every unit, so that one thread loads
/// while another computes.
///
/// ```
/// use stationary_sim::decoupled::Schedule;
///
/// let schedule = Schedule { tile_h: 7, tile_w: 7, tile_co: 16, oc_nthread: 2, ..Schedule::ONE };
/// assert_eq!(schedule.threads(), 2);
/// ```
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Blocks of images in a tile.
    #[serde(default = "one")]
    pub tile_b: u64,
    /// Rows of outputs in a tile.
    pub tile_h: u64,
    /// Columns of outputs in a tile.
    pub tile_w: u64,
    /// Blocks of input channels that are loaded at a time.
    pub tile_ci: u64,
    /// Blocks of output channels in a tile.
    pub tile_co: u64,
    /// Virtual threads along output channels: 1 or 2.
    #[serde(default = "one")]
    pub oc_nthread: u64,
    /// Virtual threads along rows: 1 or 2.
    #[serde(default = "one")]
    pub h_nthread: u64,
}

const fn one() -> u64 {
    1
}

impl Schedule {
    /// The schedule with tiles of one block and one thread.
    pub const ONE: Self = Self {
        tile_b: 1,
        tile_h: 1,
        tile_w: 1,
        tile_ci: 1,
        tile_co: 1,
        oc_nthread: 1,
        h_nthread: 1,
    };

    /// The knobs as pairs of name and value, in the order of the template: tiles of images, rows, columns,
    /// input channels and output channels, then threads.
    #[must_use]
    pub fn knobs(&self) -> [(&'static str, u64); 7] {
        [
            ("tile_b", self.tile_b),
            ("tile_h", self.tile_h),
            ("tile_w", self.tile_w),
            ("tile_ci", self.tile_ci),
            ("tile_co", self.tile_co),
            ("oc_nthread", self.oc_nthread),
            ("h_nthread", self.h_nthread),
        ]
    }

    /// The number of virtual threads, each with its own part of the buffers.
    #[must_use]
    pub fn threads(&self) -> u64 {
        self.oc_nthread * self.h_nthread
    }
}

/// A buffer of a decoupled machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Buffer {
    /// The buffer of input activations.
    Input,
    /// The buffer of weights.
    Weight,
    /// The accumulators of partial sums.
    Accumulator,
    /// The buffer of micro-ops.
    MicroOp,
}

impl std::fmt::Display for Buffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Buffer::Input => "input",
            Buffer::Weight => "weight",
            Buffer::Accumulator => "accumulator",
            Buffer::MicroOp => "micro-op",
        })
    }
}

/// The room that a schedule's tiles take in a buffer; of micro-ops, those of one instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// The buffer that the tiles are kept in.
    pub buffer: Buffer,
    /// Bytes that the tiles of all threads take.
    pub bytes: u64,
    /// The buffer's size in bytes.
    pub capacity: u64,
}

/// The reason why a schedule does not run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScheduleError {
    /// The accelerator has no decoupled control, but runs dataflows.
    #[error("{accelerator} is not controlled by instructions: it has no section `decoupled`")]
    NotDecoupled {
        /// The accelerator's name.
        accelerator: String,
    },
    /// The accelerator was changed or made in code, and breaks a limit that its file would be checked for.
    #[error(transparent)]
    Accelerator(Box<ArchError>),
    /// The layer's counts on this machine may exceed their range.
    #[error(transparent)]
    OutOfReach(#[from] OutOfReach),
    /// A tile does not divide its loop.
    #[error("{knob} {value} does not divide {extent}")]
    Divisor {
        /// The name of the knob.
        knob: &'static str,
        /// The value of the knob.
        value: u64,
        /// The extent of the loop, in the knob's unit.
        extent: u64,
    },
    /// The template does not have this number of threads.
    #[error("{knob} {value}: allowed are 1 and 2")]
    Threads {
        /// The name of the knob.
        knob: &'static str,
        /// The value of the knob.
        value: u64,
    },
    /// An addition is given threads, which its template does not have.
    #[error("{knob} {value}: an addition has one thread")]
    OneThread {
        /// The name of the knob.
        knob: &'static str,
        /// The value of the knob.
        value: u64,
    },
    /// The accelerator's epilogue adds no tensor from DRAM.
    #[error("{accelerator} adds no other tensor: `decoupled.epilogue` has no step `residual`")]
    NoResidual {
        /// The accelerator's name.
        accelerator: String,
    },
    /// The tiles of all threads do not fit a buffer.
    #[error(
        "the {buffer} buffer holds {capacity} bytes; the tiles of {threads} threads take {bytes}"
    )]
    Capacity {
        /// The buffer that is too small.
        buffer: Buffer,
        /// Bytes that the tiles take.
        bytes: u64,
        /// Bytes of the buffer.
        capacity: u64,
        /// The number of threads.
        threads: u64,
    },
}

impl From<ArchError> for ScheduleError {
    fn from(error: ArchError) -> Self {
        Self::Accelerator(Box::new(error))
    }
}
