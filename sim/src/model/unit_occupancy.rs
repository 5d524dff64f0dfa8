//! The time that each unit of the machine needs for a layer, and how they add up.

use stationary_arch::{DramKind, Operand, PerOperand, Ports};
use stationary_workloads::{Dim, PerDim};

use crate::bound::Bound;
use crate::bus::Bus;
use crate::counters::Counters;
use crate::dataflow::is_reduction;
use crate::mapping::Mapping;
use crate::mapping::bank_allocation::places;
use crate::model::buffers::Buffers;
use crate::model::critical_path::CriticalPath;
use crate::model::dim_factors::{DimFactors, Elements, TilingFactors};
use crate::model::link::LinkCycles;
use crate::model::pass_sums::{PassSums, TilingSums};
use crate::model::phases::Phases;
use crate::model::share::share;
use crate::model::traffic::{self, Traffic};
use crate::program::Cursor;
use crate::timing::network::way;
use crate::timing::tags::TagWords;

/// The occupancy of each unit: the time that it needs for the layer, were it alone.
pub(super) struct UnitOccupancy {
    pub(super) busy: u64,
    passes: u64,
    /// The least cycles of the busiest network.
    networks: u64,
    /// Cycles that the buffer's busiest banks need, with DRAM's accesses and without.
    banks: [u64; 2],
    /// Cycles of each feeding network for what streams, and those of them beside the work.
    networks_busy: PerOperand<u64>,
    streams: PerOperand<u64>,
    psum_out: u64,
    /// Cycles of loading resident tiles, and how many loads there are.
    loads: u64,
    load_count: u64,
    /// What the least time from the first load to the last store along the array follows from.
    path: CriticalPath,
    words_of_tags: PerOperand<u64>,
    /// That time with nothing between passes but loads of the tile that stays, where they overlap with nothing.
    alone: u64,
    /// Cycles before first beats in which their operands arrive: of each pass if passes exclude each
    /// other, or of the first.
    ramps: u64,
    depth: u64,
    /// The same of the last pass.
    last_depth: u64,
    /// Cycles of the network that takes results out, for what may wait for it.
    queue: u64,
    /// Whether nothing of a pass is sent before the one before has left.
    is_exclusive: bool,
    resident_first: bool,
    /// Cycles between passes in which the array is not free, summed: ways out, and resident tiles' ways in.
    gaps: [u64; 2],
    loads_overlap: bool,
    resident: Operand,
    /// Extra cycles of passes that wait for their own partial sums.
    dependency: u64,
    link: LinkCycles,
    /// Tiles of outputs, and of the operand that is loaded most often.
    windows: [u64; 2],
    /// Cycles that the output processor is busy or waits for the next tile, and the least.
    delivery: [u64; 2],
    serial_dram: u64,
    phases: Phases,
    /// Fill and use of a slot of the buffer take turns: the greatest such time of an operand.
    expected_turns: [u64; 2],
    turns: u64,
}

