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
use crate::declaration::{Kibibytes, section};
use crate::limits;
use crate::units::Bits;

section! {
    /// What controls the machine besides the fields that all machines have.
    #[derive(Eq, Hash)]
    pub struct Decoupled, file DecoupledConfig {
        /// Instructions that the queue before each unit holds.
        queue: u32 = 512, in limits::FIFO, unit "instructions";
        /// Cycles that each instruction of any unit costs before and after its work.
        sync: u32 = 2, in limits::FIFO, unit "cycles";
        /// Instructions that are fetched at a time; the next are fetched when all are in the queues.
        fetch: u32 = 128, in limits::FIFO, unit "instructions";
        /// The GEMM core: one product of a block of inputs and a block of weights at a time.
        gemm: GemmCore = default;
        /// The ALU on the accumulators.
        alu: Alu = default;
        /// Capacity of the micro-op buffer; a micro-op has 32 bits.
        micro_op_bytes "micro_op_kib": u64 as Kibibytes = (32 * 1024), in limits::BUFFER_BYTES, unit "KiB";
        /// The way to memory: requests and bursts.
        memory: MemoryEngine = default;
        /// What becomes of each sum before it is stored, in order.
        epilogue: Vec<EpilogueStep> = (vec![EpilogueStep::Shift(8), EpilogueStep::Max(0), EpilogueStep::Min(127)]);
    }
}

section! {
    /// The GEMM core: one product of a block of inputs and a block of weights at a time.
    #[derive(Copy, Eq, Hash)]
    pub struct GemmCore, file GemmConfig {
        /// From one product to the next.
        interval: u32 = 1, in limits::FIFO, unit "cycles";
        /// Until the last product of an instruction is in the accumulators.
        latency: u32 = 5, in limits::LATENCY, unit "cycles";
        /// For each turn of an instruction's two hardware loops.
        loop_overhead: u32 = 0, in limits::LATENCY, unit "cycles";
    }
}

section! {
    /// The ALU on the accumulators.
    #[derive(Copy, Eq, Hash)]
    pub struct Alu, file AluConfig {
        /// For a vector and an immediate.
        immediate: u32 = 1, in limits::FIFO, unit "cycles";
        /// For two vectors.
        tensor: u32 = 2, in limits::FIFO, unit "cycles";
        /// Until the last vector of an instruction is written.
        latency: u32 = 5, in limits::LATENCY, unit "cycles";
        /// For each turn of an instruction's two hardware loops.
        loop_overhead: u32 = 0, in limits::LATENCY, unit "cycles";
    }
}

section! {
    /// Requests, bursts, and who goes first.
    #[derive(Copy, Eq, Hash)]
    pub struct MemoryEngine, file MemoryConfig {
        /// Width of the bus to memory, a power of two: a beat, of which it moves one a cycle.
        bus "bus_bits": Bits = (Bits(64)), in limits::BUS_BITS, unit "bits";
        /// Beats of the longest burst; bursts do not cross multiples of their greatest length.
        burst_beats: u32 = 256, in limits::FIFO, unit "beats";
        /// Reads that may be under way at a time.
        outstanding: u32 = 16, in limits::FIFO, unit "reads";
        /// Handshake before a request reaches memory.
        request: u32 = 2, in limits::LATENCY, unit "cycles";
        /// How the rows of a transfer follow each other.
        rows: RowOrder = default;
        /// For writing the zeros of one vector.
        zero_cycles: u32 = 1, in limits::LATENCY, unit "cycles";
        /// For the store unit to read a vector, in which it sends nothing.
        store_gap: u32 = 1, in limits::LATENCY, unit "cycles";
        /// Capacity of a cache before memory: tensors that fit come at the width of the bus, others as
        /// fast as memory gives them. None if zero.
        cache_bytes "cache_kib": u64 as Kibibytes = 0, in limits::CACHE_BYTES, unit "KiB";
    }
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

/// A step of the ALU that is applied to every sum before it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EpilogueStep {
    /// Adds the output channel's bias, which is loaded with each tile.
    Bias,
    /// Adds the value of another tensor of the same shape, such as a block's shortcut, which is loaded
    /// with each tile at the width of outputs.
    Residual,
    /// Adds a constant.
    Add(i16),
    /// Shifts right by a number of bits, keeping the sign.
    Shift(u8),
    /// Takes the greater of the value and a constant.
    Max(i16),
    /// Takes the lesser of the value and a constant.
    Min(i16),
}

impl EpilogueStep {
    /// Whether both operands of the step are vectors: true of [`EpilogueStep::Bias`] and
    /// [`EpilogueStep::Residual`].
    #[must_use]
    #[inline]
    pub const fn is_tensor(self) -> bool {
        matches!(self, EpilogueStep::Bias | EpilogueStep::Residual)
    }

    /// Applies the step to one value; `other` is its channel's bias, or the other tensor's value, where the
    /// step reads one.
    ///
    /// ```
    /// use stationary_arch::EpilogueStep;
    ///
    /// assert_eq!(EpilogueStep::Shift(2).apply(-5, 0), -2);
    /// assert_eq!(EpilogueStep::Bias.apply(3, -7), -4);
    /// ```
    #[must_use]
    pub fn apply(self, value: i32, other: i32) -> i32 {
        match self {
            EpilogueStep::Bias | EpilogueStep::Residual => value.wrapping_add(other),
            EpilogueStep::Add(constant) => value.wrapping_add(constant.into()),
            EpilogueStep::Shift(bits) => value >> bits,
            EpilogueStep::Max(constant) => value.max(constant.into()),
            EpilogueStep::Min(constant) => value.min(constant.into()),
        }
    }

    /// The step that a file writes so, such as `shift 8`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let step = match (words.next()?, words.next()) {
            ("bias", None) => EpilogueStep::Bias,
            ("residual", None) => EpilogueStep::Residual,
            ("add", Some(value)) => EpilogueStep::Add(value.parse().ok()?),
            ("shift", Some(value)) => {
                EpilogueStep::Shift(value.parse().ok().filter(|bits| *bits < 32)?)
            }
            ("max", Some(value)) => EpilogueStep::Max(value.parse().ok()?),
            ("min", Some(value)) => EpilogueStep::Min(value.parse().ok()?),
            _ => return None,
        };
        words.next().is_none().then_some(step)
    }
}

impl std::fmt::Display for EpilogueStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            EpilogueStep::Bias => f.write_str("bias"),
            EpilogueStep::Residual => f.write_str("residual"),
            EpilogueStep::Add(value) => write!(f, "add {value}"),
            EpilogueStep::Shift(value) => write!(f, "shift {value}"),
            EpilogueStep::Max(value) => write!(f, "max {value}"),
            EpilogueStep::Min(value) => write!(f, "min {value}"),
        }
    }
}
