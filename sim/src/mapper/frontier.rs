//! The branch-and-bound frontier: the candidates of a layer, and the best of them without estimating each.
//!
//! ```text
//! bound all: counts are exact, cycles a lower bound on the estimate
//! estimate in the order of the least objective until no other can be less: that is the least
//! of those that may be within its slack, estimate in the order of the least of what comes second
//! until no other can be better
//! ```
//!
//! What is found is what estimating all of them would find, ties included. For the best alone not all
//! need be bounded: what no loop order can bring within the slack of a candidate whose estimate is
//! known is left out.

use std::sync::Arc;

use stationary_arch::Accelerator;
use stationary_workloads::Layer;

use crate::dataflow::Dataflow;
use crate::error::MappingError;
use crate::estimate::Estimate;
use crate::mapper::MapperEffort;
use crate::mapper::enumeration::{Enumeration, Group};
use crate::mapper::goal::{Goal, Objective, Rank, Score};
use crate::mapper::prices::{Bill, Prices};
use crate::mapper::scored::ScoredCandidate;
use crate::mapper::{parts, unrolling};
use crate::mapping::Mapping;
use crate::mapping::check::Rules;
use crate::model::{BoundEvaluator, Evaluator};
use crate::tiling::Tiling;

/// Every candidate, in a fixed order.
pub(super) struct Frontier {
    evaluator: Evaluator,
    screen: BoundEvaluator,
    prices: Prices,
    found: Vec<ScoredCandidate>,
    /// Unrollings that were combined with blocks, and all that the array has room for.
    pub(super) unrollings: [usize; 2],
}

impl Frontier {
    /// All of them.
    pub(super) fn all(
        layer: &Arc<Layer>,
        accelerator: &Arc<Accelerator>,
        dataflow: &Arc<Dataflow>,
        effort: &MapperEffort,
    ) -> Result<Self, MappingError> {
        Self::gather(layer, accelerator, dataflow, effort, false)
    }

    /// Those that may be within the slack of the effort's goal.
    pub(super) fn promising(
        layer: &Arc<Layer>,
        accelerator: &Arc<Accelerator>,
        dataflow: &Arc<Dataflow>,
        effort: &MapperEffort,
    ) -> Result<Self, MappingError> {
        Self::gather(layer, accelerator, dataflow, effort, true)
    }

    fn gather(
        layer: &Arc<Layer>,
        accelerator: &Arc<Accelerator>,
        dataflow: &Arc<Dataflow>,
        effort: &MapperEffort,
        leaves_out: bool,
    ) -> Result<Self, MappingError> {
        let rules = Rules::new(layer, accelerator, dataflow)?;
        let mut evaluator = Evaluator::of(rules.clone())?;
        let mut screen = BoundEvaluator::of(rules)?;
        let prices = Prices::new(evaluator.mapping());
        let mut unrollings: Vec<Tiling> = Vec::new();
        let mut all = 0;
        for layer in batches(layer, accelerator) {
            let (best, count) = unrolling::best(&layer.into(), accelerator, dataflow, effort)?;
            unrollings.extend(best);
            all += count;
        }
        let mut enumeration = Enumeration::new(&mut evaluator, &mut screen, &prices, effort);
        let mut limit = None;
        for (place, unrolling) in unrollings.iter().enumerate() {
            if leaves_out && place == effort.unrollings {
                limit = enumeration.probe();
            }
            if limit.is_some_and(|limit| enumeration.is_beyond(unrolling, limit)) {
                continue;
            }
            enumeration.combine(unrolling);
        }
        if leaves_out {
            limit = enumeration.probe();
        }
        let groups = enumeration.groups;
        let mut frontier = Self {
            prices,
            evaluator,
            screen,
            found: Vec::new(),
            unrollings: [unrollings.len(), all],
        };
        frontier.reorder(groups, effort, limit.unwrap_or(u64::MAX));
        Ok(frontier)
    }

