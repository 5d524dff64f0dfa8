//! The default mapper: a bounded, deterministic enumeration, ranked by the model.
//!
//! ```text
//! for all images at once, half of them at a time, a quarter and so on,
//! for each of the best unrollings (what the array would make of it, memory aside):
//!     for each residency, each split into parts, each block that fits the global buffer, and each
//!     pair of loop orders: a candidate
//! of the candidates within the slack of the best: what takes the least energy
//! ```
//!
//! Nothing is random, so the same layer and accelerator always give the same mapping. [`map`] returns the best
//! mapping, [`map_with`] with another effort or goal, and [`space`] says what the enumeration leaves out.

mod blocks;
mod enumeration;
mod frontier;
mod frugal;
mod goal;
mod orders;
mod parts;
mod prices;
mod scored;
mod space;
mod survey;
mod unrolling;

use std::borrow::Cow;
use std::sync::Arc;

use stationary_arch::{Accelerator, PerOperand};
use stationary_workloads::{Layer, PerDim};

use crate::dataflow::Dataflow;
use crate::error::MappingError;
use crate::estimate::Estimate;
use crate::mapping::check::Rules;
use crate::mapping::{Mapping, lowered};
use crate::tiling::Tiling;

use frontier::Frontier;
pub use goal::{Goal, GoalError, Objective, Rank, Score, Slack};
use prices::Prices;
pub use space::{LeftOut, MappingSpace};
pub use survey::{Survey, space};

/// How many candidates the mapper makes, what is given to it, and what it minimises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapperEffort {
    /// How many of the fastest unrollings are combined with blocks: so many for the whole buffer, for a half
    /// of it, a quarter and so on; of the most frugal unrollings a quarter of that number.
    pub unrollings: usize,
    /// How many blocks of an unrolling and a residency are combined with all loop orders.
    pub blocks: usize,
    /// For each dimension, how many indices a PE must cover in a pass (as far as the layer has them); None
    /// for the mapper's choice.
    pub local: PerDim<Option<u64>>,
    /// Banks of each operand, as [`Tiling::banks`]. Where they are given, a layer goes in as few parts as
    /// they have room for, as on a chip that is told its banks.
    pub banks: PerOperand<u32>,
    /// The objective, and the slack within which a second quantity decides.
    pub goal: Goal,
}

impl Default for MapperEffort {
    fn default() -> Self {
        Self {
            unrollings: 16,
            blocks: usize::MAX,
            local: PerDim::splat(None),
            banks: PerOperand::default(),
            goal: Goal::default(),
        }
    }
}

/// The reason why the mapper has no mapping.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapperError {
    /// The accelerator breaks a limit that its file would be checked for, it does not offer the dataflow, or
    /// not even the smallest tiles fit.
    #[error("no {dataflow} mapping of layer `{layer}` fits {accelerator}: {reason}")]
    NoMapping {
        /// The layer's name.
        layer: String,
        /// The accelerator's name.
        accelerator: String,
        /// The dataflow's short name.
        dataflow: Cow<'static, str>,
        /// The reason why the smallest candidate is not legal.
        reason: Box<MappingError>,
    },
}

/// The best mapping under the default [`Goal`]: of those within 2 % of the fewest estimated cycles the
/// one that takes the least energy.
///
/// # Errors
/// [`MapperError`], if the accelerator breaks a limit that its file would be checked for or does not offer the
/// dataflow, or if no candidate fits its capacities.
pub fn map(
    layer: impl Into<Arc<Layer>>,
    accelerator: impl Into<Arc<Accelerator>>,
    dataflow: impl Into<Arc<Dataflow>>,
) -> Result<Mapping, MapperError> {
    map_with(layer, accelerator, dataflow, &MapperEffort::default())
}

/// The best mapping with another effort or goal than [`map`] has.
///
/// ```
/// use stationary_arch::Accelerator;
/// use stationary_sim::mapper::{MapperEffort, Goal, Objective, Slack, map_with};
/// use stationary_sim::{Dataflow, estimate};
/// use stationary_workloads::{Convolution, Layer};
///
/// let layer = Layer::convolution("conv", Convolution::square(14, [32, 64], 3, 1, 1))?;
/// let accelerator = Accelerator::preset("eyeriss", &[])?;
/// let dataflow = Dataflow::find("rs").expect("a bundled dataflow");
/// let cycles = |objective, slack| {
///     let goal = Goal { objective, slack };
///     let effort = MapperEffort { goal, ..MapperEffort::default() };
///     let mapping = map_with(&layer, &accelerator, dataflow, &effort)?;
///     Ok::<_, Box<dyn std::error::Error>>(estimate(&mapping).cycles)
/// };
/// let fewest = cycles(Objective::Cycles, Slack::NONE)?;
/// assert!(cycles(Objective::Cycles, "5 %".parse()?)? <= fewest * 105 / 100);
/// assert!(cycles(Objective::Energy, Slack::NONE)? >= fewest);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`map`].
pub fn map_with(
    layer: impl Into<Arc<Layer>>,
    accelerator: impl Into<Arc<Accelerator>>,
    dataflow: impl Into<Arc<Dataflow>>,
    effort: &MapperEffort,
) -> Result<Mapping, MapperError> {
    let (layer, accelerator, dataflow) = (&layer.into(), &accelerator.into(), &dataflow.into());
    let best = Frontier::promising(layer, accelerator, dataflow, effort)
        .ok()
        .and_then(|mut frontier| frontier.best(effort.goal));
    best.ok_or_else(|| no_mapping(layer, accelerator, dataflow, effort))
}

