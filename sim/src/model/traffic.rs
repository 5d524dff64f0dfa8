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
use crate::dataflow::{UNRELATED, is_reduction, is_relevant};
use crate::mapping::{Mapping, PLAIN, channel};
use crate::model::dim_factors::TilingFactors;
use crate::tiling::{Level, Loop, Staging};

/// What the whole layer moves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traffic {
    pub(crate) counters: Counters,
    /// Tiles of each operand that pass through the global buffer.
    pub(crate) visits: PerOperand<u64>,
    /// Tiles that stay in the array, and how often each of them is visited.
    pub(crate) resident_visits: u64,
    pub(crate) resident_repeats: u64,
}

impl Traffic {
    pub(crate) fn new(m: &Mapping, shape: &TilingFactors) -> Self {
        let staged = PerOperand::from_fn(|o| {
            let levels = levels(m, m.staging_depth(o));
            over_irrelevant(o, |d| shape.by_dim[d].tiles[levels[d]])
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
            let by_dim = |d: Dim| &shape.by_dim[d];
            let (sends, receives) = if operand == m.resident {
                (
                    over_irrelevant(operand, |d| by_dim(d).tiles[resident[d]]),
                    over_irrelevant(operand, |d| by_dim(d).chunks[resident[d]]),
                )
            } else {
                (
                    over_irrelevant(operand, |d| by_dim(d).beats),
                    over_irrelevant(operand, |d| by_dim(d).copies),
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
            let tiles: u64 = relevant.map(|d| shape.by_dim[*d].tiles[level]).product();
            tiles * staged[o]
        });
        let relevant = Dim::ALL.iter().filter(|d| is_relevant(m.resident, **d));
        let tiles: u64 = relevant.map(|d| shape.by_dim[*d].tiles[3]).product();
        let repeats = over_irrelevant(m.resident, |d| shape.by_dim[d].tiles[resident[d]]);
        Self {
            counters: c,
            visits,
            resident_visits: tiles * repeats,
            resident_repeats: repeats,
        }
    }
}

/// Cycles of MACs, of the busiest PE.
pub(crate) fn busy(shape: &TilingFactors) -> u64 {
    shape.by_dim.0.iter().map(|by_dim| by_dim.busy).product()
}

fn count_outputs(
    m: &Mapping,
    shape: &TilingFactors,
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
        let visits = over_irrelevant(Operand::Output, |d| shape.by_dim[d].tiles[resident[d]]);
        (visits * plain_words(m, Operand::Output), 0)
    } else {
        let reductions = || Dim::ALL.into_iter().filter(|d| is_reduction(*d));
        let visits: u64 = reductions().map(|d| shape.by_dim[d].tiles[3]).product();
        let chunks: u64 = reductions().map(|d| shape.by_dim[d].chunks[3]).product();
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
    UNRELATED[operand].iter().map(|d| factor(*d)).product()
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
