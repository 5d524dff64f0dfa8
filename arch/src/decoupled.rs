//! A machine that instructions control: units that load, compute and store on their own, and wait
//! for each other by tokens (VTA: Moreau et al., IEEE Micro 39(5), 2019).
//!
//! ```text
//! fetch --> queue --> load ----> inputs, weights --.
//!      `--> queue --> compute -> GEMM core, ALU ---+-> accumulators, results
//!      `--> queue --> store ---------------------------------------'
//! ```
//!
//! The size of the GEMM core and of the buffers are fields of the [`Accelerator`] like any other's:
//! the array's rows are images (BATCH), its columns output channels (BLOCK_OUT) and its lanes input
//! channels (BLOCK_IN), and each operand has a partition.
//!
//! [`Accelerator`]: crate::Accelerator

use crate::choice::choice;
use crate::units::Bits;

/// What controls the machine besides the fields that all machines have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decoupled {
    /// Instructions that the queue before each unit holds.
    pub queue: u32,
    /// Cycles that each instruction of any unit costs before and after its work.
    pub sync: u32,
    /// Instructions that are fetched at a time; the next are fetched when all are in the queues.
    pub fetch: u32,
    /// The GEMM core.
    pub gemm: GemmCore,
    /// The ALU on the accumulators.
    pub alu: Alu,
    /// Capacity of the micro-op buffer in bytes; a micro-op has 32 bits.
    pub micro_op_bytes: u64,
    /// The way to memory.
    pub memory: MemoryEngine,
    /// What becomes of each sum before it is stored, in order.
    pub epilogue: Vec<Step>,
}

/// The GEMM core: one product of a block of inputs and a block of weights at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GemmCore {
    /// Cycles from one product to the next.
    pub interval: u32,
    /// Cycles until the last product of an instruction is in the accumulators.
    pub latency: u32,
    /// Cycles for each turn of an instruction's two hardware loops.
    pub loop_overhead: u32,
}

/// The ALU on the accumulators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Alu {
    /// Cycles for a vector and an immediate.
    pub immediate: u32,
    /// Cycles for two vectors.
    pub tensor: u32,
    /// Cycles until the last vector of an instruction is written.
    pub latency: u32,
    /// Cycles for each turn of an instruction's two hardware loops.
    pub loop_overhead: u32,
}

/// Requests, bursts, and who goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MemoryEngine {
    /// Width of the bus to memory: a beat, of which it moves one a cycle.
    pub bus: Bits,
    /// Beats of the longest burst; bursts do not cross multiples of their greatest length.
    pub burst_beats: u32,
    /// Reads that may be under way at a time.
    pub outstanding: u32,
    /// Cycles of handshake before a request reaches memory.
    pub request: u32,
    /// How the rows of a transfer follow each other.
    pub rows: RowOrder,
    /// Cycles that writing the zeros of one vector takes.
    pub zero_cycles: u32,
    /// Cycles that the store unit takes to read a vector, in which it sends nothing.
    pub store_gap: u32,
    /// A cache in front of memory: tensors that fit come at the width of the bus, others as fast as
    /// memory gives them. None if zero.
    pub cache_bytes: u64,
}

choice! {
    /// How the rows of a transfer, and the zeros around them, follow each other.
    #[derive(Default)]
    pub enum RowOrder {
        /// Rows are asked for one behind the other; zeros are written while they are on their way.
        #[default]
        Overlapped,
        /// A row is asked for when the one before, and the zeros between, are written.
        OneByOne,
    }
}

/// A step of the ALU on every sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Adds the output channel's bias, which is loaded with each tile.
    Bias,
    /// Adds the value of another tensor of the same shape, such as a block's shortcut, which is loaded
    /// with each tile at the width of outputs.
    Residual,
    /// Adds a constant.
    Add(i16),
    /// Shifts right, keeping the sign.
    Shift(u8),
    /// Takes the greater of it and a constant.
    Max(i16),
    /// Takes the lesser of it and a constant.
    Min(i16),
}

impl Step {
    /// Whether both operands are vectors.
    #[must_use]
    pub const fn is_tensor(self) -> bool {
        matches!(self, Step::Bias | Step::Residual)
    }

    /// The step on one value; `other` is its channel's bias, or the other tensor's value.
    ///
    /// ```
    /// use stationary_arch::Step;
    ///
    /// assert_eq!(Step::Shift(2).apply(-5, 0), -2);
    /// assert_eq!(Step::Bias.apply(3, -7), -4);
    /// ```
    #[must_use]
    pub fn apply(self, value: i32, other: i32) -> i32 {
        match self {
            Step::Bias | Step::Residual => value.wrapping_add(other),
            Step::Add(constant) => value.wrapping_add(constant.into()),
            Step::Shift(bits) => value >> bits,
            Step::Max(constant) => value.max(constant.into()),
            Step::Min(constant) => value.min(constant.into()),
        }
    }

    /// The step that a file writes so, such as `shift 8`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let step = match (words.next()?, words.next()) {
            ("bias", None) => Step::Bias,
            ("residual", None) => Step::Residual,
            ("add", Some(value)) => Step::Add(value.parse().ok()?),
            ("shift", Some(value)) => Step::Shift(value.parse().ok().filter(|bits| *bits < 32)?),
            ("max", Some(value)) => Step::Max(value.parse().ok()?),
            ("min", Some(value)) => Step::Min(value.parse().ok()?),
            _ => return None,
        };
        words.next().is_none().then_some(step)
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Step::Bias => f.write_str("bias"),
            Step::Residual => f.write_str("residual"),
            Step::Add(value) => write!(f, "add {value}"),
            Step::Shift(value) => write!(f, "shift {value}"),
            Step::Max(value) => write!(f, "max {value}"),
            Step::Min(value) => write!(f, "min {value}"),
        }
    }
}
