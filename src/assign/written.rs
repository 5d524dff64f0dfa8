//! What a certificate of an assignment says, field by field.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::proof::{Hashes, LayerShape, Names, spelling};
use crate::search::certify::Job;
use crate::search::{Levels, Point};
use crate::workloads::Layer;

/// A certificate of an assignment, as its file has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The name of the schema: `stationary/certificate/1`.
    #[schemars(extend("const" = crate::proof::SCHEMA))]
    pub schema: String,
    /// The kind of certificate: `assign`.
    #[schemars(extend("const" = "assign"))]
    pub claims: String,
    /// The version of stationary that wrote it.
    pub version: String,
    /// The set of assignments over which the optimum is proved, in words.
    pub over: String,
    /// Digests of the inputs.
    pub hashes: Hashes,
    /// The inputs, by name.
    pub inputs: Inputs,
    /// The names that the inputs have in their files.
    #[serde(default)]
    pub names: Names,
    /// How layers share the hardware: `pipelined`, `sequential`, `segmented` or `segmented=N`.
    pub deployment: String,
    /// The objective that is minimised: `latency`, `energy`, `edp` or `throughput`.
    pub objective: String,
    /// The budgets.
    pub budgets: Vec<Limit>,
    /// The best assignment that ran; null where no assignment keeps the budgets.
    pub best: Option<Best>,
    /// `proved`, or `none` where the allowed runs of the machine did not suffice.
    pub kind: String,
    /// Whether the figures are the model's or the machine's: always `machine`.
    pub of: String,
    /// The objective that no assignment goes below, in the unit of the objective: cycles, nanojoules, or
    /// their product; null where none is known.
    pub lower_bound: Option<f64>,
    /// The distance from the lower bound to the best, `(objective - lower_bound) / objective`, from 0 to 1; 0
    /// is a proof.
    pub gap: Option<f64>,
    /// The Lagrange multiplier of each budget: the unit of the objective by the unit of the budget (um2 or
    /// mW).
    pub multipliers: Vec<f64>,
    /// The lower bound that the multipliers alone give, in the unit of the objective.
    pub relaxation: Option<f64>,
    /// For `edp`, half-planes that hold all assignments: triples of the weight of the latency (in cycles),
    /// the weight of the energy (in nanojoules), and the least weighted sum.
    pub cuts: Vec<[f64; 3]>,
    /// The number of options that ran on the machine.
    pub simulations: u64,
    /// The number of options to choose from, those of equal layers counted once.
    pub entries: u64,
    /// The layers in their order; options name them by their index.
    #[serde(default)]
    pub layers: Vec<Named>,
    /// The options that ran on the machine.
    pub simulated: Vec<Simulated>,
}

/// The inputs of a certificate of an assignment, as flags name them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// The network, by preset name or file.
    pub network: String,
    /// The accelerator, by preset name or file; null for the documented default.
    pub arch: Option<String>,
    /// Overrides of fields of the accelerator, `PATH=VALUE` each.
    pub set: Vec<String>,
    /// Layers by name; all if empty.
    pub layer: Vec<String>,
    /// Sizes of dimensions that an ONNX model leaves open, `NAME=SIZE` each.
    pub dim: Vec<String>,
    /// The number of images.
    pub batch: u64,
    /// The style of the arrays, or `mix` for a choice by layer.
    pub dataflow: String,
    /// The numbers of PEs to choose from; null for the documented default.
    pub pes: Option<String>,
    /// The tiles (output channels that a PE keeps) to choose from; null for the documented default.
    pub tiles: Option<String>,
}

impl Inputs {
    /// These inputs, spelt in the one way that certificates use.
    pub fn spelt(self, layers: &[Layer]) -> Self {
        Self {
            set: spelling::settings(&self.set),
            layer: spelling::picks(&self.layer, layers),
            dim: spelling::settings(&self.dim),
            pes: self.pes.as_deref().map(spelling::levels),
            tiles: self.tiles.as_deref().map(spelling::levels),
            ..self
        }
    }
}

/// A budget as it was asked for, and as a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// The text of the option, such as `area=VALUE`.
    pub budget: String,
    /// The limit, in square microns (area) or milliwatts (power).
    pub limit: f64,
}

/// The best assignment that ran on the machine, with what it takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Best {
    /// Its objective on the machine: cycles, nanojoules, or their product.
    pub objective: f64,
    /// The area and power that it takes.
    pub used: Used,
    /// The index of each choice among its options; the same assignment as `choices`.
    pub point: Point,
    /// The option of each layer.
    pub choices: Vec<LayerChoice>,
}

/// The area and power of an assignment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Used {
    /// Area in square microns.
    pub area_um2: f64,
    /// Power in milliwatts.
    pub power_mw: f64,
}

/// A layer of the network, by its name and shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// The layer's name.
    pub name: String,
    /// The layer's shape.
    pub dims: LayerShape,
    /// The index of the first layer of the same shape, which stands for all of them; a layer that is the
    /// first has its own.
    pub first: usize,
}

/// The option that an assignment chooses for a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerChoice {
    /// The layer's index in the network, from 0.
    pub layer: usize,
    /// The style of its array; null where the table has one style.
    pub dataflow: Option<String>,
    /// The number of PEs.
    pub pe: u32,
    /// The tile: output channels that a PE keeps.
    pub tile: u32,
}

/// An option that ran on the machine; layers of equal shape run once, as the first of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Simulated {
    /// The layer's index in the network, from 0.
    pub layer: usize,
    /// The style of its array; null where the table has one style.
    pub dataflow: Option<String>,
    /// The number of PEs.
    pub pe: u32,
    /// The tile: output channels that a PE keeps.
    pub tile: u32,
    /// Its cycles on the machine.
    pub cycles: u64,
}

impl LayerChoice {
    pub(super) fn of(layer: usize, levels: Levels) -> Self {
        Self {
            layer,
            dataflow: levels.style.map(|style| style.to_string()),
            pe: levels.pe,
            tile: levels.tile,
        }
    }
}

impl Simulated {
    pub(super) fn of((layer, levels): Job, cycles: u64) -> Self {
        let LayerChoice {
            layer,
            dataflow,
            pe,
            tile,
        } = LayerChoice::of(layer, levels);
        Self {
            layer,
            dataflow,
            pe,
            tile,
            cycles,
        }
    }

    pub(super) fn job(&self) -> Result<Job, Error> {
        let style = self
            .dataflow
            .as_ref()
            .map(|name| name.parse())
            .transpose()
            .map_err(Error::search)?;
        let levels = Levels {
            style,
            pe: self.pe,
            tile: self.tile,
        };
        Ok((self.layer, levels))
    }
}
