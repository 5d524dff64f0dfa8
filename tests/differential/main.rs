//! Our figures against those of other tools, from their recorded runs in `tests/data`.

mod dram;
