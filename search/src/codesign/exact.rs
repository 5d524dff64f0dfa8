//! The optimum of a task, proved by the machine.
//!
//! ```text
//! points in the order of their lower bound; best = infinity
//! for point in points:
//!     if bound(point) >= best: done, for no point that is left can be better
//!     best = min(best, machine(point))
//! ```

use rayon::prelude::*;

use super::task::{DesignPoint, Measured, Measurement, Task};
use super::tune::{Record, Tuned};
use crate::bound::{BoundViolation, hold};
use crate::cancellation::Cancellation;

/// Points that run at a time. It is fixed, so that results do not depend on the number of threads.
const BATCH: usize = 2;

/// The best schedule of one task on one machine, proved by running points on the machine in the order of their
/// lower bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The optimum and its cycles; None if no schedule fits, or none takes fewer cycles than [`prove`] was told
    /// to beat.
    pub best: Option<(DesignPoint, u64)>,
    /// The number of points whose tiles fit the machine's buffers.
    pub valid: u64,
    /// The number of points that the machine ran or whose cycles the record held.
    pub simulated: u64,
    /// The least lower bound, in cycles, of the points that could still win and did not run; None unless the
    /// proof was cancelled before its end.
    pub open: Option<u64>,
    /// The measurements in the order in which they were made.
    pub course: Tuned,
}

/// Proves the best schedule of a task on the machine with index `machine`, or that none takes fewer than
/// `below` cycles, where `best` is None. `below` of `u64::MAX` sets no limit. Points in `record` are not run
/// again.
///
/// # Errors
/// [`BoundViolation`], if a point takes fewer cycles on the machine than its lower bound.
///
/// # Panics
/// If `machine` is not below [`Hardware::len`](super::Hardware::len) of the task's hardware.
pub fn prove(
    task: &Task,
    machine: usize,
    below: u64,
    record: &Record,
) -> Result<Proof, BoundViolation> {
    let never = Cancellation::default();
    from(task, &bounds(task, machine), below, record, &never)
}

/// The points on a machine that fit, with their bounds, the least first.
pub(super) fn bounds(task: &Task, machine: usize) -> Vec<(u64, DesignPoint)> {
    let points = task.fitting_on(machine);
    let mut bounds: Vec<(u64, DesignPoint)> = points
        .par_iter()
        .filter_map(|point| task.bound(*point).map(|bound| (bound, *point)))
        .collect();
    bounds.sort_unstable();
    bounds
}

/// The proof from points in the order of their bounds. Once cancelled it is cut off at the first points
/// that are not recorded; without a limit only after the first ran, so that there is a schedule.
///
/// # Errors
/// [`BoundViolation`].
pub(super) fn from(
    task: &Task,
    bounds: &[(u64, DesignPoint)],
    below: u64,
    record: &Record,
    cancellation: &Cancellation,
) -> Result<Proof, BoundViolation> {
    let mut cut = None;
    let (mut best, mut measured) = (None::<(DesignPoint, u64)>, Vec::<Measured>::new());
    let mut least = below;
    for batch in bounds.chunks(BATCH) {
        let open: Vec<(u64, DesignPoint)> = (batch.iter().copied())
            .filter(|(bound, _)| *bound < least)
            .collect();
        // Every point that has a bound fits: a record that says otherwise is asked for again.
        let recorded =
            |point: &DesignPoint| record.get(point).copied().and_then(Measurement::cycles);
        if open.is_empty() {
            break;
        }
        let has_first = !measured.is_empty() || below < u64::MAX;
        let is_known = || open.iter().all(|(_, point)| recorded(point).is_some());
        if cancellation.is_cancelled() && has_first && !is_known() {
            cut = batch.first().map(|(bound, _)| *bound);
            break;
        }
        let found: Vec<Measured> = open
            .par_iter()
            .map(|(_, point)| match recorded(point) {
                Some(cycles) => Measured {
                    point: *point,
                    outcome: Measurement::Cycles(cycles),
                },
                None => task.measure(*point),
            })
            .collect();
        for ((bound, point), each) in open.iter().zip(found) {
            if let Measurement::Cycles(cycles) = each.outcome {
                let what = || format!("layer {}, point {:?}", task.layer().name(), point.0);
                hold(what, "cycles", *bound, cycles)?;
                if cycles < least {
                    least = cycles;
                    best = Some((each.point, cycles));
                }
            }
            measured.push(each);
        }
    }
    Ok(Proof {
        best,
        valid: bounds.len() as u64,
        simulated: measured.len() as u64,
        open: cut,
        course: Tuned::of(measured),
    })
}

#[cfg(test)]
mod tests {
    use stationary_arch::Accelerator;
    use stationary_workloads::{Convolution, Layer};

    use super::*;
    use crate::codesign::Hardware;

    /// Bounds of which one is a cycle above what the machine takes prove nothing.
    #[test]
    fn a_bound_above_the_machine_is_a_breach() {
        let vta = Accelerator::preset("vta", &[]).expect("a bundled preset");
        let hardware = Hardware::fixed(&vta).expect("its technology is known");
        let conv = Convolution::square(6, [32, 48], 3, 1, 1);
        let layer = Layer::convolution("conv", conv).expect("a layer");
        let task = Task::new(&layer, &hardware).expect("a decoupled machine");
        let (bounds, never) = (bounds(&task, 0), Cancellation::default());
        let prove = |bounds: &[(u64, DesignPoint)], record: &Record| {
            from(&task, bounds, u64::MAX, record, &never)
        };
        let nothing = Record::new();
        assert!(prove(&bounds, &nothing).is_ok());
        let (_, point) = bounds[0];
        let cycles = task.measure(point).outcome.cycles().expect("it fits");
        for (bound, holds) in [(cycles, true), (cycles + 1, false)] {
            let found = prove(&[(bound, point)], &nothing);
            assert_eq!(found.is_ok(), holds, "a bound of {bound}");
        }
        let breach = prove(&[(cycles + 1, point)], &nothing).expect_err("above the machine");
        assert!(breach.what.starts_with("layer conv, point ["), "{breach}");
        assert_eq!(breach.machine, cycles.to_string());
        // A record takes the machine's place, and is held against the same bounds.
        let low = Record::from([(point, Measurement::Cycles(bounds[0].0 - 1))]);
        assert!(prove(&bounds, &low).is_err());
        // What fits does not stop to fit because a record says so.
        let unfit = Record::from([(point, Measurement::Invalid)]);
        assert_eq!(prove(&bounds, &unfit), prove(&bounds, &nothing));
    }
}
