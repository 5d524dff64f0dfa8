//! Gemmini as its RTL runs a layer: the commands that its C library issues, and when the chip carries them out.
//!
//! ```text
//! for each tile, in the order of the C loops:
//!     Rocket issues a call; one of two loops of the unroller takes it
//!     loads, pairs of preload and compute, and stores enter the reservation station
//!     each waits for those that share local memory with it, and runs on its unit
//! the fence waits for the last
//! ```
//!
//! ```
//! use stationary_sim::gemmini::{Call, Loop, Times, run};
//!
//! // 128 x 64 times 64 x 128 in eight tiles of 16 columns.
//! let call = Call::matmul(16, [64, 128, 128], [64, 1, 1, 16, 128, 1, 1], Loop::ALL)?;
//! let run = run(&call, Times::FITTED);
//! assert_eq!(run.calls, 8);
//! assert!(call.array_time() <= run.cycles);
//! # Ok::<(), stationary_sim::gemmini::CallError>(())
//! ```
//!
//! | part | does |
//! |---|---|
//! | [`Call`] | a layer with its tile, loop order and mesh, checked; [`Call::array_time`] bounds a run |
//! | `walk` | the positions of the C loops |
//! | `tile`, `convolution`, `matmul` | the unrollers: a call's commands, one by one |
//! | `layout` | where arrays lie in main memory, tiles in local memory |
//! | `station` | what has entered of each kind, by rows of local memory, and when it is done |
//! | `load_unit`, `request` | the load controller and the DMA's reader |
//! | `array_unit` | the execute controller and the mesh |
//! | `store_unit` | the store controller and the DMA's writer |
//! | `cache`, `port` | the second-level cache with its miss registers, the memory bus; the shared port |
//! | `machine` | the host, the places of the unroller, and which event is next: [`run`] |
//! | `chip` | every constant, with its unit and source |
//!
//! The chips are dummies that keep all timing and drop arithmetic and contents, weight-stationary, with
//! meshes of 4 to 64, as DOSA (Hong et al., MICRO 2023) measured them on FireSim. Nothing here steps
//! cycle by cycle: each time follows from earlier ones of the same unit and from what a command waits
//! for. Work grows with requests and pairs.

mod array_time;
mod array_unit;
mod cache;
mod call;
mod chip;
mod command;
mod convolution;
mod layout;
mod load_unit;
mod machine;
mod matmul;
mod port;
mod request;
mod station;
mod store_unit;
mod tile;
mod walk;

pub use call::{Call, CallError, Kind, Loop};
pub use chip::Times;
pub use machine::{Run, run};
