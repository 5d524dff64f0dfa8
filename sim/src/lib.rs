//! One mapping, several readings.
//!
//! A [`Mapping`] ties a layer to an accelerator under a [`Dataflow`]. Everything else reads it:
//! [`estimate`] in closed form, [`walk`] by enumeration, [`run`] cycle by cycle, and
//! [`run_functional`] with real values.

mod beat;
mod bus;
mod counters;
mod dataflow;
pub mod decoupled;
pub mod dram;
mod dram_width;
mod energy;
mod error;
mod explain;
mod lattice;
mod machine;
pub mod mapper;
mod mapping;
pub mod mapping_file;
mod model;
mod pace;
mod plan;
mod program;
mod reach;
mod stall;
mod sums;
mod tensors;
mod tiling;
pub mod timeloop;
mod timing;
mod trace;
mod walk;
mod window;

pub use counters::Counters;
pub use dataflow::{
    Dataflow, INPUT_STATIONARY, OUTPUT_STATIONARY, ROW_STATIONARY, WEIGHT_STATIONARY, is_reduction,
    is_relevant,
};
pub use energy::{Energy, EventEnergy, dram_bits};
pub use error::MappingError;
pub use explain::{Change, Explanation, Mend, explain, explain_mapper};
pub use machine::{FunctionalRun, Run, run, run_functional};
pub use mapping::Mapping;
pub use model::{Bound, Candidate, Cut, Estimate, Evaluator, Screen, Screened, Space, estimate};
pub use pace::Pace;
pub use reach::{OutOfReach, Reach};
pub use stall::{Stall, Stalls};
pub use tensors::Tensors;
pub use tiling::{Staging, Tiling};
pub use trace::{Activity, Channel, Event, Repeat, Sample, Scope, TextTrace, Trace};
pub use walk::walk;
pub use window::Span;
