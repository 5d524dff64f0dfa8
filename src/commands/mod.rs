//! One file a verb.

pub mod assign;
pub mod certify;
pub mod codesign;
pub mod compare;
pub mod costs;
pub mod diff;
pub mod dram;
pub mod evaluations;
pub mod functional;
pub mod infeasibility;
pub mod list;
pub mod machine_runs;
pub mod map;
pub mod measurements;
pub mod new;
pub mod report;
pub mod run;
pub mod show;
pub mod simulations;
pub mod timeloop;
pub mod trace;
pub mod validate;
pub mod verify;
pub mod write;
