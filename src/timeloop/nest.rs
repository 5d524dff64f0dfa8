//! Problem, architecture and mapping that fit one another.

use crate::arch::import::timeloop::Architecture;
use crate::workloads::timeloop::TimeloopProblem;

/// A mapping in Timeloop's terms. Levels stand as in the architecture, outer to inner.
#[derive(Clone, Debug, PartialEq)]
pub struct Nest {
    pub(super) problem: TimeloopProblem,
    pub(super) architecture: Architecture,
    pub(super) levels: Vec<NestLevel>,
}

/// The loops at one storage level of a nest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NestLevel {
    /// Dimension and bound of each temporal loop, inner to outer.
    pub temporal: Vec<(usize, u64)>,
    /// Dimension and bound of each spatial loop over the instances below.
    pub spatial: Vec<(usize, u64)>,
    /// How many of the spatial loops run along X; the others run along Y.
    pub split: usize,
    /// Whether each data space is kept here.
    pub keeps: Vec<bool>,
}

impl NestLevel {
    pub(super) fn new(dims: usize, spaces: usize) -> Self {
        let ones = || (0..dims).map(|dim| (dim, 1)).collect();
        Self {
            temporal: ones(),
            spatial: ones(),
            split: dims,
            keeps: vec![true; spaces],
        }
    }
}

impl Nest {
    /// The problem.
    #[must_use]
    pub fn problem(&self) -> &TimeloopProblem {
        &self.problem
    }

    /// The architecture.
    #[must_use]
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The loops of each storage, outer to inner.
    #[must_use]
    pub fn levels(&self) -> &[NestLevel] {
        &self.levels
    }

    /// Extent of each dimension inside one instance of a level.
    pub(super) fn extents(&self, level: usize) -> Vec<u64> {
        let mut extents = vec![1; self.problem.dims.len()];
        for level in &self.levels[level..] {
            for &(dim, bound) in level.temporal.iter().chain(&level.spatial) {
                extents[dim] *= bound;
            }
        }
        extents
    }

    /// Instances of a level that the mapping uses.
    pub(super) fn used(&self, level: usize) -> u64 {
        let outside = self.levels[..level].iter();
        outside
            .flat_map(|level| &level.spatial)
            .map(|(_, bound)| bound)
            .product()
    }

    /// What does not fit: bounds that do not multiply to the sizes, more fan-out than instances,
    /// tiles larger than their storage.
    pub(super) fn misfits(&self) -> Vec<String> {
        let (problem, storages) = (&self.problem, &self.architecture.storages);
        let mut misfits = Vec::new();
        let mut totals = vec![1u64; problem.dims.len()];
        for level in &self.levels {
            for &(dim, bound) in level.temporal.iter().chain(&level.spatial) {
                totals[dim] = totals[dim].saturating_mul(bound);
            }
        }
        for ((dim, size), total) in problem.dims.iter().zip(&problem.sizes).zip(&totals) {
            if total != size {
                misfits.push(format!(
                    "the factors of {dim} multiply to {total}; the problem's {dim} is {size}"
                ));
            }
        }
        // Extents would overflow where factors are beyond the sizes.
        if !misfits.is_empty() {
            return misfits;
        }
        for (index, (level, storage)) in self.levels.iter().zip(storages).enumerate() {
            let arithmetic = &self.architecture.arithmetic;
            let inner = storages.get(index + 1);
            let below = inner.map_or((arithmetic.instances, arithmetic.mesh_x), |s| {
                (s.instances, s.mesh_x)
            });
            let room_x = below.1 / storage.mesh_x;
            let room_y = (below.0 / storage.instances) / room_x;
            let (x, y) = level.spatial.split_at(level.split.min(level.spatial.len()));
            for (axis, loops, room) in [("X", x, room_x), ("Y", y, room_y)] {
                let fan: u64 = loops.iter().map(|(_, bound)| bound).product();
                if fan > room {
                    misfits.push(format!(
                        "below `{}` the mapping spreads over {fan} instances along {axis}; there are {room}",
                        storage.name
                    ));
                }
            }
            let extents = self.extents(index);
            let kept = problem
                .spaces
                .iter()
                .zip(&level.keeps)
                .filter(|(_, kept)| **kept);
            let words: u64 = kept.map(|(space, _)| space.words(&extents)).sum();
            if let Some(room) = storage.words.filter(|room| words > *room) {
                misfits.push(format!(
                    "the tiles in `{}` take {words} words; it holds {room}",
                    storage.name
                ));
            }
        }
        let outermost = &self.levels[0];
        for (space, kept) in problem.spaces.iter().zip(&outermost.keeps) {
            if !kept {
                misfits.push(format!(
                    "`{}` bypasses `{}`, the outermost storage",
                    space.name, storages[0].name
                ));
            }
        }
        misfits
    }
}
