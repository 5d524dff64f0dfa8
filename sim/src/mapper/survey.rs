//! All candidates of a layer with a bound each, so that a proof estimates only those that it is about.

use std::sync::Arc;

use stationary_arch::Accelerator;
use stationary_workloads::Layer;

use crate::dataflow::Dataflow;
use crate::estimate::Estimate;
use crate::mapper::frontier::Frontier;
use crate::mapper::goal::Goal;
use crate::mapper::space::{MappingSpace, left_out};
use crate::mapper::{MapperEffort, MapperError, no_mapping};
use crate::tiling::Tiling;

/// The list of candidates that [`candidates`](crate::mapper::candidates) visits, numbered from 0 by their
/// places.
pub struct Survey {
    frontier: Frontier,
    accelerator: Arc<Accelerator>,
    effort: MapperEffort,
}

impl Survey {
    /// Lists the candidates of a layer on an accelerator under a dataflow.
    ///
    /// # Errors
    /// If the accelerator does not offer the dataflow, or there is no candidate.
    pub fn new(
        layer: impl Into<Arc<Layer>>,
        accelerator: impl Into<Arc<Accelerator>>,
        dataflow: impl Into<Arc<Dataflow>>,
        effort: &MapperEffort,
    ) -> Result<Self, MapperError> {
        let (layer, accelerator, dataflow) = (&layer.into(), &accelerator.into(), &dataflow.into());
        match Frontier::all(layer, accelerator, dataflow, effort) {
            Ok(frontier) if frontier.count() > 0 => Ok(Self {
                frontier,
                accelerator: Arc::clone(accelerator),
                effort: *effort,
            }),
            _ => Err(no_mapping(layer, accelerator, dataflow, effort)),
        }
    }

    /// The number of candidates, and the choices that they leave out.
    #[must_use]
    pub fn space(&self) -> MappingSpace {
        MappingSpace {
            candidates: self.frontier.count(),
            left_out: left_out(&self.accelerator, &self.effort, self.frontier.unrollings),
        }
    }

    /// The lower bound on the machine's cycles of each candidate, in the order of their places. A list, so that all of it
    /// is worked out in this crate, as optimised as this crate is.
    #[must_use]
    pub fn lower_bounds(&self) -> Vec<u64> {
        self.frontier.lower_bounds()
    }

    /// The tiling of the candidate with this place.
    ///
    /// # Panics
    /// If there is no such place.
    #[must_use]
    pub fn tiling(&self, place: u64) -> Tiling {
        self.frontier.tiling(place)
    }

    /// The model's estimate of the candidate with this place.
    ///
    /// # Panics
    /// If there is no such place.
    pub fn estimate(&mut self, place: u64) -> Estimate {
        self.frontier.estimate(place)
    }

    /// The places of at most `count` of the best candidates by the model's estimate, each tiling once, the best
    /// first.
    pub fn best(&mut self, count: usize, goal: Goal) -> Vec<u64> {
        self.frontier.best_few(count, goal)
    }
}

/// The size of the mapper's list of candidates for a layer, and what the list leaves out.
///
/// ```
/// use stationary_arch::Accelerator;
/// use stationary_sim::Dataflow;
/// use stationary_sim::mapper::{MapperEffort, space};
/// use stationary_workloads::{Convolution, Layer};
///
/// let layer = Layer::convolution("conv", Convolution::square(14, [32, 64], 3, 1, 1))?;
/// let accelerator = Accelerator::preset("eyeriss", &[])?;
/// let dataflow = Dataflow::find("rs").expect("a bundled dataflow");
/// let space = space(&layer, &accelerator, dataflow, &MapperEffort::default())?;
/// assert!(space.candidates > 1000);
/// assert!(space.left_out.iter().any(|left| left.choice == "blocks"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the accelerator does not offer the dataflow, or there is no candidate.
pub fn space(
    layer: impl Into<Arc<Layer>>,
    accelerator: impl Into<Arc<Accelerator>>,
    dataflow: impl Into<Arc<Dataflow>>,
    effort: &MapperEffort,
) -> Result<MappingSpace, MapperError> {
    Ok(Survey::new(layer, accelerator, dataflow, effort)?.space())
}
