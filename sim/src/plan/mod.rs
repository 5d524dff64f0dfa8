//! What a layer runs as, whichever way its machine is controlled: one face for both.

mod checkpoint;
mod reach;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use stationary_arch::{Accelerator, CostModel, DramKind};
use stationary_workloads::{Dim, Layer};

use crate::counters::{Control, Counters};
use crate::decoupled::{self, LoweredLayer};
use crate::energy::{Energy, dram_bits};
use crate::estimate::Estimate;
use crate::machine;
use crate::mapping::Mapping;
use crate::model;
use crate::pace::{Pace, Stop};
use crate::run::{FunctionalRun, Run};
use crate::tensors::Tensors;
use crate::timing::network::way;
use crate::trace::Trace;

use checkpoint::State;
pub use checkpoint::{Checkpoint, Outcome};

/// A layer with everything that is decided about how it runs: a mapping, or a layer lowered to instructions.
///
/// ```
/// use stationary_arch::Accelerator;
/// use stationary_sim::{Dataflow, Pace, Plan, decoupled, mapper};
/// use stationary_workloads::{Convolution, Layer};
///
/// let layer = Layer::convolution("conv", Convolution::square(14, [64, 64], 3, 1, 1))?;
/// let eyeriss = Accelerator::preset("eyeriss", &[])?;
/// let vta = Accelerator::preset("vta", &[])?;
/// let dataflow = Dataflow::find("rs").expect("a bundled dataflow");
/// let plans: [Plan; 2] = [
///     mapper::map(&layer, &eyeriss, dataflow)?.into(),
///     decoupled::map(&layer, &vta)?.into(),
/// ];
/// for plan in &plans {
///     let (model, machine) = (plan.estimate(), plan.run(Pace::default(), &mut ()));
///     assert_eq!(model.counters, machine.counters);
///     assert!(model.lower_bound <= machine.cycles);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub enum Plan {
    /// A mapping, whose loops a sequencer runs.
    Mapped(Box<Mapping>),
    /// A lowered layer, whose instructions a decoupled machine runs.
    Lowered(Box<LoweredLayer>),
}

impl From<Mapping> for Plan {
    fn from(mapping: Mapping) -> Self {
        Self::Mapped(Box::new(mapping))
    }
}

impl From<LoweredLayer> for Plan {
    fn from(lowered: LoweredLayer) -> Self {
        Self::Lowered(Box::new(lowered))
    }
}

impl Plan {
    /// The layer, as the machine runs it.
    #[must_use]
    pub fn layer(&self) -> &Arc<Layer> {
        match self {
            Self::Mapped(mapping) => mapping.layer(),
            Self::Lowered(lowered) => lowered.layer(),
        }
    }

    /// The accelerator that the layer runs on.
    #[must_use]
    pub fn accelerator(&self) -> &Arc<Accelerator> {
        match self {
            Self::Mapped(mapping) => mapping.accelerator(),
            Self::Lowered(lowered) => lowered.accelerator(),
        }
    }

