//! The cost table: for each layer a list of options with their costs.

use thiserror::Error;

use crate::budget::Resource;

/// One option of a layer: its levels and what it costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
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

impl Entry {
    /// What the option takes of a budgeted resource.
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
pub struct Table {
    layers: Vec<Vec<Entry>>,
}

/// Why a list of options is no [`Table`].
#[derive(Clone, Debug, Error, PartialEq)]
pub enum TableError {
    /// There is no layer at all.
    #[error("the table has no layer; needed at least one")]
    Empty,
    /// A layer offers nothing to choose.
    #[error("layer {layer} has no option; needed at least one")]
    NoOption {
        /// The layer.
        layer: usize,
    },
    /// A layer offers more than an index can name.
    #[error("layer {layer} has {found} options; at most 65535 are allowed")]
    TooManyOptions {
        /// The layer.
        layer: usize,
        /// How many it has.
        found: usize,
    },
    /// The same levels stand twice in one layer.
    #[error("layer {layer} has pe {pe}, tile {tile} twice; each may stand once")]
    Duplicate {
        /// The layer.
        layer: usize,
        /// The repeated level of PEs.
        pe: u32,
        /// The repeated tile level.
        tile: u32,
    },
    /// A cost that is no cost.
    #[error(
        "layer {layer}, pe {pe}, tile {tile}: {column} is {found}; needed a finite number, not negative"
    )]
    BadCost {
        /// The layer.
        layer: usize,
        /// The option's level of PEs.
        pe: u32,
        /// The option's tile level.
        tile: u32,
        /// Which cost.
        column: &'static str,
        /// Its value.
        found: f64,
    },
    /// Latencies too great to be summed.
    #[error("the greatest latencies sum to 2^60 cycles or more; their sum must stay below")]
    LatencyTooGreat,
    /// Energy, area or power too great to be summed.
    #[error("the greatest values of {column} sum to 1e300 or more; their sum must stay below")]
    CostTooGreat {
        /// Which cost.
        column: &'static str,
    },
}

impl Table {
    /// Checks the options of each layer.
    ///
    /// # Errors
    /// One of [`TableError`] for the first option that breaks the contract.
    pub fn new(layers: Vec<Vec<Entry>>) -> Result<Self, TableError> {
        if layers.is_empty() {
            return Err(TableError::Empty);
        }
        for (layer, options) in layers.iter().enumerate() {
            check_layer(layer, options)?;
        }
        let latency = layers.iter().try_fold(0u64, |sum, options| {
            sum.checked_add(options.iter().map(|e| e.latency).max().unwrap_or(0))
        });
        if latency.is_none_or(|sum| sum >= 1 << 60) {
            return Err(TableError::LatencyTooGreat);
        }
        for (column, value) in COLUMNS {
            let greatest = |options: &Vec<Entry>| options.iter().map(value).fold(0.0, f64::max);
            if layers.iter().map(greatest).sum::<f64>() >= 1e300 {
                return Err(TableError::CostTooGreat { column });
            }
        }
        Ok(Self { layers })
    }

    /// The options, layer by layer.
    pub fn layers(&self) -> &[Vec<Entry>] {
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
    /// As [`Table::new`]; the table is then unchanged.
    ///
    /// # Panics
    /// If there is no such layer or option, or the levels differ.
    pub fn replace(&mut self, layer: usize, option: usize, entry: Entry) -> Result<(), TableError> {
        let old = self.layers[layer][option];
        assert!(
            (old.pe, old.tile) == (entry.pe, entry.tile),
            "an option keeps its levels when its costs are replaced"
        );
        let mut layers = self.layers.clone();
        layers[layer][option] = entry;
        *self = Self::new(layers)?;
        Ok(())
    }
}

type Column = (&'static str, fn(&Entry) -> f64);

const COLUMNS: [Column; 3] = [
    ("energy_nj", |e| e.energy),
    ("area_um2", |e| e.area),
    ("power_mw", |e| e.power),
];

fn check_layer(layer: usize, options: &[Entry]) -> Result<(), TableError> {
    if options.is_empty() {
        return Err(TableError::NoOption { layer });
    }
    if options.len() > usize::from(u16::MAX) {
        let found = options.len();
        return Err(TableError::TooManyOptions { layer, found });
    }
    let mut levels: Vec<_> = options.iter().map(|e| (e.pe, e.tile)).collect();
    levels.sort_unstable();
    if let Some(pair) = levels.windows(2).find(|pair| pair[0] == pair[1]) {
        let (pe, tile) = pair[0];
        return Err(TableError::Duplicate { layer, pe, tile });
    }
    for &entry in options {
        let Entry { pe, tile, .. } = entry;
        for (column, value) in COLUMNS {
            let found = value(&entry);
            if !(found.is_finite() && found >= 0.0) {
                return Err(TableError::BadCost {
                    layer,
                    pe,
                    tile,
                    column,
                    found,
                });
            }
        }
    }
    Ok(())
}
