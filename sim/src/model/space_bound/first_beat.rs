//! Elements of the input that first beats take along one window axis, whatever the tiles.
//!
//! ```text
//! outputs advance with beats: sum over tiles of outputs of taps_at(start)
//! taps advance with beats:    sum over tiles of taps of outputs_at(start)
//! ```
//!
//! Tiles start at different indices, the first at index 0: so many tiles take at least what index 0 takes and the
//! least of the others.

use crate::mapping::{Mapping, WindowMulticast};
use crate::model::space_bound::window_words::whole;

/// The least elements by the number of tiles.
#[derive(Clone, Debug)]
pub(super) struct FirstBeat {
    /// Of so many tiles of outputs, and of taps.
    outputs: Vec<u64>,
    taps: Vec<u64>,
    /// The most of a tile.
    most: [u64; 2],
}

/// Indices that are looked at, and tiles that are told apart.
const LOOKED_AT: u64 = 512;

impl FirstBeat {
    pub(super) fn new(m: &Mapping, i: usize) -> Self {
        let axis = &m.axes[i];
        let [outputs, taps] = whole(m, i);
        Self {
            outputs: least(outputs.extent, |output| axis.taps_at(output, taps)),
            taps: least(taps.extent, |tap| axis.outputs_at(tap, outputs)),
            most: [taps.extent, outputs.extent],
        }
    }

    /// Of tiles along outputs and taps; nothing is said of how elements reach PEs that no dimension advances.
    pub(super) fn of_tiles(
        &self,
        multicast: WindowMulticast,
        [outputs, taps]: [u64; 2],
    ) -> Option<u64> {
        let of = |least: &[u64], tiles: u64| {
            let at = usize::try_from(tiles).unwrap_or(usize::MAX);
            least[at.min(least.len() - 1)]
        };
        match multicast {
            WindowMulticast::Once | WindowMulticast::Each => None,
            WindowMulticast::Sliding | WindowMulticast::EachOutput => {
                Some(of(&self.outputs, outputs))
            }
            WindowMulticast::Forwarded | WindowMulticast::EachTap => Some(of(&self.taps, taps)),
        }
    }

    /// The most that a first beat takes.
    pub(super) fn most(&self, multicast: WindowMulticast) -> Option<u64> {
        match multicast {
            WindowMulticast::Once | WindowMulticast::Each => None,
            WindowMulticast::Sliding | WindowMulticast::EachOutput => Some(self.most[0]),
            WindowMulticast::Forwarded | WindowMulticast::EachTap => Some(self.most[1]),
        }
    }
}

/// The least of so many tiles, the first of which starts at index 0: what more tiles take is left out where indices
/// are too many.
fn least(size: u64, at: impl Fn(u64) -> u64) -> Vec<u64> {
    let first = at(0);
    let mut sums = vec![0, first];
    if size > LOOKED_AT {
        return sums;
    }
    let mut others: Vec<u64> = (1..size).map(at).collect();
    others.sort_unstable();
    let mut sum = first;
    for words in others {
        sum += words;
        sums.push(sum);
    }
    sums
}
