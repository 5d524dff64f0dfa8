//! Rounds that are alike: only the edges of the input tell them apart.
//!
//! ```text
//! for each round: the kind of it
//! ```
//!
//! Tiles in nothing but padding are alike, and so are those that meet none, so that only the tiles at the
//! edges are looked at one by one. A tile's window fits the buffer: it reaches over few of them.

use std::ops::Range;

use stationary_workloads::Window;

use super::super::lowered_layer::LoweredLayer;

/// Zeros before, and rows or columns of the input inside, a tile's window.
pub(super) type Span = (u64, u64);

/// A kind of round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class {
    /// Of each thread along rows, if it has a tile.
    pub(super) rows: [Option<Span>; 2],
    pub(super) cols: Span,
    /// Threads along output channels that have a tile.
    pub(super) channels: u64,
}

/// The kinds of rounds and how many there are of each, in the order of the program as far as the
/// path through them goes: what comes in between is alike.
pub(super) struct Classes {
    rows: Vec<([Option<Span>; 2], u64)>,
    cols: Vec<(Span, u64)>,
    channels: [(u64, u64); 2],
    outer: u64,
}

impl Classes {
    pub(super) fn new(k: &LoweredLayer) -> Self {
        let [h, co] = k.threads;
        let [rows, cols] = k.axes();
        let round = |round: u64| {
            [0, 1].map(|thread| {
                let tile = round * h + thread;
                (thread < h && tile < rows.tiles).then(|| rows.inner(tile))
            })
        };
        Self {
            rows: kinds(rows.tiles.div_ceil(h), &rows.alike(h), round),
            cols: cols.spans(),
            channels: [
                (co, k.tiles.co / co),
                (k.tiles.co % co, u64::from(!k.tiles.co.is_multiple_of(co))),
            ],
            outer: k.blocks.groups * k.tiles.b,
        }
    }

    pub(super) fn rounds(&self) -> impl Iterator<Item = (Class, u64)> + '_ {
        self.rows.iter().flat_map(move |(rows, a)| {
            self.channels
                .iter()
                .filter(|(_, times)| *times > 0)
                .flat_map(move |(channels, b)| {
                    self.cols.iter().map(move |(cols, c)| {
                        let class = Class {
                            rows: *rows,
                            cols: *cols,
                            channels: *channels,
                        };
                        (class, a * b * c * self.outer)
                    })
                })
        })
    }
}

/// The kinds of so many things in their order, and how many there are of each; those within one of
/// the ranges are alike.
fn kinds<T: PartialEq>(count: u64, alike: &[Range<u64>], kind: impl Fn(u64) -> T) -> Vec<(T, u64)> {
    let mut kinds: Vec<(T, u64)> = Vec::new();
    let mut at = 0;
    while at < count {
        let range = alike.iter().find(|range| range.contains(&at));
        let end = range.map_or(at + 1, |range| range.end.min(count));
        let kind = kind(at);
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, times)) => *times += end - at,
            None => kinds.push((kind, end - at)),
        }
        at = end;
    }
    kinds
}

/// The tiles along rows or columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct TileAxis {
    window: Window,
    tiles: u64,
    /// Input elements from a tile's window to the next.
    step: u64,
    /// Input elements of a tile's window.
    extent: u64,
}

impl LoweredLayer {
    /// Along rows and columns.
    pub(super) fn axes(&self) -> [TileAxis; 2] {
        let [height, width] = self.window();
        let of = |window: Window, tiles, size, extent| TileAxis {
            window,
            tiles,
            step: size * window.stride,
            extent,
        };
        let (layer, s) = (self.layer(), self.schedule());
        [
            of(layer.rows(), self.tiles.h, s.tile_h, height),
            of(layer.cols(), self.tiles.w, s.tile_w, width),
        ]
    }
}

impl TileAxis {
    /// The spans of all tiles, and how many there are of each.
    fn spans(&self) -> Vec<(Span, u64)> {
        kinds(self.tiles, &self.alike(1), |tile| self.inner(tile))
    }

    /// Rows or columns of the input inside the windows of all tiles.
    pub(super) fn inside(&self) -> u64 {
        let spans = self.spans().into_iter();
        spans.map(|((_, inside), times)| inside * times).sum()
    }

    /// The span of a tile.
    fn inner(&self, tile: u64) -> Span {
        let (window, from) = (self.window, tile * self.step);
        let before = window.pad.saturating_sub(from).min(self.extent);
        let first = (from + before).saturating_sub(window.pad);
        let after = window.input.saturating_sub(first);
        (before, after.min(self.extent - before))
    }

    /// Rounds of so many tiles each that are alike: those in the padding before the input, those within
    /// it, and those in the padding behind it.
    fn alike(&self, each: u64) -> [Range<u64>; 3] {
        let Window { pad, input, .. } = self.window;
        // Tiles whose windows end at an element of the padded input or before it.
        let ending = |at: u64| {
            at.checked_sub(self.extent)
                .map_or(0, |room| room / self.step + 1)
        };
        let tiles = [
            0..ending(pad),
            pad.div_ceil(self.step)..ending(pad + input),
            (pad + input).div_ceil(self.step)..self.tiles,
        ];
        tiles.map(|tiles| tiles.start.div_ceil(each)..tiles.end.min(self.tiles) / each)
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    #[test]
    fn kinds_are_those_of_all_tiles() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
        for _ in 0..5000 {
            let axis = TileAxis {
                window: Window {
                    stride: 1,
                    dilation: 1,
                    pad: rng.random_range(0..30),
                    input: rng.random_range(1..30),
                },
                tiles: rng.random_range(1..40),
                step: rng.random_range(1..6),
                extent: rng.random_range(1..12),
            };
            for each in [1, 2] {
                let round = |at: u64| {
                    let tiles = [at * each, (at + 1) * each - 1];
                    tiles.map(|tile| (tile < axis.tiles).then(|| axis.inner(tile)))
                };
                let count = axis.tiles.div_ceil(each);
                let found = kinds(count, &axis.alike(each), round);
                assert_eq!(found, kinds(count, &[], round), "{axis:?}");
            }
            let inside: u64 = (0..axis.tiles).map(|tile| axis.inner(tile).1).sum();
            assert_eq!(axis.inside(), inside, "{axis:?}");
        }
    }

    #[test]
    fn few_tiles_are_looked_at() {
        let axis = TileAxis {
            window: Window {
                stride: 3,
                dilation: 1,
                pad: 1 << 40,
                input: 1 << 50,
            },
            tiles: (1 << 51) / 3,
            step: 3,
            extent: 11,
        };
        let looked_at = std::cell::Cell::new(0);
        kinds(axis.tiles, &axis.alike(1), |tile| {
            looked_at.set(looked_at.get() + 1);
            axis.inner(tile)
        });
        assert!(looked_at.get() < 16, "{}", looked_at.get());
    }
}
