//! Accelerators: a YAML file or preset becomes a checked [`Accelerator`], which the simulator and the
//! analytical model read and a cost model prices.
//!
//! | module | holds |
//! |---|---|
//! | [`units`] | cycles, bytes, picojoules, square microns |
//! | [`config`] | the accelerator file |
//! | [`fields()`] | the reference of its fields: what they take, defaults, units, ranges |
//! | [`presets`] | the accelerators that come with the crate |
//! | [`schema`] | JSON Schemas of the files |
//! | [`import`] | accelerator files of Timeloop, ZigZag and SCALE-Sim |
//! | [`dram`] | DRAM standards: organisation, timing constraints, controller policy |
//! | [`CostModel`] | energy of each event, leakage, area |
//! | [`near`] | the near match of a misspelt name |
//!
//! ```
//! use stationary_arch::{Accelerator, Operand};
//!
//! let eyeriss = Accelerator::preset("eyeriss", &[])?;
//! assert_eq!((eyeriss.array.rows, eyeriss.array.cols), (12, 14));
//! assert_eq!(eyeriss.scratchpads[Operand::Weight].words, 224);
//!
//! let wide = Accelerator::preset("systolic", &[("array.cols", "64"), ("dram.kind", "ideal")])?;
//! assert_eq!(wide.networks.weight.words_per_cycle, 64);
//!
//! let misspelt = Accelerator::preset("systolic", &[("array.row", "64")]).unwrap_err();
//! assert!(misspelt.to_string().ends_with("did you mean `rows`?"));
//! # Ok::<(), stationary_arch::ArchError>(())
//! ```

mod accelerator;
mod banks;
mod bundled;
mod check;
mod choice;
mod collector;
pub mod config;
mod constants;
mod cost;
mod declaration;
mod decoupled;
pub mod dram;
mod dram_kind;
mod epilogue_step;
mod error;
mod expected;
mod field;
mod identity;
pub mod import;
mod limits;
mod operand;
mod overrides;
pub mod presets;
mod read;
mod reference;
mod scalar;
pub mod schema;
mod sequencer;
pub mod units;

pub use accelerator::{
    Accelerator, Arbitration, Array, Drain, Dram, DramKind, GlobalBuffer, LoadOrder, Network,
    Networks, OutputProcessor, Padding, Partition, Passes, Precision, ResidentLoad, RunLength,
    Scratchpad, Skew, Strides, Topology,
};
pub use banks::{Banks, Ports, Sharing};
pub use check::DATAFLOWS;
pub use constants::Constants;
pub use cost::{Area, CostModel, PerPart, cost_constants};
pub use decoupled::{Alu, Decoupled, EpilogueStep, GemmCore, MemoryEngine, RowOrder};
pub use error::{ArchError, InvalidField};
pub use field::{Field, Takes};
pub use operand::{Operand, PerOperand};
pub use reference::fields;
pub use sequencer::{Sequencer, Stage};
pub use stationary_document::near;
