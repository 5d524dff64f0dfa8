//! The closed form: counts, a lower bound on cycles, and an estimate.
//!
//! Rounds follow each other in the compute unit, so that cycles are a sum over rounds. Within a round
//! the units wait for each other in a fixed pattern, of which the end is the longest path:
//!
//! ```text
//! reset(t)    after  reset(t-1), the store of the round before
//! load(i, t)  after  load before it, gemm(i-1, t) or reset(t)
//! gemm(i, t)  after  gemm before it, load(i, t)
//! store(t)    after  store(t-1), ALU(t)
//! ```
//!
//! With the least time of each instruction this is a lower bound: what it leaves out (clients that
//! compete, bursts that are cut, instructions that come late) only delays. With one thread nothing
//! overlaps, and the path is the chain of everything.

use super::engine::Pipe;
use super::lowered_layer::{INSTRUCTION_BYTES, LoweredLayer, MICRO_OP_BYTES};
use super::program::Operation;
use super::transfer::cached;
use crate::bound::Bound;
use crate::counters::{Control, Counters};
use crate::estimate::Estimate;
use stationary_arch::RowOrder;

mod addition;
mod classes;
mod round;

use classes::{Class, Classes};
use round::{Durations, Round};

/// The model's estimate of a lowered layer: its counts in closed form, the expected cycles and a lower bound.
///
/// ```
/// use stationary_arch::Accelerator;
/// use stationary_sim::Pace;
/// use stationary_sim::decoupled::{LoweredLayer, Schedule, estimate, run};
/// use stationary_workloads::{Convolution, Layer};
///
/// let vta = Accelerator::preset("vta", &[])?;
/// let layer = Layer::convolution("conv", Convolution::square(14, [64, 64], 3, 1, 1))?;
/// let schedule = Schedule { tile_h: 7, tile_w: 14, tile_co: 2, oc_nthread: 2, ..Schedule::ONE };
/// let lowered = LoweredLayer::new(&layer, &vta, schedule)?;
/// let (model, machine) = (estimate(&lowered), run(&lowered, Pace::SkipIdle, &mut ()));
/// assert!(model.lower_bound <= machine.cycles);
/// assert_eq!(model.counters, machine.counters);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn estimate(k: &LoweredLayer) -> Estimate {
    let memory = MemoryTime::new(k);
    let lower_bound = path(k, &memory);
    let cycles = lower_bound + memory.contention(k, lower_bound);
    let (busy, compute_cycles) = (busy(k), compute(k));
    Estimate {
        counters: counters(k),
        control: control(k),
        cycles,
        expected: cycles,
        lower_bound,
        busy,
        compute_cycles,
        bound_by: bound(
            busy,
            compute_cycles.saturating_sub(busy),
            cycles.saturating_sub(compute_cycles),
        ),
    }
}

/// What sets the time: products, what else the compute unit does, or memory.
fn bound(products: u64, others: u64, memory: u64) -> Bound {
    if memory > products && memory > others {
        Bound::Dram
    } else if others > products {
        Bound::Ramp
    } else {
        Bound::Compute
    }
}

/// Cycles of products.
fn busy(k: &LoweredLayer) -> u64 {
    if k.is_addition() {
        return 0;
    }
    k.all_tiles() * k.tiles.ci * k.products() * k.product_interval()
}

/// A lower bound on the machine's cycles of a lowered layer: the longest path through the instructions of all
/// rounds, each at its least time.
#[must_use]
pub fn lower_bound(k: &LoweredLayer) -> u64 {
    path(k, &MemoryTime::new(k))
}

/// What moves.
fn counters(k: &LoweredLayer) -> Counters {
    let tiles = k.all_tiles();
    let mut sum = Counters::default();
    let mut add = |counters: Counters, times: u64| sum.add(&counters.times(times));
    for step in 0..k.steps().len() {
        add(k.counts(&Operation::Alu(step)), tiles);
    }
    add(k.counts(&Operation::Finish), 1);
    if k.has_bias() {
        let bytes = k.schedule().tile_co * k.bytes.accumulator;
        add(k.moved(&Operation::Bias, bytes), tiles);
    }
    let outputs = tiles * k.vectors() * k.bytes.output;
    add(k.moved(&Operation::Store(0), outputs), 1);
    let operand = Operation::Operand { which: 0, part: 0 };
    add(k.moved(&operand, k.operands() * outputs), 1);
    if k.is_addition() {
        return sum;
    }
    add(k.counts(&Operation::Gemm), tiles * k.tiles.ci);
    add(k.counts(&Operation::Reset), tiles);
    let weights = tiles * k.tiles.ci * k.weight_bytes();
    add(k.moved(&Operation::Weight, weights), 1);
    let [rows, cols] = k.axes().map(|axis| axis.inside());
    let blocks = k.blocks.groups * k.blocks.batch * k.tiles.co * k.blocks.ci;
    let inputs = rows * cols * blocks * k.bytes.input;
    add(k.moved(&Operation::Input { b: 0, ci: 0 }, inputs), 1);
    sum
}

