//! The candidates in their first loop orders: unrollings with residencies, parts and blocks.

use std::cell::RefCell;
use std::sync::Arc;

use stationary_arch::{Operand, PerOperand};
use stationary_workloads::Dim;

use crate::mapper::MapperEffort;
use crate::mapper::blocks::Blocks;
use crate::mapper::orders::Programs;
use crate::mapper::parts;
use crate::mapper::prices::Prices;
use crate::mapper::scored::ScoredCandidate;
use crate::model::{BoundEvaluator, Evaluator};
use crate::tiling::{Staging, Tiling};

/// Tiles of inputs for which a ring of banks has room, beside as many as are needed: the next comes while
/// this one is in use. Weights have the rest.
const COPIES: [u64; 2] = [2, 4];

/// How long an operand may stay in the global buffer, as it is tried.
const STAGES: [Staging; 3] = [Staging::Block, Staging::Pass, Staging::Layer];

/// Estimates that a bound on the objective is taken from.
const PROBES: usize = 16;

/// Candidates of one unrolling and residency, and the loop orders that they may have.
pub(super) struct Group {
    pub(super) found: Vec<ScoredCandidate>,
    pub(super) programs: Programs,
}

/// Gathers the candidates of a layer.
pub(super) struct Enumeration<'e> {
    evaluator: &'e mut Evaluator,
    screen: &'e mut BoundEvaluator,
    prices: &'e Prices,
    effort: &'e MapperEffort,
    /// What was found, in a fixed order.
    pub(super) groups: Vec<Group>,
}

impl<'e> Enumeration<'e> {
    pub(super) fn new(
        evaluator: &'e mut Evaluator,
        screen: &'e mut BoundEvaluator,
        prices: &'e Prices,
        effort: &'e MapperEffort,
    ) -> Self {
        Self {
            evaluator,
            screen,
            prices,
            effort,
            groups: Vec::new(),
        }
    }

    /// Adds an unrolling with all residencies, parts and blocks. What the sequencer wants whole goes
    /// in parts; where nothing fits so, it goes as any other machine has it.
    pub(super) fn combine(&mut self, unrolling: &Tiling) {
        let has_given_banks = self.effort.banks != PerOperand::default();
        let Some(blocks) = Blocks::new(self.evaluator, unrolling, has_given_banks) else {
            return;
        };
        let accelerator = Arc::clone(&self.evaluator.mapping().accelerator);
        let stages = &accelerator.sequencer.staging;
        let is_own = |staging: &PerOperand<Staging>| {
            let mut stages = stages.iter();
            stages.all(|(operand, stage)| staging[*operand] == Staging::from(*stage))
        };
        let (own, others): (Vec<_>, Vec<_>) = stagings().partition(is_own);
        for (stagings, has_parts) in [(own, !stages.is_empty()), (others, false)] {
            let mut any = false;
            for staging in stagings {
                let base = Tiling {
                    staging,
                    ..*unrolling
                };
                any |= self.tile(&blocks, &base, has_parts);
            }
            if any {
                break;
            }
        }
    }

    /// The greatest objective that is within the slack of the best of some estimates.
    pub(super) fn probe(&mut self) -> Option<u64> {
        let goal = self.effort.goal;
        let firsts = self.groups.iter().flat_map(|group| &group.found);
        let least = |found: &ScoredCandidate| goal.value(&found.bill.score(found.least));
        let mut order: Vec<(u64, &ScoredCandidate)> =
            firsts.map(|found| (least(found), found)).collect();
        let count = order.len().min(PROBES);
        if count < order.len() {
            order.select_nth_unstable_by_key(count, |(least, _)| *least);
        }
        let probes = order.into_iter().take(count);
        let values = probes.filter_map(|(_, found)| {
            let tiling = self.screen.tiling(&found.candidate);
            let is_legal = self.evaluator.fits_array(&tiling);
            let score = is_legal.then(|| found.bill.score(self.evaluator.expected_taken().cycles));
            score.map(|score| goal.value(&score))
        });
        values.min().map(|least| goal.limit(least))
    }

    /// Whether nothing that an unrolling makes of the layer is within a limit on the objective.
    pub(super) fn is_beyond(&mut self, unrolling: &Tiling, limit: u64) -> bool {
        let Some(candidate) = self.screen.candidate(unrolling) else {
            return true;
        };
        let (counters, least) = self.screen.least_of_any_blocks(&candidate);
        let pes = self.screen.active_pes(&candidate);
        let score = self.prices.bill(&counters, pes).score(least);
        self.effort.goal.value(&score) > limit
    }

    /// Adds a residency with all parts and blocks; answers whether any is legal.
    fn tile(&mut self, blocks: &Blocks, base: &Tiling, has_parts: bool) -> bool {
        let m = self.evaluator.mapping();
        let (sizes, accelerator) = (*m.layer.sizes(), Arc::clone(&m.accelerator));
        let (screen, prices) = (&mut *self.screen, self.prices);
        let mut found = Vec::new();
        let channels = base.part[Dim::C];
        // What was given stays.
        let shares_banks = self.effort.banks == PerOperand::default();
        let copies = match shares_banks && screen.has_ring(Operand::Input) {
            true => &COPIES[..],
            false => &[],
        };
        let mut visit = |screen: &mut BoundEvaluator, tiling: &Tiling| {
            let candidate = screen.candidate(tiling);
            let legal = candidate.and_then(|c| ScoredCandidate::new(screen, prices, c));
            found.extend(legal);
            for copies in copies {
                let over_provisioned =
                    candidate.and_then(|c| screen.with_room(&c, Operand::Input, *copies));
                found
                    .extend(over_provisioned.and_then(|c| ScoredCandidate::new(screen, prices, c)));
            }
            legal.is_some()
        };
        if has_parts {
            let screen = RefCell::new(&mut *screen);
            let mut fits = |(part, channels): &parts::Split| {
                let tiling = blocks.smallest(
                    &Tiling {
                        part: *part,
                        ..*base
                    },
                    *channels,
                );
                let mut screen = screen.borrow_mut();
                let candidate = screen.candidate(&tiling);
                candidate.is_some_and(|c| screen.evaluate(&c).is_some())
            };
            let mut visit = |(part, channels): &parts::Split| {
                let base = Tiling {
                    part: *part,
                    ..*base
                };
                blocks.fitting(&base, *channels, &mut |tiling| {
                    visit(&mut screen.borrow_mut(), tiling)
                });
            };
            if shares_banks {
                let stripe = accelerator.sequencer.stripe.map(u64::from);
                parts::for_each(&sizes, blocks.least(), stripe, &mut fits, &mut visit);
            } else if let Some(split) = parts::fewest(&sizes, blocks.least(), &mut fits) {
                visit(&split);
            }
        } else {
            blocks.fitting(base, channels, &mut |tiling| visit(screen, tiling));
        }
        if found.is_empty() {
            // Not even the smallest block with a whole kernel fits: take the kernel apart as well.
            let candidate = screen.candidate(&blocks.apart(base));
            found.extend(candidate.and_then(|c| ScoredCandidate::new(screen, prices, c)));
        }
        let any = !found.is_empty();
        let programs = Programs::new(screen, &accelerator, base);
        self.groups.push(Group { found, programs });
        any
    }
}

/// How long inputs and weights stay in the global buffer; outputs always stay for a block.
fn stagings() -> impl Iterator<Item = PerOperand<Staging>> {
    let pairs = STAGES
        .into_iter()
        .flat_map(|input| STAGES.map(|weight| [input, weight]));
    pairs.map(|[input, weight]| PerOperand {
        input,
        weight,
        output: Staging::Block,
    })
}