/// Calls `visit` with every candidate that [`map`] considers and its estimate, in the mapper's order. If
/// nothing fits, or the accelerator does not offer the dataflow, it returns without a call and without an
/// error: [`map`] says why.
pub fn candidates(
    layer: impl Into<Arc<Layer>>,
    accelerator: impl Into<Arc<Accelerator>>,
    dataflow: impl Into<Arc<Dataflow>>,
    visit: &mut dyn FnMut(&Mapping, &Estimate),
) {
    candidates_with(
        layer,
        accelerator,
        dataflow,
        &MapperEffort::default(),
        visit,
    );
}

/// [`candidates`] with another effort, silent in the same cases. The set of candidates does not depend on the
/// goal, unless [`MapperEffort::blocks`] leaves some out.
pub fn candidates_with(
    layer: impl Into<Arc<Layer>>,
    accelerator: impl Into<Arc<Accelerator>>,
    dataflow: impl Into<Arc<Dataflow>>,
    effort: &MapperEffort,
    visit: &mut dyn FnMut(&Mapping, &Estimate),
) {
    let (layer, accelerator, dataflow) = (&layer.into(), &accelerator.into(), &dataflow.into());
    if let Ok(mut frontier) = Frontier::all(layer, accelerator, dataflow, effort) {
        frontier.visit(visit);
    }
}

/// A ranking of a layer's candidates in the way of the mapper: [`map_with`] returns the first candidate of
/// the least rank.
#[derive(Clone, Copy, Debug)]
pub struct Ranking {
    goal: Goal,
    prices: Prices,
    limit: u64,
}

impl Ranking {
    /// Finds the best candidate, which the ranking is relative to.
    ///
    /// # Errors
    /// As [`map`].
    pub fn new(
        layer: impl Into<Arc<Layer>>,
        accelerator: impl Into<Arc<Accelerator>>,
        dataflow: impl Into<Arc<Dataflow>>,
        effort: &MapperEffort,
    ) -> Result<Self, MapperError> {
        let (layer, accelerator, dataflow) = (&layer.into(), &accelerator.into(), &dataflow.into());
        let frontier = Frontier::promising(layer, accelerator, dataflow, effort).ok();
        let ranking = frontier.and_then(|mut frontier| {
            Some(Self {
                goal: effort.goal,
                limit: frontier.limit(effort.goal)?,
                prices: frontier.prices(),
            })
        });
        ranking.ok_or_else(|| no_mapping(layer, accelerator, dataflow, effort))
    }

    /// The cycles and the energy of a mapping of the layer, by the model.
    #[must_use]
    pub fn score(&self, mapping: &Mapping, estimate: &Estimate) -> Score {
        let bill = self.prices.bill(&estimate.counters, mapping.active_pes());
        bill.score(estimate.expected)
    }

    /// The rank of a mapping of the layer.
    #[must_use]
    pub fn rank(&self, mapping: &Mapping, estimate: &Estimate) -> Rank {
        self.goal.rank(&self.score(mapping, estimate), self.limit)
    }
}

/// Why not even one output fits, or what a PE does of it in one pass.
fn no_mapping(
    layer: &Arc<Layer>,
    accelerator: &Arc<Accelerator>,
    dataflow: &Arc<Dataflow>,
    effort: &MapperEffort,
) -> MapperError {
    let first = |is_whole: bool| {
        // What no tiling mends comes before what the smallest one breaks.
        Rules::new(layer, accelerator, dataflow)?;
        let layer = lowered(layer, accelerator)?;
        let tiling = Tiling {
            block: PerDim::splat(1),
            local: unrolling::local_of(dataflow, layer.sizes(), is_whole),
            banks: effort.banks,
            ..orders::first_orders(accelerator, Tiling::trivial(layer.sizes()))
        };
        Mapping::new(layer, Arc::clone(accelerator), Arc::clone(dataflow), tiling)
    };
    let tried = first(false).and_then(|_| first(true));
    let reason = tried.err().unwrap_or(MappingError::NotFound);
    MapperError::NoMapping {
        layer: layer.name().to_owned(),
        accelerator: accelerator.name.clone(),
        dataflow: dataflow.name.clone(),
        reason: Box::new(reason),
    }
}
