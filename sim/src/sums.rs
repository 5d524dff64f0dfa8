//! Sums over the tiles of a dimension, and over the pairs of tiles of a window axis, without going through
//! each.

use stationary_workloads::Dim;

use crate::mapping::{Mapping, PAIRS};
use crate::tiling::Level;
use crate::window::{Axis, Regions, Span};

impl Mapping {
    /// Sum of a function of the extent over the parts of a dimension.
    pub(crate) fn sum_parts(&self, dim: Dim, f: impl Fn(u64) -> u64) -> u64 {
        sum_tiles(self.layer.size(dim), self.tiling.part[dim], f)
    }

    /// Sum of a function of the extent over the blocks of a dimension.
    pub(crate) fn sum_blocks(&self, dim: Dim, f: impl Fn(u64) -> u64) -> u64 {
        self.sum_parts(dim, |part| sum_tiles(part, self.tiling.block[dim], &f))
    }

    /// Sum of a function of the extent over the passes of a dimension, over all blocks.
    pub(crate) fn sum_passes(&self, dim: Dim, f: impl Fn(u64) -> u64) -> u64 {
        self.sum_blocks(dim, |block| sum_tiles(block, self.pass[dim], &f))
    }

    /// Sum over all pairs of an output tile and a tap tile of a window axis. Where no tap meets padding,
    /// `f` must depend on the extents alone; where nothing but padding is, it must be 0.
    pub(crate) fn sum_pairs(&self, i: usize, level: Level, f: impl Fn(Span, Span) -> u64) -> u64 {
        let levels = match level {
            Level::Part => 1,
            Level::Block => 2,
            Level::Pass => 3,
        };
        self.sum_tiled(i, levels, f)
    }

    /// The same over the pairs of what PEs have of them in each pass.
    pub(crate) fn sum_pes(&self, i: usize, f: impl Fn(Span, Span) -> u64) -> u64 {
        self.sum_tiled(i, 4, f)
    }

    fn sum_tiled(&self, i: usize, levels: usize, f: impl Fn(Span, Span) -> u64) -> u64 {
        let (output, tap) = PAIRS[i];
        let sides = [output, tap].map(|dim| (self.layer.size(dim), self.tile_steps(dim)));
        let [outputs, taps] = sides
            .each_ref()
            .map(|(size, steps)| (*size, &steps[..levels]));
        sum_pairs(&self.axes[i], outputs, taps, f)
    }

    /// The extents of parts, blocks and passes, and of what a PE has of a pass.
    fn tile_steps(&self, dim: Dim) -> [u64; 4] {
        let (part, block) = (self.tiling.part[dim], self.tiling.block[dim]);
        [part, block, self.pass[dim], self.tiling.local[dim]]
    }
}

/// [`Mapping::sum_pairs`] of an axis with so many outputs and taps, each in tiles of these extents.
fn sum_pairs(
    axis: &Axis,
    (outputs, output_steps): (u64, &[u64]),
    (taps, tap_steps): (u64, &[u64]),
    f: impl Fn(Span, Span) -> u64,
) -> u64 {
    let mut sum = 0;
    let whole = |extent| Span { start: 0, extent };
    let regions = axis.regions_of_outputs(taps);
    split(
        whole(outputs),
        output_steps,
        &regions,
        1,
        &mut |o, times| {
            let mut each = |t, alike| sum += times * alike * f(o, t);
            let regions = axis.regions_of_taps(o);
            split(whole(taps), tap_steps, &regions, 1, &mut each);
        },
    );
    sum
}

/// The tiles of a span by a step, and of each by the next, with how often they occur: full tiles that are
/// wholly inside are all like the first of them, and those in nothing but padding are left out.
fn split(span: Span, steps: &[u64], regions: &Regions, times: u64, f: &mut impl FnMut(Span, u64)) {
    let Some((&step, smaller)) = steps.split_first() else {
        f(span, times);
        return;
    };
    let inner = &regions.inner;
    let end = span.end().min(regions.padding_after);
    // Full tiles in the padding before all elements.
    let padding = regions.padding_before.min(span.end());
    let mut start = span.start + padding.saturating_sub(span.start) / step * step;
    while start < end {
        let extent = step.min(span.end() - start);
        // Full tiles from here on that are wholly inside.
        let end = inner.end.min(span.end());
        let alike = match start >= inner.start && end > start {
            true => ((end - start) / step).max(1),
            false => 1,
        };
        split(Span { start, extent }, smaller, regions, times * alike, f);
        start += extent * alike;
    }
}

