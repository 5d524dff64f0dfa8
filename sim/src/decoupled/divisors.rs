//! The divisors of a number, in a time that grows with its digits.
//!
//! ```text
//! divisors of n = every d from 1 to n with n mod d = 0
//! ```
//!
//! They are products of prime factors, which are found by division while they are small, and else by
//! Pollard's rho with Brent's cycles (BIT 20, 1980); what is prime, Miller and Rabin's test tells, which is
//! exact below 2^64 with the first twelve primes as bases (Sorenson and Webster, Math. Comp. 86, 2017).

/// Primes that are tried by division, and bases of the test.
const SMALL: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];

/// All divisors, ascending.
pub(super) fn divisors(n: u64) -> Vec<u64> {
    let mut divisors = vec![1];
    let mut rest = n;
    while rest > 1 {
        let prime = prime_factor(rest);
        let known = divisors.clone();
        let mut power = 1;
        while rest.is_multiple_of(prime) {
            rest /= prime;
            power *= prime;
            divisors.extend(known.iter().map(|divisor| divisor * power));
        }
    }
    divisors.sort_unstable();
    divisors
}

/// One prime factor of a number above 1.
fn prime_factor(n: u64) -> u64 {
    if let Some(prime) = SMALL.into_iter().find(|prime| n.is_multiple_of(*prime)) {
        return prime;
    }
    let mut n = n;
    // With one polynomial or the other the walk splits each composite number.
    let mut add = 1;
    while !is_prime(n) {
        match split(n, add) {
            Some(factor) => n = factor.min(n / factor),
            None => add += 1,
        }
    }
    n
}

/// A factor of a composite number, if the walk `x -> x^2 + add` meets one before all of them at once.
fn split(n: u64, add: u64) -> Option<u64> {
    let next = |x: u64| ((u128::from(x) * u128::from(x) + u128::from(add)) % u128::from(n)) as u64;
    let (mut fixed, mut moving) = (2_u64, 2);
    for length in std::iter::successors(Some(1_u64), |length| Some(2 * length)) {
        for _ in 0..length {
            moving = next(moving);
            match gcd(fixed.abs_diff(moving), n) {
                1 => {}
                factor if factor == n => return None,
                factor => return Some(factor),
            }
        }
        fixed = moving;
    }
    None
}

fn is_prime(n: u64) -> bool {
    if n < 2 || SMALL.iter().any(|prime| n.is_multiple_of(*prime)) {
        return SMALL.contains(&n);
    }
    let twos = (n - 1).trailing_zeros();
    let is_witness = |base: u64| {
        let mut x = power(base, (n - 1) >> twos, n);
        if x == 1 || x == n - 1 {
            return false;
        }
        for _ in 1..twos {
            x = product(x, x, n);
            if x == n - 1 {
                return false;
            }
        }
        true
    };
    !SMALL.into_iter().any(is_witness)
}

fn product(a: u64, b: u64, modulus: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(modulus)) as u64
}

fn power(mut base: u64, mut exponent: u64, modulus: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = product(result, base, modulus);
        }
        base = product(base, base, modulus);
        exponent /= 2;
    }
    result
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
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