impl UnitOccupancy {
    pub(super) fn new(m: &Mapping, bus: &Bus, shape: &TilingFactors, traffic: &Traffic) -> Self {
        let (a, c, visits) = (&m.accelerator, &traffic.counters, &traffic.visits);
        let n = &a.networks;
        let width = |o| u64::from(m.feed_network(o).words_per_cycle);
        let resident = m.resident;
        let product =
            |factor: fn(&DimFactors) -> u64| -> u64 { shape.by_dim.0.iter().map(factor).product() };
        let passes = product(|by_dim| by_dim.tiles[3]);
        let busy = traffic::busy(shape);
        let (beats, steps) = (shape.beats(m), shape.steps());
        let tags = |o, network| TagWords::new(m, o, network);
        let net = PerOperand::from_fn(|o| {
            let network = m.feed_network(o);
            tags(o, network).cycles(c.buffer_read[o], width(o))
        });
        let path = CriticalPath::new(m);
        let words_of_tags = PerOperand::from_fn(|o| match path.is_tagged() {
            true => m.tag_words(o),
            false => 1,
        });
        let least_net =
            PerOperand::from_fn(|o| path.of_network(o, c.buffer_read[o], &words_of_tags));
        let least_out = path.of_results(c.buffer_write.output, &words_of_tags);
        let out_width = u64::from(n.psum_out.words_per_cycle);
        let streams = PerOperand::from_fn(|o| if o == resident { 0 } else { net[o] });
        let used = (
            product(|by_dim| by_dim.first.rows),
            product(|by_dim| by_dim.first.cols),
        );
        let last_used = (
            product(|by_dim| by_dim.last.rows),
            product(|by_dim| by_dim.last.cols),
        );
        let adders = |chunks: fn(&DimFactors) -> u64| -> u64 {
            let reductions = [Dim::C, Dim::R, Dim::S];
            reductions
                .iter()
                .map(|d| chunks(&shape.by_dim[*d]))
                .product()
        };
        let occupancy = m.occupancy_of(used, adders(|by_dim| by_dim.first.chunks));
        let last_occupancy = m.occupancy_of(last_used, adders(|by_dim| by_dim.last.chunks));
        let first_depth = m.depth_of(occupancy);
        let depth = first_depth + way(n.psum_out);
        let last_depth = m.depth_of(last_occupancy) + way(n.psum_out);
        let link = LinkCycles::new(m, bus, shape, traffic);
        let out = tags(Operand::Output, n.psum_out).cycles(c.buffer_write.output, out_width);
        let net_steady = streams.input.max(streams.weight).max(streams.output);
        let steady = busy.max(net_steady).max(out);
        // What goes by between the last word sent of a pass and the first of the next.
        let last_beat = shape.first_beat_words(Operand::Output);
        let ways_out = || m.total_occupancy(shape, passes, occupancy, used) - last_occupancy;
        // A tile of outputs that stays waits for its own way out, counted with the loads.
        let followed = match resident {
            Operand::Output => passes.saturating_sub(traffic.resident_visits),
            _ => passes,
        };
        let gaps = gaps(m, passes, followed, ways_out, last_beat);
        let is_exclusive = m.is_exclusive();
        let waits_for_tile = m.is_resident_first() && is_exclusive && resident != Operand::Output;
        let resident_loads = if waits_for_tile { net[resident] } else { 0 };
        let between = (gaps[0] + gaps[1] + resident_loads) / passes;
        let buffers = Buffers {
            m,
            link: &link,
            visits,
            spills: c.dram_read.output > 0,
            busy,
            steady,
            passes,
            depth,
        };
        let serial_dram = buffers.serial(beats, between) + buffers.stores_in_sight();
        let last_store = link.last_store.saturating_sub(link.slack);
        let later_loads = match m.loads_overlap() || resident == Operand::Output {
            true => 0,
            false => {
                let tile = shape.first_beat_words(resident).max(1);
                let later = c.buffer_read[resident].saturating_sub(tile);
                later.div_ceil(width(resident))
            }
        };
        let alone = link.first_load() + busy + later_loads + last_store;
        let load_count = traffic.resident_visits;
        let streamed = || Operand::ALL.into_iter().filter(|o| *o != resident);
        let first_words = |o| shape.first_beat_words(o).div_ceil(width(o));
        let ramps = streamed().map(|o| {
            let way = way(m.feed_network(o));
            match o {
                _ if is_exclusive => {
                    passes.saturating_mul(first_words(o)).min(net[o]) + passes * way
                }
                // The first pass reads no sums.
                Operand::Output => 0,
                o => first_words(o) + way,
            }
        });
        let ramps = ramps.max().unwrap_or(0);
        // With passes apart, what comes before a first beat is no stream beside the work, and the last
        // beat works when all has come.
        let beside = |o: Operand| {
            if !is_exclusive {
                return streams[o];
            }
            match streams[o].saturating_sub(passes.saturating_mul(first_words(o))) {
                0 => 0,
                later => later + passes.saturating_mul(steps),
            }
        };
        let loads_overlap = m.loads_overlap();
        // The time from a pass to the next: with little to do in each, that of its loads.
        let pass_time = match resident {
            Operand::Output => busy,
            _ if loads_overlap => (steady + gaps[0]).max(net[resident]),
            _ => steady + gaps[0] + net[resident],
        };
        let pass_time = pass_time.div_ceil(passes);
        let accumulates = c.buffer_read.output > 0 && resident != Operand::Output;
        let innermost = m.loops[usize::from(m.loop_count.max(1) - 1)].dim;
        let distance = if is_reduction(innermost) { 1 } else { 2 };
        let dependency = if accumulates {
            let round = depth + way(n.psum_in);
            let of_full = share(pass_time, passes.saturating_mul(beats * steps), busy.max(1));
            let waits = waits_for_sums(shape, passes, [of_full, beats * steps], round, distance);
            // The first pass of each sum reads none.
            share(c.buffer_read.output, waits, c.buffer_write.output.max(1))
        } else {
            0
        };
        let (loads, psum_out) = if resident == Operand::Output {
            (net.output + out, 0)
        } else {
            (net[resident], out)
        };
        Self {
            busy,
            path,
            words_of_tags,
            alone,
            passes,
            networks_busy: streams,
            streams: PerOperand::from_fn(beside),
            banks: bank_cycles(m, c),
            networks: Operand::ALL
                .into_iter()
                .map(|o| least_net[o])
                .fold(least_out, u64::max),
            psum_out,
            loads,
            load_count,
            ramps,
            depth,
            last_depth,
            queue: m.results_capacity_of(first_depth, steps) * last_beat / out_width,
            is_exclusive,
            resident_first: m.is_resident_first(),
            gaps,
            loads_overlap,
            resident,
            dependency,
            delivery: delivery(m, traffic, depth, beats * steps),
            serial_dram,
            phases: Phases::new(m, visits, &link, |o| buffers.is_alone(o)),
            expected_turns: buffers.turns(&net),
            turns: buffers.least_turns(&least_net),
            windows: [visits.output, visits.input.max(visits.weight)],
            link,
        }
    }

