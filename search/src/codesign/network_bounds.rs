//! The bounds on a whole network that follow from the points that ran, whoever chose them.
//!
//! ```text
//! floor(machine) = sum over tasks of times * min over schedules of (cycles if it ran, else its bound)
//! best           = the machine with the least sum of cycles, of those on which a schedule of each task ran
//! ```
//!
//! A network takes no fewer cycles on a machine than its floor. If no floor is below the best, the best
//! is the optimum: that is what a certificate rests on, and it says nothing of how the search went.

use rayon::prelude::*;

use super::exact::bounds;
use super::shared_hardware::{Chip, Repeated};
use super::task::{DesignPoint, Measurement};
use super::tune::Record;
use crate::bound::{BoundViolation, hold};

/// The lower bound of a network's cycles on one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Floor {
    /// For each task, the least lower bound of the schedules that fit, in cycles of one layer.
    pub bounds: Vec<u64>,
    /// The network's cycles on the machine are at least this: for each task the least of its schedules, a
    /// schedule that ran counting by its cycles and any other by its lower bound, times the layers that the
    /// task stands for.
    pub floor: u64,
    /// The network's cycles with the best schedule of each task that ran; None if of some task no schedule ran.
    pub cycles: Option<u64>,
}

/// The lower bounds of a network on all machines, and the best chip of those that ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkBounds {
    /// The best chip; None if on no machine a schedule of each task ran.
    pub best: Option<Chip>,
    /// The lower bound of each machine by its number; None for machines beyond the limits and for those on
    /// which no schedule of some task fits.
    pub machines: Vec<Option<Floor>>,
    /// The number of schedules that fit, over machines and tasks; on a machine that cannot run all tasks, of
    /// those before the first that it cannot run.
    pub valid: u64,
}

impl NetworkBounds {
    /// Cycles of the network that no allowed machine goes below; None if no machine can run all tasks.
    #[must_use]
    pub fn lower_bound(&self) -> Option<u64> {
        self.machines.iter().flatten().map(|own| own.floor).min()
    }

    /// Whether the best chip takes as few cycles as the lower bound. If no machine can run all tasks, it is
    /// proved that there is no chip.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.best.as_ref().map(|chip| chip.cycles) == self.lower_bound()
    }
}

/// The bounds that follow from what ran. `ran` has one record for each task, in the order of `tasks`; all tasks
/// share their hardware.
///
/// # Errors
/// [`BoundViolation`], if the machine took fewer cycles than a lower bound.
pub fn network_bounds(tasks: &[Repeated], ran: &[Record]) -> Result<NetworkBounds, BoundViolation> {
    let count = tasks.first().map_or(0, |first| first.task.hardware().len());
    let all = (0..count).into_par_iter();
    let all = all.map(|machine| settle(tasks, ran, machine));
    let all: Vec<(Option<(Floor, Layers)>, u64)> = all.collect::<Result<_, _>>()?;
    let valid = all.iter().map(|(_, valid)| valid).sum();
    let mut best: Option<((u64, u64, usize), Chip)> = None;
    let mut machines = Vec::new();
    for (machine, (found, _)) in all.into_iter().enumerate() {
        let Some((floor, layers)) = found else {
            machines.push(None);
            continue;
        };
        if let (Some(cycles), Some(layers)) = (floor.cycles, layers) {
            // Among equals the first in the order in which a proof looks at them.
            let rank = (cycles, total(tasks, &floor.bounds), machine);
            if best.as_ref().is_none_or(|(other, _)| rank < *other) {
                let chip = Chip {
                    machine,
                    layers,
                    cycles,
                };
                best = Some((rank, chip));
            }
        }
        machines.push(Some(floor));
    }
    Ok(NetworkBounds {
        best: best.map(|(_, chip)| chip),
        machines,
        valid,
    })
}

/// A schedule for each task, if one of each ran.
type Layers = Option<Vec<(DesignPoint, u64)>>;

/// What is known of a machine, and how many schedules of those tasks fit that it can run.
fn settle(
    tasks: &[Repeated],
    ran: &[Record],
    machine: usize,
) -> Result<(Option<(Floor, Layers)>, u64), BoundViolation> {
    let (mut valid, mut is_able) = (0, true);
    let (mut least, mut floors, mut layers) = (Vec::new(), Vec::new(), Some(Vec::new()));
    for (each, ran) in tasks.iter().zip(ran) {
        let task = &each.task;
        let bounds = bounds(task, machine);
        let Some((first, _)) = bounds.first() else {
            is_able = false;
            break;
        };
        valid += bounds.len() as u64;
        least.push(*first);
        let mut best: Option<(u64, DesignPoint)> = None;
        let mut floor = u64::MAX;
        for (bound, point) in &bounds {
            let cycles = ran.get(point).copied().and_then(Measurement::cycles);
            floor = floor.min(cycles.unwrap_or(*bound));
            if let Some(cycles) = cycles {
                let what = || format!("layer {}, point {:?}", task.layer().name(), point.0);
                hold(what, "cycles", *bound, cycles)?;
                if best.is_none_or(|(least, _)| cycles < least) {
                    best = Some((cycles, *point));
                }
            }
        }
        floors.push(floor);
        layers = layers.zip(best).map(|(mut layers, (cycles, point))| {
            layers.push((point, cycles));
            layers
        });
    }
    if !is_able {
        return Ok((None, 0));
    }
    let cycles = layers.as_ref().map(|layers: &Vec<(DesignPoint, u64)>| {
        let cycles: Vec<u64> = layers.iter().map(|(_, cycles)| *cycles).collect();
        total(tasks, &cycles)
    });
    let floor = Floor {
        floor: total(tasks, &floors),
        bounds: least,
        cycles,
    };
    Ok((Some((floor, layers)), valid))
}

fn total(tasks: &[Repeated], cycles: &[u64]) -> u64 {
    let all = tasks.iter().zip(cycles);
    all.map(|(each, cycles)| each.times * cycles).sum()
}
