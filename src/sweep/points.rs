//! Which points of a plan: all combinations, some drawn evenly, or some along a Sobol sequence.
//!
//! ```text
//! grid     each combination that keeps the constraints, the last axis first to change
//! random   draw combinations until so many distinct ones keep the constraints
//! sobol    the same, with the next point of the sequence in the place of a drawn one
//! ```
//!
//! The sequence is Owen-scrambled, after Burley, "Practical Hash-based Owen Scrambling" (JCGT 2020).

use std::collections::HashSet;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::file::PointsFile;

/// A point of a plan: for each axis the index of its value, from 0.
pub type Place = Vec<u32>;

/// The greatest number of combinations of a grid.
pub const MOST_COMBINATIONS: u64 = 20_000_000;
/// The greatest number of points of a plan.
pub const MOST_POINTS: usize = 1_000_000;
/// The number of points that the Sobol sequence has.
pub const MOST_OF_SOBOL: u64 = 1 << 16;
/// So many draws in a row that bring nothing new end the drawing.
const MISSES: u32 = 100_000;

/// Why there are no points.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointsError {
    /// More combinations than are gone through.
    #[error(
        "the grid has {0} combinations, and {MOST_COMBINATIONS} are gone through at most; points: {{random: POINTS}} draws some of them"
    )]
    Combinations(u128),
    /// More points than are kept.
    #[error("there are more than {MOST_POINTS} points; points: {{random: POINTS}} draws fewer")]
    Points,
    /// A constraint that has no answer at a point.
    #[error("{0}")]
    Constraint(String),
}

/// The points, in their order; `keeps` tells whether the constraints hold.
///
/// # Errors
/// [`PointsError`].
pub fn choose(
    lengths: &[usize],
    by: PointsFile,
    keeps: &dyn Fn(&[u32]) -> Result<bool, String>,
) -> Result<Vec<Place>, PointsError> {
    match by {
        PointsFile::All(_) => grid(lengths, keeps),
        PointsFile::Random { random, seed } => {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let draws = std::iter::from_fn(|| {
                let place = |length: &usize| rng.random_range(0..*length as u32);
                Some(lengths.iter().map(place).collect())
            });
            distinct(draws, random, keeps)
        }
        PointsFile::Sobol { sobol, seed } => {
            let draws = (0..MOST_OF_SOBOL as u32).map(|index| {
                let place = |(axis, length): (u32, &usize)| {
                    let along = f64::from(sobol_burley::sample(index, axis, seed));
                    (along * *length as f64) as u32
                };
                (0..).zip(lengths).map(place).collect()
            });
            distinct(draws, sobol, keeps)
        }
    }
}

fn grid(
    lengths: &[usize],
    keeps: &dyn Fn(&[u32]) -> Result<bool, String>,
) -> Result<Vec<Place>, PointsError> {
    let combinations = lengths
        .iter()
        .fold(1_u128, |all, length| all.saturating_mul(*length as u128));
    if combinations > MOST_COMBINATIONS.into() {
        return Err(PointsError::Combinations(combinations));
    }
    let mut points = Vec::new();
    let mut place: Place = vec![0; lengths.len()];
    for _ in 0..combinations {
        if keeps(&place).map_err(PointsError::Constraint)? {
            if points.len() == MOST_POINTS {
                return Err(PointsError::Points);
            }
            points.push(place.clone());
        }
        for (at, length) in place.iter_mut().zip(lengths).rev() {
            *at += 1;
            if (*at as usize) < *length {
                break;
            }
            *at = 0;
        }
    }
    Ok(points)
}

fn distinct(
    draws: impl Iterator<Item = Place>,
    count: u64,
    keeps: &dyn Fn(&[u32]) -> Result<bool, String>,
) -> Result<Vec<Place>, PointsError> {
    if count > MOST_POINTS as u64 {
        return Err(PointsError::Points);
    }
    let mut points = Vec::new();
    let mut known: HashSet<Place> = HashSet::new();
    let mut misses = 0;
    for place in draws {
        if points.len() as u64 == count || misses == MISSES {
            break;
        }
        misses += 1;
        if !known.contains(&place) && keeps(&place).map_err(PointsError::Constraint)? {
            misses = 0;
            known.insert(place.clone());
            points.push(place);
        }
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(lengths: &[usize], by: PointsFile) -> Vec<Place> {
        choose(lengths, by, &|place| Ok(place[0] != 1)).expect("there are points")
    }

    #[test]
    fn a_grid_goes_through_the_last_axis_first() {
        let found = points(&[3, 2], PointsFile::default());
        assert_eq!(found, [[0, 0], [0, 1], [2, 0], [2, 1]]);
    }

    #[test]
    fn drawn_points_are_distinct_and_keep_the_constraints() {
        for by in [
            PointsFile::Random {
                random: 40,
                seed: 7,
            },
            PointsFile::Sobol { sobol: 40, seed: 7 },
        ] {
            let found = points(&[4, 5, 3, 2], by);
            let distinct: HashSet<&Place> = found.iter().collect();
            assert_eq!((found.len(), distinct.len()), (40, 40), "{by:?}");
            assert!(found.iter().all(|place| place[0] != 1), "{by:?}");
            assert_eq!(found, points(&[4, 5, 3, 2], by), "{by:?}");
            // All that there are, where more are asked for.
            let by = match by {
                PointsFile::Sobol { seed, .. } => PointsFile::Sobol { sobol: 999, seed },
                _ => PointsFile::Random {
                    random: 999,
                    seed: 7,
                },
            };
            assert_eq!(points(&[4, 5, 3, 2], by).len(), 3 * 5 * 3 * 2, "{by:?}");
        }
    }

    /// Of 64 points each quarter of each of four axes has 16: what the sequence is taken for.
    #[test]
    fn a_sobol_sequence_covers_each_axis_evenly() {
        let lengths = [64, 64, 64, 64];
        let by = PointsFile::Sobol { sobol: 64, seed: 3 };
        let found = choose(&lengths, by, &|_| Ok(true)).expect("there are points");
        for axis in 0..4 {
            for quarter in 0..4 {
                let inside = |place: &&Place| place[axis] / 16 == quarter;
                assert_eq!(found.iter().filter(inside).count(), 16, "{axis} {quarter}");
            }
        }
    }

    #[test]
    fn what_is_too_much_is_told() {
        let all = |by| choose(&[100_000, 100_000], by, &|_| Ok(true));
        let expected = PointsError::Combinations(10_000_000_000);
        assert_eq!(all(PointsFile::default()), Err(expected));
        let many = PointsFile::Random {
            random: 1_000_001,
            seed: 0,
        };
        assert_eq!(all(many), Err(PointsError::Points));
    }
}