    /// Cycles of the array with memory never in the way.
    pub(super) fn array(&self) -> u64 {
        let streams = [
            self.busy,
            self.streams.input,
            self.streams.weight,
            self.streams.output,
            self.banks[0],
            self.delivery[0],
        ];
        let streams = streams.into_iter().max().unwrap_or(0);
        let steady = streams.max(self.psum_out);
        let serial_loads = if self.resident == Operand::Output {
            // A tile of outputs is loaded, summed and drained; with two registers two tiles take
            // turns.
            let cycle = self.loads + self.busy + self.load_count * (self.depth + 1);
            let cycle = if self.loads_overlap { cycle / 2 } else { cycle };
            cycle.saturating_sub(self.busy)
        } else if self.loads_overlap {
            // The next tile comes while the results before it leave.
            self.loads.saturating_sub(steady + self.gaps[0])
        } else {
            self.loads + self.load_count
        };
        // Weights and the first beat's inputs come over networks of their own, at the same time.
        let ahead = if !self.is_exclusive || self.resident == Operand::Output || self.resident_first
        {
            serial_loads + self.ramps
        } else {
            serial_loads.max(self.ramps)
        };
        // Results that wait for the way out leave while the next pass is being loaded.
        let hidden = ahead
            .min(self.passes.saturating_mul(self.queue))
            .min(self.psum_out);
        let out = self.psum_out + ahead - hidden;
        let body = (streams + ahead).max(out) + self.gaps[0] + self.gaps[1];
        body + self.last_depth + self.dependency
    }

    pub(super) fn total(&self, array: u64) -> u64 {
        let ends = self.link.start + self.link.latency + self.link.last_store;
        let inner_dram = self.link.total().saturating_sub(ends);
        let early = self.link.start - self.link.first.input - self.link.first.weight;
        let array = array + self.phases.in_sight(array).saturating_sub(early);
        let work = (array + self.serial_dram).max(inner_dram);
        let [of_one, of_more] = self.expected_turns;
        let turns = of_more + array.min(self.last_depth);
        (ends + work.max(self.around_transfers(array)).max(turns)).max(of_one)
    }

