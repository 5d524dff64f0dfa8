//! What any schedule of a layer stays below ([`Reach`](crate::Reach)).
//!
//! No tile is smaller than a block, so that there are no more instructions, transfers and rows of them than
//! of blocks of one.

use stationary_arch::{Accelerator, EpilogueStep};
use stationary_workloads::Layer;

use super::engine::Pipe;
use super::lowered_layer::{Blocks, INSTRUCTION_BYTES, MICRO_OP_BYTES, VectorBytes};
use crate::reach::Reach;
use crate::timing::initiation::product_interval;

/// Of a machine that instructions control; nothing of any other.
pub(crate) fn reach(layer: &Layer, accelerator: &Accelerator) -> Reach {
    let Some(control) = &accelerator.decoupled else {
        return Reach::default();
    };
    let b = Blocks::of(layer, accelerator);
    let product = |extents: &[u64]| extents.iter().map(|e| *e as f64).product::<f64>();
    let outputs = product(&[b.batch, b.groups, b.co, b.h, b.w]);
    let tiles = outputs * b.ci as f64;
    let blocks = tiles * product(&b.kernel);
    // Elements under a tile's window for each of its outputs, at most.
    let windows = [(layer.rows(), b.kernel[0]), (layer.cols(), b.kernel[1])];
    let reached = windows.map(|(w, taps)| w.stride.max((taps - 1) * w.dilation + 1) as f64);
    let inputs = tiles * reached[0] * reached[1];

    let array = &accelerator.array;
    let macs = f64::from(array.rows) * f64::from(array.cols) * f64::from(array.lanes);
    let steps = control.epilogue.len() as f64 + 1.0;
    let operands = 2.0 + f64::from(u8::from(control.epilogue.contains(&EpilogueStep::Residual)));
    let bytes = VectorBytes::of(accelerator);
    let sums = outputs * (operands * bytes.output as f64 + bytes.accumulator as f64);
    let data = inputs * bytes.input as f64 + blocks * bytes.weight as f64 + sums;
    let instructions = 32.0 * tiles + 4.0 * outputs * steps;
    let micro_ops = blocks + outputs * (1.0 + steps);
    let orders = instructions * INSTRUCTION_BYTES as f64 + micro_ops * MICRO_OP_BYTES as f64;
    let words = blocks * macs + 2.0 * outputs * steps * macs;

    let (gemm, alu, memory) = (&control.gemm, &control.alu, &control.memory);
    let pipe = Pipe::new(accelerator, control);
    let answer = f64::from(memory.request) + pipe.latency() as f64;
    let beat = pipe.cycles(1, false) as f64;
    let of_instruction = f64::from(control.sync)
        + f64::from(gemm.latency)
        + f64::from(alu.latency)
        + f64::from(gemm.loop_overhead)
        + f64::from(alu.loop_overhead)
        + answer
        + beat;
    let of_vector = answer + f64::from(memory.zero_cycles) + f64::from(memory.store_gap);
    let vectors = inputs + blocks + operands * outputs;
    let cycles = instructions * of_instruction
        + blocks * product_interval(accelerator) as f64
        + outputs * steps * f64::from(alu.immediate.max(alu.tensor))
        + vectors * of_vector
        + (data + orders) * beat;
    Reach {
        bits: (8.0 * (data + orders)).max(words),
        cycles: 2.0 * cycles,
    }
}
