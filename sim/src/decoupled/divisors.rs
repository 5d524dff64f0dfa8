//! The divisors of a number, in a time that grows with its digits.
//!
//! ```text
//! divisors of n = every d from 1 to n with n mod d = 0
//! ```
//!
//! They are the products of prime factors.

use machine_factor::factorize;

/// All divisors, ascending.
pub(super) fn divisors(n: u64) -> Vec<u64> {
    let mut divisors = vec![1];
    let factors = factorize(n);
    for (prime, exponent) in factors.factors.iter().zip(factors.powers).take(factors.len) {
        let known = divisors.clone();
        let mut power = 1;
        for _ in 0..exponent {
            power *= prime;
            divisors.extend(known.iter().map(|divisor| divisor * power));
        }
    }
    divisors.sort_unstable();
    divisors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_have_the_divisors_that_are_tried() {
        for n in (1_u64..3000).chain([65_537, 65_536, 99_225, 1_018_081]) {
            let tried: Vec<u64> = (1..=n).filter(|d| n.is_multiple_of(*d)).collect();
            assert_eq!(divisors(n), tried, "{n}");
        }
    }

    #[test]
    fn large_numbers_have_theirs_soon() {
        let count = |n: u64| divisors(n).len();
        assert_eq!(count(1 << 52), 53);
        // A prime, the square of one, and what is most divisible of all below 2^50.
        assert_eq!(count(9_007_199_254_740_881), 2);
        assert_eq!(
            divisors(67_108_859 * 67_108_859),
            [1, 67_108_859, 67_108_859 * 67_108_859]
        );
        assert_eq!(count(866_421_317_361_600), 26_880);
        assert_eq!(count(4_294_967_295), 32);
        // 151 * 751 * 28351 is no prime, though the first four bases do not tell.
        assert_eq!(count(3_215_031_751), 8);
    }
}
