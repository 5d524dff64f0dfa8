//! What the global buffer holds: every combination of block extents from a geometric grid of ratio two.

use stationary_arch::Operand;
use stationary_workloads::{Dim, PerDim};

use crate::model::Evaluator;
use crate::tiling::Tiling;

/// Dimensions whose blocks vary, in the order in which they shrink; kernels stay whole unless
/// nothing fits.
const LADDER: [Dim; 6] = [Dim::N, Dim::G, Dim::K, Dim::C, Dim::P, Dim::Q];

/// The tiles of one unrolling in the buffer.
pub(super) struct Blocks {
    /// The least extents that are tried.
    least: PerDim<u64>,
    /// Where sums are made a stripe of output positions at a time: the most positions, and the least
    /// cycles that a stripe takes, those in which the weights of the next come.
    stripe: Option<[u64; 2]>,
    /// Whether stripes of fewer positions are tried where longer ones fit.
    has_short_stripes: bool,
}

/// How often the positions of a stripe are halved, where it fits, for a shorter one: that leaves room
/// behind the accumulators for the next one's results.
const HALVINGS: u32 = 1;

impl Blocks {
    /// Of an unrolling; `None` if the array has no room for it. Where banks are given, stripes are as long
    /// as they can be, as on a chip.
    pub(super) fn new(
        evaluator: &mut Evaluator,
        unrolling: &Tiling,
        has_given_banks: bool,
    ) -> Option<Self> {
        if !evaluator.fits_array(unrolling) {
            return None;
        }
        let m = evaluator.mapping();
        let stripe = m.accelerator.sequencer.stripe.map(|stripe| {
            let weights = m.accelerator.networks.weight.words_per_cycle;
            let held = m.scratchpad_words(Operand::Weight) * m.active_pes();
            [stripe.into(), held.div_ceil(weights.into())]
        });
        let least = PerDim::from_fn(|d| match m.dataflow.beats.contains(&d) {
            true => 1,
            false => m.pass[d].min(m.layer.size(d)),
        });
        Some(Self {
            least,
            stripe,
            has_short_stripes: !has_given_banks,
        })
    }

    /// The least extents that are tried, kernels apart.
    pub(super) fn least(&self) -> &PerDim<u64> {
        &self.least
    }

    /// The smallest tile with whole kernels, and with so many channels where it has no choice.
    pub(super) fn smallest(&self, base: &Tiling, channels: u64) -> Tiling {
        let mut tiling = *base;
        for d in LADDER {
            tiling.block[d] = self.least[d].min(base.part[d]);
        }
        for d in [Dim::R, Dim::S] {
            tiling.block[d] = base.part[d];
        }
        if self.stripe.is_some() {
            tiling.block[Dim::C] = channels.min(base.part[Dim::C]);
        }
        tiling
    }

    /// The smallest tile of all, with kernels taken apart.
    pub(super) fn apart(&self, base: &Tiling) -> Tiling {
        let block = PerDim::from_fn(|d| self.least[d].min(base.part[d]));
        Tiling { block, ..*base }
    }

    /// Visits the blocks of a part from the smallest on, as long as they fit the buffer, which `visit`
    /// answers. A stripe's have one group of kernels and so many channels.
    pub(super) fn fitting(
        &self,
        base: &Tiling,
        channels: u64,
        visit: &mut dyn FnMut(&Tiling) -> bool,
    ) -> bool {
        let mut tiling = self.smallest(base, channels);
        let Some([most, least]) = self.stripe else {
            return self.descend(&base.part, &LADDER, &mut tiling, visit);
        };
        let mut any = false;
        let mut last = Vec::new();
        for halving in 0..u64::BITS {
            let shapes = stripes(&base.part, (most >> halving).max(1), least);
            for [rows, cols] in shapes.iter().filter(|shape| !last.contains(*shape)) {
                tiling.block[Dim::P] = *rows;
                tiling.block[Dim::Q] = *cols;
                any |= self.descend(&base.part, &[Dim::N, Dim::G], &mut tiling, visit);
            }
            let tries_more = self.has_short_stripes && halving < HALVINGS;
            if (any && !tries_more) || most >> halving <= 1 {
                break;
            }
            last = shapes;
        }
        any
    }

    /// Extents grow along each geometric grid until nothing fits; answers whether anything did.
    fn descend(
        &self,
        sizes: &PerDim<u64>,
        dims: &[Dim],
        tiling: &mut Tiling,
        visit: &mut dyn FnMut(&Tiling) -> bool,
    ) -> bool {
        let Some((dim, rest)) = dims.split_first() else {
            return visit(tiling);
        };
        let size = sizes[*dim];
        let mut extent = self.least[*dim].min(size);
        let mut any = false;
        loop {
            tiling.block[*dim] = extent;
            let fits = self.descend(sizes, rest, tiling, visit);
            any |= fits;
            if !fits || extent == size {
                return any;
            }
            extent = (2 * extent).min(size);
        }
    }
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
