//! The default mapper: a bounded, deterministic enumeration, ranked by the model.
//!
//! ```text
//! for each of the best unrollings (what the array would make of it, memory aside):
//!     for each staging and each block that fits the global buffer:
//!         for each pair of loop orders: estimate; keep the best
//! ```
//!
//! Orders are tried on the most promising blocks only; nothing is random, so the same layer and
//! accelerator always give the same mapping.

mod blocks;
mod contenders;
mod unrolling;

use stationary_arch::{Accelerator, Operand, PerOperand};
use stationary_workloads::{Dim, Layer, PerDim};

use crate::counters::Counters;
use crate::dataflow::Dataflow;
use crate::error::MappingError;
use crate::mapping::Mapping;
use crate::model::{Estimate, Evaluator, Screen};
use crate::tiling::{Staging, Tiling};
use contenders::Contenders;

/// How far the enumeration goes, and what is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Unrollings that are combined with blocks.
    pub unrollings: usize,
    /// Blocks that are combined with all loop orders.
    pub blocks: usize,
    /// Extents that a PE must cover (as far as the layer has them), by dimension.
    pub local: PerDim<Option<u64>>,
    /// Banks of each operand, as [`Tiling::banks`].
    pub banks: PerOperand<u32>,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            unrollings: 10,
            blocks: 16,
            local: PerDim::splat(None),
            banks: PerOperand::default(),
        }
    }
}

/// No candidate fits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapperError {
    /// The accelerator does not offer the dataflow, or not even the smallest tiles fit.
    #[error("no {dataflow} mapping of layer `{layer}` fits {accelerator}: {reason}")]
    NoMapping {
        /// The layer's name.
        layer: String,
        /// The accelerator's name.
        accelerator: String,
        /// The dataflow's short name.
        dataflow: &'static str,
        /// Why the smallest candidate is not legal.
        reason: MappingError,
    },
}

/// The mapping with the fewest estimated cycles; of those within 0.2 % the one with the least traffic,
/// weighted by the energy of its level.
///
/// # Errors
/// If the accelerator does not offer the dataflow, or no candidate fits its capacities.
pub fn map<'a>(
    layer: &'a Layer,
    accelerator: &'a Accelerator,
    dataflow: &'static Dataflow,
) -> Result<Mapping<'a>, MapperError> {
    map_with(layer, accelerator, dataflow, &Effort::default())
}

/// [`map`] with another effort.
///
/// # Errors
/// As [`map`].
pub fn map_with<'a>(
    layer: &'a Layer,
    accelerator: &'a Accelerator,
    dataflow: &'static Dataflow,
    effort: &Effort,
) -> Result<Mapping<'a>, MapperError> {
    let best = Evaluator::new(layer, accelerator, dataflow)
        .and_then(|evaluator| Ok((evaluator, Screen::new(layer, accelerator, dataflow)?)))
        .ok()
        .and_then(|(mut evaluator, mut screen)| {
            let unrollings = unrolling::best(&mut evaluator, &mut screen, effort);
            let mut contenders = Contenders::new(screen);
            for_stagings(&mut evaluator, &unrollings, &mut |evaluator, base, most| {
                contenders.consider(evaluator, effort, (base, most))
            });
            contenders.into_best()
        });
    best.ok_or_else(|| {
        let smallest = Tiling {
            block: PerDim::splat(1),
            banks: effort.banks,
            ..first_orders(accelerator, Tiling::trivial(layer.sizes()))
        };
        let reason = match Mapping::new(layer, accelerator, dataflow, smallest) {
            Err(reason) => reason,
            Ok(_) => MappingError::NoStationaryOperand,
        };
        MapperError::NoMapping {
            layer: layer.name().to_owned(),
            accelerator: accelerator.name.clone(),
            dataflow: dataflow.name,
            reason,
        }
    })
}

/// Estimated cycles, as far as they tell candidates apart; traffic; the cycles themselves.
pub type Rank = (u64, u64, u64);

/// Significant bits of the cycles by which candidates are told apart: estimates within 0.2 % of each
/// other, which is less than they err by, count as equal.
const SIGNIFICANT: u32 = 10;

/// The digits of a number of cycles that do not count.
fn insignificant(cycles: u64) -> u64 {
    let digits = (u64::BITS - cycles.leading_zeros()).saturating_sub(SIGNIFICANT);
    (1 << digits) - 1
}

/// How candidates are ordered.
#[must_use]
pub fn rank(estimate: &Estimate) -> Rank {
    let cycles = estimate.cycles;
    let counted = cycles & !insignificant(cycles);
    (counted, traffic(&estimate.counters), cycles)
}

/// Words moved, weighted by the energy of their level.
fn traffic(c: &Counters) -> u64 {
    let sum = |p: &PerOperand<u64>| Operand::ALL.iter().map(|o| p[*o]).sum::<u64>();
    // Eyeriss's ratios of energy: DRAM 200, buffer 6, array 2.
    200 * (sum(&c.dram_read) + sum(&c.dram_write))
        + 6 * (sum(&c.buffer_read) + sum(&c.buffer_write))
        + 2 * (sum(&c.array_receive) + c.psum_hops)
}

