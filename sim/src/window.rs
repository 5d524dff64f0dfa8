//! Counting the distinct input elements under one axis of a sliding window.
//!
//! Output `o` and tap `f` touch the element `x = o * stride + f * dilation - pad`; it exists when
//! `0 <= x < input` (elsewhere is padding, which nothing stores or moves). For a tile of outputs
//! and taps there are two questions: how many pairs touch an existing element (`pairs`), and how
//! many distinct elements they touch (`union`). The naive reading of both is a double loop and a
//! set; it stands in the tests.
//!
//! The closed form rests on when two pairs meet: with `g = gcd(stride, dilation)`, the pair
//! `(o, f)` touches the same element as `(o + k dilation/g, f - k stride/g)`. Since a tile is a
//! box, an element was touched at an earlier tap exactly when the pair with `k = 1` is in the tile.
//! Pairs within the input are those below its end less those below its start ([`lattice`]).

use std::ops::Range;

use num_integer::gcd;
use stationary_arch::Strides;
use stationary_workloads::Window;

use crate::lattice::{self, Side};

/// A range of loop indices.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize,
)]
pub struct Span {
    /// The first index.
    pub start: u64,
    /// The number of indices; 0 for an empty range.
    pub extent: u64,
}

impl Span {
    /// The index after the last one.
    #[must_use]
    pub fn end(self) -> u64 {
        self.start + self.extent
    }

    /// Pieces of an extent, the last of what is left.
    pub(crate) fn pieces(self, extent: u64) -> impl Iterator<Item = Self> {
        (0..self.extent.div_ceil(extent)).map(move |piece| {
            let start = self.start + piece * extent;
            Self {
                start,
                extent: extent.min(self.end() - start),
            }
        })
    }

    /// The first so many indices, and the others.
    fn split(self, first: u64) -> [Self; 2] {
        let of = |start, extent| Self { start, extent };
        [
            of(self.start, first),
            of(self.start + first, self.extent - first),
        ]
    }
}

/// A window with what the counts need of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Axis {
    stride: i64,
    dilation: i64,
    pad: i64,
    input: i64,
    /// Whether memory holds what a stride steps over.
    spans: bool,
    /// Distance in taps and in outputs between two pairs that touch the same element.
    meet_taps: u64,
    meet_outputs: u64,
}

impl Axis {
    pub(crate) fn new(window: Window, strides: Strides) -> Self {
        let g = gcd(window.stride, window.dilation);
        Self {
            stride: window.stride as i64,
            dilation: window.dilation as i64,
            pad: window.pad as i64,
            input: window.input as i64,
            spans: strides == Strides::Stored,
            meet_taps: window.stride / g,
            meet_outputs: window.dilation / g,
        }
    }

    /// The element under an output and a tap, unless it is padding.
    #[cfg_attr(not(test), allow(dead_code))]
    pub(crate) fn element(&self, output: u64, tap: u64) -> Option<u64> {
        let x = output as i64 * self.stride + tap as i64 * self.dilation - self.pad;
        (0..self.input).contains(&x).then_some(x as u64)
    }

    /// Outputs of a span whose element under one tap exists.
    pub(crate) fn outputs_at(&self, tap: u64, outputs: Span) -> u64 {
        let offset = tap as i64 * self.dilation - self.pad;
        overlap(self.stride, offset, self.input, outputs)
    }

    /// Taps of a span whose element under one output exists.
    pub(crate) fn taps_at(&self, output: u64, taps: Span) -> u64 {
        let offset = output as i64 * self.stride - self.pad;
        overlap(self.dilation, offset, self.input, taps)
    }

    /// Elements that a tap touches and no earlier tap of the tile does.
    pub(crate) fn fresh_at_tap(&self, tap: u64, outputs: Span, taps: Span) -> u64 {
        if tap < taps.start + self.meet_taps {
            return self.outputs_at(tap, outputs);
        }
        let fresh = self.meet_outputs.min(outputs.extent);
        self.outputs_at(
            tap,
            Span {
                start: outputs.end() - fresh,
                extent: fresh,
            },
        )
    }

    /// Elements that an output touches and no earlier output of the tile does.
    pub(crate) fn fresh_at_output(&self, output: u64, outputs: Span, taps: Span) -> u64 {
        if output < outputs.start + self.meet_outputs {
            return self.taps_at(output, taps);
        }
        let fresh = self.meet_taps.min(taps.extent);
        self.taps_at(
            output,
            Span {
                start: taps.end() - fresh,
                extent: fresh,
            },
        )
    }

