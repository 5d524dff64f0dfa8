//! The candidates of a layer, and the best of them without estimating each.
//!
//! ```text
//! screen all: counts are exact, cycles a lower bound on the estimate
//! estimate in the order of the least objective until no other can be less: that is the least
//! of those that may be within its slack, estimate in the order of the least of what comes second
//! until no other can be better
//! ```
//!
//! What is found is what estimating all of them would find, ties included.

use stationary_arch::{Accelerator, Operand, PerOperand};
use stationary_workloads::{Dim, Layer};

use crate::dataflow::Dataflow;
use crate::error::MappingError;
use crate::mapper::Effort;
use crate::mapper::blocks::Blocks;
use crate::mapper::goal::{Goal, Rank, Score};
use crate::mapper::orders::Programs;
use crate::mapper::parts;
use crate::mapper::prices::{Bill, Prices};
use crate::mapper::unrolling;
use crate::mapping::Mapping;
use crate::model::{Candidate, Estimate, Evaluator, Screen};
use crate::tiling::{Staging, Tiling};

/// Tiles of inputs for which a ring of banks has room, beside as many as are needed: the next comes while
/// this one is in use.
const COPIES: [u64; 2] = [2, 4];

/// Every candidate, in a fixed order.
pub(super) struct Contenders<'a> {
    evaluator: Evaluator<'a>,
    screen: Screen<'a>,
    prices: Prices,
    found: Vec<Found>,
    /// Unrollings that were combined with blocks, and all that the array has room for.
    pub(super) unrollings: [usize; 2],
}

/// A legal candidate.
#[derive(Clone, Copy, Debug)]
struct Found {
    candidate: Candidate,
    /// A lower bound on its estimated cycles.
    least: u64,
    bill: Bill,
    /// Its estimated cycles, once they are known.
    cycles: Option<u64>,
}

impl<'a> Contenders<'a> {
    pub(super) fn new(
        layer: &'a Layer,
        accelerator: &'a Accelerator,
        dataflow: &'static Dataflow,
        effort: &Effort,
    ) -> Result<Self, MappingError> {
        let mut evaluator = Evaluator::new(layer, accelerator, dataflow)?;
        let mut screen = Screen::new(layer, accelerator, dataflow)?;
        let (unrollings, all) = unrolling::best(&mut evaluator, &mut screen, effort);
        let mut contenders = Self {
            prices: Prices::new(evaluator.mapping()),
            evaluator,
            screen,
            found: Vec::new(),
            unrollings: [unrollings.len(), all],
        };
        for unrolling in &unrollings {
            contenders.combine(unrolling, effort);
        }
        Ok(contenders)
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.found.len() as u64
    }

    pub(super) fn prices(&self) -> Prices {
        self.prices
    }

