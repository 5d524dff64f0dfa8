//! Which part of an axis repeats one and the same data.
//!
//! A tensor that is broadcast, tiled or expanded holds copies along some axis, and a reshape may merge
//! that axis with others: eight heads, each four times, are an axis of 32. Each axis is therefore a
//! list of factors, outermost first, each either real or a copy:
//!
//! ```text
//! [8, 1, 4096, 128]  expanded to  [8, 4 (copies), 4096, 128]  reshaped to  [8 x 4 (copies), 4096, 128]
//! ```

/// Part of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Factor {
    pub(super) size: u64,
    pub(super) is_copy: bool,
}

/// An axis: the product of its factors, the outermost first. Empty for an extent of 1.
pub(super) type AxisFactors = Vec<Factor>;

/// More factors than any axis has; what has more is taken as real.
const MOST_FACTORS: usize = 32;

pub(super) fn real(size: u64) -> AxisFactors {
    normal([Factor {
        size,
        is_copy: false,
    }])
}

pub(super) fn copied(size: u64) -> AxisFactors {
    normal([Factor {
        size,
        is_copy: true,
    }])
}

/// Without factors of 1, and with neighbours of one kind joined.
pub(super) fn normal(factors: impl IntoIterator<Item = Factor>) -> AxisFactors {
    let mut axis: AxisFactors = Vec::new();
    for factor in factors {
        if factor.size == 1 {
            continue;
        }
        match axis.last_mut() {
            Some(last) if last.is_copy == factor.is_copy => {
                last.size = last.size.saturating_mul(factor.size);
            }
            _ => axis.push(factor),
        }
    }
    axis
}

pub(super) fn extent(axis: &[Factor]) -> u64 {
    axis.iter()
        .fold(1, |extent, factor| extent.saturating_mul(factor.size))
}

/// Factors common to two axes of one extent: how long each is, and whether it is a copy in either.
/// `None` if their bounds do not meet.
pub(super) fn common(a: &[Factor], b: &[Factor]) -> Option<Vec<(u64, [bool; 2])>> {
    let (mut rest_a, mut rest_b) = (a.to_vec(), b.to_vec());
    rest_a.reverse();
    rest_b.reverse();
    let mut found = Vec::new();
    while let (Some(x), Some(y)) = (rest_a.pop(), rest_b.pop()) {
        let size = x.size.min(y.size);
        if size == 0 || x.size % size != 0 || y.size % size != 0 || found.len() > MOST_FACTORS {
            return None;
        }
        found.push((size, [x.is_copy, y.is_copy]));
        for (factor, rest) in [(x, &mut rest_a), (y, &mut rest_b)] {
            if factor.size > size {
                rest.push(Factor {
                    size: factor.size / size,
                    ..factor
                });
            }
        }
    }
    (rest_a.is_empty() && rest_b.is_empty()).then_some(found)
}

/// An axis that is a copy where both are.
pub(super) fn both(a: &[Factor], b: &[Factor]) -> AxisFactors {
    match common(a, b) {
        Some(factors) => normal(factors.into_iter().map(|(size, is_copy)| Factor {
            size,
            is_copy: is_copy[0] && is_copy[1],
        })),
        None => real(extent(a)),
    }
}

/// The axes of a reshaped tensor; `None` if their bounds do not meet those of the old ones.
pub(super) fn regroup(axes: &[AxisFactors], sizes: &[u64]) -> Option<Vec<AxisFactors>> {
    let mut rest: Vec<Factor> = axes.iter().flatten().rev().copied().collect();
    let mut regrouped = Vec::new();
    for size in sizes {
        let (mut needed, mut axis) = (*size, Vec::new());
        while needed > 1 {
            let factor = rest.pop()?;
            let taken = if factor.size > 0 && needed % factor.size == 0 {
                factor.size
            } else if factor.size % needed == 0 {
                rest.push(Factor {
                    size: factor.size / needed,
                    ..factor
                });
                needed
            } else {
                return None;
            };
            axis.push(Factor {
                size: taken,
                ..factor
            });
            needed /= taken;
        }
        regrouped.push(normal(axis));
    }
    rest.is_empty().then_some(regrouped)
}

/// The axis that picks these places of another: a copy where a place repeats.
pub(super) fn picked(places: &[i64]) -> AxisFactors {
    let count = places.len() as u64;
    // Each place several times in a row, or the whole several times over.
    let run = places.iter().take_while(|p| **p == places[0]).count();
    let in_runs = run > 1
        && places.len().is_multiple_of(run)
        && places
            .chunks_exact(run)
            .all(|chunk| chunk.iter().all(|p| *p == chunk[0]));
    if in_runs {
        let run = run as u64;
        return normal([real(count / run), copied(run)].concat());
    }
    let again = places
        .iter()
        .skip(1)
        .position(|p| *p == places[0])
        .map(|at| at + 1);
    match again {
        Some(period)
            if places.len().is_multiple_of(period)
                && places.chunks_exact(period).all(|c| c == &places[..period]) =>
        {
            normal([copied(count / period as u64), real(period as u64)].concat())
        }
        _ => real(count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(factors: &[(u64, bool)]) -> AxisFactors {
        normal(
            factors
                .iter()
                .map(|&(size, is_copy)| Factor { size, is_copy }),
        )
    }

    #[test]
    fn a_reshape_keeps_what_is_copied() {
        let expanded = [real(8), copied(4), real(128)];
        assert_eq!(
            regroup(&expanded, &[32, 128]),
            Some(vec![axis(&[(8, false), (4, true)]), real(128)])
        );
        assert_eq!(
            regroup(&expanded, &[4, 8, 128]),
            Some(vec![real(4), axis(&[(2, false), (4, true)]), real(128)])
        );
        assert_eq!(regroup(&expanded, &[3, 1365]), None);
    }

    #[test]
    fn axes_meet_at_common_bounds() {
        let kv = axis(&[(8, false), (4, true)]);
        assert_eq!(
            common(&real(32), &kv),
            Some(vec![(8, [false, false]), (4, [false, true])])
        );
        assert_eq!(
            common(
                &axis(&[(3, true), (2, false)]),
                &axis(&[(2, true), (3, false)])
            ),
            None
        );
        assert_eq!(both(&kv, &copied(32)), kv);
    }

    #[test]
    fn repeated_places_are_copies() {
        assert_eq!(picked(&[0, 0, 1, 1]), axis(&[(2, false), (2, true)]));
        assert_eq!(picked(&[0, 1, 0, 1]), axis(&[(2, true), (2, false)]));
        assert_eq!(picked(&[0, 1, 1, 0]), real(4));
        assert_eq!(picked(&[]), real(0));
    }
}
