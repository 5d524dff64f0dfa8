//! The least time of a candidate: the terms of the model's lower bound.
//!
//! ```text
//! max( first loads + MAC steps and what lies between passes + last store  (`critical_path`),
//!      words / width of each network,  rows / banks,  outputs / rate of the output processor,
//!      transfers to and from DRAM,  (loads + uses of a tile) / its copies )
//! ```

use stationary_arch::{Operand, PerOperand};
use stationary_workloads::Dim;

use crate::counters::Counters;
use crate::dataflow::UNRELATED;
use crate::mapping::{Mapping, PLAIN};
use crate::model::bound_evaluator::BoundEvaluator;
use crate::model::bound_evaluator::divisor::Divisor;
use crate::model::bound_evaluator::evaluate::{CountedPoint, PointFactors};
use crate::model::pass_sums::{PassSums, TilingSums};
use crate::timing::network::way;

/// What layer, accelerator and dataflow say, whatever the tiling.
#[derive(Clone, Debug)]
pub(in crate::model) struct UnitLimits {
    pub(super) rows: u64,
    pub(super) cols: u64,
    /// Words of the scratchpads.
    pub(in crate::model) scratchpads: PerOperand<u64>,
    /// The operand that stays in the array, and whether its loads overlap with the work.
    pub(in crate::model) resident: Operand,
    pub(in crate::model) loads_overlap: bool,
    /// Whether nothing of a pass is sent before the one before has left.
    is_exclusive: bool,
    /// Whether streams wait for the tile that stays.
    resident_first: bool,
    /// Cycles from a word's way into a network to its arrival: into the array, and out of it.
    ways: PerOperand<u64>,
    way_out: u64,
    /// Widths of the networks into the array, and out of it.
    pub(in crate::model) into: PerOperand<Divisor>,
    pub(in crate::model) out: Divisor,
    /// Words a cycle of the output processor.
    pub(in crate::model) multicast: Option<Divisor>,
    pub(in crate::model) macs: u64,
    /// Words of the layer outside of the sliding window.
    pub(in crate::model) whole: PerOperand<u64>,
    /// Of the batch; of that and the positions of outputs.
    pub(in crate::model) batch: u64,
    pub(in crate::model) positions: u64,
}

impl UnitLimits {
    pub(in crate::model) fn new(m: &Mapping) -> Self {
        let a = &m.accelerator;
        let words = |width: u32| Divisor::new(u64::from(width).max(1));
        let of = |dims: &[Dim]| dims.iter().map(|d| m.layer.size(*d)).product::<u64>();
        Self {
            rows: a.array.rows.into(),
            cols: a.array.cols.into(),
            scratchpads: PerOperand::from_fn(|o| a.scratchpads[o].words),
            resident: m.resident,
            loads_overlap: m.loads_overlap(),
            is_exclusive: m.is_exclusive(),
            resident_first: m.is_resident_first(),
            ways: PerOperand::from_fn(|o| way(m.feed_network(o))),
            way_out: way(a.networks.psum_out),
            into: PerOperand::from_fn(|o| words(m.feed_network(o).words_per_cycle)),
            out: words(a.networks.psum_out.words_per_cycle),
            multicast: a.global_buffer.delivery.map(|d| words(d.words_per_cycle)),
            macs: m.layer.macs(),
            whole: PerOperand::from_fn(|o| of(PLAIN[o])),
            batch: m.layer.size(Dim::N),
            positions: of(&[Dim::N, Dim::P, Dim::Q]),
        }
    }
}

impl BoundEvaluator {
    /// The lower bound on cycles.
    #[inline]
    pub(super) fn lower_bound(&self, counted: &CountedPoint<'_>) -> u64 {
        let (parts, c, busy, link) = (
            &counted.parts,
            &counted.counters,
            counted.busy,
            &self.transfers,
        );
        let sums = self.pass_sums(parts, c, busy);
        let networks = self.networks(c, &sums.tags);
        let [first_loads, last_store] = self.ends(parts, &counted.first);
        let last_store = last_store.saturating_sub(link.slack);
        let path = self.path.cycles(&sums, first_loads, last_store);
        path.max(self.of_units(counted, networks))
    }

