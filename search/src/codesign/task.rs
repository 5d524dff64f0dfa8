//! One layer, the hardware to choose from, and the schedules on each.

use std::sync::Arc;

use stationary_sim::Pace;
use stationary_sim::decoupled::{
    LoweredLayer, Schedule, ScheduleError, ScheduleSpace, lower_bound, run,
};
use stationary_workloads::Layer;

use super::hardware::Hardware;

/// Knobs of a point: BATCH, BLOCK_IN, BLOCK_OUT, then those of [`Schedule::knobs`].
pub const KNOBS: usize = 10;

/// Places in the lists of values of all knobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DesignPoint(pub [usize; KNOBS]);

/// What a point was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measurement {
    /// Cycles of the machine.
    Cycles(u64),
    /// Its tiles do not fit, or its machine is too large.
    Invalid,
}

impl Measurement {
    /// The cycles, if it runs.
    #[must_use]
    pub fn cycles(self) -> Option<u64> {
        match self {
            Measurement::Cycles(cycles) => Some(cycles),
            Measurement::Invalid => None,
        }
    }
}

/// By how much a point breaks its limits, as shares of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Excess {
    /// Of the area, and of the MACs where they are limited.
    pub area: f64,
    /// Of the buffers, summed up.
    pub memory: f64,
}

/// A point with its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The point.
    pub point: DesignPoint,
    /// What the machine says.
    pub outcome: Measurement,
}

/// A layer, the hardware to choose from, and the schedules on each.
#[derive(Clone, Debug)]
pub struct Task {
    layer: Arc<Layer>,
    hardware: Arc<Hardware>,
    spaces: Vec<ScheduleSpace>,
}

impl Task {
    /// The task of a layer.
    ///
    /// # Errors
    /// [`ScheduleError::NotDecoupled`].
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

    /// The layer.
    #[must_use]
    pub fn layer(&self) -> &Arc<Layer> {
        &self.layer
    }

    /// The hardware to choose from.
    #[must_use]
    pub fn hardware(&self) -> &Arc<Hardware> {
        &self.hardware
    }

    /// The number of the machine that a point names.
    #[must_use]
    pub fn machine(&self, point: DesignPoint) -> usize {
        let [batch, block_in, block_out, ..] = point.0;
        self.hardware.number([batch, block_in, block_out])
    }

    /// How many values each knob has. Those of tiles depend on the machine: their lists are those of
    /// the point's.
    #[must_use]
    pub fn sizes(&self, point: DesignPoint) -> [usize; KNOBS] {
        self.sizes_on(self.machine(point))
    }

    /// How many values each knob has on a machine.
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

    /// The point with its places of tiles cut to the lists of its machine: what remains of a point
    /// whose hardware was changed.
    #[must_use]
    pub fn settled(&self, mut point: DesignPoint) -> DesignPoint {
        let sizes = self.sizes(point);
        for (place, size) in point.0.iter_mut().zip(sizes) {
            *place = (*place).min(size - 1);
        }
        point
    }

    /// Whether a point's places are in the lists of values.
    #[must_use]
    pub fn has(&self, point: DesignPoint) -> bool {
        let knobs = self.hardware.knobs();
        let is_machine = (point.0.iter().zip(knobs)).all(|(place, values)| *place < values.len());
        is_machine && (point.0.iter().zip(self.sizes(point))).all(|(place, size)| *place < size)
    }

    /// The schedule that a point names.
    #[must_use]
    pub fn schedule(&self, point: DesignPoint) -> Schedule {
        let mut places = [0; 7];
        places.copy_from_slice(&point.0[3..]);
        self.spaces[self.machine(point)].at(places)
    }

    /// The number of points.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.spaces.iter().map(ScheduleSpace::points).sum()
    }

    /// Every point on a machine, in the order of their numbers.
    pub fn points_on(&self, machine: usize) -> impl Iterator<Item = DesignPoint> + '_ {
        (0..self.spaces[machine].points()).map(move |number| self.point_on(machine, number))
    }

    /// The points on a machine whose tiles fit its buffers, in the order of their numbers. How large the
    /// layer is makes no difference to how many are looked at.
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

    /// The lowered layer of a point.
    ///
    /// # Errors
    /// The buffer that its tiles do not fit.
    pub fn lowered_layer(&self, point: DesignPoint) -> Result<LoweredLayer, ScheduleError> {
        let machine = self.hardware.machine(self.machine(point));
        LoweredLayer::new(
            Arc::clone(&self.layer),
            Arc::clone(machine),
            self.schedule(point),
        )
    }

    /// Runs the machine.
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

    /// A bound below the machine's cycles; none if the point does not fit.
    #[must_use]
    pub fn bound(&self, point: DesignPoint) -> Option<u64> {
        if !self.hardware.is_allowed(self.machine(point)) {
            return None;
        }
        self.lowered_layer(point)
            .ok()
            .map(|lowered| lower_bound(&lowered))
    }

    /// By how much a point breaks its limits: the area above the limit as a share of it (MACs
    /// likewise), and the bytes above the capacity of each buffer as a share of that, summed up.
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

    /// What a point looks like to whoever learns from it: the layer's shape, then the value of each
    /// knob, as logarithms to base two.
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
