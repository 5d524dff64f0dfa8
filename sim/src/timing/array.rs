//! How long a pass is on its way through the array: skew, adders, drain and control.

use stationary_arch::{Drain, Operand, Skew, Topology};
use stationary_workloads::{Dim, PerDim};

use crate::dataflow::is_reduction;
use crate::mapping::Mapping;
use crate::timing::initiation::mac_interval;
use crate::timing::network::way;
use crate::window::Span;

impl Mapping {
    /// Cycles from a beat's last local step until its last result is at the network: the MAC
    /// pipeline, and what the pass occupies the array for.
    pub(crate) fn depth(&self, pass: &PerDim<Span>) -> u64 {
        self.depth_of(self.occupancy(pass))
    }

    /// [`Mapping::depth`] of a pass that occupies the array for so long.
    pub(crate) fn depth_of(&self, occupancy: u64) -> u64 {
        let latency = u64::from(self.accelerator.array.mac_latency);
        // The last MAC of a beat starts so long before the beat's last cycle is over.
        let started = mac_interval(&self.accelerator);
        (occupancy + latency).saturating_sub(started)
    }

    /// Cycles after a pass's last local step for which the array is not free for another: the skew
    /// of a systolic array, the adder tree, or the chain of PEs that adds; the drain of outputs that
    /// stayed; control.
    pub(crate) fn occupancy(&self, pass: &PerDim<Span>) -> u64 {
        self.occupancy_of(self.used_array(pass), self.adders(pass))
    }

    /// PEs of a pass that add up to the same outputs.
    pub(crate) fn adders(&self, pass: &PerDim<Span>) -> u64 {
        let reductions = Dim::ALL.into_iter().filter(|d| is_reduction(*d));
        reductions.map(|d| self.chunks(d, pass[d].extent)).product()
    }

    /// [`Mapping::occupancy`] of a pass on so many rows and columns, with so many PEs that add up.
    pub(crate) fn occupancy_of(&self, (rows, cols): (u64, u64), adders: u64) -> u64 {
        let a = &self.accelerator.array;
        let n = &self.accelerator.networks;
        let corner = if rows > 1 && cols > 1 {
            a.corner_overhead
        } else {
            0
        };
        let control = u64::from(a.pass_overhead) + u64::from(corner);
        let drain = if self.resident == Operand::Output && a.drain == Drain::ShiftOut {
            u64::from(a.rows) + 1
        } else {
            0
        };
        let way = if self.is_systolic() {
            self.skew(rows, cols)
        } else {
            match n.psum_out.topology {
                Topology::Tree => u64::from(adders.next_power_of_two().trailing_zeros()),
                _ => adders - 1,
            }
        };
        way + drain + control
    }

    /// Whether waves cross the array.
    pub(crate) fn is_systolic(&self) -> bool {
        let n = &self.accelerator.networks;
        [n.input, n.weight]
            .iter()
            .any(|n| n.topology == Topology::Systolic)
    }

    /// Cycles that a wave takes from the first PE to the last, and its sums down the columns.
    fn skew(&self, rows: u64, cols: u64) -> u64 {
        let a = &self.accelerator.array;
        let [by_rows, by_cols] = self.skew_is_of_used();
        let rows = if by_rows { rows } else { a.rows.into() };
        let cols = if by_cols { cols } else { a.cols.into() };
        (rows * self.row_registers()).saturating_sub(1) + cols - 1
    }

    /// Whether a wave crosses the rows, and the columns, that a pass uses, and not all there are.
    pub(crate) fn skew_is_of_used(&self) -> [bool; 2] {
        match self.accelerator.array.skew {
            Skew::Used => [true, true],
            Skew::Flow => [false, self.resident != Operand::Output],
            Skew::Whole => [false, false],
        }
    }

    /// Registers from a row to the next.
    pub(crate) fn row_registers(&self) -> u64 {
        match self.resident {
            Operand::Output => 1,
            Operand::Input | Operand::Weight => self.accelerator.array.psum_hop.into(),
        }
    }

    /// Beats whose results may be on their way out: those in the array's pipeline and on the
    /// network's wires, one being sent, one in the PEs' output registers, and what their queues
    /// hold.
    pub(crate) fn results_capacity(&self, pass: &PerDim<Span>) -> u64 {
        self.results_capacity_of(self.depth(pass), self.steps(pass))
    }

    /// [`Mapping::results_capacity`] of a pass of such a depth, with beats of so many steps.
    pub(crate) fn results_capacity_of(&self, depth: u64, steps: u64) -> u64 {
        let network = self.accelerator.networks.psum_out;
        let way = depth + way(network);
        way.div_ceil(steps) + 2 + self.packets_queued(Operand::Output, network)
    }

    /// Rows and columns of PEs that a pass occupies.
    pub(crate) fn used_array(&self, pass: &PerDim<Span>) -> (u64, u64) {
        let mut used = (1, 1);
        for d in Dim::ALL {
            let chunks = self.chunks(d, pass[d].extent);
            used.1 *= chunks.min(self.tiling.cols[d]);
            used.0 *= chunks.div_ceil(self.tiling.cols[d]);
        }
        used
    }
}
