//! Transfers that take longer than the work they hide behind.
//!
//! ```text
//! for block of inputs:            exchange inputs, weights      L = 500
//!     for block of weights:       exchange weights              L = 100, hidden behind T = 200
//! ```
//!
//! Tiles are exchanged at fixed loops, an operand's at all outside its depth, so that the outer
//! exchanges are inner ones as well. With two copies of a tile the next one comes while this one is
//! in use: the time between the innermost exchanges hides one exchange, and transfers are in the
//! order of the program, so that a large one cannot have started long before.

use stationary_arch::{Operand, PerOperand};

use crate::mapping::Mapping;
use crate::model::link::LinkCycles;
use crate::model::share::share;
use crate::tiling::{Level, Loop};

/// Exchanges that hide behind the work between two of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phases {
    /// Exchanges of the operand and all whose depth is greater, and the cycles of DRAM in all of
    /// them; outermost first.
    classes: [(u64, u64); 3],
    /// Cycles of DRAM in all of the innermost exchanges, if each was of this operand alone.
    innermost: u64,
    /// Exchanges between which the work is divided; 0 if there are none.
    windows: u64,
    /// Windows by which the innermost transfers may be ahead.
    ahead: u64,
    edges: Option<Edges>,
}

impl Phases {
    /// Of the cycles that all transfers of each operand take, into the buffer and out of it.
    pub(super) fn new(
        m: &Mapping,
        visits: &PerOperand<u64>,
        link: &LinkCycles,
        is_serial: impl Fn(Operand) -> bool,
    ) -> Self {
        let (reads, stores) = (&link.reads, link.stores);
        let is_loaded = |o: Operand| reads[o] > 0 && !is_serial(o);
        let mut order = Operand::ALL;
        order.sort_unstable_by_key(|o| (is_loaded(*o), m.staging_depth(*o)));
        let innermost = order[2];
        let windows = visits[innermost];
        // A store takes its share of the link, if there is but one: of some windows or of all.
        let out = Operand::Output;
        let stored = if link.duplex || m.slots.output == 1 {
            0
        } else {
            stores
        };
        let is_apart = is_loaded(out) || m.staging_depth(out) < m.staging_depth(innermost);
        let [apart, shared] = if is_apart { [stored, 0] } else { [0, stored] };
        let time = |o: Operand| match o {
            Operand::Output => apart + if is_loaded(o) { reads[o] } else { 0 },
            o if is_loaded(o) => reads[o],
            _ => 0,
        };
        order.sort_unstable_by_key(|o| (time(*o) > 0, m.staging_depth(*o)));
        let mut classes = [(0, 0); 3];
        let mut outside = 1;
        for (place, o) in order.into_iter().enumerate() {
            if time(o) == 0 {
                continue;
            }
            let n = visits[o].saturating_sub(outside);
            outside = visits[o].max(outside);
            let together = order[place..].iter();
            let cycles: u64 = together.map(|o| share(n, time(*o), visits[*o])).sum();
            classes[place] = (n, cycles + share(n, shared, windows));
        }
        Self {
            classes,
            innermost: time(innermost) + shared,
            windows,
            ahead: m.slots[innermost].saturating_sub(1),
            edges: Edges::new(m, innermost),
        }
    }

    /// Cycles of transfers in sight when the array works for so many cycles.
    pub(super) fn in_sight(&self, array: u64) -> u64 {
        let excess = |(n, cycles): (u64, u64)| {
            if n == 0 {
                return 0;
            }
            let hidden = share(n, array, self.windows);
            let slack = hidden.saturating_sub(share(n, self.innermost, self.windows));
            let earlier = self.ahead.saturating_sub(1).saturating_mul(slack);
            cycles.saturating_sub(hidden).saturating_sub(earlier)
        };
        let uneven = match (self.edges, self.classes[2]) {
            (Some(edges), (n, cycles)) if n > 0 && self.ahead == 1 => {
                let windows = self.windows as f64;
                let transfer = cycles as f64 / n as f64;
                edges.in_sight(windows, array as f64 / windows, transfer)
            }
            _ => 0.0,
        };
        self.classes.into_iter().map(excess).sum::<u64>() + uneven as u64
    }
}

/// Tiles of the innermost exchange that are not all of one size: a large one comes while a small
/// one is in use.
#[derive(Clone, Copy, Debug)]
struct Edges {
    /// Tiles from one edge to the next.
    tiles: f64,
    /// Sizes of the others and of the one at the edge, against the mean.
    full: f64,
    edge: f64,
}

impl Edges {
    fn new(m: &Mapping, operand: Operand) -> Option<Self> {
        let depth = usize::from(m.staging_depth(operand));
        let Loop { dim, level } = m.loops[depth.checked_sub(1)?];
        let (whole, tile) = match level {
            Level::Part => return None,
            Level::Block => (m.tiling.part[dim], m.tiling.block[dim]),
            Level::Pass => (m.tiling.block[dim], m.pass[dim]),
        };
        let tiles = whole.div_ceil(tile.max(1));
        let edge = whole - tiles.saturating_sub(1) * tile;
        (tiles > 1 && edge < tile).then(|| {
            let mean = whole as f64 / tiles as f64;
            Self {
                tiles: tiles as f64,
                full: tile as f64 / mean,
                edge: edge as f64 / mean,
            }
        })
    }

    /// Cycles in sight beyond those of even windows.
    fn in_sight(&self, windows: f64, work: f64, transfer: f64) -> f64 {
        let longer = |works: f64, comes: f64| (works * work).max(comes * transfer);
        let even = self.tiles * longer(1.0, 1.0);
        let uneven = (self.tiles - 2.0) * longer(self.full, self.full)
            + longer(self.full, self.edge)
            + longer(self.edge, self.full);
        windows / self.tiles * (uneven - even).max(0.0)
    }
}
