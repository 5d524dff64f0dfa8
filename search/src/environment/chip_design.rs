//! A GEMM core and a schedule of each layer on it: ARCO's problem (Fayyazi, Kamal and Pedram, 2024) for a whole
//! network, on one chip.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use stationary_workloads::{Dim, Layer};

use super::{Environment, Step, centred};
use crate::codesign::{DesignPoint, KNOBS, NetworkBounds, Repeated};

/// Knobs of the core, which come first: BATCH, BLOCK_IN, BLOCK_OUT.
const CORE: usize = 3;
/// Knobs of a schedule.
const SCHEDULE: usize = KNOBS - CORE;
/// Sizes of a layer that an agent sees.
const SHAPE: usize = 7;

/// A chip, decided core first, then layer by layer.
///
/// The first three steps choose the core, seven more for each layer of a shape of its own choose its schedule: tiles
/// and threads, as places in the lists of values that the core allows. The objective is the cycles of the whole
/// network on the machine; what ran once is kept. What an agent sees: the share of the steps that are decided, the
/// core's three choices and the seven of the layer's schedule (-1 where nothing is chosen yet, else the choice as a
/// share), and the layer's sizes as logarithms. Every allowed action leads to a whole solution.
pub struct ChipDesign {
    tasks: Vec<Repeated>,
    steps: Vec<Step>,
    /// For each machine and task the least bound of a schedule; None for a machine beyond a limit, or that cannot run
    /// all tasks.
    bounds: Vec<Option<Vec<u64>>>,
    cycles: Mutex<HashMap<(usize, DesignPoint), u64>>,
}

impl ChipDesign {
    /// The decisions for these tasks, whose hardware is the same, under these names; `bounds` is what
    /// [`network_bounds`](crate::codesign::network_bounds) says of them before anything ran. None if no machine runs
    /// all tasks.
    #[must_use]
    pub fn new(tasks: Vec<Repeated>, names: &[String], bounds: &NetworkBounds) -> Option<Self> {
        let able = |floor: &Option<crate::codesign::Floor>| {
            floor.as_ref().map(|floor| floor.bounds.clone())
        };
        let bounds: Vec<_> = bounds.machines.iter().map(able).collect();
        let able: Vec<usize> = (0..bounds.len())
            .filter(|at| bounds[*at].is_some())
            .collect();
        let first = tasks.first().filter(|_| !able.is_empty())?;
        let hardware = first.task.hardware();
        let core = ["BATCH", "BLOCK_IN", "BLOCK_OUT"]
            .iter()
            .zip(hardware.knobs());
        let mut steps: Vec<Step> = core
            .map(|(name, values)| Step {
                name: (*name).to_owned(),
                values: values.iter().map(u32::to_string).collect(),
            })
            .collect();
        let knobs = [
            "tile_b",
            "tile_h",
            "tile_w",
            "tile_ci",
            "tile_co",
            "oc_nthread",
            "h_nthread",
        ];
        for (at, Repeated { task, .. }) in tasks.iter().enumerate() {
            let own = names
                .get(at)
                .map_or_else(|| task.layer().name(), String::as_str);
            for (knob, name) in knobs.iter().enumerate() {
                let sizes = able
                    .iter()
                    .map(|machine| task.sizes_on(*machine)[CORE + knob]);
                let most = sizes.max().unwrap_or(1);
                steps.push(Step {
                    name: format!("{own}.{name}"),
                    values: (1..=most).map(|place| format!("value {place}")).collect(),
                });
            }
        }
        Some(Self {
            tasks,
            steps,
            bounds,
            cycles: Mutex::default(),
        })
    }

    /// The machine of a whole core.
    fn machine(&self, chosen: &[u16]) -> usize {
        let core = [chosen[0], chosen[1], chosen[2]].map(usize::from);
        self.tasks[0].task.hardware().number(core)
    }

    /// The machines that begin with these choices and run all tasks.
    fn machines<'a>(&'a self, core: &'a [u16]) -> impl Iterator<Item = (usize, &'a [u64])> {
        let hardware = self.tasks[0].task.hardware();
        let able = self.bounds.iter().enumerate();
        able.filter_map(move |(machine, bounds)| {
            let places = hardware.places(machine);
            let begins = places.iter().zip(core).all(|(a, b)| *a == usize::from(*b));
            let bounds = bounds.as_deref().filter(|_| begins)?;
            Some((machine, bounds))
        })
    }

    /// The point of a task with these choices for its schedule; those that are missing are the first of each list.
    fn point(&self, chosen: &[u16], task: usize) -> DesignPoint {
        let mut point = DesignPoint([0; KNOBS]);
        let schedule = chosen[CORE + task * SCHEDULE..].iter().take(SCHEDULE);
        for (place, choice) in point
            .0
            .iter_mut()
            .zip(chosen[..CORE].iter().chain(schedule))
        {
            *place = usize::from(*choice);
        }
        point
    }

    /// The machine's cycles of a task's schedule.
    fn cycles(&self, task: usize, point: DesignPoint) -> u64 {
        let known = || self.cycles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cycles) = known().get(&(task, point)) {
            return *cycles;
        }
        let measured = self.tasks[task].task.measure(point);
        let cycles = measured.outcome.cycles().expect("what is allowed runs");
        known().insert((task, point), cycles);
        cycles
    }
}

