//! A lower bound on the cycles of every mapping of a layer, whatever its tiles, unrolling, loop orders and
//! residencies.
//!
//! ```text
//! for each unrolling, in the order of what the array needs of it with memory aside:
//!     for each residency, for each operand that its loops exchange last at either level:
//!         for numbers of blocks along each dimension, as long as the tiles fit:
//!             relaxed bound (unrolling, numbers of tiles)
//! the least of all
//! ```
//!
//! A tiling is told by how many tiles it makes at each level, and takes the smallest extents that make so
//! many: they need the least room, and none moves fewer words. So a choice stands for all tilings with as many
//! tiles, ragged ones too, and what is least over choices is below all of them. Loops are in one of nine orders:
//! at each level the loops that do not concern one operand are the innermost, since the innermost loop concerns
//! all operands but one, so that no order saves exchanges of two.
//!
//! The layer goes whole, or in parts of its images and groups; where a sequencer holds an operand whole, in any
//! parts.

mod blocks;
mod choices;
mod first_beat;
mod passes;
mod relaxation;
mod tiles;
mod unrolling;
mod window_words;

use std::sync::Arc;

use stationary_arch::Accelerator;
use stationary_workloads::Layer;

use crate::dataflow::Dataflow;
use crate::error::MappingError;
use crate::mapping::check::Rules;
use blocks::least_of_blocks;
use choices::unrollings;
use relaxation::Relaxation;
use tiles::Program;

/// A lower bound on the cycles of every mapping of a layer, and how far its search went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpaceBound {
    /// Cycles that no mapping goes below on the machine; never above the `most` that [`space_bound`] was
    /// given.
    pub cycles: u64,
    /// The number of unrollings of the layer that differ in the room that they take or in the number of
    /// passes.
    pub unrollings: u64,
    /// How many of these unrollings were searched over their numbers of blocks.
    pub opened: u64,
    /// Whether the search came to its end: else `cycles` is what had been shown by then, and more effort may
    /// show more.
    pub is_complete: bool,
}

/// A lower bound on the cycles of all mappings of a layer on an accelerator under a dataflow.
///
/// Mappings are those that split the layer by images and groups alone or, where the sequencer holds an operand
/// whole, in any parts. The result is at most `most`: given the cycles of a known mapping, a result that equals
/// them proves that no mapping takes fewer. `effort` limits the nodes of the search.
///
/// ```
/// use stationary_arch::Accelerator;
/// use stationary_sim::{Dataflow, Pace, mapper, run, space_bound};
/// use stationary_workloads::{Convolution, Layer};
///
/// let layer = Layer::convolution("conv", Convolution::square(14, [32, 64], 3, 1, 1))?;
/// let accelerator = Accelerator::preset("systolic", &[])?;
/// let dataflow = Dataflow::find("ws").expect("a bundled dataflow");
/// let found = run(&mapper::map(&layer, &accelerator, dataflow)?, Pace::SkipPeriods, &mut ());
/// let bound = space_bound(&layer, &accelerator, dataflow, found.cycles, 1 << 20)?;
/// assert!(bound.cycles <= found.cycles);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`MappingError`], if the accelerator does not offer the dataflow or the layer cannot run on it under any
/// tiling.
pub fn space_bound(
    layer: impl Into<Arc<Layer>>,
    accelerator: impl Into<Arc<Accelerator>>,
    dataflow: impl Into<Arc<Dataflow>>,
    most: u64,
    effort: u64,
) -> Result<SpaceBound, MappingError> {
    let rules = Rules::new(&layer.into(), &accelerator.into(), &dataflow.into())?;
    let relaxation = &Relaxation::new(&rules)?;
    let mut nodes = effort;
    let (mut found, is_listed) = unrollings(relaxation, &mut nodes, |unrolling| {
        let least = relaxation.of_array(unrolling);
        (least < most).then_some(least)
    });
    found.sort_unstable_by_key(|(least, _)| *least);
    let mut bound = SpaceBound {
        cycles: most,
        unrollings: found.len() as u64,
        opened: 0,
        is_complete: is_listed,
    };
    if !is_listed {
        bound.cycles = most.min(relaxation.of_any_array());
        return Ok(bound);
    }
    let programs = Program::all();
    for (least, unrolling) in &found {
        // All that follow have this bound at least.
        if *least >= bound.cycles || !bound.is_complete {
            break;
        }
        bound.opened += 1;
        let (best, of) = (&mut bound.cycles, (unrolling, *least));
        bound.is_complete = least_of_blocks(relaxation, of, &programs, best, &mut nodes);
    }
    Ok(bound)
}
