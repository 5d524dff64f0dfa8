//! Parts of amounts.

/// `part / whole` of an amount; the product may exceed 64 bits.
pub(super) fn share(part: u64, amount: u64, whole: u64) -> u64 {
    if let Some(product) = part.checked_mul(amount) {
        return product / whole;
    }
    u64::try_from(u128::from(part) * u128::from(amount) / u128::from(whole)).unwrap_or(u64::MAX)
}
