//! How long a pass is on its way through the array: skew, adders, drain and control.

use stationary_arch::{Drain, Operand, ResidentLoad, Skew, Topology};
use stationary_workloads::{Dim, PerDim};

use crate::dataflow::is_reduction;
use crate::mapping::Mapping;
use crate::window::Span;

impl Mapping {
    /// Cycles of a beat, which are those of the busiest PE: the product over all dimensions of what stands
    /// here, its local steps; the first dimension has the cycles of each as well.
    pub(crate) fn beat_cycles_along(&self, dim: Dim, extent: u64) -> u64 {
        let each = match dim {
            Dim::N => u64::from(self.accelerator.array.mac_interval),
            _ => 1,
        };
        if self.beat_step[dim] > 0 {
            return each;
        }
        each * extent
            .min(self.tiling.local[dim])
            .div_ceil(self.lane_step[dim])
    }

    /// Cycles from a beat's last local step until its last result is at the network: the MAC
    /// pipeline, and what the pass occupies the array for.
    pub(crate) fn depth(&self, pass: &PerDim<Span>) -> u64 {
        self.depth_of(self.occupancy(pass))
    }

    /// [`Mapping::depth`] of a pass that occupies the array for so long.
    pub(crate) fn depth_of(&self, occupancy: u64) -> u64 {
        let array = &self.accelerator.array;
        // The last MAC of a beat starts so long before the beat's last cycle is over.
        let started = u64::from(array.mac_interval);
        (occupancy + u64::from(array.mac_latency)).saturating_sub(started)
    }

    /// Cycles after a pass's last local step for which the array is not free for another: the skew
    /// of a systolic array, the adder tree, or the chain of PEs that adds; the drain of outputs that
    /// stayed; control.
    pub(crate) fn occupancy(&self, pass: &PerDim<Span>) -> u64 {
        let reductions = Dim::ALL.into_iter().filter(|d| is_reduction(*d));
        let adders = reductions.map(|d| self.chunks(d, pass[d].extent)).product();
        self.occupancy_of(self.used_array(pass), adders)
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
        let stays = self.resident == Operand::Output;
        let rows = match a.skew {
            Skew::Used => rows,
            Skew::Flow | Skew::Whole => u64::from(a.rows),
        };
        let cols = match a.skew {
            Skew::Flow if stays => u64::from(a.cols),
            Skew::Used | Skew::Flow => cols,
            Skew::Whole => u64::from(a.cols),
        };
        let registers = if stays { 1 } else { u64::from(a.psum_hop) };
        (rows * registers).saturating_sub(1) + cols - 1
    }

    /// Whether resident tiles shift in through the rows while the array stands still.
    pub(crate) fn shifts_in(&self) -> bool {
        self.resident != Operand::Output
            && self.accelerator.array.resident_load == ResidentLoad::ShiftIn
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
        let way = depth + u64::from(network.latency).max(1);
        let held = self.beat_words_per_pe(Operand::Output);
        way.div_ceil(steps) + 2 + u64::from(network.fifo_words) / held
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
