//! The best mapping without estimating each: a candidate's rank is at least that of its lower bound.
//!
//! ```text
//! screen all blocks, sort by the least rank that each can have
//! estimate in this order until the next can have no better rank than the worst that is kept
//! ```
//!
//! What is found is what estimating all of them would find, ties included.

use stationary_workloads::{Dim, Layer};

use crate::mapper::{Effort, Rank, blocks, insignificant, orders, rank, traffic};
use crate::mapping::Mapping;
use crate::model::{Candidate, Evaluator, Screen};
use crate::tiling::Tiling;

/// The best mapping so far.
pub(super) struct Contenders<'a> {
    screen: Screen<'a>,
    best: Option<(Rank, Mapping<'a>)>,
    /// Blocks of one staging: the least rank of each, and its place in the enumeration.
    found: Vec<(Rank, u32, Candidate)>,
    /// The best of them.
    kept: Vec<(Rank, u32, Candidate)>,
}

/// The least rank that a legal candidate can have: ranks grow with cycles.
fn least_rank(screen: &Screen<'_>, candidate: &Candidate) -> Option<Rank> {
    let (counters, cycles) = screen.least_estimate(candidate)?;
    let counted = cycles & !insignificant(cycles);
    Some((counted, traffic(&counters), cycles))
}

impl<'a> Contenders<'a> {
    pub(super) fn new(screen: Screen<'a>) -> Self {
        Self {
            screen,
            best: None,
            found: Vec::new(),
            kept: Vec::new(),
        }
    }

    pub(super) fn into_best(self) -> Option<Mapping<'a>> {
        self.best.map(|(_, mapping)| mapping)
    }

    /// Considers the blocks of a staging, the layer in as few parts of its rows as fit, and the best of
    /// them in all loop orders; whether any fits.
    pub(super) fn consider(
        &mut self,
        evaluator: &mut Evaluator<'a>,
        effort: &Effort,
        (base, most_parts): (&Tiling, u64),
    ) -> bool {
        self.screen_blocks(evaluator, (base, most_parts));
        if self.found.is_empty() {
            return false;
        }
        self.found
            .sort_unstable_by_key(|(rank, place, _)| (*rank, *place));
        self.kept.clear();
        let mut first: Option<(Rank, u32, Mapping<'a>)> = None;
        for (least, place, candidate) in &self.found {
            let is_full = self.kept.len() == effort.blocks;
            if is_full && self.kept.last().is_some_and(|(worst, ..)| least > worst) {
                break;
            }
            let Some(rank) = ranked(evaluator, &self.screen.tiling(candidate)) else {
                continue;
            };
            let key = (rank, *place);
            if first
                .as_ref()
                .is_none_or(|(rank, place, _)| key < (*rank, *place))
            {
                first = Some((rank, *place, *evaluator.mapping()));
            }
            let at = self
                .kept
                .partition_point(|(rank, place, _)| (*rank, *place) <= key);
            if at < effort.blocks {
                self.kept.truncate(effort.blocks - 1);
                self.kept.insert(at, (rank, *place, *candidate));
            }
        }
        if let Some((rank, _, mapping)) = first
            && self.is_better(&rank)
        {
            self.best = Some((rank, mapping));
        }
        self.reorder(evaluator, base);
        true
    }

    /// Blocks that fit, with the least rank of each.
    fn screen_blocks(&mut self, evaluator: &mut Evaluator<'a>, (base, most_parts): (&Tiling, u64)) {
        let layer: &Layer = evaluator.mapping().layer;
        let (screen, found) = (&mut self.screen, &mut self.found);
        found.clear();
        let mut parts = 1;
        while found.is_empty() && parts <= most_parts {
            let rows = layer.size(Dim::P).div_ceil(parts);
            let base = Tiling {
                part: layer.sizes().with(Dim::P, rows),
                ..*base
            };
            blocks::fitting(evaluator, &base, &mut |_, tiling| {
                let Some(candidate) = screen.candidate(tiling) else {
                    return false;
                };
                let Some(least) = least_rank(screen, &candidate) else {
                    return false;
                };
                found.push((least, found.len() as u32, candidate));
                true
            });
            parts += 1;
        }
    }

    /// The blocks that were kept in all loop orders.
    fn reorder(&mut self, evaluator: &mut Evaluator<'a>, base: &Tiling) {
        let programs = orders().map(|(block_order, pass_order)| {
            self.screen.program_of(&Tiling {
                block_order,
                pass_order,
                ..*base
            })
        });
        let programs: Vec<u32> = programs.flatten().collect();
        for at in 0..self.kept.len() {
            for program in &programs {
                let candidate = self.kept[at].2.with_program(*program);
                let least = least_rank(&self.screen, &candidate);
                if !least.is_some_and(|least| self.is_better(&least)) {
                    continue;
                }
                if let Some(rank) = ranked(evaluator, &self.screen.tiling(&candidate))
                    && self.is_better(&rank)
                {
                    self.best = Some((rank, *evaluator.mapping()));
                }
            }
        }
    }

    fn is_better(&self, rank: &Rank) -> bool {
        self.best.as_ref().is_none_or(|(best, _)| rank < best)
    }
}

/// The rank of a tiling that is legal.
fn ranked(evaluator: &mut Evaluator<'_>, tiling: &Tiling) -> Option<Rank> {
    let fits = evaluator.fits_array(tiling);
    fits.then(|| rank(&evaluator.estimate_taken()))
}
