//! Reference counts: the loop nest enumerated, every word that moves looked at one by one.
//!
//! ```text
//! for each block: for each pass: for each beat: for each PE: for each local index
//! ```
//!
//! It shares the mapping's loop program and nothing of the closed forms: words are elements of
//! sets. Memory and time grow with the layer, so it is for tests and small layers.

use std::collections::HashSet;

use stationary_arch::{Operand, PerOperand, Strides};
use stationary_workloads::{Dim, PerDim};

use crate::beat::Beat;
use crate::counters::Counters;
use crate::dataflow::{is_reduction, is_relevant};
use crate::mapping::{Mapping, PAIRS, WindowMulticast, channel, is_first};
use crate::program::Cursor;
use crate::window::Span;

/// A word of an operand, by its indices.
pub(crate) type Word = [u64; 8];

/// The words that a mapping moves and its MACs, counted by enumeration of its loop nest: the reference that
/// the closed form is tested against.
#[must_use]
pub fn reference_counts(mapping: &Mapping) -> Counters {
    let mut enumerator = Enumerator {
        mapping,
        counters: Counters::default(),
    };
    let mut cursor = Cursor::first(mapping);
    let mut changed = 0;
    let mut open: Option<Cursor> = None;
    loop {
        let is_new = |depth: u8| open.is_none() || changed < depth;
        for operand in Operand::ALL {
            if is_new(mapping.staging_depth(operand)) {
                if let (Operand::Output, Some(before)) = (operand, &open) {
                    enumerator.store(before);
                }
                enumerator.stage(operand, &cursor);
            }
        }
        let reloads = is_new(mapping.pass_depth[mapping.resident]);
        enumerator.pass(&cursor, reloads);
        open = Some(cursor);
        match cursor.advance(mapping) {
            Some(index) => changed = index,
            None => {
                enumerator.store(&cursor);
                return enumerator.counters;
            }
        }
    }
}

struct Enumerator<'m> {
    mapping: &'m Mapping,
    counters: Counters,
}

impl Enumerator<'_> {
    fn stage(&mut self, operand: Operand, cursor: &Cursor) {
        let tile = cursor.staged(self.mapping, operand);
        let strides = self.mapping.accelerator.global_buffer.strides;
        let count = if operand == Operand::Input && strides == Strides::Stored {
            spanned(self.mapping, &tile)
        } else {
            let mut words = HashSet::new();
            each(&tile, |at| {
                words.extend(word(self.mapping, operand, at));
            });
            words.len()
        };
        let count = in_atoms(self.mapping, operand, &tile, count);
        let c = &mut self.counters;
        if operand != Operand::Output {
            c.dram_read[operand] += count;
            c.buffer_fill[operand] += count;
            return;
        }
        if !is_first(&tile) {
            c.dram_read.output += count;
            c.buffer_fill.output += count;
        }
    }

    /// The output tile of a block leaves the buffer after the block.
    fn store(&mut self, cursor: &Cursor) {
        let m = self.mapping;
        let mut words = HashSet::new();
        each(&cursor.block, |at| {
            words.extend(word(m, Operand::Output, at));
        });
        let count = in_atoms(m, Operand::Output, &cursor.block, words.len());
        self.counters.dram_write.output += count;
        self.counters.buffer_drain.output += count;
        let is_last = Dim::ALL
            .iter()
            .all(|d| !is_reduction(*d) || cursor.block[*d].end() == m.layer.size(*d));
        if !is_last {
            self.counters.dram_spilled += count;
        }
    }

    fn pass(&mut self, cursor: &Cursor, reloads: bool) {
        let m = self.mapping;
        let mut sent = PerOperand::<HashSet<(Word, Word)>>::default();
        let mut received = PerOperand::<HashSet<(Word, Word)>>::default();
        let mut beat = Beat::default();
        for number in 0..m.beats(&cursor.pass) {
            each(&beat.tile(m, &cursor.pass), |at| {
                self.counters.macs += 1;
                for operand in Operand::ALL {
                    let Some(word) = word(m, operand, at) else {
                        continue;
                    };
                    let (copy, pe) = self.keys(operand, at, cursor, number);
                    sent[operand].insert((word, copy));
                    received[operand].insert((word, pe));
                }
            });
            beat.advance(m, &cursor.pass);
        }
        let counts = |sets: &PerOperand<HashSet<_>>| PerOperand::from_fn(|o| sets[o].len() as u64);
        self.tally(cursor, reloads, counts(&sent), counts(&received));
    }

    fn tally(
        &mut self,
        cursor: &Cursor,
        reloads: bool,
        sent: PerOperand<u64>,
        got: PerOperand<u64>,
    ) {
        let m = self.mapping;
        let c = &mut self.counters;
        for operand in [Operand::Input, Operand::Weight] {
            if operand != m.resident || reloads {
                c.buffer_read[operand] += sent[operand];
                c.array_receive[operand] += got[operand];
            }
        }
        if m.resident == Operand::Output && !reloads {
            return;
        }
        c.buffer_write.output += sent.output;
        c.array_send.output += sent.output;
        if !is_first(&cursor.pass) {
            c.buffer_read.output += sent.output;
            c.array_receive.output += sent.output;
        }
        if m.resident != Operand::Output {
            let adders: u64 = [Dim::C, Dim::R, Dim::S]
                .iter()
                .map(|d| m.chunks(*d, cursor.pass[*d].extent))
                .product();
            c.psum_hops += sent.output * (adders - 1);
        }
    }

    /// What tells two transfers of the same word apart: on the network, and at the PEs.
    fn keys(&self, operand: Operand, at: &Word, cursor: &Cursor, beat: u64) -> (Word, Word) {
        let m = self.mapping;
        let (mut copy, mut pe) = ([0; 8], [0; 8]);
        for dim in Dim::ALL {
            let index = (at[dim.index()] - cursor.pass[dim].start) / m.tiling.local[dim];
            if m.beat_step[dim] == 0 && !(is_reduction(dim) && operand == Operand::Output) {
                pe[dim.index()] = index;
            }
        }
        if operand != Operand::Input {
            return (copy, pe);
        }
        for (i, (output, tap)) in PAIRS.into_iter().enumerate() {
            let (o, t) = (output.index(), tap.index());
            let stamp: &[usize] = match m.multicast[i] {
                WindowMulticast::Once | WindowMulticast::Sliding | WindowMulticast::Forwarded => {
                    &[]
                }
                WindowMulticast::Each => &[o, t],
                WindowMulticast::EachOutput => &[o],
                WindowMulticast::EachTap => &[t],
            };
            for dim in stamp {
                copy[*dim] = at[*dim] + 1;
                pe[*dim] = at[*dim] + 1;
            }
        }
        let _ = beat;
        (copy, pe)
    }
}

