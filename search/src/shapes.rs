//! The numbers that a learned policy sees of each layer.

use stationary_workloads::{Dim, Layer};

use crate::table::{CostEntry, CostTable};

/// Seven numbers for each layer, each relative to the greatest of its kind in the network, from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Shapes {
    rows: Vec<[f64; 7]>,
}

impl Shapes {
    /// The numbers of ConfuciuX (arXiv 2009.02010): output channels, input channels, the input's rows and
    /// columns, the kernel's rows and columns, and the type (1 a convolution, 2 depthwise).
    #[must_use]
    pub fn of(layers: &[Layer]) -> Self {
        let row = |layer: &Layer| {
            let is_depthwise = layer.size(Dim::G) > 1;
            let channels = |dim: Dim| layer.size(dim) * layer.size(Dim::G);
            [
                channels(Dim::K),
                channels(Dim::C),
                layer.rows().input,
                layer.cols().input,
                layer.size(Dim::R),
                layer.size(Dim::S),
                1 + u64::from(is_depthwise),
            ]
            .map(|n| n as f64)
        };
        Self::scaled(layers.iter().map(row).collect())
    }

    /// For a table whose layers' shapes are not known: latency, energy and area
    /// of a layer's first and last option, and the power of the last.
    pub(crate) fn of_table(table: &CostTable) -> Self {
        let row = |options: &Vec<CostEntry>| {
            let [a, b] = [options[0], options[options.len() - 1]];
            let [p, q] = [a.latency as f64, b.latency as f64];
            [p, q, a.energy, b.energy, a.area, b.area, b.power]
        };
        Self::scaled(table.layers().iter().map(row).collect())
    }

    fn scaled(mut rows: Vec<[f64; 7]>) -> Self {
        for at in 0..7 {
            let most = rows.iter().map(|row| row[at]).fold(0.0, f64::max);
            if most > 0.0 {
                rows.iter_mut().for_each(|row| row[at] /= most);
            }
        }
        Self { rows }
    }

    /// One row for each layer, in order.
    #[must_use]
    pub fn rows(&self) -> &[[f64; 7]] {
        &self.rows
    }
}
