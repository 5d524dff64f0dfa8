//! The section `decoupled` of the accelerator file.
//!
//! ```yaml
//! decoupled:
//!   queue: 512                  # instructions in front of each unit
//!   sync: 2                     # cycles of control that each instruction costs
//!   fetch: 128                  # instructions fetched at a time
//!   gemm: {interval: 1, latency: 5, loop_overhead: 0}
//!   alu: {immediate: 1, tensor: 2, latency: 5, loop_overhead: 0}
//!   micro_op_kib: 32
//!   memory:
//!     bus_bits: 64              # a beat a cycle
//!     burst_beats: 256          # bursts are aligned to their greatest length
//!     outstanding: 16
//!     request: 2                # cycles before a request reaches memory
//!     rows: overlapped          # or one_by_one
//!     zero_cycles: 1            # for a vector of zeros
//!     store_gap: 1              # to read a vector that is stored
//!     cache_kib: 0              # tensors that fit come at the width of the bus
//!   epilogue: [shift 8, max 0, min 127]   # also: bias, residual, add N
//! ```
//!
//! The values above are the defaults.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::fields::mirror;
use super::{Count, Number};
use crate::check::{Collector, limits};
use crate::decoupled::{Alu, Decoupled, GemmCore, MemoryEngine, RowOrder, Step};
use crate::units::Bits;

mirror! {
    DecoupledConfig {
        /// Instructions that the queue before each unit holds; 512 by default.
        queue: Count,
        /// Cycles that each instruction costs before and after its work; 2 by default.
        sync: Count,
        /// Instructions that are fetched at a time; 128 by default.
        fetch: Count,
        /// The GEMM core: one product of a block of inputs and a block of weights at a time.
        gemm: GemmConfig,
        /// The ALU on the accumulators.
        alu: AluConfig,
        /// Capacity of the micro-op buffer in KiB; 32 by default.
        micro_op_kib: Number,
        /// The way to memory: requests and bursts.
        memory: MemoryConfig,
        /// What becomes of each sum before it is stored, in order: `bias`, `residual`, `add N`,
        /// `shift N`, `max N`, `min N`; `[shift 8, max 0, min 127]` by default.
        epilogue: Vec<StepConfig>,
    }
    GemmConfig {
        /// Cycles from one product to the next; 1 by default.
        interval: Count,
        /// Cycles until the last product of an instruction is in the accumulators; 5 by default.
        latency: Count,
        /// Cycles for each turn of an instruction's two hardware loops; 0 by default.
        loop_overhead: Count,
    }
    AluConfig {
        /// Cycles for a vector and an immediate; 1 by default.
        immediate: Count,
        /// Cycles for two vectors; 2 by default.
        tensor: Count,
        /// Cycles until the last vector of an instruction is written; 5 by default.
        latency: Count,
        /// Cycles for each turn of an instruction's two hardware loops; 0 by default.
        loop_overhead: Count,
    }
    MemoryConfig {
        /// Bits of the bus to memory, which moves one beat a cycle; 64 by default.
        bus_bits: Count,
        /// Beats of the longest burst; 256 by default.
        burst_beats: Count,
        /// Reads that may be under way at a time; 16 by default.
        outstanding: Count,
        /// Cycles of handshake before a request reaches memory; 2 by default.
        request: Count,
        /// How the rows of a transfer follow each other; `overlapped` by default.
        rows: RowOrder,
        /// Cycles that writing the zeros of one vector takes; 1 by default.
        zero_cycles: Count,
        /// Cycles that the store unit takes to read a vector, in which it sends nothing; 1 by
        /// default.
        store_gap: Count,
        /// Capacity in KiB of a cache before memory, from which tensors that fit come at the width
        /// of the bus; 0, none, by default.
        cache_kib: Number,
    }
}

/// A step of the epilogue, as text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct StepConfig(Step);

/// What a step may look like, as a regular expression.
pub(crate) const STEP: &str = "^(bias|residual|(add|max|min) -?[0-9]+|shift [0-9]+)$";

impl<'de> Deserialize<'de> for StepConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Step::parse(&text).map(Self).ok_or_else(|| {
            D::Error::custom(format_args!(
                "found `{text}`; allowed: `bias`, `add N`, `shift N`, `max N`, `min N`"
            ))
        })
    }
}

