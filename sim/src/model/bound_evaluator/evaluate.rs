//! One evaluation: products of the factors that a candidate names.

use stationary_arch::{Operand, PerOperand};
use stationary_workloads::{Dim, PerDim};

use crate::counters::Counters;
use crate::dataflow::is_relevant;
use crate::model::bound_evaluator::factors::Factors;
use crate::model::bound_evaluator::memory::Held;
use crate::model::bound_evaluator::pairs::{Channels, PairWindow};
use crate::model::bound_evaluator::program::LoopProgram;
use crate::model::bound_evaluator::{BoundEvaluator, BoundedCounts, MappingPoint};
use crate::model::dim_factors::DimFactors;
use crate::tiling::Staging;

/// What a candidate names, and the loops that follow from it.
pub(super) struct PointFactors<'s> {
    f: PerDim<&'s Factors>,
    windows: [&'s PairWindow; 2],
    /// Of inputs and of outputs.
    channels: [&'s Channels; 2],
    program: &'s LoopProgram,
    /// How many of the outermost loops exchange each operand's tile in the global buffer.
    depth: PerOperand<usize>,
    /// Which tiles the loops outside the tile that stays in the array visit.
    resident: &'s PerDim<u8>,
}

/// A legal candidate, and what follows from it.
pub(super) struct CountedPoint<'s> {
    pub(super) parts: PointFactors<'s>,
    pub(super) counters: Counters,
    /// Cycles of MACs.
    pub(super) busy: u64,
    /// Words of the first tiles in the buffer.
    pub(super) first: PerOperand<u64>,
    pub(super) held: Held,
}

impl BoundEvaluator {
    /// The counts of a candidate and a lower bound of its cycles; `None` if the candidate is not legal.
    #[must_use]
    #[inline]
    pub fn evaluate(&self, candidate: &MappingPoint) -> Option<BoundedCounts> {
        let counted = self.counted(candidate)?;
        Some(BoundedCounts {
            counters: counted.counters,
            busy: counted.busy,
            lower_bound: self.lower_bound(&counted),
        })
    }

    /// The counts of a legal candidate, and a lower bound on its estimate
    /// ([`Estimate::expected`](crate::Estimate::expected)), which is no bound on the machine; `None` if the
    /// candidate is not legal.
    #[must_use]
    #[inline]
    pub fn least_estimate(&self, candidate: &MappingPoint) -> Option<(Counters, u64)> {
        let (counters, [_, least]) = self.least_estimates(candidate)?;
        Some((counters, least))
    }

    /// What a legal candidate moves, and two lower bounds on its estimate: of what each unit needs by itself,
    /// and with the turns that loads and uses of tiles take.
    #[inline]
    pub(crate) fn least_estimates(&self, candidate: &MappingPoint) -> Option<(Counters, [u64; 2])> {
        let counted = self.counted(candidate)?;
        let array = self.least_array_cycles(&counted.parts, &counted.counters, counted.busy, |o| {
            counted.parts.first_beat_words(o)
        });
        let [first_loads, last_store] = self.ends(&counted.parts, &counted.first);
        let ends = first_loads + last_store;
        let of_units = self
            .least_of_units(&counted)
            .max(ends.saturating_add(array));
        let [of_one, of_more] = self.least_turns(&counted);
        let least = of_units.max(of_one).max(of_more.saturating_add(ends));
        Some((counted.counters, [of_units, least]))
    }

    /// A lower bound on a candidate's estimate, legal or not: the cycles of its transfers alone.
    #[inline]
    pub(crate) fn least_transfers_of(&self, candidate: &MappingPoint) -> u64 {
        if let Some(least) = self.transfers.standard {
            return least;
        }
        let (f, windows) = self.factors(candidate);
        let counters = self.count(&self.parts(candidate, f, windows));
        self.least_transfers(&counters)
    }

    /// PEs at work in a whole pass.
    pub(crate) fn active_pes(&self, candidate: &MappingPoint) -> u64 {
        let (f, _) = self.factors(candidate);
        product(&f, Dim::ALL, |f| f.by_dim.chunks[0])
    }

