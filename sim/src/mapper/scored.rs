//! What was found of a candidate.

use crate::mapper::prices::{Bill, Prices};
use crate::model::{BoundEvaluator, MappingPoint};

/// A legal candidate.
#[derive(Clone, Copy, Debug)]
pub(super) struct ScoredCandidate {
    pub(super) candidate: MappingPoint,
    /// A lower bound on its estimated cycles.
    pub(super) least: u64,
    /// A looser one, of each unit by itself.
    pub(super) of_units: u64,
    pub(super) bill: Bill,
    /// Its estimated cycles, once they are known.
    pub(super) cycles: Option<u64>,
}

impl ScoredCandidate {
    /// `None` if the candidate is not legal.
    pub(super) fn new(
        screen: &BoundEvaluator,
        prices: &Prices,
        candidate: MappingPoint,
    ) -> Option<Self> {
        let (counters, [of_units, least]) = screen.least_estimates(&candidate)?;
        Some(Self {
            candidate,
            least,
            of_units,
            bill: prices.bill(&counters, screen.active_pes(&candidate)),
            cycles: None,
        })
    }
}
