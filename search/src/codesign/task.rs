//! One layer, the hardware to choose from, and the schedules on each.

use std::sync::Arc;

use stationary_sim::Pace;
use stationary_sim::decoupled::{
    LoweredLayer, Schedule, ScheduleError, ScheduleSpace, lower_bound, run,
};
use stationary_workloads::Layer;

use super::hardware::Hardware;

/// The number of knobs of a point: BATCH, BLOCK_IN and BLOCK_OUT of the hardware, then the seven of
/// [`Schedule::knobs`].
pub const KNOBS: usize = 10;

/// A machine and a schedule on it: for each knob the index of its value in the list of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DesignPoint(pub [usize; KNOBS]);

/// The outcome of measuring a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measurement {
    /// The machine takes so many cycles for the layer.
    Cycles(u64),
    /// The point cannot run: its tiles do not fit the buffers, or its machine is beyond a limit.
    Invalid,
}

impl Measurement {
    /// The cycles; None for an invalid point.
    #[must_use]
    pub fn cycles(self) -> Option<u64> {
        match self {
            Measurement::Cycles(cycles) => Some(cycles),
            Measurement::Invalid => None,
        }
    }
}

/// By how much a point exceeds its limits, each excess as a share of its limit; zero where the limits are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Excess {
    /// The excess of the machine's area over the limit, plus that of its MACs where they are limited.
    pub area: f64,
    /// The sum, over the buffers, of the excess of the tiles' bytes over the capacity.
    pub memory: f64,
}

/// A point with the outcome of its measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The point.
    pub point: DesignPoint,
    /// The machine's cycles, or that the point is invalid.
    pub outcome: Measurement,
}

/// The search space of one layer: the machines to choose from, and the schedules on each of them.
#[derive(Clone, Debug)]
pub struct Task {
    layer: Arc<Layer>,
    hardware: Arc<Hardware>,
    spaces: Vec<ScheduleSpace>,
}

impl Task {
    /// The task of a layer on the given hardware.
    ///
    /// # Errors
    /// [`ScheduleError::NotDecoupled`], if a machine has no decoupled control.
    pub fn new(
        layer: impl Into<Arc<Layer>>,
        hardware: impl Into<Arc<Hardware>>,
    ) -> Result<Self, ScheduleError> {
        let (layer, hardware) = (layer.into(), hardware.into());
        let spaces = (0..hardware.len()).map(|n| ScheduleSpace::new(&layer, hardware.machine(n)));
        Ok(Self {
            spaces: spaces.collect::<Result<_, _>>()?,
            layer,
            hardware,
        })
    }

    /// The layer that the schedules are for.
    #[must_use]
    pub fn layer(&self) -> &Arc<Layer> {
        &self.layer
    }

    /// The machines to choose from.
    #[must_use]
    pub fn hardware(&self) -> &Arc<Hardware> {
        &self.hardware
    }

    /// The number of the machine that a point names, as in [`Hardware::machine`].
    #[must_use]
    pub fn machine(&self, point: DesignPoint) -> usize {
        let [batch, block_in, block_out, ..] = point.0;
        self.hardware.number([batch, block_in, block_out])
    }

    /// The number of values of each knob, for the machine that the point names: the lists of tile sizes depend
    /// on the machine.
    #[must_use]
    pub fn sizes(&self, point: DesignPoint) -> [usize; KNOBS] {
        self.sizes_on(self.machine(point))
    }

    /// The number of values of each knob on the machine with this number.
    #[must_use]
    pub fn sizes_on(&self, machine: usize) -> [usize; KNOBS] {
        let mut sizes = [0; KNOBS];
        let hardware = self.hardware.knobs().iter().map(Vec::len);
        let schedule = self.spaces[machine].knobs().iter().map(Vec::len);
        for (size, length) in sizes.iter_mut().zip(hardware.chain(schedule)) {
            *size = length;
        }
        sizes
    }

    /// The point with each index lowered to the last one of its knob's list, where it is beyond: a valid index
    /// for a point whose hardware was changed.
    #[must_use]
    pub fn settled(&self, mut point: DesignPoint) -> DesignPoint {
        let sizes = self.sizes(point);
        for (place, size) in point.0.iter_mut().zip(sizes) {
            *place = (*place).min(size - 1);
        }
        point
    }

    /// Whether each index of a point lies in the list of its knob's values.
    #[must_use]
    pub fn has(&self, point: DesignPoint) -> bool {
        let knobs = self.hardware.knobs();
        let is_machine = (point.0.iter().zip(knobs)).all(|(place, values)| *place < values.len());
        is_machine && (point.0.iter().zip(self.sizes(point))).all(|(place, size)| *place < size)
    }

    /// The schedule that a point names.
    ///
    /// # Panics
    /// If an index is beyond the list of its knob; see [`Task::has`].
    #[must_use]
    pub fn schedule(&self, point: DesignPoint) -> Schedule {
        let mut places = [0; 7];
        places.copy_from_slice(&point.0[3..]);
        self.spaces[self.machine(point)].at(places)
    }