    /// Whether an operand has banks of its own in a ring that it shares.
    pub(crate) fn has_ring(&self, operand: Operand) -> bool {
        self.memory.has_ring(operand)
    }

    /// The candidate with room for so many tiles of an operand in the ring of banks that it shares;
    /// `None` where there is no ring, or one tile only.
    pub(crate) fn with_room(
        &mut self,
        candidate: &MappingPoint,
        operand: Operand,
        copies: u64,
    ) -> Option<MappingPoint> {
        let (f, windows) = self.factors(candidate);
        let parts = self.parts(candidate, f, windows);
        let words = parts.most_words(&parts.staged_extents());
        let banks = self
            .memory
            .banks_for(operand, copies, &words, &parts.depth)?;
        let mut tiling = self.tiling(candidate);
        tiling.banks[operand] = banks;
        let program = self.program_of(&tiling)?;
        Some(candidate.with_program(program))
    }

    /// A lower bound on what a candidate moves, and on its estimate, in whatever order its loops run.
    pub(crate) fn least_in_any_order(&self, candidate: &MappingPoint) -> (Counters, u64) {
        let (f, windows) = self.factors(candidate);
        let parts = self.parts(candidate, f, windows).each_once();
        let counters = self.count(&parts);
        let busy = product(&parts.f, Dim::ALL, |f| f.by_dim.busy);
        let array = self.least_array_cycles(&parts, &counters, busy, |o| parts.first_beat_words(o));
        let first = parts.first_words(&parts.staged_extents());
        let [first_loads, last_store] = self.ends(&parts, &first);
        let whole = (first_loads + last_store).saturating_add(array);
        (counters, whole.max(self.least_transfers(&counters)))
    }

    /// A lower bound on what any blocks of a candidate that holds the layer whole move, and on their
    /// estimates: blocks may cut a pass down to a word.
    pub(crate) fn least_of_any_blocks(&self, candidate: &MappingPoint) -> (Counters, u64) {
        self.of_any_blocks(candidate, |words| words.min(1))
    }

    /// The same of blocks that leave passes as large as they are.
    pub(crate) fn least_of_whole_passes(&self, candidate: &MappingPoint) -> (Counters, u64) {
        self.of_any_blocks(candidate, |words| words)
    }

    fn of_any_blocks(&self, candidate: &MappingPoint, first: fn(u64) -> u64) -> (Counters, u64) {
        let (f, windows) = self.factors(candidate);
        let parts = self.parts(candidate, f, windows).each_once();
        let counters = self.count(&parts);
        let busy = product(&parts.f, Dim::ALL, |f| f.by_dim.busy);
        let first_beat_words = |o| first(parts.first_beat_words(o));
        let array = self.least_array_cycles(&parts, &counters, busy, first_beat_words);
        (counters, array.max(self.least_transfers(&counters)))
    }

    /// How often the global buffer could be halved, and the candidate's tiles would still fit.
    pub(crate) fn halvings(&self, candidate: &MappingPoint) -> u32 {
        let (f, windows) = self.factors(candidate);
        let parts = self.parts(candidate, f, windows);
        let words = parts.most_words(&parts.staged_extents());
        self.memory.halvings(&words)
    }

