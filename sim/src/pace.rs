//! The ways in which the machine advances its time.

/// How the machine advances its time. Results are the same under each; only the time to compute them differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pace {
    /// Every component is ticked in every cycle: the oracle of the other two.
    EveryCycle,
    /// Cycles in which nothing can change are skipped.
    SkipIdle,
    /// Repeats of a steady state are skipped as well. A run with values does as under [`Pace::SkipIdle`].
    #[default]
    SkipPeriods,
}

/// A condition on the cycle that is next: true if the run is to stop before it.
pub type Stop<'s> = &'s dyn Fn(u64) -> bool;
