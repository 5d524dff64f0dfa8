//! Best-first branch and bound: it finds the candidate with the fewest cycles on the machine by running as few of
//! them as their lower bounds allow.
//!
//! ```text
//! for candidate in order:
//!     if bound(candidate) < best: best = min(best, machine(candidate))
//! ```
//!
//! The machine is asked within the best: it may stop as soon as a candidate is shown to take more.
//!
//! In the order of the bounds this runs the fewest that prove a best one: each whose bound is below
//! it. In the order of estimates the best one comes sooner, and a few more may run.

use rayon::prelude::*;

use crate::bound::{BoundViolation, hold};
use crate::cancellation::Cancellation;

/// Candidates that run at a time. It is fixed, so that results do not depend on the number of threads.
const BATCH: usize = 2;

/// A candidate for the least cycles on the machine, with its lower bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The candidate's place in the caller's list, by which it is named.
    pub place: u64,
    /// Cycles that it does not go below on the machine.
    pub bound: u64,
}

impl Candidate {
    fn hold(self, cycles: u64) -> Result<(), BoundViolation> {
        let what = || format!("candidate {}", self.place);
        hold(what, "cycles", self.bound, cycles)
    }
}

/// The result of a best-first search, as far as it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchResult {
    /// The fewest cycles on the machine, and the place of the candidate that takes them, the earliest among
    /// equals; None if nothing ran.
    pub best: Option<(u64, u64)>,
    /// Cycles that no candidate goes below; they equal the best's once all that could win have run. None if
    /// it is not known.
    pub lower_bound: Option<u64>,
    /// The candidates that ran to their end, as pairs of place and cycles, in the order in which they ran.
    pub ran: Vec<(u64, u64)>,
    /// The places of candidates whose runs were stopped because they were shown to take more cycles than the
    /// best so far.
    pub beaten: Vec<u64>,
}

/// The reason why a search has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure<E> {
    /// The machine is faster than the bound.
    #[error(transparent)]
    NoBound(#[from] BoundViolation),
    /// A run of the machine failed.
    #[error(transparent)]
    Machine(E),
}

impl SearchResult {
    /// The number of candidates that ran, to their end or not.
    #[must_use]
    pub fn runs(&self) -> u64 {
        (self.ran.len() + self.beaten.len()) as u64
    }

    /// Whether it is proved that no candidate takes fewer cycles than the best.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.best.map(|(cycles, _)| cycles) == self.lower_bound
    }

    /// The distance from the lower bound to the best, relative to the best, from 0 to 1; None where either is
    /// not known.
    #[must_use]
    pub fn gap(&self) -> Option<f64> {
        let ((best, _), bound) = (self.best?, self.lower_bound?);
        Some((best - bound) as f64 / best.max(1) as f64)
    }
}

