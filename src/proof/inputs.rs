//! What a certificate of mappings is about: the names that it was read by, or the values.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::spelling;
use super::values::Values;
use crate::error::Error;
use crate::sim::Dataflow;
use crate::target::{Request, Target};
use crate::workloads::Layer;

/// The inputs of a certificate of mappings or of a chip: names to read, or whole files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// The accelerator, by the name of a preset or a file.
    pub arch: String,
    /// The overrides of its fields, `PATH=VALUE` each.
    pub set: Vec<String>,
    /// The network, by the name of a preset or a file.
    pub network: String,
    /// The layers that were picked, by name; all if empty.
    pub layer: Vec<String>,
    /// The sizes of dimensions that an ONNX model leaves open, `NAME=SIZE` each.
    pub dim: Vec<String>,
    /// The number of images.
    pub batch: u64,
    /// Dataflow: the name of a bundled one, or what the file of one's own says.
    #[schemars(with = "Value")]
    pub dataflow: Dataflow,
    /// The accelerator and the layers themselves, where nothing was read that the names above could name: these
    /// are empty then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Values>,
}

impl Inputs {
    /// Of what was read by names.
    pub(super) fn named(request: &Request, dataflow: &Dataflow) -> Self {
        Self {
            arch: request.arch.clone(),
            set: request.set.clone(),
            network: request.network.clone(),
            layer: request.layer.clone(),
            dim: request.dim.clone(),
            batch: request.batch,
            dataflow: dataflow.clone(),
            values: None,
        }
    }

    /// Of what has no name, or is not what its names are read as.
    pub(super) fn of_values(target: &Target, dataflow: &Dataflow) -> Result<Self, Error> {
        Ok(Self {
            values: Some(Values::of(target)?),
            ..Self::named(&Request::default(), dataflow)
        })
    }

    /// What they are read as now. A certificate is about its layers, whatever else there is.
    pub(super) fn target(&self) -> Result<Target, Error> {
        let own = &self.dataflow;
        let target = match &self.values {
            Some(values) => values.target()?,
            None => Request {
                arch: self.arch.clone(),
                set: self.set.clone(),
                network: self.network.clone(),
                layer: self.layer.clone(),
                dim: self.dim.clone(),
                batch: self.batch,
                dataflow: own.is_bundled().then(|| own.name.clone().into_owned()),
                partial: true,
                ..Request::default()
            }
            .target()?,
        };
        Ok(match own.is_bundled() {
            true => target.with_dataflow(&own.name),
            false => target.with_own_dataflow(own),
        })
    }

    /// In the spelling of certificates.
    pub(super) fn spelt(self, target: &Target) -> Result<Self, Error> {
        if self.values.is_some() {
            return Self::of_values(target, &self.dataflow);
        }
        let layers = target.layers();
        Ok(self.spelt_names(layers))
    }

    fn spelt_names(self, layers: &[Layer]) -> Self {
        Self {
            set: spelling::settings(&self.set),
            layer: spelling::picks(&self.layer, layers),
            dim: spelling::settings(&self.dim),
            ..self
        }
    }
}