/// Instructions and micro-ops, as `program.rs` has them.
fn control(k: &LoweredLayer) -> Control {
    let [h, co] = k.threads;
    let (tiles, width) = (k.all_tiles(), k.width());
    let rounds =
        k.blocks.groups * k.tiles.b * k.tiles.h.div_ceil(h) * k.tiles.co.div_ceil(co) * k.tiles.w;
    let steps = k.steps().len() as u64;
    let loads = u64::from(k.has_bias()) + k.operands() * k.stores();
    let epilogue = (steps + loads).max(1);
    let products = match k.is_addition() {
        true => 0,
        false => 2 + k.tiles.ci * (k.input_loads() + 2),
    };
    let tile = products + epilogue + k.stores();
    let absent = 4 + k.tiles.ci * 2;
    let [reset, gemm, alu] = k.loops().map(|loops| loops.micro_ops);
    // Kernels of micro-ops besides the ALU's.
    let others = if k.is_addition() { 0 } else { 2 };
    let (micro_loads, micro_ops) = if k.keeps_micro_ops() {
        (
            width * (others + steps),
            width * (reset + gemm + steps * alu),
        )
    } else {
        let times = k.tiles.ci;
        (
            tiles * (others.min(1) * (1 + times) + steps),
            tiles * (reset + times * gemm + steps * alu),
        )
    };
    // The store unit hands out the first tokens; they come back before the end.
    let ends = 2 * width + 1;
    let instructions = ends + tiles * tile + (rounds * width - tiles) * absent + micro_loads;
    Control {
        instructions,
        instruction_bytes: instructions * INSTRUCTION_BYTES,
        micro_op_bytes: micro_ops * MICRO_OP_BYTES,
    }
}

/// Cycles of the compute unit's instructions that need no memory.
fn compute(k: &LoweredLayer) -> u64 {
    let alu: u64 = (0..k.steps().len())
        .map(|step| k.duration(&Operation::Alu(step)))
        .sum();
    if k.is_addition() {
        return k.all_tiles() * alu;
    }
    let gemm = k.tiles.ci * k.duration(&Operation::Gemm);
    k.all_tiles() * (k.duration(&Operation::Reset) + gemm + alu)
}

/// The longest path through all rounds.
fn path(k: &LoweredLayer, memory: &MemoryTime) -> u64 {
    if k.is_addition() {
        return addition::path(k, memory);
    }
    let sync = u64::from(k.control().sync);
    let classes = Classes::new(k);
    let rounds: Vec<(Durations, u64)> = classes
        .rounds()
        .map(|(class, times)| (memory.durations(k, &class), times))
        .collect();
    // A round may follow one of any class; they differ only where threads have no tile.
    let mut stores: Vec<Vec<i64>> = Vec::new();
    for (durations, _) in &rounds {
        let done = durations.stores(0);
        if !stores.contains(&done) {
            stores.push(done);
        }
    }
    let after = |stores: &[i64], durations: &Durations, more| {
        Round::after(stores, durations, more).end(k.tiles.ci)
    };
    // Micro-ops come with the first use, tokens from the store unit's first instructions.
    let tokens: Vec<i64> = (1..=k.width() as i64).map(|t| t * sync as i64).collect();
    let more = memory.first_use(k);
    let first = &rounds[0].0;
    let mut end = memory.fetch(k) + after(&tokens, first, more);
    // Stores of the first round are the further done, the longer its epilogues take.
    let first_stores = first.stores(more[2]);
    // What the one round that follows the first takes less than after another.
    let mut less = 0;
    for (index, (durations, times)) in rounds.iter().enumerate() {
        let times = times - u64::from(index == 0);
        if times == 0 {
            continue;
        }
        let least = stores
            .iter()
            .map(|stores| after(stores, durations, [0; 3]))
            .min()
            .unwrap_or(0);
        end += least * times;
        less = less.max(least.saturating_sub(after(&first_stores, durations, [0; 3])));
    }
    let drain = |stores: &Vec<i64>| {
        let done = stores.iter();
        done.fold(0, |free: i64, store| free.max(*store) + sync as i64) as u64
    };
    let has_one = rounds.iter().map(|(_, times)| times).sum::<u64>() == 1;
    let last = if has_one {
        drain(&first_stores)
    } else {
        stores.iter().map(drain).min().unwrap_or(0)
    };
    end - less + last + sync
}

