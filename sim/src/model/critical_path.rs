//! The least time from the first load to the last store along the array: what none of its passes can do beside
//! the one before.
//!
//! ```text
//! first loads -> lead -> MACs of a pass -> gap -> MACs of the next -> ... -> exit -> last store
//!
//! lead   words sent before the first MAC, and their way
//! exit   the way of the last results out of the array, and their words over the network
//!
//! gap    overlapped  the way in of a tile that stays, where it shifts in
//!        serial      until the array is free: `Mapping::occupancy`
//!        exclusive   exit + lead, since nothing is sent before all results have left
//!        one copy    of the tile that stays: its own load; of outputs that stay: exit + lead
//! ```
//!
//! A packet of `n` words is complete `n / width` cycles after its first word may be sent, a way later it is at the
//! PEs, and the array sees it in the cycle after that (`OperandStreamer::may_open`, `tick`). Results are at the
//! network `depth + way` after the last MAC's cycle (`Array::finish`) and leave at its width; what waits for them may
//! be sent in the cycle in which the last word leaves.

use stationary_arch::{Drain, Network, Operand, Passes, PerOperand, Topology};

use crate::mapping::Mapping;
use crate::model::pass_sums::{BetweenPasses, Occupied, Packets, PassSums};
use crate::timing::initiation::mac_interval;
use crate::timing::network::way;
use crate::timing::tags::TagWords;

/// What layer, accelerator and dataflow say, whatever the tiling.
#[derive(Clone, Debug)]
pub(super) struct CriticalPath {
    resident: Operand,
    passes: Passes,
    /// Whether inputs and weights are sent only when their pass's tile that stays is there.
    resident_first: bool,
    /// Whether the array has room for one tile that stays.
    has_one_copy: bool,
    shift_in: u64,
    into: PerOperand<Wires>,
    out: Wires,
    rule: OccupancyRule,
}

/// A network as far as packets go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wires {
    network: Network,
    width: u64,
    way: u64,
}

/// [`Mapping::occupancy`] and [`Mapping::depth`] of many passes.
#[derive(Clone, Copy, Debug)]
struct OccupancyRule {
    /// Of each pass, and of those with several rows and columns.
    each: u64,
    corner: u64,
    is_systolic: bool,
    is_tree: bool,
    /// Cycles that a wave takes for each row.
    registers: u64,
    /// All rows and columns, where a wave crosses them whatever a pass uses.
    fixed: [Option<u64>; 2],
    /// By how much a pass's depth is above what it occupies the array for, or below.
    pipeline: [u64; 2],
}

impl CriticalPath {
    pub(super) fn new(m: &Mapping) -> Self {
        let (array, networks) = (&m.accelerator.array, &m.accelerator.networks);
        Self {
            resident: m.resident,
            passes: array.passes,
            resident_first: m.is_resident_first() && m.resident != Operand::Output,
            has_one_copy: !m.accelerator.scratchpads[m.resident].double_buffered,
            shift_in: m.shift_in(),
            into: PerOperand::from_fn(|o| Wires::new(m.feed_network(o))),
            out: Wires::new(networks.psum_out),
            rule: OccupancyRule::new(m),
        }
    }

    /// Whether passes do not follow one another at once.
    #[inline]
    pub(super) fn is_apart(&self) -> bool {
        self.passes != Passes::Overlapped || self.has_one_copy || self.shift_in > 0
    }

    /// Whether any network has tags.
    pub(super) fn is_tagged(&self) -> bool {
        let into = Operand::ALL.into_iter().map(|o| self.into[o]);
        into.chain([self.out]).any(|wires| wires.network.tagged)
    }

    /// The cycles that no schedule of such passes is below, after so many of the first loads and with so many of the
    /// last store.
    #[inline]
    pub(super) fn cycles(&self, sums: &PassSums, first_loads: u64, last_store: u64) -> u64 {
        let lead = self.first_lead(sums);
        let last_store = last_store.max(1);
        // The array's last cycle of work is before its results', and those are before the store.
        let around = first_loads + lead + last_store - 1;
        let last_exit = self.rule.depth(&sums.last)
            + self.out.way
            + self.out.cycles(sums.last_results, sums.tags.output)
            - 1;
        let Some(between) = &sums.between else {
            return around.saturating_add(sums.busy).saturating_add(last_exit);
        };
        let gaps = self.gaps(sums, between, last_exit);
        let path = around.saturating_add(sums.busy).saturating_add(gaps);
        if self.passes != Passes::Exclusive || self.resident == Operand::Output {
            return path;
        }
        path.max(self.streams(sums, between, around, [first_loads, last_store]))
    }

    /// Cycles of a network of words that are sent in packets.
    #[inline]
    pub(super) fn of_network(&self, operand: Operand, words: u64, tags: &PerOperand<u64>) -> u64 {
        let wires = &self.into[operand];
        words.div_ceil(wires.effective(tags[operand]))
    }

