//! Elements of the input that tiles along one window axis have in common.
//!
//! ```text
//! words of tiles side by side = words of all + words that both sides of each cut need
//! ```
//!
//! What both sides of a cut need is the same wherever it is, less at the padding: so many cuts need at least as
//! much as if all that meet padding were among them.

use crate::mapping::{Mapping, PAIRS};
use crate::window::Span;

/// The least words of one axis by the number of its tiles.
#[derive(Clone, Copy, Debug)]
pub(super) struct WindowWords {
    whole: u64,
    /// What both sides of a cut need away from the padding, and cuts that may need less.
    shared: u64,
    at_padding: u64,
}

/// Cuts next to the padding that are looked at.
const LOOKED_AT: u64 = 256;

impl WindowWords {
    /// Of what memory holds along an axis.
    pub(super) fn held(m: &Mapping, axis: usize) -> Self {
        let along = &m.axes[axis];
        match along.is_held_gapless(m.layer.size(PAIRS[axis].1)) {
            true => Self::gapless(m, axis, |outputs, taps| along.held(outputs, taps)),
            false => Self::touched(m, axis),
        }
    }

    /// Of what is sent into the array along an axis, where an element serves several outputs and taps.
    pub(super) fn sent(m: &Mapping, axis: usize) -> Self {
        let along = &m.axes[axis];
        match along.is_gapless(m.layer.size(PAIRS[axis].1)) {
            true => Self::gapless(m, axis, |outputs, taps| along.union(outputs, taps)),
            false => Self::touched(m, axis),
        }
    }

    /// Each element that is needed, once.
    fn touched(m: &Mapping, axis: usize) -> Self {
        let [outputs, taps] = whole(m, axis);
        Self {
            whole: m.axes[axis].union(outputs, taps),
            shared: 0,
            at_padding: 0,
        }
    }

    /// Of tiles whose words lie side by side without holes.
    fn gapless(m: &Mapping, axis: usize, words: impl Fn(Span, Span) -> u64) -> Self {
        let [outputs, taps] = whole(m, axis);
        let all = words(outputs, taps);
        let both = |at: u64| {
            let [before, after] = [(0, at), (at, outputs.extent - at)];
            let of = |(start, extent): (u64, u64)| words(Span { start, extent }, taps);
            (of(before) + of(after)).saturating_sub(all)
        };
        let shared = if outputs.extent > 1 {
            both(outputs.extent / 2)
        } else {
            0
        };
        let is_less = |at: &u64| both(*at) < shared;
        let cuts = 1..outputs.extent;
        let first = cuts.clone().take_while(is_less).take(LOOKED_AT as usize);
        let last = cuts.rev().take_while(is_less).take(LOOKED_AT as usize);
        let at_padding = (first.count() + last.count()) as u64;
        Self {
            whole: all,
            shared: if at_padding < LOOKED_AT { shared } else { 0 },
            at_padding,
        }
    }

    /// Of so many tiles of outputs; tiles of a few taps need no fewer.
    pub(super) fn of_tiles(&self, outputs: u64) -> u64 {
        let cuts = (outputs - 1).saturating_sub(self.at_padding);
        self.whole + cuts * self.shared
    }
}

/// All outputs and taps of an axis.
pub(super) fn whole(m: &Mapping, axis: usize) -> [Span; 2] {
    let (output, tap) = PAIRS[axis];
    [output, tap].map(|d| Span {
        start: 0,
        extent: m.layer.size(d),
    })
}
