//! `stationary/run/1`: what `estimate` and `simulate` found.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Document;
use super::common::{Coverage, Dims, EnergyByComponent, EnergyParts, Goal, Parts, Peaks};
use crate::mappings::LayerPlan;

/// The answer of `estimate` or `simulate`: the figures of a network, by model or machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The name of the schema: `stationary/run/1`.
    pub schema: String,
    /// Whether the figures are the model's or the machine's: `model` or `machine`.
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
    /// The number of images.
    pub batch: u64,
    /// The overrides of fields of the accelerator, as given.
    pub settings: Vec<String>,
    /// How much of the network the answer is for.
    pub coverage: Coverage,
    /// What the accelerator could do at most.
    pub accelerator: Peaks,
    /// Sentences on what energy and area rest on besides measurements.
    pub caveats: Vec<String>,
    /// Sentences to be read beside the figures.
    pub notes: Vec<String>,
    /// What to try next, in a sentence.
    pub advice: String,
    /// The same advice for programs; null where nothing was tried.
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

/// Changes to try next, and what the run's cycles go by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Advised {
    /// The parts of the hardware that cycles are spent on, with their shares.
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
    /// The part of the hardware.
    pub of: String,
    /// The share of the run's cycles, from 0 to 1.
    pub share: f64,
}

/// A change that helps, with its relative effect on the run: 0.1 is 10 % more, less than zero is less.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Advice {
    /// The change as it is typed: a flag and its value.
    pub flags: Vec<String>,
    /// The name of the figure that `change` is about.
    pub metric: String,
    /// Whether the figures are the model's or the machine's.
    pub by: String,
    /// The relative change of the metric.
    pub change: f64,
    /// The relative change of cycles for one image.
    pub cycles_change: f64,
    /// The relative change of energy for one image.
    pub energy_change: f64,
    /// The relative change of the chip's area.
    pub area_change: f64,
}

/// The figures of a layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunLayer {
    /// The layer's name.
    pub name: String,
    /// The layer's shape.
    pub dims: Dims,
    /// The number of multiply-accumulates.
    pub macs: u64,
    /// Cycles of the array's clock.
    pub cycles: u64,
    /// Cycles by the model's estimate.
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
    /// Energy by component, in picojoules.
    pub energy_pj: EnergyByComponent,
    /// The parts of each component's energy, in picojoules.
    pub energy_parts_pj: EnergyParts,
    /// Energy that no mapping goes below, in picojoules.
    pub energy_lower_bound_pj: f64,
    /// The mapping or schedule that ran.
    pub mapping: LayerPlan,
    /// The part of the hardware that sets the time.
    pub bound_by: String,
    /// Statistics of the DRAM; left out unless the machine ran on a DRAM standard.
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
    /// Of `dram_bytes`, the bytes that are written.
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

/// Statistics of a DRAM standard.
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

/// The figures of all layers together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Total {
    /// Cycles of the array's clock.
    pub cycles: u64,
    /// The number of multiply-accumulates.
    pub macs: u64,
    /// Energy in picojoules.
    pub energy_pj: f64,
    /// Area of the chip in square microns.
    pub area_um2: f64,
    /// Time of the run in seconds.
    pub seconds: f64,
    /// Energy by component, in picojoules.
    pub energy_by_component_pj: EnergyByComponent,
    /// The parts of each component's energy, in picojoules.
    pub energy_parts_pj: EnergyParts,
    /// Energy that no mappings go below, in picojoules.
    pub energy_lower_bound_pj: f64,
    /// Energy of the run divided by its multiply-accumulates, in picojoules.
    pub energy_per_mac_pj: f64,
    /// Energy times time, in joule seconds.
    pub edp_js: f64,
    /// 10^12 operations a second, two to a multiply-accumulate.
    pub tops: f64,
    /// 10^12 operations a second per watt, DRAM's power included.
    pub tops_per_watt: f64,
    /// Bytes that cross the DRAM interface for a multiply-accumulate.
    pub dram_bytes_per_mac: f64,
    /// Area by part of the chip in square microns.
    pub area_parts_um2: Parts,
    /// Power in milliwatts, DRAM included.
    pub average_power_mw: f64,
    /// The greatest power of the chip, in milliwatts.
    pub peak_power_mw: f64,
    /// The greatest power of DRAM, in milliwatts; null where an ideal memory has none.
    pub peak_dram_power_mw: Option<f64>,
}
