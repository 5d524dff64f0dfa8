//! Runs a tuner on a task.
//!
//! ```text
//! while measurements < budget:
//!     points = tuner.propose(task, budget - measurements)         none: stop
//!     measured = [known or machine(p) for p in points]            in parallel, in order
//!     tuner.learn(measured)
//! ```
//!
//! A record of what was measured before replaces the machine, so that an interrupted run comes to the
//! same end.

use std::collections::HashMap;

use rayon::prelude::*;

use super::Tuner;
use super::task::{DesignPoint, Measured, Measurement, Task};
use crate::cancellation::Cancellation;

/// Proposals in a row without a new point, after which a tuner is taken to be done.
const PATIENCE: usize = 100;

/// The outcomes of points that were measured before.
pub type Record = HashMap<DesignPoint, Measurement>;

/// The course of a tuning run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tuned {
    /// The distinct points that were measured, in the order of their measurement.
    pub measured: Vec<Measured>,
    /// The best point and its cycles, the earliest among equals; None if no point was valid.
    pub best: Option<(DesignPoint, u64)>,
    /// For each improvement, the number of measurements so far and the new best's cycles.
    pub curve: Vec<(usize, u64)>,
}

impl Tuned {
    /// The course of measurements that were made in this order.
    #[must_use]
    pub fn of(measured: Vec<Measured>) -> Self {
        let (mut best, mut curve) = (None::<(DesignPoint, u64)>, Vec::new());
        for (index, each) in measured.iter().enumerate() {
            let Measurement::Cycles(cycles) = each.outcome else {
                continue;
            };
            if best.is_none_or(|(_, least)| cycles < least) {
                best = Some((each.point, cycles));
                curve.push((index + 1, cycles));
            }
        }
        Self {
            measured,
            best,
            curve,
        }
    }
}

/// Runs a tuner on a task until it has measured `measurements` distinct points, or has no new point to propose.
/// A point in `record` counts as a measurement, but the machine does not run it again. `note` is called with
/// each measurement, in order. The result does not depend on the number of threads.
pub fn tune(
    task: &Task,
    tuner: &mut dyn Tuner,
    measurements: usize,
    record: &Record,
    note: &mut dyn FnMut(&Measured),
) -> Tuned {
    let measure = |point: DesignPoint| match record.get(&point) {
        Some(outcome) => *outcome,
        None => task.measure(point).outcome,
    };
    tune_by(task, tuner, measurements, &measure, note)
}

/// Tunes as [`tune`] does, with `measure` in the place of the machine: it returns what [`Task::measure`] would,
/// such as a wrapper that records each outcome or counts time.
pub fn tune_by(
    task: &Task,
    tuner: &mut dyn Tuner,
    measurements: usize,
    measure: &(dyn Fn(DesignPoint) -> Measurement + Sync),
    note: &mut dyn FnMut(&Measured),
) -> Tuned {
    let never = Cancellation::default();
    tune_until(task, tuner, measurements, measure, &never, note)
}

/// [`tune_by`] that ends early once it is cancelled.
pub(super) fn tune_until(
    task: &Task,
    tuner: &mut dyn Tuner,
    measurements: usize,
    measure: &(dyn Fn(DesignPoint) -> Measurement + Sync),
    cancellation: &Cancellation,
    note: &mut dyn FnMut(&Measured),
) -> Tuned {
    let mut known: HashMap<DesignPoint, Measurement> = HashMap::new();
    let mut measured = Vec::new();
    let mut idle = 0;
    let is_open = |measured: &Vec<Measured>, idle: usize| {
        measured.len() < measurements && idle < PATIENCE && !cancellation.is_cancelled()
    };
    while is_open(&measured, idle) {
        let remaining = measurements - measured.len();
        let mut points = tuner.propose(task, remaining);
        if points.is_empty() {
            break;
        }
        let mut fresh: Vec<DesignPoint> = Vec::new();
        points.retain(|point| {
            if known.contains_key(point) || fresh.contains(point) {
                return true;
            }
            let fits = fresh.len() < remaining;
            if fits {
                fresh.push(*point);
            }
            fits
        });
        idle = if fresh.is_empty() { idle + 1 } else { 0 };
        let found: Vec<Measured> = fresh
            .par_iter()
            .filter(|_| !cancellation.is_cancelled())
            .map(|point| Measured {
                point: *point,
                outcome: measure(*point),
            })
            .collect();
        let is_cut = found.len() < fresh.len();
        for each in found {
            note(&each);
            known.insert(each.point, each.outcome);
            measured.push(each);
        }
        if is_cut {
            break;
        }
        let answers: Vec<Measured> = points
            .into_iter()
            .map(|point| Measured {
                point,
                outcome: known[&point],
            })
            .collect();
        tuner.learn(task, &answers);
    }
    Tuned::of(measured)
}