    /// Takes over the candidates of the groups, and the same in all other loop orders, but for those
    /// whose objective is above a limit. Of many blocks the most promising are reordered.
    fn reorder(&mut self, groups: Vec<Group>, effort: &MapperEffort, limit: u64) {
        let goal = effort.goal;
        let Self {
            screen,
            prices,
            found: all,
            evaluator,
            ..
        } = self;
        let sizes = evaluator.mapping().layer.sizes();
        let is_within =
            |bill: &Bill, least| limit == u64::MAX || goal.value(&bill.score(least)) <= limit;
        let most_cycles = match goal.objective {
            Objective::Cycles => limit,
            Objective::Energy | Objective::Edp => u64::MAX,
        };
        for Group { found, programs } in groups {
            let mut places: Vec<usize> = (0..found.len()).collect();
            if places.len() > effort.blocks {
                places.sort_unstable_by_key(|at| {
                    let least = found[*at].bill.score(found[*at].of_units);
                    (goal.value(&least), goal.second(&least), *at)
                });
                places.truncate(effort.blocks);
            }
            let firsts = found.iter().filter(|f| is_within(&f.bill, f.least));
            all.extend(firsts.copied());
            for place in places {
                let candidate = found[place].candidate;
                if limit != u64::MAX {
                    let (counters, least) = screen.least_in_any_order(&candidate);
                    let bill = prices.bill(&counters, screen.active_pes(&candidate));
                    if !is_within(&bill, least) {
                        continue;
                    }
                }
                let tiling = screen.tiling(&candidate);
                let others = programs.others(sizes, &tiling);
                let others = others.map(|program| candidate.with_program(program));
                // Most orders move so many words that nothing else matters.
                let others = others.filter(|other| {
                    most_cycles == u64::MAX || screen.least_transfers_of(other) <= most_cycles
                });
                let others = others.filter_map(|other| ScoredCandidate::new(screen, prices, other));
                all.extend(others.filter(|f| is_within(&f.bill, f.least)));
            }
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.found.len() as u64
    }

    pub(super) fn prices(&self) -> Prices {
        self.prices
    }

    /// Visits every candidate with its estimate.
    pub(super) fn visit(&mut self, visit: &mut dyn FnMut(&Mapping, &Estimate)) {
        for found in &self.found {
            let tiling = self.screen.tiling(&found.candidate);
            if let Some(estimate) = self.evaluator.estimate(&tiling) {
                visit(self.evaluator.mapping(), &estimate);
            }
        }
    }

    /// The greatest value of a goal's objective within its slack; `None` without candidates.
    pub(super) fn limit(&mut self, goal: Goal) -> Option<u64> {
        let least = |found: &ScoredCandidate| goal.value(&found.bill.score(found.least));
        let mut order: Vec<(u64, u32)> = (self.found.iter().map(least)).zip(0..).collect();
        order.sort_unstable();
        let mut best = None;
        for (least, place) in order {
            if best.is_some_and(|best| least >= best) {
                break;
            }
            let value = goal.value(&self.score(place));
            best = Some(best.map_or(value, |best: u64| best.min(value)));
        }
        best.map(|best| goal.limit(best))
    }

    /// The best mapping under a goal.
    pub(super) fn best(&mut self, goal: Goal) -> Option<Mapping> {
        let place = *self.best_few(1, goal).first()?;
        let tiling = self.tiling(place);
        let is_legal = self.evaluator.fits(&tiling);
        is_legal.then(|| self.evaluator.mapping().clone())
    }

    /// The places of so many best under a goal, each tiling once, the best first.
    pub(super) fn best_few(&mut self, count: usize, goal: Goal) -> Vec<u64> {
        let Some(limit) = self.limit(goal).filter(|_| count > 0) else {
            return Vec::new();
        };
        let mut order: Vec<(Rank, u32)> = Vec::new();
        for (found, place) in self.found.iter().zip(0..) {
            // Ranks grow with the cycles, and the best of all is within the limit.
            let least = found.bill.score(found.cycles.unwrap_or(found.least));
            if count > 1 || goal.value(&least) <= limit {
                order.push((goal.rank(&least, limit), place));
            }
        }
        order.sort_unstable();
        let mut best: Vec<(Rank, u32, Option<Tiling>)> = Vec::new();
        for (least, place) in order {
            let worst = best.last().filter(|_| best.len() == count);
            if worst.is_some_and(|(rank, at, _)| (least, place) > (*rank, *at)) {
                break;
            }
            let rank = goal.rank(&self.score(place), limit);
            // One has no other to be the same as.
            let tiling = (count > 1).then(|| self.tiling(place.into()));
            let is_before =
                |(other, at, _): &(Rank, u32, Option<Tiling>)| (*other, *at) < (rank, place);
            let same =
                |(.., other): &(Rank, u32, Option<Tiling>)| tiling.is_some() && *other == tiling;
            if let Some(same) = best.iter().position(same) {
                if is_before(&best[same]) {
                    continue;
                }
                best.remove(same);
            }
            best.insert(best.partition_point(is_before), (rank, place, tiling));
            best.truncate(count);
        }
        best.into_iter().map(|(_, place, _)| place.into()).collect()
    }

    /// The tiling of a candidate.
    pub(super) fn tiling(&self, place: u64) -> Tiling {
        self.screen.tiling(&self.found[place as usize].candidate)
    }

    /// The lower bound on the machine's cycles of each candidate.
    pub(super) fn lower_bounds(&self) -> Vec<u64> {
        let bounded = |found: &ScoredCandidate| self.screen.evaluate(&found.candidate);
        // The screen has found each legal.
        self.found
            .iter()
            .map(|found| bounded(found).map_or(u64::MAX, |bounded| bounded.lower_bound))
            .collect()
    }

    /// What the model says of a candidate.
    pub(super) fn estimate(&mut self, place: u64) -> Estimate {
        let tiling = self.tiling(place);
        let estimate = self.evaluator.estimate(&tiling);
        estimate.expect("the screen has found it legal")
    }

    /// What a candidate costs by the model.
    fn score(&mut self, place: u32) -> Score {
        let found = &mut self.found[place as usize];
        let cycles = match found.cycles {
            Some(cycles) => cycles,
            None => {
                let tiling = self.screen.tiling(&found.candidate);
                // The screen has found the tiling legal.
                let is_legal = self.evaluator.fits_array(&tiling);
                let cycles = match is_legal {
                    true => self.evaluator.expected_taken().cycles,
                    false => u64::MAX,
                };
                found.cycles = Some(cycles);
                cycles
            }
        };
        found.bill.score(cycles)
    }
}

/// The layer whole, and half of its images at a time, a quarter and so on: what is best for some images is so
/// tried for more.
fn batches(layer: &Layer, accelerator: &Accelerator) -> Vec<Layer> {
    if !accelerator.sequencer.staging.is_empty() {
        // Images are among the parts that are tried.
        return vec![layer.clone()];
    }
    let extents = parts::halves(layer.images(), 1).into_iter();
    extents.map(|images| layer.with_images(images)).collect()
}
