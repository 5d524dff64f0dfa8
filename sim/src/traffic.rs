//! The counters in closed form.
//!
//! ```text
//! words of an operand = sum over visits of its tile of the tile's words
//! ```
//!
//! Tiles are boxes and visits are loops, so the sum splits into one factor a dimension: over a
//! relevant dimension the tiles' extents add up (to the layer's extent, or for the sliding window
//! to a sum of unions over pairs of tiles); an irrelevant one repeats the visit as often as its
//! loops outside the operand's exchange point iterate. [`crate::walk`] counts the same by
//! enumeration.

use stationary_arch::{Operand, PerOperand};
use stationary_workloads::{Dim, PerDim};

use crate::counters::Counters;
use crate::dataflow::{is_reduction, is_relevant};
use crate::mapping::{Mapping, PAIRS, PLAIN, channel};
use crate::model::Shape;
use crate::program::{Level, Loop};
use crate::tiling::Staging;
use crate::window::{Axis, Regions, Span};

/// What the whole layer moves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traffic {
    pub(crate) counters: Counters,
    /// Tiles of each operand that pass through the global buffer.
    pub(crate) visits: PerOperand<u64>,
    /// Tiles that stay in the array.
    pub(crate) resident_visits: u64,
}

impl Traffic {
    pub(crate) fn new(m: &Mapping, shape: &Shape) -> Self {
        let staged = PerOperand::from_fn(|o| {
            let levels = levels(m, m.staging_depth(o));
            over_irrelevant(o, |d| shape.along[d].tiles[levels[d]])
        });
        let resident = levels(m, m.pass_depth[m.resident]);
        let mut c = Counters {
            macs: m.layer.macs(),
            ..Counters::default()
        };
        let e = &shape.elements;
        for operand in [Operand::Input, Operand::Weight] {
            let [held, sent, received] = if operand == Operand::Input {
                [
                    e[0].held * e[1].held,
                    e[0].sent * e[1].sent,
                    e[0].received * e[1].received,
                ]
            } else {
                [1; 3]
            };
            let fill = staged[operand] * staged_plain(m, operand) * held;
            c.dram_read[operand] = fill;
            c.buffer_fill[operand] = fill;
            // Tiles that stay are sent at each visit, streams at each beat; at the PEs copies of a
            // word along an irrelevant dimension count one each. The copies of what stays are those
            // of the pass that loads the tile, the first of the loops inside the exchange point.
            let along = |d: Dim| &shape.along[d];
            let (sends, receives) = if operand == m.resident {
                (
                    over_irrelevant(operand, |d| along(d).tiles[resident[d]]),
                    over_irrelevant(operand, |d| along(d).chunks[resident[d]]),
                )
            } else {
                (
                    over_irrelevant(operand, |d| along(d).beats),
                    over_irrelevant(operand, |d| along(d).copies),
                )
            };
            let plain = plain_words(m, operand);
            c.buffer_read[operand] = sends * plain * sent;
            c.array_receive[operand] = receives * plain * received;
        }
        count_outputs(m, shape, staged.output, &resident, &mut c);
        let visits = PerOperand::from_fn(|o| {
            let level = match m.tiling.staging[o] {
                Staging::Block => 2,
                Staging::Pass => 3,
                Staging::Layer => 1,
            };
            let relevant = Dim::ALL.iter().filter(|d| is_relevant(o, **d));
            let tiles: u64 = relevant.map(|d| shape.along[*d].tiles[level]).product();
            tiles * staged[o]
        });
        let relevant = Dim::ALL.iter().filter(|d| is_relevant(m.resident, **d));
        let tiles: u64 = relevant.map(|d| shape.along[*d].tiles[3]).product();
        let repeats = over_irrelevant(m.resident, |d| shape.along[d].tiles[resident[d]]);
        Self {
            counters: c,
            visits,
            resident_visits: tiles * repeats,
        }
    }
}

/// Cycles of MACs, of the busiest PE.
pub(crate) fn busy(shape: &Shape) -> u64 {
    shape.along.0.iter().map(|along| along.busy).product()
}

fn count_outputs(
    m: &Mapping,
    shape: &Shape,
    staged: u64,
    resident: &PerDim<usize>,
    c: &mut Counters,
) {
    let out = m.layer.outputs();
    let plain = staged_plain(m, Operand::Output);
    let stored = staged * plain;
    let spilled = stored - plain;
    c.dram_write.output = stored;
    c.buffer_drain.output = stored;
    c.dram_spilled = spilled;
    c.dram_read.output = spilled;
    c.buffer_fill.output = spilled;
    let (sent, hops) = if m.resident == Operand::Output {
        let visits = over_irrelevant(Operand::Output, |d| shape.along[d].tiles[resident[d]]);
        (visits * plain_words(m, Operand::Output), 0)
    } else {
        let reductions = || Dim::ALL.into_iter().filter(|d| is_reduction(*d));
        let visits: u64 = reductions().map(|d| shape.along[d].tiles[3]).product();
        let chunks: u64 = reductions().map(|d| shape.along[d].chunks[3]).product();
        (out * visits, out * (chunks - visits))
    };
    c.buffer_write.output = sent;
    c.array_send.output = sent;
    c.buffer_read.output = sent - out;
    c.array_receive.output = sent - out;
    c.psum_hops = hops;
}

