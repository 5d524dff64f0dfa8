//! What the array does in a pass: unrolling over rows and columns, and tiles inside the PEs.

use std::sync::Arc;

use stationary_arch::{Accelerator, Operand};
use stationary_workloads::{Dim, Layer, PerDim};

use crate::dataflow::Dataflow;
use crate::error::MappingError;
use crate::mapper::MapperEffort;
use crate::mapper::frugal::{extent, frugal, is_alike};
use crate::mapper::orders::{ORDERS, first_orders};
use crate::mapper::prices::Prices;
use crate::mapping::check::Rules;
use crate::model::{BoundEvaluator, Evaluator, MappingPoint};
use crate::tiling::Tiling;

/// Unrollings whose array time is estimated.
const ESTIMATED: usize = 4096;

/// The best unrollings of a layer, by the array's estimated time with memory aside, then by the
/// words read from the global buffer, in the better of two loop orders: with the outputs changing
/// last, and with what stays in the array. Beside them, how many the array has room for.
pub(super) fn best(
    layer: &Arc<Layer>,
    accelerator: &Arc<Accelerator>,
    dataflow: &Arc<Dataflow>,
    effort: &MapperEffort,
) -> Result<(Vec<Tiling>, usize), MappingError> {
    let rules = Rules::new(layer, accelerator, dataflow)?;
    let evaluator = &mut Evaluator::of(rules.clone())?;
    let screen = &mut BoundEvaluator::of(rules)?;
    let prices = &Prices::new(evaluator.mapping());
    let part = evaluator.mapping().layer.sizes();
    let mut found: Vec<MappingPoint> = Vec::new();
    // Cycles of MACs, and the place among those found.
    let mut order: Vec<(u64, u32)> = Vec::new();
    let base = first_orders(accelerator, Tiling::trivial(part));
    let mut base = Tiling {
        local: local_of(dataflow, part, true),
        banks: effort.banks,
        ..base
    };
    let sequencer = &accelerator.sequencer;
    let on_rows = unrolled(&dataflow.rows, sequencer.rows.as_deref());
    let on_cols = unrolled(&dataflow.cols, sequencer.cols.as_deref());
    let factors = if sequencer.stripe.is_some() {
        greatest_factor
    } else {
        good_factors
    };
    let rows = ArraySide {
        axis: ArrayAxis::Rows,
        pes: u64::from(accelerator.array.rows),
        factors,
    };
    let cols = ArraySide {
        axis: ArrayAxis::Cols,
        pes: u64::from(accelerator.array.cols),
        factors,
    };
    unroll(part, &on_rows, rows, &mut base, &mut |t| {
        unroll(part, &on_cols, cols, t, &mut |t| {
            let fits = |screen: &mut BoundEvaluator, t: &Tiling| {
                let candidate = screen.candidate(t)?;
                Some((candidate, screen.busy(&candidate)?))
            };
            if fits(screen, t).is_none() {
                return;
            }
            localise(part, &dataflow.local, effort, t, &mut |t| {
                let fitting = fits(screen, t);
                if let Some((candidate, busy)) = fitting {
                    order.push((busy, found.len() as u32));
                    found.push(candidate);
                }
                fitting.is_some()
            });
        });
    });
    order.sort_unstable();
    let mut orders = vec![base.pass_order];
    if accelerator.sequencer.order.is_none() {
        orders.extend(lasting(evaluator.mapping().resident));
    }
    let programs = orders.iter().map(|order| {
        let program = screen.program_of(&Tiling {
            pass_order: *order,
            ..base
        });
        program.map(|program| (program, *order))
    });
    let programs: Vec<_> = programs.flatten().collect();
    let mut best = Best::new(effort.unrollings);
    // Of those that may be among the best of any size, and of the others.
    let mut estimated = [0; 2];
    for &(busy, index) in &order {
        // No estimate of the array is below its MACs.
        if estimated[0] == ESTIMATED || busy > best.limit() {
            break;
        }
        let candidate = found[index as usize];
        let tiling = &screen.tiling(&candidate);
        let Some(halvings) = halvings(evaluator, screen, tiling) else {
            continue;
        };
        let worst = best.worst(halvings);
        let count = &mut estimated[usize::from(busy > best.worst(0).0)];
        if busy > worst.0 || *count == ESTIMATED {
            continue;
        }
        *count += 1;
        let mut key = (u64::MAX, u64::MAX);
        for (program, pass_order) in &programs {
            let candidate = candidate.with_program(*program);
            if screen.least_of_array(&candidate) > worst {
                continue;
            }
            let tiling = Tiling {
                pass_order: *pass_order,
                ..*tiling
            };
            if evaluator.fits_array(&tiling) {
                let e = evaluator.expected_taken();
                let reads = e.counters.buffer_read;
                key = key.min((e.compute_cycles, reads.input + reads.weight + reads.output));
            }
        }
        if key <= worst {
            best.insert(halvings, key, tiling);
        }
    }
    let mut all = best.all();
    let programs: Vec<u32> = programs.iter().map(|(program, _)| *program).collect();
    let mut fits =
        |screen: &mut BoundEvaluator, t: &Tiling| halvings(evaluator, screen, t).is_some();
    for tiling in frugal(
        screen,
        prices,
        (&found, &order),
        &programs,
        effort,
        &mut fits,
    ) {
        if !all.iter().any(|other| other.unrolls_as(&tiling)) {
            all.push(tiling);
        }
    }
    Ok((all, found.len()))
}

