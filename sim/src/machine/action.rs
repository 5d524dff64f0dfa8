//! What moves words through the machine, or changes them.

use stationary_arch::Operand;
use stationary_workloads::PerDim;

use crate::beat::Beat;
use crate::window::Span;

/// One of the machine's actions, as its payload is told of it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Action {
    /// A tile arrived in the global buffer (fresh outputs: space for it).
    Fill(Operand, PerDim<Span>),
    /// The oldest tile of an operand was released.
    Free(Operand),
    /// The words of a pass were sent, to stay in the array.
    Load(Operand, PerDim<Span>),
    /// The words of a pass's beat were sent.
    Send(Operand, PerDim<Span>, Beat),
    /// A resident tile in the array was given up.
    Retire,
    /// The array did a beat of a pass.
    Compute(PerDim<Span>, Beat),
    /// Results of one beat (or of a resident tile) left the PEs.
    Emit,
    /// The oldest emitted results were written into the global buffer.
    Write,
    /// The output tile in use is complete and waits to be stored.
    Close,
    /// The oldest complete output tile was written to DRAM and released.
    Store(PerDim<Span>),
}