    /// The number of points over all machines, whether their tiles fit or not.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.spaces.iter().map(ScheduleSpace::points).sum()
    }

    /// All points on the machine with this number, whether their tiles fit or not; the last knob changes
    /// fastest.
    pub fn points_on(&self, machine: usize) -> impl Iterator<Item = DesignPoint> + '_ {
        (0..self.spaces[machine].points()).map(move |number| self.point_on(machine, number))
    }

    /// The points on a machine whose tiles fit its buffers, in the order of [`Task::points_on`]. The limits of
    /// area and MACs are not looked at. The work does not grow with the size of the layer.
    #[must_use]
    pub fn fitting_on(&self, machine: usize) -> Vec<DesignPoint> {
        let accelerator = self.hardware.machine(machine);
        let with = |schedule| {
            LoweredLayer::new(Arc::clone(&self.layer), Arc::clone(accelerator), schedule).ok()
        };
        let mut points = Vec::new();
        self.spaces[machine].for_each_fitting(with, |number, _| {
            points.push(self.point_on(machine, number));
        });
        points
    }

    fn point_on(&self, machine: usize, number: u64) -> DesignPoint {
        let sizes = self.sizes_on(machine);
        let mut point = DesignPoint([0; KNOBS]);
        point.0[..3].copy_from_slice(&self.hardware.places(machine));
        let mut rest = number;
        for knob in (3..KNOBS).rev() {
            point.0[knob] = (rest % sizes[knob] as u64) as usize;
            rest /= sizes[knob] as u64;
        }
        point
    }

    /// The layer lowered with the schedule of a point, ready to run.
    ///
    /// # Errors
    /// The [`ScheduleError`] that names the buffer that the tiles do not fit.
    pub fn lowered_layer(&self, point: DesignPoint) -> Result<LoweredLayer, ScheduleError> {
        let machine = self.hardware.machine(self.machine(point));
        LoweredLayer::new(
            Arc::clone(&self.layer),
            Arc::clone(machine),
            self.schedule(point),
        )
    }

    /// Runs the layer on the cycle-level machine with the schedule of a point, and returns the point with its
    /// cycles.
    #[must_use]
    pub fn measure(&self, point: DesignPoint) -> Measured {
        let lowered = self.lowered_layer(point);
        let outcome = match lowered {
            _ if !self.hardware.is_allowed(self.machine(point)) => Measurement::Invalid,
            Ok(lowered) => Measurement::Cycles(run(&lowered, Pace::SkipIdle, &mut ()).cycles),
            Err(_) => Measurement::Invalid,
        };
        Measured { point, outcome }
    }

    /// A lower bound of the machine's cycles; None if the point is invalid.
    #[must_use]
    pub fn bound(&self, point: DesignPoint) -> Option<u64> {
        if !self.hardware.is_allowed(self.machine(point)) {
            return None;
        }
        self.lowered_layer(point)
            .ok()
            .map(|lowered| lower_bound(&lowered))
    }

    /// By how much a point exceeds the limits of area and MACs and the capacities of the buffers: the penalty
    /// that a learned tuner sees.
    #[must_use]
    pub fn excess(&self, point: DesignPoint) -> Excess {
        let number = self.machine(point);
        let over = |used: f64, limit: f64| (used / limit - 1.0).max(0.0);
        let hardware = &self.hardware;
        let area = hardware.limit();
        let area = area.map_or(0.0, |limit| over(hardware.area(number), limit));
        let macs = hardware.most_macs();
        let macs = macs.map_or(0.0, |most| over(hardware.macs(number) as f64, most as f64));
        let machine = self.hardware.machine(number);
        // Whatever knobs name divides its loop.
        let demands = LoweredLayer::demands(
            Arc::clone(&self.layer),
            Arc::clone(machine),
            self.schedule(point),
        );
        let demands = demands.into_iter().flatten();
        let memory = demands
            .map(|d| over(d.bytes as f64, d.capacity as f64))
            .sum();
        Excess {
            area: area + macs,
            memory,
        }
    }

    /// The features of a point for a cost model: the layer's sizes, the strides of rows and columns, the values
    /// of the hardware's knobs and of the schedule's, each as its logarithm to base two.
    #[must_use]
    pub fn features(&self, point: DesignPoint) -> Vec<f64> {
        let shape = self.hardware.shape(self.machine(point));
        let shape = [shape.batch, shape.block_in, shape.block_out].map(u64::from);
        let layer = self.layer.sizes().0;
        let stride = [self.layer.rows().stride, self.layer.cols().stride];
        let schedule = self.schedule(point).knobs().map(|(_, value)| value);
        let all = layer.into_iter().chain(stride).chain(shape).chain(schedule);
        all.map(|value| (value as f64).log2()).collect()
    }
}
