//! Additions of two tensors on the ALU: the template `add.vta` of TVM, which residual networks need
//! behind a block's last convolution.
//!
//! ```text
//! for each tile: pop store->compute; load a and b; a += b and the other steps; push compute->store
//!                pop compute->store; store; push store->compute
//! ```
//!
//! Both operands have the width of outputs and are extended as they are loaded. Nothing overlaps: the
//! compute unit loads, and a tile's place is free when it is stored.

use std::sync::Arc;

use stationary_arch::{Accelerator, EpilogueStep};
use stationary_workloads::Layer;

use super::lowered_layer::{Body, LoweredLayer};
use super::model::estimate;
use super::schedule::{Schedule, ScheduleError};
use super::space::ScheduleSpace;

impl LoweredLayer {
    /// Lowers the addition of another tensor to the outputs of a layer, as a lowered layer of its own. The
    /// schedule's tiles of input channels and its threads must be one.
    ///
    /// ```
    /// use stationary_arch::{Accelerator, EpilogueStep};
    /// use stationary_sim::Pace;
    /// use stationary_sim::decoupled::{LoweredLayer, Schedule, run};
    /// use stationary_workloads::{Convolution, Layer};
    ///
    /// let mut vta = Accelerator::preset("vta-pipelined", &[])?;
    /// vta.decoupled.as_mut().expect("it is").epilogue = vec![EpilogueStep::Residual, EpilogueStep::Max(0)];
    /// let layer = Layer::convolution("conv", Convolution::square(7, [512, 512], 3, 1, 1))?;
    /// let tiles = Schedule { tile_h: 7, tile_w: 7, tile_co: 16, ..Schedule::ONE };
    /// let lowered = LoweredLayer::addition(&layer, &vta, tiles)?;
    /// let machine = run(&lowered, Pace::SkipIdle, &mut ());
    /// assert_eq!(machine.counters.dram_read.output, 2 * 7 * 7 * 512);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A [`ScheduleError`]: the first knob or buffer that is wrong, or [`ScheduleError::NoResidual`] if the
    /// accelerator's epilogue does not add a tensor.
    pub fn addition(
        layer: impl Into<Arc<Layer>>,
        accelerator: impl Into<Arc<Accelerator>>,
        schedule: Schedule,
    ) -> Result<Self, ScheduleError> {
        for (knob, value) in [
            ("oc_nthread", schedule.oc_nthread),
            ("h_nthread", schedule.h_nthread),
        ] {
            if value != 1 {
                return Err(ScheduleError::OneThread { knob, value });
            }
        }
        let accelerator = accelerator.into();
        accelerator.check()?;
        let lowered = Self::of(layer.into(), accelerator, schedule, Body::Addition)?;
        if !lowered.steps().contains(&EpilogueStep::Residual) {
            return Err(ScheduleError::NoResidual {
                accelerator: lowered.accelerator().name.clone(),
            });
        }
        lowered.fits()?;
        Ok(lowered)
    }
}

/// The addition to a layer's outputs under the schedule with the fewest estimated cycles, the first of equals.
///
/// # Errors
/// The [`ScheduleError`] of tiles of one block, if no schedule fits.
pub fn map_addition(
    layer: impl Into<Arc<Layer>>,
    accelerator: impl Into<Arc<Accelerator>>,
) -> Result<LoweredLayer, ScheduleError> {
    let (layer, accelerator) = (layer.into(), accelerator.into());
    let space = ScheduleSpace::new(&layer, &accelerator)?;
    let mut best: Option<(u64, LoweredLayer)> = None;
    let with = |schedule| {
        LoweredLayer::addition(Arc::clone(&layer), Arc::clone(&accelerator), schedule).ok()
    };
    space.for_each_fitting(with, |_, lowered| {
        let cycles = estimate(&lowered).cycles;
        if best.as_ref().is_none_or(|(least, _)| cycles < *least) {
            best = Some((cycles, lowered));
        }
    });
    match best {
        Some((_, lowered)) => Ok(lowered),
        None => LoweredLayer::addition(layer, accelerator, Schedule::ONE),
    }
}