    /// Between the first loads and the last store: the first store waits for the work of a tile, and the
    /// work of a tile for the last load.
    fn around_transfers(&self, array: u64) -> u64 {
        let link = &self.link;
        let way = array.min(self.last_depth);
        let [until_store, from_load] = self.windows.map(|n| way + (array - way) / n.max(1));
        let stores = link.stores.saturating_sub(link.last_store);
        let reads = (link.reads.input + link.reads.weight).saturating_sub(link.start);
        (until_store + stores).max(reads + from_load)
    }

    /// The work of the array with the loads before and the store behind it, or of the busiest network if that is
    /// longer.
    pub(super) fn alone(&self) -> u64 {
        self.alone.max(self.networks)
    }

    /// What no schedule is below. It is worked out when it is asked for: the mapper compares estimates alone.
    pub(super) fn lower_bound(&self, shape: &TilingFactors, traffic: &Traffic) -> u64 {
        [
            self.along_array(shape, traffic),
            self.networks,
            self.banks[1],
            self.delivery[1],
            self.turns,
            self.link.least,
        ]
        .into_iter()
        .max()
        .unwrap_or(0)
    }

    /// The least time from the first load to the last store along the array.
    fn along_array(&self, shape: &TilingFactors, traffic: &Traffic) -> u64 {
        let window = |of: fn(&Elements) -> u64| shape.elements.iter().map(of).product();
        let sums = TilingSums {
            counters: &traffic.counters,
            busy: self.busy,
            resident: self.resident,
            repeats: traffic.resident_repeats,
            window: [window(|e| e.first_sent), window(|e| e.begun)],
            tags: self.words_of_tags,
        };
        let by_dim = PerDim::from_fn(|d| &shape.by_dim[d]);
        let sums = PassSums::new(&by_dim, &sums, self.path.is_apart());
        let last_store = self.link.last_store.saturating_sub(self.link.slack);
        self.path.cycles(&sums, self.link.first_load(), last_store)
    }

    pub(super) fn bound_by(&self, array: u64, total: u64) -> Bound {
        if total >= 2 * array.max(1)
            || (total > array && self.link.total() > self.busy.max(array / 2))
        {
            return Bound::Dram;
        }
        let mut best = (self.busy, Bound::Compute);
        for (cycles, bound) in [
            (self.networks_busy.input, Bound::Network(Operand::Input)),
            (self.networks_busy.weight, Bound::Network(Operand::Weight)),
            (self.networks_busy.output, Bound::Network(Operand::Output)),
            (self.psum_out, Bound::PsumOut),
            (self.banks[0], Bound::Buffer),
            (self.delivery[0], Bound::Delivery),
            (
                self.loads,
                if self.resident == Operand::Output {
                    Bound::PsumOut
                } else {
                    Bound::Network(self.resident)
                },
            ),
        ] {
            if cycles > best.0 {
                best = (cycles, bound);
            }
        }
        if array >= 2 * best.0 {
            Bound::Ramp
        } else {
            best.1
        }
    }
}

/// Cycles in which passes wait for the sums of those before them, `round` cycles on their way, if a full
/// pass comes every so many cycles and has so many steps. Passes at an edge are shorter, and wait longer.
fn waits_for_sums(
    shape: &TilingFactors,
    passes: u64,
    [of_full, steps]: [u64; 2],
    round: u64,
    distance: u64,
) -> u64 {
    // From start to start: to that of the pass before it takes a round, beat by beat; to that of the one
    // before, a round from its last beat on.
    let waits = |time: u64, steps: u64| match distance {
        1 => round.saturating_sub(time),
        _ => ((steps + round).saturating_sub(1) / 2).saturating_sub(time),
    };
    let (mut full, mut waited) = (passes, 0_u64);
    for by_dim in &shape.by_dim.0 {
        let [whole, edge] = [by_dim.first, by_dim.last].map(|pass| pass.beats * pass.steps);
        if edge < whole {
            let missing = whole * by_dim.tiles[3] - by_dim.busy;
            let edges = share(passes, missing / (whole - edge), by_dim.tiles[3]);
            full = full.saturating_sub(edges);
            let wait = waits(share(of_full, edge, whole), share(steps, edge, whole));
            waited = waited.saturating_add(edges.saturating_mul(wait));
        }
    }
    waited.saturating_add(full.saturating_sub(1).saturating_mul(waits(of_full, steps)))
}

