//! What it costs if the global buffer has too few copies of a tile.
//!
//! ```text
//! one copy:    load | use | load | use          fill and use take turns
//! two copies:  load |     use |     use
//!                     load      load            each copy's load and use take turns
//! ```

use stationary_arch::{Operand, PerOperand};

use crate::mapping::Mapping;
use crate::model::link::LinkCycles;
use crate::model::share::share;
use crate::tiling::Staging;

/// The array's work and the link's, between which tiles in the buffer mediate.
pub(super) struct Buffers<'a> {
    pub(super) m: &'a Mapping,
    pub(super) link: &'a LinkCycles,
    /// Tiles of each operand.
    pub(super) visits: &'a PerOperand<u64>,
    /// Whether partial sums come back from DRAM.
    pub(super) spills: bool,
    /// Cycles of MACs, and those of the busiest stream.
    pub(super) busy: u64,
    pub(super) steady: u64,
    pub(super) passes: u64,
    /// The way through the array.
    pub(super) depth: u64,
}

impl Buffers<'_> {
    /// Whether an operand's next tile is loaded only when this one is done with.
    pub(super) fn is_alone(&self, o: Operand) -> bool {
        // New outputs move in behind those that leave.
        self.m.slots[o] == 1 && (o != Operand::Output || self.spills)
    }

    /// Cycles of loads that nothing hides: a tile that streams, or that results go to, is in use until
    /// its block or pass ends, and without a second copy the next one's transfer starts only then. Between two
    /// passes so many cycles go by anyway.
    pub(super) fn serial(&self, beats: u64, between: u64) -> u64 {
        let (m, link) = (self.m, self.link);
        let is_exchanged = |o: Operand| match m.tiling.staging[o] {
            Staging::Block => true,
            // What stays in the array has left its place when its pass begins.
            Staging::Pass => o != m.resident,
            Staging::Layer => m.staging_depth(o) > 0,
        };
        let operands = Operand::ALL.into_iter();
        let alone = operands.filter(|o| is_exchanged(*o) && self.is_alone(*o));
        let cycles =
            alone.map(|o| {
                let later = self.visits[o].saturating_sub(1);
                let loads = link.reads[o].saturating_sub(link.first[o]);
                match o {
                    Operand::Output => link.reads[o] + link.stores + later * self.depth,
                    // The last pass of a block computes with what is in the array already.
                    o if o == m.resident => (loads + later * (link.latency + 1))
                        .saturating_sub(share(later, self.busy, self.passes)),
                    _ => {
                        let load = loads / later.max(1);
                        let hidden = lead(m, o, beats, self.steady / self.passes) + between;
                        later * (load + link.latency + 1).saturating_sub(hidden)
                    }
                }
            });
        cycles.sum()
    }

    /// Cycles in which results wait for the place of those that leave: the first results of a tile
    /// come in its first round of passes.
    pub(super) fn stores_in_sight(&self) -> u64 {
        let tiles = self.visits.output;
        if self.m.slots.output > 1 || self.spills || tiles < 2 {
            return 0;
        }
        let (_, first_round) = self.m.finishing_passes();
        let passes = (self.passes / tiles).max(1);
        let hidden = share(self.steady, first_round, passes) / tiles;
        (tiles - 1) * (self.link.stores / tiles).saturating_sub(hidden)
    }

    /// The longest time in which loads and uses of an operand's tiles take turns, if the networks take so many
    /// cycles: of operands with one copy, and of those with more, whose turns begin after the first loads.
    pub(super) fn turns(&self, net: &PerOperand<u64>) -> [u64; 2] {
        let later = |o: Operand| self.link.reads[o].saturating_sub(self.link.first[o]);
        let turns = |has_one: bool| {
            let reads = PerOperand::from_fn(|o| {
                if has_one {
                    self.link.reads[o]
                } else {
                    later(o)
                }
            });
            self.longest(&reads, |o| match o {
                _ if has_one != (self.m.slots[o] == 1) => None,
                Operand::Output => Some(self.busy + self.link.stores + self.visits[o] * self.depth),
                o => {
                    // A streamed tile is in use for as long as its passes last.
                    let is_resident = o == self.m.resident;
                    let own = if is_resident {
                        net[o]
                    } else {
                        net[o].max(self.busy)
                    };
                    let tiles = self.visits[o].saturating_sub(u64::from(!has_one));
                    Some(own + self.beside(o, own, &reads) + tiles * (self.link.latency + 1))
                }
            })
        };
        [true, false].map(turns)
    }

    /// A lower bound on [`Buffers::turns`]. Edges may be less deep, and tiles that are all padding
    /// skip the memory.
    pub(super) fn least_turns(&self, least_net: &PerOperand<u64>) -> u64 {
        if self.link.is_standard {
            return 0;
        }
        self.longest(&self.link.least_reads, |o| match o {
            Operand::Output => Some(self.busy),
            o => Some(least_net[o]),
        })
    }

    fn longest(&self, loads: &PerOperand<u64>, uses: impl Fn(Operand) -> Option<u64>) -> u64 {
        let takes_turns = |o: &Operand| {
            let has_tiles = self.m.tiling.staging[*o] != Staging::Layer;
            has_tiles && (*o != Operand::Output || (self.spills && self.m.slots.output == 1))
        };
        let operands = Operand::ALL.into_iter().filter(takes_turns);
        let turns = operands.filter_map(|o| Some((loads[o] + uses(o)?) / self.m.slots[o]));
        turns.max().unwrap_or(0)
    }

    /// Cycles of what else goes over the link: together with each of an operand's tiles, or now and
    /// then, hidden by the use of the tile that is then in the buffer.
    fn beside(&self, o: Operand, own: u64, reads: &PerOperand<u64>) -> u64 {
        let (m, visits) = (self.m, self.visits);
        let depth = |o| m.staging_depth(o);
        let part = |other: Operand, cycles: u64| {
            let is_with = depth(other) >= depth(o);
            match m.slots[o] {
                // Its next tile came as soon as this one was in the array.
                1 if is_with && other == m.resident => 0,
                // It comes when its own place is free, at the end of a pass, with this tile's.
                1 if m.slots[other] == 1 && o == m.resident => cycles,
                _ if is_with => share(visits[o], cycles, visits[other]),
                1 => cycles.saturating_sub(share(visits[other], own, visits[o])),
                _ => cycles,
            }
        };
        let others = Operand::ALL.into_iter().filter(|other| *other != o);
        let loads: u64 = others.map(|other| part(other, reads[other])).sum();
        // What the array waits for goes before a store, what it does not need yet behind it.
        let is_behind = m.slots[o] > 1 || depth(Operand::Output) < depth(o);
        let stores = if self.link.duplex || !is_behind {
            0
        } else {
            part(Operand::Output, self.link.stores)
        };
        loads + stores
    }
}

/// Cycles by which the words of a streamed operand are sent ahead of the beats that use them.
fn lead(m: &Mapping, operand: Operand, beats: u64, pass_time: u64) -> u64 {
    (m.packets_ahead(operand) * pass_time / beats).min(pass_time)
}
