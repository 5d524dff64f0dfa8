//! How results look: tables, JSON, CSV, and advice.

pub mod advice;
pub mod causes;
pub mod codesign;
pub mod csv;
pub mod energy;
pub mod explain;
pub mod functional;
pub mod goal;
pub mod headline;
pub mod html;
pub mod lanes;
pub mod listing;
pub mod markdown;
pub mod misjudged;
pub mod network;
pub mod over;
pub mod peaks;
pub mod replay;
pub mod run;
pub mod table;
pub mod validate;
