//! Timeloop's reading of a mapping: its files, and its way of counting.
//!
//! A [`Nest`] ties a problem to an architecture under a mapping, all three as Timeloop describes
//! them. It comes from Timeloop's files ([`Nest::read`]) or from a [`Mapping`](crate::sim::Mapping) of
//! ours ([`Nest::of`]); [`Nest::count`] counts it as Timeloop does, and [`Nest::files`] writes it, so
//! that a result can be checked elsewhere.
//!
//! This is agreement with Timeloop, not with the machine: where windows overlap, Timeloop moves more
//! words than there are.

mod accesses;
mod count;
mod energy;
mod export;
mod nest;
mod read;
mod write;

pub use accesses::{Accesses, LayerNest, multipliers, nests};
pub use count::{Count, Counts};
pub use nest::{Nest, NestLevel};
pub use write::Files;
