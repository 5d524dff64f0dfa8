//! Counting the points of a box below a line, in as many steps as the sizes have digits.
//!
//! ```text
//! below = number of (i, j) with 0 <= i < n, 0 <= j < m and a i + b j < limit
//! ```
//!
//! Along `j` the count is `n`, then falls by a floor of a line, then is 0. Sums of floors of a line go as
//! Euclid's algorithm does (Graham, Knuth and Patashnik, Concrete Mathematics, 3.5).

/// An extent of a box, and what a step along it adds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Side {
    pub(crate) extent: u64,
    pub(crate) step: u64,
}

/// Points of a box below a line. Steps are at least 1; what the greatest point adds up to, and the points
/// of the box, stay below 2^62.
pub(crate) fn below(a: Side, b: Side, limit: i64) -> u64 {
    let Ok(limit) = u64::try_from(limit) else {
        return 0;
    };
    if limit == 0 || a.extent == 0 || b.extent == 0 {
        return 0;
    }
    // So many j have a point at all, and so many have the whole side.
    let some = limit.div_ceil(b.step).min(b.extent);
    let whole = limit.saturating_sub(a.step * (a.extent - 1));
    let whole = whole.div_ceil(b.step).min(b.extent);
    let between = some - whole;
    if between == 0 {
        return a.extent * whole;
    }
    // Counted from the last of them, which has the fewest.
    let least = limit - b.step * (some - 1);
    a.extent * whole + floors(between, b.step, least + a.step - 1, a.step)
}

/// The sum over `0 <= i < n` of `(step i + first) / by`, rounded down.
fn floors(mut n: u64, mut step: u64, mut first: u64, mut by: u64) -> u64 {
    let mut sum = 0;
    while n > 0 {
        if step >= by {
            // One of two neighbours is even.
            let [even, odd] = if n.is_multiple_of(2) {
                [n, n - 1]
            } else {
                [n - 1, n]
            };
            sum += even / 2 * odd * (step / by);
            step %= by;
        }
        sum += n * (first / by);
        first %= by;
        // What is left is seen from the other axis.
        let last = step * n + first;
        (n, first) = (last / by, last % by);
        (step, by) = (by, step);
    }
    sum
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    fn enumerated(a: Side, b: Side, limit: i64) -> u64 {
        let points = (0..a.extent).flat_map(|i| (0..b.extent).map(move |j| (i, j)));
        let sums = points.map(|(i, j)| (a.step * i + b.step * j) as i64);
        sums.filter(|sum| *sum < limit).count() as u64
    }

    #[test]
    fn points_are_those_enumerated() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(11);
        for _ in 0..20_000 {
            let [a, b] = [0, 1].map(|_| Side {
                extent: rng.random_range(0..9),
                step: rng.random_range(1..9),
            });
            let limit = rng.random_range(-3..80);
            assert_eq!(
                below(a, b, limit),
                enumerated(a, b, limit),
                "{a:?} {b:?} {limit}"
            );
        }
    }

    #[test]
    fn halves_of_large_boxes_are_counted() {
        // Below the diagonal of a square lie n (n + 1) / 2 points with i + j < n.
        let n = 1 << 26;
        let side = Side { extent: n, step: 1 };
        assert_eq!(below(side, side, n as i64), n * (n + 1) / 2);
        // Steps that have no divisor in common: each point and its mirror image fall on both sides.
        let (a, b) = (
            Side { extent: n, step: 7 },
            Side {
                extent: n + 3,
                step: 5,
            },
        );
        let top = (7 * (n - 1) + 5 * (n + 2)) as i64;
        for limit in [0, 1, 1000, top / 3, top / 2, top] {
            let mirrored = a.extent * b.extent - below(a, b, top + 1 - limit);
            assert_eq!(below(a, b, limit), mirrored, "{limit}");
        }
        assert_eq!(below(a, b, i64::MAX / 4), a.extent * b.extent);
    }
}
