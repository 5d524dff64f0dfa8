//! What an operator that multiplies matrices becomes.

use super::element::ElementType;
use super::value::Value;
use crate::layer::{Layer, RightOperand};

/// An operator's layers, and its results.
pub(super) struct Product {
    /// Layers, and how many times each runs one after the other. Their names are what is added to the
    /// operator's own; one without a name has the operator's. Or why they cannot be made.
    pub(super) layers: Result<Vec<(Layer, u64)>, String>,
    pub(super) results: Vec<Value>,
    /// Types of the elements that are multiplied, as far as they are known.
    pub(super) types: [Option<ElementType>; 2],
    /// What the layers count otherwise than the operator.
    pub(super) notes: Vec<String>,
    /// Its multiply-accumulates, if they are known of one that is no layer.
    pub(super) macs: Option<u64>,
}

impl Product {
    pub(super) fn one(layer: Result<Layer, String>, result: Value) -> Self {
        Self::of(layer.map(|layer| vec![(layer, 1)]), vec![result])
    }

    pub(super) fn of(layers: Result<Vec<(Layer, u64)>, String>, results: Vec<Value>) -> Self {
        Self {
            layers,
            results,
            types: [None; 2],
            notes: Vec::new(),
            macs: None,
        }
    }

    pub(super) fn failed(why: &str) -> Self {
        Self::of(Err(why.to_owned()), Vec::new())
    }

    pub(super) fn of_types(mut self, left: &Value, right: &Value) -> Self {
        // What is dequantised is multiplied as fractions of a type that is not known here.
        let element = left
            .element
            .filter(|element| !element.is_whole() && element.bits() >= 16);
        for value in &mut self.results {
            value.element = value.element.or(element);
        }
        self.types = [left.element, right.element];
        self
    }
}

pub(super) fn named(layer: Result<Layer, crate::error::LayerError>) -> Result<Layer, String> {
    layer.map_err(|error| error.to_string())
}

pub(super) fn right(is_parameter: bool) -> RightOperand {
    if is_parameter {
        RightOperand::Parameters
    } else {
        RightOperand::Activations
    }
}
