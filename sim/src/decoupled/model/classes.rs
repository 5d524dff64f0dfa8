//! Rounds that are alike: only the edges of the input tell them apart.

use super::super::kernel::Kernel;

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
    pub(super) fn new(k: &Kernel<'_>) -> Self {
        let [h, co] = k.threads;
        let mut rows: Vec<([Option<Span>; 2], u64)> = Vec::new();
        for round in 0..k.tiles.h.div_ceil(h) {
            let span = |thread: u64| {
                let tile = round * h + thread;
                (thread < h && tile < k.tiles.h).then(|| k.inner_rows(tile))
            };
            add(&mut rows, [span(0), span(1)]);
        }
        let mut cols = Vec::new();
        for tile in 0..k.tiles.w {
            add(&mut cols, k.inner_cols(tile));
        }
        Self {
            rows,
            cols,
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

fn add<T: PartialEq>(kinds: &mut Vec<(T, u64)>, kind: T) {
    match kinds.iter_mut().find(|(known, _)| *known == kind) {
        Some((_, times)) => *times += 1,
        None => kinds.push((kind, 1)),
    }
}

impl Kernel<'_> {
    /// Of a tile along rows.
    pub(in super::super) fn inner_rows(&self, tile: u64) -> Span {
        inner(
            self.layer().rows(),
            tile * self.schedule().tile_h,
            self.window()[0],
        )
    }

    /// Of a tile along columns.
    pub(in super::super) fn inner_cols(&self, tile: u64) -> Span {
        inner(
            self.layer().cols(),
            tile * self.schedule().tile_w,
            self.window()[1],
        )
    }
}

fn inner(window: stationary_workloads::Window, output: u64, extent: u64) -> Span {
    let from = output * window.stride;
    let before = window.pad.saturating_sub(from).min(extent);
    let first = (from + before).saturating_sub(window.pad);
    let after = window.input.saturating_sub(first);
    (before, after.min(extent - before))
}
