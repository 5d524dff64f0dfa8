//! The design space of hardware assignment on this crate's own model: the costs of a layer on a partition with
//! so many PEs, each of which keeps so many channels (ConfuciuX, arXiv 2009.02010).
//!
//! ```text
//! option (layer, P, t):
//!     array      P PEs, as square as P divides
//!     mapping    the mapper's best with t output channels (depthwise: channels) kept in each PE
//!     buffers    cut to what that mapping needs, doubled where the machine fills and uses in turn
//!     cost       the model's cycles; energy, area and average power of that machine
//! ```
//!
//! Every option is a legal mapping on a machine with real capacities, so that states in which work takes no
//! time, or buffers no area, cannot exist.
//!
//! [`DesignSpace::table`] makes the table of costs that a [`Problem`](crate::Problem) is built on, and
//! [`recheck`] runs the assignments that were found on the machine.

mod list;
mod price;
mod recheck;
mod template;

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;
use stationary_arch::{Accelerator, ArchError};
use stationary_sim::mapper::{self, Goal, Objective, Slack};
use stationary_sim::{Dataflow, Mapping, MappingError, Tiling};
use stationary_workloads::{Dim, Layer, PerDim, Window, Zeros};

use crate::style::DataflowStyle;
use crate::table::{CostEntry, CostTable, Levels, TableError};

pub use list::{BadLevels, parse_levels};
pub use price::cycles;
pub use recheck::{Checked, recheck};
pub use template::default_base;

