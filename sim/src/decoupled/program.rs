//! The program of a lowered layer, instruction by instruction; never a list.
//!
//! ```text
//! for each thread: store unit: push store->compute
//! for each group, images, rows, output channels, columns (rounds):
//!     for each thread:  pop store->compute; reset the accumulators; push compute->load
//!     for each tile of input channels:
//!         for each thread:  pop compute->load; load inputs, weights; push load->compute
//!         for each thread:  pop load->compute; GEMM; push compute->load
//!     for each thread:  pop compute->load
//!                       load biases and residuals; ALU steps; push compute->store
//!     for each thread:  pop compute->store; store; push store->compute
//! for each thread: compute unit: pop store->compute
//! finish
//! ```
//!
//! An addition has no resets, loads and products: its epilogue pops store->compute.
//!
//! This is how TVM lowers the template: synchronisation is inserted before virtual threads are
//! interleaved, and a load of one round waits until its accumulators are reset. A thread without a
//! tile in the last round of a loop passes the tokens on, so that each place in the buffers is freed
//! before it is used again.

use super::lowered_layer::LoweredLayer;
use crate::trace::Unit;

/// The token queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) enum Token {
    LoadToCompute,
    ComputeToLoad,
    ComputeToStore,
    StoreToCompute,
}

/// What an instruction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) enum Operation {
    /// Images and channels of a block, counted within the tile.
    Input {
        b: u64,
        ci: u64,
    },
    Weight,
    Bias,
    /// A transfer of the first or second operand of an addition, by its number.
    Operand {
        which: u64,
        part: u64,
    },
    MicroOps(u64),
    Reset,
    Gemm,
    /// A step of the epilogue, by its place.
    Alu(usize),
    /// A transfer of the tile, by its number.
    Store(u64),
    /// Only tokens.
    Sync,
    Finish,
}

/// A tile of the outputs, by its number in each loop.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub(super) struct Tile {
    pub(super) g: u64,
    pub(super) b: u64,
    pub(super) h: u64,
    pub(super) co: u64,
    pub(super) w: u64,
}

/// One instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct Instruction {
    pub(super) unit: Unit,
    pub(super) work: Operation,
    pub(super) tile: Tile,
    /// The thread, whose place in the buffers is used.
    pub(super) thread: u64,
    /// The tile of input channels.
    pub(super) ci: u64,
    pub(super) pop: Option<Token>,
    pub(super) push: Option<Token>,
}

/// The parts of a round, each once for every thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
enum Phase {
    Prologue,
    Reset,
    Load,
    Gemm,
    /// The load unit gives up its place.
    Release,
    Epilogue,
    Store,
    Drain,
    Finish,
    End,
}

impl Phase {
    fn unit(self) -> Unit {
        match self {
            Phase::Prologue | Phase::Store => Unit::Store,
            Phase::Load | Phase::Release => Unit::Load,
            _ => Unit::Compute,
        }
    }
}

/// A place in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct Program {
    round: Tile,
    phase: Phase,
    ci: u64,
    thread: u64,
    /// Instructions of this phase and thread that are behind.
    index: u64,
    /// Bits of micro-op kernels that are in their buffer: reset, GEMM and ALU of each thread.
    loaded: u64,
}

impl Program {
    pub(super) fn new() -> Self {
        Self {
            round: Tile::default(),
            phase: Phase::Prologue,
            ci: 0,
            thread: 0,
            index: 0,
            loaded: 0,
        }
    }

    /// The unit of the next instruction, if there is one.
    pub(super) fn unit(&self) -> Option<Unit> {
        (self.phase != Phase::End).then(|| self.phase.unit())
    }

    /// The next instruction of a unit.
    pub(super) fn next_of(&mut self, k: &LoweredLayer, unit: Unit) -> Option<Instruction> {
        while self.unit()? != unit {
            self.leave_thread(k);
        }
        self.next(k)
    }

    /// The next instruction.
    pub(super) fn next(&mut self, k: &LoweredLayer) -> Option<Instruction> {
        let unit = self.unit()?;
        let tile = self.tile(k);
        let (work, ends) = match tile {
            Some(_) => self.work(k),
            None if self.phase == Phase::Finish => (Operation::Finish, true),
            None => (Operation::Sync, true),
        };
        let micro = matches!(work, Operation::MicroOps(_));
        let (pop, push) = self.tokens(k);
        let instruction = Instruction {
            unit,
            work,
            tile: tile.unwrap_or(self.round),
            thread: self.thread,
            ci: self.ci,
            pop: pop.filter(|_| self.index == 0 && !micro),
            push: push.filter(|_| ends),
        };
        if ends {
            self.leave_thread(k);
        } else if !micro {
            self.index += 1;
        }
        Some(instruction)
    }

    /// The tile of this thread, if it has one in this round.
    fn tile(&self, k: &LoweredLayer) -> Option<Tile> {
        if matches!(self.phase, Phase::Prologue | Phase::Drain | Phase::Finish) {
            return None;
        }
        let [h, co] = k.threads;
        let tile = Tile {
            h: self.round.h * h + self.thread / co,
            co: self.round.co * co + self.thread % co,
            ..self.round
        };
        (tile.h < k.tiles.h && tile.co < k.tiles.co).then_some(tile)
    }

