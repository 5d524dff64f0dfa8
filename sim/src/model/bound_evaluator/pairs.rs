//! What two dimensions contribute together: the input under a window axis, channels in whole atoms.

use stationary_workloads::Dim;

use crate::mapping::{Mapping, PAIRS};
use crate::model::bound_evaluator::factors::PairKey;
use crate::model::dim_factors;
use crate::model::traffic::channels_in_atoms;
use crate::tiling::Staging;

/// Both dimensions of each table.
pub(super) const TABLES: [(Dim, Dim); 4] = [PAIRS[0], PAIRS[1], (Dim::G, Dim::C), (Dim::G, Dim::K)];

/// In the order of the arrays of [`Factors`](super::factors::Factors).
const STAGINGS: [Staging; 3] = [Staging::Block, Staging::Pass, Staging::Layer];

/// Elements of the input along a window axis; arrays are by staging.
#[derive(Clone, Copy, Debug)]
pub(super) struct PairWindow {
    /// As in [`Elements`](dim_factors::Elements).
    pub(super) held: [u64; 3],
    pub(super) first_held: [u64; 3],
    pub(super) sent: u64,
    pub(super) received: u64,
    pub(super) first_sent: u64,
    pub(super) begun: u64,
    /// The most that a tile in the buffer has.
    pub(super) footprint: [u64; 3],
    /// What a PE holds, and takes at a beat.
    pub(super) in_pe: u64,
    pub(super) at_beat: u64,
}

/// Channels of a feature map, groups included, in whole atoms; arrays are by staging.
#[derive(Clone, Copy, Debug)]
pub(super) struct Channels {
    /// Of all tiles, and of the first.
    pub(super) all: [u64; 3],
    pub(super) first: [u64; 3],
    pub(super) last_block: u64,
}

impl PairWindow {
    /// Of the stretches that the mapping has along a window axis.
    pub(super) fn new(m: &Mapping, i: usize, held: [u64; 2]) -> Self {
        let (output, tap) = PAIRS[i];
        let staged = STAGINGS.map(|staging| dim_factors::held(m, i, staging));
        let [sent, received, first_sent, begun] = dim_factors::sent(m, i);
        let extents = [&m.tiling.block, &m.pass, &m.tiling.part];
        Self {
            held: staged.map(|[held, _]| held),
            first_held: staged.map(|[_, first]| first),
            sent,
            received,
            first_sent,
            begun,
            footprint: extents.map(|e| m.axes[i].held_footprint(e[output], e[tap])),
            in_pe: m.window_of(i, held[0], held[1]),
            at_beat: m.window_at_beat(i),
        }
    }
}

impl Channels {
    /// Of the stretches that the mapping has along groups and channels.
    pub(super) fn new(m: &Mapping, channel: Dim) -> Self {
        let extents = [&m.tiling.block, &m.pass, &m.tiling.part];
        let last = |d: Dim| {
            let (size, part, block) = (m.layer.size(d), m.tiling.part[d], m.tiling.block[d]);
            rest(rest(size, part), block)
        };
        Self {
            all: STAGINGS.map(|staging| channels_in_atoms(m, channel, staging)),
            first: extents.map(|e| m.in_atoms(e[Dim::G] * e[channel])),
            last_block: m.in_atoms(last(Dim::G) * last(channel)),
        }
    }
}

/// Extent of the last tile.
fn rest(size: u64, tile: u64) -> u64 {
    (size - 1) % tile + 1
}

/// Entries by the numbers of two stretches, computed when first asked for.
#[derive(Clone, Debug)]
pub(super) struct PairTable<T> {
    entries: Vec<T>,
    at: Vec<Vec<u32>>,
}

/// No entry yet.
const UNKNOWN: u32 = u32::MAX;

impl<T> Default for PairTable<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            at: Vec::new(),
        }
    }
}

impl<T> PairTable<T> {
    #[inline]
    pub(super) fn entry(&self, place: u32) -> &T {
        &self.entries[place as usize]
    }

    /// The place of an entry.
    #[inline]
    pub(super) fn place(&mut self, [a, b]: [u32; 2], compute: impl FnOnce() -> T) -> u32 {
        let (a, b) = (a as usize, b as usize);
        if let Some(place) = self.at.get(a).and_then(|row| row.get(b))
            && *place != UNKNOWN
        {
            return *place;
        }
        self.fill(a, b, compute())
    }

    #[cold]
    fn fill(&mut self, a: usize, b: usize, entry: T) -> u32 {
        let place = u32::try_from(self.entries.len()).expect("memory ends before the numbers do");
        self.entries.push(entry);
        if self.at.len() <= a {
            self.at.resize(a + 1, Vec::new());
        }
        let row = &mut self.at[a];
        if row.len() <= b {
            row.resize(b + 1, UNKNOWN);
        }
        row[b] = place;
        place
    }
}

/// The mapping with two dimensions' stretches, as if it had no others.
pub(super) fn with<'m>(m: &'m mut Mapping, dims: (Dim, Dim), [a, b]: [&PairKey; 2]) -> &'m Mapping {
    a.place(m, dims.0);
    b.place(m, dims.1);
    m.set_multicast();
    m
}
