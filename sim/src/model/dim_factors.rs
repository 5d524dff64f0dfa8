//! What each dimension, and each window axis, contributes to the model's sums.
//!
//! ```text
//! sum over tiles of a product of one factor a dimension = product over dimensions of sums
//! ```
//!
//! A search changes few dimensions from one tiling to the next, so that most of these sums stand.

use stationary_arch::Operand;
use stationary_workloads::{Dim, PerDim};

use crate::mapping::{Mapping, PAIRS, PLAIN, WindowMulticast};
use crate::sums::for_extents;
use crate::tiling::{Level, Staging};
use crate::window::Span;

/// Sums along one dimension.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DimFactors {
    /// Tiles of the layer: itself, its parts, blocks and passes.
    pub(crate) tiles: [u64; 4],
    /// PEs that the first pass of each of those tiles occupies, summed.
    pub(crate) chunks: [u64; 4],
    /// Passes as long as the longest.
    pub(crate) whole: u64,
    /// Indices that the first beat of each pass covers, and cycles of a beat, summed over passes.
    pub(crate) first_beats: u64,
    pub(crate) steps: u64,
    /// Beats, summed over passes.
    pub(crate) beats: u64,
    /// Beats, each as often as PEs take part.
    pub(crate) copies: u64,
    /// Cycles of MACs of the busiest PE, summed over passes.
    pub(crate) busy: u64,
    pub(crate) first: Pass,
    pub(crate) last: Pass,
    /// Extent of the last block.
    pub(crate) last_block: u64,
    pub(crate) used: Used,
}

/// One pass along a dimension.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pass {
    /// PEs, and how many rows and columns of them.
    pub(crate) chunks: u64,
    pub(crate) rows: u64,
    pub(crate) cols: u64,
    pub(crate) beats: u64,
    pub(crate) steps: u64,
    /// Indices that the first beat covers.
    pub(crate) beat: u64,
}

/// PEs along a dimension, summed over passes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    pub(crate) rows: u64,
    pub(crate) cols: u64,
    /// Passes that occupy one row, one column, one PE.
    pub(crate) single_row: u64,
    pub(crate) single_col: u64,
    pub(crate) single_pe: u64,
}

impl Pass {
    fn new(m: &Mapping, d: Dim, extent: u64) -> Self {
        let chunks = m.chunks(d, extent);
        Self {
            chunks,
            rows: quotient_up(chunks, m.tiling.cols[d]),
            cols: chunks.min(m.tiling.cols[d]),
            beats: m.beats_along(d, extent),
            steps: m.beat_cycles_along(d, extent),
            beat: match m.beat_step[d] {
                0 => extent,
                step => step.min(extent),
            },
        }
    }
}

/// The same as `div_ceil`; most divisors are one.
#[inline]
fn quotient_up(amount: u64, by: u64) -> u64 {
    if by == 1 { amount } else { amount.div_ceil(by) }
}

impl DimFactors {
    pub(crate) fn new(m: &Mapping, d: Dim) -> Self {
        let (size, pass) = (m.layer.size(d), m.pass[d]);
        let (part, block) = (m.tiling.part[d], m.tiling.block[d]);
        let first = Pass::new(m, d, pass);
        let mut by_dim = Self {
            tiles: [1, 0, 0, 0],
            chunks: [first.chunks, 0, 0, 0],
            first,
            last: first,
            last_block: block,
            ..Self::default()
        };
        for_extents(size, part, |part, parts| {
            by_dim.tiles[1] += parts;
            by_dim.chunks[1] += parts * m.chunks(d, part.min(pass));
            for_extents(part, block, |block, blocks| {
                let blocks = parts * blocks;
                by_dim.tiles[2] += blocks;
                by_dim.chunks[2] += blocks * m.chunks(d, block.min(pass));
                by_dim.last_block = block;
                for_extents(block, pass, |extent, passes| {
                    let at = if extent == pass {
                        first
                    } else {
                        Pass::new(m, d, extent)
                    };
                    by_dim.count(&at, blocks * passes);
                    by_dim.whole += blocks * passes * u64::from(extent == pass);
                    by_dim.last = at;
                });
            });
        });
        by_dim
    }

    fn count(&mut self, pass: &Pass, times: u64) {
        self.tiles[3] += times;
        self.chunks[3] += times * pass.chunks;
        self.beats += times * pass.beats;
        self.first_beats += times * pass.beat;
        self.steps += times * pass.steps;
        self.copies += times * pass.beats * pass.chunks.max(1);
        self.busy += times * pass.beats * pass.steps;
        self.used.rows += times * pass.rows;
        self.used.cols += times * pass.cols;
        self.used.single_row += times * u64::from(pass.rows == 1);
        self.used.single_col += times * u64::from(pass.cols == 1);
        self.used.single_pe += times * u64::from(pass.chunks == 1);
    }
}

/// Elements of the input along one window axis.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Elements {
    /// Of all tiles that pass through the buffer.
    pub(crate) held: u64,
    /// Of the first of them.
    pub(crate) first_held: u64,
    /// Sent into the array, and received by PEs, in all passes.
    pub(crate) sent: u64,
    pub(crate) received: u64,
    /// Sent at the first beat, and at the first beats of all passes.
    pub(crate) first_sent: u64,
    pub(crate) begun: u64,
}

