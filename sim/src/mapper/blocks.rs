//! What the global buffer holds: every combination of block extents from a ladder that doubles.

use stationary_arch::Operand;
use stationary_workloads::{Dim, PerDim};

use crate::model::Evaluator;
use crate::tiling::Tiling;

/// Dimensions whose blocks vary, in the order in which they shrink; kernels stay whole unless
/// nothing fits.
const LADDER: [Dim; 6] = [Dim::N, Dim::G, Dim::K, Dim::C, Dim::P, Dim::Q];

/// Visits blocks from the smallest on, as long as they fit the buffer, which `visit` answers.
pub(super) fn fitting<'a>(
    evaluator: &mut Evaluator<'a>,
    base: &Tiling,
    visit: &mut dyn FnMut(&mut Evaluator<'a>, &Tiling) -> bool,
) {
    let mut base = *base;
    let (layer, accelerator, dataflow) = {
        let m = evaluator.mapping();
        (m.layer, m.accelerator, m.dataflow)
    };
    for dim in Dim::ALL {
        base.block[dim] = base.block[dim].min(base.part[dim]);
    }
    if !evaluator.fits_array(&base) {
        return;
    }
    let shape = *evaluator.mapping();
    let chunk = |d: Dim| {
        if dataflow.beats.contains(&d) {
            1
        } else {
            shape.pass[d]
        }
    };
    let mut found = false;
    let mut visit_if_legal = |t: &Tiling| {
        let is_legal = visit(evaluator, t);
        found |= is_legal;
        is_legal
    };
    let mut tiling = base;
    match accelerator.sequencer.stripe {
        None => {
            descend(
                &base.part,
                &LADDER,
                &chunk,
                &mut tiling,
                &mut visit_if_legal,
            );
        }
        Some(stripe) => {
            let weights = accelerator.networks.weight.words_per_cycle;
            let held = shape.scratchpad_words(Operand::Weight) * shape.active_pes();
            let least = held.div_ceil(weights.into());
            for [rows, cols] in stripes(&base.part, stripe.into(), least) {
                tiling.block[Dim::P] = rows;
                tiling.block[Dim::Q] = cols;
                // One group of kernels, its whole reduction.
                tiling.block[Dim::K] = chunk(Dim::K).min(layer.size(Dim::K));
                tiling.block[Dim::C] = layer.size(Dim::C);
                let others = &[Dim::N, Dim::G];
                descend(&base.part, others, &chunk, &mut tiling, &mut visit_if_legal);
            }
        }
    }
    if found {
        return;
    }
    // Not even the smallest block with a whole kernel fits: take the kernel apart as well.
    let mut tiling = base;
    for dim in Dim::ALL {
        tiling.block[dim] = chunk(dim).min(layer.size(dim));
    }
    visit(evaluator, &tiling);
}

/// Rows and columns of the stripes of at most so many output positions that take the least time if
/// none takes less than `least` cycles, and of those the fewest.
fn stripes(sizes: &PerDim<u64>, most: u64, least: u64) -> Vec<[u64; 2]> {
    let [rows, cols] = [sizes[Dim::P], sizes[Dim::Q]];
    // As many as there are of each extent: whole ones, and what is left.
    let parts = |size: u64, part: u64| [(size / part, part), (1, size % part)];
    let rank = |[r, c]: [u64; 2]| {
        let (mut time, mut count) = (0, 0);
        for (down, r) in parts(rows, r) {
            for (across, c) in parts(cols, c) {
                if r * c > 0 {
                    time += down * across * (r * c).max(least);
                    count += down * across;
                }
            }
        }
        (time, count)
    };
    let shapes =
        || (1..=most.min(rows)).flat_map(|r| (1..=(most / r).min(cols)).map(move |c| [r, c]));
    let best = shapes().map(rank).min();
    shapes()
        .filter(|shape| Some(rank(*shape)) == best)
        .collect()
}

/// Extents grow along each ladder until nothing fits; answers whether anything did.
fn descend(
    sizes: &PerDim<u64>,
    dims: &[Dim],
    chunk: &dyn Fn(Dim) -> u64,
    tiling: &mut Tiling,
    visit: &mut dyn FnMut(&Tiling) -> bool,
) -> bool {
    let Some((dim, rest)) = dims.split_first() else {
        return visit(tiling);
    };
    let size = sizes[*dim];
    let mut extent = chunk(*dim).min(size);
    let mut any = false;
    loop {
        tiling.block[*dim] = extent;
        let fits = descend(sizes, rest, chunk, tiling, visit);
        any |= fits;
        if !fits || extent == size {
            return any;
        }
        extent = (2 * extent).min(size);
    }
}
