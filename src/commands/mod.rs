//! One file a verb.

pub mod assign;
pub mod codesign;
pub mod compare;
pub mod diff;
pub mod dram;
pub mod functional;
pub mod list;
pub mod map;
pub mod new;
pub mod report;
pub mod run;
pub mod show;
pub mod sweep;
pub mod timeloop;
pub mod trace;
pub mod validate;
pub mod verify;
pub mod write;
