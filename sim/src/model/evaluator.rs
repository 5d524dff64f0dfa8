//! The model for many mappings of one layer: what they have in common is kept.

use stationary_arch::{Accelerator, PerOperand};
use stationary_workloads::{Dim, Layer};

use crate::dataflow::Dataflow;
use crate::error::MappingError;
use crate::machine::DramBus;
use crate::mapping::check::check_shape;
use crate::mapping::{Mapping, PAIRS};
use crate::model::along::{Along, Elements, Shape};
use crate::model::{Estimate, estimate_shape};
use crate::tiling::Tiling;

/// Evaluates one tiling after the other. A tiling costs the less, the fewer dimensions differ from
/// those of the one before; nothing is allocated.
///
/// ```
/// use stationary_arch::Accelerator;
/// use stationary_sim::{Dataflow, Evaluator, Mapping, Tiling, estimate};
/// use stationary_workloads::{Convolution, Dim, Layer};
///
/// let layer = Layer::convolution("conv", Convolution::square(8, [4, 8], 3, 1, 1))?;
/// let accelerator = Accelerator::preset("systolic", &[])?;
/// let dataflow = Dataflow::find("ws").expect("a bundled dataflow");
/// let mut evaluator = Evaluator::new(&layer, &accelerator, dataflow)?;
/// let mut tiling = Tiling::trivial(layer.sizes());
/// for cols in 1..=8 {
///     tiling.cols[Dim::K] = cols;
///     let mapping = Mapping::new(&layer, &accelerator, dataflow, tiling)?;
///     assert_eq!(evaluator.estimate(&tiling), Some(estimate(&mapping)));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Evaluator<'a> {
    /// The mapping of the last tiling whose shape was legal.
    m: Mapping<'a>,
    bus: DramBus,
    shape: Shape,
    /// The most elements of the input that a tile in the buffer has along each window axis.
    footprints: [u64; 2],
    /// Whether the scratchpads hold the tiles of `m`.
    fits_scratchpads: bool,
    /// Dimensions and axes whose sums are those of an earlier tiling.
    stale: u8,
    stale_axes: [bool; 2],
}

impl<'a> Evaluator<'a> {
    /// Prepares a layer for an accelerator.
    ///
    /// # Errors
    /// If the accelerator does not offer the dataflow.
    pub fn new(
        layer: &'a Layer,
        accelerator: &'a Accelerator,
        dataflow: &'static Dataflow,
    ) -> Result<Self, MappingError> {
        if !accelerator.dataflows.iter().any(|n| n == dataflow.name) {
            return Err(MappingError::Dataflow {
                dataflow: dataflow.name,
                offered: accelerator.dataflows.join(", "),
            });
        }
        let m = Mapping::base(layer, accelerator, dataflow)?;
        Ok(Self {
            bus: DramBus::new(accelerator),
            shape: Shape::new(&m),
            footprints: [0, 1].map(|axis| m.held_footprint(axis)),
            fits_scratchpads: m.check_scratchpads().is_ok(),
            stale: 0,
            stale_axes: [false; 2],
            m,
        })
    }

    /// What the model says of a tiling; `None` if the tiling is not legal.
    #[inline]
    pub fn estimate(&mut self, tiling: &Tiling) -> Option<Estimate> {
        self.fits(tiling).then(|| self.estimate_taken())
    }

    /// Whether a tiling is legal.
    #[inline]
    pub fn fits(&mut self, tiling: &Tiling) -> bool {
        self.fits_array(tiling) && self.m.check_buffer().is_ok()
    }

    /// The mapping of the tiling that was given last, if it was legal.
    pub(crate) fn mapping(&self) -> &Mapping<'a> {
        &self.m
    }

    /// Whether a tiling is legal if the global buffer held anything.
    pub(crate) fn fits_array(&mut self, tiling: &Tiling) -> bool {
        self.take(tiling) && self.fits_scratchpads
    }

    /// The estimate of the tiling that was given last, which must have fitted the array.
    pub(crate) fn estimate_taken(&mut self) -> Estimate {
        self.refresh();
        estimate_shape(&self.m, &self.bus, &self.shape)
    }

    /// Cycles of MACs of the tiling that was given last.
    pub(crate) fn busy(&mut self) -> u64 {
        self.refresh();
        crate::traffic::busy(&self.shape)
    }

    /// Moves the mapping on to a tiling; whether its shape is legal.
    fn take(&mut self, tiling: &Tiling) -> bool {
        let before = &self.m.tiling;
        let (mut changed, mut is_shape, mut is_array) = (0_u8, false, false);
        for d in Dim::ALL {
            let unrolls = before.local[d] != tiling.local[d]
                || before.rows[d] != tiling.rows[d]
                || before.cols[d] != tiling.cols[d];
            let parts = before.part[d] != tiling.part[d];
            let differs = unrolls || parts || before.block[d] != tiling.block[d];
            changed |= u8::from(differs) << d.index();
            is_array |= unrolls;
            is_shape |= unrolls || parts;
        }
        let stages = before.staging != tiling.staging;
        is_shape |= stages
            || before.block_order != tiling.block_order
            || before.pass_order != tiling.pass_order;
        if is_shape {
            let m = &self.m;
            if check_shape(m.layer, m.accelerator, m.dataflow, tiling).is_err() {
                return false;
            }
        } else if !Dim::ALL.iter().all(|d| (1..=tiling.part[*d]).contains(&tiling.block[*d])) {
            return false;
        }
        self.m.tiling = *tiling;
        let has_changed = |d: Dim| changed & 1 << d.index() != 0;
        for d in Dim::ALL.into_iter().filter(|d| has_changed(*d)) {
            self.m.set_pass(d);
        }
        if is_array {
            self.m.set_delivery();
        }
        self.stale |= changed;
        for (i, (output, tap)) in PAIRS.into_iter().enumerate() {
            if stages || has_changed(output) || has_changed(tap) {
                self.stale_axes[i] = true;
                self.footprints[i] = self.m.held_footprint(i);
            }
        }
        self.m.list_loops();
        let window = self.footprints[0] * self.footprints[1];
        self.m.tile_bytes = PerOperand::from_fn(|o| self.m.bytes_of(o, window));
        self.m.set_slots();
        if is_array {
            self.fits_scratchpads = self.m.check_scratchpads().is_ok();
        }
        true
    }

    /// Brings the sums of the model up to the mapping.
    fn refresh(&mut self) {
        for d in Dim::ALL {
            if self.stale & 1 << d.index() != 0 {
                self.shape.along[d] = Along::new(&self.m, d);
            }
        }
        for (i, stale) in self.stale_axes.iter_mut().enumerate() {
            if std::mem::take(stale) {
                self.shape.elements[i] = Elements::new(&self.m, i);
            }
        }
        self.stale = 0;
    }
}