/// How long transfers take at least, with memory to themselves.
struct MemoryTime {
    pipe: Pipe,
    bus: u64,
    longest: u64,
    outstanding: u64,
    request: u64,
    is_one_by_one: bool,
    zero_cycles: u64,
    store_gap: u64,
    sync: u64,
    has_cache: bool,
    cached: [bool; 3],
}

/// A transfer without its place.
#[derive(Clone, Copy, Debug, Default)]
struct TransferTime {
    rows: u64,
    row_bytes: u64,
    zeros: u64,
}

impl MemoryTime {
    fn new(k: &LoweredLayer) -> Self {
        let control = k.control();
        let memory = &control.memory;
        let bus = u64::from(memory.bus.0) / 8;
        Self {
            pipe: Pipe::new(k.accelerator(), control),
            bus,
            longest: bus * u64::from(memory.burst_beats),
            outstanding: memory.outstanding.into(),
            request: memory.request.into(),
            is_one_by_one: memory.rows == RowOrder::OneByOne,
            zero_cycles: memory.zero_cycles.into(),
            store_gap: memory.store_gap.into(),
            sync: control.sync.into(),
            has_cache: memory.cache_bytes > 0,
            cached: cached(k),
        }
    }

    /// Cycles of an instruction that reads.
    fn read(&self, t: TransferTime, is_cached: bool) -> u64 {
        let zeros = t.zeros * self.zero_cycles;
        if t.rows == 0 {
            return self.sync + zeros;
        }
        let answer = self.request + self.pipe.latency();
        let axi_beats = t.row_bytes.div_ceil(self.bus);
        let bursts = t.rows * t.row_bytes.div_ceil(self.longest);
        let data = t.rows
            * self
                .pipe
                .least_cycles(axi_beats, is_cached && self.has_cache);
        // Each burst waits for the one that had its place among those under way.
        let places = (bursts * answer + data).div_ceil(self.outstanding);
        if self.is_one_by_one {
            return self.sync + (t.rows * answer + data).max(places) + zeros;
        }
        self.sync + (answer + data).max(places).max(data + zeros)
    }

    /// Cycles of an instruction that writes.
    fn write(&self, k: &LoweredLayer, t: TransferTime) -> u64 {
        let axi_beats = t.row_bytes.div_ceil(self.bus);
        let bursts = t.rows * t.row_bytes.div_ceil(self.longest);
        let vectors = t.rows * (t.row_bytes / k.bytes.output);
        let data = t.rows * self.pipe.least_cycles(axi_beats, self.has_cache);
        self.sync + bursts * self.request + data + vectors * self.store_gap
    }

    fn line(bytes: u64) -> TransferTime {
        TransferTime {
            rows: 1,
            row_bytes: bytes,
            zeros: 0,
        }
    }

    /// The cycle in which the first instructions are there.
    fn fetch(&self, k: &LoweredLayer) -> u64 {
        // No program is shorter than one round, nor than an addition of one tile.
        let least = 6 * k.width() + 2;
        let count = least.min(k.control().fetch.into());
        self.read(Self::line(count * INSTRUCTION_BYTES), true) - self.sync
    }

    /// Cycles of loading the micro-ops of a reset, a GEMM and one ALU step.
    fn micro_ops(&self, k: &LoweredLayer) -> [u64; 3] {
        k.loops()
            .map(|loops| self.read(Self::line(loops.micro_ops * MICRO_OP_BYTES), true))
    }

    /// What the first reset, GEMM and epilogue of each thread take more than the later ones.
    fn first_use(&self, k: &LoweredLayer) -> [u64; 3] {
        if !k.keeps_micro_ops() {
            return [0; 3];
        }
        let [reset, gemm, alu] = self.micro_ops(k);
        [reset, gemm, alu * k.steps().len() as u64]
    }

