//! What a certificate of an assignment says, field by field.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::proof::{Hashes, LayerShape, Names, spelling};
use crate::search::certify::Job;
use crate::search::{Levels, Point};
use crate::workloads::Layer;

/// A certificate of an assignment, as it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// `stationary/certificate/1`.
    #[schemars(extend("const" = crate::proof::SCHEMA))]
    pub schema: String,
    /// `assign`.
    #[schemars(extend("const" = "assign"))]
    pub claims: String,
    /// The version that wrote it.
    pub version: String,
    /// What the optimum is proved over.
    pub over: String,
    /// Digests of what went in.
    pub hashes: Hashes,
    /// What to read.
    pub inputs: Inputs,
    /// What these were read as.
    #[serde(default)]
    pub names: Names,
    /// How layers share the hardware.
    pub deployment: String,
    /// What is made small.
    pub objective: String,
    /// The budgets.
    pub budgets: Vec<Limit>,
    /// The best; none where nothing keeps the budgets.
    pub best: Option<Best>,
    /// `proved`, or `none` where the runs of the machine were not enough.
    pub kind: String,
    /// Of which of the two it is proved: the machine.
    pub of: String,
    /// No assignment has a lower objective.
    pub lower_bound: Option<f64>,
    /// By how much the best may be above the least, relative to it.
    pub gap: Option<f64>,
    /// Lagrange multipliers of the budgets.
    pub multipliers: Vec<f64>,
    /// The bound by multipliers alone.
    pub relaxation: Option<f64>,
    /// Cuts that strengthen it: weights of latency and energy, and the value.
    pub cuts: Vec<[f64; 3]>,
    /// Runs of the machine.
    pub simulations: u64,
    /// Entries of layers that are not alike.
    pub entries: u64,
    /// The layers, in order: choices are of these.
    #[serde(default)]
    pub layers: Vec<Named>,
    /// What ran on the machine.
    pub simulated: Vec<Simulated>,
}

/// What to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// The network.
    pub network: String,
    /// The accelerator; the documented default if left out.
    pub arch: Option<String>,
    /// Overrides.
    pub set: Vec<String>,
    /// Layers picked; all if empty.
    pub layer: Vec<String>,
    /// Sizes of open dimensions.
    pub dim: Vec<String>,
    /// Images.
    pub batch: u64,
    /// The style of the arrays, or `mix`.
    pub dataflow: String,
    /// Numbers of PEs to choose from.
    pub pes: Option<String>,
    /// Tiles to choose from.
    pub tiles: Option<String>,
}

impl Inputs {
    /// In the spelling of certificates.
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

/// A budget as asked for, and its limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// As asked for.
    pub budget: String,
    /// The limit in um2 or mW.
    pub limit: f64,
}

/// The best assignment that ran on the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Best {
    /// Its objective.
    pub objective: f64,
    /// What it takes.
    pub used: Used,
    /// The options' places, as the search has them; the same as `choices`.
    pub point: Point,
    /// Options, a layer each.
    pub choices: Vec<LayerChoice>,
}

/// What it takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Used {
    /// Square microns.
    pub area_um2: f64,
    /// Milliwatts.
    pub power_mw: f64,
}

/// A layer of the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub dims: LayerShape,
    /// The first layer that is like it; entries are the first one's.
    pub first: usize,
}

/// An option of a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerChoice {
    /// The layer.
    pub layer: usize,
    /// The style of its array.
    pub dataflow: Option<String>,
    /// How many PEs it has.
    pub pe: u32,
    /// The tile.
    pub tile: u32,
}

/// An option that ran; of layers that are alike, the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Simulated {
    /// The layer.
    pub layer: usize,
    /// The style of its array.
    pub dataflow: Option<String>,
    /// How many PEs it has.
    pub pe: u32,
    /// The tile.
    pub tile: u32,
    /// Cycles on the machine.
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
