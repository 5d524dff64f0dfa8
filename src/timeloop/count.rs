//! Accesses and cycles as Timeloop counts them.
//!
//! ```text
//! steps = product of all temporal bounds                       (a multiplier keeps nothing)
//! flow  = tile * product of the temporal loops outside, from the first that is relevant on
//! fan   = product of the relevant spatial bounds between a level and the next that keeps the tensor
//!
//! operands:  reads(outer) = flow * fan      fills(inner) = flow
//! result:    updates(outer) = flow * fan    reads(outer) = updates - words seen once
//!            fills(inner) = flow - words seen once
//! ```
//!
//! If the very first loop that iterates moves a window, only what it uncovers flows after the first
//! tile. Cycles are the steps, or the slowest level at its bandwidth. The rules are those of Timeloop
//! 3.0.3, found by trying; tests hold them against its output.

use crate::workloads::timeloop::{DataSpace, Term, extent};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::energy;
use super::nest::Nest;

/// The figures of a nest of loops, as Timeloop counts them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// The number of multiply-accumulates.
    pub computes: u64,
    /// Cycles: the steps of the loops in time.
    pub cycles: u64,
    /// The share of the multipliers' capacity that is used, from 0 to 1.
    pub utilization: f64,
    /// Energy in picojoules, that of the multipliers included.
    pub energy_pj: f64,
    /// Each storage and data space that it keeps, inner to outer.
    pub levels: Vec<Count>,
}

/// Accesses of one instance of a storage for one data space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Count {
    /// The name of the storage.
    pub level: String,
    /// The name of the data space.
    pub space: String,
    /// Cycles of the storage at its bandwidth.
    pub cycles: u64,
    /// Words held at a time.
    pub tile: u64,
    /// Instances in use.
    pub instances: u64,
    /// Words read.
    pub reads: u64,
    /// Words written by the levels inside.
    pub updates: u64,
    /// Words written by the level outside.
    pub fills: u64,
    /// Energy of one access, in picojoules.
    pub access_pj: f64,
    /// Energy of all instances, in picojoules.
    pub energy_pj: f64,
}

#[derive(Clone, Copy, Default)]
struct Accesses {
    reads: u64,
    updates: u64,
    fills: u64,
}

impl Nest {
    /// The counts of each storage and data space.
    #[must_use]
    pub fn count(&self) -> Counts {
        let steps: u64 = self.temporal(0).map(|(_, bound)| bound).product();
        let spaces = &self.problem.spaces;
        let accesses: Vec<Vec<Option<Accesses>>> = spaces
            .iter()
            .enumerate()
            .map(|(at, space)| self.of_space(at, space, steps))
            .collect();
        let mut levels = Vec::new();
        let mut slowest = steps;
        let mut energy_pj = 0.0;
        for (index, storage) in self.architecture.storages.iter().enumerate().rev() {
            let here: Vec<_> = accesses
                .iter()
                .map(|levels| levels[index].unwrap_or_default())
                .collect();
            let cycles = cycles(steps, &here, storage);
            slowest = slowest.max(cycles);
            let access_pj = energy::of_access(storage);
            let instances = self.used(index);
            let extents = self.extents(index);
            for (space, accesses) in spaces.iter().zip(&accesses) {
                let Some(Accesses {
                    reads,
                    updates,
                    fills,
                }) = accesses[index]
                else {
                    continue;
                };
                let of_all = (reads + updates + fills) as f64 * instances as f64 * access_pj;
                energy_pj += of_all;
                levels.push(Count {
                    level: storage.name.clone(),
                    space: space.name.clone(),
                    cycles,
                    tile: space.words(&extents),
                    instances,
                    reads,
                    updates,
                    fills,
                    access_pj,
                    energy_pj: of_all,
                });
            }
        }
        let computes: u64 = self.problem.sizes.iter().product();
        let multipliers = self.architecture.arithmetic.instances;
        Counts {
            computes,
            cycles: slowest,
            utilization: computes as f64 / (slowest as f64 * multipliers as f64),
            energy_pj: energy_pj
                + computes as f64 * energy::of_multiplication(&self.architecture.arithmetic),
            levels,
        }
    }

