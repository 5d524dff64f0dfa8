//! The dataflow styles that an option may be made for.

use std::fmt;
use std::str::FromStr;

use stationary_sim::{Dataflow, OUTPUT_STATIONARY, ROW_STATIONARY, WEIGHT_STATIONARY};

use crate::name::UnknownName;

/// The dataflow styles of ConfuciuX.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Style {
    /// NVDLA-like: weight-stationary, adder trees over input channels.
    Dla,
    /// ShiDianNao-like: output-stationary, inputs handed between neighbours.
    Shi,
    /// Eyeriss-like: row-stationary, multicast buses.
    Eye,
}

impl Style {
    /// Every style.
    pub const ALL: [Style; 3] = [Style::Dla, Style::Shi, Style::Eye];

    /// The name on the command line and in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        ["dla", "shi", "eye"][self as usize]
    }

    /// Its dataflow.
    #[must_use]
    pub fn dataflow(self) -> &'static Dataflow {
        match self {
            Style::Dla => &WEIGHT_STATIONARY,
            Style::Shi => &OUTPUT_STATIONARY,
            Style::Eye => &ROW_STATIONARY,
        }
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Style {
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
