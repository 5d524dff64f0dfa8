//! How results look: tables, JSON, CSV, and advice.

pub mod codesign;
pub mod functional;
pub mod listing;
pub mod map;
pub mod markdown;
pub mod network;
pub mod run;
pub mod sweep;
pub mod table;
pub mod validate;