    /// Distinct existing elements under a tile.
    #[inline]
    pub(crate) fn union(&self, outputs: Span, taps: Span) -> u64 {
        // Windows side by side, without holes between or within: one stretch of elements.
        if self.dilation == 1 && taps.extent as i64 >= self.stride && outputs.extent > 0 {
            let at = |output: u64, tap: u64| output as i64 * self.stride + tap as i64 - self.pad;
            let first = at(outputs.start, taps.start).max(0);
            let end = (at(outputs.end() - 1, taps.end() - 1) + 1).min(self.input);
            return (end - first).max(0) as u64;
        }
        self.union_by_steps(outputs, taps)
    }

    fn union_by_steps(&self, outputs: Span, taps: Span) -> u64 {
        // The first taps touch nothing that an earlier one does, the others so only at the last outputs.
        let first = self.meet_taps.min(taps.extent);
        let fresh = self.meet_outputs.min(outputs.extent);
        let ([early, later], [_, last]) =
            (taps.split(first), outputs.split(outputs.extent - fresh));
        self.pairs(outputs, early) + self.pairs(last, later)
    }

    /// Pairs of a tile whose element exists.
    pub(crate) fn pairs(&self, outputs: Span, taps: Span) -> u64 {
        let [a, b] = [(outputs, self.stride), (taps, self.dilation)].map(|(span, step)| Side {
            extent: span.extent,
            step: step as u64,
        });
        if a.extent == 0 || b.extent == 0 {
            return 0;
        }
        let at = |output: u64, tap: u64| {
            output as i64 * self.stride + tap as i64 * self.dilation - self.pad
        };
        let first = at(outputs.start, taps.start);
        if first >= 0 && at(outputs.end() - 1, taps.end() - 1) < self.input {
            return a.extent * b.extent;
        }
        lattice::below(a, b, self.input - first) - lattice::below(a, b, -first)
    }

    /// Elements that memory holds of a tile.
    pub(crate) fn held(&self, outputs: Span, taps: Span) -> u64 {
        if !self.spans {
            return self.union(outputs, taps);
        }
        let at = |output: u64, tap: u64| {
            let x = output as i64 * self.stride + tap as i64 * self.dilation - self.pad;
            x.clamp(0, self.input) as u64
        };
        let last_tap = taps.end() - 1;
        // Up to where the next output's element would be.
        at(outputs.end(), last_tap) - at(outputs.start, taps.start)
    }

    /// Whether outputs side by side, under so many taps, touch elements side by side, without holes.
    pub(crate) fn is_gapless(&self, taps: u64) -> bool {
        self.dilation == 1 && taps as i64 >= self.stride
    }

    /// The same of what memory holds.
    pub(crate) fn is_held_gapless(&self, taps: u64) -> bool {
        self.is_gapless(taps) || (self.spans && self.dilation == 1)
    }

    /// The most elements that memory holds of a tile of an extent.
    pub(crate) fn held_footprint(&self, outputs: u64, taps: u64) -> u64 {
        if !self.spans {
            return self.footprint(outputs, taps);
        }
        let most = outputs * self.stride as u64 + (taps - 1) * self.dilation as u64;
        most.min(self.input as u64)
    }

    /// An upper bound on [`Axis::union`] over all tiles of an extent: the union without padding,
    /// but never more than the input.
    pub(crate) fn footprint(&self, outputs: u64, taps: u64) -> u64 {
        let (outputs, taps) = (
            Span {
                start: 0,
                extent: outputs,
            },
            Span {
                start: 0,
                extent: taps,
            },
        );
        let unbounded = Self {
            pad: 0,
            input: i64::MAX / 4,
            ..*self
        };
        unbounded.union(outputs, taps).min(self.input as u64)
    }

    /// Outputs at which none of so many taps meets padding, nor what lies past the last stride.
    pub(crate) fn inner_outputs(&self, taps: u64) -> Range<u64> {
        self.regions_of_outputs(taps).inner
    }

    /// Where outputs stand under so many taps.
    pub(crate) fn regions_of_outputs(&self, taps: u64) -> Regions {
        let reach = (taps as i64 - 1) * self.dilation;
        Regions::new([self.pad, self.pad - reach], self.input, self.stride, 0)
    }

