//! All schedules of a layer, and the one that the estimate likes best.

use stationary_arch::Accelerator;
use stationary_workloads::Layer;

use super::kernel::{Blocks, Kernel};
use super::model::estimate;
use super::schedule::{Schedule, ScheduleError};

/// The schedules of a layer on a machine: each tile any divisor of its loop, each number of threads
/// one or two. Which of them fit, [`Kernel::new`] tells.
///
/// ```
/// use stationary_arch::Accelerator;
/// use stationary_sim::decoupled::Space;
/// use stationary_workloads::{Convolution, Layer};
///
/// let vta = Accelerator::preset("vta", &[])?;
/// let layer = Layer::convolution("conv", Convolution::square(56, [64, 64], 3, 1, 1))?;
/// assert_eq!(Space::new(&layer, &vta)?.points(), 2304);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    knobs: [Vec<u64>; 7],
}

impl Space {
    /// The space of a layer.
    ///
    /// # Errors
    /// [`ScheduleError::NotDecoupled`].
    pub fn new(layer: &Layer, accelerator: &Accelerator) -> Result<Self, ScheduleError> {
        if accelerator.decoupled.is_none() {
            return Err(ScheduleError::NotDecoupled {
                accelerator: accelerator.name.clone(),
            });
        }
        let b = Blocks::of(layer, accelerator);
        let extents = [b.batch, b.h, b.w, b.ci, b.co];
        let [batch, h, w, ci, co] = extents.map(divisors);
        Ok(Self {
            knobs: [batch, h, w, ci, co, vec![1, 2], vec![1, 2]],
        })
    }

    /// The values of each knob, ascending, in the order of [`Schedule::knobs`].
    #[must_use]
    pub fn knobs(&self) -> &[Vec<u64>; 7] {
        &self.knobs
    }

    /// How many schedules there are, whether they fit or not.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.knobs
            .iter()
            .map(|values| values.len() as u64)
            .product()
    }

    /// The schedule with this number; the last knob changes fastest.
    ///
    /// # Panics
    /// If there are not so many.
    #[must_use]
    pub fn point(&self, number: u64) -> Schedule {
        assert!(number < self.points(), "points are numbered from 0");
        let mut rest = number;
        let mut places = [0; 7];
        for (place, values) in places.iter_mut().zip(&self.knobs).rev() {
            *place = (rest % values.len() as u64) as usize;
            rest /= values.len() as u64;
        }
        self.at(places)
    }

    /// The schedule with these places in the lists of [`Space::knobs`].
    ///
    /// # Panics
    /// If a place lies outside its list.
    #[must_use]
    pub fn at(&self, places: [usize; 7]) -> Schedule {
        let value = |knob: usize| self.knobs[knob][places[knob]];
        Schedule {
            tile_b: value(0),
            tile_h: value(1),
            tile_w: value(2),
            tile_ci: value(3),
            tile_co: value(4),
            oc_nthread: value(5),
            h_nthread: value(6),
        }
    }
}

/// The schedule with the least estimate; of equals the least bound, then the first.
///
/// # Errors
/// What is wrong with tiles of one block, if no schedule fits.
pub fn map<'a>(
    layer: &'a Layer,
    accelerator: &'a Accelerator,
) -> Result<Kernel<'a>, ScheduleError> {
    let space = Space::new(layer, accelerator)?;
    let kernels = (0..space.points())
        .filter_map(|number| Kernel::new(layer, accelerator, space.point(number)).ok());
    let best = kernels.min_by_key(|kernel| {
        let model = estimate(kernel);
        (model.cycles, model.lower_bound)
    });
    match best {
        Some(kernel) => Ok(kernel),
        None => Kernel::new(layer, accelerator, Schedule::ONE),
    }
}

fn divisors(n: u64) -> Vec<u64> {
    (1..=n).filter(|d| n.is_multiple_of(*d)).collect()
}
