//! Unrollings that take the least energy where others are no faster: if memory bounds a layer, fewer PEs at
//! work and fewer words on their way do as well.

use stationary_workloads::Dim;

use crate::mapper::MapperEffort;
use crate::mapper::goal::{Goal, Score};
use crate::mapper::prices::Prices;
use crate::model::{BoundEvaluator, MappingPoint};
use crate::tiling::Tiling;

/// One for so many of the fastest.
const SHARE: usize = 2;

/// Unrollings of which a score is worked out.
const SCORED: usize = 1 << 16;

/// Of the unrollings, in one of some loop orders, the best by the default goal if each word crossed DRAM once. `fits`
/// answers whether the buffer holds the tiles of a pass.
pub(super) fn frugal(
    screen: &mut BoundEvaluator,
    prices: &Prices,
    found: &[MappingPoint],
    programs: &[u32],
    effort: &MapperEffort,
    fits: &mut dyn FnMut(&mut BoundEvaluator, &Tiling) -> bool,
) -> Vec<Tiling> {
    // Whatever the mapping is chosen for, so that the candidates are the same.
    let goal = Goal::default();
    let score = |candidate: &MappingPoint| {
        let (counters, least) = screen.least_of_any_blocks(candidate);
        let bill = prices.bill(&counters, screen.active_pes(candidate));
        bill.score(least)
    };
    let scores: Vec<(Score, usize)> = (found.iter().take(SCORED).enumerate())
        .filter_map(|(place, candidate)| {
            let of_programs = programs.iter().map(|p| score(&candidate.with_program(*p)));
            let best = of_programs.min_by_key(|score| (goal.value(score), goal.second(score)));
            best.map(|score| (score, place))
        })
        .collect();
    let Some(least) = scores.iter().map(|(score, _)| goal.value(score)).min() else {
        return Vec::new();
    };
    let limit = goal.limit(least);
    let mut order: Vec<_> = scores
        .iter()
        .map(|(score, place)| (goal.rank(score, limit), *place))
        .collect();
    order.sort_unstable();
    let mut kept: Vec<Tiling> = Vec::new();
    for (_, place) in order {
        if kept.len() == effort.unrollings.div_ceil(SHARE) {
            break;
        }
        let tiling = screen.tiling(&found[place]);
        let is_known = kept.iter().any(|other| is_alike(other, &tiling));
        if !is_known && fits(screen, &tiling) {
            kept.push(tiling);
        }
    }
    kept
}

/// What a pass covers of a dimension, at most.
pub(super) fn extent(tiling: &Tiling, d: Dim) -> u64 {
    tiling.local[d] * tiling.rows[d] * tiling.cols[d]
}

/// Whether passes have the same extents. They are all the same to memory then: the best of them will do.
pub(super) fn is_alike(a: &Tiling, b: &Tiling) -> bool {
    Dim::ALL.iter().all(|d| extent(a, *d) == extent(b, *d))
}
