//! The bound on cycles of all tilings that make so many tiles: the terms of a mapping's own, relaxed.

use stationary_arch::{Operand, PerOperand};
use stationary_workloads::{Dim, PerDim};

use crate::bus::Bus;
use crate::dataflow::{UNRELATED, is_relevant};
use crate::error::MappingError;
use crate::mapping::check::Rules;
use crate::mapping::{Mapping, PAIRS};
use crate::model::bound_evaluator::{BufferLimits, Transfers, UnitLimits};
use crate::model::critical_path::CriticalPath;
use crate::model::space_bound::first_beat::FirstBeat;
use crate::model::space_bound::tiles::{Blocks, Counted, Program};
use crate::model::space_bound::unrolling::Unrolling;
use crate::model::space_bound::window_words::WindowWords;
use crate::tiling::Staging;
use crate::window::{Axis, Span};

/// What layer and accelerator say, whatever the mapping.
pub(super) struct Relaxation {
    pub(super) m: Mapping,
    rules: Rules,
    machine: UnitLimits,
    memory: BufferLimits,
    transfers: Transfers,
    pub(super) path: CriticalPath,
    pub(super) first_beats: [FirstBeat; 2],
    /// Words of the input along each axis: that memory holds, and that are sent.
    held: [WindowWords; 2],
    sent: [WindowWords; 2],
    /// Channels in whole atoms, of inputs and of outputs.
    inputs: u64,
    outputs: u64,
    /// The least extents of the parts in which the layer goes.
    pub(super) whole: PerDim<u64>,
}

impl Relaxation {
    pub(super) fn new(rules: &Rules) -> Result<Self, MappingError> {
        let m = Mapping::base(rules)?;
        let [groups, channels, kernels] = [Dim::G, Dim::C, Dim::K].map(|d| m.layer.size(d));
        let is_held_whole = !m.accelerator.sequencer.staging.is_empty();
        Ok(Self {
            rules: rules.clone(),
            machine: UnitLimits::new(&m),
            memory: BufferLimits::new(&m),
            transfers: Transfers::new(&m, &Bus::new(&m.accelerator)),
            path: CriticalPath::new(&m),
            first_beats: [0, 1].map(|axis| FirstBeat::new(&m, axis)),
            held: [0, 1].map(|axis| WindowWords::held(&m, axis)),
            sent: [0, 1].map(|axis| WindowWords::sent(&m, axis)),
            inputs: m.in_atoms(groups * channels),
            outputs: m.in_atoms(groups * kernels),
            whole: PerDim::from_fn(|d| match is_held_whole || matches!(d, Dim::N | Dim::G) {
                true => 1,
                false => m.layer.size(d),
            }),
            m,
        })
    }

    /// Whether dataflow and sequencer allow a dimension along rows and along columns.
    pub(super) fn unrolls(&self, d: Dim) -> [bool; 2] {
        let (dataflow, sequencer) = (&self.m.dataflow, &self.m.accelerator.sequencer);
        let is_allowed = |letters: &Option<String>| {
            letters
                .as_ref()
                .is_none_or(|letters| letters.contains(d.name()))
        };
        [
            dataflow.rows.contains(&d) && is_allowed(&sequencer.rows),
            dataflow.cols.contains(&d) && is_allowed(&sequencer.cols),
        ]
    }

    /// Whether operands can enter and leave the array with these dimensions along rows and columns.
    pub(super) fn enters_at_edges(&self, [rows, cols]: [u8; 2]) -> bool {
        let edges = self.rules.edges();
        let enters = |o: u8| o & rows == 0 || o & cols == 0;
        enters(edges.input) && enters(edges.weight) && edges.output & rows == 0
    }

    pub(super) fn scratchpads(&self) -> &PerOperand<u64> {
        &self.machine.scratchpads
    }

    /// The least cycles of MACs of the busiest PE along a dimension of which it has a share.
    pub(super) fn busy(&self, d: Dim, share: u64) -> u64 {
        let m = &self.m;
        match m.beat_step[d] {
            0 => m.local_cycles(d, share),
            step => m.local_cycles(d, 1) * m.layer.size(d).div_ceil(step),
        }
    }

