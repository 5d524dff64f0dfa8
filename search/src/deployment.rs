//! How layers share hardware.
//!
//! ```text
//! pipelined     each layer is a stage of its own
//! sequential    all layers are one stage
//! segmented     contiguous layers form a stage; at most so many stages
//! ```
//!
//! A stage is one configuration, a partition of the chip that runs its layers
//! in turn. Over the layers i of a stage s with configuration x_s, and over all
//! stages:
//!
//! ```text
//! latency     sum_s sum_{i in s} latency(i, x_s)
//! energy      sum_s sum_{i in s} energy(i, x_s)
//! slowest     max_s sum_{i in s} latency(i, x_s)
//! area        sum_s max_{i in s} area(i, x_s)        and power alike
//! ```
//!
//! A stage has the memory of the layer that asks for most, divided anew for each
//! layer, and the power of its hungriest one.

use std::fmt;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::str::FromStr;

use crate::name::UnknownName;

/// The way in which layers share hardware.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Deployment {
    /// Every layer has its own partition.
    #[default]
    Pipelined,
    /// One configuration serves all layers, one after the other.
    Sequential,
    /// Contiguous layers share a configuration.
    Segmented {
        /// The greatest number of stages.
        most: NonZeroUsize,
    },
}

/// Layers that share a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The indices of the layers.
    pub layers: Range<usize>,
    /// The index of the option that all of them take.
    pub option: u16,
}

impl Deployment {
    /// Whether several layers may take one configuration, for which all of them
    /// need the same options.
    pub(crate) fn is_shared(self) -> bool {
        self != Self::Pipelined
    }

    /// The greatest number of stages for so many layers.
    pub(crate) fn most_stages(self, layers: usize) -> usize {
        match self {
            Self::Pipelined => layers,
            Self::Sequential => 1,
            Self::Segmented { most } => most.get().min(layers),
        }
    }

    /// The ends that a stage from layer `start` on may have.
    pub(crate) fn ends(self, start: usize, layers: usize) -> Range<usize> {
        match self {
            Self::Pipelined => start + 1..start + 2,
            Self::Sequential if start == 0 => layers..layers + 1,
            Self::Sequential => 0..0,
            Self::Segmented { .. } => start + 1..layers + 1,
        }
    }
}

impl fmt::Display for Deployment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pipelined => f.write_str("pipelined"),
            Self::Sequential => f.write_str("sequential"),
            Self::Segmented {
                most: NonZeroUsize::MAX,
            } => f.write_str("segmented"),
            Self::Segmented { most } => write!(f, "segmented={most}"),
        }
    }
}

impl FromStr for Deployment {
    type Err = UnknownName;

    /// `pipelined`, `sequential`, `segmented`, or `segmented=N` for at most N
    /// stages.
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let most = match text.split_once('=') {
            Some(("segmented", most)) => most.parse().ok(),
            _ => Some(NonZeroUsize::MAX).filter(|_| text == "segmented"),
        };
        match (text, most) {
            ("pipelined", _) => Ok(Self::Pipelined),
            ("sequential", _) => Ok(Self::Sequential),
            (_, Some(most)) => Ok(Self::Segmented { most }),
            _ => {
                let names = vec!["pipelined", "sequential", "segmented", "segmented=<stages>"];
                Err(UnknownName::new("deployment", text, names))
            }
        }
    }
}