impl Elements {
    pub(crate) fn new(m: &Mapping, i: usize) -> Self {
        let [held, first_held] = held(m, i, m.tiling.staging.input);
        let [sent, received, first_sent, begun] = sent(m, i);
        Self {
            held,
            first_held,
            sent,
            received,
            first_sent,
            begun,
        }
    }
}

/// [`Elements::held`] and [`Elements::first_held`] if inputs are staged so.
pub(crate) fn held(m: &Mapping, i: usize, staging: Staging) -> [u64; 2] {
    let (axis, (output, tap)) = (&m.axes[i], PAIRS[i]);
    let (extents, level) = match staging {
        Staging::Block => (&m.tiling.block, Level::Block),
        Staging::Pass => (&m.pass, Level::Pass),
        Staging::Layer => (&m.tiling.part, Level::Part),
    };
    [
        m.sum_pairs(i, level, |o, t| axis.held(o, t)),
        axis.held(first(extents[output]), first(extents[tap])),
    ]
}

/// [`Elements::sent`], [`Elements::received`], [`Elements::first_sent`] and [`Elements::begun`].
pub(crate) fn sent(m: &Mapping, i: usize) -> [u64; 4] {
    let (axis, multicast, (output, tap)) = (&m.axes[i], m.multicast[i], PAIRS[i]);
    let is_union = matches!(
        multicast,
        WindowMulticast::Once | WindowMulticast::Sliding | WindowMulticast::Forwarded
    );
    // Tiles partition the pairs, so that one count over the layer is their sum.
    let pairs = || m.pairs[i];
    let unions = || m.sum_pairs(i, Level::Pass, |o, t| axis.union(o, t));
    let sent = if is_union { unions() } else { pairs() };
    let received = match multicast {
        WindowMulticast::Sliding => sent,
        WindowMulticast::Once if m.keeps_window(i) => m.sum_pes(i, |o, t| axis.union(o, t)),
        _ if is_union => pairs(),
        _ => sent,
    };
    let (outputs, taps) = (first(m.pass[output]), first(m.pass[tap]));
    let at_first_beat = |outputs: Span, taps: Span| match multicast {
        WindowMulticast::Once => axis.union(outputs, taps),
        WindowMulticast::Each => axis.pairs(outputs, taps),
        WindowMulticast::Sliding | WindowMulticast::EachOutput => axis.taps_at(outputs.start, taps),
        WindowMulticast::Forwarded | WindowMulticast::EachTap => {
            axis.outputs_at(taps.start, outputs)
        }
    };
    let begun = match multicast {
        WindowMulticast::Once | WindowMulticast::Each => sent,
        _ => m.sum_pairs(i, Level::Pass, at_first_beat),
    };
    [sent, received, at_first_beat(outputs, taps), begun]
}

/// The first tile of an extent.
fn first(extent: u64) -> Span {
    Span { start: 0, extent }
}

/// All that the model needs of a tiling but the order of its loops.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TilingFactors {
    pub(crate) by_dim: PerDim<DimFactors>,
    pub(crate) elements: [Elements; 2],
}

impl TilingFactors {
    pub(crate) fn new(m: &Mapping) -> Self {
        Self {
            by_dim: PerDim::from_fn(|d| DimFactors::new(m, d)),
            elements: [Elements::new(m, 0), Elements::new(m, 1)],
        }
    }

    /// Words of an operand at the first beat of the first pass.
    pub(crate) fn first_beat_words(&self, operand: Operand) -> u64 {
        let plain = PLAIN[operand].iter();
        let plain: u64 = plain.map(|d| self.by_dim[*d].first.beat).product();
        match operand {
            Operand::Input => plain * self.elements[0].first_sent * self.elements[1].first_sent,
            Operand::Weight | Operand::Output => plain,
        }
    }

    /// Words of the first tile of an operand that the buffer holds.
    pub(crate) fn first_staged_words(&self, m: &Mapping, operand: Operand) -> u64 {
        let extents = m.staged_extents(operand);
        let plain = m.plain_words(operand, |d| extents[d]);
        match operand {
            Operand::Input => plain * self.elements[0].first_held * self.elements[1].first_held,
            Operand::Weight | Operand::Output => plain,
        }
    }

    /// Words of the last block of outputs.
    pub(crate) fn last_outputs(&self, m: &Mapping) -> u64 {
        m.plain_words(Operand::Output, |d| self.by_dim[d].last_block)
    }

    /// Beats of the first pass.
    pub(crate) fn beats(&self, m: &Mapping) -> u64 {
        let beats = m.dataflow.beats.iter();
        beats.map(|d| self.by_dim[*d].first.beats).product()
    }

    /// Cycles of a beat of the first pass, of the busiest PE.
    pub(crate) fn steps(&self) -> u64 {
        self.by_dim
            .0
            .iter()
            .map(|by_dim| by_dim.first.steps)
            .product()
    }
}