    #[inline]
    fn counted(&self, candidate: &MappingPoint) -> Option<CountedPoint<'_>> {
        let (f, windows) = self.factors(candidate);
        if !self.fits_array(&f, windows) {
            return None;
        }
        let parts = self.parts(candidate, f, windows);
        let plain = parts.staged_extents();
        let words = parts.most_words(&plain);
        let held = self
            .memory
            .hold(&parts.program.orders, &words, &parts.depth)?;
        Some(CountedPoint {
            counters: self.count(&parts),
            busy: product(&parts.f, Dim::ALL, |f| f.by_dim.busy),
            first: parts.first_words(&plain),
            parts,
            held,
        })
    }

    /// Cycles of MACs; `None` if the array has no room for the candidate.
    pub(crate) fn busy(&self, candidate: &MappingPoint) -> Option<u64> {
        let (f, windows) = self.factors(candidate);
        let fits = self.fits_array(&f, windows);
        fits.then(|| product(&f, Dim::ALL, |f| f.by_dim.busy))
    }

    /// A lower bound on [`Estimate::compute_cycles`](crate::Estimate::compute_cycles), and the number of words
    /// that the array reads from the global buffer, whether the candidate is legal or not.
    #[must_use]
    pub fn least_of_array(&self, candidate: &MappingPoint) -> (u64, u64) {
        let (f, windows) = self.factors(candidate);
        let parts = self.parts(candidate, f, windows);
        let counters = self.count(&parts);
        let busy = product(&parts.f, Dim::ALL, |f| f.by_dim.busy);
        let reads = &counters.buffer_read;
        (
            self.least_array_cycles(&parts, &counters, busy, |o| parts.first_beat_words(o)),
            reads.input + reads.weight + reads.output,
        )
    }

    #[inline]
    fn factors(&self, candidate: &MappingPoint) -> (PerDim<&Factors>, [&PairWindow; 2]) {
        let f = PerDim::from_fn(|d| &self.factors[d][candidate.cuts[d] as usize]);
        let [rows, cols, ..] = candidate.pairs;
        (
            f,
            [self.windows[0].entry(rows), self.windows[1].entry(cols)],
        )
    }

    #[inline]
    fn parts<'s>(
        &'s self,
        candidate: &MappingPoint,
        f: PerDim<&'s Factors>,
        windows: [&'s PairWindow; 2],
    ) -> PointFactors<'s> {
        let [_, _, inputs, outputs] = candidate.pairs;
        let program = &self.programs[candidate.program as usize];
        let loops = Dim::ALL.into_iter();
        let mask = loops.fold(0, |mask, d| mask | program.loops(d, f[d].iterates));
        PointFactors {
            f,
            windows,
            channels: [
                self.channels[0].entry(inputs),
                self.channels[1].entry(outputs),
            ],
            depth: PerOperand::from_fn(|o| program.staging_depth(o, mask)),
            resident: program.levels(program.resident_depth(mask)),
            program,
        }
    }

    /// Whether unrolling and scratchpads suffice.
    #[inline]
    fn fits_array(&self, f: &PerDim<&Factors>, windows: [&PairWindow; 2]) -> bool {
        use Dim::{C, G, K, N, P, Q, R, S};
        let unrolled = |of: fn(&Factors) -> u64| {
            let all = Dim::ALL.into_iter();
            all.fold(1_u64, |used, d| used.saturating_mul(of(f[d])))
        };
        let edges = Dim::ALL.into_iter().fold(0, |edges, d| edges | f[d].edges);
        let held = |f: &Factors| f.held;
        let input = product(f, [N, G, C], held) * windows[0].in_pe * windows[1].in_pe;
        let words = &self.machine.scratchpads;
        (unrolled(|f| f.rows) <= self.machine.rows)
            & (unrolled(|f| f.cols) <= self.machine.cols)
            // An operand enters at one edge only.
            & (edges & edges >> 1 & 0b01_01 == 0)
            & (input <= words.input)
            & (product(f, [G, K, C, R, S], held) <= words.weight)
            & (product(f, [N, G, K, P, Q], held) <= words.output)
    }

    #[inline]
    fn count(&self, parts: &PointFactors<'_>) -> Counters {
        use Dim::{C, K, N, P, Q, R, S};
        let (f, whole) = (&parts.f, &self.machine.whole);
        let stages = &parts.program.stages;
        let staged = |o, dims| parts.visits(parts.program.levels(parts.depth[o]), dims);
        let [rows, cols] = parts.windows;
        let input = staged(Operand::Input, &[K])
            * (self.machine.batch * parts.channels[0].all[stages.input])
            * (rows.held[stages.input] * cols.held[stages.input]);
        let weight = staged(Operand::Weight, &[N, P, Q]) * whole.weight;
        let stored = staged(Operand::Output, &[C, R, S]);
        let plain = self.machine.positions * parts.channels[1].all[stages.output];
        let spilled = stored * plain - plain;
        let is_resident = |o| self.machine.resident == o;
        // A tile that stays is sent at each visit, a stream at each beat.
        let sends = |o, dims: &[Dim]| {
            let over = |of: &dyn Fn(Dim) -> u64| dims.iter().map(|d| of(*d)).product::<u64>();
            if is_resident(o) {
                let level = |d| usize::from(parts.resident[d]);
                [
                    over(&|d| f[d].by_dim.tiles[level(d)]),
                    over(&|d| f[d].by_dim.chunks[level(d)]),
                ]
            } else {
                [over(&|d| f[d].by_dim.beats), over(&|d| f[d].by_dim.copies)]
            }
        };
        let inputs = sends(Operand::Input, &[K]);
        let weights = sends(Operand::Weight, &[N, P, Q]);
        let (sent, hops) = if is_resident(Operand::Output) {
            (parts.visits(parts.resident, &[C, R, S]) * whole.output, 0)
        } else {
            let visits = product(f, [C, R, S], |f| f.by_dim.tiles[3]);
            let chunks = product(f, [C, R, S], |f| f.by_dim.chunks[3]);
            (whole.output * visits, whole.output * (chunks - visits))
        };
        let of_output = |output| PerOperand {
            output,
            ..PerOperand::default()
        };
        let loaded = PerOperand {
            input,
            weight,
            output: spilled,
        };
        let sums = sent - whole.output;
        Counters {
            macs: self.machine.macs,
            dram_read: loaded,
            dram_write: of_output(stored * plain),
            dram_spilled: spilled,
            buffer_fill: loaded,
            buffer_read: PerOperand {
                input: inputs[0] * whole.input * (rows.sent * cols.sent),
                weight: weights[0] * whole.weight,
                output: sums,
            },
            buffer_write: of_output(sent),
            buffer_drain: of_output(stored * plain),
            array_receive: PerOperand {
                input: inputs[1] * whole.input * (rows.received * cols.received),
                weight: weights[1] * whole.weight,
                output: sums,
            },
            array_send: of_output(sent),
            psum_hops: hops,
        }
    }
}

