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

use stationary_arch::Operand;
use stationary_workloads::Dim;

use crate::counters::Counters;
use crate::dataflow::{is_reduction, is_relevant};
use crate::mapping::{Delivery, Mapping, PAIRS, PLAIN, channel};
use crate::program::Level;
use crate::tiling::Staging;
use crate::window::Span;

/// Words that the whole layer moves.
#[must_use]
pub(crate) fn counters(m: &Mapping<'_>) -> Counters {
    let mut c = Counters {
        macs: m.layer.macs(),
        ..Counters::default()
    };
    for operand in [Operand::Input, Operand::Weight] {
        let fill = staged_words(m, operand);
        c.dram_read[operand] = fill;
        c.buffer_fill[operand] = fill;
        let (read, receive) = if operand == m.resident {
            (resident_words(m, operand), resident_receives(m, operand))
        } else {
            (streamed_words(m, operand), streamed_receives(m, operand))
        };
        c.buffer_read[operand] = read;
        c.array_receive[operand] = receive;
    }
    count_outputs(m, &mut c);
    c
}

/// Cycles of MACs, of the busiest PE.
pub(crate) fn busy(m: &Mapping<'_>) -> u64 {
    Dim::ALL
        .into_iter()
        .map(|d| m.sum_passes(d, |e| m.beats_along(d, e) * m.steps_along(d, e)))
        .product()
}

fn count_outputs(m: &Mapping<'_>, c: &mut Counters) {
    let out = m.layer.outputs();
    let stored = staged_words(m, Operand::Output);
    let spilled = stored - staged_plain(m, Operand::Output);
    c.dram_write.output = stored;
    c.buffer_drain.output = stored;
    c.dram_spilled = spilled;
    c.dram_read.output = spilled;
    c.buffer_fill.output = spilled;
    let (sent, hops) = if m.resident == Operand::Output {
        (resident_words(m, Operand::Output), 0)
    } else {
        let reductions = || Dim::ALL.into_iter().filter(|d| is_reduction(*d));
        let visits: u64 = reductions().map(|d| m.pass_count(d)).product();
        let chunks: u64 = reductions()
            .map(|d| m.sum_passes(d, |e| m.chunks(d, e)))
            .product();
        (out * visits, out * (chunks - visits))
    };
    c.buffer_write.output = sent;
    c.array_send.output = sent;
    c.buffer_read.output = sent - out;
    c.array_receive.output = sent - out;
    c.psum_hops = hops;
}

/// Words of all tiles that pass through the global buffer.
fn staged_words(m: &Mapping<'_>, operand: Operand) -> u64 {
    let mut words = repeats(m, operand, m.staging_depth(operand), |_, _| 1);
    words *= staged_plain(m, operand);
    if operand == Operand::Input {
        for i in 0..PAIRS.len() {
            let held = |o, t| m.axes[i].held(o, t);
            words *= match m.tiling.staging[operand] {
                Staging::Block => m.sum_pairs(i, Level::Block, held),
                Staging::Pass => m.sum_pairs(i, Level::Pass, held),
                Staging::Layer => m.sum_pairs(i, Level::Part, held),
            };
        }
    }
    words
}

/// Words outside of the sliding window of all tiles of an operand, each tile once.
fn staged_plain(m: &Mapping<'_>, operand: Operand) -> u64 {
    let plain = plain_words(m, operand);
    let Some(channel) = channel(operand) else {
        return plain;
    };
    let over_tiles = |dim, f: &dyn Fn(u64) -> u64| match m.tiling.staging[operand] {
        Staging::Block => m.sum_blocks(dim, f),
        Staging::Pass => m.sum_passes(dim, f),
        Staging::Layer => m.sum_parts(dim, f),
    };
    let in_atoms = over_tiles(Dim::G, &|groups| {
        over_tiles(channel, &|channels| m.in_atoms(groups * channels))
    });
    plain / (m.layer.size(Dim::G) * m.layer.size(channel)) * in_atoms
}

/// Tiles of an operand that pass through the global buffer.
pub(crate) fn staged_visits(m: &Mapping<'_>, operand: Operand) -> u64 {
    let tiles = Dim::ALL
        .into_iter()
        .filter(|d| is_relevant(operand, *d))
        .map(|d| match m.tiling.staging[operand] {
            Staging::Block => m.sum_blocks(d, |_| 1),
            Staging::Pass => m.pass_count(d),
            Staging::Layer => m.sum_parts(d, |_| 1),
        });
    tiles.product::<u64>() * repeats(m, operand, m.staging_depth(operand), |_, _| 1)
}

/// Words sent into (or out of) the array for tiles that stay for a pass or longer.
fn resident_words(m: &Mapping<'_>, operand: Operand) -> u64 {
    repeats(m, operand, m.pass_depth[operand], |_, _| 1)
        * plain_words(m, operand)
        * sent_windows(m, operand)
}

/// The same at the PEs: copies of a word along an irrelevant dimension count one each. The copies
/// are those of the pass that loads the tile, the first of the loops inside the exchange point.
fn resident_receives(m: &Mapping<'_>, operand: Operand) -> u64 {
    repeats(m, operand, m.pass_depth[operand], |d, extent| {
        m.chunks(d, extent)
    }) * plain_words(m, operand)
        * received_windows(m, operand)
}

