//! The simulator: one mapping of a layer, and its cycles and counts by several independent means.
//!
//! A [`Mapping`] ties a layer to an accelerator under a [`Dataflow`]; [`mapper::map`] finds one. Everything
//! else reads it: [`estimate`] in closed form, [`reference_counts()`] by enumeration, [`run`] cycle by cycle,
//! and [`run_functional`] with real values.
//!
//! ```
//! use stationary_arch::Accelerator;
//! use stationary_sim::{Dataflow, Pace, estimate, mapper, run};
//! use stationary_workloads::{Convolution, Layer};
//!
//! let layer = Layer::convolution("conv", Convolution::square(14, [32, 64], 3, 1, 1))?;
//! let accelerator = Accelerator::preset("eyeriss", &[])?;
//! let dataflow = Dataflow::find("rs").expect("a bundled dataflow");
//! let mapping = mapper::map(&layer, &accelerator, dataflow)?;
//! let (model, machine) = (estimate(&mapping), run(&mapping, Pace::default(), &mut ()));
//! assert_eq!(model.counters, machine.counters);
//! assert!(model.lower_bound <= machine.cycles);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | to | see |
//! |---|---|
//! | choose a mapping | [`mapper`], or [`Mapping::new`] with a [`Tiling`] of one's own |
//! | learn why a tiling is not legal | [`explain`](fn@explain), [`MappingError`] |
//! | run a layer, whatever controls the machine | [`Plan`] |
//! | run a machine that instructions control | [`decoupled`] |
//! | run Gemmini as its RTL does | [`gemmini`] |
//! | replay addresses through a DRAM | [`dram`] |
//! | see what a run does in each cycle | [`Trace`] |
//! | estimate or bound many tilings | [`Evaluator`], [`BoundEvaluator`] |
//! | bound all mappings of a layer | [`space_bound`](fn@space_bound) |

mod beat;
mod bound;
mod bus;
mod counters;
mod dataflow;
pub mod decoupled;
pub mod dram;
mod dram_width;
mod energy;
mod error;
mod estimate;
mod explain;
pub mod gemmini;
mod lattice;
mod machine;
pub mod mapper;
mod mapping;
mod model;
mod pace;
mod payload;
mod plan;
mod program;
mod reach;
mod reference_counts;
mod run;
mod stall;
mod sums;
mod tensors;
mod tiling;
mod timing;
mod trace;
mod window;
mod within;

pub use bound::Bound;
pub use counters::{Control, Counters};
pub use dataflow::{
    DECOUPLED, Dataflow, DataflowConfig, DataflowError, DataflowFileError, INPUT_STATIONARY,
    OUTPUT_STATIONARY, ROW_STATIONARY, WEIGHT_STATIONARY, Written as WrittenDataflow, is_reduction,
    is_relevant, schema as dataflow_schema,
};
pub use energy::{Energy, EventEnergy, dram_bits};
pub use error::MappingError;
pub use estimate::Estimate;
pub use explain::{Change, Explanation, TilingRepair, explain, explain_mapper};
pub use machine::{run, run_functional};
pub use mapping::{Mapping, lowered};
pub use model::{
    BoundEvaluator, BoundedCounts, DimTiling, Evaluator, MappingPoint, SpaceBound, TilingSpace,
    estimate, space_bound,
};
pub use pace::{Pace, Stop};
pub use plan::{Checkpoint, Outcome, Plan};
pub use reach::{OutOfReach, Reach};
pub use reference_counts::reference_counts;
pub use run::{FunctionalRun, Run};
pub use stall::{Stall, Stalls};
pub use tensors::Tensors;
pub use tiling::{Staging, Tiling};
pub use trace::{Activity, DramChannel, Event, Repeat, Sample, Scope, TextTrace, Trace, Unit};
pub use window::Span;
pub use within::run_within;