/// Visits every candidate that [`map`] considers, in its order.
pub fn candidates<'a>(
    layer: &'a Layer,
    accelerator: &'a Accelerator,
    dataflow: &'static Dataflow,
    visit: &mut dyn FnMut(&Mapping<'a>, &Estimate),
) {
    let effort = Effort::default();
    let (Ok(mut evaluator), Ok(mut screen)) = (
        Evaluator::new(layer, accelerator, dataflow),
        Screen::new(layer, accelerator, dataflow),
    ) else {
        return;
    };
    let unrollings = unrolling::best(&mut evaluator, &mut screen, &effort);
    for_stagings(&mut evaluator, &unrollings, &mut |evaluator, base, most| {
        visit_all(evaluator, &effort, (base, most), visit)
    });
}

/// Calls `consider` for each unrolling and staging, with the most parts that the layer may go in. What
/// the sequencer wants whole goes in as few parts as fit; where `consider` answers that nothing fits
/// so, it goes as any other machine has it.
fn for_stagings<'a>(
    evaluator: &mut Evaluator<'a>,
    unrollings: &[Tiling],
    consider: &mut dyn FnMut(&mut Evaluator<'a>, &Tiling, u64) -> bool,
) {
    let (layer, accelerator) = (evaluator.mapping().layer, evaluator.mapping().accelerator);
    let stages = &accelerator.sequencer.staging;
    let is_own = |staging: &PerOperand<Staging>| {
        let mut stages = stages.iter();
        stages.all(|(operand, stage)| staging[*operand] == Staging::from(*stage))
    };
    let (own, others): (Vec<_>, Vec<_>) = STAGINGS.into_iter().partition(is_own);
    let most = if stages.is_empty() {
        1
    } else {
        layer.size(Dim::P)
    };
    for unrolling in unrollings {
        for (stagings, most) in [(&own, most), (&others, 1)] {
            let mut found = false;
            for &staging in stagings {
                let base = Tiling {
                    staging,
                    ..*unrolling
                };
                found |= consider(evaluator, &base, most);
            }
            if found {
                break;
            }
        }
    }
}

/// Visits the blocks of a staging, the layer in as few parts of its rows as fit, and the best of them
/// in all loop orders; whether any fits.
fn visit_all<'a>(
    evaluator: &mut Evaluator<'a>,
    effort: &Effort,
    (base, most_parts): (&Tiling, u64),
    visit: &mut dyn FnMut(&Mapping<'a>, &Estimate),
) -> bool {
    let layer = evaluator.mapping().layer;
    // The best so far, best first.
    let mut blocks: Vec<(Rank, Tiling)> = Vec::with_capacity(effort.blocks);
    let mut found = false;
    let mut parts = 1;
    while !found && parts <= most_parts {
        let rows = layer.size(Dim::P).div_ceil(parts);
        let base = Tiling {
            part: layer.sizes().with(Dim::P, rows),
            ..*base
        };
        blocks::fitting(evaluator, &base, &mut |evaluator, tiling| {
            let Some(estimate) = evaluator.estimate(tiling) else {
                return false;
            };
            found = true;
            visit(evaluator.mapping(), &estimate);
            let rank = rank(&estimate);
            let place = blocks.partition_point(|(other, _)| *other <= rank);
            if place < effort.blocks {
                blocks.truncate(effort.blocks - 1);
                blocks.insert(place, (rank, *tiling));
            }
            true
        });
        parts += 1;
    }
    for (_, tiling) in &blocks {
        evaluator.fits(tiling);
        let mut programs = vec![evaluator.mapping().program()];
        for (block_order, pass_order) in orders() {
            let tiling = Tiling {
                block_order,
                pass_order,
                ..*tiling
            };
            if !evaluator.fits(&tiling) {
                continue;
            }
            // Orders often differ in loops alone that do not iterate.
            let program = evaluator.mapping().program();
            if !programs.contains(&program) {
                programs.push(program);
                let estimate = evaluator.estimate_taken();
                visit(evaluator.mapping(), &estimate);
            }
        }
    }
    found
}

const STAGINGS: [PerOperand<Staging>; 4] = [
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

/// Loop orders in which outputs, weights or inputs change last.
const ORDERS: [[Dim; 8]; 4] = {
    use Dim::{C, G, K, N, P, Q, R, S};
    [
        [G, N, P, Q, K, C, R, S],
        [G, K, N, P, Q, C, R, S],
        [G, K, C, R, S, N, P, Q],
        [G, N, P, Q, C, R, S, K],
    ]
};

fn orders() -> impl Iterator<Item = ([Dim; 8], [Dim; 8])> {
    ORDERS
        .into_iter()
        .flat_map(|block| ORDERS.into_iter().map(move |pass| (block, pass)))
}

/// The orders of candidates that have not been combined with all: the sequencer's own, if it has one.
fn first_orders(accelerator: &Accelerator, tiling: Tiling) -> Tiling {
    let order = match &accelerator.sequencer.order {
        Some(letters) => {
            let mut order = Dim::ALL;
            order.sort_by_key(|d| letters.find(d.name()));
            order
        }
        None => ORDERS[0],
    };
    Tiling {
        block_order: order,
        pass_order: order,
        ..tiling
    }
}