/// Runs candidates in their order until none that is left can win. The search also ends when the best takes
/// `enough` cycles or fewer, when `most` candidates have run, those of `ran` included, or when it is cancelled.
/// Candidates of `ran` are not run again.
///
/// `machine` takes a candidate's place and the most cycles that are of interest, and returns the candidate's
/// cycles, or `None` if it takes more than those.
///
/// # Errors
/// [`Failure::Machine`], if a run fails, and [`Failure::NoBound`], if one takes fewer cycles than its bound.
pub fn best_first<E: Send>(
    candidates: &[Candidate],
    ran: &[(Candidate, u64)],
    (most, enough): (u64, u64),
    cancellation: &Cancellation,
    machine: impl Fn(u64, u64) -> Result<Option<u64>, E> + Sync,
) -> Result<SearchResult, Failure<E>> {
    for (c, cycles) in ran {
        c.hold(*cycles)?;
    }
    let mut ran: Vec<(u64, u64)> = ran.iter().map(|(c, cycles)| (c.place, *cycles)).collect();
    let least = |ran: &[(u64, u64)]| ran.iter().map(|(place, cycles)| (*cycles, *place)).min();
    let mut best = least(&ran);
    let mut beaten: Vec<u64> = Vec::new();
    let mut known: Vec<u64> = ran.iter().map(|(place, _)| *place).collect();
    known.sort_unstable();
    let can_win =
        |c: &&Candidate, best: Option<(u64, u64)>| best.is_none_or(|(least, _)| c.bound < least);
    let is_open = |c: &&Candidate| known.binary_search(&c.place).is_err();
    let mut open: Vec<Candidate> = candidates.iter().filter(is_open).copied().collect();
    loop {
        open.retain(|c| can_win(&c, best));
        let is_enough = best.is_some_and(|(least, _)| least <= enough);
        if is_enough || cancellation.is_cancelled() {
            break;
        }
        let left = most.saturating_sub((ran.len() + beaten.len()) as u64);
        let batch: Vec<Candidate> = (open.iter().copied())
            .take(BATCH.min(usize::try_from(left).unwrap_or(BATCH)))
            .collect();
        if batch.is_empty() {
            break;
        }
        let within = best.map_or(u64::MAX, |(least, _)| least);
        let cycles = batch.par_iter().map(|c| machine(c.place, within));
        let cycles: Result<Vec<Option<u64>>, E> = cycles.collect();
        for (c, cycles) in batch.iter().zip(cycles.map_err(Failure::Machine)?) {
            match cycles {
                Some(cycles) => {
                    c.hold(cycles)?;
                    ran.push((c.place, cycles));
                }
                None => beaten.push(c.place),
            }
        }
        open.drain(..batch.len());
        best = least(&ran);
    }
    let bounds = open.iter().map(|c| c.bound);
    let lower_bound = bounds.chain(best.map(|(cycles, _)| cycles)).min();
    Ok(SearchResult {
        best,
        lower_bound,
        ran,
        beaten,
    })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use rand::RngExt;
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    #[test]
    fn the_best_is_that_of_all() {
        for seed in 0..300 {
            let rng = &mut Xoshiro256PlusPlus::seed_from_u64(seed);
            let range = [3, 30, 1000][rng.random_range(0..3)];
            let count = rng.random_range(1..60);
            let bounds: Vec<u64> = (0..count).map(|_| rng.random_range(0..range)).collect();
            let slack = rng.random_range(1..=range);
            let cycles: Vec<u64> = (bounds.iter())
                .map(|b| b + rng.random_range(0..slack))
                .collect();
            let all = (cycles.iter().zip(0..)).map(|(c, place)| (*c, place)).min();
            let mut candidates: Vec<Candidate> = (bounds.iter().zip(0..))
                .map(|(&bound, place)| Candidate { place, bound })
                .collect();
            candidates.sort_unstable_by_key(|c| (c.bound, c.place));
            for most in 0..=count {
                let runs = AtomicU64::new(0);
                let never = Cancellation::default();
                let machine = |place: u64, within: u64| {
                    runs.fetch_add(1, Ordering::Relaxed);
                    let cycles = Some(cycles[place as usize]).filter(|cycles| *cycles <= within);
                    Ok::<Option<u64>, Infallible>(cycles)
                };
                let found =
                    best_first(&candidates, &[], (most, 0), &never, machine).expect("bounds hold");
                let (least, _) = all.expect("there is a candidate");
                assert!(runs.into_inner() <= most, "seed {seed}");
                assert!(found.lower_bound.expect("a bound") <= least, "seed {seed}");
                let best = found.best.map(|(cycles, _)| cycles);
                assert!(best.is_none_or(|best| best >= least), "seed {seed}");
                if found.is_proved() {
                    assert_eq!(best, Some(least), "seed {seed}");
                }
                // With those in a batch beside it, each that ran could have won.
                let needed = bounds.iter().filter(|bound| **bound <= least).count();
                assert!(found.runs() <= (needed + BATCH) as u64, "seed {seed}");
                for place in &found.beaten {
                    assert!(Some(cycles[*place as usize]) > best, "seed {seed}");
                }
                assert!(most < count || found.is_proved(), "seed {seed}");
            }
        }
    }

    #[test]
    fn what_is_good_enough_ends_with_a_bound() {
        let candidates = [10, 20, 30, 40, 50].map(|bound| Candidate {
            place: bound,
            bound,
        });
        let never = Cancellation::default();
        let machine = |place: u64, _| Ok::<_, Infallible>(Some(105 - place));
        let found = best_first(&candidates, &[], (u64::MAX, 70), &never, machine);
        let found = found.expect("bounds hold");
        assert_eq!((found.best, found.lower_bound), (Some((65, 40)), Some(50)));
        let found = best_first(&candidates, &[], (u64::MAX, 90), &never, machine);
        let found = found.expect("bounds hold");
        assert_eq!((found.best, found.lower_bound), (Some((85, 20)), Some(30)));
    }

    #[test]
    fn what_is_cancelled_ends_with_a_bound() {
        let bounds = [10, 20, 30, 40, 50, 60];
        let candidates: Vec<Candidate> = (bounds.iter().zip(0..))
            .map(|(&bound, place)| Candidate { place, bound })
            .collect();
        let cancellation = Cancellation::default();
        let machine = |place: u64, _| {
            if place == 2 {
                cancellation.cancel();
            }
            Ok::<_, Infallible>(Some(bounds[place as usize] + 45))
        };
        let found = best_first(&candidates, &[], (u64::MAX, 0), &cancellation, machine);
        let found = found.expect("bounds hold");
        let ran: Vec<u64> = found.ran.iter().map(|(place, _)| *place).collect();
        assert_eq!(ran, [0, 1, 2, 3], "what had begun was finished");
        assert_eq!((found.best, found.lower_bound), (Some((55, 0)), Some(50)));
        assert!(!found.is_proved());
    }

    #[test]
    fn a_bound_above_the_machine_is_an_error() {
        let candidates = [Candidate {
            place: 0,
            bound: 101,
        }];
        let never = Cancellation::default();
        let machine = |_, _| Ok::<_, Infallible>(Some(100));
        let found = best_first(&candidates, &[], (1, 0), &never, machine);
        assert!(matches!(found, Err(Failure::NoBound(_))));
        // So is one of what ran before, also where nothing is left to run.
        let found = best_first(&[], &[(candidates[0], 100)], (0, 0), &never, machine);
        assert!(matches!(found, Err(Failure::NoBound(_))));
    }
}