    /// A bound of less work that the mapper goes by: each unit by itself, with the loads of the tile that stays
    /// beside no other.
    #[inline]
    pub(super) fn least_of_units(&self, counted: &CountedPoint<'_>) -> u64 {
        let (parts, c) = (&counted.parts, &counted.counters);
        let (machine, o) = (&self.machine, self.machine.resident);
        let into = PerOperand::from_fn(|o| machine.into[o].ceil(c.buffer_read[o]));
        let out = machine.out.ceil(c.buffer_write.output);
        let reloads = if machine.loads_overlap || o == Operand::Output {
            0
        } else {
            let tile = parts.first_beat_words(o).max(1);
            machine.into[o].ceil(c.buffer_read[o].saturating_sub(tile))
        };
        let [first_loads, last_store] = self.ends(parts, &counted.first);
        let last_store = last_store.saturating_sub(self.transfers.slack);
        let alone = first_loads + counted.busy + reloads + last_store;
        alone.max(self.of_units(counted, (into, out)))
    }

    /// The greatest time that one unit needs by itself, if networks take so many cycles.
    #[inline]
    fn of_units(&self, counted: &CountedPoint<'_>, network: (PerOperand<u64>, u64)) -> u64 {
        let (parts, c, held, busy) = (
            &counted.parts,
            &counted.counters,
            &counted.held,
            counted.busy,
        );
        let (machine, link, (into, out)) = (&self.machine, &self.transfers, network);
        let networks = into.input.max(into.weight).max(into.output).max(out);
        let banks = self.memory.cycles(held, &c.buffer_read, &c.buffer_write);
        let multicast = machine.multicast.map_or(0, |d| d.ceil(c.dram_write.output));
        let dram = match link.standard {
            Some(least) => least,
            None => {
                let (loads, stores) = self.loads_and_stores(c);
                let turns = parts.turns(&loads, &into, (busy, held));
                link.busier(&loads, stores).max(turns)
            }
        };
        networks.max(banks).max(multicast).max(dram)
    }

    /// What the passes of a candidate take together.
    #[inline]
    fn pass_sums(&self, parts: &PointFactors<'_>, c: &Counters, busy: u64) -> PassSums {
        let resident = self.machine.resident;
        let tiling = TilingSums {
            counters: c,
            busy,
            resident,
            repeats: parts.resident_visits(UNRELATED[resident]),
            window: parts.begun(),
            tags: match self.path.is_tagged() {
                true => parts.tag_words(resident),
                false => PerOperand::from_fn(|_| 1),
            },
        };
        PassSums::new(&parts.sums(), &tiling, self.path.is_apart())
    }

    /// The least cycles of the networks into the array, and out of it.
    #[inline]
    fn networks(&self, c: &Counters, tags: &PerOperand<u64>) -> (PerOperand<u64>, u64) {
        let machine = &self.machine;
        let written = c.buffer_write.output;
        match self.path.is_tagged() {
            true => (
                PerOperand::from_fn(|o| self.path.of_network(o, c.buffer_read[o], tags)),
                self.path.of_results(written, tags),
            ),
            false => (
                PerOperand::from_fn(|o| machine.into[o].ceil(c.buffer_read[o])),
                machine.out.ceil(written),
            ),
        }
    }

    /// Cycles of all transfers, of which some may go side by side.
    pub(super) fn least_transfers(&self, c: &Counters) -> u64 {
        let (loads, stores) = self.loads_and_stores(c);
        let link = &self.transfers;
        link.standard.unwrap_or(link.busier(&loads, stores))
    }

    #[inline]
    fn loads_and_stores(&self, c: &Counters) -> (PerOperand<u64>, u64) {
        let link = &self.transfers;
        let loads = PerOperand::from_fn(|o| link.load(o, c.dram_read[o]));
        let finished = c.dram_write.output - c.dram_spilled;
        (loads, link.store(finished, c.dram_spilled))
    }