impl<'s> PointFactors<'s> {
    /// With loops in no order, so that each tile is exchanged once.
    #[inline]
    fn each_once(self) -> Self {
        Self {
            depth: PerOperand::default(),
            resident: self.program.levels(0),
            ..self
        }
    }

    /// How often tiles of some dimensions are visited.
    #[inline]
    fn visits(&self, levels: &PerDim<u8>, dims: &[Dim]) -> u64 {
        let tiles = dims
            .iter()
            .map(|d| self.f[*d].by_dim.tiles[usize::from(levels[*d]) & 3]);
        tiles.product()
    }

    /// How often a tile of an operand is exchanged.
    #[inline]
    pub(super) fn exchanges(&self, operand: Operand) -> u64 {
        let staged = match self.program.orders.staging[operand] {
            Staging::Layer => 1,
            Staging::Block => 2,
            Staging::Pass => 3,
        };
        let levels = self.program.levels(self.depth[operand]);
        let tiles = Dim::ALL.map(|d| match is_relevant(operand, d) {
            true => self.f[d].by_dim.tiles[staged],
            false => self.f[d].by_dim.tiles[usize::from(levels[d]) & 3],
        });
        tiles.into_iter().product()
    }

    /// Whether an operand's tile gives way to others before the layer, or its part, is done.
    #[inline]
    pub(super) fn is_exchanged(&self, operand: Operand) -> bool {
        self.program.orders.staging[operand] != Staging::Layer
    }

    /// Words of the first tile of each operand in the buffer, outside of the sliding window.
    #[inline]
    fn staged_extents(&self) -> PerOperand<u64> {
        use Dim::{C, G, K, N, P, Q, R, S};
        let stages = &self.program.stages;
        let extents = |f: &Factors, stage: usize| f.extents[stage];
        PerOperand {
            input: self.f[N].extents[stages.input] * self.channels[0].first[stages.input],
            weight: product(&self.f, [G, K, C, R, S], |f| extents(f, stages.weight)),
            output: product(&self.f, [N, P, Q], |f| extents(f, stages.output))
                * self.channels[1].first[stages.output],
        }
    }

    /// The most words that a tile in the buffer has.
    #[inline]
    fn most_words(&self, plain: &PerOperand<u64>) -> PerOperand<u64> {
        let ([rows, cols], stage) = (self.windows, self.program.stages.input);
        PerOperand {
            input: plain.input * (rows.footprint[stage] * cols.footprint[stage]),
            ..*plain
        }
    }