    /// The least time of each part of a round.
    fn durations(&self, k: &LoweredLayer, class: &Class) -> Durations {
        let more = if k.keeps_micro_ops() {
            [0; 3]
        } else {
            self.micro_ops(k)
        };
        let epilogue = self.epilogue(k, more[2]);
        let weight = if k.tiles.ci == 1 {
            Self::line(k.weight_bytes())
        } else {
            TransferTime {
                rows: k.schedule().tile_co,
                row_bytes: k.weight_row() * k.bytes.weight,
                zeros: 0,
            }
        };
        let weight = self.read(weight, self.cached[1]);
        let store = k.stores() * self.write(k, store(k));
        let mut durations = Durations::idle(k.width() as usize, self.sync, [0; 2]);
        if !k.keeps_micro_ops() {
            // Threads without a tile need none: the bound keeps them all without.
            let all = class.rows.iter().flatten().count() as u64 * class.channels == k.width();
            if all {
                durations = Durations::idle(k.width() as usize, self.sync, [more[0], more[1]]);
            }
        }
        let [_, threads_co] = k.threads;
        for thread in 0..k.width() {
            let (h, co) = (thread / threads_co, thread % threads_co);
            let Some(rows) = class.rows[h as usize].filter(|_| co < class.channels) else {
                continue;
            };
            let input = k.input_loads() * self.read(input(k, rows, class.cols), self.cached[0]);
            durations.set(
                thread as usize,
                [
                    k.duration(&Operation::Reset),
                    input + weight,
                    k.duration(&Operation::Gemm),
                    epilogue,
                    store,
                ],
            );
        }
        durations
    }

    /// The least time of a tile's epilogue, if each step takes so much more.
    fn epilogue(&self, k: &LoweredLayer, more: u64) -> u64 {
        let alu: u64 = (0..k.steps().len())
            .map(|step| more + k.duration(&Operation::Alu(step)))
            .sum();
        let bias = if k.has_bias() {
            self.read(Self::line(k.schedule().tile_co * k.bytes.accumulator), true)
        } else {
            0
        };
        let operands = match k.operands() {
            0 => 0,
            operands => operands * k.stores() * self.read(store(k), self.cached[2]),
        };
        (alu + bias + operands).max(self.sync)
    }

    /// Cycles that the clients lose to each other.
    fn contention(&self, k: &LoweredLayer, cycles: u64) -> u64 {
        let counters = counters(k);
        let bytes = |words: u64, bits: u32| words * u64::from(bits) / 8;
        let precision = &k.accelerator().precision;
        let axi_beat = |bytes: u64, cached: bool| {
            self.pipe
                .cycles(bytes.div_ceil(self.bus), cached && self.has_cache)
        };
        let reads = axi_beat(
            bytes(counters.dram_read.input, precision.input.0),
            self.cached[0],
        ) + axi_beat(
            bytes(counters.dram_read.weight, precision.weight.0),
            self.cached[1],
        );
        let operands = bytes(k.operand_words(), precision.output.0);
        let reads = reads + axi_beat(operands, self.cached[2]);
        let instructions = axi_beat(control(k).instruction_bytes, true);
        let writes = if self.pipe.is_duplex() {
            0
        } else {
            axi_beat(bytes(counters.dram_write.output, precision.output.0), true)
        };
        // A load that meets others waits for them in proportion to its share of the time.
        let others = u128::from(instructions + writes);
        (others * u128::from(reads) / u128::from(cycles.max(1))) as u64
    }
}

/// One store of a tile.
fn store(k: &LoweredLayer) -> TransferTime {
    let s = k.schedule();
    let line = k.blocks.w * k.bytes.output;
    let (rows, row_bytes) = if s.tile_w < k.blocks.w {
        (s.tile_h, s.tile_w * k.bytes.output)
    } else if s.tile_h == k.blocks.h {
        (1, s.tile_co * s.tile_h * line)
    } else {
        (s.tile_co, s.tile_h * line)
    };
    TransferTime {
        rows,
        row_bytes,
        zeros: 0,
    }
}

/// One load of a tile's inputs.
fn input(k: &LoweredLayer, rows: (u64, u64), cols: (u64, u64)) -> TransferTime {
    let [height, width] = k.window();
    let (above, inner_rows) = rows;
    let (left, inner_cols) = cols;
    let (layer_rows, layer_cols) = (k.layer().rows(), k.layer().cols());
    let all = height * width;
    if inner_rows == 0 || inner_cols == 0 {
        return TransferTime {
            zeros: all,
            ..TransferTime::default()
        };
    }
    let is_padded = layer_rows.pad + layer_cols.pad + above + left > 0
        || inner_rows < height
        || inner_cols < width;
    if !is_padded && inner_cols == layer_cols.input {
        return MemoryTime::line(inner_rows * inner_cols * k.bytes.input);
    }
    TransferTime {
        rows: inner_rows,
        row_bytes: inner_cols * k.bytes.input,
        zeros: all - inner_rows * inner_cols,
    }
}
