//! How a machine gets from one cycle to the next.

/// How the machine gets from one cycle to the next. Results are the same under each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pace {
    /// Every component, every cycle: the plain reading.
    EveryCycle,
    /// Jumps over cycles in which nothing can change.
    SkipIdle,
    /// Multiplies what repeats itself as well. With values to carry it is as [`Pace::SkipIdle`].
    #[default]
    SkipPeriods,
}

/// Whether a run is to stop before a cycle.
pub type Stop<'s> = &'s dyn Fn(u64) -> bool;