    /// Where taps stand over a tile of outputs.
    pub(crate) fn regions_of_taps(&self, outputs: Span) -> Regions {
        let [start, end] = [outputs.start, outputs.end()].map(|o| o as i64 * self.stride);
        Regions::new(
            [self.pad - start, self.pad - end],
            self.input,
            self.dilation,
            1,
        )
    }

    /// The first output of a tile of which an earlier one may have touched elements.
    pub(crate) fn first_meeting(&self) -> u64 {
        self.meet_outputs
    }

    /// Elements that a sliding window of `taps` taps takes in at each step.
    pub(crate) fn advance(&self, taps: u64) -> u64 {
        self.meet_taps.min(taps)
    }

    /// Elements that a sliding window of `taps` taps must keep to meet each element once.
    pub(crate) fn line(&self, taps: u64) -> u64 {
        if taps <= self.meet_taps {
            taps
        } else {
            (taps - 1) * self.dilation as u64 + 1
        }
    }
}

/// Indices along a side of a tile, by what stands under all that they go with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Regions {
    /// Below it stands nothing but padding: tiles that end here touch nothing.
    pub(crate) padding_before: u64,
    /// Here stand existing elements alone.
    pub(crate) inner: Range<u64>,
    /// From it on stands nothing but padding again.
    pub(crate) padding_after: u64,
}

impl Regions {
    /// Of indices `i` that touch from `i * step - far` to `end * step - near` if `end` is `more` less than
    /// one past the last of them: up to where the next output's element would be.
    fn new([far, near]: [i64; 2], input: i64, step: i64, more: i64) -> Self {
        // Whole steps up to a place, and those that reach it.
        let within = |place: i64| match place >= 0 {
            true => (place / step + more) as u64,
            false => 0,
        };
        let to = |place: i64| place.max(0).unsigned_abs().div_ceil(step.unsigned_abs());
        let start = to(far);
        Self {
            padding_before: within(near),
            inner: start..within(input + near).max(start),
            padding_after: to(input + far),
        }
    }
}

/// Indices `i` of a span with `0 <= i * step + offset < limit`.
fn overlap(step: i64, offset: i64, limit: i64, span: Span) -> u64 {
    if step == 1 {
        let low = (-offset).max(span.start as i64);
        let high = (limit - offset).max(0).min(span.end() as i64);
        return (high - low).max(0) as u64;
    }
    let first = (-offset).max(0).div_euclid(step) + i64::from((-offset).max(0) % step != 0);
    let room = (limit - offset).max(0);
    let end = room.div_euclid(step) + i64::from(room % step != 0);
    let low = first.max(span.start as i64);
    let high = end.min(span.end() as i64);
    (high - low).max(0) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    fn check(window: Window, outputs: Span, taps: Span) {
        let axis = Axis::new(window, Strides::Skipped);
        let (mut seen, mut pairs) = (HashSet::new(), 0);
        for tap in taps.start..taps.end() {
            let before = seen.len();
            for x in (outputs.start..outputs.end()).filter_map(|o| axis.element(o, tap)) {
                pairs += 1;
                seen.insert(x);
            }
            let fresh = (seen.len() - before) as u64;
            assert_eq!(
                axis.fresh_at_tap(tap, outputs, taps),
                fresh,
                "{window:?} {outputs:?} {taps:?}"
            );
        }
        assert_eq!(
            axis.union(outputs, taps),
            seen.len() as u64,
            "{window:?} {outputs:?} {taps:?}"
        );
        assert_eq!(axis.pairs(outputs, taps), pairs);
        assert!(axis.footprint(outputs.extent, taps.extent) >= seen.len() as u64);
        seen.clear();
        for output in outputs.start..outputs.end() {
            let before = seen.len();
            seen.extend((taps.start..taps.end()).filter_map(|tap| axis.element(output, tap)));
            let fresh = (seen.len() - before) as u64;
            assert_eq!(axis.fresh_at_output(output, outputs, taps), fresh);
        }
    }

    #[test]
    fn counts_equal_enumeration() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
        for _ in 0..20_000 {
            let window = Window {
                stride: rng.random_range(1..5),
                dilation: rng.random_range(1..5),
                pad: rng.random_range(0..6),
                input: rng.random_range(1..20),
            };
            let outputs = Span {
                start: rng.random_range(0..8),
                extent: rng.random_range(1..8),
            };
            let taps = Span {
                start: rng.random_range(0..5),
                extent: rng.random_range(1..6),
            };
            check(window, outputs, taps);
        }
    }
}