/// The sizes of a layer as shares of 2^16, by their logarithms.
fn shape(layer: &Layer) -> [f64; SHAPE] {
    let share = |size: u64| ((size as f64).log2() / 16.0).min(1.0);
    let dims = [Dim::K, Dim::C, Dim::P, Dim::Q, Dim::R, Dim::S];
    let mut shape = [0.0; SHAPE];
    for (share_of, dim) in shape.iter_mut().zip(dims) {
        *share_of = share(layer.size(dim));
    }
    shape[SHAPE - 1] = share(layer.rows().stride);
    shape
}

impl Environment for ChipDesign {
    fn steps(&self) -> &[Step] {
        &self.steps
    }

    fn features(&self) -> usize {
        1 + KNOBS + SHAPE
    }

    fn observe(&self, chosen: &[u16], features: &mut [f32]) {
        features.fill(-1.0);
        features[0] = centred(chosen.len() as f64 / self.steps.len() as f64);
        let share =
            |at: usize| centred((f64::from(chosen[at]) + 1.0) / self.steps[at].values.len() as f64);
        for at in 0..CORE.min(chosen.len()) {
            features[1 + at] = share(at);
        }
        let task = chosen.len().saturating_sub(CORE) / SCHEDULE;
        let task = task.min(self.tasks.len() - 1);
        let first = CORE + task * SCHEDULE;
        for at in first..chosen.len() {
            features[1 + CORE + at - first] = share(at);
        }
        let shape = shape(self.tasks[task].task.layer());
        for (feature, share) in features[1 + KNOBS..].iter_mut().zip(shape) {
            *feature = centred(share);
        }
    }

    fn allow(&self, chosen: &[u16], allowed: &mut [bool]) {
        allowed.fill(false);
        if let Some(knob) = Some(chosen.len()).filter(|knob| *knob < CORE) {
            let hardware = self.tasks[0].task.hardware();
            for (machine, _) in self.machines(chosen) {
                allowed[hardware.places(machine)[knob]] = true;
            }
            return;
        }
        let (task, knob) = (
            (chosen.len() - CORE) / SCHEDULE,
            (chosen.len() - CORE) % SCHEDULE,
        );
        let mut point = self.point(chosen, task);
        let task = &self.tasks[task].task;
        // Each knob takes as much of the buffers or more, so that the first of what is left tells whether it fits.
        let places = task.sizes(point)[CORE + knob];
        for (place, allowed) in allowed[..places].iter_mut().enumerate() {
            point.0[CORE + knob] = place;
            if task.lowered_layer(point).is_err() {
                return;
            }
            *allowed = true;
        }
    }

    fn bound(&self, chosen: &[u16]) -> f64 {
        let decided = chosen.len().saturating_sub(CORE) / SCHEDULE;
        let ran =
            |task: usize| self.tasks[task].times * self.cycles(task, self.point(chosen, task));
        let known: u64 = (0..decided).map(ran).sum();
        let rest = |bounds: &[u64]| -> u64 {
            let rest = self.tasks.iter().zip(bounds).skip(decided);
            rest.map(|(own, bound)| own.times * bound).sum()
        };
        let core = &chosen[..chosen.len().min(CORE)];
        let least = self.machines(core).map(|(_, bounds)| rest(bounds)).min();
        (known + least.unwrap_or(0)) as f64
    }

    fn describe(&self, chosen: &[u16]) -> Vec<(String, String)> {
        let mut all = super::named(&self.steps, chosen);
        if chosen.len() < CORE
            || !self
                .machines(&chosen[..CORE])
                .any(|(own, _)| own == self.machine(chosen))
        {
            return all;
        }
        for (at, (_, value)) in all.iter_mut().enumerate().skip(CORE) {
            let (task, knob) = ((at - CORE) / SCHEDULE, (at - CORE) % SCHEDULE);
            let schedule = self.tasks[task].task.schedule(self.point(chosen, task));
            *value = schedule.knobs()[knob].1.to_string();
        }
        all
    }
}