/// Words outside of the sliding window of all tiles of an operand in the global buffer, each tile
/// once.
fn staged_plain(m: &Mapping, operand: Operand) -> u64 {
    let plain = plain_words(m, operand);
    let Some(channel) = channel(operand) else {
        return plain;
    };
    if m.accelerator.global_buffer.channel_atom == 1 {
        return plain;
    }
    let in_atoms = channels_in_atoms(m, channel, m.tiling.staging[operand]);
    plain / (m.layer.size(Dim::G) * m.layer.size(channel)) * in_atoms
}

/// Channels of all tiles that are staged so, each tile's in whole atoms; `channel` is the dimension
/// that is the channels within a group.
pub(crate) fn channels_in_atoms(m: &Mapping, channel: Dim, staging: Staging) -> u64 {
    let over_tiles = |dim, f: &dyn Fn(u64) -> u64| match staging {
        Staging::Block => m.sum_blocks(dim, f),
        Staging::Pass => m.sum_passes(dim, f),
        Staging::Layer => m.sum_parts(dim, f),
    };
    over_tiles(Dim::G, &|groups| {
        over_tiles(channel, &|channels| m.in_atoms(groups * channels))
    })
}

fn plain_words(m: &Mapping, operand: Operand) -> u64 {
    PLAIN[operand].iter().map(|d| m.layer.size(*d)).product()
}

fn over_irrelevant(operand: Operand, factor: impl Fn(Dim) -> u64) -> u64 {
    const IRRELEVANT: PerOperand<&[Dim]> = PerOperand {
        input: &[Dim::K],
        weight: &[Dim::N, Dim::P, Dim::Q],
        output: &[Dim::C, Dim::R, Dim::S],
    };
    IRRELEVANT[operand].iter().map(|d| factor(*d)).product()
}

/// Which tiles of each dimension the loops outside an exchange point visit one by one: the whole,
/// parts, blocks or passes (0 to 3).
fn levels(m: &Mapping, depth: u8) -> PerDim<usize> {
    let mut levels = PerDim::splat(0);
    for Loop { dim, level } in &m.loops[..usize::from(depth)] {
        levels[*dim] = match level {
            Level::Part => 1,
            Level::Block => 2,
            Level::Pass => 3,
        };
    }
    levels
}

impl Mapping {
    /// Sum of a function of the extent over the parts of a dimension.
    fn sum_parts(&self, dim: Dim, f: impl Fn(u64) -> u64) -> u64 {
        sum_tiles(self.layer.size(dim), self.tiling.part[dim], f)
    }

    /// Sum of a function of the extent over the blocks of a dimension.
    fn sum_blocks(&self, dim: Dim, f: impl Fn(u64) -> u64) -> u64 {
        self.sum_parts(dim, |part| sum_tiles(part, self.tiling.block[dim], &f))
    }

    /// Sum of a function of the extent over the passes of a dimension, over all blocks.
    fn sum_passes(&self, dim: Dim, f: impl Fn(u64) -> u64) -> u64 {
        self.sum_blocks(dim, |block| sum_tiles(block, self.pass[dim], &f))
    }

    /// Sum over all pairs of an output tile and a tap tile of a window axis. Where no tap meets padding,
    /// `f` must depend on the extents alone; where nothing but padding is, it must be 0.
    pub(crate) fn sum_pairs(&self, i: usize, level: Level, f: impl Fn(Span, Span) -> u64) -> u64 {
        let (output, tap) = PAIRS[i];
        let levels = match level {
            Level::Part => 1,
            Level::Block => 2,
            Level::Pass => 3,
        };
        let sides = [output, tap].map(|dim| (self.layer.size(dim), self.tile_steps(dim)));
        let [outputs, taps] = sides
            .each_ref()
            .map(|(size, steps)| (*size, &steps[..levels]));
        sum_pairs(&self.axes[i], outputs, taps, f)
    }

    /// The extents of parts, blocks and passes.
    fn tile_steps(&self, dim: Dim) -> [u64; 3] {
        let (part, block) = (self.tiling.part[dim], self.tiling.block[dim]);
        [part, block, self.pass[dim]]
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
