//! The options of each layer that a query may need.
//!
//! ```text
//! keep an option unless another one of its layer matches or beats it in every
//! cost that the objective or a budget counts; of equal ones the first stays
//! ```
//!
//! Whatever the limits, and the weights of latency and energy, an optimum is left:
//! the options serve all queries about a problem, and a whole front of budgets.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};

use crate::objective::Objective;
use crate::problem::Problem;

/// An option and what it costs.
#[derive(Clone, Copy, Debug)]
pub(super) struct LayerOption {
    pub(super) option: u16,
    pub(super) latency: u64,
    pub(super) energy: f64,
    /// What it takes of each budget, in integer units.
    pub(super) usage: [i64; 2],
}

/// The options worth asking about, by layer.
pub(super) struct Options(pub(super) Vec<Vec<LayerOption>>);

impl Options {
    pub(super) fn new(problem: &Problem) -> Self {
        let usage = problem.usage();
        let layers = problem.table().layers().iter().enumerate();
        let layer = |(layer, entries): (usize, &Vec<_>)| {
            let candidate = |at: usize| {
                let entry: &crate::table::CostEntry = &entries[at];
                let mut taken = [0; 2];
                for (taken, usage) in taken.iter_mut().zip(usage) {
                    *taken = usage.get(layer, at);
                }
                LayerOption {
                    option: at as u16,
                    latency: entry.latency,
                    energy: entry.energy,
                    usage: taken,
                }
            };
            let candidates = (0..entries.len()).map(candidate).collect();
            unbeaten(candidates, problem.objective())
        };
        Self(layers.map(layer).collect())
    }
}

/// What counts, budgets first: a lesser number is a better option.
fn costs(candidate: &LayerOption, objective: Objective) -> [u64; 4] {
    // The bits of floating-point numbers that are not negative have their order.
    let energy = (candidate.energy + 0.0).to_bits();
    let [first, second] = candidate.usage.map(|usage| usage as u64);
    let own = match objective {
        Objective::Latency | Objective::Throughput => [candidate.latency, 0],
        Objective::Energy => [energy, 0],
        Objective::Edp => [candidate.latency, energy],
    };
    [first, own[0], own[1], second]
}

fn unbeaten(candidates: Vec<LayerOption>, objective: Objective) -> Vec<LayerOption> {
    let mut sorted: Vec<([u64; 4], LayerOption)> = (candidates.into_iter())
        .map(|candidate| (costs(&candidate, objective), candidate))
        .collect();
    sorted.sort_unstable_by_key(|(costs, candidate)| (*costs, candidate.option));
    let is_plane = sorted.iter().all(|(costs, _)| costs[3] == 0);
    let mut stairs = Stairs::default();
    let mut kept: Vec<([u64; 4], LayerOption)> = Vec::new();
    for (costs, candidate) in sorted {
        // What comes earlier is no worse in the first cost.
        let is_beaten = if is_plane {
            !stairs.add(costs[1], costs[2])
        } else {
            (kept.iter()).any(|(other, _)| (1..4).all(|k| other[k] <= costs[k]))
        };
        if !is_beaten {
            kept.push((costs, candidate));
        }
    }
    kept.into_iter().map(|(_, candidate)| candidate).collect()
}

/// Points of the plane of which none matches or beats another.
#[derive(Default)]
struct Stairs(BTreeMap<u64, u64>);

impl Stairs {
    /// Adds a point unless one that is there matches or beats it.
    fn add(&mut self, x: u64, y: u64) -> bool {
        let before = self.0.range(..=x).next_back();
        if before.is_some_and(|(_, &least)| least <= y) {
            return false;
        }
        while let Some((&beaten, _)) = (self.0.range((Excluded(x), Unbounded)))
            .next()
            .filter(|(_, other)| **other >= y)
        {
            self.0.remove(&beaten);
        }
        self.0.insert(x, y);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    #[test]
    fn what_is_kept_is_what_nothing_beats() {
        let rng = &mut Xoshiro256PlusPlus::seed_from_u64(1);
        for case in 0..300 {
            let range = [2, 6, 1000][case % 3];
            let candidates: Vec<LayerOption> = (0..rng.random_range(1..40))
                .map(|option| LayerOption {
                    option,
                    latency: rng.random_range(0..range),
                    energy: rng.random_range(0..range) as f64,
                    usage: [(); 2].map(|()| match case % 2 {
                        0 => 0,
                        _ => rng.random_range(0..range) as i64,
                    }),
                })
                .collect();
            for objective in [Objective::Latency, Objective::Energy, Objective::Edp] {
                let beats = |a: &LayerOption, b: &LayerOption| {
                    let (x, y) = (costs(a, objective), costs(b, objective));
                    (0..4).all(|k| x[k] <= y[k]) && (x != y || a.option < b.option)
                };
                let mut expected: Vec<u16> = (candidates.iter())
                    .filter(|b| !candidates.iter().any(|a| beats(a, b)))
                    .map(|c| c.option)
                    .collect();
                let kept = unbeaten(candidates.clone(), objective);
                let mut found: Vec<u16> = kept.iter().map(|c| c.option).collect();
                found.sort_unstable();
                expected.sort_unstable();
                assert_eq!(found, expected, "case {case} {objective}");
            }
        }
    }
}
