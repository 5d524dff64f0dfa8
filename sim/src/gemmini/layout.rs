//! Where arrays lie in main memory and tiles in local memory.

use super::call::{Call, Kind};
use super::command::ACCUMULATOR;

/// Bytes from a 64-byte boundary to the static arrays of the convolution programs. Compilers align
/// them to 8 bytes, so that a row of 64 bytes takes two requests: rows of every mesh agree.
const CONVOLUTION_OFFSET: u64 = 8;
/// Bytes from a 64-byte boundary to the operands of the matmul programs, which are aligned to the
/// mesh: on meshes up to 16, and on larger ones.
const MATMUL_OFFSETS: [u64; 2] = [16, 0];

/// Bytes of scratchpad, and of accumulator.
const LOCAL_BYTES: u64 = 4 << 20;
const _: () = assert!(
    ACCUMULATOR as u64 >= LOCAL_BYTES / 4,
    "the rows of a scratchpad of the smallest mesh end before"
);

/// Addresses of the arrays, one behind the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub(super) inputs: u64,
    pub(super) weights: u64,
    pub(super) outputs: u64,
    pub(super) end: u64,
}

impl Layout {
    pub(super) fn new(call: &Call) -> Self {
        let (offset, inputs, weights, outputs) = match call.kind {
            Kind::Matmul => (
                MATMUL_OFFSETS[usize::from(call.mesh > 16)],
                call.columns * call.channels,
                call.channels * call.filters,
                call.columns * call.filters,
            ),
            Kind::Convolution {
                outputs,
                kernel,
                inputs,
                ..
            } => (
                CONVOLUTION_OFFSET,
                inputs * inputs * call.channels,
                kernel * kernel * call.channels * call.filters,
                outputs * outputs * call.filters,
            ),
        };
        // Biases of 32 bits lie between weights and outputs.
        let aligned = |bytes: u64| bytes.next_multiple_of(64);
        let first = (1 << 20) + offset;
        let second = first + aligned(inputs);
        let third = second + aligned(weights) + aligned(4 * call.filters);
        Self {
            inputs: first,
            weights: second,
            outputs: third,
            end: third + outputs,
        }
    }
}

/// The halves of scratchpad and accumulator that a loop works in, as first rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Halves {
    pub(super) inputs: u64,
    /// Behind the last weight.
    pub(super) weights_end: u64,
    pub(super) sums: u64,
}

impl Halves {
    /// `place` is the loop's place in the unroller, `sums` the half of the accumulator, both 0 or 1.
    pub(super) fn new(mesh: u64, place: u64, sums: u64) -> Self {
        let scratchpad = LOCAL_BYTES / 2 / mesh;
        let accumulator = LOCAL_BYTES / 2 / (4 * mesh);
        Self {
            inputs: place * scratchpad,
            weights_end: (place + 1) * scratchpad - mesh,
            sums: u64::from(ACCUMULATOR) + sums * accumulator,
        }
    }
}
