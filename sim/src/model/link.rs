//! The time that the link to DRAM needs.

use stationary_arch::{Arbitration, DramKind, Operand, PerOperand};

use crate::bus::Bus;
use crate::mapping::Mapping;
use crate::model::dim_factors::TilingFactors;
use crate::model::share::share;
use crate::model::traffic::Traffic;
use crate::program::Cursor;
use crate::timing::layout::expected_bursts;

/// Cycles of the link, transfers of all tiles summed.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinkCycles {
    /// Of each operand's loads and of the stores; each tile ends with a cycle of its own.
    pub(super) reads: PerOperand<u64>,
    pub(super) stores: u64,
    /// Of the loads if words did not keep to tiles.
    pub(super) least_reads: PerOperand<u64>,
    /// The first tile of each operand, and the last one stored.
    pub(super) first: PerOperand<u64>,
    /// Until the first inputs and weights are there, with what else is loaded beside them.
    pub(super) start: u64,
    pub(super) last_store: u64,
    /// Whether DRAM reads and writes at a time.
    pub(super) duplex: bool,
    pub(super) is_standard: bool,
    pub(super) latency: u64,
    /// Cycles by which the memory may be behind the machine at the end.
    pub(super) slack: u64,
    /// The least time that DRAM is busy.
    pub(super) least: u64,
}

impl LinkCycles {
    pub(super) fn new(m: &Mapping, bus: &Bus, shape: &TilingFactors, traffic: &Traffic) -> Self {
        let (c, visits, widths) = (&traffic.counters, &traffic.visits, &m.dram);
        let dram = &m.accelerator.dram;
        let is_standard = matches!(dram.kind, DramKind::Standard(_));
        let loaded = |o: Operand| widths.load(o).parts(c.dram_read[o]);
        let finished = widths
            .store(false)
            .parts(c.dram_write.output - c.dram_spilled);
        let (least_reads, least_stores) = match &dram.kind {
            DramKind::Standard(standard) => {
                let burst = standard.organization().burst_bytes();
                let first = Cursor::first(m);
                let tiles = |o, width| {
                    let tile = first.staged(m, o);
                    let bursts = expected_bursts(m, o, &tile, width, burst);
                    bus.bursts(bursts * visits[o], burst)
                };
                let spilled = share(c.dram_spilled, 1000, c.dram_write.output);
                let outputs = tiles(Operand::Output, widths.store(false));
                let reads = PerOperand::from_fn(|o| match o {
                    Operand::Output => share(outputs, spilled, 1000),
                    o => tiles(o, widths.load(o)),
                });
                (reads, outputs)
            }
            _ => {
                let spilled = widths.store(true).parts(c.dram_spilled);
                let reads = PerOperand::from_fn(|o| bus.bound(loaded(o)));
                (reads, bus.bound(finished + spilled))
            }
        };
        let in_tiles = |cycles: u64, tiles: u64, parts: u128| {
            let tiles = if cycles == 0 || is_standard { 0 } else { tiles };
            let each = bus.bound(parts.div_ceil(u128::from(tiles.max(1))));
            cycles.max(tiles * each)
        };
        let least = if is_standard {
            compulsory(m, bus).saturating_sub(bus.slack())
        } else {
            busier(dram.duplex, &least_reads, least_stores)
        };
        let reads = PerOperand::from_fn(|o| in_tiles(least_reads[o], visits[o], loaded(o)));
        let first = PerOperand::from_fn(|o| {
            bus.bound(widths.load(o).parts(shape.first_staged_words(m, o)))
        });
        let ahead = |o: Operand| share(m.slots[o].min(visits[o]), reads[o], visits[o].max(1));
        let start = match dram.arbitration {
            Arbitration::Program => first.input + first.weight,
            Arbitration::RoundRobin => taking_turns(&first, ahead),
        };
        Self {
            reads,
            stores: in_tiles(least_stores, visits.output, finished),
            least_reads,
            first,
            start,
            last_store: bus.bound(widths.store(false).parts(shape.last_outputs(m))),
            duplex: dram.duplex && !is_standard,
            is_standard,
            latency: bus.latency(),
            slack: bus.slack(),
            least,
        }
    }

    /// Cycles before the first tiles can be there.
    pub(super) fn first_load(&self) -> u64 {
        self.first.input + self.first.weight + self.latency
    }

    /// Cycles of the busier direction, or of the one link.
    pub(super) fn total(&self) -> u64 {
        busier(self.duplex, &self.reads, self.stores)
    }
}

/// Cycles until the first inputs and weights are there if the two take turns, whichever has more tiles to
/// load as far as there is room.
fn taking_turns(first: &PerOperand<u64>, ahead: impl Fn(Operand) -> u64) -> u64 {
    let beside = |own: Operand, other| first[own] + first[own].min(ahead(other));
    let [input, weight] = [
        beside(Operand::Input, Operand::Weight),
        beside(Operand::Weight, Operand::Input),
    ];
    input.max(weight).max(first.input + first.weight)
}

fn busier(duplex: bool, reads: &PerOperand<u64>, stores: u64) -> u64 {
    let reads = reads.input + reads.weight + reads.output;
    if duplex {
        reads.max(stores)
    } else {
        reads + stores
    }
}

/// The least time in which each word crosses the DRAM's bus once. A controller may merge requests
/// for one burst that wait together and answer reads from waiting writes, so that tiles which
/// overlap, and sums that come back, need not cost more.
pub(super) fn compulsory(m: &Mapping, bus: &Bus) -> u64 {
    let parts: u128 = Operand::ALL
        .into_iter()
        .map(|o| {
            let width = match o {
                Operand::Output => m.dram.store(false),
                o => m.dram.load(o),
            };
            width.parts(m.touched_words(o))
        })
        .sum();
    bus.bound(parts)
}
