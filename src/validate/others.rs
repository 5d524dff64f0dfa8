//! Mappings and schedules from all over the range of the model's estimates: one from each stratum of the ranked
//! candidates.

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::error::Error;
use crate::sim::decoupled::{self, LoweredLayer, ScheduleSpace};
use crate::sim::{Dataflow, Mapping, MappingError, Plan, Tiling, mapper};
use crate::target::Target;
use crate::workloads::Layer;

/// Schedules from all over the range of estimates.
pub(super) fn schedules(
    target: &Target,
    layer: &Layer,
    best: &LoweredLayer,
    count: usize,
    seed: u64,
) -> Result<Vec<Plan>, Error> {
    let refused = |error| Error::NoSchedule {
        place: format!("layer `{}`", layer.name()),
        source: Box::new(error),
    };
    let space = ScheduleSpace::new(layer, target.accelerator()).map_err(refused)?;
    let lowered =
        |schedule| LoweredLayer::new(best.layer().clone(), best.accelerator().clone(), schedule);
    let mut ranked = Vec::new();
    space.for_each_fitting(
        |schedule| lowered(schedule).ok(),
        |_, lowered| {
            ranked.push((decoupled::estimate(&lowered).cycles, lowered.schedule()));
        },
    );
    ranked.sort_unstable();
    let limit = ranked.first().map_or(0, |(cycles, _)| RANGE * cycles);
    ranked.retain(|(cycles, schedule)| *cycles <= limit && *schedule != best.schedule());
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let count = count.min(ranked.len());
    let strata = (0..count).map(|i| {
        let (from, to) = (i * ranked.len() / count, (i + 1) * ranked.len() / count);
        let lowered = lowered(ranked[rng.random_range(from..to)].1);
        Ok(lowered.map_err(refused)?.into())
    });
    strata.collect()
}

/// Mappings from all over the range of estimates.
pub(super) fn mappings(
    target: &Target,
    layer: &Layer,
    best: &Mapping,
    count: usize,
    seed: u64,
) -> Result<Vec<Plan>, Error> {
    let tilings = sample(target, layer, best.dataflow(), count, seed);
    let mappings = tilings.into_iter().map(|tiling| {
        let (accelerator, dataflow) = (best.accelerator().clone(), best.dataflow().clone());
        let mapping = Mapping::new(layer, accelerator, dataflow, tiling);
        let refused = |limit: MappingError| Error::NoMapping {
            place: String::new(),
            why: limit.into(),
            more: String::new(),
        };
        Ok(mapping.map_err(refused)?.into())
    });
    mappings.collect()
}

/// How many times slower than the best a sampled mapping may be expected to be. Beyond it lie the
/// tilings of single words, which nobody would run and which take hours to simulate.
const RANGE: u64 = 16;

/// Mappings from all over the range of the model's estimates: one from each stratum of the ranked
/// candidates.
fn sample(
    target: &Target,
    layer: &Layer,
    dataflow: &Dataflow,
    count: usize,
    seed: u64,
) -> Vec<Tiling> {
    let visit = |visit: &mut dyn FnMut(u32, &Mapping, u64)| {
        let mut place = 0;
        let accelerator = target.accelerator();
        mapper::candidates(layer, accelerator, dataflow, &mut |mapping, estimate| {
            visit(place, mapping, estimate.cycles);
            place += 1;
        });
    };
    let mut ranked = Vec::new();
    visit(&mut |place, _, cycles| ranked.push((cycles, place)));
    ranked.sort_unstable();
    let limit = ranked.first().map_or(0, |(cycles, _)| RANGE * cycles);
    ranked.truncate(ranked.partition_point(|(cycles, _)| *cycles <= limit));
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let count = count.min(ranked.len().saturating_sub(1));
    let drawn: Vec<u32> = (0..count)
        .map(|i| {
            let from = 1 + i * (ranked.len() - 1) / count;
            let to = (1 + (i + 1) * (ranked.len() - 1) / count).max(from + 1);
            ranked[rng.random_range(from..to)].1
        })
        .collect();
    let mut tilings = vec![None; drawn.len()];
    visit(&mut |place, mapping, _| {
        if let Some(at) = drawn.iter().position(|drawn| *drawn == place) {
            tilings[at] = Some(*mapping.tiling());
        }
    });
    tilings.into_iter().flatten().collect()
}
