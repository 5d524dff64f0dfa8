//! `stationary`: a cycle-level simulator of DNN accelerators with a search driver.
//!
//! One [`sim::Mapping`] ties a layer to an accelerator; the analytical model and the cycle-level
//! machine read the same mapping, so that their answers can be subtracted.
//!
//! ```
//! use stationary::arch::Accelerator;
//! use stationary::sim::{Dataflow, Pace, estimate, mapper, run};
//! use stationary::workloads::zoo;
//!
//! let accelerator = Accelerator::preset("eyeriss", &[])?;
//! let network = zoo::find("alexnet")?;
//! let layer = &network.layers()[2];
//! let dataflow = Dataflow::find("rs").expect("a bundled dataflow");
//!
//! // The mapper's best mapping, by the model ...
//! let mapping = mapper::map(layer, &accelerator, dataflow)?;
//! let model = estimate(&mapping);
//! // ... and what the machine makes of it.
//! let machine = run(&mapping, Pace::SkipIdle, &mut ());
//!
//! assert_eq!(model.counters, machine.counters);
//! assert!(model.lower_bound <= machine.cycles);
//! assert_eq!(machine.busy + machine.stalls.total(), machine.cycles);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A whole network is one call away: a [`Request`] names inputs as the command line does, a [`Target`] holds
//! them as values.
//!
//! ```
//! use stationary::sim::Pace;
//! use stationary::Request;
//!
//! let target = Request::new("gemmini", "alexnet").target()?.pick(&["conv5", "fc8"])?;
//! let estimate = target.estimate(&())?;
//! let run = target.simulate(Pace::SkipPeriods, &())?;
//! assert!(run.cycles() > 0 && run.energy() > 0.0);
//! assert_eq!(run.macs(), estimate.macs());
//! # Ok::<(), stationary::Error>(())
//! ```
//!
//! Inputs:
//!
//! | module | holds |
//! |---|---|
//! | [`load`], [`target`], [`files`] | inputs by name, as values, and as files of any format |
//! | [`mappings`] | mappings and schedules in files |
//! | [`control`] | the kinds of control of a machine: a sequencer with its dataflow, or instructions |
//! | [`scope`] | how much of a network an answer is for |
//!
//! Runs and checks:
//!
//! | module | holds |
//! |---|---|
//! | [`evaluate`], [`run`] | figures of a layer and of a network, by model or machine |
//! | [`checkpoint`] | simulations that stop and go on |
//! | [`validate`], [`functional`] | the model against the machine, and the machine's output values against the layer's definition |
//! | [`timeloop`] | mappings as Timeloop reads and counts them |
//! | [`gemmini`] | tables of Gemmini's mappings, for its machine in [`sim`] |
//! | [`replay`] | address traces through a memory |
//! | [`advice`], [`rereads`] | what to try next, and why tensors are read again |
//! | [`diff`] | two runs side by side |
//!
//! Searches:
//!
//! | module | holds |
//! |---|---|
//! | [`candidates`], [`map`] | the best mapping of a layer, and of each layer of a network |
//! | [`assign`] | PEs and buffer of each layer under budgets |
//! | [`codesign`] | one core for all layers, and a schedule for each |
//! | [`compare`] | optimisers side by side |
//! | [`environments`] | searches to be played by agents that learn, each with its proved optimum |
//! | [`sweep`] | studies over many accelerators and networks |
//! | [`proof`], [`identity`] | certificates, and digests of what they are about |
//! | [`hooks`], [`progress`], [`time_limit`], [`journal`] | how a search is watched, stopped, limited, and resumed |
//!
//! Results:
//!
//! | module | holds |
//! |---|---|
//! | [`documents`] | the JSON that is written and read |
//! | [`record`] | the folder of a run |
//! | [`html`] | pages and drawings |
//!
//! Crates:
//!
//! | crate | holds |
//! |---|---|
//! | [`arch`] | the checked accelerator, presets, cost |
//! | [`workloads`] | layers, bundled networks, importers |
//! | [`sim`] | dataflow, mapping, model, reference counts, machine, mapper, traces |
//! | [`search`] | assignment problems, optimisers, certificates, re-check |
//! | [`trace`] | traces for viewers: Perfetto, FST, VCD |

pub mod advice;
pub mod assign;
pub mod candidates;
pub mod checkpoint;
pub mod codesign;
pub mod compare;
pub mod control;
pub mod diff;
pub mod documents;
mod element_types;
pub mod environments;
mod error;
pub mod evaluate;
mod excerpts;
mod explain;
pub mod files;
pub mod functional;
pub mod gemmini;
pub mod hooks;
pub mod html;
pub mod identity;
pub mod journal;
pub mod load;
pub mod map;
pub mod mappings;
pub mod progress;
pub mod proof;
pub mod record;
pub mod replay;
pub mod rereads;
pub mod run;
pub mod scope;
pub mod sweep;
pub mod target;
mod template;
pub mod time_limit;
pub mod timeloop;
pub mod validate;

// The words and sums of tables, pages and documents, shared with the command line.
#[doc(hidden)]
pub mod causes;
#[doc(hidden)]
pub mod csv;
#[doc(hidden)]
pub mod energy;
#[doc(hidden)]
pub mod format;
#[doc(hidden)]
pub mod goal;
#[doc(hidden)]
pub mod headline;
#[doc(hidden)]
pub mod lanes;
#[doc(hidden)]
pub mod misjudged;
#[doc(hidden)]
pub mod over;
#[doc(hidden)]
pub mod padding;
#[doc(hidden)]
pub mod peaks;
#[doc(hidden)]
pub mod shape;
#[doc(hidden)]
pub mod unread;

pub use error::{Content, Details, Error, Unmapped};
pub use progress::Progress;
pub use run::Run;
pub use stationary_arch as arch;
pub use stationary_search as search;
pub use stationary_sim as sim;
pub use stationary_trace as trace;
pub use stationary_workloads as workloads;
pub use target::{Remark, Request, Target};

/// The programs of `docs/hooks.md`, compiled and run as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../docs/hooks.md")]
mod hooks_page {}