    /// The bound on an unrolling with memory aside: each word comes once.
    pub(super) fn of_array(&self, unrolling: &Unrolling) -> u64 {
        let program = Program {
            staging: PerOperand {
                input: Staging::Layer,
                weight: Staging::Layer,
                output: Staging::Block,
            },
            lasting: [self.machine.resident; 2],
        };
        self.bound(unrolling, &Blocks::none(), &program)
    }

    /// The bound on all unrollings: every PE at work at all times, one pass.
    pub(super) fn of_any_array(&self) -> u64 {
        let array = &self.m.accelerator.array;
        let peak = [array.rows, array.cols, array.lanes].map(u64::from);
        let peak = peak.into_iter().product::<u64>();
        let macs = self.machine.macs.div_ceil(peak);
        self.of_array(&Unrolling::one_pass(&self.m)).max(macs)
    }

    /// The least extent of an operand's tiles in the buffer.
    fn extent(&self, unrolling: &Unrolling, blocks: &Blocks, staging: Staging, d: Dim) -> u64 {
        match staging {
            Staging::Block => blocks.extent[d],
            // Passes may cut the beats as short as they like.
            Staging::Pass if self.m.beat_step[d] > 0 => 1,
            Staging::Pass => unrolling.choices[d].least.min(blocks.extent[d]),
            Staging::Layer => blocks.whole[d],
        }
    }

    /// The least words of an operand's tile, the words under a window axis given.
    fn tile(
        &self,
        (unrolling, blocks, program): (&Unrolling, &Blocks, &Program),
        o: Operand,
        window: impl Fn(&Axis, u64, u64) -> u64,
    ) -> u64 {
        let extent = |d: Dim| self.extent(unrolling, blocks, program.staging[o], d);
        let plain = self.m.plain_words(o, extent);
        if o != Operand::Input {
            return plain;
        }
        let axes = PAIRS.iter().zip(&self.m.axes);
        let windows = axes.map(|((output, tap), axis)| window(axis, extent(*output), extent(*tap)));
        plain * windows.product::<u64>()
    }

