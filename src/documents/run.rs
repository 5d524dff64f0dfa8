//! `stationary/run/1`: what `estimate` and `simulate` found.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use super::common::{Coverage, Dims, EnergyByComponent, EnergyParts, Goal, Parts, Peaks};
use crate::mappings::LayerPlan;

/// A run of a network, by model or machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// `stationary/run/1`.
    pub schema: String,
    /// Who answers: `model` or `machine`.
    pub reading: String,
    /// The accelerator's name.
    pub arch: String,
    /// The network's name.
    pub network: String,
    /// The dataflow by its short name, or `decoupled`.
    pub dataflow: String,
    /// What mappings were chosen for; null where a file gives all.
    pub goal: Option<Goal>,
    /// The seed that was given; nothing of a run is drawn.
    pub seed: u64,
    /// Images.
    pub batch: u64,
    /// What was overridden.
    pub settings: Vec<String>,
    /// How much of the network the answer is for.
    pub coverage: Coverage,
    /// What the accelerator could do at most.
    pub accelerator: Peaks,
    /// What energy and area rest on besides measurements.
    pub caveats: Vec<String>,
    /// What is to be known beside the figures.
    pub notes: Vec<String>,
    /// What to try next, in a sentence.
    pub advice: String,
    /// The same for programs; null where nothing was tried.
    pub advised: Option<Advised>,
    /// Layer by layer, in the network's order.
    pub layers: Vec<RunLayer>,
    /// All layers together.
    pub total: Total,
}

impl Document for Run {
    const NAME: &'static str = "stationary/run/1";
    const TITLE: &'static str = "Run of a network by the model or the machine of stationary";
}

/// What to try next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Advised {
    /// What cycles go by.
    pub cycles_go_by: Vec<Share>,
    /// Changes that help, the best first.
    pub changes: Vec<Advice>,
    /// The flags of every change that was tried.
    pub tried: Vec<Vec<String>>,
    /// The share of the cycles that goes by in the layers that changes were tried on.
    pub share_of_cycles: f64,
}

/// A share of a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    /// What it is of.
    pub of: String,
    /// From 0 to 1.
    pub share: f64,
}

/// A change that helps, and what becomes of the run; changes are relative, less than zero is less.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Advice {
    /// As it is typed.
    pub flags: Vec<String>,
    /// What `change` is of.
    pub metric: String,
    /// Whose figures these are.
    pub by: String,
    /// Of the metric.
    pub change: f64,
    /// Of the cycles an image.
    pub cycles_change: f64,
    /// Of the energy an image.
    pub energy_change: f64,
    /// Of the area.
    pub area_change: f64,
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunLayer {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub dims: Dims,
    /// Multiply-accumulates.
    pub macs: u64,
    /// Cycles of the array's clock.
    pub cycles: u64,
    /// What the model says.
    pub model_cycles: u64,
    /// Cycles from the first to the last multiply-accumulate, with memory never in the way.
    pub compute_cycles: u64,
    /// Cycles less those in which the array waited for DRAM.
    pub processing_cycles: u64,
    /// Cycles that this mapping cannot go below.
    pub lower_bound_cycles: u64,
    /// Cycles in which the array works.
    pub busy_cycles: u64,
    /// Multiply-accumulates by the array's peak over all cycles, from 0 to 1.
    pub utilization: f64,
    /// PEs that the mapping uses at most.
    pub active_pes: u64,
    /// Lanes of a PE that have a channel each.
    pub active_lanes: u64,
    /// Cycles lost by cause; none under the model.
    pub stalls: IndexMap<String, u64>,
    /// Words and bytes moved.
    pub moved: Traffic,
    /// Energy by component.
    pub energy_pj: EnergyByComponent,
    /// What it consists of.
    pub energy_parts_pj: EnergyParts,
    /// Energy that no mapping can go below.
    pub energy_lower_bound_pj: f64,
    /// What ran.
    pub mapping: LayerPlan,
    /// What sets the time.
    pub bound_by: String,
    /// What the memory did, if it is a DRAM standard and the machine ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dram: Option<Dram>,
}

/// Words moved, by place and operand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Traffic {
    /// Words that cross the DRAM interface.
    pub dram: TrafficOfDram,
    /// Bytes that cross it, packed as they are there.
    pub dram_bytes: f64,
    /// Those of them that are written.
    pub dram_written_bytes: f64,
    /// Words in and out of the buffer.
    pub global_buffer: IndexMap<String, u64>,
    /// Words in and out of the array.
    pub array: IndexMap<String, u64>,
}

/// Words that cross the DRAM interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrafficOfDram {
    /// Inputs.
    pub input_read: u64,
    /// Weights.
    pub weight_read: u64,
    /// Partial sums.
    pub output_read: u64,
    /// Outputs and partial sums.
    pub output_write: u64,
    /// Words that only another version tells apart, by their names.
    #[serde(flatten)]
    pub others: IndexMap<String, u64>,
}

impl TrafficOfDram {
    /// Words by what they are and which way they go.
    pub fn crossings(&self) -> impl Iterator<Item = (&str, u64)> {
        let others = self.others.iter();
        [
            ("input_read", self.input_read),
            ("weight_read", self.weight_read),
            ("output_read", self.output_read),
            ("output_write", self.output_write),
        ]
        .into_iter()
        .chain(others.map(|(name, words)| (name.as_str(), *words)))
    }
}

/// What a DRAM standard did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dram {
    /// Read bursts.
    pub reads: u64,
    /// Write bursts.
    pub writes: u64,
    /// Bursts whose row was open.
    pub row_hits: u64,
    /// Bursts whose bank was closed.
    pub row_misses: u64,
    /// Bursts whose bank had another row open.
    pub row_conflicts: u64,
    /// Refreshes.
    pub refreshes: u64,
    /// Memory clocks from a read's arrival to its last data, on the mean.
    pub mean_read_latency: f64,
}

/// All layers together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Total {
    /// Cycles of the array's clock.
    pub cycles: u64,
    /// Multiply-accumulates.
    pub macs: u64,
    /// Energy in picojoules.
    pub energy_pj: f64,
    /// Area of the chip in square microns.
    pub area_um2: f64,
    /// Time of a run.
    pub seconds: f64,
    /// Energy by component.
    pub energy_by_component_pj: EnergyByComponent,
    /// What it consists of.
    pub energy_parts_pj: EnergyParts,
    /// Energy that no mapping can go below.
    pub energy_lower_bound_pj: f64,
    /// Energy of a multiply-accumulate, all included.
    pub energy_per_mac_pj: f64,
    /// Energy times time, in joule seconds.
    pub edp_js: f64,
    /// 10^12 operations a second, two to a multiply-accumulate.
    pub tops: f64,
    /// The same by the power, DRAM included.
    pub tops_per_watt: f64,
    /// Bytes that cross the DRAM interface for a multiply-accumulate.
    pub dram_bytes_per_mac: f64,
    /// Area by part of the chip in square microns.
    pub area_parts_um2: Parts,
    /// Power in milliwatts, DRAM included.
    pub average_power_mw: f64,
    /// Power of the chip at most.
    pub peak_power_mw: f64,
    /// Power of DRAM at most; null where an ideal memory has none.
    pub peak_dram_power_mw: Option<f64>,
}