/// Sum of `f(extent)` over tiles of an extent.
fn sum_tiles(size: u64, tile: u64, f: impl Fn(u64) -> u64) -> u64 {
    let mut sum = 0;
    for_extents(size, tile, |extent, count| sum += count * f(extent));
    sum
}

/// Visits the extents of an extent's tiles with how often they occur: full ones, and the ragged last.
#[inline]
pub(crate) fn for_extents(size: u64, tile: u64, mut f: impl FnMut(u64, u64)) {
    if tile == size {
        return f(size, 1);
    }
    let full = size / tile;
    let rest = size - full * tile;
    if full > 0 {
        f(tile, full);
    }
    if rest > 0 {
        f(rest, 1);
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;
    use stationary_arch::Strides;
    use stationary_workloads::Window;

    use super::*;

    /// Nothing is known of where indices stand.
    const UNKNOWN: Regions = Regions {
        padding_before: 0,
        inner: 0..0,
        padding_after: u64::MAX,
    };

    fn tiles(whole: u64, steps: &[u64], regions: &Regions) -> Vec<(Span, u64)> {
        let mut found = Vec::new();
        let whole = Span {
            start: 0,
            extent: whole,
        };
        split(whole, steps, regions, 1, &mut |tile, times| {
            found.push((tile, times))
        });
        found
    }

    fn nested(rng: &mut Xoshiro256PlusPlus, whole: u64) -> [u64; 3] {
        let mut steps = [0; 3].map(|_| rng.random_range(1..=whole));
        steps.sort_unstable_by_key(|step| u64::MAX - step);
        steps
    }

    #[test]
    fn pairs_of_tiles_add_up_to_those_enumerated() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        for _ in 0..4000 {
            let window = Window {
                stride: rng.random_range(1..5),
                dilation: rng.random_range(1..5),
                pad: rng.random_range(0..40),
                input: rng.random_range(1..40),
            };
            let [outputs, taps] = [40, 12].map(|most| rng.random_range(1..most));
            let (by_output, by_tap) = (nested(&mut rng, outputs), nested(&mut rng, taps));
            for strides in [Strides::Skipped, Strides::Stored] {
                let axis = Axis::new(window, strides);
                let each = |f: &dyn Fn(Span, Span) -> u64| {
                    let outputs = tiles(outputs, &by_output, &UNKNOWN);
                    let of = |o: Span| {
                        tiles(taps, &by_tap, &UNKNOWN)
                            .iter()
                            .map(|t| f(o, t.0))
                            .sum::<u64>()
                    };
                    outputs.iter().map(|(o, _)| of(*o)).sum::<u64>()
                };
                let grouped = |f: &dyn Fn(Span, Span) -> u64| {
                    sum_pairs(&axis, (outputs, &by_output), (taps, &by_tap), f)
                };
                let counts: [&dyn Fn(Span, Span) -> u64; 3] = [
                    &|o, t| axis.union(o, t),
                    &|o, t| axis.pairs(o, t),
                    &|o, t| axis.held(o, t),
                ];
                for f in counts {
                    let of = format!("{window:?} {outputs} {by_output:?} {taps} {by_tap:?}");
                    assert_eq!(grouped(f), each(f), "{of}");
                }
            }
        }
    }

    #[test]
    fn tiles_are_no_more_however_many_there_are() {
        for whole in [1 << 32, (1 << 32) + 1, (1_u64 << 50) - 3] {
            let steps = [whole / 3, 1000, 7];
            let regions = |padding_before, padding_after| Regions {
                padding_before,
                inner: padding_before + 5..padding_after - 5,
                padding_after,
            };
            let found = tiles(whole, &steps, &regions(0, whole));
            assert!(found.len() < 1000, "{}", found.len());
            let covered: u64 = found.iter().map(|(tile, times)| times * tile.extent).sum();
            assert_eq!(covered, whole);
            let found = tiles(whole, &steps, &regions(whole / 5, whole / 2));
            assert!(found.len() < 1000, "{}", found.len());
        }
    }
}
