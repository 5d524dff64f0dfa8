//! What is compared of a run of estimate or simulate, layer by layer. Measured figures may be written down as such
//! a document, which then tells a part of it.

use indexmap::IndexMap;
use serde::Deserialize;

/// The figures of a run that are compared.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Figures {
    /// The figures of each layer.
    pub layers: Vec<LayerFigures>,
    /// The figures of all layers together.
    #[serde(default)]
    pub total: TotalFigures,
}

/// The figures of a layer; those that the document does not tell are None.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct LayerFigures {
    /// The layer's name.
    pub name: String,
    /// Cycles of the array's clock.
    pub cycles: Option<u64>,
    /// Cycles in which the array works.
    pub busy_cycles: Option<u64>,
    /// Cycles lost, by the name of the cause; empty where that is not told, too.
    #[serde(default)]
    pub stalls: IndexMap<String, u64>,
    #[serde(default)]
    energy_pj: Total,
}

impl LayerFigures {
    /// Whether causes of lost cycles are told; without any, the array works in every cycle or nothing is told.
    pub fn tells_stalls(&self) -> bool {
        !self.stalls.is_empty() || self.busy_cycles.is_some() && self.busy_cycles == self.cycles
    }

    /// Energy in picojoules.
    pub fn energy(&self) -> Option<f64> {
        self.energy_pj.total
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
struct Total {
    total: Option<f64>,
}

/// Figures of all layers together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
pub struct TotalFigures {
    /// Cycles.
    pub cycles: Option<u64>,
    /// Energy in picojoules.
    pub energy_pj: Option<f64>,
}
