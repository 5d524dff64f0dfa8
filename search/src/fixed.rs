//! Costs as integers, so that sums are exact and do not depend on their order.
//!
//! A cost `v` becomes `round(v 2^e)`, with one exponent `e` for the whole
//! table, chosen so that the greatest possible sum has 60 bits. Rounding
//! changes a sum over n layers by at most n 2^-60 of the greatest sum, which is
//! less than the n 2^-53 that adding the same numbers in floating point may
//! lose. Latencies are integers already and are not scaled.

use std::ops::Range;

/// The relative tolerance with which a budget is kept: 2^-40. A platform's
/// budget is itself a floating-point sum, and the design that it was taken
/// from has to fit.
pub(crate) const SLACK: f64 = 1.0 / (1u64 << 40) as f64;

/// One cost of every option as integers.
#[derive(Clone, Debug)]
pub(crate) struct Fixed {
    values: Vec<Vec<i64>>,
    scale: f64,
}

impl Fixed {
    pub(crate) fn scaled<T>(layers: &[Vec<T>], value: impl Fn(&T) -> f64) -> Self {
        let greatest = |options: &Vec<T>| options.iter().map(&value).fold(0.0, f64::max);
        let total: f64 = layers.iter().map(greatest).sum();
        let exponent = match total {
            0.0 => 0.0,
            _ => (59.0 - total.log2().floor()).clamp(-1000.0, 1000.0),
        };
        let scale = exponent.exp2();
        let integer = |entry: &T| (value(entry) * scale).round() as i64;
        Self {
            values: map(layers, integer),
            scale,
        }
    }

    pub(crate) fn integers<T>(layers: &[Vec<T>], value: impl Fn(&T) -> u64) -> Self {
        let integer = |entry: &T| i64::try_from(value(entry)).expect("a sum is below 2^60");
        Self {
            values: map(layers, integer),
            scale: 1.0,
        }
    }

    pub(crate) fn values(&self) -> &[Vec<i64>] {
        &self.values
    }

    pub(crate) fn get(&self, layer: usize, option: usize) -> i64 {
        self.values[layer][option]
    }

    /// The greatest value of an option over some layers.
    pub(crate) fn greatest(&self, layers: Range<usize>, option: usize) -> i64 {
        let values = self.values[layers].iter().map(|layer| layer[option]);
        values.max().unwrap_or(0)
    }

    /// The greatest integer sum that keeps a limit, to within [`SLACK`].
    pub(crate) fn limit(&self, limit: f64) -> i64 {
        ((limit * (1.0 + SLACK) * self.scale).floor() as i64).min(1 << 62)
    }

    /// Integer units in one unit of the table.
    pub(crate) fn scale(&self) -> f64 {
        self.scale
    }
}

fn map<T>(layers: &[Vec<T>], integer: impl Fn(&T) -> i64) -> Vec<Vec<i64>> {
    layers
        .iter()
        .map(|options| options.iter().map(&integer).collect())
        .collect()
}
