//! What travels with the instructions: nothing, or values.

use super::kernel::Kernel;
use super::program::Instruction;

/// Told of each instruction when it is done.
pub(super) trait Payload {
    /// One instruction is done.
    fn done(&mut self, k: &Kernel, instruction: &Instruction);
}

impl Payload for () {
    fn done(&mut self, _: &Kernel, _: &Instruction) {}
}