    /// The temporal loops of the levels from the outermost to one, inner to outer.
    fn temporal_outside(&self, level: usize) -> impl Iterator<Item = (usize, u64)> + '_ {
        self.levels[..level]
            .iter()
            .rev()
            .flat_map(|level| level.temporal.iter().copied())
    }

    fn temporal(&self, from: usize) -> impl Iterator<Item = (usize, u64)> + '_ {
        self.levels[from..]
            .iter()
            .flat_map(|level| level.temporal.iter().copied())
    }

    /// The accesses at each level, outer to inner; nothing where the space is not kept.
    fn of_space(&self, at: usize, space: &DataSpace, steps: u64) -> Vec<Option<Accesses>> {
        let count = self.levels.len();
        let keepers: Vec<usize> = (0..count)
            .rev()
            .filter(|level| self.levels[*level].keeps[at])
            .collect();
        let mut accesses = vec![None; count];
        for &keeper in &keepers {
            accesses[keeper] = Some(Accesses::default());
        }
        // The multipliers first, as a level inside the innermost.
        let mut inside = None;
        for &outer in &keepers {
            let flow = inside.map_or(steps, |inner| self.flow(space, inner));
            let from = inside.unwrap_or(count);
            let fan: u64 = (outer..from).map(|level| self.fan(space, level)).product();
            let moved = flow * fan;
            let seen_outside = self.partition(space, outer);
            let seen_inside = inside.map(|inner| self.partition(space, inner));
            let entry = accesses[outer].get_or_insert_default();
            if space.is_output {
                entry.updates = moved;
                entry.reads = moved - seen_outside.min(moved);
            } else {
                entry.reads = moved;
            }
            if let (Some(inner), Some(seen)) = (inside, seen_inside) {
                let entry = accesses[inner].get_or_insert_default();
                entry.fills = if space.is_output {
                    flow - seen.min(flow)
                } else {
                    flow
                };
            }
            inside = Some(outer);
        }
        accesses
    }

    /// Distinct words that one instance of a level ever holds.
    fn partition(&self, space: &DataSpace, level: usize) -> u64 {
        let mut extents = self.extents(level);
        for (dim, bound) in self.temporal_outside(level) {
            extents[dim] *= bound;
        }
        space.words(&extents)
    }

    /// Words that go into one instance of a level.
    fn flow(&self, space: &DataSpace, level: usize) -> u64 {
        let extents = self.extents(level);
        let tile = space.words(&extents);
        let mut loops = self
            .temporal_outside(level)
            .filter(|(_, bound)| *bound > 1)
            .peekable();
        let first = loops.peek().copied();
        let mut iterations: u64 = 1;
        for (_, bound) in loops.skip_while(|(dim, _)| !space.is_relevant(*dim)) {
            iterations *= bound;
        }
        match first.and_then(|(dim, bound)| Some((dim, bound, window(space, dim)?))) {
            Some((dim, bound, (rank, term))) => {
                let full = extent(rank, &extents);
                let step = (term.coefficient * extents[dim]).min(full);
                (tile / full) * (iterations / bound) * (full + (bound - 1) * step)
            }
            None => tile * iterations,
        }
    }

    /// Distinct tiles that a level hands to the instances below.
    fn fan(&self, space: &DataSpace, level: usize) -> u64 {
        let extents = match level + 1 {
            inner if inner < self.levels.len() => self.extents(inner),
            _ => vec![1; self.problem.dims.len()],
        };
        let mut bounds = vec![1u64; extents.len()];
        for &(dim, bound) in &self.levels[level].spatial {
            bounds[dim] *= bound;
        }
        let of_rank = |rank: &Vec<Term>| match rank.as_slice() {
            [a, b] => {
                let step = |term: &Term| term.coefficient * extents[term.dim];
                let (wide, narrow) = if step(a) >= step(b) { (a, b) } else { (b, a) };
                let (many, few) = (bounds[wide.dim], bounds[narrow.dim]);
                let ratio = step(wide) / step(narrow);
                if step(wide).is_multiple_of(step(narrow)) && ratio < few {
                    (many - 1) * ratio + few
                } else {
                    many * few
                }
            }
            terms => terms.iter().map(|term| bounds[term.dim]).product(),
        };
        space.ranks.iter().map(of_rank).product()
    }
}

/// The rank in which a dimension moves a window, and its term there.
fn window(space: &DataSpace, dim: usize) -> Option<(&Vec<Term>, Term)> {
    let slides =
        |rank: &&Vec<Term>| rank.len() > 1 || rank.iter().any(|term| term.coefficient != 1);
    space.ranks.iter().filter(slides).find_map(|rank| {
        let term = rank.iter().find(|term| term.dim == dim)?;
        Some((rank, *term))
    })
}

/// Steps, stretched by what the bandwidths lack. In the order of Timeloop's own floating-point
/// operations, so that what it rounds up is rounded up here.
fn cycles(steps: u64, here: &[Accesses], storage: &crate::arch::import::timeloop::Storage) -> u64 {
    let rate = |count: u64| count as f64 / steps as f64;
    let reads: f64 = here.iter().map(|a| rate(a.reads)).sum();
    let writes: f64 = here.iter().map(|a| rate(a.updates + a.fills)).sum();
    let mut slowdown: f64 = 1.0;
    for (bandwidth, demand) in [
        (storage.read_bandwidth, reads),
        (storage.write_bandwidth, writes),
        (storage.shared_bandwidth, reads + writes),
    ] {
        if let Some(bandwidth) = bandwidth.filter(|bandwidth| *bandwidth < demand) {
            slowdown = slowdown.min(bandwidth / demand);
        }
    }
    (steps as f64 / slowdown).ceil() as u64
}
