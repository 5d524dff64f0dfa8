//! The optimum of a task, proved by the machine.
//!
//! ```text
//! points in the order of their lower bound; best = infinity
//! for point in points:
//!     if bound(point) >= best: done, for no point that is left can be better
//!     best = min(best, machine(point))
//! ```

use rayon::prelude::*;

use super::task::{Measured, Outcome, Point, Task};
use super::tune::{Record, Tuned};
use crate::cancellation::Cancellation;

/// Points that run at a time. It is fixed, so that results do not depend on the number of threads.
const BATCH: usize = 2;

/// A proved optimum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The optimum and its cycles; none if no schedule fits.
    pub best: Option<(Point, u64)>,
    /// Points that fit.
    pub valid: u64,
    /// Points that the machine ran.
    pub simulated: u64,
    /// The least bound of a point that could be better and did not run: there is one only where the
    /// proof was cut off.
    pub open: Option<u64>,
    /// The measurements, in order.
    pub course: Tuned,
}

/// Proves the best point on one machine, or that none takes fewer than `below` cycles: then `best`
/// is none.
pub fn prove(task: &Task<'_>, machine: usize, below: u64, record: &Record) -> Proof {
    let never = Cancellation::default();
    from(task, &bounds(task, machine), below, record, &never)
}

/// The points on a machine that fit, with their bounds, the least first.
pub(super) fn bounds(task: &Task<'_>, machine: usize) -> Vec<(u64, Point)> {
    let points = task.fitting_on(machine);
    let mut bounds: Vec<(u64, Point)> = points
        .par_iter()
        .filter_map(|point| task.bound(*point).map(|bound| (bound, *point)))
        .collect();
    bounds.sort_unstable();
    bounds
}

/// The proof from points in the order of their bounds. Once cancelled it is cut off at the first points
/// that are not recorded; without a limit only after the first ran, so that there is a schedule.
pub(super) fn from(
    task: &Task<'_>,
    bounds: &[(u64, Point)],
    below: u64,
    record: &Record,
    cancellation: &Cancellation,
) -> Proof {
    let mut cut = None;
    let (mut best, mut measured) = (None::<(Point, u64)>, Vec::<Measured>::new());
    let mut least = below;
    for batch in bounds.chunks(BATCH) {
        let open: Vec<Point> = batch
            .iter()
            .filter(|(bound, _)| *bound < least)
            .map(|(_, point)| *point)
            .collect();
        if open.is_empty() {
            break;
        }
        let has_first = !measured.is_empty() || below < u64::MAX;
        let is_known = || open.iter().all(|point| record.contains_key(point));
        if cancellation.is_cancelled() && has_first && !is_known() {
            cut = batch.first().map(|(bound, _)| *bound);
            break;
        }
        let found: Vec<Measured> = open
            .par_iter()
            .map(|point| match record.get(point) {
                Some(outcome) => Measured {
                    point: *point,
                    outcome: *outcome,
                },
                None => task.measure(*point),
            })
            .collect();
        for each in found {
            if let Outcome::Cycles(cycles) = each.outcome
                && cycles < least
            {
                least = cycles;
                best = Some((each.point, cycles));
            }
            measured.push(each);
        }
    }
    Proof {
        best,
        valid: bounds.len() as u64,
        simulated: measured.len() as u64,
        open: cut,
        course: Tuned::of(measured),
    }
}