    /// The bound on cycles.
    pub(super) fn bound(&self, unrolling: &Unrolling, blocks: &Blocks, program: &Program) -> u64 {
        use Dim::{C, K, N, P, Q, R, S};
        let (machine, link, whole) = (&self.machine, &self.transfers, &self.machine.whole);
        let choices = &unrolling.choices;
        let count = &blocks.count;
        let tiles = PerDim::from_fn(|d| count[d].max(choices[d].passes));
        let over = |of: &PerDim<u64>, dims: &[Dim]| dims.iter().map(|d| of[*d]).product::<u64>();
        // Exchanges of an operand's tile for each time that it is needed once: at the level of blocks ...
        let of_blocks = |o: Operand| {
            let iterates = |d: &Dim| is_relevant(o, *d) && count[*d] > 1;
            match program.lasting[0] != o && Dim::ALL.iter().any(iterates) {
                true => over(count, UNRELATED[o]),
                false => 1,
            }
        };
        // ... and of passes. A dimension has loops over passes for certain if there are more passes than blocks at
        // most; else its loops may all be over blocks.
        let of_passes = |o: Operand| {
            let relevant = || Dim::ALL.into_iter().filter(|d| is_relevant(o, *d));
            if relevant().any(|d| choices[d].passes > blocks.most[d]) {
                return match program.lasting[1] == o {
                    true => over(count, UNRELATED[o]),
                    false => over(&tiles, UNRELATED[o]),
                };
            }
            match program.lasting[0] != o && relevant().any(|d| tiles[d] > 1) {
                true => over(count, UNRELATED[o]),
                false => 1,
            }
        };
        let visits = |o: Operand| match program.staging[o] {
            Staging::Layer => 1,
            Staging::Block => of_blocks(o),
            Staging::Pass => of_passes(o),
        };
        let once = PerDim::splat(1);
        let staged = match program.staging.input {
            Staging::Layer => &once,
            Staging::Block => count,
            Staging::Pass => &tiles,
        };
        let window = |words: &[WindowWords; 2], tiles: &PerDim<u64>| {
            words[0].of_tiles(tiles[P]) * words[1].of_tiles(tiles[Q])
        };
        let outputs = machine.positions * self.outputs;
        let spilled = (visits(Operand::Output) - 1) * outputs;
        let reads = PerOperand {
            input: visits(Operand::Input)
                * (machine.batch * self.inputs)
                * window(&self.held, staged),
            weight: visits(Operand::Weight) * whole.weight,
            output: spilled,
        };

        let sends = |o: Operand| {
            if machine.resident == o {
                return of_passes(o);
            }
            let each = |d: &Dim| match self.m.beat_step[*d] {
                0 => tiles[*d],
                step => self.m.layer.size(*d).div_ceil(step),
            };
            UNRELATED[o].iter().map(each).product()
        };
        let pairs = |i: usize| self.sent_along(unrolling, i, &tiles);
        let results = match machine.resident {
            Operand::Output => of_passes(Operand::Output) * whole.output,
            _ => over(&tiles, &[C, R, S]) * whole.output,
        };
        let into_array = PerOperand {
            input: sends(Operand::Input) * whole.input * pairs(0) * pairs(1),
            weight: sends(Operand::Weight) * whole.weight,
            output: results - whole.output,
        };
        let tags = self.tags(unrolling);
        let (into, out) = match self.path.is_tagged() {
            true => (
                PerOperand::from_fn(|o| self.path.of_network(o, into_array[o], &tags)),
                self.path.of_results(results, &tags),
            ),
            false => (
                PerOperand::from_fn(|o| machine.into[o].ceil(into_array[o])),
                machine.out.ceil(results),
            ),
        };
        let networks = into.input.max(into.weight).max(into.output).max(out);

        let busy: u64 = Dim::ALL.iter().map(|d| choices[*d].busy).product();
        let last_store = self.m.plain_words(Operand::Output, |d| match d {
            N | P | Q | K | Dim::G => blocks.last[d],
            _ => 1,
        });
        let first_load = |o: Operand| {
            let held = |axis: &Axis, outputs: u64, taps: u64| {
                let [outputs, taps] = [outputs, taps].map(|extent| Span { start: 0, extent });
                axis.held(outputs, taps)
            };
            link.load(o, self.tile((unrolling, blocks, program), o, held))
        };
        let first_loads = first_load(Operand::Input) + first_load(Operand::Weight) + link.latency;
        let last_store = link.store(last_store, 0).saturating_sub(link.slack);
        let counted = Counted {
            busy,
            into_array,
            results,
            repeats: of_passes(machine.resident),
        };
        let sums = self.pass_sums(unrolling, &tiles, &counted);
        let path = self.path.cycles(&sums, first_loads, last_store);

        let dram = match link.standard {
            Some(least) => least,
            None => {
                let loads = PerOperand::from_fn(|o| link.load(o, reads[o]));
                let stores = link.store(outputs, spilled);
                link.busier(&loads, stores)
                    .max(self.turns(program, &loads, &into, busy))
            }
        };
        let delivered = machine.multicast.map_or(0, |d| d.ceil(outputs + spilled));
        path.max(networks).max(delivered).max(dram)
    }

    /// Elements of the input that are sent along an axis.
    pub(super) fn sent_along(&self, unrolling: &Unrolling, i: usize, tiles: &PerDim<u64>) -> u64 {
        match unrolling.is_shared(i) {
            true => self.sent[i].of_tiles(tiles[PAIRS[i].0]),
            false => self.m.pairs[i],
        }
    }

    /// The longest time in which loads and uses of an operand's tiles take turns.
    fn turns(
        &self,
        program: &Program,
        loads: &PerOperand<u64>,
        into: &PerOperand<u64>,
        busy: u64,
    ) -> u64 {
        let of = |o: Operand| {
            let has_turns = match o {
                Operand::Output => loads.output > 0,
                o => program.staging[o] != Staging::Layer,
            };
            match self.memory.copies(o) {
                Some(1) if has_turns && o == Operand::Output => loads[o] + busy,
                Some(copies) if has_turns && o != Operand::Output => (loads[o] + into[o]) / copies,
                _ => 0,
            }
        };
        of(Operand::Input)
            .max(of(Operand::Weight))
            .max(of(Operand::Output))
    }

    /// Whether the buffer has room for the tiles.
    pub(super) fn fits(&self, unrolling: &Unrolling, blocks: &Blocks, program: &Program) -> bool {
        let words = PerOperand::from_fn(|o| {
            self.tile((unrolling, blocks, program), o, Axis::held_footprint)
        });
        let is_kept = PerOperand::from_fn(|o| program.staging[o] == Staging::Layer);
        self.memory.has_room(&words, &is_kept)
    }
}
