//! One chip for a whole network by a tuner.
//!
//! ```text
//! half of each layer's measurements: a tuner with the hardware's knobs as well
//! hardware = the least sum of what was measured on it, or is expected by the cost model
//! the other half: a new tuner, on that hardware alone
//! ```
//!
//! The hardware is chosen in the same way for every tuner. **Ours**: ARCO's paper says that layers
//! share it, not how it is agreed on.

use std::sync::Arc;

#[cfg(feature = "learn")]
use rand::SeedableRng;
#[cfg(feature = "learn")]
use rand_xoshiro::Xoshiro256PlusPlus;
#[cfg(feature = "learn")]
use rayon::prelude::*;
use stationary_sim::decoupled::ScheduleError;

use super::Tuner;
use super::exact::bounds;
#[cfg(feature = "learn")]
use super::forest::Loss;
use super::shared_hardware::{Chip, Repeated};
#[cfg(feature = "learn")]
use super::surrogate::SurrogateData;
#[cfg(feature = "learn")]
use super::task::Excess;
use super::task::{DesignPoint, Measured, Measurement, Task};
use super::tune::{Record, Tuned, tune_until};
use crate::cancellation::Cancellation;

/// The result of tuning all layers of a network for one chip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkTuned {
    /// The chip that all layers share; None if on no machine a schedule of each task ran.
    pub best: Option<Chip>,
    /// The course of each task while its hardware was free; without a measurement where there is only one
    /// machine.
    pub free: Vec<Tuned>,
    /// The course of each task on the chosen machine.
    pub shared: Vec<Tuned>,
    /// The best point of each task and its cycles, on whatever machine that is; None if none is valid. The
    /// tasks differ in their machines, so that this is a comparison and no chip.
    pub each: Vec<Option<(DesignPoint, u64)>>,
}

/// Tunes all tasks of a network for one chip, with at most `measurements` measurements a task. Half of them are
/// made with free hardware, from which the machine is chosen; the rest on that machine. If there is only one
/// machine, all are made on it.
///
/// `make` gives a new tuner for the task with the given index, once for each half. `records` has one record for
/// each task, whose points are not measured again. `note` is called with each measurement and the index of its
/// task. Once cancelled, a task without a schedule on the chosen machine gets the one whose lower bound is
/// least.
///
/// # Errors
/// [`ScheduleError::NotDecoupled`], if the hardware is not decoupled.
pub fn tune_network(
    tasks: &[Repeated],
    make: &dyn Fn(usize) -> Box<dyn Tuner + Send>,
    measurements: usize,
    records: &[Record],
    cancellation: &Cancellation,
    note: &mut dyn FnMut(usize, &Measured),
) -> Result<NetworkTuned, ScheduleError> {
    let measure = |number: usize, point: DesignPoint| match records[number].get(&point) {
        Some(outcome) => *outcome,
        None => tasks[number].task.measure(point).outcome,
    };
    tune_network_by(tasks, make, measurements, &measure, cancellation, note)
}