    /// The model's estimate of the plan.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        match self {
            Self::Mapped(mapping) => model::estimate(mapping),
            Self::Lowered(lowered) => decoupled::estimate(lowered),
        }
    }

    /// Runs the plan on the cycle-level machine. `trace` receives what happens, in order; `&mut ()` receives
    /// nothing.
    pub fn run<T: Trace>(&self, pace: Pace, trace: &mut T) -> Run {
        match self {
            Self::Mapped(mapping) => machine::run(mapping, pace, trace),
            Self::Lowered(lowered) => decoupled::run(lowered, pace, trace),
        }
    }

    /// Runs the plan from a checkpoint, or from the start, until it is done or `stop` returns true for the
    /// cycle that is next.
    ///
    /// # Panics
    /// If the checkpoint is of another plan.
    pub fn run_until<T: Trace>(
        &self,
        from: Option<Checkpoint>,
        pace: Pace,
        stop: Stop<'_>,
        trace: &mut T,
    ) -> Outcome {
        let plan = self.fingerprint();
        let stopped = |state| Outcome::Stopped(Checkpoint { plan, state });
        let not_of_it = "a checkpoint goes on with the plan it is of";
        if let Some(checkpoint) = &from {
            assert!(checkpoint.plan == plan, "{not_of_it}");
        }
        match self {
            Self::Mapped(mapping) => {
                let from = from.map(|checkpoint| match checkpoint.state {
                    State::Mapped(state) => state,
                    State::Lowered(_) => panic!("{not_of_it}"),
                });
                let ran = machine::resume(mapping, from, pace, stop, trace);
                ran.map_or_else(|state| stopped(State::Mapped(state)), Outcome::Done)
            }
            Self::Lowered(lowered) => {
                let from = from.map(|checkpoint| match checkpoint.state {
                    State::Lowered(state) => state,
                    State::Mapped(_) => panic!("{not_of_it}"),
                });
                let ran = decoupled::resume(lowered, from, pace, stop, trace);
                ran.map_or_else(|state| stopped(State::Lowered(state)), Outcome::Done)
            }
        }
    }

    /// A number that tells the plan from others, in this version: of layer, accelerator, dataflow, and tiling or schedule.
    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.layer().identity().hash(&mut hasher);
        self.accelerator().identity().hash(&mut hasher);
        match self {
            Self::Mapped(mapping) => {
                mapping.dataflow().to_yaml().hash(&mut hasher);
                mapping.tiling().hash(&mut hasher);
            }
            Self::Lowered(lowered) => lowered.schedule().knobs().hash(&mut hasher),
        }
        hasher.finish()
    }

    /// Runs the plan with values in its words. Memory and time grow with the layer's MACs; meant for small
    /// layers.
    ///
    /// # Panics
    /// If the tensors do not have the layer's sizes.
    #[must_use]
    pub fn run_functional(&self, tensors: &Tensors, pace: Pace) -> FunctionalRun {
        match self {
            Self::Mapped(mapping) => machine::run_functional(mapping, tensors, pace),
            Self::Lowered(lowered) => decoupled::run_functional(lowered, tensors, pace),
        }
    }

    /// Array cycles from the array's first work until its last result is at the network, on the same machine
    /// with memory never in the way: as the machine runs or, where instructions control it, as the model
    /// estimates.
    ///
    /// # Panics
    /// Never: DRAM has no part in whether a mapping is legal.
    #[must_use]
    pub fn compute_cycles(&self, pace: Pace) -> u64 {
        let mapping = match self {
            Self::Mapped(mapping) => mapping,
            Self::Lowered(lowered) => return decoupled::estimate(lowered).compute_cycles,
        };
        let mut ideal = Accelerator::clone(mapping.accelerator());
        ideal.dram.kind = DramKind::Ideal;
        let way = way(ideal.networks.psum_out);
        let (layer, dataflow) = (mapping.layer().clone(), mapping.dataflow().clone());
        let same = Mapping::new(layer, ideal, dataflow, *mapping.tiling())
            .expect("DRAM has no part in whether a mapping is legal");
        let run = machine::run(&same, pace, &mut ());
        run.last_result - way - run.first_work
    }

    /// Whether traces tell when each unit is busy, as waveforms and timelines need: false where only text can
    /// be written.
    #[must_use]
    pub const fn has_timeline(&self) -> bool {
        match self {
            Self::Mapped(_) => true,
            Self::Lowered(_) => false,
        }
    }

    /// The number of PEs at work in a whole pass or, where instructions control the machine, in a product of
    /// blocks.
    #[must_use]
    pub fn active_pes(&self) -> u64 {
        match self {
            Self::Mapped(mapping) => mapping.active_pes(),
            Self::Lowered(lowered) => lowered.active_pes(),
        }
    }

    /// The number of a PE's lanes at work, each with a channel of its own.
    #[must_use]
    pub fn active_lanes(&self) -> u64 {
        let channels = match self {
            // Of those that it holds side by side, unless channels advance from beat to beat.
            Self::Mapped(mapping) if !mapping.dataflow().beats.contains(&Dim::C) => {
                mapping.tiling().local[Dim::C]
            }
            _ => self.layer().size(Dim::C),
        };
        channels.min(self.accelerator().array.lanes.into())
    }

    /// The energy of these counts and of so many cycles of the array's clock.
    #[must_use]
    pub fn energy(
        &self,
        cost: &CostModel,
        counters: &Counters,
        control: &Control,
        cycles: u64,
    ) -> Energy {
        match self {
            Self::Mapped(mapping) => Energy::of(mapping, cost, counters, cycles),
            Self::Lowered(lowered) => decoupled::energy(lowered, cost, counters, control, cycles),
        }
    }

    /// A lower bound on the energy of every mapping or schedule of the layer on this machine.
    #[must_use]
    pub fn least_energy(&self, cost: &CostModel) -> Energy {
        match self {
            Self::Mapped(mapping) => Energy::least(mapping, cost),
            Self::Lowered(lowered) => decoupled::least_energy(lowered, cost),
        }
    }

    /// Bytes that cross the DRAM interface in both directions, each word at the width that it has there;
    /// instructions and micro-ops included.
    #[must_use]
    pub fn dram_bytes(&self, counters: &Counters, control: &Control) -> f64 {
        match self {
            Self::Mapped(mapping) => dram_bits(mapping, counters) / 8.0,
            Self::Lowered(lowered) => decoupled::dram_bytes(lowered, counters, control),
        }
    }
}