impl Serialize for StepConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl DecoupledConfig {
    pub(crate) fn resolve(self, problems: &mut Collector) -> Decoupled {
        let gemm = self.gemm.unwrap_or_default();
        let alu = self.alu.unwrap_or_default();
        let memory = self.memory.unwrap_or_default();
        let mut count = |path: &str, value, default, limits: limits::Limits| {
            problems.narrow(&format!("decoupled.{path}"), value, default, limits)
        };
        let mut decoupled = Decoupled {
            queue: count("queue", self.queue, 512, limits::FIFO),
            sync: count("sync", self.sync, 2, limits::LATENCY),
            fetch: count("fetch", self.fetch, 128, limits::FIFO),
            gemm: GemmCore {
                interval: count("gemm.interval", gemm.interval, 1, limits::LATENCY),
                latency: count("gemm.latency", gemm.latency, 5, limits::LATENCY),
                loop_overhead: count("gemm.loop_overhead", gemm.loop_overhead, 0, limits::LATENCY),
            },
            alu: Alu {
                immediate: count("alu.immediate", alu.immediate, 1, limits::LATENCY),
                tensor: count("alu.tensor", alu.tensor, 2, limits::LATENCY),
                latency: count("alu.latency", alu.latency, 5, limits::LATENCY),
                loop_overhead: count("alu.loop_overhead", alu.loop_overhead, 0, limits::LATENCY),
            },
            micro_op_bytes: 0,
            memory: MemoryEngine {
                bus: Bits(count(
                    "memory.bus_bits",
                    memory.bus_bits,
                    64,
                    limits::DRAM_WORD_BITS,
                )),
                burst_beats: count("memory.burst_beats", memory.burst_beats, 256, limits::FIFO),
                outstanding: count("memory.outstanding", memory.outstanding, 16, limits::FIFO),
                request: count("memory.request", memory.request, 2, limits::LATENCY),
                rows: memory.rows.unwrap_or_default(),
                zero_cycles: count("memory.zero_cycles", memory.zero_cycles, 1, limits::LATENCY),
                store_gap: count("memory.store_gap", memory.store_gap, 1, limits::LATENCY),
                cache_bytes: 0,
            },
            epilogue: self.epilogue.map_or_else(
                || vec![Step::Shift(8), Step::Max(0), Step::Min(127)],
                |steps| steps.into_iter().map(|StepConfig(step)| step).collect(),
            ),
        };
        let kib = self.micro_op_kib.unwrap_or(Number(32.0));
        decoupled.micro_op_bytes = problems.bytes("decoupled.micro_op_kib", kib);
        if let Some(kib) = memory.cache_kib.filter(|kib| kib.0 != 0.0) {
            decoupled.memory.cache_bytes = problems.bytes("decoupled.memory.cache_kib", kib);
        }
        decoupled
    }

    pub(crate) fn of(decoupled: &Decoupled) -> Self {
        let count = |value: u32| Some(Count(value.into()));
        let kib = |bytes: u64| Some(Number(bytes as f64 / 1024.0));
        let (gemm, alu, memory) = (decoupled.gemm, decoupled.alu, decoupled.memory);
        Self {
            queue: count(decoupled.queue),
            sync: count(decoupled.sync),
            fetch: count(decoupled.fetch),
            gemm: Some(GemmConfig {
                interval: count(gemm.interval),
                latency: count(gemm.latency),
                loop_overhead: count(gemm.loop_overhead),
            }),
            alu: Some(AluConfig {
                immediate: count(alu.immediate),
                tensor: count(alu.tensor),
                latency: count(alu.latency),
                loop_overhead: count(alu.loop_overhead),
            }),
            micro_op_kib: kib(decoupled.micro_op_bytes),
            memory: Some(MemoryConfig {
                bus_bits: count(memory.bus.0),
                burst_beats: count(memory.burst_beats),
                outstanding: count(memory.outstanding),
                request: count(memory.request),
                rows: Some(memory.rows),
                zero_cycles: count(memory.zero_cycles),
                store_gap: count(memory.store_gap),
                cache_kib: kib(memory.cache_bytes),
            }),
            epilogue: Some(decoupled.epilogue.iter().copied().map(StepConfig).collect()),
        }
    }
}