/// Input words of a tile if it is a box, up to where the next output of each axis begins.
fn spanned(m: &Mapping, tile: &PerDim<Span>) -> usize {
    let elements = (0..2).map(|i| {
        let (output, tap) = PAIRS[i];
        let window = m.memory_window(i);
        let mut elements = HashSet::new();
        let tap_at = |tap: u64| (tap * window.dilation) as i64 - window.pad as i64;
        let first = (tile[output].start * window.stride) as i64 + tap_at(tile[tap].start);
        let end = (tile[output].end() * window.stride) as i64 + tap_at(tile[tap].end() - 1);
        elements.extend((first..end).filter(|x| (0..window.input as i64).contains(x)));
        elements.len()
    });
    let others: u64 = [Dim::N, Dim::G, Dim::C]
        .map(|d| tile[d].extent)
        .iter()
        .product();
    others as usize * elements.product::<usize>()
}

/// Words of a tile whose channels are in whole atoms: as many for each channel.
fn in_atoms(m: &Mapping, operand: Operand, tile: &PerDim<Span>, words: usize) -> u64 {
    let words = words as u64;
    let Some(channel) = channel(operand) else {
        return words;
    };
    let mut channels = tile[Dim::G].extent * tile[channel].extent;
    let of_each = words / channels;
    let atom = u64::from(m.accelerator.global_buffer.channel_atom);
    while !channels.is_multiple_of(atom) {
        channels += 1;
    }
    of_each * channels
}

/// The word of an operand under a point of the iteration space; `None` for padding.
pub(crate) fn word(m: &Mapping, operand: Operand, at: &Word) -> Option<Word> {
    let mut word = [0; 8];
    for dim in Dim::ALL {
        if is_relevant(operand, dim) {
            word[dim.index()] = at[dim.index()];
        }
    }
    if operand == Operand::Input {
        for (i, (output, tap)) in PAIRS.into_iter().enumerate() {
            word[output.index()] = m.axes[i].element(at[output.index()], at[tap.index()])?;
            word[tap.index()] = 0;
        }
    }
    Some(word)
}

/// Calls `f` for each point of a box.
pub(crate) fn each(tile: &PerDim<Span>, mut f: impl FnMut(&Word)) {
    let mut at = Dim::ALL.map(|d| tile[d].start);
    loop {
        f(&at);
        let Some(dim) = Dim::ALL.into_iter().rev().find(|d| {
            at[d.index()] += 1;
            let carries = at[d.index()] == tile[*d].end();
            if carries {
                at[d.index()] = tile[*d].start;
            }
            !carries
        }) else {
            return;
        };
        let _ = dim;
    }
}
