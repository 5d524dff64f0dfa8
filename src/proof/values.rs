//! What was made in code and stands in no file, as the files that it could be.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::arch::Accelerator;
use crate::error::Error;
use crate::identity;
use crate::load;
use crate::target::Target;
use crate::workloads::Network;

/// What messages call the files of a certificate.
const ARCH: &str = "inputs.values.arch";
const NETWORK: &str = "inputs.values.network.yaml";

/// The inputs of a certificate as whole files, where no names say what they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Values {
    /// The accelerator file, every field written out.
    pub arch: String,
    /// The network file: the layers that the certificate is about, with as many images as they have.
    pub network: String,
}

impl Values {
    /// The files that describe a target's accelerator and layers.
    ///
    /// # Errors
    /// What no file says: layers under one name.
    pub(super) fn of(target: &Target) -> Result<Self, Error> {
        let network = Network::new(target.network.as_str(), target.layers().to_vec())?;
        let values = Self {
            arch: target.accelerator().to_yaml(),
            network: network.to_yaml(),
        };
        let read = values.target()?;
        let is_same = identity::accelerator(read.accelerator())
            == identity::accelerator(target.accelerator())
            && identity::layers(read.layers()) == identity::layers(target.layers());
        match is_same {
            true => Ok(values),
            false => Err(Error::Search(format!(
                "{} on {}: no file says what they are, as a certificate would have to",
                target.network,
                target.accelerator().name
            ))),
        }
    }

    /// The accelerator and the network that the files describe.
    ///
    /// # Errors
    /// Texts that are no such files.
    pub(super) fn target(&self) -> Result<Target, Error> {
        let accelerator = Accelerator::from_yaml(ARCH, &self.arch);
        let accelerator = accelerator
            .map_err(|error| Error::content(&self.arch, error.diagnostics(&self.arch), error))?;
        let network = load::network_of_text(NETWORK, &self.network)?.value;
        Target::new(accelerator, &network)
    }
}