    /// What comes next of this phase and thread, and whether it is the last.
    fn work(&mut self, k: &LoweredLayer) -> (Operation, bool) {
        let steps = k.steps().len() as u64;
        let loads = k.input_loads();
        let (bias, operands) = (u64::from(k.has_bias()), k.operands());
        let (work, ends) = match self.phase {
            Phase::Reset => (Operation::Reset, true),
            Phase::Gemm => (Operation::Gemm, true),
            Phase::Load if self.index < loads => (
                Operation::Input {
                    b: self.index / k.schedule().tile_ci,
                    ci: self.index % k.schedule().tile_ci,
                },
                false,
            ),
            Phase::Load => (Operation::Weight, true),
            Phase::Epilogue if self.index < bias => (Operation::Bias, false),
            Phase::Epilogue if self.index < bias + operands * k.stores() => {
                let transfer = self.index - bias;
                let work = Operation::Operand {
                    which: 2 - operands + transfer / k.stores(),
                    part: transfer % k.stores(),
                };
                (work, false)
            }
            Phase::Epilogue if steps == 0 => (Operation::Sync, true),
            Phase::Epilogue => {
                let step = self.index - bias - operands * k.stores();
                (Operation::Alu(step as usize), step + 1 == steps)
            }
            Phase::Store => (Operation::Store(self.index), self.index + 1 == k.stores()),
            _ => (Operation::Sync, true),
        };
        match self.missing(k, work) {
            Some(count) => (Operation::MicroOps(count), false),
            None => (work, ends),
        }
    }

    /// Micro-ops that must be loaded before this work.
    fn missing(&mut self, k: &LoweredLayer, work: Operation) -> Option<u64> {
        let (kind, slot) = match work {
            Operation::Reset => (0, 0),
            Operation::Gemm => (1, 1),
            Operation::Alu(step) => (2, 2 + step as u64),
            _ => return None,
        };
        let count = k.loops()[kind].micro_ops;
        // At most four threads and twelve steps: a bit each.
        let mask = 1 << (slot * k.width() + self.thread);
        if self.loaded & mask != 0 {
            if !k.keeps_micro_ops() {
                self.loaded &= !mask;
            }
            return None;
        }
        self.loaded |= mask;
        Some(count)
    }

    fn tokens(&self, k: &LoweredLayer) -> (Option<Token>, Option<Token>) {
        use Token::{ComputeToLoad, ComputeToStore, LoadToCompute, StoreToCompute};
        match self.phase {
            Phase::Prologue => (None, Some(StoreToCompute)),
            Phase::Reset => (Some(StoreToCompute), Some(ComputeToLoad)),
            Phase::Load => (Some(ComputeToLoad), Some(LoadToCompute)),
            Phase::Gemm => (Some(LoadToCompute), Some(ComputeToLoad)),
            Phase::Release => (Some(ComputeToLoad), None),
            Phase::Epilogue if k.is_addition() => (Some(StoreToCompute), Some(ComputeToStore)),
            Phase::Epilogue => (None, Some(ComputeToStore)),
            Phase::Store => (Some(ComputeToStore), Some(StoreToCompute)),
            Phase::Drain => (Some(StoreToCompute), None),
            Phase::Finish | Phase::End => (None, None),
        }
    }

    /// Goes on to the next thread, phase or round.
    fn leave_thread(&mut self, k: &LoweredLayer) {
        self.index = 0;
        self.thread += 1;
        if self.thread < k.width() && self.phase != Phase::Finish {
            return;
        }
        self.thread = 0;
        let first = if k.is_addition() {
            Phase::Epilogue
        } else {
            Phase::Reset
        };
        self.phase = match self.phase {
            Phase::Prologue => first,
            Phase::Reset => Phase::Load,
            Phase::Load => Phase::Gemm,
            Phase::Gemm if self.ci + 1 < k.tiles.ci => {
                self.ci += 1;
                Phase::Load
            }
            Phase::Gemm => Phase::Release,
            Phase::Release => Phase::Epilogue,
            Phase::Epilogue => Phase::Store,
            Phase::Store => {
                self.ci = 0;
                if self.leave_round(k) {
                    first
                } else {
                    Phase::Drain
                }
            }
            Phase::Drain => Phase::Finish,
            Phase::Finish | Phase::End => Phase::End,
        };
    }

    /// Goes on to the next round, if there is one.
    fn leave_round(&mut self, k: &LoweredLayer) -> bool {
        let [h, co] = k.threads;
        let round = &mut self.round;
        for (at, extent) in [
            (&mut round.w, k.tiles.w),
            (&mut round.co, k.tiles.co.div_ceil(co)),
            (&mut round.h, k.tiles.h.div_ceil(h)),
            (&mut round.b, k.tiles.b),
            (&mut round.g, k.blocks.groups),
        ] {
            *at += 1;
            if *at < extent {
                return true;
            }
            *at = 0;
        }
        false
    }
}
