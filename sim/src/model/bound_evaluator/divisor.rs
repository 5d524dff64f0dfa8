//! Division by a number that is known long before, as a product.
//!
//! ```text
//! floor(x / w) = floor(x m / 2^(63 + l))     m = floor(2^(63 + l) / w) + 1,  2^(l - 1) < w <= 2^l
//! ```
//!
//! With `m w = 2^(63 + l) + d` and `0 < d <= w`, the product is too large by `x d / (w 2^(63 + l))`,
//! which is below `1 / w` for all `x < 2^63`, so that no whole number lies between. Larger numbers
//! are divided.

/// A divisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::model) struct Divisor {
    by: u64,
    factor: u64,
    shift: u32,
}

impl Divisor {
    /// A divisor from 1 to 2^63.
    pub(super) fn new(by: u64) -> Self {
        assert!(
            (1..=1 << 63).contains(&by),
            "a divisor that is no width of anything: {by}"
        );
        let shift = by.next_power_of_two().trailing_zeros();
        let factor = (1_u128 << (63 + shift)) / u128::from(by) + 1;
        Self {
            by,
            factor: u64::try_from(factor).expect("a divisor is above half of its power of two"),
            shift,
        }
    }

    pub(super) fn by(self) -> u64 {
        self.by
    }

    #[inline]
    pub(super) fn floor(self, amount: u64) -> u64 {
        if amount >> 63 != 0 {
            return amount / self.by;
        }
        self.quotient(amount)
    }

    #[inline]
    pub(in crate::model) fn ceil(self, amount: u64) -> u64 {
        let above = amount.wrapping_add(self.by - 1);
        if (amount | above) >> 63 != 0 {
            return amount.div_ceil(self.by);
        }
        self.quotient(above)
    }

    /// The same for amounts that may need more bits; as much as fits.
    #[inline]
    pub(super) fn ceil_wide(self, amount: u128) -> u64 {
        match u64::try_from(amount) {
            Ok(amount) => self.ceil(amount),
            Err(_) => u64::try_from(amount.div_ceil(u128::from(self.by))).unwrap_or(u64::MAX),
        }
    }

    #[inline]
    fn quotient(self, amount: u64) -> u64 {
        // The upper half of twice the product is the product over 2^63.
        let product = u128::from(2 * amount) * u128::from(self.factor);
        ((product >> 64) as u64) >> self.shift
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    fn check(amount: u64, by: u64) {
        let divisor = Divisor::new(by);
        assert_eq!(divisor.floor(amount), amount / by, "{amount} / {by}");
        let ceil = amount.div_ceil(by);
        assert_eq!(divisor.ceil(amount), ceil, "{amount} / {by}");
        assert_eq!(divisor.ceil_wide(amount.into()), ceil, "{amount} / {by}");
    }

    #[test]
    fn products_equal_quotients() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        let edges = [
            1,
            2,
            3,
            1 << 31,
            (1 << 62) - 1,
            1 << 62,
            (1 << 63) - 1,
            1 << 63,
        ];
        let mut drawn = || rng.random::<u64>() >> rng.random_range(0..64);
        for round in 0..100_000 {
            let by = match edges.get(round) {
                Some(edge) => *edge,
                None => (drawn() >> 1).max(1),
            };
            let multiple = drawn() / by * by;
            for amount in [drawn(), multiple, multiple.saturating_sub(1), 0, u64::MAX] {
                check(amount, by);
            }
            for edge in edges {
                check(edge, by);
            }
        }
        assert_eq!(Divisor::new(3).ceil_wide(3 << 70), u64::MAX);
        assert_eq!(Divisor::new(1 << 62).ceil_wide((1 << 70) + 1), 257);
    }
}
