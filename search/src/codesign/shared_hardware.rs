//! One chip for a whole network: the sum of cycles over the layers, on hardware that all share.
//!
//! ```text
//! for machine in the order of the sum of its layers' least bounds:
//!     skip it if that sum is not below the best
//!     for layer: prove its optimum, or that the sum cannot come below the best any more
//! ```
//!
//! The best of each layer on hardware of its own is also reported: of those chips only one could be
//! built.

use rayon::prelude::*;

use super::exact::{self, bounds, from};
use super::task::{DesignPoint, Measured, Task};
use super::tune::Record;
use crate::bound::BoundViolation;
use crate::cancellation::Cancellation;

/// A task, with the number of the network's layers that it stands for.
#[derive(Clone, Debug)]
pub struct Repeated {
    /// The task of one of the equal layers.
    pub task: Task,
    /// The number of layers that are equal to the task's.
    pub times: u64,
}

/// One chip for a network, with a schedule for each of the tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    /// The number of the chip's machine, as in [`Hardware::machine`](super::Hardware::machine).
    pub machine: usize,
    /// The point of each task and its cycles on the machine for one layer.
    pub layers: Vec<(DesignPoint, u64)>,
    /// Cycles of the whole network, repeated layers counted.
    pub cycles: u64,
}

/// What is proved about the network's cycles on one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineVerdict {
    /// The machine is beyond a limit of area or MACs.
    TooLarge,
    /// Some task has no schedule that fits the machine.
    Unable,
    /// The network takes at least so many cycles, no fewer than on the best chip.
    AtLeast(u64),
    /// The network takes so many cycles with the best schedule of each task.
    Exactly(u64),
    /// The search was cancelled while the machine could still be the best. The network takes at least so many
    /// cycles.
    Open(u64),
}

/// The best chip for a network with its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkProof {
    /// The best chip; None if no machine runs all tasks.
    pub best: Option<Chip>,
    /// What is proved about each machine, by its number.
    pub machines: Vec<MachineVerdict>,
    /// The number of points that fit, over all tasks and the machines that can run all of them.
    pub valid: u64,
    /// The number of points that the machine ran or whose cycles a record held.
    pub simulated: u64,
}

impl NetworkProof {
    /// Cycles of the network that no allowed machine goes below; None if no machine can run all tasks.
    #[must_use]
    pub fn lower_bound(&self) -> Option<u64> {
        let open = self.machines.iter().filter_map(|verdict| match verdict {
            MachineVerdict::Open(bound) => Some(*bound),
            _ => None,
        });
        open.chain(self.best.as_ref().map(|chip| chip.cycles)).min()
    }

    /// Whether each machine has a verdict, none of them [`MachineVerdict::Open`]: then the best chip is proved.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let is_open = |verdict: &MachineVerdict| matches!(verdict, MachineVerdict::Open(_));
        !self.machines.iter().any(is_open)
    }
}

/// For which machines the optimum is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The proof leaves a machine as soon as it cannot be the best.
    Best,
    /// The proof finds the optimum of every machine.
    Every,
}

/// Proves the best chip for all tasks together. `records` has one record for each task, whose points are not
/// run again; `note` is called with each measurement and the index of its task.
///
/// Once cancelled, the result is the best chip so far, with the lower bounds of the machines that are left. If
/// there is no chip yet, each layer gets the best of the first schedules on the first machine.
///
/// # Errors
/// [`BoundViolation`], if a point takes fewer cycles on the machine than its lower bound.
pub fn prove_network(
    tasks: &[Repeated],
    extent: Extent,
    records: &[Record],
    cancellation: &Cancellation,
    note: &mut dyn FnMut(usize, &Measured),
) -> Result<NetworkProof, BoundViolation> {
    let Some(hardware) = tasks.first().map(|first| first.task.hardware()) else {
        return Ok(NetworkProof {
            best: None,
            machines: Vec::new(),
            valid: 0,
            simulated: 0,
        });
    };
    // A machine's bounds are made again when its turn comes, so that those of all need not be held.
    let least: Vec<Option<(Vec<u64>, u64)>> = (0..hardware.len())
        .into_par_iter()
        .map(|machine| least(tasks, machine))
        .collect();
    let mut order: Vec<(u64, usize)> = (least.iter().enumerate())
        .filter_map(|(machine, found)| {
            let (bounds, _) = found.as_ref()?;
            Some((total(tasks, bounds), machine))
        })
        .collect();
    order.sort_unstable();
    let mut proof = NetworkProof {
        best: None,
        machines: (0..hardware.len())
            .map(|machine| match hardware.is_allowed(machine) {
                true => MachineVerdict::Unable,
                false => MachineVerdict::TooLarge,
            })
            .collect(),
        valid: least.iter().flatten().map(|(_, valid)| valid).sum(),
        simulated: 0,
    };
    for (bound, machine) in order {
        let best = proof.best.as_ref().map_or(u64::MAX, |chip| chip.cycles);
        let limit = match extent {
            Extent::Best => best,
            Extent::Every => u64::MAX,
        };
        if bound >= limit {
            proof.machines[machine] = MachineVerdict::AtLeast(bound);
            continue;
        }
        if cancellation.is_cancelled() && proof.best.is_some() && limit == u64::MAX {
            proof.machines[machine] = MachineVerdict::Open(bound);
            continue;
        }
        let query = MachineQuery {
            tasks,
            machine,
            limit,
            records,
            cancellation,
        };
        let bounds = least[machine].as_ref().map_or(&[][..], |(own, _)| own);
        let (verdict, layers) = query.settle(bounds, note, &mut proof.simulated)?;
        proof.machines[machine] = verdict;
        let cycles = tasks.iter().zip(&layers).map(|(t, l)| t.times * l.1).sum();
        if layers.len() == tasks.len() && cycles < best {
            proof.best = Some(Chip {
                machine,
                layers,
                cycles,
            });
        }
    }
    Ok(proof)
}