/// Cycles of the output processor: with the waits between tiles that the buffer in front of it does
/// not hide, and without.
fn delivery(m: &Mapping, traffic: &Traffic, depth: u64, busy: u64) -> [u64; 2] {
    let Some(delivery) = m.accelerator.global_buffer.delivery else {
        return [0, 0];
    };
    let words = traffic.counters.dram_write.output;
    let least = words.div_ceil(u64::from(delivery.words_per_cycle));
    let tiles = traffic.visits.output;
    let pass = Cursor::first(m).pass;
    let (finishing, tail) = m.finishing_passes();
    let room = finishing * m.words(Operand::Output, &pass);
    let rounds = if 2 * room <= delivery.words {
        0
    } else {
        // The first pass of the next tile that finishes outputs starts when this one has left.
        tiles * (u64::from(delivery.latency) + depth + tail * busy)
    };
    [least + rounds, least]
}

/// Cycles in which the banks that operands share serve all accesses, were these spread evenly; the
/// greatest over the buffer; with DRAM's accesses, and without. A row is accessed once for the words that a stream moves of it.
fn bank_cycles(m: &Mapping, c: &Counters) -> [u64; 2] {
    let mut partitions = m.accelerator.global_buffer.partitions.iter();
    if partitions.all(|partition| partition.banks.is_none()) {
        return [0, 0];
    }
    let places = places(m);
    let is_ideal = m.accelerator.dram.kind == DramKind::Ideal;
    let mut greatest = [0, 0];
    for operand in Operand::ALL {
        let Some(place) = places[operand] else {
            continue;
        };
        let shares = |o: &Operand| places[*o].is_some_and(|p| p.shares_banks(&place));
        // Reads and writes, of the array and of DRAM.
        let [mut reads, mut writes] = [[0, 0], [0, 0]];
        for o in Operand::ALL.into_iter().filter(shares) {
            let rows = |words: u64| words * m.buffer_bits(o) / place.row;
            reads[0] += rows(c.buffer_read[o]);
            writes[0] += rows(c.buffer_write[o]);
            if !is_ideal {
                reads[1] += rows(c.buffer_drain[o]);
                writes[1] += rows(c.buffer_fill[o]);
            }
        }
        let cycles = |reads: u64, writes: u64| {
            let accesses = match place.ports {
                Ports::One => reads + writes,
                Ports::ReadWrite => reads.max(writes),
            };
            accesses.div_ceil(place.banks)
        };
        let all = cycles(reads[0] + reads[1], writes[0] + writes[1]);
        greatest[0] = greatest[0].max(all);
        greatest[1] = greatest[1].max(cycles(reads[0], writes[0]));
    }
    greatest
}

/// Cycles between the last step of a pass and the first of the next in which the array does not
/// take one: the way out of those that others follow, where passes do not overlap, and a resident
/// tile's way in.
fn gaps(
    m: &Mapping,
    passes: u64,
    followed: u64,
    ways_out: impl Fn() -> u64,
    last_beat: u64,
) -> [u64; 2] {
    let mut out = 0;
    if m.waits_for_array() {
        out += share(followed, ways_out(), passes);
    }
    if m.is_exclusive() {
        let network = m.accelerator.networks.psum_out;
        let sending = way(network) + last_beat.div_ceil(u64::from(network.words_per_cycle));
        out += followed.saturating_sub(1).saturating_mul(sending);
    }
    [out, passes.saturating_mul(m.shift_in())]
}
