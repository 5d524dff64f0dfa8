//! What travels with the words: nothing, or their values.

use stationary_arch::Operand;
use stationary_workloads::PerDim;

use crate::beat::Beat;
use crate::mapping::Mapping;
use crate::window::Span;

/// Follows the machine's transfers. Each method is called when its transfer is complete, in the
/// machine's order, so that a value can only be used where it has arrived.
pub(crate) trait Payload {
    /// Whether anything is carried, so that no transfer may be left out.
    const CARRIES: bool;

    /// A tile arrived in the global buffer (fresh outputs: space for it).
    fn fill(&mut self, _m: &Mapping, _operand: Operand, _tile: &PerDim<Span>) {}
    /// The oldest tile of an operand was released.
    fn free(&mut self, _operand: Operand) {}
    /// The words of a pass were sent, to stay in the array.
    fn load(&mut self, _m: &Mapping, _operand: Operand, _pass: &PerDim<Span>) {}
    /// The words of a beat were sent.
    fn send(&mut self, _m: &Mapping, _operand: Operand, _pass: &PerDim<Span>, _beat: &Beat) {}
    /// A resident tile in the array was given up.
    fn retire(&mut self) {}
    /// The array did a beat.
    fn compute(&mut self, _m: &Mapping, _pass: &PerDim<Span>, _beat: &Beat) {}
    /// Results of one beat (or of a resident tile) left the PEs.
    fn emit(&mut self) {}
    /// The oldest emitted results were written into the global buffer.
    fn write(&mut self) {}
    /// The output tile in use is complete and waits to be stored.
    fn close(&mut self) {}
    /// The oldest complete output tile was written to DRAM and released.
    fn store(&mut self, _m: &Mapping, _tile: &PerDim<Span>) {}
}

impl Payload for () {
    const CARRIES: bool = false;
}
