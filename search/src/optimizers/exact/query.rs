//! What is asked of a model.

/// What is summed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cost {
    /// Cycles.
    Latency,
    /// Nanojoules.
    Energy,
    /// `latency` times the cycles and `energy` times the nanojoules.
    Weighted { latency: f64, energy: f64 },
    /// What is taken of the budget with this index.
    Usage(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Query {
    pub(super) cost: Cost,
    /// Budgets to keep: their index and limit in integer units.
    pub(super) limits: Vec<(usize, i64)>,
    /// The longest that a stage may take, in cycles.
    pub(super) slowest: u64,
    /// Only what costs less than this is asked for.
    pub(super) below: Option<f64>,
}
