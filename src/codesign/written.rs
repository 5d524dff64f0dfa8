//! What a certificate of a chip says, field by field.

use crate::proof::{Hashes, LayerShape, Names, spelling};
use crate::search::codesign::KNOBS;
use crate::workloads::Layer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A certificate of a chip, as its file has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The name of the schema: `stationary/certificate/1`.
    #[schemars(extend("const" = crate::proof::SCHEMA))]
    pub schema: String,
    /// The kind of certificate: `codesign`.
    #[schemars(extend("const" = "codesign"))]
    pub claims: String,
    /// The version of stationary that wrote it.
    pub version: String,
    /// The set of chips and schedules over which the best is proved, in words.
    pub over: String,
    /// Digests of the inputs.
    pub hashes: Hashes,
    /// The inputs, by name.
    pub inputs: Inputs,
    /// The names that the inputs have in their files.
    #[serde(default)]
    pub names: Names,
    /// The quantity that is minimised, in words: cycles of all layers on one chip.
    pub objective: String,
    /// Whether the figures are the model's or the machine's: always `machine`.
    pub of: String,
    /// `proved`, or `none` where the search was interrupted.
    pub kind: String,
    /// The best chip; null where no core runs all layers.
    pub best: Option<Best>,
    /// Cycles of the network that no core goes below; null where no core that keeps the limits runs all
    /// layers.
    pub lower_bound: Option<u64>,
    /// The distance from the lower bound to the best, `(cycles - lower_bound) / cycles`, from 0 to 1; 0 is a
    /// proof.
    pub gap: Option<f64>,
    /// Every core that there was to choose from.
    pub machines: Vec<Machine>,
    /// The number of legal schedules, over all cores and shapes of layers.
    pub schedules: u64,
    /// The number of runs of the machine.
    pub simulations: u64,
    /// The shapes of layers, with what ran of each.
    pub tasks: Vec<Task>,
}

/// The inputs of a certificate of a chip, as flags name them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// The accelerator, by preset name or file.
    pub arch: String,
    /// Overrides of fields of the accelerator, `PATH=VALUE` each.
    pub set: Vec<String>,
    /// The network, by preset name or file.
    pub network: String,
    /// Layers by name; all if empty.
    pub layer: Vec<String>,
    /// Sizes of dimensions that an ONNX model leaves open, `NAME=SIZE` each.
    pub dim: Vec<String>,
    /// The number of images.
    pub batch: u64,
    /// The cores to choose from: `fixed`, `all`, or a file.
    pub hardware: String,
    /// The limit on the area of a core, as asked for; null without one.
    pub budget: Option<String>,
    /// The most multipliers of a core; null without a limit.
    pub macs: Option<u64>,
}

impl Inputs {
    /// These inputs, spelt in the one way that certificates use.
    pub fn spelt(self, layers: &[Layer]) -> Self {
        let hardware = match self.hardware.as_str() {
            "default" => "fixed".to_owned(),
            _ => self.hardware,
        };
        Self {
            set: spelling::settings(&self.set),
            layer: spelling::picks(&self.layer, layers),
            dim: spelling::settings(&self.dim),
            budget: self.budget.as_deref().map(spelling::budget),
            hardware,
            ..self
        }
    }
}

/// The best chip of those that ran on the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Best {
    /// The core as VTA's BATCH, BLOCK_IN and BLOCK_OUT: rows of inputs, input channels and output channels at
    /// a time.
    pub hardware: [u32; 3],
    /// Area of the core in square microns.
    pub area_um2: f64,
    /// Cycles of the network on the machine.
    pub cycles: u64,
    /// The schedule of each shape of layers, in the order of the certificate's `tasks`.
    pub tasks: Vec<Chosen>,
}

/// The schedule of one shape of layers on the chip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// The index of each knob's value, the core's knobs first.
    pub point: [usize; KNOBS],
    /// The schedule, as a file of schedules has it.
    pub schedule: Value,
    /// Cycles of one such layer on the machine.
    pub cycles: u64,
}

/// A core of the hardware, with its bound and what was found on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// The core as VTA's BATCH, BLOCK_IN and BLOCK_OUT: rows of inputs, input channels and output channels at
    /// a time.
    pub hardware: [u32; 3],
    /// Whether the core keeps the limits on area and multipliers.
    pub is_allowed: bool,
    /// Cycles of the network that no schedules on this core go below; null where the core does not keep the
    /// limits or cannot run all layers.
    pub lower_bound: Option<u64>,
    /// Cycles of the network with the best schedules that ran on this core; null where no schedule of some
    /// layer ran.
    pub cycles: Option<u64>,
}

/// The layers of one shape, which are tuned together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The names of the layers.
    pub layers: Vec<String>,
    /// The index in the network of the first of them, from 0.
    pub first: usize,
    /// The shape of the layers.
    pub dims: LayerShape,
    /// The number of layers of this shape.
    pub times: u64,
    /// The points that ran on the machine, in the order of points.
    pub simulated: Vec<Ran>,
}

/// A point of hardware and schedule that ran on the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ran {
    /// The index of each knob's value, the core's knobs first.
    pub point: [usize; KNOBS],
    /// Cycles of one such layer on the machine.
    pub cycles: u64,
}