    /// The same of the network that takes results out.
    #[inline]
    pub(super) fn of_results(&self, words: u64, tags: &PerOperand<u64>) -> u64 {
        words.div_ceil(self.out.effective(tags.output))
    }

    /// From the first loads to the first MAC: the later of both may be of inputs or of weights.
    #[inline]
    fn first_lead(&self, sums: &PassSums) -> u64 {
        let lead = |o: Operand| {
            let wires = &self.into[o];
            let shift_in = if o == self.resident { self.shift_in } else { 0 };
            wires.cycles(sums.first[o], sums.tags[o]) + wires.way + shift_in
        };
        lead(Operand::Input).min(lead(Operand::Weight))
    }

    /// Cycles between passes in which the array does not work, and the way out of the last.
    fn gaps(&self, sums: &PassSums, between: &BetweenPasses, last_exit: u64) -> u64 {
        let (o, tags) = (self.resident, &sums.tags);
        let (later, reloads) = (between.passes - 1, between.loads - 1);
        let into = &self.into[o];
        // Of tiles that stay, from when they may be sent to the pass.
        let loads = into.total(&between.later[o], tags[o])
            + reloads.saturating_mul(into.way - 1 + self.shift_in);
        let others = later - reloads;
        let exits = || self.exits(&between.leaving, &between.results, tags.output);
        match (self.passes, o) {
            (Passes::Exclusive, Operand::Output) => {
                let streams = self.leads(between, tags);
                let of_tiles = others.saturating_mul(self.rule.least());
                exits().saturating_add(streams.max(loads.saturating_add(of_tiles)))
            }
            (Passes::Exclusive, _) => {
                let way = self.streamed().map(|o| self.into[o].way).max();
                let alone = loads.saturating_add(others.saturating_mul(way.unwrap_or(0)));
                exits().saturating_add(self.leads(between, tags).max(alone))
            }
            (passes, _) => {
                let is_serial = passes == Passes::Serial;
                let least = if is_serial { self.rule.least() } else { 0 };
                let others = others.saturating_mul(least);
                let mut gaps = reloads.saturating_mul(self.shift_in);
                if is_serial {
                    let occupied = self.rule.total(&between.occupied);
                    gaps += occupied.saturating_sub(self.rule.total(&sums.last));
                }
                let gaps = last_exit.saturating_add(gaps);
                let apart = match o {
                    _ if !self.has_one_copy => 0,
                    Operand::Output => exits().saturating_add(loads),
                    _ => last_exit
                        .saturating_add(loads)
                        .saturating_add(reloads.saturating_mul(self.behind())),
                };
                gaps.max(apart.saturating_add(others))
            }
        }
    }

    /// By how much the way of what is sent when a tile that stays is there is above that tile's way in.
    fn behind(&self) -> u64 {
        let behind = self.streamed().filter(|o| *o != Operand::Output);
        let way = behind.map(|o| self.into[o].way).max().unwrap_or(0);
        match self.resident_first {
            true => way.saturating_sub(self.shift_in),
            false => 0,
        }
    }

    fn streamed(&self) -> impl Iterator<Item = Operand> {
        let resident = self.resident;
        Operand::ALL.into_iter().filter(move |o| *o != resident)
    }

    /// Ways out, with the last results of each: from the last MAC's cycle to the one in which they have left.
    fn exits(&self, leaving: &Occupied, results: &Packets, tag: u64) -> u64 {
        let ways = leaving.passes.saturating_mul(self.out.way - 1);
        let words = self.out.total(results, tag);
        self.rule
            .total_depth(leaving)
            .saturating_add(ways)
            .saturating_add(words)
    }

    /// Of exclusive passes but the first: cycles less one from when the streams may be sent to the first MAC; of the
    /// stream that takes the longest.
    fn leads(&self, between: &BetweenPasses, tags: &PerOperand<u64>) -> u64 {
        let later = between.passes - 1;
        let before = self.before_streams(between, tags);
        let of = |o: Operand| {
            let words = self.into[o].total(&between.later[o], tags[o]);
            let lead = words.saturating_add(later.saturating_mul(self.into[o].way - 1));
            match o {
                Operand::Output => lead,
                _ => lead.saturating_add(before),
            }
        };
        self.streamed().map(of).max().unwrap_or(0)
    }

    /// Of exclusive passes but the first: what streams of inputs or weights wait for.
    fn before_streams(&self, between: &BetweenPasses, tags: &PerOperand<u64>) -> u64 {
        if !self.resident_first {
            return 0;
        }
        let (o, reloads) = (self.resident, between.loads - 1);
        let words = self.into[o].total(&between.later[o], tags[o]);
        words.saturating_add(reloads.saturating_mul(self.into[o].way - 1))
    }

