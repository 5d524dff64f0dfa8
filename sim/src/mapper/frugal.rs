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
/// answers whether the buffer holds the tiles of a pass; `order` has cycles of MACs, ascending, and places
/// among those found.
pub(super) fn frugal(
    screen: &mut BoundEvaluator,
    prices: &Prices,
    (found, order): (&[MappingPoint], &[(u64, u32)]),
    programs: &[u32],
    effort: &MapperEffort,
    fits: &mut dyn FnMut(&mut BoundEvaluator, &Tiling) -> bool,
) -> Vec<Tiling> {
    // Whatever the mapping is chosen for, so that the candidates are the same.
    let goal = Goal::default();
    let wanted = effort.unrollings.div_ceil(SHARE);
    let score = |screen: &BoundEvaluator, place: u32| {
        let of = |program: &u32| {
            let candidate = found[place as usize].with_program(*program);
            let (counters, least) = screen.least_of_whole_passes(&candidate);
            let bill = prices.bill(&counters, screen.active_pes(&candidate));
            bill.score(least)
        };
        let of_programs = programs.iter().map(of);
        of_programs.min_by_key(|score| (goal.value(score), goal.second(score)))
    };
    let mut left = order.iter().filter(|(_, at)| (*at as usize) < SCORED);
    let mut scores: Vec<(Score, u32)> = Vec::new();
    let mut least = u64::MAX;
    let mut is_done = true;
    for (busy, place) in left.by_ref() {
        let score = score(screen, *place);
        least = score.map_or(least, |score| least.min(goal.value(&score)));
        scores.extend(score.map(|score| (score, *place)));
        // No score is below the cycles of MACs: what follows is not within the slack of the best.
        if least < u64::MAX && *busy > goal.limit(least) {
            is_done = false;
            break;
        }
    }
    let limit = goal.limit(least);
    let mut choose = |screen: &mut BoundEvaluator, scores: &[(Score, u32)]| {
        let ranked = scores.iter();
        let mut ranks: Vec<_> = ranked
            .map(|(score, place)| (goal.rank(score, limit), *place))
            .collect();
        ranks.sort_unstable();
        let mut kept: Vec<Tiling> = Vec::new();
        for (_, place) in ranks {
            if kept.len() == wanted {
                break;
            }
            let tiling = screen.tiling(&found[place as usize]);
            let is_known = kept.iter().any(|other| is_alike(other, &tiling));
            if !is_known && fits(screen, &tiling) {
                kept.push(tiling);
            }
        }
        kept
    };
    if !is_done {
        let within = |(score, _): &&(Score, u32)| goal.value(score) <= limit;
        let within: Vec<_> = scores.iter().filter(within).copied().collect();
        let kept = choose(screen, &within);
        if kept.len() == wanted {
            return kept;
        }
        let rest = left.filter_map(|(_, place)| Some((score(screen, *place)?, *place)));
        scores.extend(rest);
    }
    choose(screen, &scores)
}

/// What a pass covers of a dimension, at most.
pub(super) fn extent(tiling: &Tiling, d: Dim) -> u64 {
    tiling.local[d] * tiling.rows[d] * tiling.cols[d]
}

/// Whether passes have the same extents. They are all the same to memory then: the best of them will do.
pub(super) fn is_alike(a: &Tiling, b: &Tiling) -> bool {
    Dim::ALL.iter().all(|d| extent(a, *d) == extent(b, *d))
}