/// The least bound of each task on a machine, and how many points fit; none if one has no schedule.
fn least(tasks: &[Repeated], machine: usize) -> Option<(Vec<u64>, u64)> {
    let (mut least, mut valid) = (Vec::new(), 0);
    for each in tasks {
        let points = each.task.fitting_on(machine).into_iter();
        let mut smallest = None::<u64>;
        for bound in points.filter_map(|point| each.task.bound(point)) {
            valid += 1;
            smallest = Some(smallest.map_or(bound, |least| least.min(bound)));
        }
        least.push(smallest?);
    }
    Some((least, valid))
}

/// Proves the best point of each task, on whatever machine that is, with its cycles. The tasks differ in their
/// machines, so that this is a comparison and no chip. None stands for a task without a valid point, and for
/// one whose proof was cancelled.
///
/// # Errors
/// [`BoundViolation`], if a point takes fewer cycles on the machine than its lower bound.
pub fn prove_each(
    tasks: &[Repeated],
    records: &[Record],
    cancellation: &Cancellation,
    note: &mut dyn FnMut(usize, &Measured),
) -> Result<Vec<Option<(DesignPoint, u64)>>, BoundViolation> {
    let prove = |(number, each): (usize, &Repeated)| {
        let task = &each.task;
        if cancellation.is_cancelled() {
            return Ok(None);
        }
        let machines: Vec<usize> = task.hardware().allowed().collect();
        let least = machines.into_par_iter().filter_map(|machine| {
            let points = task.fitting_on(machine).into_iter();
            let least = points.filter_map(|point| task.bound(point)).min()?;
            Some((least, machine))
        });
        let mut order: Vec<(u64, usize)> = least.collect();
        order.sort_unstable();
        let mut best: Option<(DesignPoint, u64)> = None;
        for (bound, machine) in order {
            let below = best.map_or(u64::MAX, |(_, cycles)| cycles);
            if bound >= below {
                break;
            }
            let own = bounds(task, machine);
            let proof = from(task, &own, below, &records[number], cancellation)?;
            for measured in &proof.course.measured {
                note(number, measured);
            }
            if cancellation.is_cancelled() {
                return Ok(None);
            }
            best = proof.best.or(best);
        }
        Ok(best)
    };
    tasks.iter().enumerate().map(prove).collect()
}

fn total(tasks: &[Repeated], cycles: &[u64]) -> u64 {
    let all = tasks.iter().zip(cycles);
    all.map(|(each, cycles)| each.times * cycles).sum()
}

/// Whether a machine's optimum is below a limit.
struct MachineQuery<'a> {
    tasks: &'a [Repeated],
    machine: usize,
    limit: u64,
    records: &'a [Record],
    cancellation: &'a Cancellation,
}

impl MachineQuery<'_> {
    /// The optimum with its schedules, or that it is not below the limit; what was found, if it was
    /// cancelled.
    ///
    /// # Errors
    /// [`BoundViolation`].
    fn settle(
        &self,
        bounds_of: &[u64],
        note: &mut dyn FnMut(usize, &Measured),
        simulated: &mut u64,
    ) -> Result<(MachineVerdict, Vec<(DesignPoint, u64)>), BoundViolation> {
        let tasks = self.tasks;
        // What each task takes at least.
        let mut known = bounds_of.to_vec();
        let mut layers = Vec::new();
        let mut is_cut = false;
        for (number, each) in tasks.iter().enumerate() {
            // What this task may take at most if the sum is to be below the limit.
            let others = total(tasks, &known) - each.times * known[number];
            let below = match self.limit {
                u64::MAX => u64::MAX,
                limit => (limit.saturating_sub(others)).div_ceil(each.times),
            };
            let own = bounds(&each.task, self.machine);
            let record = &self.records[number];
            let found: exact::Proof = from(&each.task, &own, below, record, self.cancellation)?;
            *simulated += found.simulated;
            for measured in &found.course.measured {
                note(number, measured);
            }
            let least = found.best.map_or(below, |(_, cycles)| cycles);
            known[number] = found.open.map_or(least, |open| open.min(least));
            is_cut |= found.open.is_some();
            match found.best {
                Some(best) => layers.push(best),
                None if is_cut => {
                    return Ok((MachineVerdict::Open(total(tasks, &known)), Vec::new()));
                }
                None => return Ok((MachineVerdict::AtLeast(total(tasks, &known)), Vec::new())),
            }
        }
        Ok(match is_cut {
            true => (MachineVerdict::Open(total(tasks, &known)), layers),
            false => (MachineVerdict::Exactly(total(tasks, &known)), layers),
        })
    }
}