/// What a PE does in a pass before its tile grows: with `is_whole` all of the dimensions that change
/// with each beat, as every candidate of the mapper has them.
pub(super) fn local_of(dataflow: &Dataflow, sizes: &PerDim<u64>, is_whole: bool) -> PerDim<u64> {
    PerDim::from_fn(|d| match is_whole && dataflow.beats.contains(&d) {
        true => sizes[d],
        false => 1,
    })
}

/// The best unrollings that fit the buffer, a half of it, a quarter and so on, so that a larger buffer
/// loses none that a smaller one has.
struct Best {
    count: usize,
    /// By how often the buffer is halved.
    lists: Vec<Vec<((u64, u64), Tiling)>>,
}

/// How often the time of the fastest an unrolling may take that needs fewer words.
const SLOWER: u64 = 3;

impl Best {
    fn new(count: usize) -> Self {
        let lists = vec![Vec::with_capacity(count + 1); u64::BITS as usize];
        Self { count, lists }
    }

    /// The most cycles of any that is kept once there are enough.
    fn limit(&self) -> u64 {
        let fastest = self.lists[0].first();
        fastest.map_or(u64::MAX, |((cycles, _), _)| {
            self.worst(0).0.max(cycles.saturating_mul(SLOWER))
        })
    }

    /// The worst that is kept of those that fit a buffer halved so often.
    fn worst(&self, halvings: u32) -> (u64, u64) {
        let list = &self.lists[halvings as usize];
        match list.last() {
            Some((worst, _)) if list.len() == self.count => *worst,
            _ => (u64::MAX, u64::MAX),
        }
    }

    fn insert(&mut self, halvings: u32, key: (u64, u64), tiling: &Tiling) {
        for list in &mut self.lists[..=halvings as usize] {
            if let Some(place) = list.iter().position(|(_, t)| is_alike(t, tiling)) {
                if list[place].0 <= key {
                    continue;
                }
                list.remove(place);
            }
            let place = list.partition_point(|(other, _)| *other <= key);
            list.insert(place, (key, *tiling));
            list.truncate(self.count);
        }
    }

    /// All that are kept, the best of any size first.
    fn all(self) -> Vec<Tiling> {
        let limit = self.limit();
        let mut all: Vec<Tiling> = Vec::new();
        for (key, tiling) in self.lists.into_iter().flatten() {
            if key.0 <= limit && !all.contains(&tiling) {
                all.push(tiling);
            }
        }
        all
    }
}

/// The loop order in which an operand changes last.
fn lasting(operand: Operand) -> Option<[Dim; 8]> {
    match operand {
        Operand::Output => None,
        Operand::Weight => Some(ORDERS[2]),
        Operand::Input => Some(ORDERS[3]),
    }
}