    /// A lower bound on the estimate's time in which loads and uses of an operand's tiles take turns, with the
    /// way of each load: of what the buffer has one copy of, and of what it has more, after the first loads.
    #[inline]
    pub(super) fn least_turns(&self, counted: &CountedPoint<'_>) -> [u64; 2] {
        let (parts, c) = (&counted.parts, &counted.counters);
        let (machine, link) = (&self.machine, &self.transfers);
        let mut turns = [0, 0];
        if link.standard.is_some() {
            return turns;
        }
        for o in [Operand::Input, Operand::Weight] {
            if !parts.is_exchanged(o) {
                continue;
            }
            let net = machine.into[o].ceil(c.buffer_read[o]);
            // A streamed tile is in use for as long as its passes last.
            let own = if o == machine.resident {
                net
            } else {
                net.max(counted.busy)
            };
            let (loads, tiles) = (link.load(o, c.dram_read[o]), parts.exchanges(o));
            let ways = |tiles: u64| tiles.saturating_mul(link.latency + 1);
            match counted.held.slots[o] {
                1 => turns[0] = turns[0].max((loads + own).saturating_add(ways(tiles))),
                slots => {
                    let first = link.load(o, counted.first[o]);
                    let later = loads.saturating_sub(first) + own;
                    let later = later.saturating_add(ways(tiles.saturating_sub(1)));
                    turns[1] = turns[1].max(later / slots);
                }
            }
        }
        turns
    }

    /// Cycles of the first loads and of the last store.
    #[inline]
    pub(super) fn ends(&self, parts: &PointFactors<'_>, first: &PerOperand<u64>) -> [u64; 2] {
        let link = &self.transfers;
        [
            link.load(Operand::Input, first.input)
                + link.load(Operand::Weight, first.weight)
                + link.latency,
            link.store(parts.last_outputs(), 0),
        ]
    }

    /// A lower bound on the estimate of the array's time with memory never in the way: what streams
    /// beside the MACs, what is loaded before them, and what goes by between passes, of whose first beats the words
    /// are given.
    pub(super) fn least_array_cycles(
        &self,
        parts: &PointFactors<'_>,
        c: &Counters,
        busy: u64,
        first_beat_words: impl Fn(Operand) -> u64,
    ) -> u64 {
        let (machine, o) = (&self.machine, self.machine.resident);
        let into = PerOperand::from_fn(|o| machine.into[o].ceil(c.buffer_read[o]));
        let out = machine.out.ceil(c.buffer_write.output);
        let passes = parts.passes();
        let is_exclusive = machine.is_exclusive;
        let (mut beside, mut ramps) = (busy, 0);
        for o in Operand::ALL.into_iter().filter(|other| *other != o) {
            if is_exclusive {
                // First words arrive before the work of their pass.
                let first = machine.into[o].ceil(first_beat_words(o));
                let first = passes.saturating_mul(first).min(into[o]);
                beside = beside.max(into[o] - first);
                ramps = ramps.max(first + passes * machine.ways[o]);
            } else {
                beside = beside.max(into[o]);
                // The first pass reads no sums.
                if o != Operand::Output {
                    let first = machine.into[o].ceil(first_beat_words(o));
                    ramps = ramps.max(first + machine.ways[o]);
                }
            }
        }
        let ahead = match o {
            Operand::Output if !machine.loads_overlap => into.output + out + ramps,
            Operand::Output => ramps,
            _ if machine.loads_overlap => ramps,
            o if !is_exclusive || machine.resident_first => into[o] + ramps,
            o => into[o].max(ramps),
        };
        // Of outputs that stay, the way out belongs to their load.
        let between = if is_exclusive && o != Operand::Output {
            let words = first_beat_words(Operand::Output);
            let sending = machine.way_out + machine.out.ceil(words);
            (passes - 1).saturating_mul(sending)
        } else {
            0
        };
        let streams = beside.saturating_add(ahead);
        let out = if o == Operand::Output { 0 } else { out };
        streams.max(out).saturating_add(between) + machine.way_out
    }
}
