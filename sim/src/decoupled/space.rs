//! All schedules of a layer, and the one that the estimate likes best.

use std::sync::Arc;

use stationary_arch::units::Picojoules;
use stationary_arch::{Accelerator, CostModel};
use stationary_workloads::Layer;

use super::divisors::divisors;
use super::lowered_layer::{Blocks, LoweredLayer};
use super::model::estimate;
use super::price::energy;
use super::reach::reach;
use super::schedule::{Schedule, ScheduleError};
use crate::mapper::{Goal, Score};

/// The space of a layer's schedules on a machine: each tile any divisor of its loop, each number of threads one
/// or two. Not all of them fit the buffers: [`LoweredLayer::new`] checks one.
///
/// ```
/// use stationary_arch::Accelerator;
/// use stationary_sim::decoupled::ScheduleSpace;
/// use stationary_workloads::{Convolution, Layer};
///
/// let vta = Accelerator::preset("vta", &[])?;
/// let layer = Layer::convolution("conv", Convolution::square(56, [64, 64], 3, 1, 1))?;
/// assert_eq!(ScheduleSpace::new(&layer, &vta)?.points(), 2304);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleSpace {
    knobs: [Vec<u64>; 7],
}

impl ScheduleSpace {
    /// The space of a layer on an accelerator.
    ///
    /// # Errors
    /// [`ScheduleError::NotDecoupled`], if instructions do not control the accelerator, and
    /// [`ScheduleError::OutOfReach`], if the layer's counts may exceed their range.
    pub fn new(layer: &Layer, accelerator: &Accelerator) -> Result<Self, ScheduleError> {
        if accelerator.decoupled.is_none() {
            return Err(ScheduleError::NotDecoupled {
                accelerator: accelerator.name.clone(),
            });
        }
        accelerator.check()?;
        reach(layer, accelerator).of_layer(layer, accelerator)?;
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

    /// The number of schedules, whether they fit or not.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.knobs
            .iter()
            .map(|values| values.len() as u64)
            .product()
    }

    /// The schedule with this number, from 0; the last knob changes fastest.
    ///
    /// # Panics
    /// If the number is not below [`ScheduleSpace::points`].
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

    /// The schedule whose knobs have the values at these indices of [`ScheduleSpace::knobs`].
    ///
    /// # Panics
    /// If an index lies outside its list.
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

    /// Calls `visit` with the number of each schedule that fits and what `fitting` made of it, ascending by
    /// number. `fitting` returns `None` for a schedule that does not fit.
    ///
    /// Greater values of a knob take at least as much of the buffers: beyond a tile with which the least values
    /// of all others do not fit, none is tried. So the work grows with the buffers' room, and not with the
    /// layer.
    pub fn for_each_fitting<K>(
        &self,
        fitting: impl Fn(Schedule) -> Option<K>,
        mut visit: impl FnMut(u64, K),
    ) {
        self.descend(0, &mut [0; 7], &fitting, &mut visit);
    }

    fn descend<K>(
        &self,
        knob: usize,
        places: &mut [usize; 7],
        fitting: &impl Fn(Schedule) -> Option<K>,
        visit: &mut impl FnMut(u64, K),
    ) {
        for place in 0..self.knobs[knob].len() {
            places[knob] = place;
            let Some(lowered) = fitting(self.at(*places)) else {
                break;
            };
            if knob + 1 == places.len() {
                visit(self.number(places), lowered);
            } else {
                self.descend(knob + 1, places, fitting, visit);
            }
        }
        places[knob] = 0;
    }

    /// The number of the schedule with these places.
    fn number(&self, places: &[usize; 7]) -> u64 {
        let digits = places.iter().zip(&self.knobs);
        digits.fold(0, |number, (place, values)| {
            number * values.len() as u64 + *place as u64
        })
    }
}