fn streamed_words(m: &Mapping<'_>, operand: Operand) -> u64 {
    let visits: u64 = irrelevant(operand)
        .map(|d| m.sum_passes(d, |e| m.beats_along(d, e)))
        .product();
    visits * plain_words(m, operand) * sent_windows(m, operand)
}

fn streamed_receives(m: &Mapping<'_>, operand: Operand) -> u64 {
    let copies: u64 = irrelevant(operand)
        .map(|d| m.sum_passes(d, |e| m.beats_along(d, e) * m.chunks(d, e).max(1)))
        .product();
    copies * plain_words(m, operand) * received_windows(m, operand)
}

fn plain_words(m: &Mapping<'_>, operand: Operand) -> u64 {
    PLAIN[operand].iter().map(|d| m.layer.size(*d)).product()
}

fn sent_windows(m: &Mapping<'_>, operand: Operand) -> u64 {
    windows(m, operand, |delivery| {
        matches!(
            delivery,
            Delivery::Once | Delivery::Sliding | Delivery::Forwarded
        )
    })
}

fn received_windows(m: &Mapping<'_>, operand: Operand) -> u64 {
    windows(m, operand, |delivery| delivery == Delivery::Sliding)
}

fn windows(m: &Mapping<'_>, operand: Operand, is_union: impl Fn(Delivery) -> bool) -> u64 {
    if operand != Operand::Input {
        return 1;
    }
    (0..2)
        .map(|i| {
            if is_union(m.delivery[i]) {
                m.sum_pairs(i, Level::Pass, |o, t| m.axes[i].union(o, t))
            } else {
                // Tiles partition the pairs, so that one count over the layer is the sum.
                let whole = |d| Span {
                    start: 0,
                    extent: m.layer.size(d),
                };
                m.axes[i].pairs(whole(PAIRS[i].0), whole(PAIRS[i].1))
            }
        })
        .product()
}

fn irrelevant(operand: Operand) -> impl Iterator<Item = Dim> {
    Dim::ALL
        .into_iter()
        .filter(move |d| !is_relevant(operand, *d))
}

/// How often the irrelevant loops outside an exchange point visit the operand's tiles; each visit
/// weighs as much as `weight` says for the extent of its pass.
fn repeats(m: &Mapping<'_>, operand: Operand, depth: u8, weight: impl Fn(Dim, u64) -> u64) -> u64 {
    irrelevant(operand)
        .map(|d| {
            let outside = |level| m.loop_index(d, level).is_some_and(|i| i < depth);
            if outside(Level::Pass) {
                m.sum_passes(d, |extent| weight(d, extent))
            } else if outside(Level::Block) {
                m.sum_blocks(d, |extent| weight(d, extent.min(m.pass[d])))
            } else if outside(Level::Part) {
                m.sum_parts(d, |extent| weight(d, extent.min(m.pass[d])))
            } else {
                weight(d, m.pass[d])
            }
        })
        .product()
}

impl Mapping<'_> {
    pub(crate) fn loop_index(&self, dim: Dim, level: Level) -> Option<u8> {
        (0..self.loop_count).find(|i| {
            let candidate = self.loops[usize::from(*i)];
            candidate.dim == dim && candidate.level == level
        })
    }

    /// Passes along a dimension, over all blocks.
    pub(crate) fn pass_count(&self, dim: Dim) -> u64 {
        self.sum_passes(dim, |_| 1)
    }

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

    /// Sum over all pairs of an output tile and a tap tile of a window axis.
    fn sum_pairs(&self, i: usize, level: Level, f: impl Fn(Span, Span) -> u64) -> u64 {
        let (output, tap) = PAIRS[i];
        let mut sum = 0;
        self.for_tiles(output, level, |o| {
            self.for_tiles(tap, level, |t| sum += f(o, t))
        });
        sum
    }

    fn for_tiles(&self, dim: Dim, level: Level, mut f: impl FnMut(Span)) {
        let steps = [
            self.tiling.part[dim],
            self.tiling.block[dim],
            self.pass[dim],
        ];
        let levels = match level {
            Level::Part => 1,
            Level::Block => 2,
            Level::Pass => 3,
        };
        let whole = Span {
            start: 0,
            extent: self.layer.size(dim),
        };
        split(whole, &steps[..levels], &mut f);
    }
}

/// The tiles of a span by a step, and of each by the next.
fn split(span: Span, steps: &[u64], f: &mut impl FnMut(Span)) {
    let Some((step, inner)) = steps.split_first() else {
        f(span);
        return;
    };
    let mut start = span.start;
    while start < span.end() {
        let extent = (*step).min(span.end() - start);
        split(Span { start, extent }, inner, f);
        start += extent;
    }
}

/// Sum of `f(extent)` over tiles of an extent: full ones, and the ragged last.
fn sum_tiles(size: u64, tile: u64, f: impl Fn(u64) -> u64) -> u64 {
    let (full, rest) = (size / tile, size % tile);
    let full = if full == 0 { 0 } else { full * f(tile) };
    if rest == 0 { full } else { full + f(rest) }
}
