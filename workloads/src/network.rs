//! A network: a list of layers with different names.

use std::borrow::Cow;
use std::collections::HashMap;

use stationary_document::visible;

use crate::coverage::Coverage;
use crate::element_types::ElementTypes;
use crate::error::NetworkError;
use crate::layer::{Layer, RightOperand};

/// More layers than this are a mistake (a `repeat` with some zeros too many).
pub(crate) const MOST_LAYERS: usize = 100_000;

/// A checked network: at least one layer, all names different and not empty, MACs below 2^53.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    name: String,
    layers: Vec<Layer>,
    coverage: Coverage,
    element_types: Vec<ElementTypes>,
}

impl Network {
    /// A network of these layers, in the order in which they run.
    ///
    /// # Errors
    /// A [`NetworkError`] for no layer or more than 100,000, an empty or repeated name of a layer, or 2^53 MACs
    /// or more.
    pub fn new(name: impl Into<String>, layers: Vec<Layer>) -> Result<Self, NetworkError> {
        let name = name.into();
        Self::of_file(&name.clone(), name, layers)
    }

    /// As [`Network::new`], with errors that name a file.
    pub(crate) fn of_file(
        file: &str,
        name: String,
        layers: Vec<Layer>,
    ) -> Result<Self, NetworkError> {
        let file = || file.to_owned();
        // A name is one line, wherever it came from.
        let name = visible(&name).into_owned();
        let shown = |layer: Layer| match visible(layer.name()) {
            Cow::Borrowed(_) => layer,
            Cow::Owned(name) => layer.named(name),
        };
        let layers: Vec<Layer> = layers.into_iter().map(shown).collect();
        if layers.is_empty() {
            return Err(NetworkError::Empty { file: file() });
        }
        if layers.len() > MOST_LAYERS {
            return Err(NetworkError::TooManyLayers {
                file: file(),
                allowed: MOST_LAYERS,
            });
        }
        let mut positions = HashMap::new();
        for (second, layer) in layers.iter().enumerate() {
            if layer.name().is_empty() {
                return Err(NetworkError::Unnamed {
                    file: file(),
                    index: second,
                });
            }
            if let Some(first) = positions.insert(layer.name(), second) {
                let layer = layer.name().to_owned();
                return Err(NetworkError::Duplicate {
                    file: file(),
                    layer,
                    first,
                    second,
                });
            }
        }
        // Each layer has fewer than 2^53 MACs and there are fewer than 2^17 layers.
        let macs: u128 = layers.iter().map(|l| u128::from(l.macs())).sum();
        if macs >= 1 << 53 {
            return Err(NetworkError::TooLarge { file: file() });
        }
        let coverage = Coverage::complete(layers.len() as u64);
        Ok(Self {
            name,
            layers,
            coverage,
            element_types: Vec::new(),
        })
    }

    /// The network with what its file says and its layers do not stand for.
    pub(crate) fn with_coverage(self, coverage: Coverage) -> Self {
        Self { coverage, ..self }
    }

    /// The network with the types that its file gives the elements.
    pub(crate) fn with_element_types(self, element_types: Vec<ElementTypes>) -> Self {
        Self {
            element_types,
            ..self
        }
    }

    /// The element types that the layers multiply; empty if the file does not say.
    #[must_use]
    pub fn element_types(&self) -> &[ElementTypes] {
        &self.element_types
    }

    /// What part of the file's operators the layers stand for; complete unless operators could not be imported.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// The name of the network.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The layers, in the order in which they run.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The number of multiply-accumulates of all layers, those with padding included.
    #[must_use]
    pub fn macs(&self) -> u64 {
        self.layers.iter().map(Layer::macs).sum()
    }

    /// The number of trained parameters of all layers. Right operands that are activations do not count, nor do
    /// biases, normalisation and embeddings, which are no layers here. Layers that run several times, as steps
    /// of a recurrent one, count each time.
    #[must_use]
    pub fn weights(&self) -> u64 {
        self.layers
            .iter()
            .filter(|l| l.right_operand() == RightOperand::Parameters)
            .map(Layer::weights)
            .sum()
    }

    /// The network on `batch` times as many images (or sequences).
    /// # Errors
    /// A [`NetworkError`], if `batch` is zero, or the network would have 2^53 MACs or more.
    pub fn batched(&self, batch: u64) -> Result<Self, NetworkError> {
        let batched = |layer: &Layer| {
            layer.batched(batch).map_err(|cause| NetworkError::Sizes {
                file: self.name.clone(),
                place: format!("batch {batch}"),
                layer: layer.name().to_owned(),
                cause,
            })
        };
        let layers = self.layers.iter().map(batched).collect::<Result<_, _>>()?;
        let network = Self::new(self.name.clone(), layers)?;
        Ok(network
            .with_coverage(self.coverage.batched(batch))
            .with_element_types(self.element_types.clone()))
    }
}
