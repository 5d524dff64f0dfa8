//! What an option costs, once it is known how long it takes.
//!
//! Words moved do not depend on the time, so that the time is all in which the model's word and the
//! machine's differ:
//!
//! ```text
//! area      of the design                          equal
//! latency   t                                      bound <= machine
//! energy    events + t (clock + leakage)           rises with t: the bound's is a bound
//! power     events / t + clock + leakage           falls with t: only clock and leakage bound it
//! ```

use std::sync::Arc;

use stationary_arch::CostModel;
use stationary_arch::units::Cycles;
use stationary_sim::{Counters, Energy, Estimate, Mapping, Pace, estimate, run};
use stationary_workloads::Layer;

use super::{DesignError, DesignSpace};
use crate::table::{CostEntry, Levels};

impl DesignSpace {
    /// An option as the model expects it, and at the least that the machine may make of it.
    pub(super) fn priced(
        &self,
        layer: &Arc<Layer>,
        levels: Levels,
    ) -> Result<[CostEntry; 2], DesignError> {
        let design = self.design(Arc::clone(layer), levels)?;
        let mapping = design.mapping(Arc::clone(layer))?;
        let cost = CostModel::of(&design.accelerator)?;
        let model = estimate(&mapping);
        let expected = at(&mapping, &cost, levels, &model.counters, model.cycles);
        Ok([expected, bound(&mapping, &cost, levels, &model)])
    }

    /// The costs of an option that takes so many cycles on the machine.
    ///
    /// # Errors
    /// As [`DesignSpace::design`], and [`DesignError::Cost`], if the machine has no cost.
    pub fn entry(
        &self,
        layer: impl Into<Arc<Layer>>,
        levels: Levels,
        cycles: u64,
    ) -> Result<CostEntry, DesignError> {
        let layer = &layer.into();
        let design = self.design(Arc::clone(layer), levels)?;
        let mapping = design.mapping(Arc::clone(layer))?;
        let cost = CostModel::of(&design.accelerator)?;
        let counters = estimate(&mapping).counters;
        Ok(at(&mapping, &cost, levels, &counters, cycles))
    }
}

/// The cycles of an option's layer on the cycle-level machine.
///
/// # Errors
/// As [`DesignSpace::design`].
pub fn cycles(
    space: &DesignSpace,
    layer: impl Into<Arc<Layer>>,
    levels: Levels,
) -> Result<u64, DesignError> {
    let layer = &layer.into();
    let design = space.design(Arc::clone(layer), levels)?;
    let mapping = design.mapping(Arc::clone(layer))?;
    Ok(run(&mapping, Pace::SkipPeriods, &mut ()).cycles)
}

fn at(
    mapping: &Mapping,
    cost: &CostModel,
    levels: Levels,
    counters: &Counters,
    cycles: u64,
) -> CostEntry {
    let energy = Energy::of(mapping, cost, counters, cycles).total();
    CostEntry {
        style: levels.style,
        pe: levels.pe,
        tile: levels.tile,
        latency: cycles,
        energy: energy.0 / 1e3,
        area: cost.area().total.0,
        power: cost.average_power(energy, Cycles(cycles)).0,
    }
}

fn bound(mapping: &Mapping, cost: &CostModel, levels: Levels, model: &Estimate) -> CostEntry {
    let least = at(mapping, cost, levels, &model.counters, model.lower_bound);
    let in_a_cycle = Energy::of(mapping, cost, &Counters::default(), 1).total();
    CostEntry {
        power: cost.average_power(in_a_cycle, Cycles(1)).0,
        ..least
    }
}