    /// Words of the first tiles in the buffer.
    #[inline]
    fn first_words(&self, plain: &PerOperand<u64>) -> PerOperand<u64> {
        let ([rows, cols], stage) = (self.windows, self.program.stages.input);
        PerOperand {
            input: plain.input * rows.first_held[stage] * cols.first_held[stage],
            ..*plain
        }
    }

    /// How often tiles of some dimensions are visited by the loops outside the tile that stays in the array.
    #[inline]
    pub(super) fn resident_visits(&self, dims: &[Dim]) -> u64 {
        self.visits(self.resident, dims)
    }

    /// The sums along each dimension.
    #[inline]
    pub(super) fn sums(&self) -> PerDim<&'s DimFactors> {
        PerDim::from_fn(|d| &self.f[d].by_dim)
    }

    /// Elements of the input under the window at the first beat of the first pass, and of all passes.
    #[inline]
    pub(super) fn begun(&self) -> [u64; 2] {
        let [rows, cols] = self.windows;
        [rows.first_sent * cols.first_sent, rows.begun * cols.begun]
    }

    /// [`Mapping::tag_words`](crate::Mapping).
    #[inline]
    pub(super) fn tag_words(&self, resident: Operand) -> PerOperand<u64> {
        use Dim::{C, G, K, N, P, Q, R, S};
        let (f, [rows, cols]) = (&self.f, self.windows);
        let held = |f: &Factors| f.held;
        let window = match resident {
            Operand::Input => rows.in_pe * cols.in_pe,
            _ => rows.at_beat * cols.at_beat,
        };
        PerOperand {
            input: (product(f, [N, G, C], held) * window).max(1),
            weight: product(f, [G, K, C, R, S], held).max(1),
            output: product(f, [N, G, K, P, Q], held).max(1),
        }
    }

    /// Passes.
    #[inline]
    pub(super) fn passes(&self) -> u64 {
        product(&self.f, Dim::ALL, |f| f.by_dim.tiles[3])
    }

    /// Words of the last block of outputs.
    #[inline]
    pub(super) fn last_outputs(&self) -> u64 {
        use Dim::{N, P, Q};
        product(&self.f, [N, P, Q], |f| f.by_dim.last_block) * self.channels[1].last_block
    }

    /// The longest time in which loads and uses of an operand's copies in the buffer take turns, if
    /// the networks take so many cycles.
    #[inline]
    pub(super) fn turns(
        &self,
        loads: &PerOperand<u64>,
        into: &PerOperand<u64>,
        (busy, held): (u64, &Held),
    ) -> u64 {
        let staging = &self.program.orders.staging;
        let of = |o: Operand| {
            let has_turns = match o {
                Operand::Output => loads.output > 0 && held.slots.output == 1,
                o => staging[o] != Staging::Layer,
            };
            let uses = if o == Operand::Output { busy } else { into[o] };
            match held.slots[o] {
                _ if !has_turns => 0,
                1 => loads[o] + uses,
                2 => (loads[o] + uses) / 2,
                slots => (loads[o] + uses) / slots,
            }
        };
        of(Operand::Input)
            .max(of(Operand::Weight))
            .max(of(Operand::Output))
    }

    /// Words of an operand at the first beat of the first pass.
    #[inline]
    pub(super) fn first_beat_words(&self, operand: Operand) -> u64 {
        use Dim::{C, G, K, N, P, Q, R, S};
        let beat = |f: &Factors| f.by_dim.first.beat;
        match operand {
            Operand::Input => {
                let [rows, cols] = self.windows;
                product(&self.f, [N, G, C], beat) * rows.first_sent * cols.first_sent
            }
            Operand::Weight => product(&self.f, [G, K, C, R, S], beat),
            Operand::Output => product(&self.f, [N, G, K, P, Q], beat),
        }
    }
}

#[inline]
fn product<const N: usize>(
    f: &PerDim<&Factors>,
    dims: [Dim; N],
    of: impl Fn(&Factors) -> u64,
) -> u64 {
    let mut product = 1;
    for d in dims {
        product *= of(f[d]);
    }
    product
}
