//! The dataflow styles that an option may be made for.

use std::fmt;
use std::str::FromStr;

use stationary_sim::{Dataflow, OUTPUT_STATIONARY, ROW_STATIONARY, WEIGHT_STATIONARY};

use crate::name::UnknownName;

/// The dataflow styles of ConfuciuX (arXiv 2009.02010).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DataflowStyle {
    /// NVDLA-like: weight-stationary, adder trees over input channels.
    Dla,
    /// ShiDianNao-like: output-stationary, inputs handed between neighbours.
    Shi,
    /// Eyeriss-like: row-stationary, multicast buses.
    Eye,
}

impl DataflowStyle {
    /// Every style.
    pub const ALL: [DataflowStyle; 3] =
        [DataflowStyle::Dla, DataflowStyle::Shi, DataflowStyle::Eye];

    /// The name on the command line and in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        ["dla", "shi", "eye"][self as usize]
    }

    /// The bundled dataflow that the style stands for.
    #[must_use]
    pub fn dataflow(self) -> &'static Dataflow {
        match self {
            DataflowStyle::Dla => &WEIGHT_STATIONARY,
            DataflowStyle::Shi => &OUTPUT_STATIONARY,
            DataflowStyle::Eye => &ROW_STATIONARY,
        }
    }
}

impl fmt::Display for DataflowStyle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for DataflowStyle {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|style| style.name() == text)
            .ok_or_else(|| {
                UnknownName::new("dataflow style", text, Self::ALL.map(Self::name).to_vec())
            })
    }
}
