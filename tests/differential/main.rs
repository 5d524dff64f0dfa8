//! Our figures against those of chips and other tools, as recorded in `tests/data`.

mod comparison;
mod dram;
mod eyeriss;
mod gemmini_rtl;
mod machine;
mod nvdla;
mod systolic;
mod table;
mod timeloop;
mod vta;
