//! How long all passes together occupy the array.

use stationary_arch::Skew;

use crate::mapping::Mapping;
use crate::model::dim_factors::{TilingFactors, Used};

impl Mapping {
    /// [`Mapping::occupancy`] summed over all passes; where it is not a sum of products of one
    /// factor a dimension, as if each pass were as wide as the first, which occupies the array for
    /// `first` cycles and so many rows and columns.
    pub(crate) fn total_occupancy(
        &self,
        shape: &TilingFactors,
        passes: u64,
        first: u64,
        (rows, cols): (u64, u64),
    ) -> u64 {
        let a = &self.accelerator.array;
        let whole = passes.saturating_mul(first);
        if a.skew == Skew::Whole || !self.is_systolic() {
            return whole;
        }
        let sum = |factor: fn(&Used) -> u64| -> u64 {
            let sums = shape.by_dim.0.iter().map(|by_dim| factor(&by_dim.used));
            sums.fold(1, u64::saturating_mul)
        };
        let registers = self.row_registers();
        let [by_rows, by_cols] = self.skew_is_of_used();
        let mut total = whole;
        if by_rows {
            total = total + registers * sum(|used| used.rows) - registers * rows * passes;
        }
        if by_cols {
            total = total + sum(|used| used.cols) - cols * passes;
        }
        if a.corner_overhead > 0 && rows > 1 && cols > 1 {
            let singles = sum(|used| used.single_row) + sum(|used| used.single_col);
            total -= u64::from(a.corner_overhead) * (singles - sum(|used| used.single_pe));
        }
        total
    }
}
