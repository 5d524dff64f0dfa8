//! The model for many mappings of one layer: what they have in common is kept.

use std::sync::Arc;

use rayon::prelude::*;
use stationary_arch::{Accelerator, PerOperand};
use stationary_workloads::{Dim, Layer, PerDim};

use crate::bus::Bus;
use crate::dataflow::{Dataflow, bit};
use crate::error::MappingError;
use crate::estimate::Estimate;
use crate::mapping::check::Rules;
use crate::mapping::{Mapping, PAIRS, WindowMulticast};
use crate::model::dim_factors::{DimFactors, Elements, TilingFactors};
use crate::model::{Expected, estimate_shape, expected_shape};
use crate::tiling::{Staging, Tiling};

/// Estimates one tiling of a layer after another, faster than [`estimate`](crate::estimate) does: the fewer
/// dimensions differ from the tiling before, the less work there is, and nothing is allocated.
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
pub struct Evaluator {
    /// The mapping of the last tiling whose shape was legal; at first, of the trivial one.
    m: Mapping,
    rules: Rules,
    bus: Bus,
    shape: TilingFactors,
    /// The most elements of the input that a tile in the buffer has along each window axis.
    footprints: [u64; 2],
    /// Whether the shape of `m` is one that was found legal: the first is not checked.
    is_checked: bool,
    /// Whether the scratchpads hold the tiles of `m`.
    fits_scratchpads: bool,
    /// Dimensions and axes whose sums are those of an earlier tiling.
    stale: u8,
    stale_axes: [bool; 2],
    /// Sums of earlier tilings, of the axes and of the dimensions.
    known_elements: [[(WindowKey, Elements); KNOWN]; 2],
    known_along: PerDim<[(Cuts, DimFactors); KNOWN]>,
}

/// How many sums of earlier tilings are kept: extents that double, as a search tries them, each have
/// a place of their own.
const KNOWN: usize = 8;

/// Tilings that a thread evaluates one after the other.
const BATCH: usize = 1024;

/// What decides the sums of a dimension.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cuts {
    part: u64,
    block: u64,
    local: u64,
    rows: u64,
    cols: u64,
}

/// What decides the sums of a window axis: of outputs and taps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct WindowKey {
    part: [u64; 2],
    block: [u64; 2],
    pass: [u64; 2],
    staging: Staging,
    multicast: WindowMulticast,
    /// What a PE has of outputs and taps, where it keeps a window.
    in_pe: Option<[u64; 2]>,
}

/// The place of a sum among those kept.
fn place(block: u64, local: u64) -> usize {
    (block.max(1).ilog2() as usize + local as usize) % KNOWN
}

impl Evaluator {
    /// Prepares the estimates of a layer on an accelerator under a dataflow.
    ///
    /// # Errors
    /// A [`MappingError`], if the accelerator does not offer the dataflow or the layer cannot run on it under
    /// any tiling.
    pub fn new(
        layer: impl Into<Arc<Layer>>,
        accelerator: impl Into<Arc<Accelerator>>,
        dataflow: impl Into<Arc<Dataflow>>,
    ) -> Result<Self, MappingError> {
        Self::of(Rules::new(
            &layer.into(),
            &accelerator.into(),
            &dataflow.into(),
        )?)
    }

    pub(crate) fn of(rules: Rules) -> Result<Self, MappingError> {
        let m = Mapping::base(&rules)?;
        Ok(Self {
            rules,
            bus: Bus::new(&m.accelerator),
            shape: TilingFactors::new(&m),
            footprints: [0, 1].map(|axis| m.held_footprint(axis)),
            fits_scratchpads: m.check_scratchpads().is_ok(),
            is_checked: false,
            stale: 0,
            stale_axes: [false; 2],
            // No cut is 0, so that these are found for no tiling.
            known_elements: Default::default(),
            known_along: PerDim::splat(Default::default()),
            m,
        })
    }

    /// The model's estimate of a tiling; `None` if the tiling is not legal.
    #[inline]
    pub fn estimate(&mut self, tiling: &Tiling) -> Option<Estimate> {
        self.fits(tiling).then(|| self.estimate_taken())
    }

    /// Estimates many tilings as [`Evaluator::estimate`] does, over as many threads as there are; in their
    /// order.
    #[must_use]
    pub fn estimates(&self, tilings: &[Tiling]) -> Vec<Option<Estimate>> {
        let chunks = tilings.par_chunks(BATCH);
        chunks
            .flat_map_iter(|chunk| {
                let mut evaluator = self.clone();
                chunk.iter().map(move |tiling| evaluator.estimate(tiling))
            })
            .collect()
    }

    /// Whether a tiling is legal.
    #[inline]
    pub fn fits(&mut self, tiling: &Tiling) -> bool {
        self.fits_array(tiling) && self.m.check_buffer().is_ok()
    }

    /// The mapping of the tiling that was given last, if it was legal.
    pub(crate) fn mapping(&self) -> &Mapping {
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

    /// What the mapper compares of it.
    pub(crate) fn expected_taken(&mut self) -> Expected {
        self.refresh();
        expected_shape(&self.m, &self.bus, &self.shape)
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
        is_shape |= !self.is_checked
            || stages
            || before.block_order != tiling.block_order
            || before.pass_order != tiling.pass_order;
        if is_shape {
            if self.rules.check(tiling).is_err() {
                return false;
            }
            self.is_checked = true;
        } else if !Dim::ALL
            .iter()
            .all(|d| (1..=tiling.part[*d]).contains(&tiling.block[*d]))
        {
            return false;
        }
        let has_changed = |d: Dim| changed & bit(d) != 0;
        let mine = &mut self.m.tiling;
        mine.block_order = tiling.block_order;
        mine.pass_order = tiling.pass_order;
        mine.staging = tiling.staging;
        mine.banks = tiling.banks;
        for d in Dim::ALL.into_iter().filter(|d| has_changed(*d)) {
            let mine = &mut self.m.tiling;
            mine.part[d] = tiling.part[d];
            mine.block[d] = tiling.block[d];
            mine.local[d] = tiling.local[d];
            mine.rows[d] = tiling.rows[d];
            mine.cols[d] = tiling.cols[d];
            self.m.set_pass(d);
        }
        if is_array {
            self.m.set_multicast();
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
        let t = &self.m.tiling;
        for d in Dim::ALL {
            if self.stale & bit(d) == 0 {
                continue;
            }
            let cuts = Cuts {
                part: t.part[d],
                block: t.block[d],
                local: t.local[d],
                rows: t.rows[d],
                cols: t.cols[d],
            };
            let known = &mut self.known_along[d][place(cuts.block, cuts.local)];
            if known.0 != cuts {
                *known = (cuts, DimFactors::new(&self.m, d));
            }
            self.shape.by_dim[d] = known.1;
        }
        self.stale = 0;
        for (i, (output, tap)) in PAIRS.into_iter().enumerate() {
            if !std::mem::take(&mut self.stale_axes[i]) {
                continue;
            }
            let stretch = WindowKey {
                part: [t.part[output], t.part[tap]],
                block: [t.block[output], t.block[tap]],
                pass: [self.m.pass[output], self.m.pass[tap]],
                staging: t.staging.input,
                multicast: self.m.multicast[i],
                in_pe: (self.m.keeps_window(i)).then(|| [t.local[output], t.local[tap]]),
            };
            let known = &mut self.known_elements[i][place(t.block[output], 0)];
            if known.0 != stretch {
                *known = (stretch, Elements::new(&self.m, i));
            }
            self.shape.elements[i] = known.1;
        }
    }
}