/// The numbers of PEs of ConfuciuX (arXiv 2009.02010).
pub const PE_LEVELS: [u32; 12] = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128];
/// The tile levels of ConfuciuX: output channels (depthwise: channels) kept in a PE.
pub const TILE_LEVELS: [u32; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/// The reason why an option has no cost.
#[derive(Debug, thiserror::Error)]
pub enum DesignError {
    /// No mapping of the layer fits.
    #[error(transparent)]
    Mapper(#[from] mapper::MapperError),
    /// The machine with buffers cut to the mapping refuses that mapping: a fault of this crate.
    #[error("layer `{layer}`: {error}")]
    Cut {
        /// The layer's name.
        layer: String,
        /// The first limit that the mapping exceeds.
        error: MappingError,
    },
    /// The technology gives no cost for a part of the machine.
    #[error(transparent)]
    Cost(#[from] ArchError),
    /// The costs make no table.
    #[error(transparent)]
    CostTable(#[from] TableError),
}

/// The costs of the same options, once as estimates and once as lower bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Tables {
    /// The costs by the model's estimates.
    pub estimates: CostTable,
    /// Costs that the machine's are not below; areas are equal to those of the estimates.
    pub bounds: CostTable,
}

/// The hardware of one option, cut to one layer, with the layer's mapping.
#[derive(Clone, Debug)]
pub struct Design {
    /// The machine, with the buffers that the mapping needs.
    pub accelerator: Arc<Accelerator>,
    /// The dataflow of the option's style.
    pub dataflow: Arc<Dataflow>,
    /// The layer's tiling on the machine.
    pub tiling: Tiling,
}

/// The space of designs that may be assigned to layers: styles, numbers of PEs and tiles.
#[derive(Clone, Debug)]
pub struct DesignSpace {
    /// The accelerator that gives technology, clocks, DRAM, precision, and the greatest capacity of a buffer.
    pub base: Accelerator,
    /// The dataflow styles: one for all layers, or several to choose from (ConfuciuX's MIX).
    pub styles: Vec<DataflowStyle>,
    /// The numbers of PEs to choose from, ascending.
    pub pes: Vec<u32>,
    /// The tile levels to choose from, ascending: output channels (depthwise: channels) kept in a PE.
    pub tiles: Vec<u32>,
}

/// What the mapping of an option is chosen for. Its buffer is as large as the mapping needs, so that more slack, by
/// larger tiles that save energy, would take area from other layers.
const GOAL: Goal = Goal {
    objective: Objective::Cycles,
    slack: Slack::ONE,
};

impl DesignSpace {
    /// The space of ConfuciuX's 12 x 12 levels in each of the styles.
    ///
    /// # Panics
    /// If `styles` is empty.
    #[must_use]
    pub fn new(base: Accelerator, styles: &[DataflowStyle]) -> Self {
        assert!(!styles.is_empty(), "a design has a style");
        Self {
            base,
            styles: styles.to_vec(),
            pes: PE_LEVELS.to_vec(),
            tiles: TILE_LEVELS.to_vec(),
        }
    }

    /// Makes the design of one option of a layer.
    ///
    /// # Errors
    /// [`DesignError::Mapper`], if no mapping fits the base's buffer.
    pub fn design(
        &self,
        layer: impl Into<Arc<Layer>>,
        levels: Levels,
    ) -> Result<Design, DesignError> {
        let layer = layer.into();
        let style = levels.style.unwrap_or(self.styles[0]);
        let roomy = template::accelerator(&self.base, style, levels.pe);
        let dataflow = style.dataflow();
        let kept = if layer.size(Dim::K) == 1 && layer.size(Dim::G) > 1 {
            Dim::G
        } else {
            Dim::K
        };
        let mut local = PerDim::from_fn(|d| (!matches!(d, Dim::R | Dim::S)).then_some(1));
        local[kept] = Some(u64::from(levels.tile));
        let effort = mapper::MapperEffort {
            banks: stationary_arch::PerOperand::default(),
            unrollings: 2,
            blocks: 3,
            local,
            goal: GOAL,
        };
        let mapping = mapper::map_with(layer, roomy, dataflow, &effort)?;
        let accelerator = template::cut(&mapping);
        Ok(Design {
            accelerator: accelerator.into(),
            dataflow: Arc::clone(mapping.dataflow()),
            tiling: *mapping.tiling(),
        })
    }

    /// The estimated cost of every option of every layer, computed in parallel; equal layers are evaluated
    /// once. `done` is called for each layer that is finished.
    ///
    /// # Errors
    /// The [`DesignError`] of the first layer, in order, with an option that has no cost.
    pub fn table(
        &self,
        layers: &[Layer],
        done: &(dyn Fn() + Sync),
    ) -> Result<CostTable, DesignError> {
        Ok(self.tables(layers, done)?.estimates)
    }

    /// The estimated cost of every option, as [`DesignSpace::table`] has it, together with a lower bound of its
    /// cost on the machine.
    ///
    /// # Errors
    /// As [`DesignSpace::table`].
    pub fn tables(
        &self,
        layers: &[Layer],
        done: &(dyn Fn() + Sync),
    ) -> Result<Tables, DesignError> {
        let firsts = firsts(layers);
        let distinct: Vec<usize> = (0..layers.len()).filter(|at| firsts[*at] == *at).collect();
        let priced: Result<Vec<Vec<[CostEntry; 2]>>, _> = distinct
            .par_iter()
            .map(|at| {
                let entries = self.entries(&layers[*at]);
                done();
                entries
            })
            .collect();
        let priced = priced?;
        let table = |which: usize| {
            let options = firsts.iter().map(|first| {
                let place = distinct.partition_point(|at| at < first);
                priced[place].iter().map(|entry| entry[which]).collect()
            });
            CostTable::new(options.collect())
        };
        Ok(Tables {
            estimates: table(0)?,
            bounds: table(1)?,
        })
    }

    fn entries(&self, layer: &Layer) -> Result<Vec<[CostEntry; 2]>, DesignError> {
        let layer = &Arc::from(layer);
        self.levels()
            .into_par_iter()
            .map(|levels| self.priced(layer, levels))
            .collect()
    }

    /// The levels of every option: the style changes slowest, the tile fastest. With one style only, options
    /// name no style.
    #[must_use]
    pub fn levels(&self) -> Vec<Levels> {
        let is_mixed = self.styles.len() > 1;
        let mut levels = Vec::new();
        for &style in &self.styles {
            for &pe in &self.pes {
                levels.extend(self.tiles.iter().map(|&tile| Levels {
                    style: is_mixed.then_some(style),
                    pe,
                    tile,
                }));
            }
        }
        levels
    }
}

impl Design {
    /// The checked mapping of the layer that the design was made for.
    ///
    /// # Errors
    /// [`DesignError::Cut`], if the design was made for another layer.
    pub fn mapping(&self, layer: impl Into<Arc<Layer>>) -> Result<Mapping, DesignError> {
        let layer = layer.into();
        let name = layer.name().to_owned();
        let accelerator = Arc::clone(&self.accelerator);
        let dataflow = Arc::clone(&self.dataflow);
        Mapping::new(layer, accelerator, dataflow, self.tiling)
            .map_err(|error| DesignError::Cut { layer: name, error })
    }
}

/// What of a layer decides its cost.
type LayerShape = (PerDim<u64>, Window, Window, Option<Zeros>);

fn shape(layer: &Layer) -> LayerShape {
    (*layer.sizes(), layer.rows(), layer.cols(), layer.zeros())
}

/// For each layer the index of the first one with the same sizes, windows and zeros, whose options cost the
/// same.
#[must_use]
pub fn firsts(layers: &[Layer]) -> Vec<usize> {
    let mut known: HashMap<LayerShape, usize> = HashMap::new();
    let layers = layers.iter().enumerate();
    layers
        .map(|(at, layer)| *known.entry(shape(layer)).or_insert(at))
        .collect()
}
