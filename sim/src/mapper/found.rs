//! What was found of a candidate.

use crate::mapper::prices::{Bill, Prices};
use crate::model::{Candidate, Screen};

/// A legal candidate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) candidate: Candidate,
    /// A lower bound on its estimated cycles.
    pub(super) least: u64,
    pub(super) bill: Bill,
    /// Its estimated cycles, once they are known.
    pub(super) cycles: Option<u64>,
}

impl Found {
    /// `None` if the candidate is not legal.
    pub(super) fn new(screen: &Screen, prices: &Prices, candidate: Candidate) -> Option<Self> {
        let (counters, least) = screen.least_estimate(&candidate)?;
        Some(Self {
            candidate,
            least,
            bill: prices.bill(&counters, screen.active_pes(&candidate)),
            cycles: None,
        })
    }
}
