//! What travels with the instructions: nothing, or values.

use super::lowered_layer::LoweredLayer;
use super::program::Instruction;

/// Told of each instruction when it is done.
pub(super) trait Payload {
    /// One instruction is done.
    fn done(&mut self, k: &LoweredLayer, instruction: &Instruction);
}

impl Payload for () {
    fn done(&mut self, _: &LoweredLayer, _: &Instruction) {}
}
