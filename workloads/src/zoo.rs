//! The networks that come with the crate, each a YAML file with its source.

use crate::config;
use crate::error::NetworkError;
use crate::near;
use crate::network::Network;

macro_rules! bundled {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("zoo/", $name, ".yaml")))),*]
    };
}

const NETWORKS: [(&str, &str); 21] = bundled![
    "alexnet",
    "vgg11",
    "vgg13",
    "vgg16",
    "vgg19",
    "googlenet",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnext50",
    "mobilenet_v2",
    "mnasnet_b1",
    "efficientnet_b0",
    "bert_base",
    "gpt2_prefill",
    "gpt2_decode",
    "llama7b_prefill",
    "llama7b_decode",
    "gnmt",
    "ncf",
    "transformer_base",
];

/// The names of the bundled networks.
pub fn names() -> impl Iterator<Item = &'static str> {
    NETWORKS.iter().map(|(name, _)| *name)
}

/// The bundled network of this name.
///
/// # Errors
/// [`NetworkError::Unknown`], if there is none, with the near match and all names.
pub fn find(name: &str) -> Result<Network, NetworkError> {
    config::parse(name, yaml(name)?)
}

/// The YAML text of a bundled network, with its comments.
///
/// # Errors
/// As [`find`].
pub fn yaml(name: &str) -> Result<&'static str, NetworkError> {
    NETWORKS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
        .ok_or_else(|| NetworkError::Unknown {
            name: name.to_owned(),
            near: near::nearest(name, names()),
            allowed: names().collect::<Vec<_>>().join(", "),
        })
}
