//! Memories of test benches, by name: pipes whose every figure is known.

use crate::accelerator::{Arbitration, Dram, DramKind};
use crate::units::{Bits, Kilohertz};

/// A memory of another tool's test bench: it runs in the array's clock, with a fixed width and latency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pipe {
    /// The name that files have as the kind of DRAM, such as `nvdla-tb-8B`.
    pub name: &'static str,
    /// Bytes a clock, each way.
    bytes_per_cycle: u32,
    /// Clocks from a read to its answer.
    latency: u32,
}

/// The memories of NVDLA's test bench as shipped, which accepts a read of 8 bytes every other
/// clock, and with one every clock. AXI has a channel for reads and one for writes; weights and
/// data take turns.
const PIPES: [Pipe; 5] = [
    Pipe {
        name: "nvdla-tb-4B",
        bytes_per_cycle: 4,
        latency: 32,
    },
    Pipe {
        name: "nvdla-tb-8B",
        bytes_per_cycle: 8,
        latency: 32,
    },
    Pipe {
        name: "vta-tsim-8B",
        bytes_per_cycle: 8,
        latency: 16,
    },
    Pipe {
        name: "vta-tsim-16B",
        bytes_per_cycle: 16,
        latency: 16,
    },
    Pipe {
        name: "vta-tsim-64B",
        bytes_per_cycle: 64,
        latency: 16,
    },
];

impl Pipe {
    /// The names of all such memories.
    pub fn names() -> impl ExactSizeIterator<Item = &'static str> {
        PIPES.iter().map(|pipe| pipe.name)
    }

    /// The memory of this name; None if there is none.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        PIPES.into_iter().find(|pipe| pipe.name == name)
    }

    /// The section `dram` of an accelerator whose array has this clock.
    #[must_use]
    pub fn dram(self, clock: Kilohertz) -> Dram {
        Dram {
            kind: DramKind::Bandwidth {
                words_per_cycle: self.bytes_per_cycle,
                latency: self.latency,
            },
            clock,
            word: Bits(8),
            run_length: None,
            duplex: true,
            arbitration: Arbitration::RoundRobin,
        }
    }
}
