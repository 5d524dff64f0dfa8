//! The parts in which a layer goes where the sequencer holds an operand whole: what the buffer cannot
//! hold beside the rest, it holds a part after the other.
//!
//! ```text
//! for groups, for kernels (all, or one group of kernels), for channels in a kernel's tile:
//!     several images at a time, whole
//!     one image in as few parts of its rows as fit, and in more, so that the rest has room and the next
//!     part comes while this one is in use
//! ```

use stationary_workloads::{Dim, PerDim};

/// Rows are not divided into more parts than so many times the fewest that fit: there the rest of the
/// buffer has most of it already, and what is loaded before the work begins is little.
const MORE: u64 = 64;

/// A part's extents, and the channels of a kernel's tile.
pub(super) type Split = (PerDim<u64>, u64);

/// Visits splits of a layer whose passes have these extents, with parts of one stripe of so many output
/// positions, and of half a one, among them. `fits` answers whether the smallest tiles of a split have
/// room, and is true of smaller parts where it is of larger ones.
pub(super) fn for_each(
    sizes: &PerDim<u64>,
    pass: &PerDim<u64>,
    stripe: Option<u64>,
    fits: &mut dyn FnMut(&Split) -> bool,
    visit: &mut dyn FnMut(&Split),
) {
    let kernels = [sizes[Dim::K], pass[Dim::K].min(sizes[Dim::K])];
    let kernels = &kernels[..1 + usize::from(kernels[1] < kernels[0])];
    let stripes = stripe.map_or([0; 2], |most| [most, most / 2]);
    let stripes = stripes.map(|positions| positions / sizes[Dim::Q]);
    for groups in halves(sizes[Dim::G], 1) {
        for channels in halves(sizes[Dim::C], pass[Dim::C].max(1)) {
            let part = sizes.with(Dim::G, groups);
            for &kernels in kernels {
                let part = part.with(Dim::K, kernels);
                for images in halves(sizes[Dim::N], 1) {
                    let split = (part.with(Dim::N, images), channels);
                    if images > 1 {
                        if fits(&split) {
                            visit(&split);
                        }
                        continue;
                    }
                    let of = |rows| (split.0.with(Dim::P, rows), channels);
                    let extents = rows(sizes[Dim::P], &mut |rows| fits(&of(rows)));
                    let least = extents.last().copied().unwrap_or(0);
                    let stripes = stripes.into_iter().filter(|rows| (1..least).contains(rows));
                    for rows in extents.iter().copied().chain(stripes) {
                        visit(&of(rows));
                    }
                }
            }
        }
    }
}

/// The first split that fits with a whole kernel, as a layer goes for which the banks are given: several
/// images, then rows, then groups are taken apart, and last kernels.
pub(super) fn fewest(
    sizes: &PerDim<u64>,
    pass: &PerDim<u64>,
    fits: &mut dyn FnMut(&Split) -> bool,
) -> Option<Split> {
    for channels in halves(sizes[Dim::C], pass[Dim::C].max(1)) {
        for groups in halves(sizes[Dim::G], 1) {
            let part = sizes.with(Dim::G, groups);
            for images in halves(sizes[Dim::N], 1) {
                let split = (part.with(Dim::N, images), channels);
                if fits(&split) {
                    return Some(split);
                }
            }
            let of = |rows| (part.with(Dim::N, 1).with(Dim::P, rows), channels);
            let extents = rows(sizes[Dim::P], &mut |rows| fits(&of(rows)));
            if let Some(rows) = extents.first() {
                return Some(of(*rows));
            }
        }
    }
    None
}

/// An extent, its half, its quarter and so on, none below another and that one the last.
pub(super) fn halves(size: u64, least: u64) -> Vec<u64> {
    let mut extents = vec![size];
    let mut extent = size;
    while extent > least {
        extent = extent.div_ceil(2).next_multiple_of(least).min(extent - 1);
        extent = extent.max(least);
        extents.push(extent);
    }
    extents
}

/// Extents of the parts of so many rows: the greatest that fits, and those of more parts.
fn rows(size: u64, fits: &mut dyn FnMut(u64) -> bool) -> Vec<u64> {
    if !fits(1) {
        return Vec::new();
    }
    // The greatest extent that fits, by halving: `most` fits, `above` does not.
    let (mut most, mut above) = (1, size + 1);
    while above - most > 1 {
        let middle = most + (above - most) / 2;
        if fits(middle) {
            most = middle;
        } else {
            above = middle;
        }
    }
    let fewest = size.div_ceil(most);
    let mut extents = vec![size.div_ceil(fewest)];
    for parts in geometric_grid().take_while(|parts| *parts <= (MORE * fewest).min(size)) {
        let extent = size.div_ceil(parts);
        if parts > fewest && extents.last() != Some(&extent) {
            extents.push(extent);
        }
    }
    extents
}

/// Numbers of parts: every one up to 16, then in steps of an eighth, powers of two among them. They are the
/// same for every buffer, so that a larger one loses none.
fn geometric_grid() -> impl Iterator<Item = u64> {
    let next = |parts: &u64| {
        let step = parts.checked_add((parts / 8).max(1))?;
        Some(step.min((parts + 1).checked_next_power_of_two()?))
    };
    std::iter::successors(Some(1), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(size: u64, most: u64, expected: &[u64]) {
        assert_eq!(rows(size, &mut |rows| rows <= most), expected);
    }

    #[test]
    fn rows_go_in_as_few_parts_as_fit_and_in_more() {
        check(14, 0, &[]);
        check(1, 1, &[1]);
        check(14, 14, &[14, 7, 5, 4, 3, 2, 1]);
        check(14, 6, &[5, 4, 3, 2, 1]);
        check(14, 1, &[1]);
        // 34 parts are the fewest; those before them on the geometric grid are too large.
        let extents = rows(1000, &mut |rows| rows <= 30);
        assert_eq!(extents[0], 30);
        assert!(extents.windows(2).all(|pair| pair[1] < pair[0]));
        assert!(extents.last().is_some_and(|rows| *rows <= 2));
        // However many rows there are, the geometric grid ends soon.
        assert!(rows(1 << 40, &mut |_| true).len() < 40);
        assert!(rows(1 << 40, &mut |rows| rows == 1).len() < 2);
    }

    #[test]
    fn extents_are_halved_down_to_a_pass() {
        assert_eq!(halves(1, 1), [1]);
        assert_eq!(halves(12, 1), [12, 6, 3, 2, 1]);
        assert_eq!(halves(512, 64), [512, 256, 128, 64]);
        assert_eq!(halves(150, 64), [150, 128, 64]);
    }
}