    /// Exclusive passes whose streams, or whose results, take longer than their MACs: the last beat works when all
    /// has come, and results leave from the first on.
    fn streams(
        &self,
        sums: &PassSums,
        between: &BetweenPasses,
        around: u64,
        [first_loads, last_store]: [u64; 2],
    ) -> u64 {
        let (passes, tags) = (between.passes, &sums.tags);
        let exits = self.exits(&between.leaving, &between.results, tags.output);
        let before = self.before_streams(between, tags);
        let of = |o: Operand| {
            let wires = &self.into[o];
            let all = Packets {
                count: passes,
                words: between.read[o],
                ..Packets::default()
            };
            let sent = wires.total(&all, tags[o]);
            let ways = passes.saturating_mul(wires.way - 1);
            let start = match o {
                Operand::Output => 0,
                _ if self.resident_first => first_loads + before,
                _ => 0,
            };
            start.saturating_add(sent).saturating_add(ways) + last_store
        };
        let sent = self.streamed().map(of).max().unwrap_or(0);
        let of_streams = sent.saturating_add(between.steps).saturating_add(exits);
        let all = Packets {
            words: between.written,
            ..between.results
        };
        let all = Packets {
            whole: 0,
            each: 0,
            ..all
        };
        let of_results = self
            .exits(&between.leaving, &all, tags.output)
            .saturating_add(self.leads(between, tags))
            .saturating_add(between.steps);
        of_streams.max(around.saturating_add(of_results))
    }
}

impl Wires {
    fn new(network: Network) -> Self {
        Self {
            network,
            width: u64::from(network.words_per_cycle).max(1),
            way: way(network),
        }
    }

    /// Words of a cycle at most: with tags, those of one.
    #[inline]
    fn effective(&self, tag: u64) -> u64 {
        match self.network.tagged {
            true => self.width.min(tag),
            false => self.width,
        }
    }

    /// Cycles of one packet, at least one.
    #[inline]
    fn cycles(&self, words: u64, tag: u64) -> u64 {
        let tags = TagWords::of(tag, self.network);
        tags.cycles(words, self.width).max(1)
    }

    /// The least cycles of packets, at least one each.
    #[inline]
    fn total(&self, packets: &Packets, tag: u64) -> u64 {
        let rest = packets.words.saturating_sub(packets.whole * packets.each);
        let rest = rest.div_ceil(self.effective(tag));
        let whole = match packets.whole {
            0 => 0,
            whole => whole.saturating_mul(self.cycles(packets.each, tag)),
        };
        whole.saturating_add(rest.max(packets.count - packets.whole))
    }
}

impl OccupancyRule {
    fn new(m: &Mapping) -> Self {
        let a = &m.accelerator.array;
        let drain = match m.resident == Operand::Output && a.drain == Drain::ShiftOut {
            true => u64::from(a.rows) + 1,
            false => 0,
        };
        let [by_rows, by_cols] = m.skew_is_of_used();
        let (latency, started) = (u64::from(a.mac_latency), mac_interval(&m.accelerator));
        Self {
            each: u64::from(a.pass_overhead) + drain,
            corner: a.corner_overhead.into(),
            is_systolic: m.is_systolic(),
            is_tree: m.accelerator.networks.psum_out.topology == Topology::Tree,
            registers: m.row_registers(),
            fixed: [
                (!by_rows).then_some(a.rows.into()),
                (!by_cols).then_some(a.cols.into()),
            ],
            pipeline: [
                latency.saturating_sub(started),
                started.saturating_sub(latency),
            ],
        }
    }

    /// What passes occupy the array for after their last MACs, at least.
    fn total(&self, of: &Occupied) -> u64 {
        let passes = of.passes;
        let way = if self.is_systolic {
            let [rows, cols] = [(self.fixed[0], of.rows), (self.fixed[1], of.cols)]
                .map(|(fixed, used)| fixed.map_or(used, |fixed| passes.saturating_mul(fixed)));
            let down = rows.saturating_mul(self.registers).saturating_sub(passes);
            down.saturating_add(cols - passes)
        } else if self.is_tree {
            let levels = of.whole_adders.max(1).next_power_of_two().trailing_zeros();
            of.whole.saturating_mul(levels.into())
        } else {
            of.adders - passes
        };
        let each = passes.saturating_mul(self.each);
        way.saturating_add(each)
            .saturating_add(of.corners.saturating_mul(self.corner))
    }

    /// From last MACs to results at the network, at least.
    fn total_depth(&self, of: &Occupied) -> u64 {
        let [above, below] = self.pipeline;
        let total = self.total(of);
        let total = total.saturating_add(of.passes.saturating_mul(above));
        total.saturating_sub(of.passes.saturating_mul(below))
    }

    fn depth(&self, pass: &Occupied) -> u64 {
        self.total_depth(pass)
    }

    /// What a pass on one PE occupies the array for.
    fn least(&self) -> u64 {
        self.total(&Occupied::one(1, 1, 1))
    }
}
