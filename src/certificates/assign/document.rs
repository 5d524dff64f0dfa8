//! What a certificate of an assignment says, field by field.

use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stationary::proof::{Hashes, Names, spelling};
use stationary::search::certify::Job;
use stationary::search::{Levels, Point};
use stationary::workloads::Layer;

/// A certificate of an assignment, as it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    pub schema: String,
    pub claims: String,
    pub version: String,
    pub over: String,
    pub hashes: Hashes,
    pub inputs: Inputs,
    /// What these were read as.
    #[serde(default)]
    pub names: Names,
    pub deployment: String,
    pub objective: String,
    pub budgets: Vec<Limit>,
    pub best: Option<Best>,
    /// `proved`, or `none` where the runs of the machine were not enough.
    pub kind: String,
    pub of: String,
    pub lower_bound: Option<f64>,
    pub gap: Option<f64>,
    pub multipliers: Vec<f64>,
    pub relaxation: Option<f64>,
    pub cuts: Vec<[f64; 3]>,
    pub simulations: u64,
    /// Entries of layers that are not alike.
    pub entries: u64,
    /// The layers, in order: choices are of these.
    #[serde(default)]
    pub layers: Vec<Named>,
    pub simulated: Vec<Simulated>,
}

/// What to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    pub network: String,
    pub arch: Option<String>,
    pub set: Vec<String>,
    pub layer: Vec<String>,
    pub dim: Vec<String>,
    pub batch: u64,
    pub dataflow: String,
    pub pes: Option<String>,
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    pub budget: String,
    pub limit: f64,
}

/// The best assignment that ran on the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Best {
    pub objective: f64,
    pub used: Used,
    /// The options' places, as the search has them; the same as `choices`.
    pub point: Point,
    pub choices: Vec<Place>,
}

/// What it takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Used {
    pub area_um2: f64,
    pub power_mw: f64,
}

/// A layer of the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    pub name: String,
    /// Its shape.
    pub dims: Value,
    /// The first layer that is like it; entries are the first one's.
    pub first: usize,
}

/// An option of a layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub layer: usize,
    pub dataflow: Option<String>,
    pub pe: u32,
    pub tile: u32,
}

/// An option that ran; of layers that are alike, the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Simulated {
    pub layer: usize,
    pub dataflow: Option<String>,
    pub pe: u32,
    pub tile: u32,
    pub cycles: u64,
}

impl Place {
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
        let Place {
            layer,
            dataflow,
            pe,
            tile,
        } = Place::of(layer, levels);
        Self {
            layer,
            dataflow,
            pe,
            tile,
            cycles,
        }
    }

    pub(super) fn job(&self) -> Result<Job> {
        let style = self
            .dataflow
            .as_ref()
            .map(|name| name.parse())
            .transpose()?;
        let levels = Levels {
            style,
            pe: self.pe,
            tile: self.tile,
        };
        Ok((self.layer, levels))
    }
}
