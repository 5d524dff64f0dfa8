//! What all passes take together, of all tilings that make so many of them.
//!
//! Passes are at least as many as the product of the numbers of tiles; first beats and tiles that stay have the
//! words that are sent of them, less what the first may have at the most, since that may come beside the first loads.
//! None is taken to be as long as another, and each to be on one PE where no more is known.

use stationary_arch::{Operand, PerOperand};
use stationary_workloads::{Dim, PerDim};

use crate::dataflow::{UNRELATED, is_relevant};
use crate::mapping::{PAIRS, PLAIN};
use crate::model::pass_sums::{BetweenPasses, Occupied, Packets, PassSums};
use crate::model::space_bound::relaxation::Relaxation;
use crate::model::space_bound::tiles::Counted;
use crate::model::space_bound::unrolling::Unrolling;

impl Relaxation {
    /// The least sums of passes that make so many tiles along each dimension.
    pub(super) fn pass_sums(
        &self,
        unrolling: &Unrolling,
        tiles: &PerDim<u64>,
        counted: &Counted,
    ) -> PassSums {
        let between = || self.between(unrolling, tiles, counted);
        PassSums {
            busy: counted.busy,
            // At least a word, whose time a packet has anyway.
            first: PerOperand::default(),
            tags: self.tags(unrolling),
            last: Occupied::one(1, 1, 1),
            last_results: 0,
            between: self.path.is_apart().then(between),
        }
    }

    fn between(
        &self,
        unrolling: &Unrolling,
        tiles: &PerDim<u64>,
        counted: &Counted,
    ) -> BetweenPasses {
        let (m, choices) = (&self.m, &unrolling.choices);
        let over =
            |dims: &[Dim], of: &dyn Fn(Dim) -> u64| dims.iter().map(|d| of(*d)).product::<u64>();
        let number = |d: Dim| tiles[d];
        let resident = m.resident;
        let passes = over(&Dim::ALL, &number);
        let relevant = Dim::ALL.into_iter().filter(|d| is_relevant(resident, *d));
        let loads = relevant.map(number).product::<u64>() * counted.repeats;
        // Indices of first beats, of all passes and at most of one.
        let begun = |d: Dim| match m.beat_step[d] {
            0 => m.layer.size(d),
            _ => tiles[d],
        };
        let most = |d: Dim| match m.beat_step[d] {
            0 => choices[d].most,
            step => step.min(m.layer.size(d)),
        };
        let window = |o: Operand, of: &dyn Fn(usize) -> u64| match o {
            Operand::Input => of(0) * of(1),
            _ => 1,
        };
        let begun_along = |i: usize| {
            let along = [PAIRS[i].0, PAIRS[i].1].map(number);
            let first = self.first_beats[i].of_tiles(unrolling.multicast[i], along);
            first.unwrap_or_else(|| self.sent_along(unrolling, i, tiles))
        };
        let most_along = |i: usize| {
            let most = self.first_beats[i].most(unrolling.multicast[i]);
            most.unwrap_or_else(|| self.sent_along(unrolling, i, &PerDim::splat(1)))
        };
        let first = |o: Operand| over(PLAIN[o], &most) * window(o, &most_along);
        let later = |o: Operand| {
            let (count, words) = match o {
                _ if o == resident => (loads - 1, counted.into_array[o]),
                // The first pass of each sum reads none.
                Operand::Output => {
                    let others = over(UNRELATED[o], &number) - 1;
                    return Packets {
                        count: passes - 1,
                        words: over(PLAIN[o], &begun) * others,
                        ..Packets::default()
                    };
                }
                o => {
                    let words = over(PLAIN[o], &begun) * window(o, &begun_along);
                    (passes - 1, words * over(UNRELATED[o], &number))
                }
            };
            let first = if o == Operand::Output { 0 } else { first(o) };
            Packets {
                count,
                words: words.saturating_sub(first),
                ..Packets::default()
            }
        };
        let (count, words) = match resident {
            Operand::Output => (loads, counted.results),
            _ => {
                let words = over(PLAIN.output, &begun) * over(UNRELATED.output, &number);
                (passes, words)
            }
        };
        let adders = |d: Dim| tiles[d].max(choices[d].pes);
        let occupied = Occupied {
            passes,
            rows: passes,
            cols: passes,
            adders: over(UNRELATED.output, &adders) * over(PLAIN.output, &number),
            ..Occupied::default()
        };
        let steps = |d: Dim| match m.beat_step[d] {
            0 => choices[d].busy,
            _ => m.local_cycles(d, 1) * tiles[d],
        };
        BetweenPasses {
            passes,
            loads,
            steps: over(&Dim::ALL, &steps),
            later: PerOperand::from_fn(later),
            read: counted.into_array,
            results: Packets {
                count,
                words,
                ..Packets::default()
            },
            written: counted.results,
            occupied,
            leaving: match resident {
                Operand::Output => Occupied {
                    passes: loads,
                    rows: loads,
                    cols: loads,
                    adders: loads,
                    ..Occupied::default()
                },
                _ => occupied,
            },
        }
    }

    /// The most words that share a tag.
    pub(super) fn tags(&self, unrolling: &Unrolling) -> PerOperand<u64> {
        let held = |d: &Dim| match self.m.beat_step[*d] {
            0 => unrolling.choices[*d].held_most,
            step => step,
        };
        PerOperand::from_fn(|o| match o {
            Operand::Input => u64::MAX,
            o => PLAIN[o].iter().map(held).product(),
        })
    }
}
