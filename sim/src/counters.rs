//! What moved: the one vocabulary in which the model, the walk and the machine answer.

use serde::{Deserialize, Serialize};
use stationary_arch::PerOperand;

/// Counts of the words moved at each level, by operand, and of the MACs done. They are integers, so that
/// those of model and machine can be compared exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// The number of multiply-accumulates, those on padding included.
    pub macs: u64,
    /// Words read from DRAM (outputs: partial sums that had been spilled).
    pub dram_read: PerOperand<u64>,
    /// Words written to DRAM (outputs only; spilled partial sums included).
    pub dram_write: PerOperand<u64>,
    /// Of `dram_write.output`, the words that are partial sums, at the width of partial sums; words of
    /// `dram_read.output` have this width too.
    pub dram_spilled: u64,
    /// Words written into the global buffer from DRAM.
    pub buffer_fill: PerOperand<u64>,
    /// Words read from the global buffer for the array.
    pub buffer_read: PerOperand<u64>,
    /// Words written into the global buffer by the array.
    pub buffer_write: PerOperand<u64>,
    /// Words read from the global buffer for DRAM.
    pub buffer_drain: PerOperand<u64>,
    /// Words that arrive at PEs; a word multicast to n PEs counts n times.
    pub array_receive: PerOperand<u64>,
    /// Words that leave PEs for the global buffer.
    pub array_send: PerOperand<u64>,
    /// The number of partial sums that pass from one PE to the next, or through an adder of the tree.
    pub psum_hops: u64,
}

impl Counters {
    /// Each MAC, the words that go in and the outputs, once at every level: what no run can go below.
    pub(crate) fn once(macs: u64, inwards: PerOperand<u64>, outputs: u64) -> Self {
        let outwards = PerOperand {
            output: outputs,
            ..PerOperand::default()
        };
        Self {
            macs,
            dram_read: inwards,
            buffer_fill: inwards,
            buffer_read: inwards,
            array_receive: inwards,
            array_send: outwards,
            buffer_write: outwards,
            buffer_drain: outwards,
            dram_write: outwards,
            ..Self::default()
        }
    }

    /// What the array and its networks count, to be moved on.
    pub(crate) fn of_array(&mut self) -> impl Iterator<Item = &mut u64> {
        let single = [&mut self.macs, &mut self.dram_spilled, &mut self.psum_hops];
        let by_operand = [
            &mut self.buffer_read,
            &mut self.buffer_write,
            &mut self.buffer_drain,
            &mut self.array_receive,
            &mut self.array_send,
        ];
        single.into_iter().chain(each(by_operand))
    }

    /// What crosses the link to DRAM, to be moved on.
    pub(crate) fn of_link(&mut self) -> impl Iterator<Item = &mut u64> {
        each([
            &mut self.dram_read,
            &mut self.dram_write,
            &mut self.buffer_fill,
        ])
    }

    /// So many times the counts.
    pub(crate) fn times(&self, times: u64) -> Counters {
        let all = |counts: &PerOperand<u64>| PerOperand::from_fn(|o| counts[o] * times);
        Counters {
            macs: self.macs * times,
            dram_read: all(&self.dram_read),
            dram_write: all(&self.dram_write),
            dram_spilled: self.dram_spilled * times,
            buffer_fill: all(&self.buffer_fill),
            buffer_read: all(&self.buffer_read),
            buffer_write: all(&self.buffer_write),
            buffer_drain: all(&self.buffer_drain),
            array_receive: all(&self.array_receive),
            array_send: all(&self.array_send),
            psum_hops: self.psum_hops * times,
        }
    }

    /// Adds the counts of another layer to these.
    pub fn add(&mut self, other: &Counters) {
        self.macs += other.macs;
        self.dram_spilled += other.dram_spilled;
        self.psum_hops += other.psum_hops;
        for (mine, theirs) in [
            (&mut self.dram_read, &other.dram_read),
            (&mut self.dram_write, &other.dram_write),
            (&mut self.buffer_fill, &other.buffer_fill),
            (&mut self.buffer_read, &other.buffer_read),
            (&mut self.buffer_write, &other.buffer_write),
            (&mut self.buffer_drain, &other.buffer_drain),
            (&mut self.array_receive, &other.array_receive),
            (&mut self.array_send, &other.array_send),
        ] {
            for operand in stationary_arch::Operand::ALL {
                mine[operand] += theirs[operand];
            }
        }
    }
}

fn each<const N: usize>(counts: [&mut PerOperand<u64>; N]) -> impl Iterator<Item = &mut u64> {
    counts
        .into_iter()
        .flat_map(|c| [&mut c.input, &mut c.weight, &mut c.output])
}

/// Counts of what a machine fetches that instructions control.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// The number of instructions run.
    pub instructions: u64,
    /// Bytes of these instructions, all fetched from memory.
    pub instruction_bytes: u64,
    /// Bytes of micro-ops loaded.
    pub micro_op_bytes: u64,
}