/// The best schedule of a layer under the default [`Goal`]: of those within 2 % of the fewest estimated cycles
/// the one that takes the least energy.
///
/// # Errors
/// The [`ScheduleError`] of tiles of one block, if no schedule fits.
pub fn map(
    layer: impl Into<Arc<Layer>>,
    accelerator: impl Into<Arc<Accelerator>>,
) -> Result<LoweredLayer, ScheduleError> {
    map_with(layer, accelerator, Goal::default())
}

/// The best schedule of a layer under a goal; of equals the one with the least lower bound, then the first.
///
/// # Errors
/// As [`map`].
pub fn map_with(
    layer: impl Into<Arc<Layer>>,
    accelerator: impl Into<Arc<Accelerator>>,
    goal: Goal,
) -> Result<LoweredLayer, ScheduleError> {
    let (layer, accelerator) = (layer.into(), accelerator.into());
    let space = ScheduleSpace::new(&layer, &accelerator)?;
    // Without a cost model energy decides nothing.
    let cost = CostModel::of(&accelerator).ok();
    let mut scored = Vec::new();
    let with = |schedule| {
        LoweredLayer::fitting(Arc::clone(&layer), Arc::clone(&accelerator), schedule).ok()
    };
    space.for_each_fitting(with, |number, lowered| {
        let model = estimate(&lowered);
        let (cycles, counters) = (model.cycles, &model.counters);
        let price = |cost| energy(&lowered, cost, counters, &model.control, cycles).total();
        let energy = cost.as_ref().map_or(Picojoules(0.0), price);
        scored.push((Score { cycles, energy }, model.lower_bound, number));
    });
    let least = scored.iter().map(|(score, ..)| goal.value(score)).min();
    let best = least.and_then(|least| {
        let limit = goal.limit(least);
        let ranked = scored.iter().map(|(score, bound, number)| {
            let rank = goal.rank(score, limit);
            (rank, *bound, *number)
        });
        ranked.min()
    });
    match best {
        Some((_, _, number)) => LoweredLayer::new(layer, accelerator, space.point(number)),
        None => LoweredLayer::new(layer, accelerator, Schedule::ONE),
    }
}

#[cfg(test)]
mod tests {
    use stationary_workloads::Convolution;

    use super::*;
    use crate::mapper::Objective;

    /// What is chosen is the best of all under each goal.
    #[test]
    fn schedules_are_chosen_by_the_goal() {
        let vta = Accelerator::preset("vta", &[]).expect("a bundled preset");
        let cost = CostModel::of(&vta).expect("its technology is known");
        let layer = Layer::convolution("conv", Convolution::square(14, [64, 64], 3, 1, 1));
        let layer = layer.expect("a layer");
        let figures = |lowered: &LoweredLayer| {
            let m = estimate(lowered);
            let energy = energy(lowered, &cost, &m.counters, &m.control, m.cycles);
            (m.cycles, energy.total().0)
        };
        let space = ScheduleSpace::new(&layer, &vta).expect("it is decoupled");
        let points = (0..space.points()).map(|number| space.point(number));
        let kernels = points.filter_map(|point| LoweredLayer::new(&layer, &vta, point).ok());
        let all: Vec<(u64, f64)> = kernels.map(|lowered| figures(&lowered)).collect();
        let chosen = |objective, slack: &str| {
            let slack = slack.parse().expect("a slack");
            let lowered = map_with(&layer, &vta, Goal { objective, slack });
            figures(&lowered.expect("small tiles fit"))
        };
        let fewest = all.iter().map(|(cycles, _)| *cycles).min();
        let fewest = fewest.expect("there are schedules");
        let least = all.iter().map(|(_, energy)| *energy);
        let least = least.fold(f64::INFINITY, f64::min);
        assert_eq!(chosen(Objective::Cycles, "0").0, fewest);
        assert_eq!(chosen(Objective::Energy, "0").1, least);
        let within = all
            .iter()
            .filter(|(cycles, _)| 100 * cycles <= 101 * fewest);
        let expected = within
            .map(|(_, energy)| *energy)
            .fold(f64::INFINITY, f64::min);
        assert_eq!(chosen(Objective::Cycles, "1").1, expected);
    }
}
