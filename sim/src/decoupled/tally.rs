//! What is counted as instructions end, and how long those take that no memory delays.

use stationary_arch::PerOperand;

use super::lowered_layer::{INSTRUCTION_BYTES, LoweredLayer};
use super::program::{Instruction, Operation};
use super::transfer::Rows;
use crate::counters::{Control, Counters};
use crate::stall::{Stall, Stalls};
use crate::timing::initiation::product_interval;
use crate::trace::Unit;

/// Counts of a run.
#[derive(Clone, Copy, Debug, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Tally {
    pub(super) busy: u64,
    pub(super) stalls: Stalls,
    pub(super) counters: Counters,
    pub(super) control: Control,
    /// The cycle in which the first products started, and the first work of the compute unit's cores; where the
    /// last of that ended.
    pub(super) first_mac: Option<u64>,
    pub(super) first_work: Option<u64>,
    pub(super) last_result: u64,
}

impl Tally {
    /// An instruction is over, which lasted from one cycle to before another.
    pub(super) fn done(
        &mut self,
        k: &LoweredLayer,
        instruction: &Instruction,
        (from, to): (u64, u64),
    ) {
        let cycles = to - from;
        self.control.instructions += 1;
        self.control.instruction_bytes += INSTRUCTION_BYTES;
        let work = &instruction.work;
        if *work == Operation::Gemm {
            self.first_mac.get_or_insert(from);
        }
        if matches!(work, Operation::Gemm | Operation::Reset | Operation::Alu(_)) {
            self.first_work.get_or_insert(from);
            self.last_result = to;
        }
        if instruction.unit == Unit::Compute {
            let (cause, own) = match work {
                Operation::Gemm => (None, k.products() * k.product_interval()),
                Operation::Reset => (
                    Some(Stall::Reset),
                    k.vectors() * u64::from(k.control().gemm.interval),
                ),
                Operation::Alu(step) => (Some(Stall::Alu), k.vectors() * k.alu_interval(*step)),
                Operation::Bias => (Some(Stall::Bias), cycles),
                Operation::Operand { .. } => (Some(Stall::Addend), cycles),
                Operation::MicroOps(_) => (Some(Stall::MicroOps), cycles),
                _ => (None, 0),
            };
            match cause {
                Some(cause) => self.stalls.add(cause, own),
                None => self.busy += own,
            }
            self.stalls.add(Stall::Issue, cycles - own);
        }
        self.counters.add(&k.counts(work));
    }

    /// A transfer began.
    pub(super) fn moved(&mut self, k: &LoweredLayer, work: &Operation, rows: &Rows) {
        if let Operation::MicroOps(_) = work {
            self.control.micro_op_bytes += rows.bytes();
        }
        self.counters.add(&k.moved(work, rows.bytes()));
    }
}

impl LoweredLayer {
    /// Cycles from one product to the next.
    pub(super) fn product_interval(&self) -> u64 {
        product_interval(self.accelerator())
    }

    /// Cycles of the ALU for a vector of a step.
    pub(super) fn alu_interval(&self, step: usize) -> u64 {
        let alu = &self.control().alu;
        let is_tensor = self.steps()[step].is_tensor();
        u64::from(if is_tensor { alu.tensor } else { alu.immediate })
    }

    /// Cycles of an instruction that needs no memory.
    pub(super) fn duration(&self, work: &Operation) -> u64 {
        let control = self.control();
        let [reset, gemm, alu] = self.loops();
        let core = |vectors: u64, interval: u64, turns: u64| {
            vectors * interval
                + turns * u64::from(control.gemm.loop_overhead)
                + u64::from(control.gemm.latency)
        };
        let own = match work {
            Operation::Gemm => core(self.products(), self.product_interval(), gemm.turns),
            Operation::Reset => core(self.vectors(), control.gemm.interval.into(), reset.turns),
            Operation::Alu(step) => {
                self.vectors() * self.alu_interval(*step)
                    + alu.turns * u64::from(control.alu.loop_overhead)
                    + u64::from(control.alu.latency)
            }
            _ => 0,
        };
        u64::from(control.sync) + own
    }

    /// What an instruction that needs no memory moves between buffers and cores.
    pub(super) fn counts(&self, work: &Operation) -> Counters {
        let array = &self.accelerator().array;
        let [rows, cols, lanes] = [array.rows, array.cols, array.lanes].map(u64::from);
        let (products, vectors) = (self.products(), self.vectors());
        let sums = rows * cols;
        match work {
            Operation::Gemm => {
                let read = PerOperand {
                    input: products * rows * lanes,
                    weight: products * cols * lanes,
                    output: products * sums,
                };
                Counters {
                    buffer_read: read,
                    buffer_write: output(products * sums),
                    // Inputs go to all columns, weights to all rows.
                    array_receive: PerOperand {
                        input: read.input * cols,
                        weight: read.weight * rows,
                        output: read.output,
                    },
                    array_send: output(products * sums),
                    ..Counters::default()
                }
            }
            Operation::Reset => Counters {
                buffer_write: output(vectors * sums),
                ..Counters::default()
            },
            Operation::Alu(step) => {
                let operands = if self.steps()[*step].is_tensor() {
                    2
                } else {
                    1
                };
                Counters {
                    buffer_read: output(operands * vectors * sums),
                    buffer_write: output(vectors * sums),
                    ..Counters::default()
                }
            }
            // The layer's MACs, however many more the padded blocks make.
            Operation::Finish if self.is_addition() => Counters::default(),
            Operation::Finish => Counters {
                macs: self.layer().macs(),
                ..Counters::default()
            },
            _ => Counters::default(),
        }
    }

    /// What a transfer of so many bytes moves, in words.
    pub(super) fn moved(&self, work: &Operation, bytes: u64) -> Counters {
        let precision = &self.accelerator().precision;
        let words = |bits: u32| bytes * 8 / u64::from(bits);
        let into = |operand: PerOperand<u64>| Counters {
            dram_read: operand,
            buffer_fill: operand,
            ..Counters::default()
        };
        match work {
            Operation::Input { .. } => into(PerOperand {
                input: words(precision.input.0),
                weight: 0,
                output: 0,
            }),
            Operation::Weight => into(PerOperand {
                input: 0,
                weight: words(precision.weight.0),
                output: 0,
            }),
            Operation::Bias => into(output(words(precision.partial_sum.0))),
            Operation::Operand { .. } => into(output(words(precision.output.0))),
            Operation::Store(_) => Counters {
                dram_write: output(words(precision.output.0)),
                buffer_drain: output(words(precision.output.0)),
                ..Counters::default()
            },
            _ => Counters::default(),
        }
    }
}

fn output(words: u64) -> PerOperand<u64> {
    PerOperand {
        input: 0,
        weight: 0,
        output: words,
    }
}
