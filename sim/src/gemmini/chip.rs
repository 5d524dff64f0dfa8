//! What the measured chips have in common, as named constants, and what a mesh's size decides.
//!
//! Sources, by repository: [G] gemmini (`Configs.scala`, `LoadController.scala`, `DMA.scala`,
//! `MeshWithDelays.scala`, `ReservationStation.scala`), [L] block-inclusivecache-sifive
//! (`Parameters.scala`), [R] read off measured rows of `gemmini-dosa` on FireSim.

/// Cycles of Rocket from one convolution call to the next: fastest rows, flat over meshes [R].
pub const CONVOLUTION_CALL: u64 = 253;
/// Cycles of Rocket from one matmul call to the next: fastest rows, flat over meshes [R].
pub const MATMUL_CALL: u64 = 126;
/// Cycles before the first call: the configuration commands and the C function's beginning [R].
pub const PROLOGUE: u64 = 1000;
/// Cycles from the last result in memory to the end of the fence and the second read of the counter.
pub const FENCE: u64 = 20;

/// Loads, pairs of preload and compute, and stores that the reservation station holds [G].
pub const LOAD_ENTRIES: usize = 8;
/// See [`LOAD_ENTRIES`]: 16 entries, two to a pair [G].
pub const PAIR_ENTRIES: usize = 8;
/// See [`LOAD_ENTRIES`] [G].
pub const STORE_ENTRIES: usize = 4;
/// Requests of the DMA under way, of reads and of writes each [G].
pub const REQUESTS: usize = 16;
/// Bytes of a beat of the system bus [G].
pub const BEAT_BYTES: u64 = 16;
/// Bytes of the largest request, and of a command's row if the mesh is no wider [G].
pub const REQUEST_BYTES: u64 = 64;
/// Tags of operations under way in the mesh [G].
pub const MESH_TAGS: usize = 6;
/// Least cycles of a pair: two writes to an accumulator row lie four cycles apart [G].
pub const LEAST_PAIR: u64 = 4;

/// Cycles from a command's way into the station to its issue, and from there to the first request
/// of the DMA: the queues of the unroller, the station and the load controller [G].
pub const LOAD_ISSUE: u64 = 5;
/// Cycles from the last row of a load to the entry and the DMA's slot that it frees: four stages of
/// scaling, the write, the command tracker and the arbiter of completions [G].
pub const LOAD_TURN: u64 = 7;
/// Cycles from a pair's way into the station until its operands can be read [G].
pub const PAIR_ISSUE: u64 = 3;
/// Cycles from a store's way into the station until its first row is read [G].
pub const STORE_ISSUE: u64 = 4;
/// Cycles that a row of results takes from the accumulator to the DMA's first beat: the read, the
/// scaling and the queues [G].
pub const STORE_PIPE: u64 = 12;
/// Rows of results between the accumulator and the DMA: the queues of dispatch and issue [G].
pub const STORE_ROWS: usize = 9;
/// Cycles that results are on their way beyond the mesh's two diagonals [G].
pub const MESH_PIPE: u64 = 2;
/// Cycles from a place that becomes free in the unroller until the next loop runs: the rest of the
/// configuration commands, which wait in two queues [G].
pub const CONVOLUTION_REFILL: u64 = 4;
/// See [`CONVOLUTION_REFILL`]; all commands of a matmul call fit the three queues, and pass one a
/// cycle [G].
pub const MATMUL_REFILL: u64 = 8;

/// Sets, ways and bytes of a line of the second-level cache [L].
pub const CACHE_SETS: usize = 1024;
/// See [`CACHE_SETS`] [L].
pub const CACHE_WAYS: usize = 8;
/// See [`CACHE_SETS`] [L].
pub const LINE_BYTES: u64 = 64;
/// Miss registers for requests from inside; a hit takes one, too [L].
pub const MISS_REGISTERS: usize = 10;
/// Cycles in which a hit holds its register [L].
pub const HIT_HOLDS: u64 = 3;
/// Cycles of a line on the memory bus, 8 bytes a cycle.
pub const LINE_CYCLES: u64 = 8;
/// The three latencies that are fitted to measurements, in cycles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// Cycles from a request to the first beat of its answer, if the second-level cache holds the line.
    pub hit: u64,
    /// Cycles from a miss in the second-level cache to its line's first beat on the memory bus.
    pub miss: u64,
    /// Cycles on the memory bus for a line that is written back, before the line that takes its way.
    pub write_back: u64,
}

impl Times {
    /// The latencies fitted to DOSA's measurements on FireSim: to the random mappings of at most six million
    /// cycles of every second layer, the first in sorted order among them (`tests/data/gemmini/README.md`).
    pub const FITTED: Self = Self {
        hit: 13,
        miss: 25,
        write_back: 16,
    };
}

/// What a mesh's size decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chip {
    /// Rows and columns of the mesh.
    pub(super) mesh: u64,
    /// Blocks of the mesh's width in a command of the input's width.
    pub(super) blocks: u64,
    /// Blocks in a command that clears accumulators of 32 bits.
    pub(super) clear_blocks: u64,
    /// Commands of the DMA under way, of loads and of stores each.
    pub(super) under_way: u64,
}

impl Chip {
    pub(super) fn new(mesh: u64) -> Self {
        Self {
            mesh,
            blocks: (REQUEST_BYTES / mesh).max(1),
            clear_blocks: (REQUEST_BYTES / (4 * mesh)).max(1),
            under_way: REQUESTS as u64 / mesh + 1,
        }
    }

    /// Cycles from the last operand's way into the mesh to the last result's way out.
    pub(super) fn mesh_latency(self) -> u64 {
        2 * self.mesh + MESH_PIPE
    }
}
