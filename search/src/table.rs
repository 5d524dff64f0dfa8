//! The cost table: for each layer a list of options with their costs.

use std::fmt;
use std::ops::Range;

use thiserror::Error;

use crate::resource::Resource;
use crate::style::DataflowStyle;

/// One option of a layer: its levels and its costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CostEntry {
    /// The dataflow style, where the table has options of several.
    pub style: Option<DataflowStyle>,
    /// Number of processing elements.
    pub pe: u32,
    /// Tile level, from which buffer sizes follow.
    pub tile: u32,
    /// Latency in cycles.
    pub latency: u64,
    /// Energy in nanojoules.
    pub energy: f64,
    /// Area in square microns.
    pub area: f64,
    /// Power in milliwatts.
    pub power: f64,
}

/// The levels that identify an option among those of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Levels {
    /// The dataflow style, where the table has options of several.
    pub style: Option<DataflowStyle>,
    /// Number of processing elements.
    pub pe: u32,
    /// Tile level, from which buffer sizes follow.
    pub tile: u32,
}

impl fmt::Display for Levels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(style) = self.style {
            write!(f, "dataflow {style}, ")?;
        }
        write!(f, "pe {}, tile {}", self.pe, self.tile)
    }
}

impl CostEntry {
    /// The option's levels.
    pub fn levels(&self) -> Levels {
        let &Self {
            style, pe, tile, ..
        } = self;
        Levels { style, pe, tile }
    }

    /// The option's use of a resource, in square microns (area) or milliwatts (power).
    pub fn usage(&self, resource: Resource) -> f64 {
        match resource {
            Resource::Area => self.area,
            Resource::Power => self.power,
        }
    }
}

/// A checked cost table. Every layer has at least one option and at most
/// 65,535, costs are finite and not negative, no layer has the same levels
/// twice, and the layers' greatest latencies sum to less than 2^60.
#[derive(Clone, Debug, PartialEq)]
pub struct CostTable {
    layers: Vec<Vec<CostEntry>>,
}

/// The reason why a list of options is no [`CostTable`].
#[derive(Clone, Debug, Error, PartialEq)]
pub enum TableError {
    /// The list has no layer.
    #[error("the table has no layer; needed at least one")]
    Empty,
    /// A layer has no option.
    #[error("layer {layer} has no option; needed at least one")]
    NoOption {
        /// The index of the layer, from 0.
        layer: usize,
    },
    /// A layer has more than 65,535 options.
    #[error("layer {layer} has {found} options; at most 65535 are allowed")]
    TooManyOptions {
        /// The index of the layer, from 0.
        layer: usize,
        /// The number of options that it has.
        found: usize,
    },
    /// A layer has two options of the same levels.
    #[error("layer {layer} has {levels} twice; each may stand once")]
    Duplicate {
        /// The index of the layer, from 0.
        layer: usize,
        /// The repeated levels.
        levels: Levels,
    },
    /// A cost is negative or not finite.
    #[error("layer {layer}, {levels}: {column} is {found}; needed a finite number, not negative")]
    BadCost {
        /// The index of the layer, from 0.
        layer: usize,
        /// The option's levels.
        levels: Levels,
        /// The column that the cost stands in.
        column: &'static str,
        /// The value found.
        found: f64,
    },
    /// Some options name a style and others do not.
    #[error("some options name a dataflow and others do not; needed on all or on none")]
    StyleMissing,
    /// The layers' greatest latencies sum to 2^60 cycles or more.
    #[error("the greatest latencies sum to 2^60 cycles or more; their sum must stay below")]
    LatencyTooGreat,
    /// Energy, area or power is too great for an exact sum.
    #[error("the greatest values of {column} sum to 1e300 or more; their sum must stay below")]
    CostTooGreat {
        /// The column that the costs stand in.
        column: &'static str,
    },
}

impl CostTable {
    /// Checks the options of each layer.
    ///
    /// # Errors
    /// One of [`TableError`] for the first option that breaks the contract.
    pub fn new(layers: Vec<Vec<CostEntry>>) -> Result<Self, TableError> {
        if layers.is_empty() {
            return Err(TableError::Empty);
        }
        for (layer, options) in layers.iter().enumerate() {
            check_layer(layer, options)?;
        }
        let mut styles = layers.iter().flatten().map(|e| e.style.is_some());
        let first = styles.next();
        if styles.any(|is_some| Some(is_some) != first) {
            return Err(TableError::StyleMissing);
        }
        let latency = layers.iter().try_fold(0u64, |sum, options| {
            sum.checked_add(options.iter().map(|e| e.latency).max().unwrap_or(0))
        });
        if latency.is_none_or(|sum| sum >= 1 << 60) {
            return Err(TableError::LatencyTooGreat);
        }
        for (column, value) in COLUMNS {
            let greatest = |options: &Vec<CostEntry>| options.iter().map(value).fold(0.0, f64::max);
            if layers.iter().map(greatest).sum::<f64>() >= 1e300 {
                return Err(TableError::CostTooGreat { column });
            }
        }
        Ok(Self { layers })
    }

