//! Files that outlive a crash: whole writes, checked logs, locks and digests.
//!
//! * [`write()`] replaces a file as a whole or not at all.
//! * [`Log`] appends lines that each carry a checksum; what a crash cuts short is recognised and
//!   dropped.
//! * [`read_at_most`] reads a file to a limit, whatever it is.
//! * [`digest`] tells files apart; [`Lock`] keeps a second process out.
//!
//! This crate knows nothing of what the files hold.

mod bounded;
mod digest;
mod lock;
mod log;
mod whole;

pub use bounded::{open, read_at_most};
pub use digest::digest;
pub use lock::Lock;
pub use log::{Log, LogError, read};
pub use whole::write;