    /// Visits every candidate with its estimate.
    pub(super) fn visit(&mut self, visit: &mut dyn FnMut(&Mapping<'a>, &Estimate)) {
        for found in &self.found {
            let tiling = self.screen.tiling(&found.candidate);
            if let Some(estimate) = self.evaluator.estimate(&tiling) {
                visit(self.evaluator.mapping(), &estimate);
            }
        }
    }

    /// The greatest value of a goal's objective within its slack; `None` without candidates.
    pub(super) fn limit(&mut self, goal: Goal) -> Option<u64> {
        let least = |found: &Found| goal.value(&found.bill.score(found.least));
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
    pub(super) fn best(&mut self, goal: Goal) -> Option<Mapping<'a>> {
        let limit = self.limit(goal)?;
        let mut order: Vec<(Rank, u32)> = Vec::new();
        for (found, place) in self.found.iter().zip(0..) {
            // Ranks grow with the cycles.
            let least = found.bill.score(found.cycles.unwrap_or(found.least));
            if goal.value(&least) <= limit {
                order.push((goal.rank(&least, limit), place));
            }
        }
        order.sort_unstable();
        let mut best: Option<(Rank, u32)> = None;
        for (least, place) in order {
            if best.is_some_and(|best| (least, place) > best) {
                break;
            }
            let key = (goal.rank(&self.score(place), limit), place);
            best = Some(best.map_or(key, |best| best.min(key)));
        }
        let (_, place) = best?;
        let tiling = self.screen.tiling(&self.found[place as usize].candidate);
        let is_legal = self.evaluator.fits(&tiling);
        is_legal.then(|| *self.evaluator.mapping())
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
                    true => self.evaluator.estimate_taken().cycles,
                    false => u64::MAX,
                };
                found.cycles = Some(cycles);
                cycles
            }
        };
        found.bill.score(cycles)
    }

    /// An unrolling with all residencies, parts, blocks and orders. What the sequencer wants whole goes
    /// in parts; where nothing fits so, it goes as any other machine has it.
    fn combine(&mut self, unrolling: &Tiling, effort: &Effort) {
        let has_given_banks = effort.banks != PerOperand::default();
        let Some(blocks) = Blocks::new(&mut self.evaluator, unrolling, has_given_banks) else {
            return;
        };
        let accelerator = self.evaluator.mapping().accelerator;
        let stages = &accelerator.sequencer.staging;
        let is_own = |staging: &PerOperand<Staging>| {
            let mut stages = stages.iter();
            stages.all(|(operand, stage)| staging[*operand] == Staging::from(*stage))
        };
        let (own, others): (Vec<_>, Vec<_>) = STAGINGS.into_iter().partition(is_own);
        for (stagings, has_parts) in [(own, !stages.is_empty()), (others, false)] {
            let before = self.found.len();
            for staging in stagings {
                let base = Tiling {
                    staging,
                    ..*unrolling
                };
                self.tile(&blocks, &base, has_parts, effort);
            }
            if self.found.len() > before {
                break;
            }
        }
    }

    /// A staging with all parts, blocks and orders.
    fn tile(&mut self, blocks: &Blocks, base: &Tiling, has_parts: bool, effort: &Effort) {
        let m = self.evaluator.mapping();
        let (sizes, accelerator) = (*m.layer.sizes(), m.accelerator);
        let first = self.found.len();
        let Self {
            screen,
            prices,
            found,
            ..
        } = self;
        let channels = base.part[Dim::C];
        // Weights have the rest of a ring; what was given stays.
        let shares_banks = effort.banks == PerOperand::default();
        let mut visit = |screen: &mut Screen<'a>, tiling: &Tiling| {
            let candidate = screen.candidate(tiling);
            let legal = candidate.and_then(|c| Found::new(screen, prices, c));
            found.extend(legal);
            for copies in COPIES.into_iter().filter(|_| shares_banks) {
                let roomy = candidate.and_then(|c| screen.with_room(&c, Operand::Input, copies));
                found.extend(roomy.and_then(|c| Found::new(screen, prices, c)));
            }
            legal.is_some()
        };
        if has_parts {
            let screen = std::cell::RefCell::new(&mut *screen);
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
        if self.found.len() == first {
            // Not even the smallest block with a whole kernel fits: take the kernel apart as well.
            let tiling = blocks.apart(base);
            let candidate = self.screen.candidate(&tiling);
            let legal = candidate.and_then(|c| Found::new(&self.screen, &self.prices, c));
            self.found.extend(legal);
        }
        let programs = Programs::new(&mut self.screen, accelerator, base);
        self.reorder(first, &programs, effort);
    }

    /// Adds the candidates from a place on in all other loop orders; of many the most promising.
    fn reorder(&mut self, first: usize, programs: &Programs, effort: &Effort) {
        let mut places: Vec<usize> = (first..self.found.len()).collect();
        if places.len() > effort.blocks {
            places.sort_by_key(|at| {
                let found = &self.found[*at];
                let least = found.bill.score(found.least);
                (effort.goal.value(&least), effort.goal.second(&least))
            });
            places.truncate(effort.blocks);
        }
        let layer = self.evaluator.mapping().layer;
        for place in places {
            let candidate = self.found[place].candidate;
            let tiling = self.screen.tiling(&candidate);
            for program in programs.others(layer.sizes(), &tiling) {
                let candidate = candidate.with_program(program);
                let legal = Found::new(&self.screen, &self.prices, candidate);
                self.found.extend(legal);
            }
        }
    }
}

impl Found {
    /// `None` if the candidate is not legal.
    fn new(screen: &Screen<'_>, prices: &Prices, candidate: Candidate) -> Option<Self> {
        let (counters, least) = screen.least_estimate(&candidate)?;
        Some(Self {
            candidate,
            least,
            bill: prices.bill(&counters, screen.active_pes(&candidate)),
            cycles: None,
        })
    }
}

/// How long inputs, weights and outputs stay in the global buffer.
pub(super) const STAGINGS: [PerOperand<Staging>; 4] = [
    PerOperand {
        input: Staging::Block,
        weight: Staging::Block,
        output: Staging::Block,
    },
    PerOperand {
        input: Staging::Block,
        weight: Staging::Pass,
        output: Staging::Block,
    },
    PerOperand {
        input: Staging::Layer,
        weight: Staging::Block,
        output: Staging::Block,
    },
    PerOperand {
        input: Staging::Layer,
        weight: Staging::Pass,
        output: Staging::Block,
    },
];