    /// The options of each layer, in order.
    pub fn layers(&self) -> &[Vec<CostEntry>] {
        &self.layers
    }

    /// The number of options of all layers together.
    pub fn entries(&self) -> usize {
        self.layers.iter().map(Vec::len).sum()
    }

    /// Replaces the costs of one option, as when a bound gives way to a
    /// simulated value. The levels stay.
    ///
    /// # Errors
    /// As [`CostTable::new`]; the table is then unchanged.
    ///
    /// # Panics
    /// If there is no such layer or option, or the levels differ.
    pub fn replace(
        &mut self,
        layer: usize,
        option: usize,
        entry: CostEntry,
    ) -> Result<(), TableError> {
        let old = self.layers[layer][option];
        assert!(
            old.levels() == entry.levels(),
            "an option keeps its levels when its costs are replaced"
        );
        let mut layers = self.layers.clone();
        layers[layer][option] = entry;
        *self = Self::new(layers)?;
        Ok(())
    }
}

impl CostTable {
    /// The options of several tables together, layer by layer, each marked with
    /// its style: the dataflow becomes a third choice.
    ///
    /// # Errors
    /// As [`CostTable::new`].
    ///
    /// # Panics
    /// If the tables differ in their number of layers.
    pub fn mixed(tables: &[(DataflowStyle, CostTable)]) -> Result<Self, TableError> {
        let layers = tables.first().map_or(0, |(_, table)| table.layers.len());
        let mut mixed = vec![Vec::new(); layers];
        for (style, table) in tables {
            assert_eq!(table.layers.len(), layers, "tables of one network");
            let style = Some(*style);
            for (options, entries) in mixed.iter_mut().zip(&table.layers) {
                options.extend(entries.iter().map(|&entry| CostEntry { style, ..entry }));
            }
        }
        Self::new(mixed)
    }

    /// The options that every layer has, in the first layer's order; nothing
    /// where there is none.
    pub(crate) fn aligned(&self) -> Option<Self> {
        let levels: Vec<Levels> = self.layers[0].iter().map(CostEntry::levels).collect();
        let find = |layer: &Vec<CostEntry>, levels: &Levels| {
            (layer.iter().find(|entry| entry.levels() == *levels)).copied()
        };
        let is_common = |levels: &&Levels| self.layers.iter().all(|l| find(l, levels).is_some());
        let common: Vec<&Levels> = levels.iter().filter(is_common).collect();
        if common.is_empty() {
            return None;
        }
        let layers = self.layers.iter().map(|layer| {
            let entries = common.iter().filter_map(|levels| find(layer, levels));
            entries.collect()
        });
        Some(Self {
            layers: layers.collect(),
        })
    }

    /// What each option costs a stage of these layers; see
    /// [`Deployment`](crate::Deployment). The table is aligned, or the stage is
    /// one layer.
    pub(crate) fn fold(&self, layers: Range<usize>) -> Vec<CostEntry> {
        let mut folded = self.layers[layers.start].clone();
        for layer in &self.layers[layers.start + 1..layers.end] {
            for (sum, entry) in folded.iter_mut().zip(layer) {
                sum.latency += entry.latency;
                sum.energy += entry.energy;
                sum.area = sum.area.max(entry.area);
                sum.power = sum.power.max(entry.power);
            }
        }
        folded
    }
}

type Column = (&'static str, fn(&CostEntry) -> f64);

const COLUMNS: [Column; 3] = [
    ("energy_nj", |e| e.energy),
    ("area_um2", |e| e.area),
    ("power_mw", |e| e.power),
];

fn check_layer(layer: usize, options: &[CostEntry]) -> Result<(), TableError> {
    if options.is_empty() {
        return Err(TableError::NoOption { layer });
    }
    if options.len() > usize::from(u16::MAX) {
        let found = options.len();
        return Err(TableError::TooManyOptions { layer, found });
    }
    let mut levels: Vec<Levels> = options.iter().map(CostEntry::levels).collect();
    levels.sort_unstable();
    if let Some(pair) = levels.windows(2).find(|pair| pair[0] == pair[1]) {
        let levels = pair[0];
        return Err(TableError::Duplicate { layer, levels });
    }
    for &entry in options {
        let levels = entry.levels();
        for (column, value) in COLUMNS {
            let found = value(&entry);
            if !(found.is_finite() && found >= 0.0) {
                return Err(TableError::BadCost {
                    layer,
                    levels,
                    column,
                    found,
                });
            }
        }
    }
    Ok(())
}
