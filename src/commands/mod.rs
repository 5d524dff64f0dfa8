//! One file a verb.

pub mod assign;
pub mod compare;
pub mod costs;
pub mod dram;
pub mod functional;
pub mod journal;
pub mod list;
pub mod map;
pub mod report;
pub mod run;
pub mod show;
pub mod timeloop;
pub mod trace;
pub mod validate;
pub mod write;