/// Tunes as [`tune_network`] does, with `measure` in the place of the machine: it gets the index of a task and
/// a point, and returns what [`Task::measure`] would.
///
/// # Errors
/// [`ScheduleError::NotDecoupled`], if the hardware is not decoupled.
pub fn tune_network_by(
    tasks: &[Repeated],
    make: &dyn Fn(usize) -> Box<dyn Tuner + Send>,
    measurements: usize,
    measure: &(dyn Fn(usize, DesignPoint) -> Measurement + Sync),
    cancellation: &Cancellation,
    note: &mut dyn FnMut(usize, &Measured),
) -> Result<NetworkTuned, ScheduleError> {
    let Some(hardware) = tasks.first().map(|first| first.task.hardware()) else {
        return Ok(NetworkTuned {
            best: None,
            free: Vec::new(),
            shared: Vec::new(),
            each: Vec::new(),
        });
    };
    let is_fixed = hardware.len() == 1;
    let half = if is_fixed { 0 } else { measurements / 2 };
    let mut free = Vec::new();
    for (number, each) in tasks.iter().enumerate() {
        let mut tuner = make(number);
        let mut note = |measured: &Measured| note(number, measured);
        let measure = |point: DesignPoint| measure(number, point);
        free.push(tune_until(
            &each.task,
            tuner.as_mut(),
            half,
            &measure,
            cancellation,
            &mut note,
        ));
    }
    let machine = if is_fixed { 0 } else { choose(tasks, &free) };
    let alone = hardware.alone(machine);
    let places = hardware.places(machine);
    // On a machine alone, its knobs have one value each.
    let back = moved(places);
    let mut shared = Vec::new();
    for (number, each) in tasks.iter().enumerate() {
        let task = Task::new(Arc::clone(each.task.layer()), &alone)?;
        // What was measured while the hardware was free is not measured again.
        let known: Record = (free[number].measured.iter())
            .map(|each| (each.point, each.outcome))
            .collect();
        let measure = |point: DesignPoint| {
            let point = back(point);
            let outcome = known.get(&point).copied();
            outcome.unwrap_or_else(|| measure(number, point))
        };
        let mut tuner = make(number);
        let mut note = |measured: &Measured| {
            let point = back(measured.point);
            note(number, &Measured { point, ..*measured });
        };
        let count = measurements - half;
        let tuner = tuner.as_mut();
        let mut tuned = tune_until(&task, tuner, count, &measure, cancellation, &mut note);
        let has_run = known
            .iter()
            .any(|(point, outcome)| point.0[..3] == places && outcome.cycles().is_some());
        if cancellation.is_cancelled() && tuned.best.is_none() && !has_run {
            let first = bounds(&task, 0).first().map(|(_, point)| *point);
            let first = first.map(|point| Measured {
                point,
                outcome: measure(point),
            });
            first.iter().for_each(&mut note);
            tuned.measured.extend(first);
        }
        let measured = tuned.measured.into_iter().map(|each| Measured {
            point: back(each.point),
            ..each
        });
        shared.push(Tuned::of(measured.collect()));
    }
    let on_chip = |number: usize| {
        let all = free[number].measured.iter().chain(&shared[number].measured);
        let own = all.filter(|m| m.point.0[..3] == places);
        own.filter_map(|m| Some((m.outcome.cycles()?, m.point)))
            .min()
    };
    let layers: Option<Vec<(DesignPoint, u64)>> = (0..tasks.len())
        .map(|number| on_chip(number).map(|(cycles, point)| (point, cycles)))
        .collect();
    let each = (0..tasks.len()).map(|number| {
        let both = [free[number].best, shared[number].best];
        let found = both.into_iter().flatten();
        found.min_by_key(|(point, cycles)| (*cycles, *point))
    });
    Ok(NetworkTuned {
        best: layers.map(|layers| Chip {
            machine,
            cycles: tasks.iter().zip(&layers).map(|(t, l)| t.times * l.1).sum(),
            layers,
        }),
        each: each.collect(),
        free,
        shared,
    })
}

/// Gives a point the hardware of these places.
fn moved(places: [usize; 3]) -> impl Fn(DesignPoint) -> DesignPoint {
    move |mut point| {
        point.0[..3].copy_from_slice(&places);
        point
    }
}

/// The machine with the least sum of what each task is thought to take on it: the best that was
/// measured there or, if it is less, what the cost model expects of its best schedule.
fn choose(tasks: &[Repeated], free: &[Tuned]) -> usize {
    let hardware = tasks[0].task.hardware();
    let mut sums = vec![0.0; hardware.len()];
    for (each, tuned) in tasks.iter().zip(free) {
        let mut best: Vec<Option<u64>> = vec![None; hardware.len()];
        for measured in &tuned.measured {
            if let Measurement::Cycles(cycles) = measured.outcome {
                let own = &mut best[each.task.machine(measured.point)];
                *own = Some(own.map_or(cycles, |least| least.min(cycles)));
            }
        }
        let expected = expected(&each.task, tuned);
        let worst = best.iter().flatten().max().copied().unwrap_or(0) as f64;
        for ((sum, own), expected) in sums.iter_mut().zip(best).zip(expected) {
            let own = own.map_or(worst, |cycles| cycles as f64);
            *sum += each.times as f64 * expected.unwrap_or(f64::INFINITY).min(own);
        }
    }
    let allowed = hardware.allowed();
    let best = allowed.min_by(|a, b| sums[*a].total_cmp(&sums[*b]));
    best.unwrap_or(0)
}

/// What the cost model expects of the best schedule on each machine, in cycles, where it expects
/// anything.
#[cfg(feature = "learn")]
fn expected(task: &Task, tuned: &Tuned) -> Vec<Option<f64>> {
    let mut known = SurrogateData::default();
    known.add(task, &tuned.measured);
    let Some((_, least)) = tuned.best else {
        return vec![None; task.hardware().len()];
    };
    // The trees draw no partners, as they do not rank: nothing depends on the seed.
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(0);
    let forest = known.forest(Loss::Square, known.len(), &mut rng);
    (0..task.hardware().len())
        .into_par_iter()
        .map(|machine| {
            let fits = |point: &DesignPoint| task.excess(*point) == Excess::default();
            let points = task.fitting_on(machine).into_iter().filter(fits);
            let scores = points.map(|point| forest.score(&task.features(point)));
            let most = scores.fold(0.0, f64::max);
            (most > 0.0).then(|| least as f64 / most)
        })
        .collect()
}

/// Without trees nothing is expected.
#[cfg(not(feature = "learn"))]
fn expected(task: &Task, _: &Tuned) -> Vec<Option<f64>> {
    vec![None; task.hardware().len()]
}