/// How often the global buffer could be halved and would still hold the tiles of one pass; `None` if it
/// does not hold them.
fn halvings(evaluator: &Evaluator, screen: &mut BoundEvaluator, tiling: &Tiling) -> Option<u32> {
    let dataflow = &evaluator.mapping().dataflow;
    let block = PerDim::from_fn(|d| {
        if dataflow.beats.contains(&d) {
            1
        } else {
            extent(tiling, d).min(tiling.block[d])
        }
    });
    let candidate = screen.candidate(&Tiling { block, ..*tiling })?;
    screen.evaluate(&candidate)?;
    Some(screen.halvings(&candidate))
}

/// The dimensions that dataflow and sequencer unroll.
fn unrolled(dims: &[Dim], allowed: Option<&str>) -> Vec<Dim> {
    let is_allowed = |d: &&Dim| allowed.is_none_or(|allowed| allowed.contains(d.name()));
    dims.iter().filter(is_allowed).copied().collect()
}

#[derive(Clone, Copy)]
enum ArrayAxis {
    Rows,
    Cols,
}

/// One side of the array.
#[derive(Clone, Copy)]
struct ArraySide {
    axis: ArrayAxis,
    /// PEs that are left along it.
    pes: u64,
    /// Factors to try for an extent, given the most that there are PEs for.
    factors: fn(u64, u64) -> [u64; 5],
}

/// None, as many PEs as it fills, the fewest that take no more passes, and the same with a half and a
/// third of the PEs, so that another dimension may stand beside it.
fn good_factors(size: u64, most: u64) -> [u64; 5] {
    let even = |most: u64| size.div_ceil(size.div_ceil(most.max(1)));
    [1, most, even(most), even(most / 2), even(most / 3)]
}

fn greatest_factor(_: u64, most: u64) -> [u64; 5] {
    [most; 5]
}

/// Every choice of factors along a side.
fn unroll(
    part: &PerDim<u64>,
    dims: &[Dim],
    side: ArraySide,
    tiling: &mut Tiling,
    visit: &mut dyn FnMut(&mut Tiling),
) {
    let Some((dim, rest)) = dims.split_first() else {
        visit(tiling);
        return;
    };
    let taken = match side.axis {
        ArrayAxis::Rows => 1,
        ArrayAxis::Cols => tiling.rows[*dim],
    };
    let size = part[*dim].div_ceil(taken);
    let factors = (side.factors)(size, size.min(side.pes));
    for (i, factor) in factors.into_iter().enumerate() {
        if factors[..i].contains(&factor) {
            continue;
        }
        match side.axis {
            ArrayAxis::Rows => tiling.rows[*dim] = factor,
            ArrayAxis::Cols => tiling.cols[*dim] = factor,
        }
        let left = ArraySide {
            pes: side.pes / factor,
            ..side
        };
        unroll(part, rest, left, tiling, visit);
    }
    match side.axis {
        ArrayAxis::Rows => tiling.rows[*dim] = 1,
        ArrayAxis::Cols => tiling.cols[*dim] = 1,
    }
}

/// Every choice of tiles inside a PE, kernel dimensions whole. `visit` answers whether a tile fits;
/// larger ones are not tried after one that does not.
fn localise(
    part: &PerDim<u64>,
    dims: &[Dim],
    effort: &MapperEffort,
    tiling: &mut Tiling,
    visit: &mut dyn FnMut(&Tiling) -> bool,
) {
    let Some((dim, rest)) = dims.split_first() else {
        visit(tiling);
        return;
    };
    let share = part[*dim].div_ceil(tiling.rows[*dim] * tiling.cols[*dim]);
    let steps: &[u64] = match dim {
        _ if effort.local[*dim].is_some() => &effort.local[*dim].map_or([1], |given| [given]),
        Dim::R | Dim::S => &[u64::MAX, 1],
        _ => &[1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64],
    };
    for step in steps {
        let extent = (*step).min(share);
        tiling.local[*dim] = extent;
        let mut fits = false;
        localise(part, rest, effort, tiling, &mut |t| {
            let is_legal = visit(t);
            fits |= is_legal;
            is_legal
        });
        let is_kernel = matches!(dim, Dim::R | Dim::S);
        if !is_kernel && (extent == share || !fits) {
            break;
        }
    }
    tiling.local[*dim] = 1;
}
